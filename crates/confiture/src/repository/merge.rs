//! Merging branches.

use pggit_catalog::catalog::Catalog;
use pggit_catalog::diff::diff;
use pggit_db::apply::Rows;
use pggit_db::repository as tables;
use pggit_db::session::Session;
use pggit_history::branch::BranchStatus;
use pggit_history::graph::Graph;
use pggit_history::id::ObjectId;
use pggit_history::merge::MergeAnalysis;

use super::{Repository, counted};
use crate::error::{Error, ErrorCode, Result};

/// How a merge ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeStatus {
    /// The target had nothing of its own and is where the source is now.
    FastForward,
    /// The target has all of the source already.
    UpToDate,
}

impl MergeStatus {
    /// `fast_forward`, `up_to_date`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FastForward => "fast_forward",
            Self::UpToDate => "up_to_date",
        }
    }
}

/// What a merge did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeOutcome {
    /// How it ended.
    pub status: MergeStatus,
    /// The commit that the target is at.
    pub commit: ObjectId,
    /// Objects that changed on the target.
    pub merged_objects: usize,
    /// One line.
    pub message: String,
}

/// The strategies that `merge` takes.
const STRATEGIES: [&str; 3] = ["auto", "ours", "theirs"];

impl<S: Session> Repository<'_, S> {
    /// Merges `source` into `target` (`None`: the checked-out branch).
    ///
    /// # Errors
    /// [`ErrorCode::Diverged`] when both have commits of their own; as [`Self::checkout`] when the target is checked
    /// out.
    pub fn merge(&mut self, source: &str, target: Option<&str>, strategy: &str) -> Result<MergeOutcome> {
        if !STRATEGIES.contains(&strategy) {
            return Err(Error::new(
                ErrorCode::InvalidArgument,
                format!("merge strategy \"{strategy}\" does not exist"),
            )
            .hint("The strategies are \"auto\", \"ours\" and \"theirs\"."));
        }
        self.lock()?;
        let head = self.head()?;
        let live = self.live_to_remember()?;
        let live = self.commit_live(&head, live)?;
        let head = self.head()?;
        let source = self.branch(source)?;
        let target = self.branch(target.unwrap_or(head.name.as_str()))?;
        let analysis = MergeAnalysis::of(&mut Graph::new(&mut self.store()), target.head, source.head)?;
        match analysis {
            MergeAnalysis::UpToDate => {
                if source.name != target.name {
                    tables::set_branch_status(self.session, source.name.as_str(), BranchStatus::Merged)?;
                }
                Ok(MergeOutcome {
                    status: MergeStatus::UpToDate,
                    commit: target.head,
                    merged_objects: 0,
                    message: format!("Branch '{}' already has all of '{}'.", target.name, source.name),
                })
            }
            MergeAnalysis::FastForward => {
                let renames = Graph::new(&mut self.store()).renames_between(target.head, source.head)?;
                let changes = if target.name == head.name {
                    let (after, changes) = self.transition(&live, source.head, &renames, Rows::PutAside)?;
                    let tree = self.write_live(&after)?;
                    self.remember(&after, tree)?;
                    changes
                } else {
                    let from: Catalog = self.catalog_of(target.head, &live.by_blob())?;
                    let to: Catalog = self.catalog_of(source.head, &live.by_blob())?;
                    diff(&from, &to, &renames)
                };
                let message = format!("merge {}: fast-forward", source.name);
                self.move_branch(&target, source.head, "merge", &message)?;
                tables::set_branch_status(self.session, source.name.as_str(), BranchStatus::Merged)?;
                Ok(MergeOutcome {
                    status: MergeStatus::FastForward,
                    commit: source.head,
                    merged_objects: changes.len(),
                    message: format!(
                        "Fast-forwarded '{}' to '{}', {} changed.",
                        target.name,
                        source.name,
                        counted(changes.len(), "object")
                    ),
                })
            }
            MergeAnalysis::Diverged { base } => Err(Error::new(
                ErrorCode::Diverged,
                format!("branches \"{}\" and \"{}\" have diverged", target.name, source.name),
            )
            .detail(format!("Both have commits since {}.", base.map_or("the start".to_owned(), |id| id.short())))
            .hint("Merging diverged branches is not supported yet; make the changes again on a branch from the target.")),
        }
    }
}
