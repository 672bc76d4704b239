//! [`Renames`]: what changed its name between two states, and what only kept it: known and not guessed.

mod following;
mod given;
mod likeness;

use std::collections::{BTreeMap, BTreeSet};

pub use given::{GivenRename, GivenRenameError};
pub use likeness::{LikelyRename, likely};

use crate::address::{ObjectAddress, Part};
use crate::canonical::{Canonical, DecodeError, Reader, put_item};

/// Renames between two states of one schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    /// Address before → address after; schema or arguments may differ too.
    objects: BTreeMap<ObjectAddress, ObjectAddress>,
    /// By the object's address after: part before → name after. The object itself need not be renamed.
    parts: BTreeMap<ObjectAddress, BTreeMap<Part, String>>,
    /// Addresses that are there in both states and name different objects: dropped and made anew.
    replaced: BTreeSet<ObjectAddress>,
}

impl Renames {
    /// Whether nothing was renamed or replaced.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.parts.is_empty() && self.replaced.is_empty()
    }

    /// Records that the object called `address` afterwards is not the one that was called so before. Where a rename
    /// that is known already says so, there is nothing to record.
    pub fn add_replaced(&mut self, address: ObjectAddress) {
        let told =
            self.objects.contains_key(&address) || self.objects.values().any(|after| *after == address);
        if !told {
            self.replaced.insert(address);
        }
    }

    /// Addresses that name another object afterwards than before.
    pub fn replaced(&self) -> impl Iterator<Item = &ObjectAddress> {
        self.replaced.iter()
    }

    /// Records that the object `before` is `after` now.
    pub fn add_object(&mut self, before: ObjectAddress, after: ObjectAddress) {
        if before != after {
            self.objects.insert(before, after);
        }
    }

    /// Records that the part `before` of the object that is called `object` afterwards is called `name` now.
    pub fn add_part(&mut self, object: ObjectAddress, before: Part, name: String) {
        if before.name != name {
            self.parts.entry(object).or_default().insert(before, name);
        }
    }

    /// These renames without those of the object that was called `before`, and of its parts.
    #[must_use]
    pub fn without(mut self, before: &ObjectAddress) -> Self {
        let after = self.objects.remove(before);
        self.parts.remove(after.as_ref().unwrap_or(before));
        self.replaced.remove(before);
        self
    }

    /// Renamed objects: before, after.
    pub fn objects(&self) -> impl Iterator<Item = (&ObjectAddress, &ObjectAddress)> {
        self.objects.iter()
    }

    /// Renamed parts: address of the object after, part before, name after.
    pub fn parts(&self) -> impl Iterator<Item = (&ObjectAddress, &Part, &str)> {
        self.parts
            .iter()
            .flat_map(|(object, parts)| parts.iter().map(move |(part, name)| (object, part, name.as_str())))
    }

    /// The address that the object `before` has afterwards.
    #[must_use]
    pub fn after<'a>(&'a self, before: &'a ObjectAddress) -> &'a ObjectAddress {
        self.objects.get(before).unwrap_or(before)
    }

    /// The name that `part` of the object called `object` afterwards has afterwards.
    #[must_use]
    pub fn part_after<'a>(&'a self, object: &ObjectAddress, part: &'a Part) -> &'a str {
        self.parts.get(object).and_then(|parts| parts.get(part)).map_or(&part.name, String::as_str)
    }

    /// The same renames seen from the other side.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let objects: BTreeMap<_, _> =
            self.objects.iter().map(|(before, after)| (after.clone(), before.clone())).collect();
        let mut inverse = Self { objects, parts: BTreeMap::new(), replaced: self.replaced.clone() };
        for (object, part, name) in self.parts() {
            let before = inverse.after(object).clone();
            inverse.add_part(before, Part::new(part.kind, name), part.name.clone());
        }
        inverse
    }

    /// These renames, and then `next`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let mut both = Self::default();
        for (before, middle) in &self.objects {
            both.add_object(before.clone(), next.after(middle).clone());
        }
        for (middle, after) in &next.objects {
            if !self.objects.values().any(|renamed| renamed == middle) && !self.objects.contains_key(middle) {
                both.add_object(middle.clone(), after.clone());
            }
        }
        for (middle, part, name) in self.parts() {
            let renamed = Part::new(part.kind, name);
            let last = next.part_after(next.after(middle), &renamed).to_owned();
            both.add_part(next.after(middle).clone(), part.clone(), last);
        }
        let back = next.inverse();
        // An address counts as long as it is the same in all three states.
        both.replaced.extend(self.replaced.iter().filter(|address| next.after(address) == *address).cloned());
        let first = self.inverse();
        both.replaced
            .extend(next.replaced.iter().filter(|address| first.after(address) == *address).cloned());
        for (after, part, name) in next.parts() {
            let middle = back.after(after);
            let known = self.parts.get(middle).is_some_and(|parts| {
                parts.iter().any(|(before, renamed)| before.kind == part.kind && *renamed == part.name)
            });
            if !known {
                both.add_part(after.clone(), part.clone(), name.to_owned());
            }
        }
        both
    }
}

impl Canonical for Renames {
    fn encode(&self, out: &mut Vec<u8>) {
        let objects: Vec<(ObjectAddress, ObjectAddress)> =
            self.objects.iter().map(|(before, after)| (before.clone(), after.clone())).collect();
        let parts: Vec<(ObjectAddress, (Part, String))> = self
            .parts()
            .map(|(object, part, name)| (object.clone(), (part.clone(), name.to_owned())))
            .collect();
        put_item(out, |out| objects.encode(out));
        put_item(out, |out| parts.encode(out));
        if !self.replaced.is_empty() {
            let replaced: Vec<ObjectAddress> = self.replaced.iter().cloned().collect();
            put_item(out, |out| replaced.encode(out));
        }
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(input);
        let objects: Vec<(ObjectAddress, ObjectAddress)> = Canonical::decode(reader.item()?)?;
        let parts: Vec<(ObjectAddress, (Part, String))> = Canonical::decode(reader.item()?)?;
        let replaced: Vec<ObjectAddress> =
            if reader.is_empty() { Vec::new() } else { Canonical::decode(reader.item()?)? };
        reader.end()?;
        let mut renames = Self { replaced: replaced.into_iter().collect(), ..Self::default() };
        for (before, after) in objects {
            renames.add_object(before, after);
        }
        for (object, (part, name)) in parts {
            renames.add_part(object, part, name);
        }
        Ok(renames)
    }

    fn is_default(&self) -> bool {
        self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ObjectKind;
    use crate::canonical::to_bytes;

    fn table(name: &str) -> ObjectAddress {
        ObjectAddress::new(ObjectKind::Table, "public", name)
    }

    fn sample() -> Renames {
        let mut renames = Renames::default();
        renames.add_object(table("a"), table("b"));
        renames.add_part(table("b"), Part::column("x"), "y".into());
        renames
    }

    #[test]
    fn the_inverse_of_the_inverse_is_the_same() {
        assert_eq!(sample().inverse().inverse(), sample());
        assert_eq!(sample().inverse().part_after(&table("a"), &Part::column("y")), "x");
    }

    #[test]
    fn renames_compose() {
        let mut next = Renames::default();
        next.add_object(table("b"), table("c"));
        next.add_part(table("c"), Part::column("y"), "z".into());
        let both = sample().then(&next);
        assert_eq!(both.after(&table("a")), &table("c"));
        assert_eq!(both.part_after(&table("c"), &Part::column("x")), "z");
        assert!(sample().then(&sample().inverse()).is_empty());
    }

    #[test]
    fn renames_round_trip() {
        let mut renames = sample();
        assert_eq!(Renames::decode(&to_bytes(&renames)), Ok(renames.clone()));
        renames.add_replaced(table("r"));
        assert_eq!(Renames::decode(&to_bytes(&renames)), Ok(renames));
    }
}
