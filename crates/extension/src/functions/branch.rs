//! Repository, branches and tags.

use pgrx::prelude::*;

use super::{limit, required, run, timestamp};

/// `pggit.init(message)`.
#[pg_extern(sql = false)]
fn init(message: Option<&str>) -> String {
    let done = run(|repository| repository.init(required(message, "message")));
    if done.again {
        notice!("this database has a repository already, nothing was changed");
    }
    if !done.unmodelled.is_empty() {
        let mut kinds: Vec<(&str, usize)> = Vec::new();
        for object in &done.unmodelled {
            match kinds.iter_mut().find(|(kind, _)| *kind == object.kind) {
                Some((_, count)) => *count += 1,
                None => kinds.push((&object.kind, 1)),
            }
        }
        let list: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} ({count})")).collect();
        notice!(
            "objects of these kinds are not under version control yet and stay as they are: {}",
            list.join(", ")
        );
    }
    done.commit.to_string()
}

/// `pggit.current_branch()`.
#[pg_extern(sql = false)]
fn current_branch() -> String {
    run(|repository| repository.current_branch())
}

/// `pggit.create_branch(branch_name, from_branch, copy_data)`.
#[pg_extern(sql = false)]
fn create_branch(branch_name: Option<&str>, from_branch: Option<&str>, copy_data: Option<bool>) -> String {
    if copy_data == Some(true) {
        crate::error::raise(
            "0A000",
            "branches with rows of their own are not supported yet",
            None,
            Some(
                "Leave \"copy_data\" away: rows of objects that a checkout takes away are kept and come back.",
            ),
        );
    }
    run(|repository| {
        repository.create_branch(required(branch_name, "branch_name"), from_branch.unwrap_or("HEAD"))
    })
}

/// `pggit.checkout(branch_name, discard)`.
#[pg_extern(sql = false)]
fn checkout(branch_name: Option<&str>, discard: Option<bool>) -> String {
    run(|repository| repository.checkout(required(branch_name, "branch_name"), discard.unwrap_or(false)))
        .to_string()
}

/// `pggit.list_branches(status)`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn list_branches(
    status: Option<&str>,
) -> TableIterator<
    'static,
    (
        name!(branch_name, String),
        name!(status, String),
        name!(is_current, bool),
        name!(head_commit, String),
        name!(from_branch, Option<String>),
        name!(ahead, i64),
        name!(behind, i64),
        name!(last_commit_at, TimestampWithTimeZone),
        name!(last_message, String),
        name!(created_by, String),
        name!(created_at, TimestampWithTimeZone),
    ),
> {
    let branches = run(|repository| repository.list_branches(status));
    TableIterator::new(branches.into_iter().map(|info| {
        (
            info.branch.name.to_string(),
            info.branch.status.to_string(),
            info.is_current,
            info.branch.head.to_string(),
            info.branch.from_branch,
            info.ahead,
            info.behind,
            timestamp(info.last_commit_at),
            info.last_message,
            info.branch.created_by,
            timestamp(info.branch.created_at),
        )
    }))
}

/// `pggit.delete_branch(branch_name, force)`.
#[pg_extern(sql = false)]
fn delete_branch(branch_name: Option<&str>, force: Option<bool>) -> String {
    run(|repository| repository.delete_branch(required(branch_name, "branch_name"), force.unwrap_or(false)))
}

/// `pggit.rename_branch(old_name, new_name)`.
#[pg_extern(sql = false)]
fn rename_branch(old_name: Option<&str>, new_name: Option<&str>) -> String {
    run(|repository| repository.rename_branch(required(old_name, "old_name"), required(new_name, "new_name")))
}

/// `pggit.tag(tag_name, ref)`.
#[pg_extern(sql = false)]
fn tag(tag_name: Option<&str>, reference: Option<&str>) -> String {
    run(|repository| repository.tag(required(tag_name, "tag_name"), reference.unwrap_or("HEAD")))
}

/// `pggit.delete_tag(tag_name)`.
#[pg_extern(sql = false)]
fn delete_tag(tag_name: Option<&str>) -> String {
    run(|repository| repository.delete_tag(required(tag_name, "tag_name")))
}

/// `pggit.list_tags()`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn list_tags() -> TableIterator<
    'static,
    (
        name!(tag_name, String),
        name!(commit_id, String),
        name!(created_by, String),
        name!(created_at, TimestampWithTimeZone),
    ),
> {
    let tags = run(|repository| repository.list_tags());
    TableIterator::new(
        tags.into_iter().map(|tag| {
            (tag.name.to_string(), tag.commit.to_string(), tag.created_by, timestamp(tag.created_at))
        }),
    )
}

/// `pggit.reflog(max_count)`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn reflog(
    max_count: Option<i32>,
) -> TableIterator<
    'static,
    (
        name!(id, i64),
        name!(ref_name, String),
        name!(old_commit, Option<String>),
        name!(new_commit, Option<String>),
        name!(action, String),
        name!(message, String),
        name!(recorded_by, String),
        name!(recorded_at, TimestampWithTimeZone),
    ),
> {
    let max_count = i64::try_from(limit(max_count)).unwrap_or(i64::MAX);
    let entries = run(|repository| repository.reflog(max_count));
    TableIterator::new(entries.into_iter().map(|entry| {
        (
            entry.number,
            entry.ref_name,
            entry.before.map(|id| id.to_string()),
            entry.after.map(|id| id.to_string()),
            entry.action,
            entry.message,
            entry.recorded_by,
            timestamp(entry.recorded_at),
        )
    }))
}
