//! Commits of the live schema.

use std::collections::BTreeMap;

use pggit_catalog::diff::Change;
use pggit_db::live::Purpose;
use pggit_db::repository as tables;
use pggit_db::session::Session;
use pggit_history::branch::Branch;
use pggit_history::commit::Commit;
use pggit_history::id::{ObjectId, StoredKind};
use pggit_history::store::{Store, StoreExt};
use pggit_history::tree;

use super::Repository;
use super::live::{Live, Uncommitted};
use super::working::Working;
use crate::error::{Error, ErrorCode, Result};

/// What a new commit says about itself.
pub(super) struct Draft<'a> {
    pub(super) message: &'a str,
    pub(super) author: Option<&'a str>,
    pub(super) source: &'a str,
    pub(super) automatic: bool,
    pub(super) parents: Vec<ObjectId>,
}

impl<S: Session> Repository<'_, S> {
    /// Commits the live schema on the checked-out branch.
    ///
    /// # Errors
    /// [`ErrorCode::NothingToCommit`] when the live schema is what the last commit says.
    pub fn commit(&mut self, message: &str, author: Option<&str>) -> Result<ObjectId> {
        self.lock()?;
        let head = self.head()?;
        let (working, uncommitted) = self.working(head.head, Purpose::Remember)?;
        if uncommitted.changes.is_empty() {
            return Err(Error::new(ErrorCode::NothingToCommit, "nothing to commit").detail(format!(
                "The live schema is what the last commit of branch \"{}\" says.",
                head.name
            )));
        }
        let parents = vec![head.head];
        let draft = Draft { message, author, source: "ddl", automatic: false, parents };
        self.record(&head, &working, &uncommitted, &draft)
    }

    /// Commits what is uncommitted, if anything, before an operation that leaves the branch's state.
    pub(super) fn commit_automatically(&mut self, head: &Branch) -> Result<()> {
        let (working, uncommitted) = self.working(head.head, Purpose::Remember)?;
        self.record_automatically(head, &working, &uncommitted)
    }

    /// The same of a live schema that has been read.
    pub(super) fn commit_live(&mut self, head: &Branch, live: Live) -> Result<Live> {
        let uncommitted = self.uncommitted(head.head, &live)?;
        let working = Working::Whole(live);
        self.record_automatically(head, &working, &uncommitted)?;
        match working {
            Working::Whole(live) => Ok(live),
            Working::Part(_) => unreachable!("made whole above"),
        }
    }

    fn record_automatically(
        &mut self,
        head: &Branch,
        working: &Working,
        uncommitted: &Uncommitted,
    ) -> Result<()> {
        if uncommitted.changes.is_empty() {
            return Ok(());
        }
        let message = summary(&uncommitted.changes);
        let draft = Draft {
            message: &message,
            author: None,
            source: "ddl",
            automatic: true,
            parents: vec![head.head],
        };
        self.record(head, working, uncommitted, &draft)?;
        Ok(())
    }

    /// Writes the commit, moves the branch to it and remembers what the live schema is.
    fn record(
        &mut self,
        branch: &Branch,
        working: &Working,
        uncommitted: &Uncommitted,
        draft: &Draft<'_>,
    ) -> Result<ObjectId> {
        let tree = self.write_working(working)?;
        let id = self.write_commit(branch, tree, uncommitted, draft)?;
        self.move_branch(branch, id, "commit", draft.message)?;
        self.remember_working(working, tree)?;
        Ok(id)
    }

    /// Writes a commit of the live schema, stored as `tree`, that no ref names yet.
    pub(super) fn write_commit(
        &mut self,
        branch: &Branch,
        tree: ObjectId,
        uncommitted: &Uncommitted,
        draft: &Draft<'_>,
    ) -> Result<ObjectId> {
        let author = match draft.author {
            Some(author) => author.to_owned(),
            None => self.text("SELECT session_user::pg_catalog.text")?,
        };
        let committed_at = self.now()?;
        let commit = Commit {
            tree,
            parents: draft.parents.clone(),
            author,
            committed_at,
            message: draft.message.to_owned(),
            branch: branch.name.to_string(),
            source: draft.source.to_owned(),
            automatic: draft.automatic,
            changes: u64::try_from(uncommitted.changes.len()).unwrap_or(u64::MAX),
            renames: uncommitted.renames.clone(),
        };
        Ok(self.store().put_commit(&commit)?)
    }

    /// Stores the blobs and the tree of the live schema, and returns the tree.
    pub(super) fn write_live(&mut self, live: &Live) -> Result<ObjectId> {
        let ids: Vec<ObjectId> = live.blobs.values().map(|(id, _)| *id).collect();
        let missing = self.store().missing(&ids)?;
        let blobs = live
            .blobs
            .values()
            .filter(|(id, _)| missing.contains(id))
            .map(|(id, content)| (*id, StoredKind::Blob, content.clone()))
            .collect();
        self.store().put_many(blobs)?;
        let entries: BTreeMap<_, _> =
            live.blobs.iter().map(|(address, (id, _))| (address.clone(), *id)).collect();
        Ok(tree::write_tree(&mut self.store(), &entries)?)
    }

    /// Points `branch` to `commit` and writes it into the reflog.
    pub(super) fn move_branch(
        &mut self,
        branch: &Branch,
        commit: ObjectId,
        action: &str,
        message: &str,
    ) -> Result<()> {
        tables::set_branch_head(self.session, branch.name.as_str(), commit)?;
        let subject = message.lines().next().unwrap_or_default();
        Ok(tables::append_reflog(
            self.session,
            branch.name.as_str(),
            Some(branch.head),
            Some(commit),
            action,
            subject,
        )?)
    }
}

/// A message for an automatic commit: what changed, the first few objects by name.
pub(super) fn summary(changes: &[Change]) -> String {
    const NAMED: usize = 3;
    let named: Vec<String> = changes
        .iter()
        .take(NAMED)
        .map(|change| {
            format!("{} {} {}", change.kind.name().to_lowercase(), change.address.kind, change.address)
        })
        .collect();
    let mut text = named.join(", ");
    if changes.len() > NAMED {
        text.push_str(&format!(" and {} more", changes.len() - NAMED));
    }
    text
}
