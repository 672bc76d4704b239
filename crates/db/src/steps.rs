//! The steps of migrations that are not one transaction: how far each has come, so that a run that was interrupted goes
//! on there.
//!
//! The table stands beside the ledger, `tb_confiture_steps` beside `tb_confiture`, and has the shape that Confiture 1.29
//! for Python gives it for its own steps. A row is a statement of a file: `plan_index` is its number from 0, `stage` says
//! which way the migration goes and has the digest of the file up to and with it, `state` how it stands. The rows of a
//! migration go when it is recorded in the ledger.

use std::collections::BTreeSet;

use pggit_catalog::ident::QualifiedName;
use thiserror::Error;

use crate::session::{Param, RowError, Session, SessionError};

const COLUMNS: [&str; 7] =
    ["migration", "plan_index", "stage", "state", "batch_cursor", "rows_done", "updated_at"];

/// Steps that can't be read or written.
#[derive(Debug, Error)]
pub enum StepsError {
    /// The server refused.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A result had an unexpected shape.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A table of that name is something else.
    #[error("table {table} is not a table of a migration's steps")]
    NotSteps {
        /// The table.
        table: QualifiedName,
    },
}

/// How a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It was begun; whether it ended is not known. For batches: some are done.
    Running,
    /// It failed.
    Failed,
    /// It has run.
    Done,
}

impl StepState {
    /// The word in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Done => "done",
        }
    }
}

/// One statement of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its number in the file, from 0.
    pub statement: usize,
    /// Digest of the file up to and with it.
    pub digest: String,
    /// How it stands.
    pub state: StepState,
    /// Where the next batch starts.
    pub cursor: Option<i64>,
    /// Rows that batches have changed.
    pub rows: i64,
}

/// The steps of one migration, one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    table: QualifiedName,
    migration: String,
    way: &'static str,
}

impl Steps {
    /// Those of a migration beside a ledger; `way` is `up` or `down`.
    #[must_use]
    pub fn new(ledger: &QualifiedName, migration: &str, way: &'static str) -> Self {
        Self { table: table_beside(ledger), migration: migration.to_owned(), way }
    }

    /// Makes the table where there is none.
    ///
    /// # Errors
    /// [`StepsError`].
    pub fn open<S: Session>(&self, session: &mut S) -> Result<(), StepsError> {
        if exists(session, &self.table)? {
            return Ok(());
        }
        Ok(session.script(&sql(&self.table, include_str!("steps/create.sql")))?)
    }

    /// What is written down, in the order of the statements.
    ///
    /// # Errors
    /// [`StepsError`].
    pub fn read<S: Session>(&self, session: &mut S) -> Result<Vec<Step>, StepsError> {
        let params = [Param::Text(&self.migration), Param::Text(self.way)];
        let rows = session.query(&sql(&self.table, include_str!("steps/rows.sql")), &params)?;
        rows.iter()
            .map(|row| {
                let state = match row.text(2)? {
                    "done" => StepState::Done,
                    "failed" => StepState::Failed,
                    _ => StepState::Running,
                };
                Ok(Step {
                    statement: usize::try_from(row.int(0)?).unwrap_or_default(),
                    digest: row.text(1)?.split_once(' ').map_or("", |(_, digest)| digest).to_owned(),
                    state,
                    cursor: row.optional_int(3)?,
                    rows: row.int(4)?,
                })
            })
            .collect()
    }

    /// Writes down how a statement stands.
    ///
    /// # Errors
    /// The server's.
    pub fn mark<S: Session>(&self, session: &mut S, step: &Step) -> Result<(), SessionError> {
        let stage = format!("{} {}", self.way, step.digest);
        let params = [
            Param::Text(&self.migration),
            Param::Int(i64::try_from(step.statement).unwrap_or(i64::MAX)),
            Param::Text(&stage),
            Param::Text(step.state.name()),
            Param::Int(step.cursor.unwrap_or(-1)),
            Param::Int(step.rows),
        ];
        session.execute(&sql(&self.table, include_str!("steps/mark.sql")), &params).map(drop)
    }

    /// Forgets the statements from number `from` on.
    ///
    /// # Errors
    /// The server's.
    pub fn forget<S: Session>(&self, session: &mut S, from: usize) -> Result<(), SessionError> {
        let params = [
            Param::Text(&self.migration),
            Param::Text(self.way),
            Param::Int(i64::try_from(from).unwrap_or(i64::MAX)),
        ];
        session.execute(&sql(&self.table, include_str!("steps/forget.sql")), &params).map(drop)
    }
}

/// A migration that was begun, and has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// As [`Steps::new`] was told.
    pub migration: String,
    /// `up` or `down`.
    pub way: String,
    /// How many statements at its beginning have run.
    pub statements: usize,
}

/// The migrations that were begun, either way, and have not come to their end.
///
/// # Errors
/// [`StepsError`].
pub fn interrupted<S: Session>(
    session: &mut S,
    ledger: &QualifiedName,
) -> Result<Vec<Interrupted>, StepsError> {
    let table = table_beside(ledger);
    if !exists(session, &table)? {
        return Ok(Vec::new());
    }
    let rows = session.query(&sql(&table, include_str!("steps/interrupted.sql")), &[])?;
    rows.iter()
        .map(|row| {
            Ok(Interrupted {
                migration: row.text(0)?.to_owned(),
                way: row.text(1)?.to_owned(),
                statements: usize::try_from(row.int(2)? + 1).unwrap_or_default(),
            })
        })
        .collect()
}

/// The name of the table beside a ledger: names have at most 63 bytes.
#[must_use]
pub fn table_beside(ledger: &QualifiedName) -> QualifiedName {
    const SUFFIX: &str = "_steps";
    let mut end = ledger.name.len().min(63 - SUFFIX.len());
    while !ledger.name.is_char_boundary(end) {
        end -= 1;
    }
    QualifiedName::new(&ledger.schema, format!("{}{SUFFIX}", &ledger.name[..end]))
}

fn exists<S: Session>(session: &mut S, table: &QualifiedName) -> Result<bool, StepsError> {
    let params = [Param::Text(&table.schema), Param::Text(&table.name)];
    let found = session.query(include_str!("ledger/locate.sql"), &params)?;
    let Some(row) = found.first() else { return Ok(false) };
    let columns: BTreeSet<&str> = row.texts(1)?.iter().flatten().map(String::as_str).collect();
    if COLUMNS.iter().all(|column| columns.contains(column)) {
        Ok(true)
    } else {
        Err(StepsError::NotSteps { table: table.clone() })
    }
}

fn sql(table: &QualifiedName, template: &str) -> String {
    let statement = template.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
    statement.replace("STEPS", &table.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beside_ledgers_fit() {
        let beside = |name: &str| table_beside(&QualifiedName::new("s", name)).name;
        assert_eq!(beside("tb_confiture"), "tb_confiture_steps");
        assert_eq!(beside(&"x".repeat(63)), format!("{}_steps", "x".repeat(57)));
        assert_eq!(beside(&"ü".repeat(31)), format!("{}_steps", "ü".repeat(28)));
    }
}
