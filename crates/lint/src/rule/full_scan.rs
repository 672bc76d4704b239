//! All rows are read under the lock.

use crate::change::Change;

/// What to do where only a measurement tells.
pub(crate) const USUAL: &str = "let a validated check prove what the statement looks for";

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    match change {
        Change::AddCheck { valid: true } | Change::AddForeignKey { valid: true } => {
            Some("add it NOT VALID, and VALIDATE CONSTRAINT in another transaction")
        }
        Change::SetNotNull => Some(
            "add CHECK (… IS NOT NULL) NOT VALID, validate it in another transaction, then SET NOT NULL and drop the check",
        ),
        Change::AddColumn { required: true, .. } => {
            Some("give the column a default, or let it take nulls first")
        }
        Change::AttachPartition => Some("add a check that implies the bound, and validate it before"),
        Change::ValidateConstraint => Some("readers and writers go on; keep it in a transaction of its own"),
        Change::CheckDomain => Some("add it NOT VALID, and validate it when little is written"),
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
