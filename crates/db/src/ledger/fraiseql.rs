//! The ledger of `fraiseql migrate`, `fraiseql_migrations`: versions are names of files without their ending, and a row
//! of version and time alone, inserted by hand, counts.

use pggit_migrate::{Migration, file_name};

use super::Shape;

/// What such a table is.
pub(super) const SHAPE: Shape = Shape {
    number: "id",
    required: &["version", "applied_at"],
    optional: &["checksum", "execution_time_ms", "applied_by", "id"],
    create: include_str!("fraiseql/create.sql"),
    complete: Some(include_str!("fraiseql/complete.sql")),
    rows: include_str!("fraiseql/rows.sql"),
};

/// Records migrations.
pub(super) const RECORD: &str = include_str!("fraiseql/record.sql");

/// Version and name of a migration.
pub(super) fn names(migration: &Migration) -> (String, String) {
    (file_name::stem(migration.file()).to_owned(), migration.name.clone())
}
