//! How files and ledger stand to each other.

use std::fmt;

use pggit_db::connection::Connection;
use pggit_migrate::{MigrationSet, State};

use super::Migrator;
use crate::error::Result;

/// How a migration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatusState {
    /// Applied as its file is.
    Applied,
    /// Applied, and its file was changed afterwards.
    Modified,
    /// Repeatable and changed: it runs again.
    Changed,
    /// Not applied.
    Pending,
    /// Not applied, although a later one is.
    OutOfOrder,
    /// Not for this environment.
    Excluded,
    /// Applied, and its file is not there.
    Missing,
}

impl StatusState {
    /// The name users see: `applied`, `out of order`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Modified => "modified",
            Self::Changed => "changed",
            Self::Pending => "pending",
            Self::OutOfOrder => "out of order",
            Self::Excluded => "excluded",
            Self::Missing => "missing",
        }
    }

    /// Whether an `up` has it to run.
    #[must_use]
    pub const fn is_to_run(self) -> bool {
        matches!(self, Self::Changed | Self::Pending | Self::OutOfOrder)
    }
}

impl fmt::Display for StatusState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One migration as `migrate status` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusEntry {
    /// Its version, or its name where it has none.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Its file; `None` when that is missing.
    pub file: Option<String>,
    /// How it stands.
    pub state: StatusState,
    /// When it was applied: UTC, `2026-01-22T14:30:22Z`.
    pub applied_at: Option<String>,
    /// Whether its files say how to undo it.
    pub has_down: bool,
}

impl<C: Connection> Migrator<'_, C> {
    /// Every migration of the files in order, and then those of the ledger that have no file. Writes nothing.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Server`], [`crate::ErrorCode::Project`] when the ledger's name is taken by another table.
    pub fn status(&mut self, set: &MigrationSet) -> Result<Vec<StatusEntry>> {
        let read = self.read()?;
        let state = read.state(set, self.environment.as_deref());
        let mut entries: Vec<StatusEntry> = state
            .entries
            .iter()
            .map(|entry| {
                let (state, applied) = match &entry.state {
                    State::Applied(row) => (StatusState::Applied, Some(row)),
                    State::Modified(row) => (StatusState::Modified, Some(row)),
                    State::Changed(row) => (StatusState::Changed, Some(row)),
                    State::Pending => (StatusState::Pending, None),
                    State::OutOfOrder => (StatusState::OutOfOrder, None),
                    State::Excluded => (StatusState::Excluded, None),
                };
                StatusEntry {
                    version: entry.migration.identity.to_string(),
                    name: entry.migration.name.clone(),
                    file: Some(entry.migration.file().to_owned()),
                    state,
                    applied_at: applied.map(|row| row.applied_at.clone()),
                    has_down: entry.migration.down.is_some(),
                }
            })
            .collect();
        entries.extend(state.missing.iter().map(|row| StatusEntry {
            version: row.version.clone(),
            name: row.name.clone(),
            file: None,
            state: StatusState::Missing,
            applied_at: Some(row.applied_at.clone()),
            has_down: false,
        }));
        Ok(entries)
    }
}
