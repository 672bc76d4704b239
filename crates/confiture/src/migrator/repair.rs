//! Mends the ledger where files and rows no longer fit each other for good reasons.

use pggit_db::connection::Connection;
use pggit_db::ledger::{Ledger, LedgerRow};
use pggit_db::steps::{self, Steps};
use pggit_migrate::{Identity, MigrationSet, PendingError, State};

use super::baseline::Recorded;
use super::event::Direction;
use super::{Migrator, Read, identity_of_steps};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepairKind {
    /// The ledger has the checksum of the file as it is now.
    ChecksumAccepted,
    /// The row of a file that is gone was taken out.
    RowRemoved,
    /// What was written down of a run that stopped halfway was taken out: the next one begins at the first statement.
    FailureCleared {
        /// Which way it was going.
        direction: Direction,
        /// How many of its statements have run, and are not undone.
        statements: usize,
    },
}

impl RepairKind {
    /// The name users see: `checksum accepted`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChecksumAccepted => "checksum accepted",
            Self::RowRemoved => "row removed",
            Self::FailureCleared { .. } => "failure cleared",
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

/// A run that stopped halfway, as it is written down.
struct Stopped {
    identity: Identity,
    direction: Direction,
    statements: usize,
    steps: Steps,
}

impl<C: Connection> Migrator<'_, C> {
    /// Accepts the files as they are now: a changed checksum becomes that of the file, and, where that is asked for,
    /// rows without a file are taken out. What is written down of runs that stopped halfway is forgotten: they begin
    /// anew. Nothing of the schema is touched; all of it happens or nothing.
    ///
    /// # Errors
    /// [`crate::ErrorCode::InvalidArgument`] for a target that neither files nor ledger know;
    /// [`crate::ErrorCode::Server`].
    pub fn repair(&mut self, set: &MigrationSet, request: &RepairRequest) -> Result<Vec<Repair>> {
        let target = request.target.as_deref().map(Identity::from_text);
        if let (Some(target), Some(name)) = (&target, &request.target) {
            let read = self.read()?;
            let is_known = set.get(target).is_some()
                || read.rows.iter().any(|row| row.identity == *target)
                || self.stopped(&read)?.iter().any(|stopped| stopped.identity == *target);
            if !is_known {
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
        let stopped = self.stopped(&read)?;
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
            for Stopped { identity, direction, statements, steps } in &stopped {
                if !wanted(identity) {
                    continue;
                }
                steps.forget(connection, 0)?;
                let kind = RepairKind::FailureCleared { direction: *direction, statements: *statements };
                let migration = recorded(set, identity, rows_of(identity).next_back());
                repairs.push(Repair { kind, migration });
            }
            Ok::<_, Error>(repairs)
        })
    }

    /// The migrations of this ledger that a run has begun and not ended.
    fn stopped(&mut self, read: &Read) -> Result<Vec<Stopped>> {
        let Some(ledger) = &read.ledger else { return Ok(Vec::new()) };
        let interrupted = steps::interrupted(self.connection, ledger.name())?;
        let ours = interrupted.into_iter().filter_map(|interrupted| {
            let direction = Direction::from_name(&interrupted.way)?;
            Some(Stopped {
                identity: identity_of_steps(ledger, &interrupted.migration)?,
                direction,
                statements: interrupted.statements,
                steps: Steps::new(ledger.name(), &interrupted.migration, direction.name()),
            })
        });
        Ok(ours.collect())
    }
}

/// A migration as its file says, else as the ledger does.
fn recorded(set: &MigrationSet, identity: &Identity, row: Option<&LedgerRow>) -> Recorded {
    if let Some(migration) = set.get(identity) {
        return Recorded::of(migration);
    }
    let name = row.map_or_else(String::new, |row| row.to_applied().name);
    Recorded { version: identity.to_string(), name, file: None }
}
