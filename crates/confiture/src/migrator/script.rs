//! Runs the SQL of one migration.

use std::time::Duration;

use pggit_catalog::ident::quote_ident;
use pggit_db::connection::Connection;
use pggit_db::ledger::LedgerError;
use pggit_db::session::SessionError;
use pggit_migrate::{Directives, Script, Sql, Statement, TransactionUse, scan};

use super::failure::{Cause, Stop};

/// Checks what was deferred while role and settings are still those of the migration; then a later statement sees
/// those of a new connection.
const FINISH: &str = "SET CONSTRAINTS ALL IMMEDIATE; RESET SESSION AUTHORIZATION; RESET ALL";
const RESET: &str = "RESET SESSION AUTHORIZATION; RESET ALL";

/// SQL to run, and how.
pub(crate) struct Job<'a> {
    /// The SQL.
    pub(crate) sql: &'a Sql,
    /// What its comments say on how to run it.
    pub(crate) directives: &'a Directives,
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

/// Runs a script, and `record` with it: in the same transaction where there is one, else after the last statement.
pub(crate) fn run<C: Connection>(
    connection: &mut C,
    job: &Job<'_>,
    record: impl FnOnce(&mut C) -> Result<(), LedgerError>,
) -> Result<(), Stop> {
    let script = scan(&job.sql.text).map_err(|error| Stop::scan(job.sql, error))?;
    let mode = Mode::of(&script, job.directives);
    let result = match mode {
        Mode::Transaction => connection.transaction(|connection| {
            statements(connection, job, &script.statements)?;
            finish(connection, FINISH, record)
        }),
        Mode::Statements => {
            statements(connection, job, &script.statements).and_then(|()| finish(connection, RESET, record))
        }
        Mode::AsWritten => as_written(connection, job, &script.statements, record),
    };
    result.map_err(|stop| {
        if mode != Mode::Transaction {
            // What failed is reported; should the connection be gone, so are transaction and settings.
            let _ = clean_up(connection);
        }
        stop.in_mode(mode)
    })
}

fn statements<C: Connection>(
    connection: &mut C,
    job: &Job<'_>,
    statements: &[Statement<'_>],
) -> Result<(), Stop> {
    let settings = settings(job.directives);
    if !settings.is_empty() {
        connection.script(&settings).map_err(|error| Stop::from(Cause::Directives(error)))?;
    }
    for (index, statement) in statements.iter().enumerate() {
        let done = match statement.copy_data {
            Some(data) => connection.copy_in(statement.sql, data.as_bytes()).map(|_| ()),
            None => connection.script(statement.sql),
        };
        done.map_err(|error| Stop::statement(job.sql, statement, index, error))?;
    }
    Ok(())
}

fn as_written<C: Connection>(
    connection: &mut C,
    job: &Job<'_>,
    all: &[Statement<'_>],
    record: impl FnOnce(&mut C) -> Result<(), LedgerError>,
) -> Result<(), Stop> {
    if let Some((last, before)) = all.split_last().filter(|(last, _)| is_plain_commit(last.sql)) {
        statements(connection, job, before)?;
        if in_transaction(connection)? {
            finish(connection, FINISH, record)?;
            return connection
                .script(last.sql)
                .map_err(|error| Stop::statement(job.sql, last, before.len(), error));
        }
    } else {
        statements(connection, job, all)?;
        if in_transaction(connection)? {
            return Err(Cause::OpenTransaction.into());
        }
    }
    finish(connection, RESET, record)
}

fn finish<C: Connection>(
    connection: &mut C,
    reset: &str,
    record: impl FnOnce(&mut C) -> Result<(), LedgerError>,
) -> Result<(), Stop> {
    connection.script(reset).map_err(|error| Stop::from(Cause::Commit(error)))?;
    record(connection).map_err(|error| Stop::from(Cause::Ledger(error)))
}

fn in_transaction<C: Connection>(connection: &mut C) -> Result<bool, Stop> {
    connection.in_transaction().map_err(|error| Stop::from(Cause::Commit(error)))
}

fn clean_up<C: Connection>(connection: &mut C) -> Result<(), SessionError> {
    if connection.in_transaction()? {
        connection.script("ROLLBACK")?;
    }
    connection.script(RESET)
}

/// `COMMIT` and `END`, after which no transaction is open.
fn is_plain_commit(statement: &str) -> bool {
    let words: Vec<String> = statement.split_whitespace().map(str::to_ascii_lowercase).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["commit" | "end", rest @ ..] => matches!(rest, [] | ["work" | "transaction"]),
        _ => false,
    }
}

fn settings(directives: &Directives) -> String {
    let timeout = |name: &str, value: Option<Duration>| {
        value.map(|value| format!("SET {name} = {};", value.as_millis())).unwrap_or_default()
    };
    let role = directives.role.as_ref().map(|role| format!("SET ROLE {};", quote_ident(role)));
    [
        timeout("lock_timeout", directives.lock_timeout),
        timeout("statement_timeout", directives.statement_timeout),
        role.unwrap_or_default(),
    ]
    .concat()
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

    #[test]
    fn the_last_commit() {
        for text in ["COMMIT", "end", "commit\n work", "END TRANSACTION"] {
            assert!(is_plain_commit(text), "{text}");
        }
        for text in ["COMMIT AND CHAIN", "COMMIT PREPARED 'x'", "ROLLBACK", "SELECT 1"] {
            assert!(!is_plain_commit(text), "{text}");
        }
    }

    #[test]
    fn settings_of_directives() {
        let directives = Directives {
            lock_timeout: Some(Duration::from_secs(5)),
            role: Some("App \"x\"".into()),
            ..Directives::default()
        };
        assert_eq!(settings(&directives), "SET lock_timeout = 5000;SET ROLE \"App \"\"x\"\"\";");
    }
}
