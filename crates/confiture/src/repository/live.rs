//! The live schema and the states of commits, as catalogs.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::catalog::Catalog;
use pggit_catalog::diff::{Change, diff};
use pggit_catalog::filter::is_ignored;
use pggit_catalog::identity::Identities;
use pggit_catalog::object::Object;
use pggit_catalog::rename::Renames;
use pggit_db::introspect::{Snapshot, ignore_patterns, read_catalog};
use pggit_db::live::{Found, Observation, Purpose, read_live};
use pggit_db::repository as tables;
use pggit_db::session::Session;
use pggit_history::graph::Graph;
use pggit_history::id::{ObjectId, StoredKind};
use pggit_history::store::StoreExt;
use pggit_history::tree;

use super::{Repository, State};
use crate::error::Result;

/// The live schema at one moment.
pub(super) struct Live {
    pub(super) snapshot: Snapshot,
    /// The blob of every object: its id and content.
    pub(super) blobs: BTreeMap<ObjectAddress, (ObjectId, Vec<u8>)>,
    /// What has to be remembered of the reading.
    pub(super) observation: Observation,
    /// The identities that were stored when they were compared with those of the live schema.
    identities: Cell<Option<Identities>>,
}

impl Live {
    pub(super) fn new(snapshot: Snapshot, observation: Observation) -> Self {
        let blobs = snapshot.catalog.iter().map(|object| {
            let content = object.to_blob();
            (object.address.clone(), (ObjectId::of(StoredKind::Blob, &content), content))
        });
        let blobs = blobs.collect();
        Self { snapshot, blobs, observation, identities: Cell::default() }
    }

    pub(super) fn catalog(&self) -> &Catalog {
        &self.snapshot.catalog
    }

    /// The objects of the live schema by blob.
    pub(super) fn by_blob(&self) -> BTreeMap<ObjectId, Arc<Object>> {
        self.catalog()
            .shared()
            .filter_map(|object| Some((self.blobs.get(&object.address)?.0, Arc::clone(object))))
            .collect()
    }
}

/// What the live schema has that its branch's last commit has not.
pub(super) struct Uncommitted {
    pub(super) changes: Vec<Change>,
    pub(super) renames: Renames,
}

impl<S: Session> Repository<'_, S> {
    /// Reads the live schema, to be looked at.
    pub(super) fn live(&mut self) -> Result<Live> {
        let snapshot = read_catalog(self.session)?.without_secrets();
        Ok(Live::new(snapshot, Observation::default()))
    }

    /// Reads the live schema, to be remembered.
    pub(super) fn live_to_remember(&mut self) -> Result<Live> {
        match read_live(self.session, Purpose::RememberWhole)? {
            (Found::Whole(snapshot), observation) => Ok(Live::new(snapshot, observation)),
            // Not what was asked for.
            (Found::Part(_), _) => self.live(),
        }
    }

    /// What `live` has that the commit `head`, which is checked out, has not.
    pub(super) fn uncommitted(&mut self, head: ObjectId, live: &Live) -> Result<Uncommitted> {
        let commit = self.store().get_commit(head)?;
        let committed = tree::read_tree(&mut self.store(), commit.tree)?;
        let differs = |address: &ObjectAddress, blob: ObjectId| {
            live.blobs.get(address).is_none_or(|(id, _)| *id != blob)
        };
        let before: Vec<ObjectId> = committed
            .iter()
            .filter(|(address, blob)| differs(address, **blob))
            .map(|(_, blob)| *blob)
            .collect();
        let from = self.store().get_objects(&before)?.into_values().collect();
        let from = self.without_ignored(from)?;
        let to: Catalog = live
            .catalog()
            .shared()
            .filter(|object| {
                let blob = live.blobs.get(&object.address).map(|(id, _)| id);
                committed.get(&object.address) != blob
            })
            .cloned()
            .collect();
        let renames = self.renames_since_commit(live)?;
        Ok(Uncommitted { changes: diff(&from, &to, &renames), renames })
    }

    /// What was renamed since the last commit of the checked-out branch.
    pub(super) fn renames_since_commit(&mut self, live: &Live) -> Result<Renames> {
        let committed = tables::load_identities(self.session)?;
        let renames = committed.renames_to(&live.snapshot.identities);
        live.identities.set(Some(committed));
        Ok(renames)
    }

    /// Remembers that `live` is the live schema, with the identities of its objects.
    pub(super) fn remember(&mut self, live: &Live, tree: ObjectId) -> Result<()> {
        let before = match live.identities.take() {
            Some(before) => before,
            None => tables::load_identities(self.session)?,
        };
        tables::save_identities(self.session, &before, &live.snapshot.identities)?;
        Ok(pggit_db::live::remember(self.session, tree, &live.observation)?)
    }

    /// The catalog of a commit, without what is ignored now; objects that `known` holds are not read again.
    pub(super) fn catalog_of(
        &mut self,
        commit: ObjectId,
        known: &BTreeMap<ObjectId, Arc<Object>>,
    ) -> Result<Catalog> {
        let commit = self.store().get_commit(commit)?;
        let blobs = tree::read_tree(&mut self.store(), commit.tree)?;
        let unknown: Vec<ObjectId> =
            blobs.values().filter(|blob| !known.contains_key(*blob)).copied().collect();
        let read = self.store().get_objects(&unknown)?;
        let read: Catalog = read.into_values().collect();
        let mut catalog = read;
        for blob in blobs.values() {
            if let Some(object) = known.get(blob) {
                catalog.insert(Arc::clone(object));
            }
        }
        self.without_ignored(catalog)
    }

    /// What a commit holds that patterns of a later day keep out of commits stays where it is: neither status nor
    /// checkout see it.
    pub(super) fn without_ignored(&mut self, catalog: Catalog) -> Result<Catalog> {
        let patterns = ignore_patterns(self.session)?;
        if patterns.is_empty() {
            return Ok(catalog);
        }
        Ok(catalog.shared().filter(|object| !is_ignored(&patterns, object)).cloned().collect())
    }

    /// The catalogs of two states, and what was renamed from the first to the second.
    pub(super) fn pair(&mut self, from: State, to: State) -> Result<(Catalog, Catalog, Renames)> {
        let live = match (from, to) {
            (State::Commit(_), State::Commit(_)) => None,
            _ => Some(self.live()?),
        };
        let known = live.as_ref().map(Live::by_blob).unwrap_or_default();
        let catalog = |repository: &mut Self, state| match (state, &live) {
            (State::Commit(commit), _) => repository.catalog_of(commit, &known),
            (State::Working, Some(live)) => Ok(live.catalog().clone()),
            (State::Working, None) => Ok(Catalog::default()),
        };
        let catalogs = (catalog(self, from)?, catalog(self, to)?);
        let head = self.head()?.head;
        let commit = |state| match state {
            State::Commit(commit) => commit,
            State::Working => head,
        };
        let mut renames = Graph::new(&mut self.store()).renames_between(commit(from), commit(to))?;
        if let Some(live) = &live {
            let since = self.renames_since_commit(live)?;
            if from == State::Working {
                renames = since.inverse().then(&renames);
            }
            if to == State::Working {
                renames = renames.then(&since);
            }
        }
        Ok((catalogs.0, catalogs.1, renames))
    }
}
