//! Commits and what they changed.

use pggit_catalog::address::ObjectKind;
use pggit_catalog::catalog::Catalog;
use pggit_catalog::diff::{ChangeKind, diff};
use pggit_db::live::Purpose;
use pggit_db::session::Session;
use pggit_history::commit::Commit;
use pggit_history::graph::Graph;
use pggit_history::id::ObjectId;
use pggit_history::store::StoreExt;
use pggit_history::tree;

use super::{Repository, State};
use crate::error::Result;

/// A commit as `log` shows it; the uncommitted changes have no id.
#[derive(Debug, Clone)]
pub struct LogEntry {
    /// Id; `None` for the uncommitted changes.
    pub id: Option<ObjectId>,
    /// Message.
    pub message: String,
    /// Author.
    pub author: String,
    /// Microseconds since the Unix epoch.
    pub committed_at: i64,
    /// The branch that it was made on.
    pub branch: String,
    /// Parents, the first the one it was made on.
    pub parents: Vec<ObjectId>,
    /// How many objects it changed.
    pub changes: i64,
    /// `ddl`, `merge`, `checkout`, the name of a migration tool.
    pub source: String,
}

/// One object that a commit changed.
#[derive(Debug, Clone)]
pub struct ShownChange {
    /// The commit.
    pub commit: LogEntry,
    /// What happened to the object.
    pub change: ChangeKind,
    /// Its kind.
    pub kind: ObjectKind,
    /// Its name.
    pub object: String,
    /// Which parts changed.
    pub details: String,
}

impl LogEntry {
    pub(super) fn of(id: ObjectId, commit: Commit) -> Self {
        Self {
            id: Some(id),
            message: commit.message,
            author: commit.author,
            committed_at: commit.committed_at,
            branch: commit.branch,
            parents: commit.parents,
            changes: i64::try_from(commit.changes).unwrap_or(i64::MAX),
            source: commit.source,
        }
    }
}

impl<S: Session> Repository<'_, S> {
    /// The commits that `reference` has, newest first; the checked-out branch begins with its uncommitted changes.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn log(&mut self, reference: &str, max_count: usize) -> Result<Vec<LogEntry>> {
        let mut entries = Vec::new();
        let state = self.resolve(reference)?;
        let checked_out = state == State::Working || reference == "HEAD";
        if checked_out && max_count > 0 {
            entries.extend(self.uncommitted_entry()?);
        }
        let start = self.resolve_commit(reference)?;
        let left = max_count.saturating_sub(entries.len());
        let commits = Graph::new(&mut self.store()).log(start, left)?;
        entries.extend(commits.into_iter().map(|(id, commit)| LogEntry::of(id, commit)));
        Ok(entries)
    }

    fn uncommitted_entry(&mut self) -> Result<Option<LogEntry>> {
        let head = self.head()?;
        let (_, uncommitted) = self.working(head.head, Purpose::Look)?;
        if uncommitted.changes.is_empty() {
            return Ok(None);
        }
        Ok(Some(LogEntry {
            id: None,
            message: format!("uncommitted: {}", super::commit::summary(&uncommitted.changes)),
            author: self.text("SELECT session_user::pg_catalog.text")?,
            committed_at: self.now()?,
            branch: head.name.to_string(),
            parents: vec![head.head],
            changes: i64::try_from(uncommitted.changes.len()).unwrap_or(i64::MAX),
            source: "ddl".to_owned(),
        }))
    }

    /// What the commit that `reference` names changed against its first parent.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn show(&mut self, reference: &str) -> Result<Vec<ShownChange>> {
        let id = self.resolve_commit(reference)?;
        let commit = self.store().get_commit(id)?;
        let parent = commit.parents.first().copied();
        let (from, to) = self.changed_objects(parent, &commit)?;
        let changes = diff(&from, &to, &commit.renames);
        let entry = LogEntry::of(id, commit);
        Ok(changes
            .iter()
            .map(|change| ShownChange {
                commit: entry.clone(),
                change: change.kind,
                kind: change.address.kind,
                object: change.address.to_string(),
                details: change.details(),
            })
            .collect())
    }

    /// The objects that differ between a commit and its parent, on both sides.
    pub(super) fn changed_objects(
        &mut self,
        parent: Option<ObjectId>,
        commit: &Commit,
    ) -> Result<(Catalog, Catalog)> {
        let before = match parent {
            Some(parent) => Some(self.store().get_commit(parent)?.tree),
            None => None,
        };
        let differences = tree::diff_trees(&mut self.store(), before, Some(commit.tree))?;
        let side = |pick: fn(&tree::TreeChange) -> Option<ObjectId>| -> Vec<ObjectId> {
            differences.iter().filter_map(pick).collect()
        };
        let (before, after) = (side(|change| change.before), side(|change| change.after));
        let from = self.store().get_objects(&before)?.into_values().collect();
        let to = self.store().get_objects(&after)?.into_values().collect();
        Ok((from, to))
    }
}
