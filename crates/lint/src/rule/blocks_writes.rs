//! Writers wait.

use crate::change::Change;

/// What to do about it.
pub(crate) const USUAL: &str =
    "set a lock_timeout and try again, and do nothing slow in the same transaction";

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    if change.blocks_writes() { Some(USUAL) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::CreateTrigger).is_some());
        assert!(check(Change::AlterTableLightly).is_none());
    }
}
