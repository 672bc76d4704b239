//! Rows, values or counters are lost.

use crate::change::Change;

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    match change {
        Change::DropTable | Change::Truncate | Change::DropSchema => {
            Some("stop using it first, and keep a backup")
        }
        Change::DropColumn => Some("stop reading and writing the column first, and keep a backup"),
        Change::DropSequence => Some("keep the value of the counter"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::DropColumn).is_some());
        assert!(check(Change::AlterTable).is_none());
    }
}
