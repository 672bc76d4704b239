//! What a statement that can't run in a transaction left behind when it was interrupted, and what is to be done about it.
//!
//! Such a statement and the note that it has run are not one transaction. So where a run finds the note that a statement
//! was begun and none that it ended, the catalog tells, see [`Trace`].

use std::thread;
use std::time::Duration;

use pggit_migrate::Trace;
use pggit_migrate::trace::{IndexMade, ReindexScope, SharedKind};

use crate::connection::Connection;
use crate::session::{Param, Row, RowError, SessionError};

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What is to be done with a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It has run.
    Done,
    /// It has to run; nothing is in its way.
    Run,
}

/// An index of a table.
struct Index {
    oid: i64,
    name: String,
    is_valid: bool,
    is_being_built: bool,
}

/// Clears away what an interrupted run of a statement left behind, and says whether it has to run. `begun` says that a
/// run of ours began it; without that, only an invalid index under the very name that is to be made is cleared away,
/// since nothing else can be meant with it.
///
/// # Errors
/// The server's.
pub fn settle<C: Connection>(
    connection: &mut C,
    trace: &Trace<'_>,
    begun: bool,
) -> Result<Verdict, SessionError> {
    match trace {
        Trace::IndexMade(index) => settle_index(connection, index, begun),
        Trace::IndexDropped { name } if begun => gone(connection, name),
        Trace::Reindexed { scope, name } if begun => {
            drop_leftovers(connection, *scope, *name)?;
            Ok(Verdict::Run)
        }
        Trace::PartitionDetached { table, partition } => {
            settle_partition(connection, table, partition, begun)
        }
        Trace::Made { kind, name } if begun => Ok(done_if(shared_exists(connection, *kind, name)?)),
        Trace::Dropped { kind, name } if begun => Ok(done_if(!shared_exists(connection, *kind, name)?)),
        _ => Ok(Verdict::Run),
    }
}

/// Clears away the invalid index that a statement which has just failed left behind.
///
/// # Errors
/// The server's.
pub fn clear_failed<C: Connection>(connection: &mut C, trace: &Trace<'_>) -> Result<(), SessionError> {
    match trace {
        Trace::IndexMade(index) if index.name.is_some() => {
            let found = indexes(connection, index)?;
            drop_invalid(connection, &found).map(drop)
        }
        Trace::Reindexed { scope, name } => drop_leftovers(connection, *scope, *name),
        _ => Ok(()),
    }
}

const fn done_if(done: bool) -> Verdict {
    if done { Verdict::Done } else { Verdict::Run }
}

fn settle_index<C: Connection>(
    connection: &mut C,
    index: &IndexMade<'_>,
    begun: bool,
) -> Result<Verdict, SessionError> {
    if index.name.is_none() && !begun {
        return Ok(Verdict::Run);
    }
    let mut pause = FIRST_PAUSE;
    loop {
        let mut found = indexes(connection, index)?;
        if found.is_empty() {
            return Ok(Verdict::Run);
        }
        if begun && (index.name.is_none() || found.iter().any(|index| index.is_valid)) {
            let same = same(connection, index);
            found.retain(|index| same.contains(&index.oid));
            if found.iter().any(|index| index.is_valid) {
                return Ok(Verdict::Done);
            }
        }
        if drop_invalid(connection, &found)? {
            return Ok(Verdict::Run);
        }
        // The server goes on with a statement whose client is gone.
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn indexes<C: Connection>(connection: &mut C, index: &IndexMade<'_>) -> Result<Vec<Index>, SessionError> {
    let name = index.name.as_deref().map_or(Param::Null, Param::Text);
    let rows = connection.query(include_str!("unfinished/indexes.sql"), &[Param::Text(index.table), name])?;
    let read = |row: &Row| -> Result<Index, RowError> {
        Ok(Index {
            oid: row.int(0)?,
            name: row.text(1)?.to_owned(),
            is_valid: row.bool(2)?,
            is_being_built: row.bool(3)?,
        })
    };
    rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| unexpected(&error))
}

/// Drops those that are invalid; `false` when someone builds one of them.
fn drop_invalid<C: Connection>(connection: &mut C, indexes: &[Index]) -> Result<bool, SessionError> {
    let invalid = indexes.iter().filter(|index| !index.is_valid);
    if invalid.clone().any(|index| index.is_being_built) {
        return Ok(false);
    }
    for index in invalid {
        connection.script(&format!("DROP INDEX CONCURRENTLY IF EXISTS {}", index.name))?;
    }
    Ok(true)
}

/// The indexes of the table that are defined as the statement says, told by the same index on an empty copy of the table.
/// None where that can't be made: then the statement itself runs, and says what is wrong.
fn same<C: Connection>(connection: &mut C, index: &IndexMade<'_>) -> Vec<i64> {
    /// Leaves the transaction, which is not to stay.
    enum Leave {
        With(Vec<i64>),
        Failed,
    }
    impl From<SessionError> for Leave {
        fn from(_: SessionError) -> Self {
            Self::Failed
        }
    }
    let IndexMade { unique, table, definition, .. } = index;
    let unique = if *unique { "UNIQUE " } else { "" };
    let left = connection.transaction(|connection| -> Result<(), Leave> {
        connection.script(&format!("CREATE TEMPORARY TABLE pggit_probe (LIKE {table})"))?;
        connection.script(&format!("CREATE {unique}INDEX ON pg_temp.pggit_probe {definition}"))?;
        let rows = connection.query(include_str!("unfinished/same.sql"), &[Param::Text(table)])?;
        Err(Leave::With(rows.iter().filter_map(|row| row.int(0).ok()).collect()))
    });
    match left {
        Err(Leave::With(oids)) => oids,
        Err(Leave::Failed) | Ok(()) => Vec::new(),
    }
}

fn gone<C: Connection>(connection: &mut C, name: &str) -> Result<Verdict, SessionError> {
    let sql = "SELECT pg_catalog.to_regclass($1::pg_catalog.text) IS NULL";
    let rows = connection.query(sql, &[Param::Text(name)])?;
    let gone =
        rows.first().map(|row| row.bool(0)).transpose().map_err(|error| unexpected(&error))?.unwrap_or(false);
    Ok(done_if(gone))
}

fn drop_leftovers<C: Connection>(
    connection: &mut C,
    scope: ReindexScope,
    name: Option<&str>,
) -> Result<(), SessionError> {
    let word = match scope {
        ReindexScope::Index => "index",
        ReindexScope::Table => "table",
        ReindexScope::Schema => "schema",
        ReindexScope::Database => "database",
    };
    let params = [Param::Text(word), name.map_or(Param::Null, Param::Text)];
    let rows = connection.query(include_str!("unfinished/reindexed.sql"), &params)?;
    for row in &rows {
        let name = row.text(0).map_err(|error| unexpected(&error))?;
        connection.script(&format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"))?;
    }
    Ok(())
}

fn settle_partition<C: Connection>(
    connection: &mut C,
    table: &str,
    partition: &str,
    begun: bool,
) -> Result<Verdict, SessionError> {
    let params = [Param::Text(table), Param::Text(partition)];
    let rows = connection.query(include_str!("unfinished/partition.sql"), &params)?;
    match rows.first().map(|row| row.bool(0)).transpose().map_err(|error| unexpected(&error))? {
        Some(true) => {
            connection.script(&format!("ALTER TABLE {table} DETACH PARTITION {partition} FINALIZE"))?;
            Ok(Verdict::Done)
        }
        Some(false) => Ok(Verdict::Run),
        None => Ok(done_if(begun)),
    }
}

fn shared_exists<C: Connection>(
    connection: &mut C,
    kind: SharedKind,
    name: &str,
) -> Result<bool, SessionError> {
    let word = match kind {
        SharedKind::Database => "database",
        SharedKind::Tablespace => "tablespace",
        SharedKind::Subscription => "subscription",
        SharedKind::PreparedTransaction => "prepared",
    };
    let rows =
        connection.query(include_str!("unfinished/shared.sql"), &[Param::Text(word), Param::Text(name)])?;
    Ok(rows.first().map(|row| row.bool(0)).transpose().map_err(|error| unexpected(&error))?.unwrap_or(false))
}

fn unexpected(error: &RowError) -> SessionError {
    SessionError { sqlstate: "XX000".into(), message: error.to_string(), ..SessionError::default() }
}
