//! The ledger: the table of the migrations that were applied to a database.
//!
//! There are three kinds, [`LedgerKind`], each with the columns that its tool documents, so that a ledger that one of the
//! original tools made is continued, and goes on being read by it. One file a kind says what such a table is; everything
//! else knows none of them.

mod confiture;
mod fraiseql;
mod names;
mod pgdbm;
mod record;
mod rollback;

use std::collections::BTreeSet;

use pggit_catalog::ident::QualifiedName;
use pggit_migrate::{Applied, Identity, Migration};
use thiserror::Error;

use crate::session::{Param, Row, RowError, Session, SessionError};
pub use names::RecordedNames;

/// The module of pgdbm where neither a module nor a schema is named.
pub const DEFAULT_MODULE: &str = "default";

/// Whose table it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LedgerKind {
    /// `tb_confiture`, as Confiture 1.29 for Python makes it.
    #[default]
    Confiture,
    /// `fraiseql_migrations` of `fraiseql migrate`.
    Fraiseql,
    /// `schema_migrations` of pgdbm.
    Pgdbm {
        /// The module whose migrations these are; others have their own rows in the same table.
        module: String,
    },
}

impl LedgerKind {
    /// The name of the table where nothing else is said.
    #[must_use]
    pub const fn default_table(&self) -> &'static str {
        match self {
            Self::Confiture => "tb_confiture",
            Self::Fraiseql => "fraiseql_migrations",
            Self::Pgdbm { .. } => "schema_migrations",
        }
    }

    const fn shape(&self) -> &'static Shape {
        match self {
            Self::Confiture => &confiture::SHAPE,
            Self::Fraiseql => &fraiseql::SHAPE,
            Self::Pgdbm { .. } => &pgdbm::SHAPE,
        }
    }

    fn identity(&self, version: &str, name: &str) -> Identity {
        match self {
            Self::Confiture => confiture::identity(version, name),
            Self::Fraiseql => Identity::from_text(version),
            Self::Pgdbm { .. } => pgdbm::identity(version, name),
        }
    }
}

/// What a table of one kind is. In SQL, `LEDGER` stands for its name and `{column}` for an optional column, which is
/// null where the table lacks it.
struct Shape {
    /// The column with the numbers of rows.
    number: &'static str,
    /// Columns without which a table is no ledger.
    required: &'static [&'static str],
    /// Columns that it may lack.
    optional: &'static [&'static str],
    /// Makes it, with all columns.
    create: &'static str,
    /// Adds optional columns; where there is no such statement, the ledger is continued without.
    complete: Option<&'static str>,
    /// Reads it.
    rows: &'static str,
}

/// Which ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerName {
    /// Whose it is.
    pub kind: LedgerKind,
    /// Its schema; `None`: where the search path finds it, made in the first schema of the search path.
    pub schema: Option<String>,
    /// Its name.
    pub table: String,
    /// Whether the module, which nobody has named, is the one that has migrations in the table, where that is one.
    pub adopts_module: bool,
}

impl LedgerName {
    /// The usual ledger of a kind.
    #[must_use]
    pub fn new(kind: LedgerKind) -> Self {
        let table = kind.default_table().to_owned();
        Self { kind, schema: None, table, adopts_module: false }
    }

    /// The table of that name: of `fraiseql` or of pgdbm when it is called as theirs is, else of Confiture.
    #[must_use]
    pub fn of_table(schema: Option<String>, table: impl Into<String>) -> Self {
        let table = table.into();
        let kind = match table.as_str() {
            "fraiseql_migrations" => LedgerKind::Fraiseql,
            "schema_migrations" => {
                let module = schema.clone().unwrap_or_else(|| DEFAULT_MODULE.to_owned());
                LedgerKind::Pgdbm { module }
            }
            _ => LedgerKind::Confiture,
        };
        let adopts_module = matches!(kind, LedgerKind::Pgdbm { .. });
        Self { kind, schema, table, adopts_module }
    }

    /// The same for a module; none where modules have no rows of their own in it.
    #[must_use]
    pub fn of_module(self, module: impl Into<String>) -> Option<Self> {
        let LedgerKind::Pgdbm { .. } = self.kind else { return None };
        let kind = LedgerKind::Pgdbm { module: module.into() };
        Some(Self { kind, adopts_module: false, ..self })
    }
}

impl Default for LedgerName {
    fn default() -> Self {
        Self::new(LedgerKind::default())
    }
}

/// A ledger that can't be used.
#[derive(Debug, Error)]
pub enum LedgerError {
    /// The server refused.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A result had an unexpected shape.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A table of that name is something else.
    #[error("table {table} is not a ledger of migrations: it has no column {}", quoted(.missing))]
    NotALedger {
        /// The table.
        table: QualifiedName,
        /// Columns that it lacks.
        missing: Vec<String>,
    },
    /// The table for rollback SQL is something else.
    #[error("table {table} is not a table of rollback SQL: it has no columns \"id\" and \"rollback_sql\"")]
    NotRollbacks {
        /// The table.
        table: QualifiedName,
    },
    /// There is no row of that number.
    #[error("there is no migration {number} in {table}")]
    NoSuchRow {
        /// The ledger.
        table: QualifiedName,
        /// The number.
        number: i64,
    },
    /// Several modules have migrations in the table, and nobody has named one.
    #[error("table {table} has migrations of several modules: {}", quoted(.modules))]
    SeveralModules {
        /// The ledger.
        table: QualifiedName,
        /// The modules.
        modules: Vec<String>,
    },
    /// The search path names no schema to make the ledger in.
    #[error("no schema has been selected to create the ledger in")]
    NoSchema,
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The ledger of one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    name: QualifiedName,
    kind: LedgerKind,
    columns: BTreeSet<String>,
}

/// One migration that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Number of the row.
    pub number: i64,
    /// The migration that the row stands for.
    pub identity: Identity,
    /// The version as the table has it.
    pub version: String,
    /// The name as the table has it: of the migration, or of its file.
    pub name: String,
    /// Checksum of the file, if known.
    pub checksum: Option<String>,
    /// When: UTC, `2026-01-22T14:30:22Z`; empty where the table does not say.
    pub applied_at: String,
    /// How long it took.
    pub execution_time_ms: Option<i64>,
    /// Whether it is of no certain module, and so of every one that has such a file.
    pub is_shared: bool,
}

/// What to record of a migration; [`RecordedNames::row`] makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow<'a> {
    /// Version, as the table is to have it.
    pub version: String,
    /// Name, as the table is to have it.
    pub name: String,
    /// Checksum of the file.
    pub checksum: String,
    /// The role it ran as; `None` for the current one.
    pub role: Option<&'a str>,
    /// How long it took; `None`, as [`RecordedNames::row`] leaves it, for the time since the transaction began.
    pub execution_time_ms: Option<i64>,
}

impl LedgerRow {
    /// The row for comparison with files; what undoes it is not known from the row alone, see [`Ledger::rollbacks`].
    #[must_use]
    pub fn to_applied(&self) -> Applied {
        Applied {
            version: self.identity.to_string(),
            name: self.name.clone(),
            checksum: self.checksum.clone(),
            applied_at: self.applied_at.clone(),
            rollback_sql: None,
            only_file: self.is_shared.then(|| self.name.clone()),
        }
    }
}

impl Ledger {
    /// The ledger, where there is one.
    ///
    /// # Errors
    /// [`LedgerError::NotALedger`] for another table of that name, [`LedgerError::SeveralModules`].
    pub fn find<S: Session>(session: &mut S, name: &LedgerName) -> Result<Option<Self>, LedgerError> {
        let Some((table, columns)) = located(session, name.schema.as_deref(), &name.table)? else {
            return Ok(None);
        };
        let required = name.kind.shape().required.iter();
        let missing: Vec<String> =
            required.filter(|column| !columns.contains(**column)).map(|c| (*c).to_owned()).collect();
        if !missing.is_empty() {
            return Err(LedgerError::NotALedger { table, missing });
        }
        let found = Self { name: table, kind: name.kind.clone(), columns };
        if name.adopts_module { found.adopting(session).map(Some) } else { Ok(Some(found)) }
    }

    /// For the only module that has migrations in it, unless that of the name has some.
    fn adopting<S: Session>(self, session: &mut S) -> Result<Self, LedgerError> {
        let LedgerKind::Pgdbm { module: usual } = &self.kind else { return Ok(self) };
        let rows = session.query(&self.sql(pgdbm::MODULES), &[])?;
        let modules: Vec<String> =
            rows.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<_, _>>()?;
        match modules.as_slice() {
            modules if modules.is_empty() || modules.contains(usual) => Ok(self),
            [only] => Ok(Self { kind: LedgerKind::Pgdbm { module: only.clone() }, ..self }),
            _ => Err(LedgerError::SeveralModules { table: self.name, modules }),
        }
    }

    /// The ledger, made or completed where needed; the second value says whether it is new. Belongs under the lock of
    /// [`crate::migrate_lock`], so that two runners do not make it at once.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open<S: Session>(session: &mut S, name: &LedgerName) -> Result<(Self, bool), LedgerError> {
        let shape = name.kind.shape();
        if let Some(ledger) = Self::find(session, name)? {
            let is_complete = shape.optional.iter().all(|column| ledger.columns.contains(*column));
            let Some(complete) = shape.complete.filter(|_| !is_complete) else { return Ok((ledger, false)) };
            session.script(&ledger.sql(complete))?;
            let columns =
                ledger.columns.into_iter().chain(shape.optional.iter().map(|c| (*c).to_owned())).collect();
            return Ok((Self { columns, ..ledger }, false));
        }
        let schema = match &name.schema {
            Some(schema) => schema.clone(),
            None => {
                let rows = session.query("SELECT pg_catalog.current_schema()::pg_catalog.text", &[])?;
                let schema = rows.first().map(|row| row.optional_text(0)).transpose()?.flatten();
                schema.ok_or(LedgerError::NoSchema)?.to_owned()
            }
        };
        let columns =
            shape.required.iter().chain(shape.optional).map(|column| (*column).to_owned()).collect();
        let name = Self { name: QualifiedName::new(schema, &name.table), kind: name.kind.clone(), columns };
        session.script(&name.sql(shape.create))?;
        Ok((name, true))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &QualifiedName {
        &self.name
    }

    /// Whose it is.
    #[must_use]
    pub fn kind(&self) -> &LedgerKind {
        &self.kind
    }

    /// What is applied, in the order in which it was; of a table that several modules share, what is applied of the one.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn rows<S: Session>(&self, session: &mut S) -> Result<Vec<LedgerRow>, LedgerError> {
        let sql = self.sql(self.kind.shape().rows);
        let rows = match &self.kind {
            LedgerKind::Confiture | LedgerKind::Fraiseql => session.query(&sql, &[])?,
            LedgerKind::Pgdbm { module } => session.query(&sql, &[Param::Text(module)])?,
        };
        rows.iter().map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &Row) -> Result<LedgerRow, LedgerError> {
        let (version, name) = (row.text(1)?, row.text(2)?);
        Ok(LedgerRow {
            number: row.int(0)?,
            identity: self.kind.identity(version, name),
            version: version.to_owned(),
            name: name.to_owned(),
            checksum: row.optional_text(3)?.map(str::to_owned),
            applied_at: row.optional_text(4)?.unwrap_or_default().to_owned(),
            execution_time_ms: row.optional_int(5)?,
            is_shared: row.bool(6)?,
        })
    }

    /// The checksum of a migration as this ledger records it.
    #[must_use]
    pub fn checksum_of(&self, migration: &Migration) -> String {
        match &self.kind {
            LedgerKind::Confiture | LedgerKind::Fraiseql => migration.checksum.to_string(),
            LedgerKind::Pgdbm { .. } => migration.trimmed_checksum(),
        }
    }

    /// Takes out a migration that was undone.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn remove<S: Session>(&self, session: &mut S, number: i64) -> Result<(), LedgerError> {
        session.execute(&self.sql(include_str!("ledger/remove.sql")), &[Param::Int(number)])?;
        Ok(())
    }

    /// Gives a migration that is recorded another checksum, see [`Self::checksum_of`].
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn set_checksum<S: Session>(
        &self,
        session: &mut S,
        number: i64,
        checksum: &str,
    ) -> Result<(), LedgerError> {
        let params = [Param::Int(number), Param::Text(checksum)];
        session.execute(&self.sql(include_str!("ledger/set_checksum.sql")), &params)?;
        Ok(())
    }

    /// A statement with the ledger's names in it.
    fn sql(&self, template: &str) -> String {
        let shape = self.kind.shape();
        let mut statement =
            template.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
        for column in shape.optional {
            let value =
                if self.columns.contains(*column) { format!("l.{column}") } else { "NULL".to_owned() };
            statement = statement.replace(&format!("{{{column}}}"), &value);
        }
        // The names of tables come last: they are the user's, and nothing in them is to be replaced.
        let statement = statement.replace("NUMBER", shape.number);
        let parts: Vec<String> =
            statement.split("ROLLBACKS").map(|part| part.replace("LEDGER", &self.name.to_string())).collect();
        parts.join(&self.rollbacks_name().to_string())
    }
}

/// The table of that name, and its columns.
fn located<S: Session>(
    session: &mut S,
    schema: Option<&str>,
    table: &str,
) -> Result<Option<(QualifiedName, BTreeSet<String>)>, LedgerError> {
    let params = [schema.map_or(Param::Null, Param::Text), Param::Text(table)];
    let found = session.query(include_str!("ledger/locate.sql"), &params)?;
    let Some(row) = found.first() else { return Ok(None) };
    let columns = row.texts(1)?.iter().flatten().cloned().collect();
    Ok(Some((QualifiedName::new(row.text(0)?, table), columns)))
}
