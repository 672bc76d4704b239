//! Ways down beside those that files and ledger give: derived ones, and those recorded while migrations run.

use std::collections::{BTreeMap, BTreeSet};

use pggit_db::connection::Connection;
use pggit_db::introspect::{Snapshot, read_catalog};
use pggit_db::ledger::Ledger;
use pggit_db::scratch::Scratch;
use pggit_migrate::pending::DownStep;
use pggit_migrate::{
    Applied, Down, DownRequest, DownSource, Identity, Migration, MigrationSet, PendingError, UpRequest,
};

use super::{Event, Migrator, Read};
use crate::error::{Error, ErrorCode, Result};
use crate::rehearsal::{self, DerivedDown, NotDerived, ScratchOn, Start, Verified, derive_downs, reverse};

/// A migration that a `down` would undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayDown {
    /// The migration.
    pub identity: Identity,
    /// Its name.
    pub name: String,
    /// The file of the way up.
    pub file: String,
    /// How it would be undone; `None` where neither files nor ledger say.
    pub down: Option<Down>,
}

/// What to verify; the default is what is pending, on a database that is as the connected one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyRequest {
    /// What of it is pending.
    pub up: UpRequest,
    /// All migrations, on an empty database.
    pub all: bool,
    /// Whether the current state is made by replaying what is applied, instead of from the catalog.
    pub replay: bool,
}

impl<C: Connection> Migrator<'_, C> {
    /// With ways down that were derived, for migrations of which neither files nor ledger say how to undo them.
    #[must_use]
    pub fn derived(mut self, downs: impl IntoIterator<Item = DerivedDown>) -> Self {
        self.derived.extend(downs.into_iter().map(|down| (down.identity.clone(), down)));
        self
    }

    /// Records with each migration that has no way down the one that is derived from the catalogs before and after it.
    /// Reads the catalog twice a migration.
    #[must_use]
    pub fn record_down(mut self, record: bool) -> Self {
        self.record_down = record;
        self
    }

    /// How [`Migrator::down`] would undo what it would undo now, the last applied first.
    ///
    /// # Errors
    /// As [`Migrator::down`] before it undoes the first, except for a missing way down.
    pub fn ways_down(&mut self, set: &MigrationSet, request: &DownRequest) -> Result<Vec<WayDown>> {
        let read = self.read()?.with_rollbacks(self.connection)?;
        let steps = read.state(set, self.environment.as_deref()).down(request).map_err(Error::from)?;
        Ok(steps
            .iter()
            .map(|step| WayDown {
                identity: step.migration.identity.clone(),
                name: step.migration.name.clone(),
                file: step.migration.file().to_owned(),
                down: way_down(&self.derived, step).ok(),
            })
            .collect())
    }

    /// Derives ways down for those migrations of `downs` that have none, on a scratch database on which all that is
    /// applied is replayed up to them. `progress` is told each migration before it is replayed, its place from 0, and
    /// how many there are.
    ///
    /// # Errors
    /// [`ErrorCode::Project`] when files of applied migrations are missing, the failure of a migration that is replayed.
    pub fn derive_downs<D: Scratch>(
        &mut self,
        set: &MigrationSet,
        downs: &[WayDown],
        scratch: &mut D,
        on: ScratchOn,
        progress: impl FnMut(&Migration, usize, usize),
    ) -> Result<Vec<std::result::Result<DerivedDown, NotDerived>>> {
        let wanted: BTreeSet<Identity> =
            downs.iter().filter(|down| down.down.is_none()).map(|down| down.identity.clone()).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let read = self.read()?;
        let set = self.expanded(set, &history(set, &read.applied)?)?;
        derive_downs(scratch, on, &history(&set, &read.applied)?, &wanted, progress)
    }

    /// Verifies migrations on a scratch database: each up, down and up again.
    ///
    /// # Errors
    /// As [`Migrator::up`] before it runs the first, and as [`rehearsal::verify`].
    pub fn verify<D: Scratch>(
        &mut self,
        set: &MigrationSet,
        request: &VerifyRequest,
        scratch: &mut D,
        on: ScratchOn,
        progress: impl FnMut(&Migration, usize, usize),
    ) -> Result<Vec<Verified>> {
        let environment = self.environment.clone();
        if request.all {
            let set = self.expanded(set, &in_environment(set, environment.as_deref()))?;
            let all = in_environment(&set, environment.as_deref());
            return rehearsal::verify(scratch, on, Start::Replay(&[]), &all, progress);
        }
        let pending = self.pending(set, &request.up)?;
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        if request.replay {
            let read = self.read()?;
            let needed = [history(set, &read.applied)?, pending].concat();
            let set = self.expanded(set, &needed)?;
            let start = history(&set, &read.applied)?;
            let pending = self.pending(&set, &request.up)?;
            return rehearsal::verify(scratch, on, Start::Replay(&start), &pending, progress);
        }
        let set = self.expanded(set, &pending)?;
        let pending = self.pending(&set, &request.up)?;
        let current = read_catalog(self.connection)?;
        if !current.unmodelled.is_empty() {
            self.notify(&Event::NotBuilt { unmodelled: &current.unmodelled });
        }
        rehearsal::verify(scratch, on, Start::Catalog(&current.catalog), &pending, progress)
    }

    /// The catalog before a migration, where its way down is to be recorded.
    pub(super) fn before_recording(&mut self, migration: &Migration) -> Result<Option<BeforeUp>> {
        if !self.record_down || migration.down.is_some() || migration.identity.is_repeatable() {
            return Ok(None);
        }
        let role = match &migration.directives.role {
            Some(role) => role.clone(),
            None => rehearsal::current_role(self.connection)?,
        };
        Ok(Some(BeforeUp { snapshot: read_catalog(self.connection)?, role }))
    }

    /// Records the way down of a migration that has just run and is recorded; says why not, where it can't be derived.
    pub(super) fn record_way_down(
        &mut self,
        ledger: &Ledger,
        migration: &Migration,
        before: &BeforeUp,
    ) -> Result<()> {
        let after = read_catalog(self.connection)?;
        let derived = match reverse(migration, &before.snapshot, &after, &before.role) {
            Ok(derived) => derived,
            Err(not_derived) => {
                self.notify(&Event::NoWayDown { migration, reason: &not_derived.reason });
                return Ok(());
            }
        };
        let rows = ledger.rows(self.connection)?;
        let Some(row) = rows.iter().rev().find(|row| row.identity == migration.identity) else {
            return Ok(());
        };
        let record = |connection: &mut C| ledger.record_rollback(connection, row.number, &derived.sql);
        Ok(self.connection.transaction(record)?)
    }
}

/// What was there before a migration whose way down is to be recorded.
pub(super) struct BeforeUp {
    snapshot: Snapshot,
    role: String,
}

/// How to undo a migration: as its files say, else as is recorded, else as was derived.
pub(super) fn way_down(derived: &BTreeMap<Identity, DerivedDown>, step: &DownStep<'_>) -> Result<Down> {
    match step.down() {
        Ok(down) => Ok(down.into_owned()),
        Err(error @ PendingError::NoDown { .. }) => match derived.get(&step.migration.identity) {
            Some(derived) => Ok(Down { sql: derived.to_sql(), source: DownSource::Derived }),
            None => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    }
}

/// The migrations that run in an environment.
fn in_environment<'a>(set: &'a MigrationSet, environment: Option<&str>) -> Vec<&'a Migration> {
    set.migrations().iter().filter(|migration| migration.directives.run_in(environment)).collect()
}

/// The migrations that made a database what it is, in the order in which they ran.
fn history<'a>(set: &'a MigrationSet, applied: &[Applied]) -> Result<Vec<&'a Migration>> {
    let mut seen = BTreeSet::new();
    let mut history = Vec::new();
    let mut missing = Vec::new();
    for row in applied {
        let identity = Identity::from_text(&row.version);
        if !seen.insert(identity.clone()) {
            continue;
        }
        match set.get(&identity) {
            Some(migration) => history.push(migration),
            None => missing.push(row.version.clone()),
        }
    }
    if missing.is_empty() { Ok(history) } else { Err(PendingError::Missing { versions: missing }.into()) }
}

impl Read {
    /// What to undo, with its way down each.
    pub(super) fn to_undo<'a>(
        &'a self,
        set: &'a MigrationSet,
        environment: Option<&str>,
        request: &DownRequest,
        derived: &BTreeMap<Identity, DerivedDown>,
    ) -> Result<Vec<(DownStep<'a>, Down)>> {
        let steps = self.state(set, environment).down(request).map_err(Error::from)?;
        steps
            .into_iter()
            .map(|step| {
                let down = way_down(derived, &step)?;
                Ok((step, down))
            })
            .collect()
    }
}

impl From<NotDerived> for Error {
    fn from(not_derived: NotDerived) -> Self {
        let NotDerived { file, reason, detail, .. } = not_derived;
        let message = format!("{file}: there is no way down, and none can be derived: {reason}");
        let error = Self { detail, ..Self::new(ErrorCode::NotSupported, message) };
        error.hint("Write a \".down.sql\" file beside it, or a \"-- Rollback:\" comment into it.")
    }
}
