//! The live schema against the last commit.

use pggit_catalog::address::ObjectKind;
use pggit_catalog::diff::{Change, ChangeKind};
use pggit_db::live::Purpose;
use pggit_db::session::Session;

use super::Repository;
use crate::error::Result;

/// One uncommitted change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusEntry {
    /// The branch that is checked out.
    pub branch: String,
    /// What happened to the object.
    pub change: ChangeKind,
    /// Kind of the object.
    pub kind: ObjectKind,
    /// The object, as it is called now.
    pub object: String,
    /// Which parts changed.
    pub details: String,
}

impl StatusEntry {
    pub(super) fn new(branch: &str, change: &Change) -> Self {
        Self {
            branch: branch.to_owned(),
            change: change.kind,
            kind: change.address.kind,
            object: change.address.to_string(),
            details: change.details(),
        }
    }
}

impl<S: Session> Repository<'_, S> {
    /// What the live schema has that the last commit of the checked-out branch has not.
    ///
    /// # Errors
    /// [`crate::ErrorCode::NotInitialised`].
    pub fn status(&mut self) -> Result<Vec<StatusEntry>> {
        let head = self.head()?;
        let (_, uncommitted) = self.working(head.head, Purpose::Look)?;
        Ok(uncommitted.changes.iter().map(|change| StatusEntry::new(head.name.as_str(), change)).collect())
    }
}
