//! Mends the ledger where files and rows no longer fit each other for good reasons.

use pggit_db::connection::Connection;
use pggit_db::ledger::Ledger;
use pggit_migrate::{Identity, MigrationSet, PendingError, State};

use super::Migrator;
use super::baseline::Recorded;
use crate::error::{Error, Result};

/// What to mend; the default is everything but rows of vanished files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepairRequest {
    /// This migration alone: a version or a file's name.
    pub target: Option<String>,
    /// Whether rows whose files are gone are taken out of the ledger.
    pub remove_missing: bool,
}

/// What was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RepairKind {
    /// The ledger has the checksum of the file as it is now.
    ChecksumAccepted,
    /// The row of a file that is gone was taken out.
    RowRemoved,
}

impl RepairKind {
    /// The name users see: `checksum accepted`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChecksumAccepted => "checksum accepted",
            Self::RowRemoved => "row removed",
        }
    }
}

/// A migration of which something was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// What.
    pub kind: RepairKind,
    /// The migration.
    pub migration: Recorded,
}

impl<C: Connection> Migrator<'_, C> {
    /// Accepts the files as they are now: a changed checksum becomes that of the file, and, where that is asked for,
    /// rows without a file are taken out. Nothing of the schema is touched; all of it happens or nothing.
    ///
    /// # Errors
    /// [`crate::ErrorCode::InvalidArgument`] for a target that neither files nor ledger know;
    /// [`crate::ErrorCode::Server`].
    pub fn repair(&mut self, set: &MigrationSet, request: &RepairRequest) -> Result<Vec<Repair>> {
        let target = request.target.as_deref().map(Identity::from_text);
        if let (Some(target), Some(name)) = (&target, &request.target) {
            let rows = self.read()?.rows;
            if set.get(target).is_none() && rows.iter().all(|row| row.identity != *target) {
                return Err(PendingError::UnknownTarget { target: name.clone() }.into());
            }
        }
        self.locked(|migrator| migrator.repair_locked(set, target.as_ref(), request.remove_missing))
    }

    fn repair_locked(
        &mut self,
        set: &MigrationSet,
        target: Option<&Identity>,
        remove_missing: bool,
    ) -> Result<Vec<Repair>> {
        let ledger = Ledger::find(self.connection, &self.ledger)?;
        let read = self.read_from(ledger)?;
        let Some(ledger) = &read.ledger else { return Ok(Vec::new()) };
        let environment = self.environment.clone();
        let state = read.state(set, environment.as_deref());
        let wanted = |identity: &Identity| target.is_none_or(|target| target == identity);
        let rows_of = |identity: &Identity| {
            let identity = identity.clone();
            read.rows.iter().filter(move |row| row.identity == identity)
        };
        self.connection.transaction(|connection| {
            let mut repairs = Vec::new();
            for entry in &state.entries {
                let migration = entry.migration;
                if !matches!(entry.state, State::Modified(_)) || !wanted(&migration.identity) {
                    continue;
                }
                for row in rows_of(&migration.identity) {
                    ledger.set_checksum(connection, row.number, &ledger.checksum_of(migration))?;
                }
                let migration = Recorded::of(migration);
                repairs.push(Repair { kind: RepairKind::ChecksumAccepted, migration });
            }
            for row in state.missing.iter().filter(|_| remove_missing) {
                let identity = Identity::from_text(&row.version);
                if !wanted(&identity) {
                    continue;
                }
                for row in rows_of(&identity) {
                    ledger.remove(connection, row.number)?;
                }
                let migration = Recorded { version: row.version.clone(), name: row.name.clone(), file: None };
                repairs.push(Repair { kind: RepairKind::RowRemoved, migration });
            }
            Ok::<_, Error>(repairs)
        })
    }
}
