//! What differs between two catalogs, object by object and part by part.
//!
//! Names no kind of object: it compares [`Parted`] values. How a difference is brought about is the business of
//! [`crate::plan`].

use std::collections::BTreeMap;
use std::fmt;

use crate::address::{ObjectAddress, Part};
use crate::canonical::Bytes;
use crate::catalog::Catalog;
use crate::object::Object;
use crate::parts::Parted;
use crate::rename::Renames;

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// It is new.
    Create,
    /// Parts of it differ.
    Alter,
    /// It is gone.
    Drop,
    /// It has another name, and maybe other parts besides.
    Rename,
}

impl ChangeKind {
    /// `CREATE`, `ALTER`, `DROP`, `RENAME`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Alter => "ALTER",
            Self::Drop => "DROP",
            Self::Rename => "RENAME",
        }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A part that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartChange {
    /// The part, by its name afterwards; before for parts that are gone.
    pub part: Part,
    /// Its value before; `None` when it is new.
    pub before: Option<Bytes>,
    /// Its value afterwards; `None` when it is gone.
    pub after: Option<Bytes>,
    /// Its name before, where that was another.
    pub renamed_from: Option<String>,
}

impl fmt::Display for PartChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after, &self.renamed_from) {
            (_, _, Some(before)) => {
                let before = Part::new(self.part.kind, before.clone());
                write!(f, "{before} renamed to {}", crate::ident::quote_ident(&self.part.name))?;
                if self.before == self.after { Ok(()) } else { f.write_str(" and changed") }
            }
            (None, _, None) => write!(f, "{} added", self.part),
            (_, None, None) => write!(f, "{} dropped", self.part),
            _ => write!(f, "{} changed", self.part),
        }
    }
}

/// An object that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened to it.
    pub kind: ChangeKind,
    /// Its address afterwards; before for objects that are gone.
    pub address: ObjectAddress,
    /// Its address before, where that was another.
    pub before: Option<ObjectAddress>,
    /// Parts that differ; empty for objects that are new or gone.
    pub parts: Vec<PartChange>,
}

impl Change {
    /// One line for people: `column email added, constraint users_pkey changed`.
    #[must_use]
    pub fn details(&self) -> String {
        let renamed = self.before.iter().map(|before| format!("renamed from {before}"));
        let parts = self.parts.iter().map(ToString::to_string);
        renamed.chain(parts).collect::<Vec<_>>().join(", ")
    }
}

/// What turns `from` into `to`: drops first in reverse order of address, then the rest by address.
///
/// Equality is that of [`Object`]: what is only remembered does not count.
#[must_use]
pub fn diff(from: &Catalog, to: &Catalog, renames: &Renames) -> Vec<Change> {
    let mut before: BTreeMap<&ObjectAddress, &Object> = BTreeMap::new();
    let mut dropped = Vec::new();
    for object in from.iter() {
        let after = renames.after(&object.address);
        if to.contains(after) {
            before.insert(after, object);
        } else if let (true, true) = (after != &object.address, to.contains(&object.address)) {
            before.entry(&object.address).or_insert(object);
        } else {
            dropped.push(object);
        }
    }
    let mut changes: Vec<Change> = dropped
        .into_iter()
        .rev()
        .map(|object| Change {
            kind: ChangeKind::Drop,
            address: object.address.clone(),
            before: None,
            parts: Vec::new(),
        })
        .collect();
    // Stored definitions follow a rename by themselves: that is no difference of theirs.
    let (seen, following) =
        if renames.is_empty() { Default::default() } else { crate::plan::rename::seen(from, to, renames) };
    for object in to.iter() {
        match before.get(&object.address) {
            None => changes.push(Change {
                kind: ChangeKind::Create,
                address: object.address.clone(),
                before: None,
                parts: Vec::new(),
            }),
            Some(old) if old.address == object.address && *old == object => {}
            Some(old) => {
                let renamed = old.address != object.address && !following.contains(&object.address);
                let parts = match seen.get(&object.address) {
                    Some(seen) => {
                        let mut parts = part_renames(old, seen, object, renames);
                        let others = part_changes(seen, object, &Renames::default());
                        let known: Vec<Part> = parts.iter().map(|change| change.part.clone()).collect();
                        parts.extend(others.into_iter().filter(|change| !known.contains(&change.part)));
                        parts
                    }
                    None => part_changes(old, object, renames),
                };
                if renamed || !parts.is_empty() {
                    changes.push(Change {
                        kind: if renamed { ChangeKind::Rename } else { ChangeKind::Alter },
                        address: object.address.clone(),
                        before: renamed.then(|| old.address.clone()),
                        parts,
                    });
                }
            }
        }
    }
    changes
}

/// Parts of one object that have another name: `seen` is `old` under the names of `new`.
fn part_renames(old: &Object, seen: &Object, new: &Object, renames: &Renames) -> Vec<PartChange> {
    let (old, seen, after) = (old.parts(), seen.parts(), new.parts());
    renames
        .parts()
        .filter(|(object, ..)| **object == new.address)
        .filter_map(|(_, part, name)| {
            let now = Part::new(part.kind, name);
            let value = after.get(&now).filter(|_| old.contains_key(part) && !after.contains_key(part))?;
            Some(PartChange {
                before: seen.get(&now).cloned(),
                after: Some(value.clone()),
                renamed_from: Some(part.name.clone()),
                part: now,
            })
        })
        .collect()
}

/// Parts in which two states of one object differ.
fn part_changes(old: &Object, new: &Object, renames: &Renames) -> Vec<PartChange> {
    let mut before: BTreeMap<Part, (String, Bytes)> = BTreeMap::new();
    let after = new.parts();
    for (part, value) in old.parts() {
        let mut name = renames.part_after(&new.address, &part).to_owned();
        if name != part.name && !after.contains_key(&Part::new(part.kind, name.clone())) {
            name.clone_from(&part.name);
        }
        before.insert(Part::new(part.kind, name), (part.name, value));
    }
    let mut changes = Vec::new();
    for (part, (name, value)) in &before {
        if !after.contains_key(part) {
            changes.push(PartChange {
                part: Part::new(part.kind, name.clone()),
                before: Some(value.clone()),
                after: None,
                renamed_from: None,
            });
        }
    }
    for (part, value) in after {
        let (old_name, old_value) = before.remove(&part).unzip();
        let renamed_from = old_name.filter(|name| *name != part.name);
        let differs = old_value.as_ref() != Some(&value) && !is_same_part(old, &part, &value);
        if differs || renamed_from.is_some() {
            changes.push(PartChange { part, before: old_value, after: Some(value), renamed_from });
        }
    }
    changes
}

/// Whether an object stays the same with another value of a part: what differs is only remembered.
fn is_same_part(object: &Object, part: &Part, value: &[u8]) -> bool {
    let mut other = object.clone();
    other.set_part(part, Some(value)).is_ok() && other == *object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ObjectKind;
    use crate::canonical::Remembered;
    use crate::object::{Body, Column, Common, Table};

    fn table(name: &str, columns: &[(&str, &str)]) -> Object {
        Object {
            address: ObjectAddress::new(ObjectKind::Table, "public", name),
            common: Common { owner: "o".into(), ..Common::default() },
            body: Body::Table(Table {
                columns: columns
                    .iter()
                    .map(|(name, type_name)| {
                        ((*name).to_owned(), Column { type_name: (*type_name).into(), ..Column::default() })
                    })
                    .collect(),
                ..Table::default()
            }),
        }
    }

    fn catalog(objects: &[Object]) -> Catalog {
        objects.iter().cloned().collect()
    }

    #[test]
    fn equal_catalogs_do_not_differ() {
        let one = catalog(&[table("t", &[("a", "text")])]);
        assert_eq!(diff(&one, &one, &Renames::default()), []);
    }

    #[test]
    fn parts_are_named() {
        let a = catalog(&[table("t", &[("a", "text"), ("b", "text")]), table("gone", &[])]);
        let b = catalog(&[table("t", &[("a", "integer"), ("c", "text")]), table("made", &[])]);
        let changes = diff(&a, &b, &Renames::default());
        let lines: Vec<String> =
            changes.iter().map(|c| format!("{} {} {}", c.kind, c.address, c.details())).collect();
        assert_eq!(
            lines,
            [
                "DROP public.gone ",
                "CREATE public.made ",
                "ALTER public.t column b dropped, column a changed, column c added",
            ]
        );
    }

    #[test]
    fn what_is_only_remembered_does_not_differ() {
        let a = table("t", &[("a", "text"), ("b", "text")]);
        let mut b = table("t", &[("a", "text"), ("b", "integer")]);
        let Body::Table(body) = &mut b.body else { panic!("it is a table") };
        body.columns.values_mut().for_each(|column| column.inherited = Remembered(true));
        let changes = diff(&catalog(&[a]), &catalog(&[b]), &Renames::default());
        assert_eq!(changes[0].details(), "column b changed");
    }

    #[test]
    fn renames_are_followed() {
        let a = catalog(&[table("t", &[("a", "text"), ("b", "text")])]);
        let b = catalog(&[table("u", &[("a", "text"), ("c", "text")])]);
        let mut renames = Renames::default();
        let u = ObjectAddress::new(ObjectKind::Table, "public", "u");
        renames.add_object(ObjectAddress::new(ObjectKind::Table, "public", "t"), u.clone());
        renames.add_part(u, Part::column("b"), "c".into());
        let changes = diff(&a, &b, &renames);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].kind, ChangeKind::Rename);
        assert_eq!(changes[0].details(), "renamed from public.t, column b renamed to c");
        let back = diff(&b, &a, &renames.inverse());
        assert_eq!(back[0].details(), "renamed from public.u, column c renamed to b");
    }
}
