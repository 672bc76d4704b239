//! What became of each object between two commits: renames along history.
//!
//! Every commit records what it renamed against its first parent. Put together they are more than a chain of names:
//! when `a` is dropped, made anew and then renamed to `b`, the first `a` did not become `b`. So the walk also reads
//! which objects each commit created and dropped.

use std::collections::{BTreeMap, BTreeSet};

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::rename::Renames;

use crate::commit::Commit;
use crate::graph::Graph;
use crate::id::ObjectId;
use crate::store::{HistoryError, Store};
use crate::tree::{self, TreeChange};

/// For a later state: which object of an earlier one each object is. What is not listed kept its name.
#[derive(Debug, Clone, Default)]
struct Lineage {
    /// Address now → address then; none for what was made since, and for addresses that are free now.
    objects: BTreeMap<ObjectAddress, Option<ObjectAddress>>,
    /// By the object's address now: part now → name then; none for names that are new or free.
    parts: BTreeMap<ObjectAddress, BTreeMap<Part, Option<String>>>,
    /// Addresses now of what was made since.
    made: BTreeSet<ObjectAddress>,
    /// Addresses that are known to have been there then.
    then: BTreeSet<ObjectAddress>,
}

/// What an address names at the end of a walk.
#[derive(PartialEq, Eq)]
enum Named {
    Nothing,
    /// Something that was made on the walk.
    New,
    /// The object that had this address at its start.
    Old(ObjectAddress),
}

impl Lineage {
    /// What `address` names now, when `then` are addresses that are known to have been there at the start.
    fn named(&self, address: &ObjectAddress, then: &BTreeSet<ObjectAddress>) -> Named {
        if self.made.contains(address) {
            return Named::New;
        }
        match self.objects.get(address) {
            Some(Some(origin)) => Named::Old(origin.clone()),
            Some(None) => Named::Nothing,
            None if self.then.contains(address) || then.contains(address) => Named::Old(address.clone()),
            None => Named::Nothing,
        }
    }

    fn origin(&self, now: &ObjectAddress) -> Option<ObjectAddress> {
        self.objects.get(now).cloned().unwrap_or_else(|| Some(now.clone()))
    }

    /// One commit further.
    fn step(&mut self, renames: &Renames, changes: &[TreeChange]) {
        let there = changes.iter().filter(|change| change.before.is_some()).map(|change| &change.address);
        for address in there.chain(renames.replaced()) {
            if !self.objects.contains_key(address) {
                self.then.insert(address.clone());
            }
        }
        for change in changes {
            match (change.before, change.after) {
                (None, Some(_)) => self.made.insert(change.address.clone()),
                (Some(_), None) => self.made.remove(&change.address),
                _ => false,
            };
        }
        self.made.extend(renames.replaced().cloned());
        for (_, after) in renames.objects() {
            // It came by its name, and was not made; unless what was renamed had been.
            self.made.remove(after);
        }
        let moved: Vec<_> = renames
            .objects()
            .map(|(before, after)| (after.clone(), self.origin(before), self.parts.get(before).cloned()))
            .collect();
        let ended = renames.objects().map(|(before, _)| before);
        let made_or_dropped = changes
            .iter()
            .filter(|change| change.before.is_none() || change.after.is_none())
            .map(|change| &change.address);
        for address in ended.chain(made_or_dropped).chain(renames.replaced()) {
            self.objects.insert(address.clone(), None);
            self.parts.remove(address);
        }
        for (after, origin, parts) in moved {
            self.parts.remove(&after);
            if let Some(parts) = parts {
                self.parts.insert(after.clone(), parts);
            }
            self.objects.insert(after, origin);
        }
        let mut by_object: BTreeMap<&ObjectAddress, Vec<(&Part, &str)>> = BTreeMap::new();
        for (object, part, name) in renames.parts() {
            by_object.entry(object).or_default().push((part, name));
        }
        for (object, renamed) in by_object {
            let parts = self.parts.entry(object.clone()).or_default();
            let origins: Vec<(Part, Option<String>)> = renamed
                .iter()
                .map(|(before, name)| {
                    let origin = parts.get(*before).cloned().unwrap_or_else(|| Some(before.name.clone()));
                    (Part::new(before.kind, *name), origin)
                })
                .collect();
            for (before, _) in &renamed {
                parts.insert((*before).clone(), None);
            }
            parts.extend(origins);
        }
    }

    /// Where each object of the earlier state is now, for those that are listed.
    fn forward(&self) -> BTreeMap<&ObjectAddress, Option<&ObjectAddress>> {
        let mut forward: BTreeMap<_, _> = self.objects.keys().map(|now| (now, None)).collect();
        forward.extend(self.objects.iter().filter_map(|(now, then)| Some((then.as_ref()?, Some(now)))));
        forward
    }

    /// The name now of each part of the object that is called `object` now, by its name then.
    fn forward_parts(&self, object: &ObjectAddress) -> BTreeMap<Part, Option<String>> {
        let Some(parts) = self.parts.get(object) else { return BTreeMap::new() };
        let mut forward: BTreeMap<_, _> = parts.keys().map(|now| (now.clone(), None)).collect();
        forward.extend(parts.iter().filter_map(|(now, then)| {
            Some((Part::new(now.kind, then.as_ref()?.clone()), Some(now.name.clone())))
        }));
        forward
    }

    /// What was renamed from the state of `self` to that of `other`, both seen from the same earlier state.
    fn renames_to(&self, other: &Self) -> Renames {
        let (from, to) = (self.forward(), other.forward());
        let mut renames = Renames::default();
        let by_name: BTreeSet<&ObjectAddress> = self.parts.keys().chain(other.parts.keys()).collect();
        let origins: BTreeSet<ObjectAddress> = from
            .keys()
            .chain(to.keys())
            .map(|&origin| origin.clone())
            .chain(by_name.iter().filter_map(|now| self.origin(now)))
            .chain(by_name.iter().filter_map(|now| other.origin(now)))
            .collect();
        for origin in &origins {
            let before = from.get(origin).copied().unwrap_or(Some(origin));
            let after = to.get(origin).copied().unwrap_or(Some(origin));
            let (Some(before), Some(after)) = (before, after) else { continue };
            renames.add_object(before.clone(), after.clone());
            let (old, new) = (self.forward_parts(before), other.forward_parts(after));
            for part in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
                let kept = || Some(part.name.clone());
                let names = (
                    old.get(part).cloned().unwrap_or_else(kept),
                    new.get(part).cloned().unwrap_or_else(kept),
                );
                if let (Some(old), Some(new)) = names {
                    renames.add_part(after.clone(), Part::new(part.kind, old), new);
                }
            }
        }
        let tables = self.objects.keys().chain(other.objects.keys()).filter(|a| a.kind == ObjectKind::Table);
        for address in tables {
            let (mine, theirs) = (self.named(address, &other.then), other.named(address, &self.then));
            let there = mine != Named::Nothing && theirs != Named::Nothing;
            if there && (mine == Named::New || mine != theirs) {
                renames.add_replaced(address.clone());
            }
        }
        renames
    }
}

/// One commit of a walk: what it renamed, and the trees before and after.
struct Stride {
    renames: Renames,
    before: ObjectId,
    after: ObjectId,
}

impl<S: Store> Graph<'_, S> {
    /// What was renamed between the commits `from` and `to`, whichever is the older; through their merge base when
    /// neither descends from the other. Nothing when their histories are unrelated.
    ///
    /// # Errors
    /// [`HistoryError`] when a commit or tree cannot be had.
    pub fn renames_between(
        &mut self,
        from: ObjectId,
        to: ObjectId,
    ) -> Result<Renames, HistoryError<S::Error>> {
        let Some(base) = self.merge_base(from, to)? else { return Ok(Renames::default()) };
        let from = self.strides(base, from)?;
        let to = self.strides(base, to)?;
        self.renames_of_walks(&from, &to)
    }

    /// What was renamed between the ends of two walks that begin at the same commit.
    fn renames_of_walks(
        &mut self,
        from: &[Stride],
        to: &[Stride],
    ) -> Result<Renames, HistoryError<S::Error>> {
        let from = self.lineage(from)?;
        Ok(from.renames_to(&self.lineage(to)?))
    }

    fn lineage(&mut self, strides: &[Stride]) -> Result<Lineage, HistoryError<S::Error>> {
        let trees: Vec<_> = strides.iter().map(|stride| (Some(stride.before), Some(stride.after))).collect();
        let changes = tree::diff_many(self.store(), &trees)?;
        let mut lineage = Lineage::default();
        for (stride, changes) in strides.iter().zip(&changes) {
            lineage.step(&stride.renames, changes);
        }
        Ok(lineage)
    }

    /// The walk from `base` to `tip`, which descends from it.
    fn strides(&mut self, base: ObjectId, tip: ObjectId) -> Result<Vec<Stride>, HistoryError<S::Error>> {
        let mut strides = Vec::new();
        for (parent, id) in self.path(base, tip)? {
            let Commit { renames, tree, parents, .. } = self.commit(id)?.clone();
            let before = self.commit(parent)?.tree;
            let renames = match parents.first() {
                // The path comes in through another parent than the one that the commit's renames are about.
                Some(&first) if first != parent => self.renames_from_side(parent, first, renames, tree)?,
                _ => renames,
            };
            strides.push(Stride { renames, before, after: tree });
        }
        Ok(strides)
    }

    /// What was renamed between `parent` and a merge of it into `first` that has this `tree` and, against `first`,
    /// these `renames`.
    fn renames_from_side(
        &mut self,
        parent: ObjectId,
        first: ObjectId,
        renames: Renames,
        tree: ObjectId,
    ) -> Result<Renames, HistoryError<S::Error>> {
        let Some(base) = self.merge_base(parent, first)? else { return Ok(Renames::default()) };
        let from = self.strides(base, parent)?;
        let mut to = self.strides(base, first)?;
        to.push(Stride { renames, before: self.commit(first)?.tree, after: tree });
        self.renames_of_walks(&from, &to)
    }

    /// The way from `base` to `tip`, as pairs of parent and child: at each commit the first parent that leads there.
    fn path(
        &mut self,
        base: ObjectId,
        tip: ObjectId,
    ) -> Result<Vec<(ObjectId, ObjectId)>, HistoryError<S::Error>> {
        let mut path = Vec::new();
        let mut id = tip;
        while id != base {
            let parents = self.commit(id)?.parents.clone();
            let mut parent = None;
            for &candidate in &parents {
                if parents.len() == 1 || self.is_ancestor(base, candidate)? {
                    parent = Some(candidate);
                    break;
                }
            }
            let Some(parent) = parent else { break };
            path.push((parent, id));
            id = parent;
        }
        path.reverse();
        Ok(path)
    }
}
