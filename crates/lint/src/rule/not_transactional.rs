//! The server refuses it in a transaction.

use crate::change::Change;

/// What to do about it.
const USUAL: &str = "put it into a migration of its own, and make sure that it can run again";

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    if change.is_outside() { Some(USUAL) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::VacuumFull).is_some());
        assert!(check(Change::RewriteTable).is_none());
    }
}
