//! Proves a way down: it leads back, and the way up once more leads to the same.

use pggit_catalog::plan::PlanOptions;
use pggit_db::connection::Connection;
use pggit_db::introspect::{Snapshot, read_catalog};
use pggit_db::session::SessionError;
use pggit_migrate::{Directives, Migration, Sql};

use super::flaw::Flaw;
use crate::error::{Error, Result};
use crate::generator::proof::differences;
use crate::migrator::{Job, run_quietly};

/// A round to make: down, and up again.
pub(super) struct Proof<'a> {
    /// The migration, which has just run.
    pub(super) migration: &'a Migration,
    /// Its way down, and how to run it.
    pub(super) down: (&'a Sql, &'a Directives),
    /// The database before it.
    pub(super) before: &'a Snapshot,
    /// The database after it.
    pub(super) after: &'a Snapshot,
    /// How plans are made.
    pub(super) options: &'a PlanOptions,
}

/// Ends the transaction of a proof.
enum End {
    RolledBack(Vec<Flaw>),
    Failed(Error),
}

impl From<SessionError> for End {
    fn from(error: SessionError) -> Self {
        Self::Failed(error.into())
    }
}

impl Proof<'_> {
    /// Makes the round in a transaction that is rolled back.
    pub(super) fn in_transaction<C: Connection>(&self, connection: &mut C) -> Result<Vec<Flaw>> {
        let ended = connection.transaction(|connection| {
            let flaws = self.round(connection, true).map_err(End::Failed)?;
            // An error is what rolls back.
            Err::<(), End>(End::RolledBack(flaws))
        });
        match ended {
            Err(End::RolledBack(flaws)) => Ok(flaws),
            Err(End::Failed(error)) => Err(error),
            Ok(()) => Ok(Vec::new()),
        }
    }

    /// Makes the round on the database itself.
    pub(super) fn in_place<C: Connection>(&self, connection: &mut C) -> Result<Vec<Flaw>> {
        self.round(connection, false)
    }

    fn round<C: Connection>(&self, connection: &mut C, in_transaction: bool) -> Result<Vec<Flaw>> {
        let mut flaws = Vec::new();
        let begin = |connection: &mut C| {
            // As in a session of its own, which has nothing temporary of the last.
            connection.script("DISCARD TEMP")?;
            // The end of a migration makes all constraints immediate, for the rest of the transaction.
            if in_transaction { connection.script("SET CONSTRAINTS ALL DEFERRED") } else { Ok(()) }
        };
        begin(connection)?;
        if let Err(error) = attempt(connection, self.down, in_transaction) {
            flaws.push(Flaw::DownFails(error));
            return Ok(flaws);
        }
        let left = self.left(connection, self.before)?;
        if !left.is_empty() {
            flaws.push(Flaw::DownDiffers(left));
        }
        begin(connection)?;
        let up = (&self.migration.up, &self.migration.directives);
        if let Err(error) = attempt(connection, up, in_transaction) {
            flaws.push(Flaw::UpAgainFails(error));
            return Ok(flaws);
        }
        let left = self.left(connection, self.after)?;
        if !left.is_empty() {
            flaws.push(Flaw::UpAgainDiffers(left));
        }
        Ok(flaws)
    }

    /// What is missing to the state that has to be.
    fn left<C: Connection>(&self, connection: &mut C, expected: &Snapshot) -> Result<Vec<String>> {
        let found = read_catalog(connection)?;
        let mut left = differences(&found.catalog, &expected.catalog, self.options)?;
        let missing = expected.unmodelled.iter().filter(|object| !found.unmodelled.contains(object));
        left.extend(missing.map(|object| format!("{} {} is not there", object.kind, object.identity)));
        let besides = found.unmodelled.iter().filter(|object| !expected.unmodelled.contains(object));
        left.extend(besides.map(|object| format!("{} {} is there", object.kind, object.identity)));
        Ok(left)
    }
}

/// Runs a script, inside the transaction of the proof where there is one.
fn attempt<C: Connection>(
    connection: &mut C,
    (sql, directives): (&Sql, &Directives),
    enclosed: bool,
) -> Result<()> {
    let job = Job { enclosed, ..Job::new(sql, directives) };
    let ran = if enclosed {
        // A savepoint, should it fail.
        connection.transaction(|connection| run_quietly(connection, &job))
    } else {
        run_quietly(connection, &job)
    };
    ran.map_err(|stop| stop.into_plain(&sql.file))
}
