//! A script as one transaction.

use std::time::Duration;

use pggit_catalog::ident::quote_ident;
use pggit_db::connection::Connection;
use pggit_db::queue::Queue;
use pggit_db::session::Session;
use pggit_migrate::{Directives, Statement};

use super::{Job, RESET, Record, begin, execute, send};
use crate::migrator::failure::{Cause, Stop};

/// Begins a transaction of ours.
pub(in crate::migrator) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;";

/// Runs all statements and the record in one transaction. It takes two messages where there is one statement: one that
/// begins and runs it, one that records and commits. Each is answered before the next is sent, so that an error belongs
/// to one statement.
pub(super) fn run<C: Connection>(
    connection: &mut C,
    job: &Job<'_>,
    statements: &[Statement<'_>],
    record: &Record<'_>,
) -> Result<(), Stop> {
    let start = if job.enclosed { "" } else { job.begin.as_str() };
    let mut head = format!("{start}{}", lock_timeout(job.patience.timeout));
    let settings = settings(job.directives);
    if statements.is_empty() || !settings.is_empty() {
        // What the file asks for can fail, and must not be taken for its first statement then.
        begin(connection, &head)?;
        begin(connection, &settings)?;
        head.clear();
    }
    for (index, statement) in statements.iter().enumerate() {
        execute(connection, job, statement, index, if index == 0 { &head } else { "" })?;
    }
    let mut queue = Queue::default();
    // Checks what was deferred while role and settings are still those of the migration.
    queue.script("SET CONSTRAINTS ALL IMMEDIATE")?;
    queue.script(RESET)?;
    record(&mut queue).map_err(|error| Stop::from(Cause::Ledger(error)))?;
    (job.check)().map_err(|error| Stop::from(Cause::Lock(error)))?;
    if !job.enclosed {
        queue.script("COMMIT")?;
    }
    send(connection, &queue)
}

/// Sets `lock_timeout` to the end of the transaction; zero leaves it.
pub(super) fn lock_timeout(timeout: Duration) -> String {
    if timeout.is_zero() {
        return String::new();
    }
    format!("SET LOCAL lock_timeout = {};", timeout.as_millis())
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
        assert_eq!(lock_timeout(Duration::from_millis(1500)), "SET LOCAL lock_timeout = 1500;");
        assert_eq!(lock_timeout(Duration::ZERO), "");
    }
}
