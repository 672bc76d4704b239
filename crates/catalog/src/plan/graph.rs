//! The order of operations.

mod mention;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::id::{self, Id, Needs, Taken};
use super::op::{Op, Phase};
use crate::address::{ObjectAddress, ObjectKind, PartKind};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Table, support_functions};

/// Start and end with what their objects need.
pub(crate) struct World<'a> {
    pub(crate) from: &'a Catalog,
    pub(crate) to: &'a Catalog,
    pub(crate) from_needs: &'a Needs,
    pub(crate) to_needs: &'a Needs,
}

struct Edges {
    after: Vec<BTreeSet<usize>>,
}

impl Edges {
    fn add(&mut self, first: usize, then: usize) {
        if first != then {
            self.after[first].insert(then);
        }
    }
}

/// Who does something to an identity; a part that nothing happens to by itself shares the fate of its object.
struct Doers(BTreeMap<Id, usize>);

impl Doers {
    fn of(&self, id: &Id) -> Option<usize> {
        self.0.get(id).or_else(|| id.1.as_ref().and_then(|_| self.0.get(&(id.0.clone(), None)))).copied()
    }
}

fn edges(ops: &[Op], world: &World<'_>) -> Edges {
    let mut destroyers = Doers(BTreeMap::new());
    let mut makers = Doers(BTreeMap::new());
    let mut alterers: BTreeMap<&Id, Vec<usize>> = BTreeMap::new();
    for (index, op) in ops.iter().enumerate() {
        destroyers.0.extend(op.destroys.iter().map(|id| (id.clone(), index)));
        makers.0.extend(op.makes.iter().map(|id| (id.clone(), index)));
        for id in &op.alters {
            alterers.entry(id).or_default().push(index);
        }
    }
    // The last node is a barrier: partitions are attached before foreign keys are made.
    let barrier = ops.len();
    let mut edges = Edges { after: vec![BTreeSet::new(); ops.len() + 1] };
    let none = Vec::new();
    let altering = |id: &Id| alterers.get(id).unwrap_or(&none).iter().copied();
    let mut freed: BTreeMap<Taken, usize> = BTreeMap::new();
    for (index, op) in ops.iter().enumerate() {
        for id in &op.destroys {
            for on in world.from_needs.of_id(id) {
                if let Some(other) = destroyers.of(on) {
                    edges.add(index, other);
                }
                // What changes in a schema is its owner and who may use it: that stops nothing from going.
                if on.0.kind != ObjectKind::Schema {
                    altering(on).for_each(|other| edges.add(index, other));
                }
            }
            if let (Some(_), Some(&whole)) = (&id.1, destroyers.0.get(&(id.0.clone(), None))) {
                edges.add(index, whole);
            }
            if !op.keeps_names {
                freed.extend(id::names(world.from, id).into_iter().map(|name| (name, index)));
                if let Some(&maker) = makers.0.get(id) {
                    edges.add(index, maker);
                }
            }
        }
    }
    for (index, op) in ops.iter().enumerate() {
        for address in op.makes.iter().filter_map(id::put_aside) {
            for address in support_functions(world.from, &address).into_iter().chain([address]) {
                freed.extend(id::names(world.from, &(address, None)).into_iter().map(|name| (name, index)));
            }
        }
    }
    for (index, op) in ops.iter().enumerate() {
        for id in &op.makes {
            for on in world.to_needs.of_id(id) {
                if let Some(other) = makers.of(on) {
                    edges.add(other, index);
                }
                altering(on).for_each(|other| edges.add(other, index));
            }
            if id.1.is_some() {
                let whole = (id.0.clone(), None);
                if let Some(&maker) = makers.0.get(&whole) {
                    edges.add(maker, index);
                }
                altering(&whole).for_each(|other| edges.add(other, index));
            }
            for name in id::names(world.to, id) {
                if let Some(&other) = freed.get(&name) {
                    edges.add(other, index);
                }
            }
        }
        for id in &op.alters {
            for on in world.to_needs.of_id(id) {
                if let Some(other) = makers.of(on) {
                    edges.add(other, index);
                }
            }
            for on in world.from_needs.of_id(id) {
                if let Some(other) = destroyers.of(on) {
                    edges.add(index, other);
                }
            }
        }
        for id in op.needs.iter().chain(&op.follows) {
            if let Some(other) = makers.of(id) {
                edges.add(other, index);
            }
            altering(id).for_each(|other| edges.add(other, index));
        }
        for other in op.after_gone.iter().filter_map(|id| destroyers.of(id)) {
            edges.add(other, index);
        }
        match op.phase {
            Phase::Attach => edges.add(index, barrier),
            Phase::ForeignKey => edges.add(barrier, index),
            Phase::Drop | Phase::Make | Phase::Last => {}
        }
    }
    foreign_keys_first(ops, world, &destroyers, &mut edges);
    detach_first(ops, world, &destroyers, &mut edges);
    heirs_first(ops, world, &destroyers, &mut edges);
    untyped_first(ops, &destroyers, &mut edges);
    for same in alterers.values() {
        for pair in same.windows(2) {
            edges.add(pair[0], pair[1]);
        }
    }
    edges
}

/// A foreign key to a partitioned table goes before any partition of that table does.
fn foreign_keys_first(ops: &[Op], world: &World<'_>, destroyers: &Doers, edges: &mut Edges) {
    let mut partitions: BTreeMap<&QualifiedName, Vec<QualifiedName>> = BTreeMap::new();
    for object in world.from.iter() {
        if let Body::Table(Table { partition: Some(partition), .. }) = &object.body {
            partitions.entry(&partition.parent).or_default().push(object.address.qualified());
        }
    }
    if partitions.is_empty() {
        return;
    }
    for (index, op) in ops.iter().enumerate() {
        for (address, part) in &op.destroys {
            let (Some(part), Some(Body::Table(table))) = (part, world.from.get(address).map(|o| &o.body))
            else {
                continue;
            };
            let constraint = table.constraints.get(&part.name).filter(|_| part.kind == PartKind::Constraint);
            let Some(references) = constraint.and_then(|constraint| constraint.references.as_ref()) else {
                continue;
            };
            let mut below = vec![references];
            while let Some(parent) = below.pop() {
                for child in partitions.get(parent).into_iter().flatten() {
                    let id = (ObjectAddress::new(ObjectKind::Table, &child.schema, &child.name), None);
                    if let Some(&other) = destroyers.0.get(&id) {
                        edges.add(index, other);
                    }
                    below.push(child);
                }
            }
        }
    }
}

/// A table leaves its parent before what it has from it goes: an attached index, an inherited column or constraint.
fn detach_first(ops: &[Op], world: &World<'_>, destroyers: &Doers, edges: &mut Edges) {
    for (index, op) in ops.iter().enumerate() {
        for (address, part) in &op.destroys {
            let table = match (world.from.get(address).map(|object| &object.body), part) {
                (Some(Body::Index(index)), None) if index.parent.is_some() => {
                    ObjectAddress::new(ObjectKind::Table, &index.table.schema, &index.table.name)
                }
                // What a child declares is the parent's too, if that has it.
                (Some(Body::Table(_)), Some(part))
                    if matches!(part.kind, PartKind::Column | PartKind::Constraint) =>
                {
                    address.clone()
                }
                _ => continue,
            };
            let Some(Body::Table(body)) = world.from.get(&table).map(|object| &object.body) else { continue };
            let partition = body.partition.iter().map(|_| id::partition_part());
            for parent in partition.chain(body.inherits.iter().map(id::inherits_part)) {
                if let Some(&detach) = destroyers.0.get(&(table.clone(), Some(parent))) {
                    edges.add(detach, index);
                }
            }
        }
    }
}

/// What is done to a column is done to those of children too, and what they are used by stops it: children that leave or
/// go are gone before.
fn heirs_first(ops: &[Op], world: &World<'_>, destroyers: &Doers, edges: &mut Edges) {
    let mut children: BTreeMap<ObjectAddress, Vec<(&ObjectAddress, Option<usize>)>> = BTreeMap::new();
    for object in world.from.iter() {
        let Body::Table(table) = &object.body else { continue };
        let partition = table.partition.iter().map(|place| (&place.parent, id::partition_part()));
        for (parent, part) in partition.chain(table.inherits.iter().map(|p| (p, id::inherits_part(p)))) {
            let parent = ObjectAddress::new(ObjectKind::Table, &parent.schema, &parent.name);
            let leaves = destroyers.of(&(object.address.clone(), Some(part)));
            children.entry(parent).or_default().push((&object.address, leaves));
        }
    }
    if !children.values().flatten().any(|(_, leaves)| leaves.is_some()) {
        return;
    }
    for (index, op) in ops.iter().enumerate() {
        for (address, part) in op.destroys.iter().chain(&op.alters) {
            if part.as_ref().is_none_or(|part| part.kind != PartKind::Column) {
                continue;
            }
            let mut pending = vec![address];
            while let Some(parent) = pending.pop() {
                for (child, leaves) in children.get(parent).into_iter().flatten() {
                    match leaves {
                        Some(first) => edges.add(*first, index),
                        None => pending.push(child),
                    }
                }
            }
        }
    }
}

/// A typed table gives up its type before its columns change.
fn untyped_first(ops: &[Op], destroyers: &Doers, edges: &mut Edges) {
    for (index, op) in ops.iter().enumerate() {
        for (address, part) in op.destroys.iter().chain(&op.makes).chain(&op.alters) {
            if part.as_ref().is_some_and(|part| part.kind == PartKind::Column)
                && let Some(&untyped) = destroyers.0.get(&(address.clone(), Some(id::of_type_part())))
            {
                edges.add(untyped, index);
            }
        }
    }
}

/// What comes first among operations that are free: drops from the outside in, then by kind and name.
fn rank(ops: &[Op], index: usize) -> (Phase, u8, Option<ObjectAddress>, usize) {
    let Some(op) = ops.get(index) else { return (Phase::Attach, u8::MAX, None, index) };
    let address = op.address();
    let position = address
        .as_ref()
        .and_then(|address| ObjectKind::ALL.iter().position(|kind| *kind == address.kind))
        .and_then(|position| u8::try_from(position).ok())
        .unwrap_or(u8::MAX);
    let position = if op.phase == Phase::Drop { u8::MAX - position } else { position };
    (op.phase, position, address, index)
}

/// The operations in an order that satisfies all dependencies; those on cycles if there is none.
pub(crate) fn order(ops: &[Op], world: &World<'_>) -> Result<Vec<usize>, Vec<usize>> {
    let edges = edges(ops, world);
    let count = ops.len() + 1;
    let mut waits = vec![0_usize; count];
    for after in &edges.after {
        for &then in after {
            waits[then] += 1;
        }
    }
    let mut wished_by: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut wishes = vec![0_usize; count];
    for (first, then) in mention::wishes(ops, world.to, &edges.after) {
        wished_by.entry(first).or_default().push(then);
        wishes[then] += 1;
    }
    let mut ready: BinaryHeap<Reverse<_>> = BinaryHeap::new();
    // What waits for wishes alone goes on when nothing else can.
    let mut wishing = BTreeSet::new();
    for index in (0..count).filter(|&index| waits[index] == 0) {
        if wishes[index] == 0 {
            ready.push(Reverse(rank(ops, index)));
        } else {
            wishing.insert(rank(ops, index));
        }
    }
    let mut order = Vec::with_capacity(count);
    let mut done = vec![false; count];
    while let Some((.., index)) = ready.pop().map(|Reverse(next)| next).or_else(|| wishing.pop_first()) {
        done[index] = true;
        if index < ops.len() {
            order.push(index);
        }
        for &then in &edges.after[index] {
            waits[then] -= 1;
            if waits[then] == 0 {
                if wishes[then] == 0 {
                    ready.push(Reverse(rank(ops, then)));
                } else {
                    wishing.insert(rank(ops, then));
                }
            }
        }
        for &then in wished_by.get(&index).into_iter().flatten() {
            wishes[then] -= 1;
            if wishes[then] == 0 && wishing.remove(&rank(ops, then)) {
                ready.push(Reverse(rank(ops, then)));
            }
        }
    }
    if order.len() == ops.len() {
        return Ok(order);
    }
    // What only waits for a cycle is not on it.
    loop {
        let outside: Vec<usize> =
            (0..count).filter(|&i| !done[i] && edges.after[i].iter().all(|&then| done[then])).collect();
        if outside.is_empty() {
            break;
        }
        outside.into_iter().for_each(|i| done[i] = true);
    }
    Err((0..ops.len()).filter(|&i| !done[i]).collect())
}

/// Defaults and constraints that can be taken out of the making or dropping of tables and domains on a cycle.
pub(crate) fn separable(ops: &[Op], cycle: &[usize], world: &World<'_>) -> BTreeSet<Id> {
    let mut parts = BTreeSet::new();
    for &index in cycle {
        let op = &ops[index];
        let mut collect = |ids: &[Id], catalog: &Catalog, needs: &Needs| {
            if ids.len() < 2 {
                return;
            }
            let own: BTreeSet<&Id> = ids.iter().collect();
            for id in ids {
                let Some(part) = &id.1 else { continue };
                let separable = match part.kind {
                    PartKind::Constraint => true,
                    PartKind::Default => catalog.get(&id.0).is_some_and(|object| match &object.body {
                        Body::Table(table) => {
                            table.columns.get(&part.name).is_some_and(|column| column.default.is_some())
                        }
                        _ => false,
                    }),
                    _ => false,
                };
                let foreign = part.kind == PartKind::Constraint
                    && catalog.get(&id.0).is_some_and(|object| match &object.body {
                        Body::Table(table) => {
                            table.constraints.get(&part.name).is_some_and(|c| c.references.is_some())
                        }
                        _ => false,
                    });
                if foreign {
                    parts.insert(id.clone());
                }
                if separable && needs.of_id(id).any(|on| on.0 != id.0 && !own.contains(on)) {
                    parts.insert(id.clone());
                }
            }
        };
        collect(&op.destroys, world.from, world.from_needs);
        collect(&op.makes, world.to, world.to_needs);
    }
    parts
}
