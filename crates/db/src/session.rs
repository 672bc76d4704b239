//! The one door to a server: [`Session`], implemented over SPI and over the wire.

use thiserror::Error;

/// A value that comes out of a query.
///
/// Our own queries return only these types: `text`, `bool`, `int8` (and smaller integers, `oid`), `bytea`, `text[]`.
/// Both transports decode by the column's type, so the same query gives the same values through both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// `bool`.
    Bool(bool),
    /// `int2`, `int4`, `int8`, `oid`.
    Int(i64),
    /// `text`, `varchar`, `name`, `"char"`.
    Text(String),
    /// `bytea`.
    Bytes(Vec<u8>),
    /// `text[]` (one dimension; `name[]` has to be cast in the query).
    TextArray(Vec<Option<String>>),
}

/// A parameter of a query, bound and never spliced into the text.
#[derive(Debug, Clone, Copy)]
pub enum Param<'a> {
    /// NULL of type `text`.
    Null,
    /// `bool`.
    Bool(bool),
    /// `int8`.
    Int(i64),
    /// `text`.
    Text(&'a str),
    /// `bytea`.
    Bytes(&'a [u8]),
    /// `text[]`.
    TextArray(&'a [String]),
    /// `text[]` whose elements may be NULL.
    NullableTextArray(&'a [Option<String>]),
    /// `bytea[]`.
    BytesArray(&'a [Vec<u8>]),
    /// `int8[]`.
    IntArray(&'a [i64]),
}

/// What the server, or the way to it, reported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SessionError {
    /// SQLSTATE, five characters; `08006` when the connection broke.
    pub sqlstate: String,
    /// Primary message.
    pub message: String,
    /// DETAIL, if any.
    pub detail: Option<String>,
    /// HINT, if any.
    pub hint: Option<String>,
    /// Position in the statement, in characters from 1.
    pub position: Option<u32>,
    /// CONTEXT, if any.
    pub context: Option<String>,
}

/// A result that does not fit the query that asked for it: a defect of ours, or tables of another version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("column {column} of a query result is {found}, not {expected}")]
pub struct RowError {
    /// Index of the column, from 0.
    pub column: usize,
    /// The type that was asked for.
    pub expected: &'static str,
    /// What is there.
    pub found: String,
}

/// One row of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

macro_rules! getter {
    ($(#[$doc:meta])* $name:ident, $optional:ident, $variant:ident($binding:ident) => $value:expr, $type:ty, $expected:literal) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// [`RowError`] when the column is missing, NULL or of another type.
        pub fn $name(&self, column: usize) -> Result<$type, RowError> {
            match self.0.get(column) {
                Some(Value::$variant($binding)) => Ok($value),
                other => Err(RowError { column, expected: $expected, found: format!("{other:?}") }),
            }
        }

        $(#[$doc])*
        ///
        /// # Errors
        /// [`RowError`] when the column is missing or of another type; NULL is `None`.
        pub fn $optional(&self, column: usize) -> Result<Option<$type>, RowError> {
            match self.0.get(column) {
                Some(Value::Null) => Ok(None),
                _ => self.$name(column).map(Some),
            }
        }
    };
}

impl Row {
    getter!(
        /// The text in `column`.
        text, optional_text, Text(value) => value.as_str(), &str, "text");
    getter!(
        /// The boolean in `column`.
        bool, optional_bool, Bool(value) => *value, bool, "bool");
    getter!(
        /// The integer in `column`.
        int, optional_int, Int(value) => *value, i64, "int8");
    getter!(
        /// The bytes in `column`.
        bytes, optional_bytes, Bytes(value) => value.as_slice(), &[u8], "bytea");
    getter!(
        /// The text array in `column`.
        texts, optional_texts, TextArray(value) => value.as_slice(), &[Option<String>], "text[]");
}

/// A connection to one database, inside the server or from outside.
///
/// Statements run in the caller's transaction. The session never begins or ends one by itself.
pub trait Session {
    /// Runs one query of ours and returns its rows.
    ///
    /// # Errors
    /// [`SessionError`] as the server reported it. Inside the server errors do not come back: they unwind to the
    /// caller's statement untouched.
    fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, SessionError>;

    /// Runs one statement with parameters and returns the number of rows it touched.
    ///
    /// # Errors
    /// As [`Session::query`].
    fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, SessionError>;

    /// Runs a script of one or more statements without parameters, results thrown away.
    ///
    /// # Errors
    /// As [`Session::query`].
    fn script(&mut self, sql: &str) -> Result<(), SessionError>;

    /// Runs `work` with the rights of the repository's owner, where there is one: inside the server the owner of the
    /// extension, from outside nobody but the connected role.
    ///
    /// Only statements on the repository's own tables belong in `work`.
    ///
    /// # Errors
    /// Whatever `work` returns.
    fn as_owner<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        Self: Sized;

    /// Runs `work` with the rights of the role with this OID, and without a way out of them: code of users that runs in
    /// `work` can do what that role can do. From outside nothing changes.
    ///
    /// # Errors
    /// Whatever `work` returns.
    fn as_role<T, E>(&mut self, role: i64, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        Self: Sized,
    {
        let _ = role;
        work(self)
    }

    /// Whether the session can look at pages of system catalogs, and [`Self::in_one_snapshot`] keeps its promise inside of
    /// any transaction: inside the server.
    fn sees_pages(&self) -> bool {
        false
    }

    /// Runs `work` so that all its queries see one and the same state of the database, changes made earlier by this
    /// session included.
    ///
    /// # Errors
    /// Whatever `work` returns.
    fn in_one_snapshot<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        Self: Sized,
        E: From<SessionError>;
}
