//! The ledger of pgdbm, `schema_migrations`, which several modules share.
//!
//! New ones have the columns that its guide documents. The program itself, at 0.5, makes them without `version` and
//! knows migrations by their files; such a ledger is continued in that way, and the program goes on reading it.

use pggit_migrate::{Identity, Migration, file_name};

use super::Shape;

/// What such a table is.
pub(super) const SHAPE: Shape = Shape {
    number: "id",
    required: &["id", "module_name", "filename", "checksum", "applied_at"],
    optional: &["version", "execution_time_ms"],
    create: include_str!("pgdbm/create.sql"),
    complete: None,
    rows: include_str!("pgdbm/rows.sql"),
};

/// The modules in one.
pub(super) const MODULES: &str = include_str!("pgdbm/modules.sql");

/// Records in a ledger with versions.
pub(super) const RECORD: &str = include_str!("pgdbm/record.sql");

/// Records in a ledger without.
pub(super) const RECORD_BY_FILE: &str = include_str!("pgdbm/record_by_file.sql");

/// The table beside the ledger that holds rollback SQL.
pub(super) const ROLLBACKS: &str = "migration_history";

/// The migration that a row stands for.
pub(super) fn identity(version: &str, file: &str) -> Identity {
    let by_version = Identity::from_text(version);
    // The program at 0.5 took `20240126` as the version of `20240126_120000_x.sql`.
    let by_file = Identity::from_text(file);
    match (&by_version, &by_file) {
        (Identity::Versioned(date), Identity::Versioned(time))
            if time.as_str().strip_prefix(date.as_str()).is_some_and(|rest| rest.starts_with('_')) =>
        {
            by_file
        }
        _ => by_version,
    }
}

/// Version and name of a migration.
pub(super) fn names(migration: &Migration) -> (String, String) {
    (migration.identity.to_string(), file_name::base(migration.file()).to_owned())
}
