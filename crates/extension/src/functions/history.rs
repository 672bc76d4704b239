//! Changes and history.

use confiture::repository::LogEntry;
use pgrx::prelude::*;

use super::{limit, required, run, timestamp};

/// `pggit.status()`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn status() -> TableIterator<
    'static,
    (
        name!(branch_name, String),
        name!(change_type, String),
        name!(object_type, String),
        name!(object_name, String),
        name!(details, String),
    ),
> {
    let entries = run(|repository| repository.status());
    TableIterator::new(entries.into_iter().map(|entry| {
        (entry.branch, entry.change.to_string(), entry.kind.to_string(), entry.object, entry.details)
    }))
}

/// `pggit.commit(message, author)`.
#[pg_extern(sql = false)]
fn commit(message: Option<&str>, author: Option<&str>) -> String {
    run(|repository| repository.commit(required(message, "message"), author)).to_string()
}

/// `pggit.log(ref, max_count)`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn log(
    reference: Option<&str>,
    max_count: Option<i32>,
) -> TableIterator<
    'static,
    (
        name!(commit_id, Option<String>),
        name!(message, String),
        name!(author, String),
        name!(committed_at, TimestampWithTimeZone),
        name!(branch_name, String),
        name!(parent_ids, Vec<String>),
        name!(changes, i32),
        name!(source, String),
    ),
> {
    let entries = run(|repository| repository.log(reference.unwrap_or("HEAD"), limit(max_count)));
    TableIterator::new(entries.into_iter().map(|entry| {
        (
            id(&entry),
            entry.message,
            entry.author,
            timestamp(entry.committed_at),
            entry.branch,
            entry.parents.iter().map(ToString::to_string).collect(),
            i32::try_from(entry.changes).unwrap_or(i32::MAX),
            entry.source,
        )
    }))
}

/// `pggit.diff(from_ref, to_ref)`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn diff(
    from_ref: Option<&str>,
    to_ref: Option<&str>,
) -> TableIterator<
    'static,
    (
        name!(change_type, String),
        name!(object_type, String),
        name!(object_name, String),
        name!(details, Option<String>),
        name!(ddl, String),
        name!(hazards, Vec<String>),
    ),
> {
    let plan =
        run(|repository| repository.diff(from_ref.unwrap_or("HEAD"), to_ref.unwrap_or("WORKING"), false));
    TableIterator::new(plan.steps.into_iter().map(|step| {
        (
            step.change.to_string(),
            step.address.kind.to_string(),
            step.address.to_string(),
            step.part.map(|part| part.to_string()),
            step.sql,
            step.hazards.iter().map(|hazard| hazard.id().to_owned()).collect(),
        )
    }))
}

/// `pggit.diff_as_sql(from_ref, to_ref, online)`.
#[pg_extern(sql = false)]
fn diff_as_sql(from_ref: Option<&str>, to_ref: Option<&str>, online: Option<bool>) -> String {
    run(|repository| {
        repository.diff(required(from_ref, "from_ref"), required(to_ref, "to_ref"), online.unwrap_or(false))
    })
    .to_sql()
}

/// `pggit.show(ref)`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn show(
    reference: Option<&str>,
) -> TableIterator<
    'static,
    (
        name!(commit_id, Option<String>),
        name!(message, String),
        name!(author, String),
        name!(committed_at, TimestampWithTimeZone),
        name!(change_type, String),
        name!(object_type, String),
        name!(object_name, String),
        name!(details, String),
    ),
> {
    let changes = run(|repository| repository.show(reference.unwrap_or("HEAD")));
    TableIterator::new(changes.into_iter().map(|shown| {
        (
            id(&shown.commit),
            shown.commit.message,
            shown.commit.author,
            timestamp(shown.commit.committed_at),
            shown.change.to_string(),
            shown.kind.to_string(),
            shown.object,
            shown.details,
        )
    }))
}

/// `pggit.blame(object_name)`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn blame(
    object_name: Option<&str>,
) -> TableIterator<
    'static,
    (
        name!(part, String),
        name!(commit_id, Option<String>),
        name!(author, String),
        name!(committed_at, TimestampWithTimeZone),
        name!(message, String),
    ),
> {
    let parts = run(|repository| repository.blame(required(object_name, "object_name")));
    TableIterator::new(parts.into_iter().map(|blame| {
        (
            blame.part,
            id(&blame.commit),
            blame.commit.author,
            timestamp(blame.commit.committed_at),
            blame.commit.message,
        )
    }))
}

/// `pggit.get_history(object_name, max_count)`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn get_history(
    object_name: Option<&str>,
    max_count: Option<i32>,
) -> TableIterator<
    'static,
    (
        name!(commit_id, Option<String>),
        name!(committed_at, TimestampWithTimeZone),
        name!(author, String),
        name!(message, String),
        name!(branch_name, String),
        name!(change_type, String),
        name!(object_name, String),
        name!(details, String),
    ),
> {
    let entries =
        run(|repository| repository.get_history(required(object_name, "object_name"), limit(max_count)));
    TableIterator::new(entries.into_iter().map(|entry| {
        (
            id(&entry.commit),
            timestamp(entry.commit.committed_at),
            entry.commit.author,
            entry.commit.message,
            entry.commit.branch,
            entry.change.kind.to_string(),
            entry.change.address.to_string(),
            entry.change.details(),
        )
    }))
}

/// `pggit.export_schema(ref)`.
#[pg_extern(sql = false)]
fn export_schema(reference: Option<&str>) -> String {
    run(|repository| repository.export_schema(reference.unwrap_or("HEAD")))
}

fn id(entry: &LogEntry) -> Option<String> {
    entry.id.map(|id| id.to_string())
}
