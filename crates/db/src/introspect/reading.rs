//! [`Reading`]: runs the queries of introspection; [`Fields`]: takes their rows apart.

use std::collections::BTreeMap;
use std::vec::IntoIter;

use super::{IntrospectError, OLDEST_MAJOR};
use crate::session::{Param, Row, RowError, Session, Value};

/// A query of ours with the name that errors call it by.
#[derive(Clone, Copy)]
pub(super) struct Query {
    pub name: &'static str,
    pub sql: &'static str,
}

macro_rules! query {
    ($name:literal) => {
        $crate::introspect::reading::Query { name: $name, sql: include_str!(concat!($name, ".sql")) }
    };
}
pub(super) use query;

/// One pass over the catalog, or over a part of it.
pub(super) struct Reading<'s, S> {
    session: &'s mut S,
    major: u32,
    some: Option<Selection>,
}

/// What a pass over a part of the catalog reads: OIDs as the queries take them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// Tables, views, materialized views, composite types, with all that is on them; sequences.
    pub relations: Vec<i64>,
    /// Functions and procedures.
    pub routines: Vec<i64>,
    /// Enum types and domains.
    pub types: Vec<i64>,
    /// The rows whose dependencies are read: catalogs.
    pub row_classes: Vec<i64>,
    /// The rows whose dependencies are read: OIDs.
    pub row_oids: Vec<i64>,
}

impl<'s, S: Session> Reading<'s, S> {
    /// Finds out the server's version, which must not be too old.
    pub fn start(session: &'s mut S) -> Result<Self, IntrospectError> {
        let mut reading = Self { session, major: 0, some: None };
        let mut major = 0;
        reading.each(query!("version"), |mut row| {
            major = row.oid()?;
            Ok(())
        })?;
        if major < OLDEST_MAJOR {
            return Err(IntrospectError::ServerTooOld { major });
        }
        reading.major = major;
        Ok(reading)
    }

    /// Major version of the server.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Runs a query and gives every row to `visit`.
    pub fn each(
        &mut self,
        query: Query,
        mut visit: impl FnMut(Fields) -> Result<(), IntrospectError>,
    ) -> Result<(), IntrospectError> {
        let sql = text(query.sql, self.major, self.some.is_some());
        let rows = match &self.some {
            // The statement takes all parameters, whichever of them it names.
            Some(some) if sql.contains('$') => {
                let lists = [&some.relations, &some.routines, &some.types, &some.row_classes, &some.row_oids];
                self.session.query(&sql, &lists.map(|list| Param::IntArray(list)))?
            }
            _ => self.session.query(&sql, &[])?,
        };
        for row in rows {
            visit(Fields::new(query.name, row))?;
        }
        Ok(())
    }

    /// From here on only these objects are read, by queries that can.
    pub fn restrict(&mut self, some: Selection) {
        self.some = Some(some);
    }

    /// The same with the rights of the repository's owner: for the repository's tables only.
    pub fn each_as_owner(
        &mut self,
        query: Query,
        mut visit: impl FnMut(Fields) -> Result<(), IntrospectError>,
    ) -> Result<(), IntrospectError> {
        for row in self.session.as_owner(|session| session.query(query.sql, &[]))? {
            visit(Fields::new(query.name, row))?;
        }
        Ok(())
    }
}

/// The text of a query for one major version, for all objects or for some.
fn text(sql: &str, major: u32, some: bool) -> String {
    let mut text = String::with_capacity(sql.len());
    for line in sql.lines() {
        if line.ends_with("-- of some") && !some {
            continue;
        }
        let holds = match line.rsplit_once("-- since ") {
            Some((_, first)) => first.trim().parse().is_ok_and(|first: u32| major >= first),
            None => match line.rsplit_once("-- before ") {
                Some((_, first)) => first.trim().parse().is_ok_and(|first: u32| major < first),
                None => true,
            },
        };
        if holds {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// The columns of one row, taken from left to right.
pub(super) struct Fields {
    query: &'static str,
    next: usize,
    values: IntoIter<Value>,
}

impl Fields {
    fn new(query: &'static str, row: Row) -> Self {
        Self { query, next: 0, values: row.0.into_iter() }
    }

    fn take(&mut self) -> Option<Value> {
        self.next += 1;
        self.values.next()
    }

    fn misfit<T>(&self, expected: &'static str, found: Option<&Value>) -> Result<T, IntrospectError> {
        let source = RowError { column: self.next - 1, expected, found: format!("{found:?}") };
        Err(IntrospectError::Row { query: self.query, source })
    }

    pub fn text(&mut self) -> Result<String, IntrospectError> {
        match self.take() {
            Some(Value::Text(text)) => Ok(text),
            other => self.misfit("text", other.as_ref()),
        }
    }

    pub fn optional_text(&mut self) -> Result<Option<String>, IntrospectError> {
        match self.take() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            other => self.misfit("text", other.as_ref()),
        }
    }

    /// A definition that the server wrote; NULL when its object is gone.
    pub fn definition(&mut self, kind: &'static str, name: &str) -> Result<String, IntrospectError> {
        self.optional_text()?
            .ok_or_else(|| IntrospectError::Vanished { kind: kind.to_owned(), name: name.to_owned() })
    }

    pub fn bool(&mut self) -> Result<bool, IntrospectError> {
        match self.take() {
            Some(Value::Bool(value)) => Ok(value),
            other => self.misfit("bool", other.as_ref()),
        }
    }

    /// A boolean, where NULL means no.
    pub fn flag(&mut self) -> Result<bool, IntrospectError> {
        match self.take() {
            Some(Value::Bool(value)) => Ok(value),
            Some(Value::Null) => Ok(false),
            other => self.misfit("bool", other.as_ref()),
        }
    }

    pub fn int(&mut self) -> Result<i64, IntrospectError> {
        match self.take() {
            Some(Value::Int(value)) => Ok(value),
            other => self.misfit("int8", other.as_ref()),
        }
    }

    pub fn optional_int(&mut self) -> Result<Option<i64>, IntrospectError> {
        match self.take() {
            Some(Value::Int(value)) => Ok(Some(value)),
            Some(Value::Null) => Ok(None),
            other => self.misfit("int8", other.as_ref()),
        }
    }

    /// An OID, or a number of a column.
    pub fn oid(&mut self) -> Result<u32, IntrospectError> {
        match self.take() {
            Some(Value::Int(value)) if u32::try_from(value).is_ok() => {
                Ok(u32::try_from(value).expect("checked above"))
            }
            other => self.misfit("oid", other.as_ref()),
        }
    }

    /// An OID, 0 for NULL.
    pub fn optional_oid(&mut self) -> Result<u32, IntrospectError> {
        match self.take() {
            Some(Value::Null) => Ok(0),
            Some(Value::Int(value)) if u32::try_from(value).is_ok() => {
                Ok(u32::try_from(value).expect("checked above"))
            }
            other => self.misfit("oid", other.as_ref()),
        }
    }

    /// The elements of an array; none for NULL.
    pub fn texts(&mut self) -> Result<Vec<String>, IntrospectError> {
        match self.take() {
            Some(Value::TextArray(texts)) => Ok(texts.into_iter().map(Option::unwrap_or_default).collect()),
            Some(Value::Null) => Ok(Vec::new()),
            other => self.misfit("text[]", other.as_ref()),
        }
    }

    /// `key=value` options by key, their keys prefixed.
    pub fn options(&mut self, prefix: &str) -> Result<BTreeMap<String, String>, IntrospectError> {
        Ok(self
            .texts()?
            .iter()
            .map(|option| {
                let (key, value) = option.split_once('=').unwrap_or((option, ""));
                (format!("{prefix}{key}"), value.to_owned())
            })
            .collect())
    }

    /// Schema and name, from two columns.
    pub fn qualified(&mut self) -> Result<Option<pggit_catalog::ident::QualifiedName>, IntrospectError> {
        let schema = self.optional_text()?;
        let name = self.optional_text()?;
        Ok(schema.zip(name).map(|(schema, name)| pggit_catalog::ident::QualifiedName { schema, name }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_chosen_by_version() {
        let sql = "SELECT a, -- since 14\n       b, -- before 14\n       c\n";
        assert_eq!(text(sql, 13, false), "       b, -- before 14\n       c\n");
        assert_eq!(text(sql, 14, false), "SELECT a, -- since 14\n       c\n");
    }

    #[test]
    fn lines_are_chosen_by_what_is_read() {
        let sql = "SELECT a\nWHERE b\n  AND a = ANY ($1) -- of some\n";
        assert_eq!(text(sql, 15, false), "SELECT a\nWHERE b\n");
        assert_eq!(text(sql, 15, true), sql);
    }
}
