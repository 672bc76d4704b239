//! The state of a database, for comparing databases that were made in different ways.

use pggit_wire::settings::ConnectionSettings;

use crate::client;
use crate::dump;

/// Ledgers of our own and pgGit itself are no part of a database's state.
const LEFT_OUT: &[&str] = &[
    "--exclude-schema=pggit",
    "--exclude-table=tb_confiture",
    "--exclude-table=confiture_lock_holder",
    "--exclude-table=tb_confiture_steps",
];

/// Schema and rows of a database, in an order that does not depend on how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseState {
    /// The statements of `pg_dump --schema-only`, sorted; columns of a table are sorted too, since no `ALTER TABLE`
    /// can put them into another order.
    pub schema: String,
    /// The rows of every table as JSON, sorted, and the positions of sequences.
    pub rows: String,
}

/// The rows of every table, with the name of the table, and the position of every sequence.
const ROWS: &str = include_str!("state/rows.sql");

impl DatabaseState {
    /// Reads the state of a database.
    ///
    /// # Panics
    /// When a program fails.
    #[track_caller]
    #[must_use]
    pub fn of(settings: &ConnectionSettings) -> Self {
        let mut arguments = vec!["--schema-only"];
        arguments.extend(LEFT_OUT);
        arguments.push("-d");
        let text = client::run("pg_dump", &arguments, settings, "")
            .unwrap_or_else(|error| panic!("pg_dump: {error}"));
        let statements = client::psql(settings, ROWS);
        let rows =
            if statements.trim().is_empty() { String::new() } else { client::psql(settings, &statements) };
        Self { schema: sorted(&dump::normalized(&text)), rows }
    }

    /// What this state has and `other` has not, and the other way round: the first lines, as a message.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<String> {
        let mut lines = Vec::new();
        for (mine, theirs) in [(&self.schema, &other.schema), (&self.rows, &other.rows)] {
            lines.extend(only_in(mine, theirs).map(|line| format!("< {line}")));
            lines.extend(only_in(theirs, mine).map(|line| format!("> {line}")));
        }
        if self == other {
            return None;
        }
        let count = lines.len();
        lines.truncate(40);
        lines.push(format!("({count} lines differ)"));
        Some(lines.join("\n"))
    }
}

fn only_in<'a>(left: &'a str, right: &str) -> impl Iterator<Item = &'a str> {
    let known: std::collections::BTreeSet<&str> = right.lines().collect();
    left.lines().filter(move |line| !known.contains(line)).collect::<Vec<_>>().into_iter()
}

/// Whether a statement is about the extension itself. Default privileges of the database change what its members
/// have, and `pg_dump` writes the difference.
fn is_of_pggit(statement: &str) -> bool {
    let privileges = statement.starts_with("REVOKE ") || statement.starts_with("GRANT ");
    statement.contains("EXTENSION IF NOT EXISTS pggit ")
        || statement.starts_with("COMMENT ON EXTENSION pggit ")
        || (privileges
            && ["FUNCTION", "TABLE", "SEQUENCE"]
                .iter()
                .any(|kind| statement.contains(&format!(" ON {kind} pggit."))))
        || (privileges && statement.contains(" ON SCHEMA pggit "))
}

/// The statements of a normalized dump in an order of their own.
fn sorted(dump: &str) -> String {
    let mut statements: Vec<String> = dump
        .split("\n\n")
        .map(str::trim)
        .filter(|statement| !statement.is_empty() && !is_of_pggit(statement))
        .map(|statement| {
            if !statement.starts_with("CREATE TABLE ") && !statement.starts_with("CREATE UNLOGGED TABLE ") {
                return statement.to_owned();
            }
            let mut lines: Vec<&str> = statement.lines().map(|line| line.trim_end_matches(',')).collect();
            lines.sort_unstable();
            lines.join("\n")
        })
        .collect();
    statements.sort();
    statements.join("\n\n") + "\n"
}
