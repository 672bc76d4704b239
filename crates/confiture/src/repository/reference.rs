//! What a ref names.

use pggit_db::repository as tables;
use pggit_db::session::Session;
use pggit_history::id::ObjectId;
use pggit_history::name::closest;
use pggit_history::revision::{Revision, RevisionBase, Step};
use pggit_history::store::{Store, StoreExt};

use super::Repository;
use crate::error::{Error, ErrorCode, Result};

/// A state of the schema that a ref names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A commit.
    Commit(ObjectId),
    /// The live schema, uncommitted changes included.
    Working,
}

impl<S: Session> Repository<'_, S> {
    /// What `reference` names: the checked-out branch is the live schema.
    ///
    /// # Errors
    /// [`ErrorCode::UndefinedRef`] with the closest names, [`ErrorCode::AmbiguousRef`], [`ErrorCode::InvalidName`].
    pub fn resolve(&mut self, reference: &str) -> Result<State> {
        self.require_initialised()?;
        let revision: Revision = reference
            .parse()
            .map_err(|error: pggit_history::revision::RevisionError| {
                Error::new(ErrorCode::InvalidName, error.to_string()).hint(
                    "A ref is a branch, a tag, a commit id, HEAD or WORKING, with ~N or ^N behind it for an earlier commit.",
                )
            })?;
        if revision.steps.is_empty() {
            match &revision.base {
                RevisionBase::Working => return Ok(State::Working),
                RevisionBase::Name(name) if *name == tables::head_branch(self.session)? => {
                    return Ok(State::Working);
                }
                _ => {}
            }
        }
        let mut commit = self.base_commit(&revision.base)?;
        for step in &revision.steps {
            commit = self.step(reference, commit, step)?;
        }
        Ok(State::Commit(commit))
    }

    /// The commit that `reference` names; for the live schema the last commit of the checked-out branch.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn resolve_commit(&mut self, reference: &str) -> Result<ObjectId> {
        match self.resolve(reference)? {
            State::Commit(commit) => Ok(commit),
            State::Working => Ok(self.head()?.head),
        }
    }

    fn base_commit(&mut self, base: &RevisionBase) -> Result<ObjectId> {
        let name = match base {
            RevisionBase::Head | RevisionBase::Working => return Ok(self.head()?.head),
            RevisionBase::MigrationsApplied => {
                return Err(Error::new(
                    ErrorCode::UndefinedRef,
                    "no migration has been recorded in this database",
                )
                .hint("\"migrations_applied\" is the schema as the last recorded migration left it."));
            }
            RevisionBase::Name(name) => name,
        };
        if let Some(branch) = tables::branch(self.session, name)? {
            return Ok(branch.head);
        }
        if let Some(tag) = tables::tag(self.session, name)? {
            return Ok(tag.commit);
        }
        if let Some(prefix) = base.id_prefix() {
            let found = self.store().resolve_prefix(&prefix)?;
            match found.as_slice() {
                [] => {}
                [commit] => return Ok(*commit),
                several => {
                    let list: Vec<String> = several.iter().map(ToString::to_string).collect();
                    return Err(Error::new(
                        ErrorCode::AmbiguousRef,
                        format!("the commit id prefix \"{name}\" is not unique"),
                    )
                    .detail(format!("It could be {}.", list.join(" or ")))
                    .hint("Write more characters of the id."));
                }
            }
        }
        Err(self.no_such(name, "branch, tag or commit")?)
    }

    fn step(&mut self, reference: &str, commit: ObjectId, step: &Step) -> Result<ObjectId> {
        let missing = || {
            Error::new(
                ErrorCode::UndefinedRef,
                format!("ref \"{reference}\" goes back beyond the first commit"),
            )
        };
        match *step {
            Step::Ancestor(count) => {
                let mut at = commit;
                for _ in 0..count {
                    at = *self.store().get_commit(at)?.parents.first().ok_or_else(missing)?;
                }
                Ok(at)
            }
            Step::Parent(0) => Ok(commit),
            Step::Parent(number) => {
                let parents = self.store().get_commit(commit)?.parents;
                let index = usize::try_from(number - 1).map_err(|_| missing())?;
                parents.get(index).copied().ok_or_else(|| {
                    Error::new(
                        ErrorCode::UndefinedRef,
                        format!(
                            "ref \"{reference}\" names parent {number} of a commit that has {}",
                            parents.len()
                        ),
                    )
                })
            }
        }
    }

    /// The error for a ref that does not exist, with the names that are closest to it.
    pub(super) fn no_such(&mut self, name: &str, what: &str) -> Result<Error> {
        let branches = tables::branches(self.session)?;
        let tags = tables::tags(self.session)?;
        let names = branches
            .iter()
            .map(|branch| branch.name.as_str())
            .chain(tags.iter().map(|tag| tag.name.as_str()))
            .chain(["HEAD", "WORKING"]);
        let near = closest(name, names);
        let error = Error::new(ErrorCode::UndefinedRef, format!("{what} \"{name}\" does not exist"));
        Ok(match near.as_slice() {
            [] => error.hint("\"SELECT * FROM pggit.list_branches();\" shows the branches."),
            near => {
                let quoted: Vec<String> = near.iter().map(|name| format!("\"{name}\"")).collect();
                error.hint(format!("Perhaps you meant {}.", quoted.join(" or ")))
            }
        })
    }
}
