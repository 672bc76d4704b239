//! The ledger: the table of the migrations that were applied to a database.
//!
//! It has the shape of Confiture 1.29 for Python (`tb_confiture`), so that either program continues the ledger of the
//! other. That program takes `20260122143022_001_add_x` apart at the first `_`, into version `20260122143022` and name
//! `001_add_x`; here the version is `20260122143022_001`. Rows are written its way and read as what they mean.

use std::collections::{BTreeMap, BTreeSet};

use pggit_catalog::ident::QualifiedName;
use pggit_migrate::{Applied, Identity, Migration};
use thiserror::Error;

use crate::session::{Param, RowError, Session, SessionError};

/// The name of the ledger where nothing else is said.
pub const DEFAULT_TABLE: &str = "tb_confiture";

/// Columns without which a table is no ledger.
const REQUIRED: [&str; 7] =
    ["pk_confiture", "slug", "version", "name", "applied_at", "execution_time_ms", "checksum"];

/// What ledgers of earlier versions lack.
const LATER: [&str; 2] = ["applied_by", "archived_into"];

/// Where to look for the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerName {
    /// Its schema; `None`: where the search path finds it, made in the first schema of the search path.
    pub schema: Option<String>,
    /// Its name.
    pub table: String,
}

impl Default for LedgerName {
    fn default() -> Self {
        Self { schema: None, table: DEFAULT_TABLE.to_owned() }
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
    columns: BTreeSet<String>,
}

/// One migration that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Number of the row.
    pub number: i64,
    /// The version as the table has it.
    pub version: String,
    /// The name as the table has it.
    pub name: String,
    /// Checksum of the file, if known.
    pub checksum: Option<String>,
    /// When: UTC, `2026-01-22T14:30:22Z`.
    pub applied_at: String,
    /// How long it took.
    pub execution_time_ms: Option<i64>,
}

/// What to record of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRow<'a> {
    /// Version and name, see [`RecordedNames`].
    pub version: &'a str,
    /// The name.
    pub name: &'a str,
    /// Checksum of the file.
    pub checksum: &'a str,
    /// How long it took.
    pub execution_time_ms: i64,
    /// The role it ran as; `None` for the current one.
    pub role: Option<&'a str>,
}

impl LedgerRow {
    /// The migration that the row stands for.
    #[must_use]
    pub fn identity(&self) -> Identity {
        if is_time(&self.version) && starts_with_sequence(&self.name) {
            return Identity::from_text(&format!("{}_{}", self.version, self.name));
        }
        Identity::from_text(&self.version)
    }

    /// The row for comparison with files.
    #[must_use]
    pub fn to_applied(&self) -> Applied {
        Applied {
            version: self.identity().to_string(),
            name: self.name.clone(),
            checksum: self.checksum.clone(),
            applied_at: self.applied_at.clone(),
        }
    }
}

/// Versions and names under which migrations are recorded in one ledger.
#[derive(Debug, Clone, Default)]
pub struct RecordedNames {
    known: BTreeMap<Identity, (String, String)>,
    versions: BTreeSet<String>,
}

impl RecordedNames {
    /// Those of a ledger with these rows.
    #[must_use]
    pub fn new(rows: &[LedgerRow]) -> Self {
        let mut names = Self::default();
        for row in rows {
            names.add(row.identity(), row.version.clone(), row.name.clone());
        }
        names
    }

    /// Version and name of a migration. For `20260122143022_001_add_x` these are `20260122143022` and `001_add_x`,
    /// unless another migration has that version.
    pub fn of(&mut self, migration: &Migration) -> (String, String) {
        if let Some(known) = self.known.get(&migration.identity) {
            return known.clone();
        }
        let (version, name) = self.free(migration);
        self.add(migration.identity.clone(), version.clone(), name.clone());
        (version, name)
    }

    fn free(&self, migration: &Migration) -> (String, String) {
        let version = migration.identity.to_string();
        if let Some((time, sequence)) = version.split_once('_').filter(|_| migration.version().is_some())
            && is_time(time)
            && starts_with_sequence(sequence)
            && !self.versions.contains(time)
        {
            let separator = if migration.name.is_empty() { "" } else { "_" };
            return (time.to_owned(), format!("{sequence}{separator}{}", migration.name));
        }
        (version, migration.name.clone())
    }

    fn add(&mut self, identity: Identity, version: String, name: String) {
        self.versions.insert(version.clone());
        self.known.insert(identity, (version, name));
    }
}

/// `20260122143022`.
fn is_time(version: &str) -> bool {
    version.len() == 14 && version.bytes().all(|byte| byte.is_ascii_digit())
}

/// `001`, `001_add_x`.
fn starts_with_sequence(name: &str) -> bool {
    let digits = name.split('_').next().unwrap_or_default();
    (3..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl Ledger {
    /// The ledger, where there is one.
    ///
    /// # Errors
    /// [`LedgerError::NotALedger`] for another table of that name.
    pub fn find<S: Session>(session: &mut S, name: &LedgerName) -> Result<Option<Self>, LedgerError> {
        let schema = name.schema.as_deref().map_or(Param::Null, Param::Text);
        let found = session.query(include_str!("ledger/locate.sql"), &[schema, Param::Text(&name.table)])?;
        let Some(row) = found.first() else { return Ok(None) };
        let columns: BTreeSet<String> = row.texts(1)?.iter().flatten().cloned().collect();
        let table = QualifiedName::new(row.text(0)?, &name.table);
        let missing: Vec<String> =
            REQUIRED.iter().filter(|column| !columns.contains(**column)).map(|c| (*c).to_owned()).collect();
        if missing.is_empty() {
            Ok(Some(Self { name: table, columns }))
        } else {
            Err(LedgerError::NotALedger { table, missing })
        }
    }

    /// The ledger, made or completed where needed; the second value says whether it is new. Belongs under the lock of
    /// [`crate::migrate_lock`], so that two runners do not make it at once.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn open<S: Session>(session: &mut S, name: &LedgerName) -> Result<(Self, bool), LedgerError> {
        if let Some(ledger) = Self::find(session, name)? {
            if LATER.iter().all(|column| ledger.columns.contains(*column)) {
                return Ok((ledger, false));
            }
            session.script(&ledger.sql(include_str!("ledger/complete.sql")))?;
            let columns = ledger.columns.into_iter().chain(LATER.map(str::to_owned)).collect();
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
        let columns = REQUIRED.iter().chain(&LATER).map(|column| (*column).to_owned()).collect();
        let ledger = Self { name: QualifiedName::new(schema, &name.table), columns };
        session.script(&ledger.sql(include_str!("ledger/create.sql")))?;
        Ok((ledger, true))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &QualifiedName {
        &self.name
    }

    /// What is applied, in the order in which it was; rows that were archived do not count.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn rows<S: Session>(&self, session: &mut S) -> Result<Vec<LedgerRow>, LedgerError> {
        let live = if self.columns.contains("archived_into") { "l.archived_into IS NULL" } else { "true" };
        let sql = self.sql(&include_str!("ledger/rows.sql").replace("WHERE LIVE", &format!("WHERE {live}")));
        let rows = session.query(&sql, &[])?;
        rows.iter()
            .map(|row| {
                Ok(LedgerRow {
                    number: row.int(0)?,
                    version: row.text(1)?.to_owned(),
                    name: row.text(2)?.to_owned(),
                    checksum: row.optional_text(3)?.map(str::to_owned),
                    applied_at: row.text(4)?.to_owned(),
                    execution_time_ms: row.optional_int(5)?,
                })
            })
            .collect()
    }

    /// Records that a migration was applied; for one that is recorded, that it was applied again. The ledger has to be
    /// an [opened](Self::open) one.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn record<S: Session>(&self, session: &mut S, row: &NewRow<'_>) -> Result<(), LedgerError> {
        let NewRow { version, name, checksum, execution_time_ms, role } = *row;
        let params = [
            Param::Text(version),
            Param::Text(name),
            Param::Int(execution_time_ms.clamp(0, i32::MAX.into())),
            Param::Text(checksum),
            role.map_or(Param::Null, Param::Text),
        ];
        session.execute(&self.sql(include_str!("ledger/record.sql")), &params)?;
        Ok(())
    }

    /// Takes out a migration that was undone.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn remove<S: Session>(&self, session: &mut S, number: i64) -> Result<(), LedgerError> {
        session.execute(&self.sql(include_str!("ledger/remove.sql")), &[Param::Int(number)])?;
        Ok(())
    }

    /// A statement with the ledger's name in it.
    fn sql(&self, template: &str) -> String {
        let statement =
            template.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
        statement.replace("LEDGER", &self.name.to_string())
    }
}

#[cfg(test)]
mod tests {
    use pggit_migrate::MigrationSet;
    use pggit_migrate::migration::SourceFile;

    use super::*;

    fn row(version: &str, name: &str) -> LedgerRow {
        LedgerRow {
            number: 1,
            version: version.into(),
            name: name.into(),
            checksum: None,
            applied_at: String::new(),
            execution_time_ms: None,
        }
    }

    #[test]
    fn rows_of_the_other_program_are_understood() {
        for (version, name, expected) in [
            ("001", "a", "001"),
            ("20260122143022", "001_b", "20260122143022_001"),
            ("20260122143022", "c", "20260122143022"),
            ("20260122143022_002", "b", "20260122143022_002"),
            ("1", "002_x", "1"),
            ("seed", "seed", "seed"),
            ("R__views", "views", "R__views"),
        ] {
            assert_eq!(row(version, name).identity().to_string(), expected, "{version} {name}");
        }
    }

    #[test]
    fn what_is_recorded_reads_back() {
        let names = [
            "001_a.sql",
            "20260122143022_001_b.sql",
            "20260122143022_002_c.sql",
            "20260122143023_001.sql",
            "V1.2__x.sql",
            "V1_3__x.sql",
            "R__views.sql",
            "seed.sql",
        ];
        let files = names.map(|name| SourceFile { name: name.into(), bytes: b"SELECT 1;".to_vec() });
        let set = MigrationSet::from_files(files.to_vec()).expect("a set");
        let mut rows: Vec<LedgerRow> = Vec::new();
        let mut names = RecordedNames::default();
        for migration in set.migrations() {
            let (version, name) = names.of(migration);
            assert!(rows.iter().all(|row| row.version != version), "{version} is there twice");
            rows.push(row(&version, &name));
            assert_eq!(rows[rows.len() - 1].identity(), migration.identity);
        }
        assert!(
            rows.iter().any(|row| (row.version.as_str(), row.name.as_str()) == ("20260122143022", "001_b"))
        );
        assert!(rows.iter().any(|row| row.version == "20260122143022_002"));
    }
}
