//! [`Store`]: where objects are kept, and how they are read back checked.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use pggit_catalog::canonical::DecodeError;
use pggit_catalog::object::Object;
use thiserror::Error;

use crate::commit::Commit;
use crate::id::{IdPrefix, ObjectId, StoredKind};

/// Objects by id. What was put once never changes.
pub trait Store {
    /// What can go wrong in it.
    type Error: std::error::Error;

    /// The contents of those of `ids` that are there.
    ///
    /// # Errors
    /// What the store reports.
    fn get_many(&mut self, ids: &[ObjectId]) -> Result<BTreeMap<ObjectId, Vec<u8>>, Self::Error>;

    /// Those of `ids` that are not there.
    ///
    /// # Errors
    /// What the store reports.
    fn missing(&mut self, ids: &[ObjectId]) -> Result<BTreeSet<ObjectId>, Self::Error>;

    /// Keeps `objects`; those that are there already stay as they are.
    ///
    /// # Errors
    /// What the store reports.
    fn put_many(&mut self, objects: Vec<(ObjectId, StoredKind, Vec<u8>)>) -> Result<(), Self::Error>;

    /// The commits whose ids begin with `prefix`, in order.
    ///
    /// # Errors
    /// What the store reports.
    fn resolve_prefix(&mut self, prefix: &IdPrefix) -> Result<Vec<ObjectId>, Self::Error>;

    /// The contents of the commits `ids` and, as far as the store can tell at little cost, of about `at_most` of their
    /// nearest ancestors: what a walk through history will ask for next.
    ///
    /// # Errors
    /// What the store reports.
    fn get_history(
        &mut self,
        ids: &[ObjectId],
        at_most: usize,
    ) -> Result<BTreeMap<ObjectId, Vec<u8>>, Self::Error> {
        let _ = at_most;
        self.get_many(ids)
    }
}

/// An object that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HistoryError<E> {
    /// The store failed.
    #[error("{0}")]
    Store(E),
    /// The object is not there.
    #[error("the repository has no {expected} {id}")]
    Missing {
        /// The object.
        id: ObjectId,
        /// What was asked for.
        expected: StoredKind,
    },
    /// The object is something else.
    #[error("object {id} is a {found}, not a {expected}")]
    WrongKind {
        /// The object.
        id: ObjectId,
        /// What was asked for.
        expected: StoredKind,
        /// What it is.
        found: StoredKind,
    },
    /// The content is not the one that was stored.
    #[error("the {expected} {id} is corrupt: its content does not have that hash")]
    Corrupt {
        /// The object.
        id: ObjectId,
        /// What was asked for.
        expected: StoredKind,
    },
    /// The node of a tree is not the top of one.
    #[error("object {id} is a part of a tree, not a tree")]
    NotARoot {
        /// The object.
        id: ObjectId,
    },
    /// A tree holds another one where a part of it should be.
    #[error("object {id} is a tree, not a part of one")]
    MisplacedRoot {
        /// The object.
        id: ObjectId,
    },
    /// The content cannot be decoded; a later version may have written it.
    #[error("the {expected} {id} cannot be read: {source}")]
    Undecodable {
        /// The object.
        id: ObjectId,
        /// What was asked for.
        expected: StoredKind,
        /// Why.
        source: DecodeError,
    },
}

/// Typed reading and writing, hashes checked.
pub trait StoreExt: Store {
    /// The checked contents of `ids`, which must all be there and be of `kind`.
    ///
    /// # Errors
    /// [`HistoryError`] for the first id that cannot be had.
    fn contents(
        &mut self,
        kind: StoredKind,
        ids: &[ObjectId],
    ) -> Result<BTreeMap<ObjectId, Vec<u8>>, HistoryError<Self::Error>> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let found = self.get_many(ids).map_err(HistoryError::Store)?;
        for id in ids {
            let bytes = found.get(id).ok_or(HistoryError::Missing { id: *id, expected: kind })?;
            check_hash(*id, kind, bytes)?;
        }
        Ok(found)
    }

    /// The commit `id`.
    ///
    /// # Errors
    /// [`HistoryError`] when it is not there, is not a commit, or is corrupt.
    fn get_commit(&mut self, id: ObjectId) -> Result<Commit, HistoryError<Self::Error>> {
        let bytes = self
            .contents(StoredKind::Commit, &[id])?
            .remove(&id)
            .ok_or(HistoryError::Missing { id, expected: StoredKind::Commit })?;
        decode_commit(id, &bytes)
    }

    /// The commits `ids`.
    ///
    /// # Errors
    /// As [`StoreExt::get_commit`].
    fn get_commits(
        &mut self,
        ids: &[ObjectId],
    ) -> Result<BTreeMap<ObjectId, Commit>, HistoryError<Self::Error>> {
        self.contents(StoredKind::Commit, ids)?
            .into_iter()
            .map(|(id, bytes)| Ok((id, decode_commit(id, &bytes)?)))
            .collect()
    }

    /// Keeps a commit and returns its id.
    ///
    /// # Errors
    /// [`HistoryError::Store`].
    fn put_commit(&mut self, commit: &Commit) -> Result<ObjectId, HistoryError<Self::Error>> {
        let bytes = commit.to_bytes();
        let id = ObjectId::of(StoredKind::Commit, &bytes);
        self.put_many(vec![(id, StoredKind::Commit, bytes)]).map_err(HistoryError::Store)?;
        Ok(id)
    }

    /// The database objects of the blobs `ids`.
    ///
    /// # Errors
    /// [`HistoryError`] when one is not there, is not a blob, or is corrupt.
    fn get_objects(
        &mut self,
        ids: &[ObjectId],
    ) -> Result<BTreeMap<ObjectId, Object>, HistoryError<Self::Error>> {
        self.contents(StoredKind::Blob, ids)?
            .into_iter()
            .map(|(id, bytes)| {
                let object = Object::from_blob(&bytes).map_err(|source| HistoryError::Undecodable {
                    id,
                    expected: StoredKind::Blob,
                    source,
                })?;
                Ok((id, object))
            })
            .collect()
    }
}

impl<S: Store> StoreExt for S {}

pub(crate) fn check_hash<E>(id: ObjectId, expected: StoredKind, bytes: &[u8]) -> Result<(), HistoryError<E>> {
    if ObjectId::of(expected, bytes) == id {
        return Ok(());
    }
    match StoredKind::ALL.into_iter().find(|&kind| ObjectId::of(kind, bytes) == id) {
        Some(found) => Err(HistoryError::WrongKind { id, expected, found }),
        None => Err(HistoryError::Corrupt { id, expected }),
    }
}

pub(crate) fn decode_commit<E>(id: ObjectId, bytes: &[u8]) -> Result<Commit, HistoryError<E>> {
    Commit::from_bytes(bytes).map_err(|source| HistoryError::Undecodable {
        id,
        expected: StoredKind::Commit,
        source,
    })
}

/// A store in memory: for tests, and for comparing states that nobody keeps.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    objects: BTreeMap<ObjectId, (StoredKind, Vec<u8>)>,
    reads: usize,
}

impl MemoryStore {
    /// How many objects it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// How often something was read from it: what would be round trips elsewhere.
    #[must_use]
    pub fn reads(&self) -> usize {
        self.reads
    }
}

impl Store for MemoryStore {
    type Error = Infallible;

    fn get_many(&mut self, ids: &[ObjectId]) -> Result<BTreeMap<ObjectId, Vec<u8>>, Infallible> {
        self.reads += 1;
        Ok(ids.iter().filter_map(|id| self.objects.get(id).map(|(_, bytes)| (*id, bytes.clone()))).collect())
    }

    fn missing(&mut self, ids: &[ObjectId]) -> Result<BTreeSet<ObjectId>, Infallible> {
        self.reads += 1;
        Ok(ids.iter().filter(|id| !self.objects.contains_key(id)).copied().collect())
    }

    fn put_many(&mut self, objects: Vec<(ObjectId, StoredKind, Vec<u8>)>) -> Result<(), Infallible> {
        for (id, kind, bytes) in objects {
            self.objects.entry(id).or_insert((kind, bytes));
        }
        Ok(())
    }

    fn resolve_prefix(&mut self, prefix: &IdPrefix) -> Result<Vec<ObjectId>, Infallible> {
        Ok(self
            .objects
            .range(prefix.lowest()..=prefix.highest())
            .filter(|(_, (kind, _))| *kind == StoredKind::Commit)
            .map(|(id, _)| *id)
            .collect())
    }
}
