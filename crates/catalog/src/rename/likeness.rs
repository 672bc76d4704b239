//! [`likely`]: what looks as if it had been renamed. Nothing is renamed by that; a person decides.

use super::Renames;
use super::given::part_name;
use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::catalog::Catalog;
use crate::object::{Body, Column, Object, Table};
use crate::plan::rename::seen;

/// Something that is dropped, and something alike that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LikelyRename {
    /// What it is: `table`, `column`.
    pub kind: &'static str,
    /// The name of what is dropped, as a given rename takes it.
    pub old: String,
    /// The name of what is made.
    pub new: String,
}

/// From how many pairs on nothing is compared: whole schemas that are dropped and made tell nothing.
const MOST_PAIRS: usize = 10_000;

/// What of the difference looks like a rename: tables with most columns in common, columns of the same type, other
/// objects that differ in nothing but their names; each only where there is one such pair.
#[must_use]
pub fn likely(from: &Catalog, to: &Catalog, renames: &Renames) -> Vec<LikelyRename> {
    let start = if renames.is_empty() { from.clone() } else { seen(from, to, renames).0 };
    let before = renames.inverse();
    let mut found = Vec::new();
    for kind in ObjectKind::ALL.into_iter().filter(|kind| can_be_told(*kind)) {
        let only = |these: &'_ Catalog, those: &Catalog| -> Vec<ObjectAddress> {
            let these = these.iter().map(|object| &object.address).filter(|address| address.kind == kind);
            these.filter(|address| !those.contains(address)).cloned().collect()
        };
        let (dropped, made) = (only(&start, to), only(to, &start));
        let alike = |old: &ObjectAddress, new: &ObjectAddress| match (start.get(old), to.get(new)) {
            (Some(old), Some(new)) => are_alike(old, new),
            _ => false,
        };
        for (old, new) in only_pairs(&dropped, &made, alike) {
            let (old, new) = (before.after(old).to_string(), new.to_string());
            found.push(LikelyRename { kind: kind.name(), old, new });
        }
    }
    for object in to.iter() {
        if let (Body::Table(after), Some(Body::Table(table))) =
            (&object.body, start.get(&object.address).map(|before| &before.body))
        {
            columns(&mut found, before.after(&object.address), table, after);
        }
    }
    found
}

/// Kinds whose objects tell by themselves, without their names, what they are.
const fn can_be_told(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Table
            | ObjectKind::MaterializedView
            | ObjectKind::View
            | ObjectKind::Sequence
            | ObjectKind::Enum
            | ObjectKind::Composite
            | ObjectKind::Domain
    )
}

/// Pairs of which neither side is alike to another.
fn only_pairs<'a, T>(old: &'a [T], new: &'a [T], alike: impl Fn(&T, &T) -> bool) -> Vec<(&'a T, &'a T)> {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for before in old {
        let mut candidates = new.iter().filter(|after| alike(before, after));
        let (Some(after), None) = (candidates.next(), candidates.next()) else { continue };
        if old.iter().filter(|other| alike(other, after)).count() == 1 {
            pairs.push((before, after));
        }
    }
    pairs
}

fn are_alike(old: &Object, new: &Object) -> bool {
    match (&old.body, &new.body) {
        (Body::Table(old), Body::Table(new)) => tables_are_alike(old, new),
        (old, new) => old == new,
    }
}

/// Whether two of three columns are the same, by name and type.
fn tables_are_alike(old: &Table, new: &Table) -> bool {
    let shared = old.columns.iter().filter(|(name, column)| {
        new.columns.get(*name).is_some_and(|other| other.type_name == column.type_name)
    });
    let all = old.columns.len().max(new.columns.len());
    all > 0
        && shared.count() * 3 >= all * 2
        && old.partition_key.is_some() == new.partition_key.is_some()
        && old.server.is_some() == new.server.is_some()
}

fn columns(found: &mut Vec<LikelyRename>, table: &ObjectAddress, before: &Table, after: &Table) {
    let only = |these: &'_ Table, those: &Table| -> Vec<(String, Column)> {
        let these = these.columns.iter().filter(|(name, column)| {
            !those.columns.contains_key(*name) && !column.inherited.0 && column.generated.is_none()
        });
        these.map(|(name, column)| (name.clone(), column.clone())).collect()
    };
    let (dropped, made) = (only(before, after), only(after, before));
    for (old, new) in only_pairs(&dropped, &made, |(_, old), (_, new)| old.type_name == new.type_name) {
        let name = |name: &str| part_name(table, &Part::column(name));
        found.push(LikelyRename {
            kind: "column",
            old: name(&old.0),
            new: crate::ident::quote_ident(&new.0),
        });
    }
}

#[cfg(test)]
mod tests;
