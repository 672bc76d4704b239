//! The lock that keeps migration runners of one database apart.
//!
//! An advisory lock of the session, by the keys that Confiture for Python takes too: a constant, and 31 bits of the
//! SHA-256 of the database's name. Runners for one schema each ([`Scope::Schema`]) have a lock each, of the schema's name
//! behind the database's. It is never waited for inside the server: a waiting statement holds a snapshot,
//! for which `CREATE INDEX CONCURRENTLY` of the runner that has the lock would wait in turn.

use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::session::{Param, RowError, Session, SessionError};

const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The lock could not be had.
#[derive(Debug, Error)]
pub enum LockError {
    /// The server refused.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A result had an unexpected shape.
    #[error(transparent)]
    Row(#[from] RowError),
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
    let start = Instant::now();
    let mut waiting = Some(waiting);
    let mut pause = FIRST_PAUSE;
    while !ask(session, scope, include_str!("migrate_lock/try_lock.sql"))? {
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
    ask(session, scope, include_str!("migrate_lock/unlock.sql"))
}

fn ask<S: Session>(session: &mut S, scope: Scope<'_>, sql: &str) -> Result<bool, LockError> {
    let behind = match scope {
        Scope::Database => String::new(),
        Scope::Schema(schema) => format!("\u{1}{schema}"),
    };
    let rows = session.query(sql, &[Param::Text(&behind)])?;
    match rows.first() {
        Some(row) => Ok(row.bool(0)?),
        None => Ok(false),
    }
}
