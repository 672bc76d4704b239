//! The live schema against the last commit of the checked-out branch, read as far as it may have changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::catalog::Catalog;
use pggit_catalog::diff::diff;
use pggit_catalog::object::Object;
use pggit_db::live::{Found, Observation, Part, Purpose, read_live};
use pggit_db::repository as tables;
use pggit_db::session::Session;
use pggit_history::id::{ObjectId, StoredKind};
use pggit_history::store::{Store, StoreExt};
use pggit_history::tree;

use super::Repository;
use super::live::{Live, Uncommitted};
use crate::error::Result;

/// The live schema as far as it was read.
pub(super) enum Working {
    /// All of it.
    Whole(Live),
    /// What may have changed.
    Part(Changed),
}

/// What may have changed of the live schema.
pub(super) struct Changed {
    part: Part,
    observation: Observation,
    /// The blob of every object that was read: its id and content.
    blobs: BTreeMap<ObjectAddress, (ObjectId, Vec<u8>)>,
}

impl Changed {
    fn new(part: Part, observation: Observation) -> Self {
        let blobs = part.catalog.iter().map(|object| {
            let content = object.to_blob();
            (object.address.clone(), (ObjectId::of(StoredKind::Blob, &content), content))
        });
        let blobs = blobs.collect();
        Self { part, observation, blobs }
    }

    /// The objects that may have changed: their blobs now, none for those that are gone.
    fn edits(&self) -> BTreeMap<ObjectAddress, Option<ObjectId>> {
        let gone = self.part.before.0.keys().map(|address| (address.clone(), None));
        let read = self.blobs.iter().map(|(address, (id, _))| (address.clone(), Some(*id)));
        gone.chain(read).collect()
    }
}

impl<S: Session> Repository<'_, S> {
    /// Reads the live schema, a part of it where that is enough, and what it has that the commit `head` has not.
    pub(super) fn working(&mut self, head: ObjectId, purpose: Purpose) -> Result<(Working, Uncommitted)> {
        let (found, observation) = read_live(self.session, purpose)?;
        match found {
            Found::Whole(snapshot) => {
                let live = Live::new(snapshot, observation);
                let uncommitted = self.uncommitted(head, &live)?;
                Ok((Working::Whole(live), uncommitted))
            }
            Found::Part(part) => {
                let changed = Changed::new(part, observation);
                let uncommitted = self.uncommitted_of_part(head, &changed)?;
                Ok((Working::Part(changed), uncommitted))
            }
        }
    }

    /// As [`Self::uncommitted`], looking only where there can be a difference.
    fn uncommitted_of_part(&mut self, head: ObjectId, changed: &Changed) -> Result<Uncommitted> {
        let Part { tree, before, after, catalog } = &changed.part;
        let committed_tree = self.store().get_commit(head)?.tree;
        let edits = changed.edits();
        // After a checkout the live schema can differ from the commit in what is only remembered.
        let others = tree::diff_trees(&mut self.store(), Some(committed_tree), Some(*tree))?;
        let others: BTreeMap<&ObjectAddress, Option<ObjectId>> =
            others.iter().map(|change| (&change.address, change.after)).collect();
        let addresses: BTreeSet<&ObjectAddress> = edits.keys().chain(others.keys().copied()).collect();
        let committed = tree::find(&mut self.store(), committed_tree, addresses.iter().copied())?;
        let live = |address: &ObjectAddress| match edits.get(address) {
            Some(blob) => *blob,
            None => others.get(address).copied().flatten(),
        };
        let differing = addresses.iter().filter(|address| committed.get(**address).copied() != live(address));
        let mut from = Vec::new();
        let mut to: Catalog = Catalog::default();
        let mut stored = Vec::new();
        for address in differing {
            from.extend(committed.get(*address).copied());
            match catalog.share(address) {
                Some(object) => to.insert(object),
                None => stored.extend(live(address)),
            }
        }
        let from: Catalog = self.store().get_objects(&from)?.into_values().collect();
        let from = self.without_ignored(from)?;
        let stored: Vec<Arc<Object>> =
            self.store().get_objects(&stored)?.into_values().map(Arc::new).collect();
        stored.into_iter().for_each(|object| to.insert(object));
        let renames = before.renames_to(after);
        Ok(Uncommitted { changes: diff(&from, &to, &renames), renames })
    }

    /// Stores the blobs and the tree of the live schema, and returns the tree.
    pub(super) fn write_working(&mut self, working: &Working) -> Result<ObjectId> {
        match working {
            Working::Whole(live) => self.write_live(live),
            Working::Part(changed) => {
                let ids: Vec<ObjectId> = changed.blobs.values().map(|(id, _)| *id).collect();
                let missing = self.store().missing(&ids)?;
                let blobs = changed.blobs.values().filter(|(id, _)| missing.contains(id));
                let blobs = blobs.map(|(id, content)| (*id, StoredKind::Blob, content.clone())).collect();
                self.store().put_many(blobs)?;
                Ok(tree::update_tree(&mut self.store(), changed.part.tree, &changed.edits())?)
            }
        }
    }

    /// Remembers that the live schema is `tree`, with the identities of its objects.
    pub(super) fn remember_working(&mut self, working: &Working, tree: ObjectId) -> Result<()> {
        match working {
            Working::Whole(live) => self.remember(live, tree),
            Working::Part(Changed { part, observation, .. }) => {
                tables::save_some_identities(self.session, &part.before, &part.after)?;
                Ok(pggit_db::live::remember(self.session, tree, observation)?)
            }
        }
    }
}
