//! [`MigrationManager`]: the migrations of one module, as the library pgdbm runs them.
//!
//! Several modules share a database: each has its own directory of files and its own rows in table `schema_migrations`
//! of its schema. Names of tables in the files are templates, so that the same files serve any schema.

mod directory;

use std::collections::BTreeMap;
use std::path::PathBuf;

use pggit_db::connection::Connection;
use pggit_db::ledger::{DEFAULT_MODULE, Ledger, LedgerKind, LedgerName, LedgerRow};
use pggit_db::session::Param;
use pggit_migrate::{Identity, Migration, MigrationSet, TemplateUse, UpRequest, file_name};

use crate::clock;
use crate::error::{Error, ErrorCode, Result};
use crate::migrator::{Migrator, StatusState, TemplateSettings};

/// Runs the migrations of one module on the database that a connection leads to.
pub struct MigrationManager<'s, C: Connection> {
    connection: &'s mut C,
    migrations_path: PathBuf,
    migrations_table: Option<String>,
    schema: Option<String>,
    module_name: Option<String>,
    variables: Option<BTreeMap<String, String>>,
    allow_missing: bool,
}

/// A migration of a module: a file, and what the ledger says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleMigration {
    /// Number of its row in the ledger, once it is applied.
    pub id: Option<i64>,
    /// The module.
    pub module_name: String,
    /// The version: `001` of `001_initial.sql`, `1` of `V1__initial.sql`, the name without its ending where there is
    /// none.
    pub version: String,
    /// Name of its file, without directories.
    pub filename: String,
    /// Checksum as pgdbm takes it.
    pub checksum: String,
    /// When it was applied: UTC, `2026-01-22T14:30:22Z`.
    pub applied_at: Option<String>,
    /// How long it took.
    pub execution_time_ms: Option<i64>,
}

impl<'s, C: Connection> MigrationManager<'s, C> {
    /// The migrations in a directory, of module `default` and in no schema.
    pub fn new(connection: &'s mut C, migrations_path: impl Into<PathBuf>) -> Self {
        Self {
            connection,
            migrations_path: migrations_path.into(),
            migrations_table: None,
            schema: None,
            module_name: None,
            variables: None,
            allow_missing: false,
        }
    }

    /// In a schema: there the ledger is, and there templates lead.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Of a module; without it, of the one that is called as the schema is, or `default`.
    #[must_use]
    pub fn module_name(mut self, module_name: impl Into<String>) -> Self {
        self.module_name = Some(module_name.into());
        self
    }

    /// With a ledger of another name than `schema_migrations`.
    #[must_use]
    pub fn migrations_table(mut self, table: impl Into<String>) -> Self {
        self.migrations_table = Some(table.into());
        self
    }

    /// With environment variables for `${NAME}`, which is no template without them.
    #[must_use]
    pub fn variables(mut self, variables: BTreeMap<String, String>) -> Self {
        self.variables = Some(variables);
        self
    }

    /// Files of applied migrations may be missing.
    #[must_use]
    pub fn allow_missing(mut self, allowed: bool) -> Self {
        self.allow_missing = allowed;
        self
    }

    /// Applies all pending migrations in order and returns them; with `dry_run` they are returned and nothing is done.
    ///
    /// # Errors
    /// As [`Self::get_pending_migrations`]; [`ErrorCode::Server`] for a statement that failed. What was applied before it
    /// stays.
    pub fn apply_pending(&mut self, dry_run: bool) -> Result<Vec<ModuleMigration>> {
        let set = self.read_files()?;
        if dry_run {
            return self.pending(&set);
        }
        self.refuse_modified(&set)?;
        let request = self.request();
        let ran = self.migrator().up(&set, &request)?;
        let files: Vec<&str> = ran.iter().map(|ran| file_name::base(&ran.file)).collect();
        let records = self.records()?.into_iter().map(|(_, record)| record);
        Ok(records.filter(|record| files.contains(&record.filename.as_str())).collect())
    }

    /// Applies one migration and returns it; nothing is done when another runner has applied it meanwhile.
    ///
    /// # Errors
    /// [`ErrorCode::Project`] when its file is not there; [`ErrorCode::Server`] for a statement that failed.
    pub fn apply_single(&mut self, migration: &ModuleMigration) -> Result<ModuleMigration> {
        let identity = Identity::from_text(&migration.filename);
        let set = directory::read_only(&self.migrations_path, &identity)?;
        if set.get(&identity).is_none() {
            let message =
                format!("migration {} is not in \"{}\"", migration.filename, self.migrations_path.display());
            return Err(Error::new(ErrorCode::Project, message));
        }
        self.require_schema()?;
        self.refuse_modified(&set)?;
        let request = UpRequest { allow_missing: true, allow_out_of_order: true, ..UpRequest::default() };
        self.migrator().up(&set, &request)?;
        let records = self.records()?;
        let is_it = |found: &Identity, record: &ModuleMigration| {
            *found == identity && record.filename == migration.filename
        };
        let found = records.into_iter().rev().find(|(found, record)| is_it(found, record));
        found.map(|(_, record)| record).ok_or_else(|| {
            let message = format!("migration {} is not for this environment", migration.filename);
            Error::new(ErrorCode::InvalidArgument, message)
        })
    }

    /// The migrations that are not applied, in order.
    ///
    /// # Errors
    /// [`ErrorCode::Project`] for files that can't be read, that were changed after they were applied, or that are
    /// missing; [`ErrorCode::UndefinedObject`] when there is no such schema.
    pub fn get_pending_migrations(&mut self) -> Result<Vec<ModuleMigration>> {
        let set = self.read_files()?;
        self.pending(&set)
    }

    /// What is applied of the module, in the order in which it was.
    ///
    /// # Errors
    /// [`ErrorCode::Server`].
    pub fn get_migration_history(&mut self) -> Result<Vec<ModuleMigration>> {
        Ok(self.records()?.into_iter().map(|(_, record)| record).collect())
    }

    /// Whether a migration is applied: by the name of its file, or by its version.
    ///
    /// # Errors
    /// [`ErrorCode::Server`].
    pub fn is_migration_applied(&mut self, filename: &str) -> Result<bool> {
        let identity = Identity::from_text(file_name::base(filename));
        Ok(self.records()?.iter().any(|(applied, _)| *applied == identity))
    }

    /// Writes a new migration, with the time as its version, and returns its path. The directory is made if need be.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for a name that makes no name of a file; [`ErrorCode::Project`] when it can't be
    /// written.
    pub fn create_migration(&mut self, name: &str, content: &str) -> Result<String> {
        directory::create(&self.migrations_path, name, content, &clock::now().0)
    }

    /// Records the SQL that undoes a migration, by its number in the ledger; `down` of the command lines runs it where
    /// the files say nothing.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] when there is no migration of that number.
    pub fn rollback_migration_record(&mut self, migration_id: i64, rollback_sql: &str) -> Result<()> {
        self.migrator().record_rollback(migration_id, rollback_sql)
    }

    /// The SQL that undoes a migration, where it is recorded.
    ///
    /// # Errors
    /// [`ErrorCode::Server`].
    pub fn get_rollback_sql(&mut self, migration_id: i64) -> Result<Option<String>> {
        let Some(ledger) = self.ledger()? else { return Ok(None) };
        Ok(ledger.rollbacks(self.connection)?.remove(&migration_id))
    }

    fn pending(&mut self, set: &MigrationSet) -> Result<Vec<ModuleMigration>> {
        self.refuse_modified(set)?;
        let request = self.request();
        let pending = self.migrator().pending(set, &request)?;
        let module_name = self.module();
        let of_file = |migration: &&Migration| ModuleMigration {
            id: None,
            module_name: module_name.clone(),
            version: migration.identity.to_string(),
            filename: migration.file_name().to_owned(),
            checksum: migration.trimmed_checksum(),
            applied_at: None,
            execution_time_ms: None,
        };
        Ok(pending.iter().map(of_file).collect())
    }

    fn records(&mut self) -> Result<Vec<(Identity, ModuleMigration)>> {
        self.require_schema()?;
        let Some(ledger) = self.ledger()? else { return Ok(Vec::new()) };
        let module = self.module();
        let of_row = |row: LedgerRow| {
            let record = ModuleMigration {
                id: Some(row.number),
                module_name: module.clone(),
                version: row.identity.to_string(),
                filename: row.name,
                checksum: row.checksum.unwrap_or_default(),
                applied_at: Some(row.applied_at),
                execution_time_ms: row.execution_time_ms,
            };
            (row.identity, record)
        };
        Ok(ledger.rows(self.connection)?.into_iter().map(of_row).collect())
    }

    fn refuse_modified(&mut self, set: &MigrationSet) -> Result<()> {
        let entries = self.migrator().status(set)?;
        let modified: Vec<&str> = entries
            .iter()
            .filter(|entry| entry.state == StatusState::Modified)
            .map(|entry| file_name::base(entry.file.as_deref().unwrap_or(&entry.version)))
            .collect();
        let Some((first, others)) = modified.split_first() else { return Ok(()) };
        let message = format!("Migration {first} has been modified after being applied");
        let error = Error::new(ErrorCode::Project, message)
            .hint("Put the file back as it was, and make further changes in a new migration.");
        Err(if others.is_empty() {
            error
        } else {
            error.detail(format!("So have been: {}.", others.join(", ")))
        })
    }

    fn read_files(&mut self) -> Result<MigrationSet> {
        self.require_schema()?;
        directory::read(&self.migrations_path)
    }

    /// Says that there is no such schema before the server says that there is no such table.
    fn require_schema(&mut self) -> Result<()> {
        let Some(schema) = &self.schema else { return Ok(()) };
        let sql = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1::pg_catalog.text";
        if !self.connection.query(sql, &[Param::Text(schema)])?.is_empty() {
            return Ok(());
        }
        let mut error = Error::new(ErrorCode::UndefinedObject, format!("schema \"{schema}\" does not exist"));
        "3F000".clone_into(&mut error.sqlstate);
        Err(error.hint(format!(
            "Run \"CREATE SCHEMA {}\" before the migrations.",
            pggit_catalog::ident::quote_ident(schema)
        )))
    }

    fn request(&self) -> UpRequest {
        // Gaps are left for later migrations on purpose.
        UpRequest { allow_out_of_order: true, allow_missing: self.allow_missing, ..UpRequest::default() }
    }

    fn module(&self) -> String {
        let module = self.module_name.as_ref().or(self.schema.as_ref());
        module.cloned().unwrap_or_else(|| DEFAULT_MODULE.to_owned())
    }

    fn ledger_name(&self) -> LedgerName {
        let usual = LedgerName::new(LedgerKind::Pgdbm { module: self.module() });
        let table = self.migrations_table.clone().unwrap_or_else(|| usual.table.clone());
        LedgerName { schema: self.schema.clone(), table, ..usual }
    }

    fn ledger(&mut self) -> Result<Option<Ledger>> {
        let name = self.ledger_name();
        Ok(Ledger::find(self.connection, &name)?)
    }

    /// The runner underneath.
    fn migrator(&mut self) -> Migrator<'_, C> {
        let name = self.ledger_name();
        let templates = TemplateSettings {
            files: TemplateUse::Always,
            schema: self.schema.clone(),
            variables: self.variables.clone(),
        };
        Migrator::new(self.connection).ledger(name).templates(templates)
    }
}
