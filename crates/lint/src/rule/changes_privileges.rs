//! Who may do what, or sees which rows, changes.

use crate::change::Change;

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    match change {
        Change::Grant | Change::Owner => Some("check who has the rights afterwards"),
        Change::Policy => Some("check who sees which rows afterwards"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::Grant).is_some());
        assert!(check(Change::AlterTable).is_none());
    }
}
