//! Who changed what of one object.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, Part};
use pggit_catalog::catalog::Catalog;
use pggit_catalog::diff::{Change, ChangeKind, diff};
use pggit_catalog::parts::Parted;
use pggit_catalog::rename::Renames;
use pggit_db::session::Session;
use pggit_history::graph::Graph;
use pggit_history::id::ObjectId;

use super::log::LogEntry;
use super::{Repository, State};
use crate::error::{Error, ErrorCode, Result};

/// The commit that last changed one part of an object.
#[derive(Debug, Clone)]
pub struct Blame {
    /// The part: `column email`, `constraint users_pkey`, `owner`.
    pub part: String,
    /// The commit; without id when the change is not committed.
    pub commit: LogEntry,
}

/// One commit that changed an object.
#[derive(Debug, Clone)]
pub struct HistoryEntry {
    /// The commit.
    pub commit: LogEntry,
    /// What it did to the object.
    pub change: Change,
}

impl<S: Session> Repository<'_, S> {
    /// For every column, constraint and other part of an object of the live schema the commit that last changed it.
    ///
    /// # Errors
    /// [`ErrorCode::UndefinedObject`] when the live schema has no such object.
    pub fn blame(&mut self, object_name: &str) -> Result<Vec<Blame>> {
        let live = self.catalog("WORKING")?;
        let address = find(&live, object_name)?;
        let object = live.get(&address).ok_or_else(|| no_object(object_name))?;
        let mut open = object.parts();
        let mut found: BTreeMap<Part, LogEntry> = BTreeMap::new();
        self.walk(&address, &mut |entry, change| {
            let changed = match change.kind {
                ChangeKind::Create => open.keys().cloned().collect(),
                _ => changed_parts(change),
            };
            for part in changed {
                if open.remove(&part).is_some() {
                    found.insert(part, entry.clone());
                }
            }
            !open.is_empty()
        })?;
        Ok(found.into_iter().map(|(part, commit)| Blame { part: part.to_string(), commit }).collect())
    }

    /// The commits that changed an object, newest first, by the name it has or had.
    ///
    /// # Errors
    /// [`ErrorCode::UndefinedObject`] when no commit of the checked-out branch knows it.
    pub fn get_history(&mut self, object_name: &str, max_count: usize) -> Result<Vec<HistoryEntry>> {
        let live = self.catalog("WORKING")?;
        let address = match find(&live, object_name) {
            Ok(address) => address,
            Err(error) if error.code == ErrorCode::UndefinedObject => self.find_in_history(object_name)?,
            Err(error) => return Err(error),
        };
        let mut entries = Vec::new();
        self.walk(&address, &mut |entry, change| {
            if entries.len() < max_count {
                entries.push(HistoryEntry { commit: entry.clone(), change: change.clone() });
            }
            entries.len() < max_count
        })?;
        Ok(entries)
    }

    /// Visits the changes of one object from the live schema back along first parents, following its renames, until
    /// `visit` returns `false`.
    fn walk(
        &mut self,
        address: &ObjectAddress,
        visit: &mut dyn FnMut(&LogEntry, &Change) -> bool,
    ) -> Result<()> {
        let mut address = address.clone();
        if let Some(entry) = self.log("HEAD", 1)?.into_iter().find(|entry| entry.id.is_none()) {
            let head = self.head()?.head;
            let (from, to, renames) = self.pair(State::Commit(head), State::Working)?;
            if !self.visit_change(&from, &to, &renames, &address, &entry, visit) {
                return Ok(());
            }
            address = renames.inverse().after(&address).clone();
        }
        let mut next = Some(self.head()?.head);
        while let Some(id) = next {
            let commit = Graph::new(&mut self.store()).commit(id)?.clone();
            next = commit.parents.first().copied();
            let (from, to) = self.changed_objects(next, &commit)?;
            let renames = commit.renames.clone();
            let entry = LogEntry::of(id, commit);
            if !self.visit_change(&from, &to, &renames, &address, &entry, visit) {
                return Ok(());
            }
            address = renames.inverse().after(&address).clone();
        }
        Ok(())
    }

    fn visit_change(
        &self,
        from: &Catalog,
        to: &Catalog,
        renames: &Renames,
        address: &ObjectAddress,
        entry: &LogEntry,
        visit: &mut dyn FnMut(&LogEntry, &Change) -> bool,
    ) -> bool {
        let only = |catalog: &Catalog, address: &ObjectAddress| -> Catalog {
            catalog.share(address).into_iter().collect()
        };
        let before = renames.inverse().after(address).clone();
        diff(&only(from, &before), &only(to, address), renames).iter().all(|change| visit(entry, change))
    }

    /// The address of an object that the live schema does not have any more.
    fn find_in_history(&mut self, object_name: &str) -> Result<ObjectAddress> {
        let head = self.head()?.head;
        let commits: Vec<(ObjectId, _)> = Graph::new(&mut self.store()).log(head, usize::MAX)?;
        for (_, commit) in commits {
            let parent = commit.parents.first().copied();
            let (from, to) = self.changed_objects(parent, &commit)?;
            for catalog in [&to, &from] {
                if let Ok(address) = find(catalog, object_name) {
                    return Ok(address);
                }
            }
        }
        Err(no_object(object_name))
    }
}

/// The parts that a change gave their present value.
fn changed_parts(change: &Change) -> Vec<Part> {
    change.parts.iter().filter(|part| part.after.is_some()).map(|part| part.part.clone()).collect()
}

/// The object called `name`: its identity as `status()` shows it, its qualified name, or its bare name where that
/// is unique.
fn find(catalog: &Catalog, name: &str) -> Result<ObjectAddress> {
    let by = |matches: &dyn Fn(&ObjectAddress) -> bool| -> Vec<ObjectAddress> {
        catalog.iter().map(|object| &object.address).filter(|address| matches(address)).cloned().collect()
    };
    let identity = by(&|address| address.to_string() == name);
    let qualified = by(&|address| {
        address.qualified().to_string() == name || format!("{}.{}", address.schema, address.name) == name
    });
    let bare = by(&|address| address.name == name);
    let found = [identity, qualified, bare].into_iter().find(|found| !found.is_empty()).unwrap_or_default();
    match found.as_slice() {
        [] => Err(no_object(name)),
        [address] => Ok(address.clone()),
        several => {
            let list: Vec<String> =
                several.iter().map(|address| format!("{} {address}", address.kind)).collect();
            Err(Error::new(ErrorCode::AmbiguousRef, format!("object name \"{name}\" is not unique"))
                .detail(format!("It could be {}.", list.join(" or ")))
                .hint("Write the name as \"SELECT * FROM pggit.status();\" shows it."))
        }
    }
}

fn no_object(name: &str) -> Error {
    Error::new(ErrorCode::UndefinedObject, format!("object \"{name}\" does not exist"))
        .hint("Write the name with its schema, for example \"public.users\".")
}
