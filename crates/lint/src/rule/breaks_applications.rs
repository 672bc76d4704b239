//! Applications that use the old name or form fail.

use crate::change::Change;

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    match change {
        Change::Rename | Change::RenameOther => {
            Some("keep the old name as a view or a function until nobody uses it")
        }
        Change::DropColumn
        | Change::DropTable
        | Change::DropView
        | Change::DropSchema
        | Change::DropSequence
        | Change::DropOther
        | Change::DropTrigger => Some("release applications that do without it first"),
        Change::AlterColumnType => Some("release applications that know both types first"),
        Change::DetachPartition { .. } => Some("queries of the parent no longer see its rows"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::Rename).is_some());
        assert!(check(Change::AlterTable).is_none());
    }
}
