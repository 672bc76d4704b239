//! A script as one transaction.

use std::time::Duration;

use pggit_catalog::ident::quote_ident;
use pggit_db::connection::{Connection, StatementsError};
use pggit_db::queue::Queue;
use pggit_db::session::Session;
use pggit_migrate::{Directives, Statement};

use super::{Job, RESET, Record, after, begin, execute, send};
use crate::migrator::failure::{Cause, Stop};

/// SQLSTATEs of a connection that is lost: how far the server came is not known then.
const CONNECTION_EXCEPTION: &str = "08";

/// Begins a transaction of ours.
pub(in crate::migrator) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;";

/// Runs all statements and the record in one transaction. The first statement goes in one message with what begins the
/// transaction, the last with what records and commits: the server tells how far it came, so that an error belongs to one
/// statement.
pub(super) fn run<C: Connection>(
    connection: &mut C,
    job: &Job<'_>,
    statements: &[Statement<'_>],
    record: &dyn Record,
) -> Result<(), Stop> {
    let begins = (!job.enclosed).then(|| job.begin.clone());
    let mut head: Vec<String> = begins.into_iter().chain(lock_timeout(job.patience.timeout)).collect();
    let settings = settings(job.directives);
    if statements.is_empty() || !settings.is_empty() {
        // What the file asks for can fail, and must not be taken for its first statement then.
        begin(connection, &head.concat())?;
        begin(connection, &settings)?;
        head.clear();
    }
    let (last, others) = match statements.split_last() {
        // A lock that is kept elsewhere we look for between the last statement and the commit.
        Some((last, others)) if last.copy_data.is_none() && !job.is_kept => (Some(last), others),
        _ => (None, statements),
    };
    for (index, statement) in others.iter().enumerate() {
        execute(connection, job, statement, index, &head.concat())?;
        head.clear();
    }
    if let Some(last) = last {
        return ending(connection, job, last, others.len(), &head, &tail(job, record)?);
    }
    let tail = tail(job, record)?;
    (job.check)().map_err(|error| Stop::from(Cause::Lock(error)))?;
    send(connection, &tail)
}

/// What comes after the last statement.
fn tail(job: &Job<'_>, record: &dyn Record) -> Result<Queue, Stop> {
    let mut tail = Queue::default();
    // Checks what was deferred while role and settings are still those of the migration.
    tail.script("SET CONSTRAINTS ALL IMMEDIATE")?;
    tail.script(RESET)?;
    job.finish(&mut tail, record, None)?;
    if !job.enclosed {
        tail.script("COMMIT")?;
    }
    Ok(tail)
}

/// Runs the last statement, with the statements that come before it and after it in one message.
fn ending<C: Connection>(
    connection: &mut C,
    job: &Job<'_>,
    statement: &Statement<'_>,
    index: usize,
    head: &[String],
    tail: &Queue,
) -> Result<(), Stop> {
    let start = head.concat();
    let message = format!("{start}{};\n{}", statement.sql, tail.as_str());
    let Err(StatementsError { completed, error }) = connection.statements(&message) else { return Ok(()) };
    if completed > head.len() {
        return Err(Cause::Commit(error).into());
    }
    let is_lost = error.sqlstate.starts_with(CONNECTION_EXCEPTION);
    let stop = Stop::statement(job.sql, statement, index, after(&start, statement, error));
    Err(if is_lost { stop.with_commit() } else { stop })
}

/// Sets `lock_timeout` to the end of the transaction; zero leaves it.
pub(super) fn lock_timeout(timeout: Duration) -> Option<String> {
    (!timeout.is_zero()).then(|| format!("SET LOCAL lock_timeout = {};", timeout.as_millis()))
}

/// What directives set, for the session.
pub(super) fn settings(directives: &Directives) -> String {
    let timeout = directives.statement_timeout;
    let timeout = timeout.map(|value| format!("SET statement_timeout = {};", value.as_millis()));
    let role = directives.role.as_ref().map(|role| format!("SET ROLE {};", quote_ident(role)));
    [timeout, role].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_directives() {
        let directives = Directives {
            statement_timeout: Some(Duration::from_secs(5)),
            role: Some("App \"x\"".into()),
            ..Directives::default()
        };
        assert_eq!(settings(&directives), "SET statement_timeout = 5000;SET ROLE \"App \"\"x\"\"\";");
        assert_eq!(
            lock_timeout(Duration::from_millis(1500)).as_deref(),
            Some("SET LOCAL lock_timeout = 1500;")
        );
        assert_eq!(lock_timeout(Duration::ZERO), None);
    }
}
