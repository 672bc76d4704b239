//! Renames in place, and the start as it is after them.

mod heir;
mod key;
mod rewrite;
mod statement;

use std::collections::{BTreeMap, BTreeSet};

use super::text::{Names, renamed};
use super::{Action, Step};
use crate::address::{ObjectAddress, ObjectKind, Part, PartKind, Scope};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Common, Object, Schema, Transform, UserMapping};
use crate::rename::Renames;
use crate::render::schema;

/// The start after its renames.
pub(crate) struct Renamed {
    pub(crate) catalog: Catalog,
    pub(crate) steps: Vec<Step>,
}

/// New names of everything that has one.
pub(super) struct Mapping {
    /// Objects: address before, address afterwards.
    pub(super) objects: BTreeMap<ObjectAddress, ObjectAddress>,
    /// Parts of objects by their address before: part before, name afterwards.
    pub(super) parts: BTreeMap<ObjectAddress, BTreeMap<Part, String>>,
    pub(super) names: Names,
}

impl Mapping {
    pub(super) fn object<'m>(&'m self, address: &'m ObjectAddress) -> &'m ObjectAddress {
        self.objects.get(address).unwrap_or(address)
    }

    pub(super) fn part(&self, object: &ObjectAddress, part: &Part) -> Part {
        // A default is called as its column is.
        let key = match part.kind {
            PartKind::Default => Part::column(&part.name),
            _ => part.clone(),
        };
        match self.parts.get(object).and_then(|parts| parts.get(&key)) {
            Some(name) => Part::new(part.kind, name.clone()),
            None => part.clone(),
        }
    }

    pub(super) fn name(&self, name: &QualifiedName) -> QualifiedName {
        self.names.qualified.get(name).cloned().unwrap_or_else(|| name.clone())
    }
}

/// Renames what is known to be renamed. Renames of what is not there at both sides are not followed.
///
/// `role` is who runs the plan, and owns the schemas that are made for what moves into them.
pub(crate) fn rename(from: &Catalog, to: &Catalog, renames: &Renames, role: Option<&str>) -> Renamed {
    if renames.is_empty() {
        return Renamed { catalog: from.clone(), steps: Vec::new() };
    }
    let (from, mut steps) = heir::leave(from, &mapping(from, to, renames));
    let from = &from;
    let mapping = mapping(from, to, renames);
    let statements = statement::statements(from, to, &mapping);
    let mut catalog = rewrite::rewrite(from, to, &mapping, &statements.moved);
    for address in &statements.untyped {
        if let Some(mut object) = catalog.get(address).cloned()
            && let Body::Table(table) = &mut object.body
        {
            table.of_type = None;
            catalog.insert(object);
        }
    }
    for step in &statements.steps {
        let Action::SetSchema { to: schema, .. } = &step.action else { continue };
        let address = ObjectAddress::global(ObjectKind::Schema, schema);
        if catalog.contains(&address) || !to.contains(&address) {
            continue;
        }
        steps.push(schema::create(&address));
        let common = Common { owner: role.unwrap_or_default().to_owned(), ..Common::default() };
        catalog.insert(Object { address, common, body: Body::Schema(Schema {}) });
    }
    steps.extend(statements.steps);
    Renamed { catalog, steps }
}

/// The start under the names of the end, and the addresses at the end that are new only because what the object
/// belongs to is called otherwise: a trigger's after its table was renamed.
pub(crate) fn seen(from: &Catalog, to: &Catalog, renames: &Renames) -> (Catalog, BTreeSet<ObjectAddress>) {
    let mapping = mapping(from, to, renames);
    let statements = statement::statements(from, to, &mapping);
    let catalog = rewrite::rewrite(from, to, &mapping, &statements.moved);
    let following = from
        .iter()
        .filter(|object| {
            let after = mapping.object(&object.address);
            *after != object.address
                && follow(&object.address, object, &mapping.objects, &mapping.names) == *after
        })
        .map(|object| mapping.object(&object.address).clone())
        .collect();
    (catalog, following)
}

fn mapping(from: &Catalog, to: &Catalog, renames: &Renames) -> Mapping {
    let mut objects: BTreeMap<ObjectAddress, ObjectAddress> = BTreeMap::new();
    let mut taken: BTreeSet<&ObjectAddress> = BTreeSet::new();
    for (before, after) in renames.objects() {
        // They are called after others, and follow them.
        if matches!(before.kind, ObjectKind::Cast | ObjectKind::DefaultPrivileges) {
            continue;
        }
        let known = from.contains(before) && to.contains(after) && before.kind == after.kind;
        if known && taken.insert(after) {
            objects.insert(before.clone(), after.clone());
        }
    }
    let mut names = names_of(from, &objects);
    // Objects follow their schema, their relation and the types of their arguments without being told.
    for object in from.iter() {
        let before = &object.address;
        if objects.contains_key(before) {
            continue;
        }
        let after = follow(before, object, &objects, &names);
        if after != *before && to.contains(&after) && !objects.values().any(|taken| *taken == after) {
            objects.insert(before.clone(), after);
        }
    }
    names = names_of(from, &objects);
    let mut parts: BTreeMap<ObjectAddress, BTreeMap<Part, String>> = BTreeMap::new();
    let back: BTreeMap<&ObjectAddress, &ObjectAddress> =
        objects.iter().map(|(before, after)| (after, before)).collect();
    for (after, part, name) in renames.parts() {
        let before = back.get(after).copied().unwrap_or(after);
        let there = from.get(before).is_some_and(|object| has_part(object, part))
            && to.get(after).is_some_and(|object| has_part(object, &Part::new(part.kind, name)));
        if there {
            parts.entry(before.clone()).or_default().insert(part.clone(), name.to_owned());
        }
    }
    heir::follow_parents(from, to, &objects, &mut parts);
    key::step_aside(from, &objects, &mut parts);
    Mapping { objects, parts, names }
}

/// Whether an object has a part that can be renamed.
pub(crate) fn has_part(object: &Object, part: &Part) -> bool {
    match (&object.body, part.kind) {
        (Body::Table(table), PartKind::Column) => table.columns.contains_key(&part.name),
        (Body::Table(table), PartKind::Constraint) => table.constraints.contains_key(&part.name),
        (Body::Composite(composite), PartKind::Column) => composite.attributes.contains_key(&part.name),
        (Body::Domain(domain), PartKind::Constraint) => domain.constraints.contains_key(&part.name),
        (Body::View(view), PartKind::Column) => view.output.iter().any(|c| c.name == part.name),
        (Body::MaterializedView(view), PartKind::Column) => view.output.iter().any(|c| c.name == part.name),
        _ => false,
    }
}

/// The address that an object has when everything around it is renamed, but not it.
pub(super) fn follow(
    before: &ObjectAddress,
    object: &Object,
    objects: &BTreeMap<ObjectAddress, ObjectAddress>,
    names: &Names,
) -> ObjectAddress {
    let mut after = before.clone();
    let schema = ObjectAddress::global(ObjectKind::Schema, &before.schema);
    if let Some(schema) = objects.get(&schema) {
        after.schema.clone_from(&schema.name);
    }
    let relation = match &object.body {
        Body::Sequence(sequence) => sequence.owned_by.as_ref().map(|owner| &owner.table),
        // They stay in their schema when the table leaves it.
        Body::Statistics(_) => None,
        body => body.relation(),
    };
    if let Some(new) = relation.and_then(|relation| names.qualified.get(relation)) {
        after.schema.clone_from(&new.schema);
        if let Scope::Relation(name) = &mut after.scope {
            name.clone_from(&new.name);
        }
    }
    let global = |kind: ObjectKind, name: &str| {
        let before = ObjectAddress::global(kind, name);
        objects.get(&before).map(|after| after.name.clone())
    };
    match &object.body {
        Body::PublicationTable(_) | Body::PublicationSchema(_) => {
            after.name = global(ObjectKind::Publication, &before.name).unwrap_or(after.name);
        }
        Body::UserMapping(mapping) => {
            if let Some(server) = global(ObjectKind::Server, &mapping.server) {
                after.name = UserMapping { server, ..mapping.clone() }.name();
            }
        }
        Body::Transform(transform) => {
            if let Some(language) = global(ObjectKind::Language, &transform.language) {
                after.name = Transform { language, ..transform.clone() }.name();
            }
        }
        _ => {}
    }
    if matches!(before.kind, ObjectKind::Cast | ObjectKind::Transform) {
        after.name = renamed(&after.name, names);
    }
    if let Scope::Arguments(arguments) = &mut after.scope {
        *arguments = renamed(arguments, names);
    }
    after
}

/// Whether a relation or type is called as this collation or object of text search, whose names are apart from theirs.
fn shares_its_name(from: &Catalog, address: &ObjectAddress) -> bool {
    let apart = matches!(
        address.kind,
        ObjectKind::Collation
            | ObjectKind::TextSearchDictionary
            | ObjectKind::TextSearchConfiguration
            | ObjectKind::TextSearchParser
            | ObjectKind::TextSearchTemplate
    );
    apart
        && ObjectKind::ALL.into_iter().any(|kind| {
            kind != address.kind && from.contains(&ObjectAddress::new(kind, &address.schema, &address.name))
        })
}

/// Whether definitions of others call objects of this kind by schema and name, as relations, types and routines.
const fn is_named_in_definitions(kind: ObjectKind) -> bool {
    !matches!(
        kind,
        ObjectKind::Trigger
            | ObjectKind::Policy
            | ObjectKind::Rule
            | ObjectKind::Statistics
            | ObjectKind::Operator
            | ObjectKind::Cast
            | ObjectKind::DefaultPrivileges
            | ObjectKind::EventTrigger
            | ObjectKind::PublicationTable
            | ObjectKind::PublicationSchema
            | ObjectKind::OperatorFamily
            | ObjectKind::OperatorClass
            | ObjectKind::Conversion
    )
}

fn names_of(from: &Catalog, objects: &BTreeMap<ObjectAddress, ObjectAddress>) -> Names {
    let mut names = Names::default();
    for object in from.iter() {
        let before = &object.address;
        if before.schema.is_empty() || !is_named_in_definitions(before.kind) || shares_its_name(from, before)
        {
            continue;
        }
        let mut after =
            objects.get(before).map(ObjectAddress::qualified).unwrap_or_else(|| before.qualified());
        if after == before.qualified() {
            let schema = ObjectAddress::global(ObjectKind::Schema, &before.schema);
            if let Some(schema) = objects.get(&schema) {
                after.schema.clone_from(&schema.name);
            }
        }
        if after != before.qualified() {
            names.qualified.insert(before.qualified(), after);
        }
    }
    names
}

/// `name` with something before it that makes it free, cut to what PostgreSQL stores.
pub(crate) fn free_name(name: &str, taken: &dyn Fn(&str) -> bool) -> String {
    let mut number = 0_u32;
    loop {
        let prefix = if number == 0 { "old_".to_owned() } else { format!("old{number}_") };
        let mut candidate = prefix + name;
        while candidate.len() > crate::ident::MAX_IDENT_BYTES {
            candidate.pop();
        }
        if !taken(&candidate) {
            return candidate;
        }
        number += 1;
    }
}
