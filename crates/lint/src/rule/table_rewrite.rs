//! The table is written anew.

use crate::change::Change;

/// What to do where only a measurement tells.
pub(crate) const USUAL: &str = "add a new column or table, fill it in batches, and swap the names";

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    match change {
        Change::AlterColumnType => Some(
            "add a column of the new type, fill it in batches, and swap the names; a type whose values are stored alike is harmless",
        ),
        Change::AddColumn { computed: true, .. } => {
            Some("add the column without a default, set the default, and fill the old rows in batches")
        }
        Change::RewriteTable | Change::VacuumFull => {
            Some("use a tool that copies the table while it is in use")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::AlterColumnType).is_some());
        assert!(check(Change::AddColumn { computed: false, required: false }).is_none());
    }
}
