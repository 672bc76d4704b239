//! Merging.

use pgrx::prelude::*;

use super::{required, run};

/// `pggit.merge(source_branch, target_branch, strategy)`.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity)]
fn merge(
    source_branch: Option<&str>,
    target_branch: Option<&str>,
    strategy: Option<&str>,
) -> TableIterator<
    'static,
    (
        name!(status, String),
        name!(commit_id, String),
        name!(merged_objects, i32),
        name!(conflicts, i32),
        name!(message, String),
    ),
> {
    let outcome = run(|repository| {
        repository.merge(required(source_branch, "source_branch"), target_branch, strategy.unwrap_or("auto"))
    });
    TableIterator::once((
        outcome.status.name().to_owned(),
        outcome.commit.to_string(),
        i32::try_from(outcome.merged_objects).unwrap_or(i32::MAX),
        0,
        outcome.message,
    ))
}
