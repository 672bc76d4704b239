//! Proves a migration on a scratch database that is as the base.

use pggit_catalog::catalog::Catalog;
use pggit_catalog::diff::{Change, diff};
use pggit_catalog::plan::{PlanOptions, plan};
use pggit_catalog::rename::Renames;
use pggit_db::connection::Connection;
use pggit_db::introspect::read_catalog;
use pggit_migrate::{Directives, MigrationSet, Sql};

use super::{Comparison, list};
use crate::error::{Error, ErrorCode, Result};
use crate::migrator::{Job, run_quietly};

/// At most so many objects are named in an error.
const MOST: usize = 20;

/// Runs up, down and up again on a database that is as the base.
///
/// # Errors
/// [`ErrorCode::NotProven`].
pub(super) fn prove<C: Connection>(
    connection: &mut C,
    comparison: &Comparison,
    set: &MigrationSet,
    options: &PlanOptions,
) -> Result<()> {
    let [migration] = set.migrations() else {
        return Err(Error::new(ErrorCode::Internal, "the written files are not one migration"));
    };
    let Some(down) = &migration.down else {
        return Err(Error::new(ErrorCode::Internal, "the written files have no way down"));
    };
    let check = |connection: &mut C, after: &str, expected: &Catalog| {
        check(connection, after, expected, comparison, options)
    };
    let directives = &migration.directives;
    check(connection, "building the base", &comparison.from)?;
    step(connection, "the way up", &migration.up, directives, comparison)?;
    check(connection, "the way up", &comparison.to)?;
    step(connection, "the way down", &down.sql, directives, comparison)?;
    check(connection, "the way down", &comparison.from)?;
    step(connection, "the way up after the way down", &migration.up, directives, comparison)?;
    check(connection, "the way up after the way down", &comparison.to)
}

fn step<C: Connection>(
    connection: &mut C,
    what: &str,
    sql: &Sql,
    directives: &Directives,
    comparison: &Comparison,
) -> Result<()> {
    run_quietly(connection, &Job::new(sql, directives))
        .map_err(|stop| not_proven(&format!("{what} fails"), stop.into_plain(&sql.file), comparison))
}

/// Fails unless the database is as expected.
fn check<C: Connection>(
    connection: &mut C,
    after: &str,
    expected: &Catalog,
    comparison: &Comparison,
    options: &PlanOptions,
) -> Result<()> {
    let found = read_catalog(connection)?.catalog;
    let differing = differences(&found, expected, options)?;
    if differing.is_empty() {
        return Ok(());
    }
    let mut detail = differing.iter().take(MOST).cloned().collect::<Vec<_>>().join("\n");
    if differing.len() > MOST {
        detail.push_str(&format!("\n… and {} more", differing.len() - MOST));
    }
    let error = Error::new(ErrorCode::Internal, "the schema is not what it has to be")
        .detail(format!("What is missing to it:\n{detail}"));
    Err(not_proven(&format!("after {after}"), error, comparison))
}

/// What is missing to a catalog to be as expected, a line each: what differs, else what a plan would still do.
///
/// # Errors
/// When there is no plan.
pub(crate) fn differences(found: &Catalog, expected: &Catalog, options: &PlanOptions) -> Result<Vec<String>> {
    let changes = diff(found, expected, &Renames::default());
    if !changes.is_empty() {
        return Ok(changes.iter().map(shown).collect());
    }
    let steps = plan(found, expected, &Renames::default(), options)?.steps;
    Ok(steps.iter().map(|step| format!("{} {}: {}", step.address.kind, step.address, step.sql)).collect())
}

fn shown(change: &Change) -> String {
    let details = change.details();
    let separator = if details.is_empty() { "" } else { ": " };
    format!("{} {} {}{separator}{details}", change.kind, change.address.kind, change.address)
}

/// The error that a migration is not proven, made from what went wrong.
pub(super) fn not_proven(what: &str, error: Error, comparison: &Comparison) -> Error {
    let mut not_proven =
        Error::new(ErrorCode::NotProven, format!("the migration is not proven: {what}: {}", error.message));
    not_proven.detail = error.detail;
    not_proven.hint = if comparison.unmodelled.is_empty() {
        error.hint
    } else {
        Some(format!(
            "Perhaps it needs objects that are not modelled, which a scratch database lacks: {}.",
            list(&comparison.unmodelled)
        ))
    };
    not_proven
}
