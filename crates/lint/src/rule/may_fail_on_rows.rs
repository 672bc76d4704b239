//! Rows that are there can make it fail.

use crate::change::Change;

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    match change {
        Change::CreateIndex { unique: true, .. }
        | Change::AddKey { using_index: false }
        | Change::AddExclusion => Some("look for rows that are alike before"),
        Change::AddCheck { valid: true }
        | Change::AddForeignKey { valid: true }
        | Change::ValidateConstraint
        | Change::CheckDomain => Some("look for rows that don't fit before"),
        Change::SetNotNull => Some("look for nulls before"),
        Change::AddColumn { required: true, .. } => {
            Some("give the column a default, or let it take nulls first")
        }
        Change::AlterColumnType => Some("look for values that the new type can't hold"),
        Change::AttachPartition => Some("look for rows outside of the bound before"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::SetNotNull).is_some());
        assert!(check(Change::AddCheck { valid: false }).is_none());
    }
}
