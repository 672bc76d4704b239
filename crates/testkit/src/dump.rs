//! Dumps of databases, for comparing.

mod statement;

use pggit_wire::settings::ConnectionSettings;
use similar::TextDiff;

use crate::client;
use statement::Statement;

/// The schema of a database as `pg_dump` writes it, [`normalized`].
///
/// # Panics
/// When `pg_dump` fails.
#[track_caller]
pub fn dump(settings: &ConnectionSettings) -> String {
    pg_dump(settings, &["--schema-only", "-d"])
}

/// The same with the rows, as `INSERT` commands with column names, sorted within each table.
///
/// # Panics
/// When `pg_dump` fails.
#[track_caller]
pub fn dump_with_rows(settings: &ConnectionSettings) -> String {
    pg_dump(settings, &["--column-inserts", "-d"])
}

#[track_caller]
fn pg_dump(settings: &ConnectionSettings, arguments: &[&str]) -> String {
    match client::run("pg_dump", arguments, settings, "") {
        Ok(text) => normalized(&text),
        Err(message) => panic!("pg_dump failed: {message}"),
    }
}

/// A dump without what says nothing about the database: comments, settings of the restoring session, version lines,
/// `\restrict` with its random token; runs of `INSERT` sorted. Text inside quotes and bodies stays as it is.
#[must_use]
pub fn normalized(dump: &str) -> String {
    let mut statements: Vec<Statement> =
        statement::split(dump).into_iter().filter(|statement| !statement.is_session_setting()).collect();
    for run in statements.chunk_by_mut(|a, b| a.is_insert() && b.is_insert()) {
        if run[0].is_insert() {
            run.sort();
        }
    }
    statements.iter().fold(String::new(), |text, statement| text + statement.text() + "\n\n")
}

/// Compares two dumps.
///
/// # Panics
/// When they differ, with the difference.
#[track_caller]
pub fn assert_same_dump(left: &str, right: &str) {
    if left != right {
        let difference = TextDiff::from_lines(left, right);
        panic!("dumps differ:\n{}", difference.unified_diff().context_radius(4).header("left", "right"));
    }
}
