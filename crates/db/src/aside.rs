//! Rows put aside: values of tables and columns that a change takes away, kept until the object comes back.
//!
//! Rows are read without giving code of users more rights than its owner has: values become text through their types'
//! output functions (`format`), never through casts, and where the planner could compute expressions of users the owner
//! of the table reads it. They are written back with the rights of the table's owner, since types, checks and generated
//! columns run users' code then.

mod put;
mod take;

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::canonical::{Canonical, DecodeError};
use pggit_catalog::ident::QualifiedName;
use pggit_history::id::ObjectId;
use thiserror::Error;

use crate::session::{Param, RowError, Session, SessionError};

pub use put::{put_column, put_sequence, put_table};
pub use take::{Target, take_column, take_sequence, take_table};

/// What stands in the way of putting rows aside or taking them back.
#[derive(Debug, Error)]
pub enum AsideError {
    /// The server refused a statement.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A result had an unexpected shape.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The repository's tables hold something unreadable.
    #[error("the rows put aside cannot be read")]
    Decode(#[from] DecodeError),
    /// A column's values can only be told apart by a key, and the table has none that stays.
    #[error("column \"{column}\" of table {table} holds {rows} values that cannot be put aside")]
    NoKey {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: String,
        /// Rows in which the column is not null.
        rows: i64,
    },
    /// The key by which values were put aside is not there any more.
    #[error(
        "the values of column \"{column}\" of table {table} cannot be put back without its column \"{key}\""
    )]
    KeyGone {
        /// The table.
        table: QualifiedName,
        /// The column that came back.
        column: String,
        /// The missing column of the key.
        key: String,
    },
}

/// What rows were put aside of: names as of one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The commit that was checked out.
    pub commit: ObjectId,
    /// The table or sequence, by its name in that commit.
    pub address: ObjectAddress,
    /// The column, by its name in that commit; `None` for all rows of a table and for a sequence.
    pub column: Option<String>,
}

/// One entry of what was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number; a later one has a greater number.
    pub id: i64,
    /// What it is of.
    pub held: Held,
    /// Names, in the commit, of the columns whose values it holds.
    pub columns: Vec<String>,
    /// Names, in the commit, of the columns that tell its rows apart.
    pub key_columns: Vec<String>,
    /// How many rows it holds.
    pub rows: i64,
}

/// All entries, the latest first.
///
/// # Errors
/// [`AsideError`] when the tables cannot be read.
pub fn entries<S: Session>(session: &mut S) -> Result<Vec<Entry>, AsideError> {
    let rows = session.as_owner(|session| session.query(include_str!("aside/entries.sql"), &[]))?;
    rows.iter()
        .map(|row| {
            let names = |column| -> Result<Vec<String>, RowError> {
                Ok(row.texts(column)?.iter().flatten().cloned().collect())
            };
            Ok(Entry {
                id: row.int(0)?,
                held: Held {
                    commit: ObjectId::from_bytes(row.bytes(1)?).ok_or(DecodeError::Range)?,
                    address: ObjectAddress::decode(row.bytes(2)?)?,
                    column: row.optional_text(3)?.map(str::to_owned),
                },
                columns: names(4)?,
                key_columns: names(5)?,
                rows: row.int(6)?,
            })
        })
        .collect()
}

/// Removes entries whose rows are back.
///
/// # Errors
/// [`SessionError`] when the server refuses.
pub fn forget<S: Session>(session: &mut S, ids: &[i64]) -> Result<(), SessionError> {
    if ids.is_empty() {
        return Ok(());
    }
    session.as_owner(|session| {
        session.execute("DELETE FROM pggit.aside WHERE id = ANY ($1)", &[Param::IntArray(ids)])?;
        Ok(())
    })
}
