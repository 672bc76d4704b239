//! Records migrations as applied that a database has already.

use pggit_db::connection::Connection;
use pggit_db::ledger::{Ledger, RecordedNames};
use pggit_db::steps;
use pggit_migrate::{Migration, MigrationSet, UpRequest};

use super::event::{Direction, Event};
use super::{Migrator, is_begun, steps_of};
use crate::error::{Error, Result};

/// A migration whose row in the ledger was written or changed without running it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its version, or its name where it has none.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Its file; `None` when that is missing.
    pub file: Option<String>,
}

impl Recorded {
    pub(super) fn of(migration: &Migration) -> Self {
        Self {
            version: migration.identity.to_string(),
            name: migration.name.clone(),
            file: Some(migration.file().to_owned()),
        }
    }
}

impl<C: Connection> Migrator<'_, C> {
    /// Records as applied, without running it, what [`Migrator::up`] would run up to `target` (a version or a file's
    /// name), or all of it; returns what was recorded, in order. For a database that has these changes already.
    ///
    /// # Errors
    /// As [`Migrator::up`] before it runs the first; nothing is recorded then.
    pub fn baseline(&mut self, set: &MigrationSet, target: Option<&str>) -> Result<Vec<Recorded>> {
        let request = UpRequest {
            target: target.map(str::to_owned),
            steps: None,
            allow_out_of_order: true,
            allow_missing: true,
        };
        if self.pending(set, &request)?.is_empty() {
            return Ok(Vec::new());
        }
        self.locked(|migrator| migrator.baseline_locked(set, &request))
    }

    fn baseline_locked(&mut self, set: &MigrationSet, request: &UpRequest) -> Result<Vec<Recorded>> {
        let (ledger, is_new) = Ledger::open(self.connection, &self.ledger)?;
        if is_new {
            self.notify(&Event::LedgerMade { name: ledger.name() });
        }
        let read = self.read_from(Some(ledger.clone()))?;
        let environment = self.environment.clone();
        let state = read.state(set, environment.as_deref());
        let to_record = state.up(request).map_err(Error::from)?;
        let mut names = RecordedNames::new(&ledger, &read.rows);
        let rows: Vec<_> = to_record.iter().map(|migration| names.row(migration)).collect();
        let interrupted = steps::interrupted(self.connection, ledger.name())?;
        self.connection.transaction(|connection| {
            ledger.record(connection, &rows)?;
            // What was begun, somebody has brought to its end by hand.
            let is_begun = |m: &&&Migration| is_begun(&interrupted, &ledger, m, Direction::Up);
            for migration in to_record.iter().filter(is_begun) {
                steps_of(&ledger, migration, Direction::Up).forget(connection, 0)?;
            }
            Ok::<_, Error>(())
        })?;
        Ok(to_record.into_iter().map(Recorded::of).collect())
    }
}
