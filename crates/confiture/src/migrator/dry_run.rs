//! Tries what is pending inside a transaction that is rolled back.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use pggit_db::connection::Connection;
use pggit_db::ledger::Ledger;
use pggit_db::session::SessionError;
use pggit_db::steps;
use pggit_migrate::{Identity, Migration, MigrationSet, TransactionUse, UpRequest, scan};

use super::{Direction, Job, LockPatience, Migrator, is_begun, run_quietly};
use crate::error::{Error, Result};

/// A pending migration that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Its version, or its name where it has none.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// What it would run.
    pub sql: String,
    /// The line of the file on which that starts.
    pub line: u32,
    /// How that went.
    pub outcome: TriedOutcome,
}

/// How a try went.
#[derive(Debug, Clone, PartialEq)]
pub enum TriedOutcome {
    /// It ran, and was rolled back.
    Proven {
        /// How long it took.
        duration: Duration,
    },
    /// It can't run inside a transaction.
    NotTried {
        /// Why.
        reason: String,
    },
    /// It failed after one that was not tried, perhaps for that reason.
    Failed {
        /// Why.
        error: Error,
    },
}

/// Ends the transaction of a dry run.
enum End {
    /// All went as it should.
    RolledBack(Vec<Tried>),
    Failed(Error),
}

impl From<SessionError> for End {
    fn from(error: SessionError) -> Self {
        Self::Failed(error.into())
    }
}

impl<C: Connection> Migrator<'_, C> {
    /// Runs what [`Migrator::up`] would run in one transaction, and rolls it back. What can't run in one is passed over
    /// and said. Locks are held until the end of the whole try.
    ///
    /// # Errors
    /// As [`Migrator::up`], the failure of a migration included, unless one before it was passed over.
    pub fn dry_run(&mut self, set: &MigrationSet, request: &UpRequest) -> Result<Vec<Tried>> {
        let pending = self.pending(set, request)?;
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        let set = self.expanded(set, &pending)?;
        self.locked(|migrator| {
            let pending = migrator.pending(&set, request)?;
            let begun = migrator.begun(&pending)?;
            let ended = migrator.connection.transaction(|connection| {
                let mut tried: Vec<Tried> = Vec::new();
                for migration in pending {
                    let is_begun = begun.contains(&migration.identity);
                    let outcome = match needs_its_own_transactions(migration, is_begun) {
                        Some(reason) => TriedOutcome::NotTried { reason },
                        None => attempt(connection, migration, &tried).map_err(End::Failed)?,
                    };
                    tried.push(Tried {
                        version: migration.identity.to_string(),
                        name: migration.name.clone(),
                        file: migration.file().to_owned(),
                        sql: migration.up.text.clone(),
                        line: migration.up.line,
                        outcome,
                    });
                }
                // An error is what rolls back.
                Err::<(), End>(End::RolledBack(tried))
            });
            match ended {
                Err(End::RolledBack(tried)) => Ok(tried),
                Err(End::Failed(error)) => Err(error),
                Ok(()) => Ok(Vec::new()),
            }
        })
    }

    /// Those that an earlier run has begun and not ended.
    fn begun(&mut self, migrations: &[&Migration]) -> Result<BTreeSet<Identity>> {
        let Some(ledger) = Ledger::find(self.connection, &self.ledger)? else { return Ok(BTreeSet::new()) };
        let interrupted = steps::interrupted(self.connection, ledger.name())?;
        let begun = migrations.iter().filter(|m| is_begun(&interrupted, &ledger, m, Direction::Up));
        Ok(begun.map(|migration| migration.identity.clone()).collect())
    }
}

fn attempt<C: Connection>(
    connection: &mut C,
    migration: &Migration,
    before: &[Tried],
) -> Result<TriedOutcome> {
    let start = Instant::now();
    let job = Job {
        patience: LockPatience { retries: 0, ..LockPatience::DEFAULT },
        enclosed: true,
        ..Job::new(&migration.up, &migration.directives)
    };
    // A savepoint, should it fail.
    let ran = connection.transaction(|connection| run_quietly(connection, &job));
    let Err(stop) = ran else {
        return Ok(TriedOutcome::Proven { duration: start.elapsed() });
    };
    let mut error = stop.into_plain(migration.file());
    let left_out: Vec<&str> = before
        .iter()
        .filter(|tried| !matches!(tried.outcome, TriedOutcome::Proven { .. }))
        .map(|tried| tried.file.as_str())
        .collect();
    if left_out.is_empty() {
        let note = "This was a dry run: nothing was changed.";
        error.detail = Some(match error.detail {
            Some(detail) => format!("{detail}\n{note}"),
            None => note.to_owned(),
        });
        return Err(error);
    }
    error.hint = Some(format!(
        "Perhaps it needs what was not tried: {}. A scratch database tries all of it: \"--verify\".",
        left_out.join(", ")
    ));
    Ok(TriedOutcome::Failed { error })
}

/// Why a migration can't be tried inside a transaction, if it can't.
fn needs_its_own_transactions(migration: &Migration, is_begun: bool) -> Option<String> {
    if is_begun {
        return Some("an earlier run has begun it, and the next goes on there".to_owned());
    }
    let script = scan(&migration.up.text).ok()?;
    let found = script.statements.iter().find_map(|statement| {
        let why = match TransactionUse::of(statement.sql) {
            TransactionUse::Outside => "can't run inside a transaction",
            TransactionUse::Control => "begins or ends a transaction",
            TransactionUse::Inside | TransactionUse::UsableAfterCommit => return None,
        };
        let words: Vec<&str> = statement.sql.split_whitespace().take(3).collect();
        let line = migration.up.line + statement.start.line - 1;
        Some(format!("line {line}: {} … {why}", words.join(" ")))
    });
    let asked = || "it says no-transaction".to_owned();
    found.or_else(|| migration.directives.no_transaction.then(asked))
}
