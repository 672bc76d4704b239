//! Taking rows back.

use pggit_catalog::canonical::DecodeError;
use pggit_catalog::ident::{QualifiedName, quote_ident};

use super::{AsideError, Entry};
use crate::session::{Param, Row, Session, SessionError};

/// How many rows travel at once.
const BATCH: i64 = 10_000;

/// A column that values go into: its name and its type, as they are now.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// Name.
    pub name: &'a str,
    /// Type, as SQL text.
    pub type_name: &'a str,
}

/// Inserts the rows of `entry` into `table`, with the rights of `owner` unless those are the caller's; `targets` are the columns for the entry's columns, `None` for those
/// that the table does not have.
///
/// # Errors
/// [`AsideError`] when the server refuses a row.
pub fn take_table<S: Session>(
    session: &mut S,
    entry: &Entry,
    table: &QualifiedName,
    targets: &[Option<Target<'_>>],
    owner: Option<i64>,
) -> Result<(), AsideError> {
    let present: Vec<(usize, &Target<'_>)> =
        targets.iter().enumerate().filter_map(|(index, target)| Some((index, target.as_ref()?))).collect();
    let insert = if present.is_empty() {
        format!("INSERT INTO {table} SELECT FROM pg_catalog.unnest($1::pg_catalog.text[])")
    } else {
        let names: Vec<String> = present.iter().map(|(_, target)| quote_ident(target.name)).collect();
        let values: Vec<String> = present
            .iter()
            .enumerate()
            .map(|(number, (_, target))| format!("CAST(v.c{number} AS {})", target.type_name))
            .collect();
        format!(
            "INSERT INTO {table} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} AS v ({})",
            names.join(", "),
            values.join(", "),
            rows_from(present.len()),
            (0..present.len()).map(|number| format!("c{number}")).collect::<Vec<_>>().join(", "),
        )
    };
    each_batch(session, entry, BATCH, |session, rows| {
        let columns = match present.as_slice() {
            [] => vec![vec![None; rows.len()]],
            present => present.iter().map(|(index, _)| values(rows, 1, *index)).collect::<Result<_, _>>()?,
        };
        let params: Vec<Param<'_>> = columns.iter().map(|column| Param::NullableTextArray(column)).collect();
        with_rights_of(session, owner, |session| session.execute(&insert, &params))?;
        Ok(())
    })
}

/// Writes the values of `entry` into `column` of `table`, of its partitions too where it is `partitioned`; `keys` are
/// the columns of its key as they are called now.
///
/// # Errors
/// [`AsideError`] when the server refuses a value.
pub fn take_column<S: Session>(
    session: &mut S,
    entry: &Entry,
    table: &QualifiedName,
    partitioned: bool,
    column: &Target<'_>,
    keys: &[String],
    owner: Option<i64>,
) -> Result<(), AsideError> {
    let names: Vec<String> = (0..keys.len()).map(|number| format!("k{number}")).collect();
    let same: Vec<String> = keys
        .iter()
        .zip(&names)
        .map(|(key, name)| format!("pg_catalog.format('%s', t.{}) = w.{name}", quote_ident(key)))
        .collect();
    let only = if partitioned { "" } else { "ONLY " };
    let update = format!(
        "UPDATE {only}{table} AS t SET {} = CAST(w.value AS {}) FROM {} AS w ({}, value) WHERE {}",
        quote_ident(column.name),
        column.type_name,
        rows_from(keys.len() + 1),
        names.join(", "),
        same.join(" AND ")
    );
    // Each batch reads the whole table.
    each_batch(session, entry, 10 * BATCH, |session, rows| {
        let mut columns: Vec<Vec<Option<String>>> =
            (0..keys.len()).map(|index| values(rows, 0, index)).collect::<Result<_, _>>()?;
        columns.push(values(rows, 1, 0)?);
        let params: Vec<Param<'_>> = columns.iter().map(|column| Param::NullableTextArray(column)).collect();
        with_rights_of(session, owner, |session| session.execute(&update, &params))?;
        Ok(())
    })
}

/// Sets the position of `sequence` to that of `entry`.
///
/// # Errors
/// [`AsideError`] when the server refuses.
pub fn take_sequence<S: Session>(
    session: &mut S,
    entry: &Entry,
    sequence: &QualifiedName,
) -> Result<(), AsideError> {
    let name = sequence.to_string();
    each_batch(session, entry, BATCH, |session, rows| {
        for row in rows {
            if let [Some(last_value), Some(is_called)] = row.texts(1)? {
                let last_value = last_value.parse().map_err(|_| DecodeError::Range)?;
                let is_called = is_called == "t";
                session.query(
                    "SELECT pg_catalog.setval($1::pg_catalog.regclass, $2, $3)",
                    &[Param::Text(&name), Param::Int(last_value), Param::Bool(is_called)],
                )?;
            }
        }
        Ok(())
    })
}

/// Runs `work` with the rights of another role, if one is given.
fn with_rights_of<S: Session, T>(
    session: &mut S,
    role: Option<i64>,
    work: impl FnOnce(&mut S) -> Result<T, SessionError>,
) -> Result<T, SessionError> {
    match role {
        Some(role) => session.as_role(role, work),
        None => work(session),
    }
}

fn each_batch<S: Session>(
    session: &mut S,
    entry: &Entry,
    size: i64,
    mut work: impl FnMut(&mut S, &[Row]) -> Result<(), AsideError>,
) -> Result<(), AsideError> {
    let mut after = 0;
    while after < entry.rows {
        let rows = session.as_owner(|session| {
            session.query(
                "SELECT r.key_values, r.row_values FROM pggit.aside_row AS r \
                 WHERE r.aside_id = $1 AND r.row_number > $2 AND r.row_number <= $3 ORDER BY r.row_number",
                &[Param::Int(entry.id), Param::Int(after), Param::Int(after + size)],
            )
        })?;
        work(session, &rows)?;
        after += size;
    }
    Ok(())
}

fn values(rows: &[Row], column: usize, index: usize) -> Result<Vec<Option<String>>, AsideError> {
    rows.iter().map(|row| Ok(row.texts(column)?.get(index).cloned().flatten())).collect()
}

/// `ROWS FROM (unnest($1), unnest($2), …)`: rows made of `count` text arrays.
fn rows_from(count: usize) -> String {
    let unnests: Vec<String> =
        (1..=count).map(|number| format!("pg_catalog.unnest(${number}::pg_catalog.text[])")).collect();
    format!("ROWS FROM ({})", unnests.join(", "))
}
