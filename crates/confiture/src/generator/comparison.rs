//! [`Comparison`]: what a migration leads from and to.

use pggit_catalog::catalog::{Catalog, Unmodelled};
use pggit_catalog::diff::diff;
use pggit_catalog::filter::Filter;
use pggit_catalog::rename::Renames;
use pggit_db::introspect::read_catalog;
use pggit_db::repository as tables;
use pggit_db::repository::PgStore;
use pggit_db::session::Session;
use pggit_history::branch::Branch;
use pggit_history::graph::Graph;
use pggit_history::id::ObjectId;
use pggit_migrate::slug::migration_name;

use super::neutral_name;
use crate::error::{Error, ErrorCode, Result};
use crate::repository::{MAIN, Repository, State};

/// Two states, and what a migration from one to the other is called.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The start.
    pub from: Catalog,
    /// The target.
    pub to: Catalog,
    /// What was renamed on the way.
    pub renames: Renames,
    /// The target, for people: a branch.
    pub target: String,
    /// The start, for people: a ref or commit.
    pub base: String,
    /// Commits that lead there, oldest first.
    pub commits: Vec<String>,
    /// Who made the last of them.
    pub author: Option<String>,
    /// Whether the target has changes that no commit has.
    pub has_uncommitted: bool,
    /// Objects of the databases on either side that are not modelled.
    pub unmodelled: Vec<Unmodelled>,
    /// Name of the migration, unless another is asked for.
    pub name: String,
}

impl Comparison {
    /// Two catalogs from anywhere, by the names that people give them.
    #[must_use]
    pub fn of_catalogs(from: (Catalog, &str), to: (Catalog, &str), renames: Renames) -> Self {
        Self {
            from: from.0,
            to: to.0,
            renames,
            target: to.1.to_owned(),
            base: from.1.to_owned(),
            commits: Vec::new(),
            author: None,
            has_uncommitted: false,
            unmodelled: Vec::new(),
            name: neutral_name(to.1),
        }
    }

    /// With a target that has only the changes that `filter` wants; `role` makes what is new.
    #[must_use]
    pub fn filtered(&self, filter: &Filter, role: &str) -> Self {
        let (to, renames) = filter.target(&self.from, &self.to, &self.renames, role);
        Self { to, renames, ..self.clone() }
    }

    /// A branch against what it started from: where it has changes that `main` has not, their last common commit; where
    /// `main` has it all, because it was merged, the commit that the branch began at.
    ///
    /// # Errors
    /// [`ErrorCode::UndefinedRef`], [`ErrorCode::InvalidArgument`] for `main` and what is no branch,
    /// [`ErrorCode::NothingToCommit`] when the branch has no changes.
    pub fn of_branch<S: Session>(session: &mut S, name: &str) -> Result<Self> {
        let branch = branch_or_deleted(session, name)?;
        // A branch that was deleted is named by its last commit.
        let target = match tables::branch(session, name)? {
            Some(_) => name.to_owned(),
            None => branch.head.to_string(),
        };
        let state = Repository::new(session).resolve(&target)?;
        let unmodelled = read_catalog(session)?.without_secrets().unmodelled;
        for base in bases(session, &branch)? {
            let (from, to, renames) = Repository::new(session).states(&base.to_string(), &target)?;
            if diff(&from, &to, &renames).is_empty() {
                continue;
            }
            let newest = Repository::new(session).log(&target, 1)?;
            let is_main_head = tables::branch(session, MAIN)?.is_some_and(|main| main.head == base);
            return Ok(Self {
                from,
                to,
                renames,
                target: name.to_owned(),
                base: if is_main_head { format!("{MAIN} ({})", base.short()) } else { base.short() },
                commits: commits(session, base, branch.head)?,
                author: newest.first().map(|entry| entry.author.clone()),
                has_uncommitted: state == State::Working
                    && newest.first().is_some_and(|entry| entry.id.is_none()),
                unmodelled,
                name: migration_name(name),
            });
        }
        Err(Error::new(ErrorCode::NothingToCommit, format!("branch \"{name}\" has no changes")))
    }
}

/// The branch, also one that was deleted, which is usual after a merge: as the reflog knows it.
fn branch_or_deleted<S: Session>(session: &mut S, name: &str) -> Result<Branch> {
    if name == MAIN {
        return Err(Error::new(
            ErrorCode::InvalidArgument,
            format!("\"{MAIN}\" is not a branch to generate from"),
        )
        .hint("Compare two refs instead: \"confiture generate from-diff FROM TO\"."));
    }
    if let Some(branch) = tables::branch(session, name)? {
        return Ok(branch);
    }
    match Repository::new(session).deleted_branch(name)? {
        Some(branch) => Ok(branch),
        None => match Repository::new(session).resolve(name) {
            Ok(_) => Err(Error::new(ErrorCode::InvalidArgument, format!("\"{name}\" is not a branch"))
                .hint("Compare two refs instead: \"confiture generate from-diff FROM TO\".")),
            Err(error) => Err(error),
        },
    }
}

/// The commits to compare a branch with, in order of preference.
fn bases<S: Session>(session: &mut S, branch: &Branch) -> Result<Vec<ObjectId>> {
    let mut bases = Vec::new();
    if let Some(main) = tables::branch(session, MAIN)? {
        bases.extend(Graph::new(&mut PgStore::new(session)).merge_base(main.head, branch.head)?);
    }
    bases.extend(branch.base.filter(|base| !bases.contains(base)));
    Ok(bases)
}

/// The commits that `head` has and `base` has not, oldest first.
fn commits<S: Session>(session: &mut S, base: ObjectId, head: ObjectId) -> Result<Vec<String>> {
    let mut store = PgStore::new(session);
    let mut graph = Graph::new(&mut store);
    let known = graph.reachable(&[base])?;
    let log = graph.log(head, usize::MAX)?;
    Ok(log.iter().rev().filter(|(id, _)| !known.contains(id)).map(|(id, _)| id.short()).collect())
}
