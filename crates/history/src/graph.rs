//! [`Graph`]: the commits and how they descend from one another.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::commit::Commit;
use crate::id::{ObjectId, StoredKind};
use crate::store::{HistoryError, Store, check_hash, decode_commit};

/// How many commits the first read of a walk asks for; later ones ask for twice as many each.
const FIRST_READ: usize = 64;

/// A view of the commits of a store that reads each commit once.
pub struct Graph<'s, S: Store> {
    store: &'s mut S,
    commits: BTreeMap<ObjectId, Commit>,
    next_read: usize,
}

/// How many commits each of two has that the other has not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AheadBehind {
    /// Commits of the first alone.
    pub ahead: usize,
    /// Commits of the second alone.
    pub behind: usize,
}

impl<'s, S: Store> Graph<'s, S> {
    /// The commits of `store`.
    pub fn new(store: &'s mut S) -> Self {
        Self { store, commits: BTreeMap::new(), next_read: FIRST_READ }
    }

    /// The store.
    pub fn store(&mut self) -> &mut S {
        self.store
    }

    /// The commit `id`.
    ///
    /// # Errors
    /// [`HistoryError`] when it is not there, is not a commit, or is corrupt.
    pub fn commit(&mut self, id: ObjectId) -> Result<&Commit, HistoryError<S::Error>> {
        self.load(&[id])?;
        Ok(self.commits.get(&id).expect("it was loaded"))
    }

    fn load(&mut self, ids: &[ObjectId]) -> Result<(), HistoryError<S::Error>> {
        let wanted: Vec<ObjectId> = ids.iter().filter(|id| !self.commits.contains_key(id)).copied().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let found = self.store.get_history(&wanted, self.next_read).map_err(HistoryError::Store)?;
        self.next_read = self.next_read.saturating_mul(2);
        for (id, bytes) in found {
            if let std::collections::btree_map::Entry::Vacant(place) = self.commits.entry(id) {
                check_hash(id, StoredKind::Commit, &bytes)?;
                place.insert(decode_commit(id, &bytes)?);
            }
        }
        match wanted.iter().find(|id| !self.commits.contains_key(id)) {
            Some(&id) => Err(HistoryError::Missing { id, expected: StoredKind::Commit }),
            None => Ok(()),
        }
    }

    /// The parents of a commit that was loaded.
    fn parents(&self, id: ObjectId) -> &[ObjectId] {
        self.commits.get(&id).map_or(&[], |commit| &commit.parents)
    }

    /// The commits that are reachable from `starts`, these included.
    ///
    /// # Errors
    /// [`HistoryError`] when a commit cannot be had.
    pub fn reachable(&mut self, starts: &[ObjectId]) -> Result<BTreeSet<ObjectId>, HistoryError<S::Error>> {
        let mut seen: BTreeSet<ObjectId> = starts.iter().copied().collect();
        let mut level: Vec<ObjectId> = seen.iter().copied().collect();
        while !level.is_empty() {
            self.load(&level)?;
            let parents: Vec<ObjectId> = level.iter().flat_map(|id| self.parents(*id)).copied().collect();
            level = parents.into_iter().filter(|id| seen.insert(*id)).collect();
        }
        Ok(seen)
    }

    /// Whether `ancestor` is `descendant` or reachable from it.
    ///
    /// # Errors
    /// [`HistoryError`] when a commit cannot be had.
    pub fn is_ancestor(
        &mut self,
        ancestor: ObjectId,
        descendant: ObjectId,
    ) -> Result<bool, HistoryError<S::Error>> {
        let mut seen = BTreeSet::from([descendant]);
        let mut level = vec![descendant];
        while !level.is_empty() {
            if seen.contains(&ancestor) {
                return Ok(true);
            }
            self.load(&level)?;
            let parents: Vec<ObjectId> = level.iter().flat_map(|id| self.parents(*id)).copied().collect();
            level = parents.into_iter().filter(|id| seen.insert(*id)).collect();
        }
        Ok(false)
    }

    /// The common ancestors of two commits that no other common ancestor descends from, newest first.
    ///
    /// # Errors
    /// [`HistoryError`] when a commit cannot be had.
    pub fn merge_bases(&mut self, a: ObjectId, b: ObjectId) -> Result<Vec<ObjectId>, HistoryError<S::Error>> {
        let of_a = self.reachable(&[a])?;
        let of_b = self.reachable(&[b])?;
        let common: BTreeSet<ObjectId> = of_a.intersection(&of_b).copied().collect();
        // What is reachable from a common ancestor is one too, so the best ones are those that no other has as parent.
        let behind: BTreeSet<ObjectId> = common.iter().flat_map(|id| self.parents(*id)).copied().collect();
        let mut best: Vec<ObjectId> = common.difference(&behind).copied().collect();
        best.sort_by_key(|id| (Reverse(self.date(*id)), *id));
        Ok(best)
    }

    /// The best common ancestor of two commits; of several the newest, of these the one with the lowest id.
    ///
    /// # Errors
    /// [`HistoryError`] when a commit cannot be had.
    pub fn merge_base(
        &mut self,
        a: ObjectId,
        b: ObjectId,
    ) -> Result<Option<ObjectId>, HistoryError<S::Error>> {
        if a == b {
            self.load(&[a])?;
            return Ok(Some(a));
        }
        Ok(self.merge_bases(a, b)?.first().copied())
    }

    /// How many commits `a` has that `b` has not, and the other way round.
    ///
    /// # Errors
    /// [`HistoryError`] when a commit cannot be had.
    pub fn ahead_behind(&mut self, a: ObjectId, b: ObjectId) -> Result<AheadBehind, HistoryError<S::Error>> {
        if a == b {
            return Ok(AheadBehind::default());
        }
        let of_a = self.reachable(&[a])?;
        let of_b = self.reachable(&[b])?;
        Ok(AheadBehind { ahead: of_a.difference(&of_b).count(), behind: of_b.difference(&of_a).count() })
    }

    /// At most `max` commits that are reachable from `start`: children before parents, and among those that are free
    /// to come next the newest first.
    ///
    /// # Errors
    /// [`HistoryError`] when a commit cannot be had.
    pub fn log(
        &mut self,
        start: ObjectId,
        max: usize,
    ) -> Result<Vec<(ObjectId, Commit)>, HistoryError<S::Error>> {
        let mut found = Vec::new();
        let mut next = Some(start);
        // While history is a line there is nothing to order, and nothing further back has to be read.
        while let Some(id) = next.take() {
            if found.len() == max {
                return Ok(found);
            }
            let commit = self.commit(id)?.clone();
            match commit.parents.as_slice() {
                [] => {}
                [parent] => next = Some(*parent),
                _ => {
                    found.extend(self.sorted(id, max - found.len())?);
                    return Ok(found);
                }
            }
            found.push((id, commit));
        }
        Ok(found)
    }

    fn sorted(
        &mut self,
        start: ObjectId,
        max: usize,
    ) -> Result<Vec<(ObjectId, Commit)>, HistoryError<S::Error>> {
        let mut children: BTreeMap<ObjectId, usize> = BTreeMap::new();
        for id in self.reachable(&[start])? {
            for parent in self.distinct_parents(id) {
                *children.entry(parent).or_default() += 1;
            }
        }
        let mut free = BinaryHeap::from([(self.date(start), Reverse(start))]);
        let mut found = Vec::new();
        while let Some((_, Reverse(id))) = free.pop() {
            if found.len() == max {
                break;
            }
            for parent in self.distinct_parents(id) {
                let left = children.get_mut(&parent).expect("every parent was counted");
                *left -= 1;
                if *left == 0 {
                    free.push((self.date(parent), Reverse(parent)));
                }
            }
            found.push((id, self.commit(id)?.clone()));
        }
        Ok(found)
    }

    fn distinct_parents(&self, id: ObjectId) -> BTreeSet<ObjectId> {
        self.parents(id).iter().copied().collect()
    }

    fn date(&self, id: ObjectId) -> i64 {
        self.commits.get(&id).map_or(i64::MIN, |commit| commit.committed_at)
    }
}
