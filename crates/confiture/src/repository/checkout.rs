//! Checkout: the live schema becomes the state of another branch, rows put aside and taken back.

use std::collections::{BTreeMap, BTreeSet};

use pggit_catalog::address::ObjectKind;
use pggit_catalog::catalog::{Catalog, Unmodelled};
use pggit_catalog::diff::{Change, ChangeKind, diff};
use pggit_catalog::plan::{PlanOptions, plan};
use pggit_catalog::rename::Renames;
use pggit_db::apply::{Returning, Rows, apply, renamed};
use pggit_db::aside::{self, Held};
use pggit_db::repository as tables;
use pggit_db::session::Session;
use pggit_history::branch::Branch;
use pggit_history::graph::Graph;
use pggit_history::id::ObjectId;
use pggit_history::store::StoreExt;
use pggit_history::tree;

use super::commit::Draft;
use super::live::Live;
use super::{Repository, counted};
use crate::error::{Error, ErrorCode, Result};

/// What a checkout did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedOut {
    /// The branch that is checked out now.
    pub branch: String,
    /// It was checked out before.
    pub already: bool,
    /// Objects created, altered or renamed, dropped.
    pub created: usize,
    /// Objects altered or renamed.
    pub altered: usize,
    /// Objects dropped.
    pub dropped: usize,
}

/// One line that says what changed.
impl std::fmt::Display for CheckedOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.already {
            write!(f, "Already on '{}'", self.branch)?;
        } else {
            write!(f, "Switched to branch '{}'", self.branch)?;
        }
        let counts = [(self.created, "created"), (self.altered, "altered"), (self.dropped, "dropped")];
        let parts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if parts.is_empty() {
            write!(f, ", no objects changed")
        } else {
            let total = self.created + self.altered + self.dropped;
            write!(f, ", {} {}", if total == 1 { "object:" } else { "objects:" }, parts.join(", "))
        }
    }
}

impl CheckedOut {
    fn new(branch: &str, already: bool, changes: &[Change]) -> Self {
        let count =
            |kinds: &[ChangeKind]| changes.iter().filter(|change| kinds.contains(&change.kind)).count();
        Self {
            branch: branch.to_owned(),
            already,
            created: count(&[ChangeKind::Create]),
            altered: count(&[ChangeKind::Alter, ChangeKind::Rename]),
            dropped: count(&[ChangeKind::Drop]),
        }
    }
}

impl<S: Session> Repository<'_, S> {
    /// Makes the live schema that of `branch`. What is uncommitted is committed on the branch it was made on, or with
    /// `discard` thrown away, after it was written to the reflog.
    ///
    /// # Errors
    /// [`ErrorCode::UndefinedRef`], [`ErrorCode::RowsInTheWay`], [`ErrorCode::ReadBack`], and what the server says to
    /// the statements.
    pub fn checkout(&mut self, branch: &str, discard: bool) -> Result<CheckedOut> {
        self.lock()?;
        let head = self.head()?;
        let Some(target) = tables::branch(self.session, branch)? else {
            return Err(self.not_a_branch(branch)?);
        };
        let already = head.name == target.name;
        if already && !discard {
            return Ok(CheckedOut::new(branch, true, &[]));
        }
        let mut live = self.live_to_remember()?;
        let rows = if discard { Rows::PutAsideOrDiscard } else { Rows::PutAside };
        let since = if discard {
            self.discard(&head, &live)?
        } else {
            live = self.commit_live(&head, live)?;
            Renames::default()
        };
        let from = self.head()?.head;
        let renames =
            since.inverse().then(&Graph::new(&mut self.store()).renames_between(from, target.head)?);
        let (after, changes) = self.transition(&live, target.head, &renames, rows)?;
        tables::set_head_branch(self.session, branch)?;
        tables::append_reflog(
            self.session,
            "HEAD",
            Some(from),
            Some(target.head),
            "checkout",
            &format!("moving from {} to {branch}", head.name),
        )?;
        let tree = self.write_live(&after)?;
        self.remember(&after, tree)?;
        Ok(CheckedOut::new(branch, already, &changes))
    }

    /// Turns the live schema into that of the commit `target`, and proves it by reading it back.
    pub(super) fn transition(
        &mut self,
        live: &Live,
        target: ObjectId,
        renames: &Renames,
        rows: Rows,
    ) -> Result<(Live, Vec<Change>)> {
        let to = self.catalog_of(target, &live.by_blob())?;
        let changes = diff(live.catalog(), &to, renames);
        let returning = self.returning(target)?;
        let rows_return: BTreeSet<_> =
            returning.targets().filter(|(address, _)| address.kind == ObjectKind::Table).cloned().collect();
        let replaced = renames.replaced().cloned().collect();
        let options = PlanOptions {
            role: Some(self.role()?),
            rows_return,
            rows_put_aside: true,
            replaced,
            online: false,
            major: Some(self.major()?),
        };
        let steps = plan(live.catalog(), &to, renames, &options)?;
        apply(self.session, &steps, &to, rows, &returning)?;
        let after = self.live_to_remember()?;
        require_equal(&after, &to)?;
        require_unmodelled(&live.snapshot.unmodelled, &after.snapshot.unmodelled)?;
        Ok((after, changes))
    }

    /// The rows put aside that belong to objects of the commit `target`.
    fn returning(&mut self, target: ObjectId) -> Result<Returning> {
        let mut returning = Returning::default();
        for entry in aside::entries(self.session)? {
            let mut store = self.store();
            let mut graph = Graph::new(&mut store);
            // The same name on branches without common history is another object.
            let Some(base) = graph.merge_base(entry.held.commit, target)? else { continue };
            let to_base = graph.renames_between(entry.held.commit, base)?;
            let to_target = graph.renames_between(entry.held.commit, target)?;
            let is_another =
                |renames: &Renames, held: &Held| renames.replaced().any(|address| *address == held.address);
            if is_another(&to_base, &entry.held) || is_another(&to_target, &entry.held) {
                continue;
            }
            let (address, _) = renamed(&entry.held, &to_base);
            let tree = self.store().get_commit(base)?.tree;
            let known = tree::read_tree(&mut self.store(), tree)?;
            let table = pggit_catalog::address::ObjectAddress { kind: ObjectKind::Table, ..address.clone() };
            if known.contains_key(&address) || known.contains_key(&table) {
                returning.add(entry, &to_target);
            }
        }
        Ok(returning)
    }

    /// Writes what is uncommitted to the reflog, so that it can be had back, and says what it had renamed.
    fn discard(&mut self, head: &Branch, live: &Live) -> Result<Renames> {
        let uncommitted = self.uncommitted(head.head, live)?;
        if uncommitted.changes.is_empty() {
            return Ok(Renames::default());
        }
        let message = format!("discarded: {}", super::commit::summary(&uncommitted.changes));
        let draft = Draft {
            message: &message,
            author: None,
            source: "ddl",
            automatic: true,
            parents: vec![head.head],
        };
        let tree = self.write_live(live)?;
        let commit = self.write_commit(head, tree, &uncommitted, &draft)?;
        let name = head.name.as_str();
        tables::append_reflog(self.session, name, Some(head.head), Some(commit), "discard", &message)?;
        Ok(uncommitted.renames)
    }

    fn not_a_branch(&mut self, name: &str) -> Result<Error> {
        if self.resolve(name).is_ok() {
            return Ok(Error::new(ErrorCode::UndefinedRef, format!("\"{name}\" is not a branch")).hint(format!(
                "Make a branch there first: \"SELECT pggit.create_branch('name', from_branch => '{name}');\"."
            )));
        }
        self.no_such(name, "branch")
    }
}

/// Fails unless `after`, just read, is the catalog `wanted`.
fn require_equal(after: &Live, wanted: &Catalog) -> Result<()> {
    let left = diff(after.catalog(), wanted, &Renames::default());
    if left.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = left
        .iter()
        .take(10)
        .map(|change| format!("{} {}: {}", change.address.kind, change.address, change.details()))
        .collect();
    Err(Error::new(ErrorCode::ReadBack, "the schema after the operation is not what was asked for")
        .detail(format!("Differences in {}: {}.", counted(left.len(), "object"), list.join("; ")))
        .hint("Nothing was changed. Please report this with the statements that made these objects."))
}

/// Fails when objects that are not modelled are gone. A rename changes their identities, so they are counted by kind.
fn require_unmodelled(before: &[Unmodelled], after: &[Unmodelled]) -> Result<()> {
    let count = |objects: &[Unmodelled]| {
        objects.iter().fold(BTreeMap::new(), |mut counts: BTreeMap<String, usize>, object| {
            *counts.entry(object.kind.clone()).or_default() += 1;
            counts
        })
    };
    if count(before) == count(after) {
        return Ok(());
    }
    let gone: Vec<String> = before
        .iter()
        .filter(|object| !after.contains(object))
        .map(|object| format!("{} {}", object.kind, object.identity))
        .collect();
    Err(Error::new(ErrorCode::NotSupported, "objects that are not under version control would be lost")
        .detail(format!("These would go: {}.", gone.join("; ")))
        .hint("Drop them first, and make them again afterwards."))
}
