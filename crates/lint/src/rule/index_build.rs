//! An index is built under the lock.

use crate::change::Change;

/// What to do where only a measurement tells.
pub(crate) const USUAL: &str = "let the table have fewer indexes while it is written anew";

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    match change {
        Change::CreateIndex { concurrently: false, .. } => {
            Some("CREATE INDEX CONCURRENTLY, outside a transaction")
        }
        Change::Reindex { concurrently: false } => Some("REINDEX … CONCURRENTLY, outside a transaction"),
        Change::AddKey { using_index: false } => {
            Some("CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX")
        }
        Change::AddExclusion => Some("make a new table with the constraint, and swap"),
        Change::Refresh { concurrently: false } => {
            Some("REFRESH MATERIALIZED VIEW CONCURRENTLY, with a unique index")
        }
        Change::RewriteTable
        | Change::VacuumFull
        | Change::AlterColumnType
        | Change::AddColumn { computed: true, .. } => {
            Some("all indexes are built again with the table; see table-rewrite")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::AddKey { using_index: false }).is_some());
        assert!(check(Change::CreateIndex { concurrently: true, unique: true }).is_none());
    }
}
