//! Branches and tags.

use pggit_db::repository as tables;
use pggit_db::repository::NewBranch;
use pggit_db::session::Session;
use pggit_history::branch::{Branch, BranchStatus, ReflogEntry, Tag};
use pggit_history::graph::Graph;
use pggit_history::id::ObjectId;
use pggit_history::store::StoreExt;

use super::{MAIN, Repository, counted, new_name};
use crate::error::{Error, ErrorCode, Result};

/// A branch as `list_branches` shows it.
#[derive(Debug, Clone)]
pub struct BranchInfo {
    /// Name, head, origin.
    pub branch: Branch,
    /// It is checked out.
    pub is_current: bool,
    /// Commits that it has and the branch it was made from has not.
    pub ahead: i64,
    /// Commits that the branch it was made from has and it has not.
    pub behind: i64,
    /// When its last commit was made, in microseconds since the Unix epoch.
    pub last_commit_at: i64,
    /// First line of the message of its last commit.
    pub last_message: String,
}

impl<S: Session> Repository<'_, S> {
    /// Makes a branch at `from`, after committing what is uncommitted.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidName`], [`ErrorCode::DuplicateRef`], [`ErrorCode::UndefinedRef`].
    pub fn create_branch(&mut self, name: &str, from: &str) -> Result<String> {
        let name = new_name(name)?;
        self.lock()?;
        self.require_free(name.as_str())?;
        let head = self.head()?;
        self.commit_automatically(&head)?;
        let commit = self.resolve_commit(from)?;
        let from_branch = match tables::branch(self.session, from)? {
            Some(branch) => branch.name.to_string(),
            None => head.name.to_string(),
        };
        tables::create_branch(self.session, &NewBranch { name: &name, commit, from_branch: &from_branch })?;
        let message = format!("created from {from}");
        tables::append_reflog(self.session, name.as_str(), None, Some(commit), "branch", &message)?;
        Ok(name.to_string())
    }

    /// All branches by name, `status` only unless it is `None`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for an unknown status.
    pub fn list_branches(&mut self, status: Option<&str>) -> Result<Vec<BranchInfo>> {
        let status = match status {
            None => None,
            Some(name) => Some(BranchStatus::from_name(&name.to_uppercase()).ok_or_else(|| {
                Error::new(ErrorCode::InvalidArgument, format!("branch status \"{name}\" does not exist"))
                    .hint("The statuses are ACTIVE, MERGED and CONFLICTED.")
            })?),
        };
        let current = self.current_branch()?;
        let branches = tables::branches(self.session)?;
        let mut infos = Vec::new();
        for branch in &branches {
            if status.is_some_and(|status| status != branch.status) {
                continue;
            }
            let upstream = branch
                .from_branch
                .as_ref()
                .and_then(|from| branches.iter().find(|branch| branch.name == *from.as_str()))
                .map_or(branch.head, |upstream| upstream.head);
            let counts = Graph::new(&mut self.store()).ahead_behind(branch.head, upstream)?;
            let commit = self.store().get_commit(branch.head)?;
            infos.push(BranchInfo {
                is_current: branch.name == *current.as_str(),
                ahead: i64::try_from(counts.ahead).unwrap_or(i64::MAX),
                behind: i64::try_from(counts.behind).unwrap_or(i64::MAX),
                last_commit_at: commit.committed_at,
                last_message: commit.subject().to_owned(),
                branch: branch.clone(),
            });
        }
        Ok(infos)
    }

    /// Deletes a branch.
    ///
    /// # Errors
    /// [`ErrorCode::BranchInUse`] for `main` and the checked-out branch; [`ErrorCode::NotMerged`] for a branch with
    /// commits that no other branch has, unless `force`.
    pub fn delete_branch(&mut self, name: &str, force: bool) -> Result<String> {
        self.lock()?;
        let branch = self.branch(name)?;
        if name == MAIN {
            return Err(Error::new(ErrorCode::BranchInUse, "branch \"main\" cannot be deleted"));
        }
        if self.current_branch()? == name {
            return Err(Error::new(ErrorCode::BranchInUse, format!("branch \"{name}\" is checked out"))
                .hint("Check out another branch first: \"SELECT pggit.checkout('main');\"."));
        }
        let own = self.commits_of_its_own(&branch)?;
        if own > 0 && !force {
            return Err(Error::new(
                ErrorCode::NotMerged,
                format!("branch \"{name}\" has {} that no other branch has", counted(own, "commit")),
            )
            .hint("Merge it first, or delete it for good with \"force => true\"."));
        }
        tables::delete_ref(self.session, name)?;
        tables::append_reflog(self.session, name, Some(branch.head), None, "delete", "deleted")?;
        Ok(format!("Deleted branch '{name}' (was {}).", branch.head.short()))
    }

    fn commits_of_its_own(&mut self, branch: &Branch) -> Result<usize> {
        let others: Vec<ObjectId> = tables::branches(self.session)?
            .iter()
            .filter(|other| other.name != branch.name)
            .map(|other| other.head)
            .chain(tables::tags(self.session)?.iter().map(|tag| tag.commit))
            .collect();
        let mut store = self.store();
        let mut graph = Graph::new(&mut store);
        let reachable = graph.reachable(&others)?;
        Ok(graph.reachable(&[branch.head])?.difference(&reachable).count())
    }

    /// A branch that was deleted, as the reflog knows it: its last commit, and the one it began at.
    pub(crate) fn deleted_branch(&mut self, name: &str) -> Result<Option<Branch>> {
        let entries = self.reflog(i64::MAX)?;
        let mut of_name = entries.into_iter().filter(|entry| entry.ref_name == name);
        let deleted = of_name.find(|entry| entry.action == "delete");
        let Some((deleted, head)) = deleted.and_then(|entry| Some((entry.clone(), entry.before?))) else {
            return Ok(None);
        };
        let base = of_name.find(|entry| entry.action == "branch").and_then(|entry| entry.after);
        Ok(Some(Branch {
            name: new_name(name)?,
            head,
            base,
            from_branch: None,
            status: BranchStatus::Merged,
            created_by: deleted.recorded_by,
            created_at: deleted.recorded_at,
        }))
    }

    /// Renames a branch, the checked-out one too.
    ///
    /// # Errors
    /// [`ErrorCode::BranchInUse`] for `main`; [`ErrorCode::DuplicateRef`], [`ErrorCode::UndefinedRef`].
    pub fn rename_branch(&mut self, old: &str, new: &str) -> Result<String> {
        let new = new_name(new)?;
        self.lock()?;
        let branch = self.branch(old)?;
        if old == MAIN {
            return Err(Error::new(ErrorCode::BranchInUse, "branch \"main\" cannot be renamed"));
        }
        self.require_free(new.as_str())?;
        tables::rename_branch(self.session, old, &new)?;
        let message = format!("renamed from {old}");
        let head = Some(branch.head);
        tables::append_reflog(self.session, new.as_str(), head, head, "rename", &message)?;
        Ok(new.to_string())
    }

    /// Makes a tag at `reference`, after committing what is uncommitted when that is the live schema.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidName`], [`ErrorCode::DuplicateRef`], [`ErrorCode::UndefinedRef`].
    pub fn tag(&mut self, name: &str, reference: &str) -> Result<String> {
        let name = new_name(name)?;
        self.lock()?;
        self.require_free(name.as_str())?;
        let commit = self.resolve_commit(reference)?;
        tables::create_tag(self.session, &name, commit)?;
        tables::append_reflog(self.session, name.as_str(), None, Some(commit), "tag", "created")?;
        Ok(name.to_string())
    }

    /// All tags by name.
    ///
    /// # Errors
    /// [`ErrorCode::NotInitialised`].
    pub fn list_tags(&mut self) -> Result<Vec<Tag>> {
        self.require_initialised()?;
        Ok(tables::tags(self.session)?)
    }

    /// Deletes a tag.
    ///
    /// # Errors
    /// [`ErrorCode::UndefinedRef`].
    pub fn delete_tag(&mut self, name: &str) -> Result<String> {
        self.lock()?;
        let Some(tag) = tables::tag(self.session, name)? else { return Err(self.no_such(name, "tag")?) };
        tables::delete_ref(self.session, name)?;
        tables::append_reflog(self.session, name, Some(tag.commit), None, "delete", "deleted")?;
        Ok(format!("Deleted tag '{name}' (was {}).", tag.commit.short()))
    }

    /// What happened to refs, newest first.
    ///
    /// # Errors
    /// [`ErrorCode::NotInitialised`].
    pub fn reflog(&mut self, max_count: i64) -> Result<Vec<ReflogEntry>> {
        self.require_initialised()?;
        Ok(tables::reflog(self.session, max_count)?)
    }

    fn require_free(&mut self, name: &str) -> Result<()> {
        let what = if tables::branch(self.session, name)?.is_some() {
            "branch"
        } else if tables::tag(self.session, name)?.is_some() {
            "tag"
        } else {
            return Ok(());
        };
        Err(Error::new(ErrorCode::DuplicateRef, format!("{what} \"{name}\" already exists"))
            .hint("Branches and tags share their names; choose another one."))
    }
}
