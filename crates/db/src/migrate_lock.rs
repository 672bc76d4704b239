//! The lock that keeps migration runners of one database apart.
//!
//! An advisory lock of the session, by the keys that Confiture for Python takes too: a constant, and 31 bits of the
//! SHA-256 of the database's name. Runners for one schema each ([`Scope::Schema`]) have a lock each, of the schema's name
//! behind the database's. It is never waited for inside the server: a waiting statement holds a snapshot,
//! for which `CREATE INDEX CONCURRENTLY` of the runner that has the lock would wait in turn.
//!
//! Behind a pooler that gives each transaction to another session a lock of the session would be nobody's. There a second
//! connection, the [`Keeper`], has the same lock to the end of a transaction that stays open as long as the run. It has no
//! snapshot, so nobody waits for it either. The same is done where a migration gives up all locks of its session. And each transaction of the runner has a lock of its own, see
//! [`work_lock`].

use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::connection::Connection;
use crate::queue::Queue;
use crate::session::{Param, RowError, Session, SessionError};

/// The kind of lock that a whole run has.
const RUNS: u32 = 1_751_936_052;
/// The kind that each of its transactions has.
const WORK: u32 = 1_751_936_053;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Takes the lock of the runner's own transactions, to the end of the transaction. When a runner is killed, the lock of
/// its keeper is free at once, while the server may still be at work on its last transaction: who comes next waits here
/// for the end of that.
///
/// # Errors
/// None in fact: nothing is asked of a server here.
pub fn work_lock(scope: Scope<'_>) -> Result<String, SessionError> {
    let mut queue = Queue::default();
    queue.execute(&call("pg_advisory_xact_lock", WORK), &[Param::Text(&behind(scope))])?;
    Ok(queue.as_str().to_owned())
}

/// The lock could not be had.
#[derive(Debug, Error)]
pub enum LockError {
    /// The server refused.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A result had an unexpected shape.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The connection that kept the lock is gone, and the lock with it.
    #[error("the lock of this database's migration runs was lost")]
    Lost {
        /// What became of the connection.
        source: SessionError,
    },
    /// Another runner kept it longer than we may wait.
    #[error("another migration run holds the lock of this database")]
    Busy {
        /// How long we waited.
        waited: Duration,
    },
}

/// What a runner keeps others out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The database.
    Database,
    /// One schema with a ledger of its own; runners for other schemas, and for the database, do not wait.
    Schema(&'a str),
}

/// Takes the lock, waiting for another runner for at most `patience` (`None`: for as long as it takes). `waiting` is
/// called once, before the first pause. What is taken twice has to be given back twice.
///
/// # Errors
/// [`LockError`].
pub fn acquire<S: Session>(
    session: &mut S,
    scope: Scope<'_>,
    patience: Option<Duration>,
    waiting: impl FnOnce(),
) -> Result<(), LockError> {
    poll(patience, waiting, || ask(session, scope, "pg_try_advisory_lock"))
}

fn poll(
    patience: Option<Duration>,
    waiting: impl FnOnce(),
    mut attempt: impl FnMut() -> Result<bool, LockError>,
) -> Result<(), LockError> {
    let start = Instant::now();
    let mut waiting = Some(waiting);
    let mut pause = FIRST_PAUSE;
    while !attempt()? {
        let waited = start.elapsed();
        if patience.is_some_and(|patience| waited >= patience) {
            return Err(LockError::Busy { waited });
        }
        if let Some(waiting) = waiting.take() {
            waiting();
        }
        thread::sleep(patience.map_or(pause, |patience| pause.min(patience - waited)));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(())
}

/// Gives the lock back; `false` when this session did not hold it.
///
/// # Errors
/// [`LockError`] when the server can't be asked; the lock ends with the session then.
pub fn release<S: Session>(session: &mut S, scope: Scope<'_>) -> Result<bool, LockError> {
    ask(session, scope, "pg_advisory_unlock")
}

/// A connection that has the lock as long as its transaction is open.
#[derive(Debug)]
pub struct Keeper<C> {
    connection: C,
}

impl<C: Connection> Keeper<C> {
    /// Takes the lock, waiting as [`acquire`] does.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn acquire(
        mut connection: C,
        scope: Scope<'_>,
        patience: Option<Duration>,
        waiting: impl FnOnce(),
    ) -> Result<Self, LockError> {
        poll(patience, waiting, || {
            connection.script("BEGIN ISOLATION LEVEL READ COMMITTED")?;
            // Nobody is to end a transaction that does nothing for as long as the run takes.
            connection.query(include_str!("migrate_lock/no_timeouts.sql"), &[])?;
            let taken = ask(&mut connection, scope, "pg_try_advisory_xact_lock")?;
            if !taken {
                connection.script("ROLLBACK")?;
            }
            Ok(taken)
        })?;
        Ok(Self { connection })
    }

    /// Makes sure that the lock is still there.
    ///
    /// # Errors
    /// [`LockError::Lost`].
    pub fn check(&mut self) -> Result<(), LockError> {
        self.connection.script("SELECT").map_err(|source| LockError::Lost { source })
    }

    /// Gives the lock back.
    ///
    /// # Errors
    /// [`LockError::Lost`].
    pub fn release(mut self) -> Result<(), LockError> {
        self.connection.script("COMMIT").map_err(|source| LockError::Lost { source })
    }
}

/// What a function says of the lock of runs.
fn ask<S: Session>(session: &mut S, scope: Scope<'_>, function: &str) -> Result<bool, LockError> {
    let rows = session.query(&call(function, RUNS), &[Param::Text(&behind(scope))])?;
    match rows.first() {
        Some(row) => Ok(row.bool(0)?),
        None => Ok(false),
    }
}

/// The statement that calls a function for a kind of lock.
fn call(function: &str, kind: u32) -> String {
    let lines = include_str!("migrate_lock/key.sql").lines().filter(|line| !line.starts_with("--"));
    let template = lines.collect::<Vec<_>>().join("\n");
    template.replace("FUNCTION", function).replace("FIRST", &kind.to_string())
}

/// What stands behind the name of the database in what the lock is of.
fn behind(scope: Scope<'_>) -> String {
    match scope {
        Scope::Database => String::new(),
        Scope::Schema(schema) => format!("\u{1}{schema}"),
    }
}
