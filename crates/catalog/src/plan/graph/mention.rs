//! What the bodies of routines name. The server does not say what a body needs, and it need not be there when the
//! routine is made; but it must be there when a statement of the plan calls the routine: the query of a materialized
//! view that is filled, an index expression, a default.

use std::collections::{BTreeMap, BTreeSet};

use super::super::op::Op;
use crate::address::{ObjectKind, PartKind};
use crate::catalog::Catalog;
use crate::object::Body;

/// Pairs of operations of which the first makes what the body of the routine that the second makes names, for routines
/// that the plan may call. A name may mean something else: these are wishes, not needs.
pub(super) fn wishes(ops: &[Op], to: &Catalog, after: &[BTreeSet<usize>]) -> Vec<(usize, usize)> {
    let mut bodies: BTreeMap<usize, &str> = BTreeMap::new();
    for (index, op) in ops.iter().enumerate() {
        for (address, part) in op.makes.iter().chain(&op.alters) {
            if let (Some(Body::Routine(routine)), None) = (to.get(address).map(|object| &object.body), part)
                && !routine.parsed_body
            {
                bodies.insert(index, &routine.definition);
            }
        }
    }
    if bodies.is_empty() {
        return Vec::new();
    }
    let mut makers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, op) in ops.iter().enumerate() {
        for (address, part) in &op.makes {
            let counts = match part {
                None => is_named_in_bodies(address.kind),
                Some(part) => part.kind == PartKind::Column,
            };
            if counts {
                makers.entry(&address.name).or_default().push(index);
            }
        }
    }
    let mut wishes = Vec::new();
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let mut queue: Vec<usize> =
        bodies.keys().copied().filter(|&index| is_called(ops, index, after, &mut BTreeSet::new())).collect();
    while let Some(index) = queue.pop() {
        let Some(body) = bodies.get(&index).filter(|_| seen.insert(index)) else { continue };
        for word in words(body) {
            for &maker in makers.get(word).into_iter().flatten().filter(|&&maker| maker != index) {
                wishes.push((maker, index));
                // What a routine that is called calls is called too.
                queue.push(maker);
            }
        }
    }
    wishes
}

const fn is_named_in_bodies(kind: ObjectKind) -> bool {
    kind.is_relation() || kind.is_type() || matches!(kind, ObjectKind::Routine | ObjectKind::Aggregate)
}

/// Whether making something that needs what the operation makes may call it.
fn is_called(ops: &[Op], index: usize, after: &[BTreeSet<usize>], seen: &mut BTreeSet<usize>) -> bool {
    seen.insert(index)
        && after[index].iter().any(|&then| {
            let Some((address, _)) = ops.get(then).and_then(|op| op.makes.first()) else { return false };
            match address.kind {
                ObjectKind::Table
                | ObjectKind::Domain
                | ObjectKind::MaterializedView
                | ObjectKind::Index
                | ObjectKind::Statistics => true,
                ObjectKind::Trigger | ObjectKind::EventTrigger | ObjectKind::Policy | ObjectKind::Rule => {
                    false
                }
                _ => is_called(ops, then, after, seen),
            }
        })
}

/// Everything in a text that can be a name.
fn words(text: &str) -> BTreeSet<&str> {
    let quoted = text.split('"').filter(|word| !word.is_empty());
    let plain = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
    plain.chain(quoted).collect()
}
