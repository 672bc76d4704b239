//! Readers wait.

use crate::change::Change;

/// What to do about it.
pub(crate) const USUAL: &str =
    "set a lock_timeout and try again, and do nothing slow in the same transaction";

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    if change.blocks_reads() { Some(USUAL) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::AlterTable).is_some());
        assert!(check(Change::CreateTrigger).is_none());
    }
}
