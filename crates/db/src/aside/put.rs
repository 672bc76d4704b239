//! Putting rows aside.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::canonical::{Canonical, DecodeError, to_bytes};
use pggit_catalog::ident::{QualifiedName, quote_ident};
use pggit_history::id::ObjectId;

use super::{AsideError, Held};
use crate::session::{Param, Row, Session};

/// How many rows are written at once, of those that were read first.
const BATCH: usize = 10_000;

/// The key of rows that are kept as a whole.
const EMPTY: &str = "'{}'::pg_catalog.text[]";

/// A column of a table whose rows are read.
struct ShapeColumn {
    number: i64,
    name: String,
    stored: bool,
    in_key: bool,
}

/// A table as it is now, and as the checked-out commit names it.
struct Shape {
    table: QualifiedName,
    partitioned: bool,
    reader: Reader,
    columns: Vec<ShapeColumn>,
}

/// Whose rights a table is read with. Its owner may have taken them from himself; so the repository's owner reads it,
/// unless that could run code of users.
#[derive(Debug, Clone, Copy)]
enum Reader {
    Repository,
    Role(i64),
}

impl Shape {
    /// The table as a `FROM` item: with the rows of its partitions, or its own rows only.
    fn rows(&self) -> String {
        if self.partitioned { self.table.to_string() } else { format!("ONLY {}", self.table) }
    }
}

/// The names of a relation in the commit that is checked out.
struct CommittedName {
    commit: ObjectId,
    address: ObjectAddress,
    columns: BTreeMap<i64, String>,
}

/// Puts all rows of the table with this OID aside, and the positions of its own sequences.
///
/// Nothing happens, and 0 comes back, for a table that the checked-out commit does not know, and for relations that
/// hold no rows of their own.
///
/// # Errors
/// [`AsideError`] when the rows cannot be read.
pub fn put_table<S: Session>(session: &mut S, oid: i64) -> Result<i64, AsideError> {
    let Some(shape) = shape(session, oid, 0)? else { return Ok(0) };
    if shape.partitioned {
        return Ok(0);
    }
    let Some(committed) = committed_name(session, oid)? else { return Ok(0) };
    put_owned_sequences(session, oid, 0)?;
    let columns: Vec<&ShapeColumn> = shape
        .columns
        .iter()
        .filter(|column| column.stored && committed.columns.contains_key(&column.number))
        .collect();
    let names: Vec<String> = columns.iter().map(|column| committed.columns[&column.number].clone()).collect();
    let values: Vec<String> = columns.iter().map(|column| text_of(&column.name)).collect();
    let held = Held { commit: committed.commit, address: committed.address, column: None };
    let source = Source { reader: shape.reader, rows_of: &shape.rows(), key: EMPTY, values: &array(&values) };
    let (id, rows) = store(session, &held, &names, &[], &source)?;
    complete(session, &held, id, &names)?;
    Ok(rows)
}

/// Adds what is held of columns that were dropped before their table: the table comes back with them.
fn complete<S: Session>(session: &mut S, held: &Held, id: i64, names: &[String]) -> Result<(), AsideError> {
    let mut names = names.to_vec();
    for entry in super::entries(session)? {
        let Some(column) = &entry.held.column else { continue };
        if entry.held.commit != held.commit || entry.held.address != held.address || names.contains(column) {
            continue;
        }
        let places: Vec<i64> = entry
            .key_columns
            .iter()
            .filter_map(|key| names.iter().position(|name| name == key))
            .filter_map(|place| i64::try_from(place + 1).ok())
            .collect();
        if places.is_empty() || places.len() < entry.key_columns.len() {
            continue;
        }
        names.push(column.clone());
        session.as_owner(|session| {
            session.execute(
                include_str!("complete.sql"),
                &[Param::Int(id), Param::Int(entry.id), Param::IntArray(&places)],
            )?;
            session.execute(
                "UPDATE pggit.aside SET columns = $2 WHERE id = $1",
                &[Param::Int(id), Param::TextArray(&names)],
            )
        })?;
        super::forget(session, &[entry.id])?;
    }
    Ok(())
}

/// Puts the values of one column (`number` is its `attnum`) aside, by the table's key.
///
/// Nothing happens, and 0 comes back, for what the checked-out commit does not know, and for generated columns.
///
/// # Errors
/// [`AsideError::NoKey`] when the table has no key without the column and the column holds values.
pub fn put_column<S: Session>(session: &mut S, oid: i64, number: i64) -> Result<i64, AsideError> {
    let Some(shape) = shape(session, oid, number)? else { return Ok(0) };
    let Some(committed) = committed_name(session, oid)? else { return Ok(0) };
    let Some(column) = shape.columns.iter().find(|column| column.number == number && column.stored) else {
        return Ok(0);
    };
    let Some(column_name) = committed.columns.get(&number) else { return Ok(0) };
    put_owned_sequences(session, oid, number)?;
    if !shape.partitioned {
        let rows =
            session.query(include_str!("inheriting_columns.sql"), &[Param::Int(oid), Param::Int(number)])?;
        for row in &rows {
            put_column(session, row.int(0)?, row.int(1)?)?;
        }
    }
    let keys: Vec<&ShapeColumn> = shape.columns.iter().filter(|column| column.in_key).collect();
    let known_keys: Vec<String> =
        keys.iter().filter_map(|key| committed.columns.get(&key.number).cloned()).collect();
    if keys.is_empty() || known_keys.len() < keys.len() {
        let rows = count_values(session, &shape, &column.name)?;
        if rows == 0 {
            return Ok(0);
        }
        return Err(AsideError::NoKey { table: shape.table, column: column.name.clone(), rows });
    }
    let key_values: Vec<String> = keys.iter().map(|key| text_of(&key.name)).collect();
    let held =
        Held { commit: committed.commit, address: committed.address, column: Some(column_name.clone()) };
    let source = Source {
        reader: shape.reader,
        rows_of: &shape.rows(),
        key: &array(&key_values),
        values: &array(&[text_of(&column.name)]),
    };
    Ok(store(session, &held, std::slice::from_ref(column_name), &known_keys, &source)?.1)
}

/// Puts the position of the sequence with this OID aside.
///
/// Nothing happens for a sequence that the checked-out commit does not know.
///
/// # Errors
/// [`AsideError`] when the sequence cannot be read.
pub fn put_sequence<S: Session>(session: &mut S, oid: i64) -> Result<i64, AsideError> {
    let Some(committed) = committed_name(session, oid)? else { return Ok(0) };
    let held = Held { commit: committed.commit, address: committed.address, column: None };
    store_sequence(session, &held, oid)
}

fn put_owned_sequences<S: Session>(session: &mut S, table: i64, column: i64) -> Result<(), AsideError> {
    let rows =
        session.query(include_str!("owned_sequences.sql"), &[Param::Int(table), Param::Int(column)])?;
    for row in &rows {
        let (sequence, number, identity) = (row.int(0)?, row.int(1)?, row.bool(2)?);
        if !identity {
            put_sequence(session, sequence)?;
            continue;
        }
        // The sequence of an identity column is no object of its own: it is held under the column's name.
        let Some(committed) = committed_name(session, table)? else { continue };
        let Some(column) = committed.columns.get(&number) else { continue };
        let address = ObjectAddress::new(
            ObjectKind::Sequence,
            committed.address.schema.clone(),
            committed.address.name.clone(),
        );
        let held = Held { commit: committed.commit, address, column: Some(column.clone()) };
        store_sequence(session, &held, sequence)?;
    }
    Ok(())
}

fn store_sequence<S: Session>(session: &mut S, held: &Held, oid: i64) -> Result<i64, AsideError> {
    let rows = session.query(
        "SELECT n.nspname::pg_catalog.text, c.relname::pg_catalog.text FROM pg_catalog.pg_class AS c \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = $1::pg_catalog.oid",
        &[Param::Int(oid)],
    )?;
    let Some(row) = rows.first() else { return Ok(0) };
    let sequence = QualifiedName::new(row.text(0)?, row.text(1)?);
    let columns = ["last_value".to_owned(), "is_called".to_owned()];
    let values = array(&[text_of("last_value"), text_of("is_called")]);
    let source =
        Source { reader: Reader::Repository, rows_of: &sequence.to_string(), key: EMPTY, values: &values };
    Ok(store(session, held, &columns, &[], &source)?.1)
}

/// Where rows are read: a `FROM` item, and the expressions for the key and the values.
struct Source<'a> {
    reader: Reader,
    rows_of: &'a str,
    key: &'a str,
    values: &'a str,
}

/// Writes an entry; returns its number and how many rows it holds.
fn store<S: Session>(
    session: &mut S,
    held: &Held,
    columns: &[String],
    key_columns: &[String],
    source: &Source<'_>,
) -> Result<(i64, i64), AsideError> {
    let address = to_bytes(&held.address);
    let column = held.column.as_deref().map_or(Param::Null, Param::Text);
    let Source { reader, rows_of, key, values } = source;
    let read = match reader {
        Reader::Repository => None,
        Reader::Role(role) => {
            let sql = format!(
                "SELECT pg_catalog.format('%s', {key}), pg_catalog.format('%s', {values}) FROM {rows_of} AS t"
            );
            Some(session.as_role(*role, |session| session.query(&sql, &[]))?)
        }
    };
    session.as_owner(|session| {
        let entry = session.query(
            "INSERT INTO pggit.aside (commit_id, address, column_name, columns, key_columns, row_count) \
             VALUES ($1, $2, $3, $4, $5, 0) RETURNING id",
            &[
                Param::Bytes(held.commit.as_bytes()),
                Param::Bytes(&address),
                column,
                Param::TextArray(columns),
                Param::TextArray(key_columns),
            ],
        )?;
        let id = entry.first().ok_or(DecodeError::Truncated)?.int(0)?;
        let rows = match read {
            None => session.execute(
                &format!(
                    "INSERT INTO pggit.aside_row (aside_id, row_number, key_values, row_values) \
                     SELECT $1, pg_catalog.row_number() OVER (), {key}, {values} FROM {rows_of} AS t"
                ),
                &[Param::Int(id)],
            )?,
            Some(read) => write_rows(session, id, &read)?,
        };
        let rows = i64::try_from(rows).map_err(|_| DecodeError::Range)?;
        session.execute(
            "UPDATE pggit.aside SET row_count = $2 WHERE id = $1",
            &[Param::Int(id), Param::Int(rows)],
        )?;
        Ok((id, rows))
    })
}

/// Writes rows that were read as array literals.
fn write_rows<S: Session>(session: &mut S, id: i64, rows: &[Row]) -> Result<u64, AsideError> {
    let mut written = 0;
    for batch in rows.chunks(BATCH) {
        let texts = |column| -> Result<Vec<String>, AsideError> {
            batch.iter().map(|row| Ok(row.text(column)?.to_owned())).collect()
        };
        written += session.execute(
            "INSERT INTO pggit.aside_row (aside_id, row_number, key_values, row_values) \
             SELECT $1, $2 + r.n, r.key_values::pg_catalog.text[], r.row_values::pg_catalog.text[] \
             FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4)) WITH ORDINALITY AS r (key_values, row_values, n)",
            &[
                Param::Int(id),
                Param::Int(i64::try_from(written).map_err(|_| DecodeError::Range)?),
                Param::TextArray(&texts(0)?),
                Param::TextArray(&texts(1)?),
            ],
        )?;
    }
    Ok(written)
}

fn count_values<S: Session>(session: &mut S, shape: &Shape, column: &str) -> Result<i64, AsideError> {
    // No condition on rows: with one, the planner may compute parts of the table's checks.
    let sql = format!(
        "SELECT pg_catalog.count(*) FILTER (WHERE pg_catalog.num_nulls(t.{}) = 0) FROM {} AS t",
        quote_ident(column),
        shape.rows()
    );
    let rows = match shape.reader {
        Reader::Repository => session.as_owner(|session| session.query(&sql, &[]))?,
        Reader::Role(role) => session.as_role(role, |session| session.query(&sql, &[]))?,
    };
    Ok(rows.first().ok_or(DecodeError::Truncated)?.int(0)?)
}

fn shape<S: Session>(session: &mut S, oid: i64, without: i64) -> Result<Option<Shape>, AsideError> {
    let rows = session.query(include_str!("shape.sql"), &[Param::Int(oid), Param::Int(without)])?;
    let Some(first) = rows.first() else { return Ok(None) };
    let table = QualifiedName::new(first.text(0)?, first.text(1)?);
    let reader = if first.bool(8)? { Reader::Role(first.int(7)?) } else { Reader::Repository };
    let columns = rows
        .iter()
        .filter(|row| !matches!(row.optional_int(2), Ok(None)))
        .map(|row| {
            Ok(ShapeColumn {
                number: row.int(2)?,
                name: row.text(3)?.to_owned(),
                stored: row.bool(4)?,
                in_key: row.bool(5)?,
            })
        })
        .collect::<Result<_, AsideError>>()?;
    Ok(Some(Shape { table, partitioned: first.bool(6)?, reader, columns }))
}

fn committed_name<S: Session>(session: &mut S, oid: i64) -> Result<Option<CommittedName>, AsideError> {
    let rows =
        session.as_owner(|session| session.query(include_str!("held_name.sql"), &[Param::Int(oid)]))?;
    let Some(row) = rows.first() else { return Ok(None) };
    let numbers = row.texts(2)?.iter().flatten();
    let names = row.texts(3)?.iter().flatten();
    let columns =
        numbers.zip(names).filter_map(|(number, name)| Some((number.parse().ok()?, name.clone()))).collect();
    Ok(Some(CommittedName {
        commit: ObjectId::from_bytes(row.bytes(0)?).ok_or(DecodeError::Range)?,
        address: ObjectAddress::decode(row.bytes(1)?)?,
        columns,
    }))
}

/// The text of a column through its type's output function, or NULL.
fn text_of(column: &str) -> String {
    let column = quote_ident(column);
    format!("CASE WHEN pg_catalog.num_nulls(t.{column}) = 0 THEN pg_catalog.format('%s', t.{column}) END")
}

fn array(values: &[String]) -> String {
    format!("ARRAY[{}]::pg_catalog.text[]", values.join(", "))
}
