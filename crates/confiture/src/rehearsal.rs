//! [`Rehearsal`]: migrations tried on a scratch database, where their ways down are derived and proven.
//!
//! Of a migration without a way down the catalogs before and after it are compared, and the plan that leads back is its
//! derived way down. It counts only when proven: run after the migration it has to give the catalog from before, and the
//! migration run once more that from after; each time nothing may differ, and a new plan must have no step.
//!
//! What can run in a transaction is proven in one that is rolled back, so that rows which earlier migrations have put in
//! stay. Other migrations are proven on the scratch database itself.

mod flaw;
mod proof;
mod reverse;
mod verify;

pub use flaw::Flaw;
pub use reverse::{Cause, DerivedDown, NotDerived};
pub use verify::{Start, Verdict, Verified, verify};

pub(crate) use reverse::reverse;

use std::collections::BTreeSet;

use pggit_catalog::catalog::Catalog;
use pggit_catalog::plan::{PlanOptions, plan};
use pggit_catalog::rename::Renames;
use pggit_db::connection::Connection;
use pggit_db::introspect::{Snapshot, read_catalog};
use pggit_db::scratch::Scratch;
use pggit_db::session::Session;
use pggit_migrate::effect::Effect;
use pggit_migrate::{Directives, Identity, Migration, Sql, TransactionUse, scan};

use crate::error::{Error, ErrorCode, Result};
use crate::migrator::{Job, run_quietly};

/// Whose server the scratch database is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ScratchOn {
    /// That of real databases: what changes the whole server is refused.
    #[default]
    SharedServer,
    /// One for trying things out.
    OwnServer,
}

/// A scratch database on which migrations run one after the other.
#[derive(Debug)]
pub struct Rehearsal<C: Connection> {
    connection: C,
    role: String,
    on: ScratchOn,
    /// As last read, while it holds.
    state: Option<Snapshot>,
    /// Whether a proof outside a transaction went wrong and left the database in between.
    spoiled: bool,
}

impl<C: Connection> Rehearsal<C> {
    /// A rehearsal on the empty database that a connection leads to.
    ///
    /// # Errors
    /// [`ErrorCode::Server`].
    pub fn new(mut connection: C, on: ScratchOn) -> Result<Self> {
        // Nobody misses a scratch database after a crash.
        connection.script("SET synchronous_commit = off")?;
        let role = current_role(&mut connection)?;
        Ok(Self { connection, role, on, state: None, spoiled: false })
    }

    /// Makes the empty database as a catalog says.
    ///
    /// # Errors
    /// [`ErrorCode::NotProven`] when that does not succeed.
    pub fn build(&mut self, catalog: &Catalog) -> Result<()> {
        let options = PlanOptions { role: Some(self.role.clone()), ..PlanOptions::default() };
        let empty = read_catalog(&mut self.connection)?.catalog;
        let text = plan(&empty, catalog, &Renames::default(), &options)?.to_sql();
        let sql = Sql { text, file: "current state".to_owned(), line: 1 };
        self.state = None;
        run_quietly(&mut self.connection, &Job::new(&sql, &Directives::default())).map_err(|stop| {
            let error = stop.into_plain(&sql.file);
            let message =
                format!("the current state can't be built on a scratch database: {}", error.message);
            Error { code: ErrorCode::NotProven, message, ..error }
        })
    }

    /// Runs the way up of a migration.
    ///
    /// # Errors
    /// The failure of the migration; [`ErrorCode::NotSupported`] for one that changes the whole server, where that is
    /// not the scratch database's own.
    pub fn apply(&mut self, migration: &Migration) -> Result<()> {
        self.guard(&migration.up)?;
        self.state = None;
        let job = Job::new(&migration.up, &migration.directives);
        run_quietly(&mut self.connection, &job).map_err(|stop| stop.into_plain(migration.file()))
    }

    /// Runs the way up of a migration, and derives and proves its way down. The database is as after the way up then,
    /// unless it is [spoiled](Self::is_spoiled).
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub fn derive(&mut self, migration: &Migration) -> Result<std::result::Result<DerivedDown, NotDerived>> {
        let before = self.take_state()?;
        self.apply(migration)?;
        let after = read_catalog(&mut self.connection)?;
        let role = migration.directives.role.as_ref().unwrap_or(&self.role);
        let derived = match reverse(migration, &before, &after, role) {
            Ok(mut derived) => {
                let directives = derived.directives(migration);
                let mut flaws = self.prove(migration, (&derived.to_sql(), &directives), &before, &after)?;
                if matches!(flaws.first(), Some(Flaw::DownFails(_)))
                    && !self.spoiled
                    && derived.uncheck_bodies()
                {
                    flaws = self.prove(migration, (&derived.to_sql(), &directives), &before, &after)?;
                }
                match flaws.first() {
                    None => Ok(derived),
                    Some(flaw) => Err(NotDerived::unproven(migration, flaw)),
                }
            }
            Err(not_derived) => Err(not_derived),
        };
        self.state = Some(after);
        Ok(derived)
    }

    /// Whether a proof outside a transaction has left the database neither as before nor as after its migration.
    #[must_use]
    pub fn is_spoiled(&self) -> bool {
        self.spoiled
    }

    /// Proves `down`, and ends in the state `after`.
    fn prove(
        &mut self,
        migration: &Migration,
        down: (&Sql, &Directives),
        before: &Snapshot,
        after: &Snapshot,
    ) -> Result<Vec<Flaw>> {
        let options = PlanOptions { role: Some(self.role.clone()), ..PlanOptions::default() };
        let proof = proof::Proof { migration, down, before, after, options: &options };
        if fits_in_transaction(&migration.up, migration.directives.no_transaction)
            && fits_in_transaction(down.0, down.1.no_transaction)
        {
            let flaws = proof.in_transaction(&mut self.connection)?;
            // A value added to an enum can't be used before the end of the transaction.
            if !flaws.iter().any(|flaw| flaw.sqlstate() == Some("55P04")) {
                return Ok(flaws);
            }
        }
        let flaws = proof.in_place(&mut self.connection)?;
        self.spoiled |= !flaws.is_empty();
        Ok(flaws)
    }

    fn take_state(&mut self) -> Result<Snapshot> {
        match self.state.take() {
            Some(state) => Ok(state),
            None => Ok(read_catalog(&mut self.connection)?),
        }
    }

    /// Refuses what would reach beyond the scratch database.
    fn guard(&self, sql: &Sql) -> Result<()> {
        let Some((line, statement)) = server_wide(sql).filter(|_| self.on == ScratchOn::SharedServer) else {
            return Ok(());
        };
        let error = Error::new(
            ErrorCode::NotSupported,
            format!(
                "{}:{line}: \"{statement} …\" would change the whole server, not only a scratch database",
                sql.file
            ),
        );
        Err(error.hint("Let scratch databases be made on another server: --scratch-url."))
    }
}

/// Ways down of the migrations in `wanted`, derived on a scratch database on which `history` is replayed, in its order.
/// `progress` is told each migration before it runs, its place from 0, and how many there are.
///
/// # Errors
/// The failure of a migration of the history, [`ErrorCode::Server`].
pub fn derive_downs<D: Scratch>(
    scratch: &mut D,
    on: ScratchOn,
    history: &[&Migration],
    wanted: &BTreeSet<Identity>,
    mut progress: impl FnMut(&Migration, usize, usize),
) -> Result<Vec<std::result::Result<DerivedDown, NotDerived>>> {
    let count =
        history.iter().rposition(|migration| wanted.contains(&migration.identity)).map_or(0, |at| at + 1);
    let history = &history[..count];
    let mut derived = Vec::new();
    if history.is_empty() {
        return Ok(derived);
    }
    let mut rehearsal = Rehearsal::new(scratch.database()?, on)?;
    for (index, migration) in history.iter().enumerate() {
        progress(migration, index, count);
        if !wanted.contains(&migration.identity) {
            rehearsal.apply(migration).map_err(replay_failed)?;
            continue;
        }
        derived.push(rehearsal.derive(migration).map_err(replay_failed)?);
        if rehearsal.is_spoiled() && index + 1 < count {
            rehearsal = Rehearsal::new(scratch.database()?, on)?;
            for migration in &history[..=index] {
                rehearsal.apply(migration).map_err(replay_failed)?;
            }
        }
    }
    Ok(derived)
}

fn replay_failed(error: Error) -> Error {
    let note =
        "The migrations before are replayed on a scratch database, which has no rows but those they make.";
    let detail = match error.detail {
        Some(detail) => format!("{detail}\n{note}"),
        None => note.to_owned(),
    };
    Error { detail: Some(detail), ..error }
}

pub(crate) fn current_role<S: Session>(session: &mut S) -> Result<String> {
    let rows = session.query("SELECT CURRENT_USER::pg_catalog.text", &[])?;
    let row =
        rows.first().ok_or_else(|| Error::new(ErrorCode::Internal, "a query of one row returned none"))?;
    Ok(row.text(0)?.to_owned())
}

/// Whether a script runs inside a transaction of ours.
fn fits_in_transaction(sql: &Sql, no_transaction: bool) -> bool {
    !no_transaction
        && scan(&sql.text).is_ok_and(|script| {
            script.statements.iter().all(|statement| {
                matches!(
                    TransactionUse::of(statement.sql),
                    TransactionUse::Inside | TransactionUse::UsableAfterCommit
                )
            })
        })
}

/// The first statement that changes the server, and its line.
fn server_wide(sql: &Sql) -> Option<(u32, String)> {
    let script = scan(&sql.text).ok()?;
    let statement = script.statements.iter().find(|statement| Effect::of(statement.sql) == Effect::Server)?;
    let words: Vec<&str> = statement.sql.split_whitespace().take(3).collect();
    Some((sql.line + statement.start.line - 1, words.join(" ")))
}
