//! The ledgers of known migration tools, by name and columns: a table of a user's that only shares the name stays.

use super::relation::{Relation, RelationKind};

/// A table of a migration tool.
struct Ledger {
    /// The schema, where the tool allows only one.
    schema: Option<&'static str>,
    table: &'static str,
    /// Columns that tell it from others of its name.
    columns: &'static [&'static str],
    /// Whether there are no columns besides.
    exact: bool,
}

const fn exactly(table: &'static str, columns: &'static [&'static str]) -> Ledger {
    Ledger { schema: None, table, columns, exact: true }
}

const fn having(table: &'static str, columns: &'static [&'static str]) -> Ledger {
    Ledger { schema: None, table, columns, exact: false }
}

const fn inside(schema: &'static str, table: &'static str, columns: &'static [&'static str]) -> Ledger {
    Ledger { schema: Some(schema), table, columns, exact: false }
}

const LEDGERS: &[Ledger] = &[
    having(
        "flyway_schema_history",
        &["installed_rank", "version", "script", "checksum", "installed_on", "success"],
    ),
    having("databasechangelog", &["id", "author", "filename", "dateexecuted", "orderexecuted", "md5sum"]),
    having("databasechangeloglock", &["id", "locked", "lockgranted", "lockedby"]),
    exactly("alembic_version", &["version_num"]),
    exactly("django_migrations", &["id", "app", "name", "applied"]),
    having(
        "_sqlx_migrations",
        &["version", "description", "installed_on", "success", "checksum", "execution_time"],
    ),
    having("refinery_schema_history", &["version", "name", "applied_on", "checksum"]),
    // dbmate, Rails
    exactly("schema_migrations", &["version"]),
    // pgdbm
    having("schema_migrations", &["filename", "checksum", "module_name", "applied_at"]),
    exactly("__diesel_schema_migrations", &["version", "run_on"]),
    exactly("pgmigrations", &["id", "name", "run_on"]),
    inside("graphile_migrate", "migrations", &["hash", "previous_hash", "filename", "date"]),
    inside("graphile_migrate", "current", &["filename", "content", "date"]),
    inside("sqitch", "releases", &["version", "installed_at", "installer_name"]),
    inside("sqitch", "projects", &["project", "uri", "created_at", "creator_name"]),
    inside("sqitch", "changes", &["change_id", "script_hash", "change", "project"]),
    inside("sqitch", "tags", &["tag_id", "tag", "project", "change_id"]),
    inside("sqitch", "dependencies", &["change_id", "type", "dependency"]),
    inside("sqitch", "events", &["event", "change_id", "change", "project", "committed_at"]),
    having("tb_confiture", &["id", "pk_confiture", "slug", "version", "applied_at", "checksum"]),
    having("tb_confiture_steps", &["migration", "plan_index", "stage", "state", "batch_cursor"]),
    having("fraiseql_migrations_steps", &["migration", "plan_index", "stage", "state", "batch_cursor"]),
    having("schema_migrations_steps", &["migration", "plan_index", "stage", "state", "batch_cursor"]),
    having("confiture_lock_holder", &["lock_id", "pid", "hostname", "command", "acquired_at"]),
    having("fraiseql_migrations", &["version", "applied_at"]),
    exactly("migration_history", &["id", "rollback_sql", "recorded_at"]),
    exactly("tb_confiture_rollback", &["id", "rollback_sql", "recorded_at"]),
    exactly("fraiseql_migrations_rollback", &["id", "rollback_sql", "recorded_at"]),
];

/// Whether this is a table of a known migration tool.
pub(super) fn is_ledger(relation: &Relation) -> bool {
    relation.kind == RelationKind::Table
        && LEDGERS.iter().any(|ledger| {
            ledger.table == relation.name
                && ledger.schema.is_none_or(|schema| schema == relation.schema)
                && (!ledger.exact || relation.columns.len() == ledger.columns.len())
                && ledger
                    .columns
                    .iter()
                    .all(|name| relation.columns.iter().any(|column| column.name == *name))
        })
}

/// Whether a migration tool makes a schema of this name for its tables.
pub(super) fn is_tool_schema(schema: &str) -> bool {
    LEDGERS.iter().any(|ledger| ledger.schema == Some(schema))
}
