//! Columns of relations, as the catalog has them, and as tables, views and composite types have them.

use std::collections::BTreeMap;

use pggit_catalog::canonical::Remembered;
use pggit_catalog::object::{Attribute, Column, Identity, OutputColumn, SecurityLabels, ViewColumn};
use rustc_hash::FxHashMap;

use super::IntrospectError;
use super::reading::{Reading, query};
use super::relation::Relation;
use crate::session::Session;

/// A row of `pg_attribute`.
#[derive(Debug, Clone)]
pub(super) struct ColumnRow {
    pub number: u32,
    pub name: String,
    type_name: String,
    collation: Option<String>,
    not_null: bool,
    not_null_name: Option<String>,
    not_null_declared: bool,
    not_null_no_inherit: bool,
    not_null_not_valid: bool,
    not_null_comment: Option<String>,
    expression: Option<String>,
    generated: Generated,
    /// `pg_attribute.attidentity`, when it is one: always.
    pub identity_always: Option<bool>,
    storage: Option<String>,
    compression: Option<String>,
    statistics: Option<i64>,
    options: BTreeMap<String, String>,
    foreign_options: BTreeMap<String, String>,
    local: bool,
    comment: Option<String>,
}

/// Reads the columns of these relations.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    relations: &mut FxHashMap<u32, Relation>,
) -> Result<(), IntrospectError> {
    reading.each(query!("column"), |mut row| {
        let Some(relation) = relations.get_mut(&row.oid()?) else { return Ok(()) };
        let number = row.oid()?;
        let name = row.text()?;
        let column = ColumnRow {
            number,
            type_name: row.definition("type of column", &name)?,
            collation: row.qualified()?.map(|name| name.to_string()),
            not_null: row.bool()?,
            not_null_name: row.optional_text()?,
            not_null_declared: row.bool()?,
            not_null_no_inherit: row.bool()?,
            not_null_not_valid: row.bool()?,
            not_null_comment: row.optional_text()?,
            expression: row.optional_text()?,
            generated: generated(&row.text()?)?,
            identity_always: match row.text()?.as_str() {
                "" => None,
                kind => Some(kind == "a"),
            },
            storage: row.optional_text()?.map(|code| storage(&code)).transpose()?,
            compression: compression(&row.text()?)?,
            statistics: row.optional_int()?,
            options: declared(row.options("")?),
            foreign_options: row.options("")?,
            local: row.bool()?,
            comment: row.optional_text()?,
            name,
        };
        relation.columns.push(column);
        Ok(())
    })?;
    for relation in relations.values_mut() {
        relation.columns.sort_unstable_by_key(|column| column.number);
    }
    Ok(())
}

/// A stamp that some builds of the server keep among a column's options: nobody can set it, it differs from database
/// to database, and their `pg_dump` leaves it out.
const SERVER_STAMP: &str = "pg_attver";

/// The options that someone has set.
fn declared(mut options: BTreeMap<String, String>) -> BTreeMap<String, String> {
    options.remove(SERVER_STAMP);
    options
}

/// `pg_attribute.attgenerated`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Generated {
    Not,
    Stored,
    Virtual,
}

fn generated(code: &str) -> Result<Generated, IntrospectError> {
    Ok(match code {
        "" => Generated::Not,
        "s" => Generated::Stored,
        "v" => Generated::Virtual,
        _ => {
            return Err(IntrospectError::UnknownCode { what: "kind of generation", code: code.to_owned() });
        }
    })
}

fn storage(code: &str) -> Result<String, IntrospectError> {
    Ok(match code {
        "p" => "PLAIN",
        "e" => "EXTERNAL",
        "m" => "MAIN",
        "x" => "EXTENDED",
        _ => return Err(IntrospectError::UnknownCode { what: "storage of a column", code: code.to_owned() }),
    }
    .to_owned())
}

fn compression(code: &str) -> Result<Option<String>, IntrospectError> {
    Ok(match code {
        "" => None,
        "p" => Some("pglz".to_owned()),
        "l" => Some("lz4".to_owned()),
        _ => return Err(IntrospectError::UnknownCode { what: "compression", code: code.to_owned() }),
    })
}

impl ColumnRow {
    /// As a column of a table.
    pub fn to_column(&self, identity: Option<Identity>) -> Column {
        let (default, generated) = match self.generated {
            Generated::Stored | Generated::Virtual => (None, self.expression.clone()),
            Generated::Not => (self.expression.clone(), None),
        };
        Column {
            type_name: self.type_name.clone(),
            collation: self.collation.clone(),
            not_null: self.not_null,
            not_null_name: Remembered(self.not_null_name.clone()),
            not_null_declared: Remembered(self.not_null_declared),
            not_null_no_inherit: self.not_null_no_inherit,
            not_null_not_valid: self.not_null_not_valid,
            not_null_comment: self.not_null_comment.clone(),
            default,
            generated,
            identity,
            storage: self.storage.clone(),
            compression: self.compression.clone(),
            statistics: self.statistics,
            options: self.options.clone(),
            foreign_options: self.foreign_options.clone(),
            comment: self.comment.clone(),
            grants: BTreeMap::new(),
            inherited: Remembered(!self.local),
            is_virtual: self.generated == Generated::Virtual,
            security_labels: SecurityLabels::new(),
        }
    }

    /// As an attribute of a composite type.
    pub fn to_attribute(&self) -> Attribute {
        Attribute {
            type_name: self.type_name.clone(),
            collation: self.collation.clone(),
            comment: self.comment.clone(),
            security_labels: SecurityLabels::new(),
        }
    }

    /// As a column that a view returns.
    pub fn to_output(&self) -> OutputColumn {
        OutputColumn {
            name: self.name.clone(),
            type_name: self.type_name.clone(),
            collation: self.collation.clone(),
        }
    }

    /// What is attached to it as a column of a view.
    pub fn to_view_column(&self) -> ViewColumn {
        ViewColumn {
            comment: self.comment.clone(),
            grants: BTreeMap::new(),
            default: self.expression.clone(),
            statistics: self.statistics,
            storage: self.storage.clone(),
            compression: self.compression.clone(),
            options: self.options.clone(),
            security_labels: SecurityLabels::new(),
        }
    }
}

/// The output of a view, and what is attached to its columns.
pub(super) fn of_view(relation: &Relation) -> (Vec<OutputColumn>, BTreeMap<String, ViewColumn>) {
    let output = relation.columns.iter().map(ColumnRow::to_output).collect();
    let attached = relation
        .columns
        .iter()
        .map(|column| (column.name.clone(), column.to_view_column()))
        .filter(|(_, column)| *column != ViewColumn::default())
        .collect();
    (output, attached)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_stamp_of_the_server_is_left_out() {
        let option = |name: &str| (name.to_owned(), "1".to_owned());
        let options = BTreeMap::from([option("n_distinct"), option("pg_attver"), option("pg_other")]);
        assert_eq!(declared(options), BTreeMap::from([option("n_distinct"), option("pg_other")]));
    }
}
