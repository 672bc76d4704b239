//! The scripts of the extension change its members.

use crate::change::Change;

/// What to do instead.
pub(crate) const fn check(change: Change) -> Option<&'static str> {
    match change {
        Change::UpdateExtension => Some("try the update on a copy first"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_from_what_is_harmless() {
        assert!(check(Change::UpdateExtension).is_some());
        assert!(check(Change::Grant).is_none());
    }
}
