//! Runs the SQL of one migration.

mod batches;
mod stepwise;
mod transaction;

use std::collections::BTreeMap;
use std::thread;
use std::time::Instant;

use pggit_db::connection::Connection;
use pggit_db::ledger::LedgerError;
use pggit_db::migrate_lock::LockError;
use pggit_db::queue::Queue;
use pggit_db::session::{Session, SessionError};
use pggit_db::steps::Steps;
use pggit_migrate::batch::{self, Batch};
use pggit_migrate::{Directives, Script, Sql, Statement, TransactionUse, scan};

use super::event::Event;
use super::failure::{Cause, Stop};
use super::retry::{Attempts, LockPatience};
use stepwise::Stepwise;
pub(super) use transaction::BEGIN;

/// Settings and role as those of a new connection.
const RESET: &str = "RESET SESSION AUTHORIZATION; RESET ALL";
/// Nothing temporary, as in a new connection; what is still read can't be dropped.
const NOTHING_TEMPORARY: [&str; 2] = ["CLOSE ALL", "DISCARD TEMP"];
/// What was to be executed is not, or not any more, prepared.
const INVALID_SQL_STATEMENT_NAME: &str = "26000";
/// A new value of an enum was used in the transaction that added it.
const UNSAFE_NEW_ENUM_VALUE: &str = "55P04";

/// SQL to run, and how.
pub(crate) struct Job<'a> {
    /// The SQL.
    pub(crate) sql: &'a Sql,
    /// What its comments say on how to run it.
    pub(crate) directives: &'a Directives,
    /// Where to write down how far it has come, should it not be one transaction.
    pub(crate) steps: Option<Steps>,
    /// Whether something is written down there: then it goes on statement by statement, as it began.
    pub(crate) goes_on: bool,
    /// How to wait for locks.
    pub(crate) patience: LockPatience,
    /// Whether it is part of a transaction of the caller's.
    pub(crate) enclosed: bool,
    /// Begins each transaction of ours, with a semicolon at its end.
    pub(crate) begin: String,
    /// Whether another connection has the lock of runners.
    pub(crate) is_kept: bool,
    /// Makes sure that we are still the only runner.
    pub(crate) check: &'a dyn Fn() -> Result<(), LockError>,
    /// When it began.
    pub(crate) started: Instant,
}

impl<'a> Job<'a> {
    /// A job that is done once, and of which nothing is written down.
    pub(crate) fn new(sql: &'a Sql, directives: &'a Directives) -> Self {
        Self {
            sql,
            directives,
            steps: None,
            goes_on: false,
            patience: LockPatience::NONE,
            enclosed: false,
            begin: BEGIN.to_owned(),
            is_kept: false,
            check: &|| Ok(()),
            started: Instant::now(),
        }
    }

    /// What ends it, with its record: what it made for its session goes.
    fn finish(&self, queue: &mut Queue, record: &dyn Record, milliseconds: Option<i64>) -> Result<(), Stop> {
        if self.sql.may_make_temporary_objects() {
            NOTHING_TEMPORARY.iter().try_for_each(|statement| queue.script(statement))?;
        }
        record.record(queue, milliseconds).map_err(|error| Stop::from(Cause::Ledger(error)))
    }

    /// How long it has been running.
    fn milliseconds(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

/// Told what happens.
pub(crate) type Notify<'n> = dyn FnMut(&Event<'_>) + 'n;

/// Writes down that a migration has run.
pub(crate) trait Record {
    /// It ran for so many milliseconds; without that, since its transaction began.
    fn record(&self, queue: &mut Queue, milliseconds: Option<i64>) -> Result<(), LedgerError>;

    /// From now on does without what the session has prepared; whether it had counted on that.
    fn unprepare(&self) -> bool {
        false
    }
}

impl<F: Fn(&mut Queue, Option<i64>) -> Result<(), LedgerError>> Record for F {
    fn record(&self, queue: &mut Queue, milliseconds: Option<i64>) -> Result<(), LedgerError> {
        self(queue, milliseconds)
    }
}

/// How the statements of a script stand to transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// All in one.
    Transaction,
    /// Each for itself.
    Statements,
    /// As the script begins and ends them.
    AsWritten,
}

impl Mode {
    fn of(script: &Script<'_>, directives: &Directives) -> Self {
        let mut mode = if directives.no_transaction { Self::Statements } else { Self::Transaction };
        for statement in &script.statements {
            match TransactionUse::of(statement.sql) {
                TransactionUse::Control => return Self::AsWritten,
                TransactionUse::Outside => mode = Self::Statements,
                TransactionUse::Inside | TransactionUse::UsableAfterCommit => {}
            }
        }
        mode
    }
}

/// Runs a script, and nothing with it; of what happens nobody is told.
pub(crate) fn run_quietly<C: Connection>(connection: &mut C, job: &Job<'_>) -> Result<(), Stop> {
    run(connection, job, &mut |_| {}, &|_: &mut Queue, _| Ok(()))
}

/// Runs a script, and `record` with it: in the same transaction where there is one, else after the last statement. What
/// fails for want of a lock is tried again.
pub(crate) fn run<C: Connection>(
    connection: &mut C,
    job: &Job<'_>,
    notify: &mut Notify<'_>,
    record: &dyn Record,
) -> Result<(), Stop> {
    let script = scan(&job.sql.text).map_err(|error| Stop::scan(job.sql, error))?;
    let mut mode = Mode::of(&script, job.directives);
    if mode == Mode::Transaction && (job.goes_on || !batches(job, &script)?.is_empty()) {
        mode = Mode::Statements;
    }
    if job.enclosed && mode != Mode::Transaction {
        return Err(Cause::NotInTransaction.into());
    }
    let mut attempts = Attempts::new(job.patience);
    loop {
        let result = match mode {
            Mode::Transaction => transaction::run(connection, job, &script.statements, record),
            Mode::Statements | Mode::AsWritten => {
                Stepwise::new(connection, job, &script, notify, &mut attempts)
                    .and_then(|mut stepwise| stepwise.run(mode, record))
            }
        };
        let Err(stop) = result else { return Ok(()) };
        if job.enclosed {
            return Err(stop.in_mode(mode, job.steps.is_some()));
        }
        // What failed is reported; should the connection be gone, so are transaction and settings.
        let _ = clean_up(connection);
        if stop.sqlstate() == UNSAFE_NEW_ENUM_VALUE && mode == Mode::Transaction {
            // It was rolled back as a whole; statement by statement the new value is there for the next.
            mode = Mode::Statements;
            continue;
        }
        if stop.sqlstate() == INVALID_SQL_STATEMENT_NAME && mode == Mode::Transaction && record.unprepare() {
            // The SQL took it away, as DEALLOCATE ALL does, and was rolled back for that.
            continue;
        }
        let may_go_on = mode == Mode::Transaction || job.steps.is_some();
        let pause =
            if may_go_on && stop.may_be_tried_again() { attempts.pause_after(stop.sqlstate()) } else { None };
        let Some(pause) = pause else { return Err(stop.in_mode(mode, job.steps.is_some())) };
        notify(&Event::Retrying {
            file: &job.sql.file,
            reason: stop.message(),
            retry: attempts.made(),
            retries: attempts.retries(),
            pause,
        });
        thread::sleep(pause);
    }
}

/// The statements that run in batches.
fn batches(job: &Job<'_>, script: &Script<'_>) -> Result<BTreeMap<usize, Batch>, Stop> {
    batch::read(script).map_err(|errors| Cause::Batch { line: job.sql.line, errors }.into())
}

/// Runs one statement; `head` are statements of ours that can't fail, to go before it in the same message.
fn execute<C: Connection>(
    connection: &mut C,
    job: &Job<'_>,
    statement: &Statement<'_>,
    index: usize,
    head: &str,
) -> Result<(), Stop> {
    let done = match statement.copy_data {
        Some(data) => {
            begin(connection, head)?;
            connection.copy_in(statement.sql, data.as_bytes()).map(drop)
        }
        None if head.is_empty() => connection.script(statement.sql),
        None => {
            let sent = connection.script(&format!("{head}{}", statement.sql));
            sent.map_err(|error| after(head, statement, error))
        }
    };
    done.map_err(|error| Stop::statement(job.sql, statement, index, error))
}

/// The error of a statement that stood behind a head of ours in its message.
fn after(head: &str, statement: &Statement<'_>, error: SessionError) -> SessionError {
    let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let last = count(statement.sql).saturating_add(1);
    let position =
        error.position.and_then(|at| at.checked_sub(count(head))).filter(|at| (1..=last).contains(at));
    SessionError { position, ..error }
}

/// Runs what comes before the first statement.
fn begin<C: Connection>(connection: &mut C, head: &str) -> Result<(), Stop> {
    if head.is_empty() {
        return Ok(());
    }
    connection.script(head).map_err(|error| Stop::from(Cause::Directives(error)))
}

/// Sends what ends a transaction or a migration.
fn send<C: Connection>(connection: &mut C, queue: &Queue) -> Result<(), Stop> {
    connection.script(queue.as_str()).map_err(|error| Stop::from(Cause::Commit(error)))
}

fn in_transaction<C: Connection>(connection: &mut C) -> Result<bool, Stop> {
    connection.in_transaction().map_err(|error| Stop::from(Cause::Commit(error)))
}

fn clean_up<C: Connection>(connection: &mut C) -> Result<(), SessionError> {
    if connection.in_transaction()? {
        connection.script("ROLLBACK")?;
    }
    if connection.is_pooled() { Ok(()) } else { connection.script(RESET) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes() {
        for (text, expected) in [
            ("CREATE TABLE a ();", Mode::Transaction),
            ("CREATE TABLE a (); CREATE INDEX CONCURRENTLY i ON a (x);", Mode::Statements),
            ("BEGIN; CREATE TABLE a (); COMMIT;", Mode::AsWritten),
            ("", Mode::Transaction),
        ] {
            let script = scan(text).expect(text);
            assert_eq!(Mode::of(&script, &Directives::default()), expected, "{text}");
        }
        let script = scan("SELECT 1").expect("a script");
        let directives = Directives { no_transaction: true, ..Directives::default() };
        assert_eq!(Mode::of(&script, &directives), Mode::Statements);
    }
}
