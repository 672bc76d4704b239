//! Names that children have from their parents: a column or check constraint is renamed with that of the parent, and under
//! another name the child has to leave the parent first.

use std::collections::{BTreeMap, BTreeSet};

use super::Mapping;
use crate::address::{ObjectAddress, ObjectKind, Part, PartKind};
use crate::canonical::Remembered;
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Constraint, ConstraintKind, Dependency, Object, Table};
use crate::plan::Step;
use crate::render::table::partition;

type Parts = BTreeMap<ObjectAddress, BTreeMap<Part, String>>;

fn address_of(name: &QualifiedName) -> ObjectAddress {
    ObjectAddress::new(ObjectKind::Table, &name.schema, &name.name)
}

fn table<'c>(catalog: &'c Catalog, address: &ObjectAddress) -> Option<&'c Table> {
    match &catalog.get(address)?.body {
        Body::Table(table) => Some(table),
        _ => None,
    }
}

/// Tables that inherit, partitions among them, with their parents.
fn heirs(catalog: &Catalog) -> impl Iterator<Item = (&ObjectAddress, &Table)> {
    catalog.iter().filter_map(|object| match &object.body {
        Body::Table(table) if parents(table).next().is_some() => Some((&object.address, table)),
        _ => None,
    })
}

fn parents(table: &Table) -> impl Iterator<Item = &QualifiedName> {
    table.inherits.iter().chain(table.partition.iter().map(|partition| &partition.parent))
}

fn has(table: &Table, part: &Part) -> bool {
    match part.kind {
        PartKind::Column => table.columns.contains_key(&part.name),
        PartKind::Constraint => table.constraints.get(&part.name).is_some_and(is_passed_on),
        _ => false,
    }
}

/// Whether children have a constraint under the same name.
fn is_passed_on(constraint: &Constraint) -> bool {
    constraint.kind == ConstraintKind::Check && !constraint.definition.ends_with(" NO INHERIT")
}

/// What a table passes on.
fn passed_on(table: &Table) -> impl Iterator<Item = Part> {
    let constraints = table.constraints.iter().filter(|(_, constraint)| is_passed_on(constraint));
    table.columns.keys().map(Part::column).chain(constraints.map(|(name, _)| Part::constraint(name)))
}

/// What a child has from one of its parents.
fn shared(catalog: &Catalog, child: &Table, parent: &QualifiedName) -> Vec<Part> {
    let parent = table(catalog, &address_of(parent));
    parent.into_iter().flat_map(passed_on).filter(|part| has(child, part)).collect()
}

/// Whether a part of a table has its name from a parent, with whose it is renamed.
pub(super) fn comes_from_parent(catalog: &Catalog, object: &Object, part: &Part) -> bool {
    let Body::Table(child) = &object.body else { return false };
    has(child, part)
        && parents(child)
            .filter_map(|parent| table(catalog, &address_of(parent)))
            .any(|parent| has(parent, part))
}

/// Adds what is renamed with that of a parent without being told.
pub(super) fn follow_parents(
    from: &Catalog,
    to: &Catalog,
    objects: &BTreeMap<ObjectAddress, ObjectAddress>,
    parts: &mut Parts,
) {
    // A child may come before its parent.
    loop {
        let mut found = Vec::new();
        for (address, child) in heirs(from) {
            let after = objects.get(address).unwrap_or(address);
            let Some(end) = table(to, after) else { continue };
            let own = parts.get(address);
            for parent in parents(child) {
                let Some(above) = table(from, &address_of(parent)) else { continue };
                for (part, name) in parts.get(&address_of(parent)).into_iter().flatten() {
                    let goal = Part::new(part.kind, name.clone());
                    let taken = |name: &str| {
                        own.is_some_and(|own| {
                            own.iter().any(|(other, new)| other.kind == part.kind && new == name)
                        })
                    };
                    let is_told = own.is_some_and(|own| own.contains_key(part)) || taken(name);
                    let goes = !has(end, part) || taken(&part.name);
                    let is_free = !has(child, &goal)
                        || has(above, &goal)
                        || own.is_some_and(|own| own.contains_key(&goal));
                    if has(child, part) && has(end, &goal) && goes && is_free && !is_told {
                        found.push((address.clone(), part.clone(), name.clone()));
                    }
                }
            }
        }
        if found.is_empty() {
            return;
        }
        for (address, part, name) in found {
            parts.entry(address).or_default().insert(part, name);
        }
    }
}

/// Lets children leave parents where one of them gets other names than the other, or parents that don't belong together
/// pass on what is renamed: the catalog afterwards, and the steps. Where a child shall have that parent at the end, it comes
/// back.
pub(super) fn leave(from: &Catalog, mapping: &Mapping) -> (Catalog, Vec<Step>) {
    let mut catalog = from.clone();
    let mut steps = Vec::new();
    for (address, child) in heirs(from) {
        let new_name = |of: &ObjectAddress, part: &Part| mapping.part(of, part).name;
        let mut first: BTreeMap<Part, BTreeSet<ObjectAddress>> = BTreeMap::new();
        for parent in parents(child) {
            let above = address_of(parent);
            let goes_apart = shared(from, child, parent).into_iter().any(|part| {
                let name = new_name(&above, &part);
                if name != new_name(address, &part) {
                    return true;
                }
                let roots = roots(from, &above, &part);
                name != part.name && *first.entry(part).or_insert_with(|| roots.clone()) != roots
            });
            if goes_apart {
                steps.push(match &child.partition {
                    Some(place) => partition::detach(address, place),
                    None => partition::inherit(address, parent, false),
                });
                set_free(&mut catalog, address, parent);
            }
        }
    }
    (catalog, steps)
}

/// Tables of families whose parts are renamed only after those of others, by those: a child's gets the name that one of the
/// parent's gives up, or the other way round.
pub(super) fn awaited<'m>(
    from: &'m Catalog,
    mapping: &'m Mapping,
) -> BTreeMap<&'m ObjectAddress, BTreeSet<&'m ObjectAddress>> {
    let mut awaited: BTreeMap<&ObjectAddress, BTreeSet<&ObjectAddress>> = BTreeMap::new();
    for (address, child) in heirs(from) {
        let Some((object, renamed)) = from.get(address).zip(mapping.parts.get(address)) else { continue };
        let own: Vec<(&Part, &String)> =
            renamed.iter().filter(|(part, _)| !comes_from_parent(from, object, part)).collect();
        let mut pending: Vec<&QualifiedName> = parents(child).collect();
        while let Some(parent) = pending.pop().filter(|_| !own.is_empty()) {
            let Some((above, table)) = from.get(&address_of(parent)).and_then(|above| match &above.body {
                Body::Table(table) => Some((&above.address, table)),
                _ => None,
            }) else {
                continue;
            };
            pending.extend(parents(table));
            for (part, name) in mapping.parts.get(above).into_iter().flatten() {
                let same = |(other, _): &&(&Part, &String)| other.kind == part.kind;
                if own.iter().filter(same).any(|(_, goal)| **goal == part.name) {
                    awaited.entry(address).or_default().insert(above);
                }
                if own.iter().filter(same).any(|(other, _)| other.name == *name) {
                    awaited.entry(above).or_default().insert(address);
                }
            }
        }
    }
    awaited
}

/// The tables from which a table has what it passes on, itself if from nobody.
fn roots(catalog: &Catalog, address: &ObjectAddress, part: &Part) -> BTreeSet<ObjectAddress> {
    let above = table(catalog, address).into_iter().flat_map(parents).map(address_of);
    let roots: BTreeSet<ObjectAddress> = above
        .filter(|above| table(catalog, above).is_some_and(|above| has(above, part)))
        .flat_map(|above| roots(catalog, &above, part))
        .collect();
    if roots.is_empty() { BTreeSet::from([address.clone()]) } else { roots }
}

/// What the server makes of a child that leaves a parent.
fn set_free(catalog: &mut Catalog, address: &ObjectAddress, parent: &QualifiedName) {
    let Some(mut object) = catalog.get(address).cloned() else { return };
    let Body::Table(child) = &mut object.body else { return };
    let is_partition = child.partition.take().is_some();
    child.inherits.retain(|other| other != parent);
    let others: Vec<Table> =
        child.inherits.iter().filter_map(|other| table(catalog, &address_of(other)).cloned()).collect();
    let is_own = |part: &Part| !others.iter().any(|other| has(other, part));
    for (name, column) in &mut child.columns {
        column.inherited = Remembered(column.inherited.0 && !is_own(&Part::column(name)));
    }
    let mut keys = BTreeSet::new();
    for (name, constraint) in &mut child.constraints {
        constraint.inherited = Remembered(constraint.inherited.0 && !is_own(&Part::constraint(name)));
        if constraint.index_parent.take().is_some() {
            keys.insert(Some(Part::constraint(name)));
        }
    }
    let above = address_of(parent);
    object.common.dependencies.0.retain(|Dependency { part, on, .. }| {
        let of_key = keys.contains(part) && (*on == above || on.kind == ObjectKind::Index);
        !of_key && (part.is_some() || *on != above)
    });
    catalog.insert(object);
    if is_partition {
        free_what_is_on(catalog, address);
    }
}

/// Indexes of a partition that leaves stand alone then, and it and its partitions have no triggers of the parent's.
fn free_what_is_on(catalog: &mut Catalog, address: &ObjectAddress) {
    let name = address.qualified();
    let indexes: Vec<Object> = catalog
        .iter()
        .filter(|object| matches!(&object.body, Body::Index(index) if index.table == name))
        .cloned()
        .collect();
    for mut object in indexes {
        let Body::Index(index) = &mut object.body else { continue };
        if let Some(parent) = index.parent.take() {
            object.common.dependencies.0.retain(|dependency| {
                dependency.on.kind != ObjectKind::Index || dependency.on.qualified() != parent
            });
            catalog.insert(object);
        }
    }
    // The table of its own that a trigger of a partition comes from; none where it came from above.
    let is_left = |object: &&Object| {
        let Body::Trigger(trigger) = &object.body else { return false };
        let mut on = trigger.table.clone();
        while trigger.inherited && on != name {
            let Some(place) = table(catalog, &address_of(&on)).and_then(|table| table.partition.as_ref())
            else {
                return false;
            };
            on = place.parent.clone();
            let above = ObjectAddress::on(ObjectKind::Trigger, &on, object.address.name.clone());
            if matches!(catalog.get(&above).map(|above| &above.body), Some(Body::Trigger(above)) if !above.inherited)
            {
                return false;
            }
        }
        trigger.inherited
    };
    let left: Vec<ObjectAddress> =
        catalog.iter().filter(is_left).map(|object| object.address.clone()).collect();
    for trigger in left {
        catalog.remove(&trigger);
    }
}
