//! Names of the indexes behind constraints, which are those of relations in the schema: a constraint gets a new name only
//! once no other table has an index of that name. And the order in which parts of several objects are renamed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Mapping, free_name, heir};
use crate::address::{ObjectAddress, Part, PartKind};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Object, Table};

type Parts = BTreeMap<ObjectAddress, BTreeMap<Part, String>>;

/// Names of indexes behind constraints: those that a table has.
fn keys(object: &Object) -> impl Iterator<Item = &String> {
    let constraints = match &object.body {
        Body::Table(Table { constraints, .. }) => Some(constraints),
        _ => None,
    };
    constraints
        .into_iter()
        .flatten()
        .filter(|(_, constraint)| constraint.kind.has_index())
        .map(|(name, _)| name)
}

/// New names of such constraints of a table.
fn goals<'p>(object: &Object, parts: &'p BTreeMap<Part, String>) -> Vec<&'p String> {
    let renamed = |name: &String| parts.get(&Part::new(PartKind::Constraint, name.clone()));
    keys(object).filter_map(renamed).collect()
}

/// Lets constraints step aside that go, and whose index has the name that another table's constraint gets.
pub(super) fn step_aside(
    from: &Catalog,
    objects: &BTreeMap<ObjectAddress, ObjectAddress>,
    parts: &mut Parts,
) {
    let schema = |before: &ObjectAddress| objects.get(before).unwrap_or(before).schema.clone();
    let mut wanted: BTreeMap<QualifiedName, ObjectAddress> = BTreeMap::new();
    for (before, renamed) in parts.iter() {
        let Some(object) = from.get(before) else { continue };
        for goal in goals(object, renamed) {
            wanted.insert(QualifiedName::new(schema(before), goal), before.clone());
        }
    }
    if wanted.is_empty() {
        return;
    }
    for object in from.iter() {
        let before = &object.address;
        for name in keys(object) {
            let part = Part::new(PartKind::Constraint, name.clone());
            let key = QualifiedName::new(schema(before), name);
            let is_in_the_way = wanted.get(&key).is_some_and(|other| other != before)
                && parts.get(before).is_none_or(|renamed| !renamed.contains_key(&part));
            if is_in_the_way {
                let own: BTreeSet<&str> = match &object.body {
                    Body::Table(table) => table.constraints.keys().map(String::as_str).collect(),
                    _ => BTreeSet::new(),
                };
                let is_relation = |name: &str| {
                    from.iter().any(|other| {
                        other.address.kind.is_relation()
                            && other.address.name == name
                            && schema(&other.address) == key.schema
                    })
                };
                let aside = free_name(name, &|name| {
                    let qualified = QualifiedName::new(&key.schema, name);
                    own.contains(name) || wanted.contains_key(&qualified) || is_relation(name)
                });
                parts.entry(before.clone()).or_default().insert(part, aside);
            }
        }
    }
}

/// The objects whose parts are renamed, those first whose indexes, or columns in a family of tables, have names that others
/// get.
pub(super) fn in_order<'m>(from: &Catalog, mapping: &'m Mapping) -> Vec<&'m ObjectAddress> {
    let schema = |before: &ObjectAddress| mapping.object(before).schema.clone();
    let mut holders: BTreeMap<QualifiedName, &ObjectAddress> = BTreeMap::new();
    for (before, renamed) in &mapping.parts {
        let Some(object) = from.get(before) else { continue };
        for name in keys(object)
            .filter(|name| renamed.contains_key(&Part::new(PartKind::Constraint, (*name).clone())))
        {
            holders.insert(QualifiedName::new(schema(before), name), before);
        }
    }
    let awaited = heir::awaited(from, mapping);
    let mut waiting: Vec<&ObjectAddress> = mapping.parts.keys().collect();
    let mut done: BTreeSet<&ObjectAddress> = BTreeSet::new();
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let is_free = |before: &&ObjectAddress| {
            let Some((object, renamed)) = from.get(before).zip(mapping.parts.get(*before)) else {
                return true;
            };
            let in_family = awaited.get(*before).into_iter().flatten();
            in_family.into_iter().all(|other| done.contains(other))
                && goals(object, renamed).into_iter().all(|goal| {
                    let holder = holders.get(&QualifiedName::new(schema(before), goal));
                    holder.is_none_or(|holder| holder == before || done.contains(*holder))
                })
        };
        // In a ring nobody is free.
        let next = waiting.remove(waiting.iter().position(is_free).unwrap_or(0));
        done.insert(next);
        order.push(next);
    }
    order
}
