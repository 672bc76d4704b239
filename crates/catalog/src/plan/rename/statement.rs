//! The statements that rename.

use std::collections::{BTreeMap, BTreeSet};

use super::heir::comes_from_parent;
use super::{Mapping, follow, free_name, key};
use crate::address::{ObjectAddress, ObjectKind, Part, PartKind};
use crate::catalog::Catalog;
use crate::ident::quote_ident;
use crate::object::{Body, Object, Table};
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};
use crate::render::{keyword, kind_keyword, table, target_of};

/// Steps, and what had to give up its name to them: address before, address in between.
pub(super) struct Statements {
    pub(super) steps: Vec<Step>,
    pub(super) moved: BTreeMap<ObjectAddress, ObjectAddress>,
    /// Typed tables that have given up their type, by their address afterwards.
    pub(super) untyped: BTreeSet<ObjectAddress>,
}

/// Where names live that exclude each other: relations and types share one here, which is never too narrow.
fn space(address: &ObjectAddress) -> (u8, String, String, String) {
    let scope = match &address.scope {
        crate::address::Scope::Plain => String::new(),
        crate::address::Scope::Relation(scope) | crate::address::Scope::Arguments(scope) => scope.clone(),
    };
    let class = match address.kind {
        ObjectKind::Schema => 0,
        ObjectKind::Extension => 1,
        ObjectKind::Routine | ObjectKind::Aggregate => 2,
        ObjectKind::Trigger => 3,
        ObjectKind::Policy => 5,
        ObjectKind::Rule => 6,
        ObjectKind::Statistics => 7,
        ObjectKind::Operator => 8,
        ObjectKind::Cast => 9,
        ObjectKind::DefaultPrivileges => 10,
        ObjectKind::Collation => 11,
        ObjectKind::TextSearchDictionary => 12,
        ObjectKind::TextSearchConfiguration => 13,
        ObjectKind::EventTrigger => 14,
        ObjectKind::ForeignDataWrapper => 15,
        ObjectKind::Server => 16,
        ObjectKind::UserMapping => 17,
        ObjectKind::Publication => 18,
        ObjectKind::PublicationTable => 19,
        ObjectKind::PublicationSchema => 20,
        ObjectKind::Subscription => 21,
        ObjectKind::AccessMethod => 22,
        ObjectKind::Language => 23,
        ObjectKind::OperatorFamily => 24,
        ObjectKind::OperatorClass => 25,
        ObjectKind::Transform => 26,
        ObjectKind::Conversion => 27,
        ObjectKind::TextSearchParser => 28,
        ObjectKind::TextSearchTemplate => 29,
        ObjectKind::Setting => 30,
        ObjectKind::Privileges => 31,
        _ => 4,
    };
    (class, address.schema.clone(), address.name.clone(), scope)
}

pub(super) fn statements(from: &Catalog, to: &Catalog, mapping: &Mapping) -> Statements {
    let mut steps = Vec::new();
    let mut moved = BTreeMap::new();
    // Where every object is when those around it have their new names: the difference takes a statement.
    let mut pending: Vec<(&Object, ObjectAddress, &ObjectAddress)> = Vec::new();
    let mut occupied: BTreeMap<_, ObjectAddress> = BTreeMap::new();
    for object in from.iter() {
        let now = follow(&object.address, object, &mapping.objects, &mapping.names);
        occupied.insert(space(&now), object.address.clone());
        // What has no name at the end stays where it came to, until it goes.
        let Some(goal) = mapping.objects.get(&object.address) else { continue };
        if now.name != goal.name || now.schema != goal.schema {
            pending.push((object, now, goal));
        }
    }
    // Schemas come first by kind, relations before what follows them.
    pending.sort_by_key(|(object, ..)| (object.address.kind, object.address.clone()));
    while !pending.is_empty() {
        let free = pending.iter().position(|(_, _, goal)| !occupied.contains_key(&space(goal)));
        let (object, now, goal) = match free {
            Some(index) => pending.remove(index),
            None => {
                // Either a ring of names, or something that goes has the name: it steps aside.
                let goal = pending[0].2.clone();
                let Some(holder) = occupied.get(&space(&goal)).cloned() else { break };
                let Some(object) = from.get(&holder) else { break };
                let place = ObjectAddress { kind: holder.kind, scope: holder.scope.clone(), ..goal };
                let taken = |name: &str| {
                    let candidate = ObjectAddress { name: name.to_owned(), ..place.clone() };
                    occupied.contains_key(&space(&candidate)) || to.contains(&candidate)
                };
                let aside = ObjectAddress { name: free_name(&place.name, &taken), ..place.clone() };
                occupied.remove(&space(&place));
                occupied.insert(space(&aside), holder.clone());
                steps.extend(rename_steps(object, &place, &aside));
                match pending.iter_mut().find(|(other, ..)| other.address == holder) {
                    Some((_, now, _)) => *now = aside,
                    None => {
                        moved.insert(holder, aside);
                    }
                }
                continue;
            }
        };
        occupied.remove(&space(&now));
        occupied.insert(space(goal), object.address.clone());
        steps.extend(rename_steps(object, &now, goal));
    }
    let typed = typed_tables(from, mapping);
    let untyped = typed.iter().filter(|(_, follows)| !**follows);
    let untyped: BTreeSet<ObjectAddress> =
        untyped.map(|(before, _)| mapping.object(before).clone()).collect();
    steps.extend(untyped.iter().map(|address| table::of_type(address, None)));
    for before in key::in_order(from, mapping) {
        let Some((object, parts)) = from.get(before).zip(mapping.parts.get(before)) else { continue };
        let mut parts = parts.clone();
        if typed.get(before) == Some(&true) {
            parts.retain(|part, _| part.kind != PartKind::Column);
        }
        let has_tables = |table: &ObjectAddress| of_type(from, table) == Some(before.clone());
        let cascade = typed.iter().any(|(table, follows)| *follows && has_tables(table));
        let address = moved.get(before).unwrap_or_else(|| mapping.object(before));
        steps.extend(part_steps(from, object, address, &parts, cascade));
    }
    Statements { steps, moved, untyped }
}

/// The type of a typed table.
fn of_type(from: &Catalog, table: &ObjectAddress) -> Option<ObjectAddress> {
    match &from.get(table)?.body {
        Body::Table(Table { of_type: Some(of), .. }) => {
            Some(ObjectAddress::new(ObjectKind::Composite, &of.schema, &of.name))
        }
        _ => None,
    }
}

/// Typed tables with columns or attributes that are renamed, and whether the columns follow the attributes: the server
/// lets them have no other names.
fn typed_tables(from: &Catalog, mapping: &Mapping) -> BTreeMap<ObjectAddress, bool> {
    let columns = |address: &ObjectAddress| -> BTreeMap<&Part, &String> {
        let parts = mapping.parts.get(address).into_iter().flatten();
        parts.filter(|(part, _)| part.kind == PartKind::Column).collect()
    };
    let tables = from.iter().filter_map(|object| Some((&object.address, of_type(from, &object.address)?)));
    tables
        .map(|(table, of)| (table, columns(table), columns(&of)))
        .filter(|(_, own, attributes)| !own.is_empty() || !attributes.is_empty())
        .map(|(table, own, attributes)| (table.clone(), own == attributes))
        .collect()
}

/// Whether what an object is called is made of the names of others, roles among them, and follows them.
const fn is_called_after_others(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Cast
            | ObjectKind::DefaultPrivileges
            | ObjectKind::Privileges
            | ObjectKind::PublicationSchema
            | ObjectKind::PublicationTable
            | ObjectKind::Setting
            | ObjectKind::Transform
            | ObjectKind::UserMapping
    )
}

fn rename_steps(object: &Object, now: &ObjectAddress, goal: &ObjectAddress) -> Vec<Step> {
    let comes_from_parent = matches!(&object.body, Body::Trigger(trigger) if trigger.inherited);
    if comes_from_parent || is_called_after_others(object.address.kind) {
        return Vec::new();
    }
    let keyword = keyword(object);
    let relation = object.address.kind.is_relation() && object.address.kind != ObjectKind::Composite;
    let step = |at: &ObjectAddress, action: Action, clause: String| {
        let sql = format!("ALTER {} {clause}", target_of(keyword, at));
        let step = Step::new(ChangeKind::Rename, goal, action, sql).hazard(Hazard::BreaksApplications);
        match at.relation() {
            Some(on) => step.lock(LockMode::AccessExclusive, on),
            None if relation => step.lock(LockMode::AccessExclusive, at.qualified()),
            None => step,
        }
    };
    let mut steps = Vec::new();
    let mut at = now.clone();
    if at.name != goal.name {
        let action = Action::Rename { from: at.name.clone(), to: goal.name.clone() };
        steps.push(step(&at, action, format!("RENAME TO {}", quote_ident(&goal.name))));
        at.name.clone_from(&goal.name);
    }
    if at.schema != goal.schema {
        let action = Action::SetSchema { from: at.schema.clone(), to: goal.schema.clone() };
        steps.push(step(&at, action, format!("SET SCHEMA {}", quote_ident(&goal.schema))));
    }
    steps
}

fn part_steps(
    from: &Catalog,
    object: &Object,
    address: &ObjectAddress,
    parts: &BTreeMap<Part, String>,
    cascade: bool,
) -> Vec<Step> {
    let cascade = if cascade { " CASCADE" } else { "" };
    // `ALTER FOREIGN TABLE` does not rename constraints, `ALTER TABLE` does everywhere.
    let keyword = kind_keyword(object.address.kind);
    let mut pending: Vec<(Part, String)> = parts
        .iter()
        .filter(|(part, _)| !comes_from_parent(from, object, part))
        .map(|(part, name)| (part.clone(), name.clone()))
        .collect();
    let mut steps = Vec::new();
    let mut push = |part: &Part, to: &str| {
        let word = match (part.kind, object.address.kind) {
            (PartKind::Constraint, _) => "CONSTRAINT",
            (_, ObjectKind::Composite) => "ATTRIBUTE",
            _ => "COLUMN",
        };
        let sql = format!(
            "ALTER {keyword} {address} RENAME {word} {} TO {}{cascade}",
            quote_ident(&part.name),
            quote_ident(to)
        );
        let action = Action::Rename { from: part.name.clone(), to: to.to_owned() };
        let step = Step::new(ChangeKind::Rename, address, action, sql)
            .on(Part::new(part.kind, to))
            .hazard_if(part.kind == PartKind::Column, Hazard::BreaksApplications);
        let relation = object.address.kind.is_relation() && object.address.kind != ObjectKind::Composite;
        steps.push(if relation { step.lock(LockMode::AccessExclusive, address.qualified()) } else { step });
    };
    // What comes from a parent has its new name by now.
    let mut there: Vec<Part> = part_names(object);
    for part in &mut there {
        if let Some(name) = parts.get(part).filter(|_| comes_from_parent(from, object, part)) {
            part.name.clone_from(name);
        }
    }
    while !pending.is_empty() {
        let free =
            pending.iter().position(|(part, name)| !there.contains(&Part::new(part.kind, name.clone())));
        match free {
            Some(index) => {
                let (part, name) = pending.remove(index);
                push(&part, &name);
                there.retain(|other| *other != part);
                there.push(Part::new(part.kind, name));
            }
            None => {
                // A ring: the first steps aside. What goes and has the name steps aside too.
                let goal = Part::new(pending[0].0.kind, pending[0].1.clone());
                let aside = aside_name(object, &goal);
                push(&goal, &aside);
                there.retain(|other| *other != goal);
                there.push(Part::new(goal.kind, aside.clone()));
                if let Some((part, _)) = pending.iter_mut().find(|(part, _)| *part == goal) {
                    part.name = aside;
                }
            }
        }
    }
    steps
}

/// The name that a part has to take which stands in the way of another's new name.
pub(super) fn aside_name(object: &Object, part: &Part) -> String {
    let there = part_names(object);
    free_name(&part.name, &|name| there.contains(&Part::new(part.kind, name)))
}

fn part_names(object: &Object) -> Vec<Part> {
    match &object.body {
        Body::Table(table) => {
            let columns = table.columns.keys().map(Part::column);
            columns.chain(table.constraints.keys().map(Part::constraint)).collect()
        }
        Body::Composite(composite) => composite.attributes.keys().map(Part::column).collect(),
        Body::Domain(domain) => domain.constraints.keys().map(Part::constraint).collect(),
        Body::View(view) => view.output.iter().map(|c| Part::column(&c.name)).collect(),
        Body::MaterializedView(view) => view.output.iter().map(|c| Part::column(&c.name)).collect(),
        _ => Vec::new(),
    }
}
