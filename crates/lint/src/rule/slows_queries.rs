//! Queries that used the index get slower.

use crate::change::Change;

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    match change {
        Change::DropIndex { .. } | Change::DropConstraint => {
            Some("see in pg_stat_user_indexes whether queries use it")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::DropIndex { concurrently: true }).is_some());
        assert!(check(Change::DropTrigger).is_none());
    }
}
