//! Identities of what a plan destroys, makes and alters, and what each of them needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{ObjectAddress, ObjectKind, Part, PartKind, Scope};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Object, supports};

/// An object (`None`) or one part of it.
pub(crate) type Id = (ObjectAddress, Option<Part>);

/// The place of a partition as a part of the table.
pub(crate) fn partition_part() -> Part {
    Part::property("partition")
}

/// What makes a base type of a shell, as a part of it.
pub(crate) fn definition_part() -> Part {
    Part::property("definition")
}

/// A parent by inheritance as a part of the table.
pub(crate) fn inherits_part(parent: &QualifiedName) -> Part {
    Part::property(format!("inherits {parent}"))
}

/// The owner of a sequence as a part of it.
pub(crate) fn owned_by_part() -> Part {
    Part::property("owned_by")
}

/// The place of an index below that of a partitioned table, as a part of the index or constraint.
pub(crate) fn attached(address: &ObjectAddress, constraint: Option<&str>) -> Id {
    let name = constraint.map_or("parent".to_owned(), |constraint| format!("parent of {constraint}"));
    (address.clone(), Some(Part::property(name)))
}

/// The identity under which a part of an object is destroyed and made: its own or the whole object's.
pub(crate) fn unit(address: &ObjectAddress, part: Option<&Part>) -> Id {
    let own = part.filter(|part| match (address.kind, part.kind) {
        (ObjectKind::Table, PartKind::Column | PartKind::Default | PartKind::Constraint) => true,
        (ObjectKind::Domain, PartKind::Constraint) => true,
        (ObjectKind::Sequence, PartKind::Property) => part.name == "owned_by",
        (ObjectKind::BaseType, PartKind::Property) => **part == definition_part(),
        _ => false,
    });
    (address.clone(), own.cloned())
}

/// The identities that an object consists of, itself first.
pub(crate) fn units(object: &Object) -> Vec<Id> {
    let address = &object.address;
    let mut ids = vec![(address.clone(), None)];
    let mut add = |part: Part| ids.push((address.clone(), Some(part)));
    match &object.body {
        Body::Table(table) => {
            for (name, column) in &table.columns {
                add(Part::column(name));
                if column.default.is_some() || column.generated.is_some() || column.identity.is_some() {
                    add(Part::default_of(name));
                }
            }
            for name in table.constraints.keys() {
                add(Part::constraint(name));
            }
            for parent in &table.inherits {
                add(inherits_part(parent));
            }
            if table.partition.is_some() {
                add(partition_part());
            }
        }
        Body::Domain(domain) => {
            for name in domain.constraints.keys() {
                add(Part::constraint(name));
            }
        }
        Body::Sequence(sequence) if sequence.owned_by.is_some() => add(owned_by_part()),
        Body::BaseType(base) if !base.is_shell() => add(definition_part()),
        _ => {}
    }
    ids
}

fn table_id(name: &QualifiedName) -> Id {
    (ObjectAddress::new(ObjectKind::Table, &name.schema, &name.name), None)
}

/// The table, view or materialized view of this name.
fn relation_id(name: &QualifiedName, catalog: &Catalog) -> Id {
    [ObjectKind::View, ObjectKind::MaterializedView]
        .into_iter()
        .map(|kind| ObjectAddress::new(kind, &name.schema, &name.name))
        .find(|address| catalog.contains(address))
        .map_or_else(|| table_id(name), |view| (view, None))
}

/// What identities of a catalog need.
#[derive(Debug, Default)]
pub(crate) struct Needs(BTreeMap<Id, BTreeSet<Id>>);

impl Needs {
    /// Those of the objects with these addresses: reading all would take longer than anything else in a plan.
    pub(crate) fn of(catalog: &Catalog, addresses: &BTreeSet<&ObjectAddress>) -> Self {
        let mut needs: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        for object in addresses.iter().filter_map(|address| catalog.get(address)) {
            each_need(object, catalog, &mut |id, on| {
                needs.entry(id).or_default().insert(on);
            });
        }
        Self(needs)
    }

    /// What `id` needs.
    pub(crate) fn of_id(&self, id: &Id) -> impl Iterator<Item = &Id> {
        self.0.get(id).into_iter().flatten()
    }
}

/// What needs the identities of a catalog.
#[derive(Debug, Default)]
pub(crate) struct Dependents(BTreeMap<Id, Vec<Id>>);

impl Dependents {
    /// Those of all its objects.
    pub(crate) fn of(catalog: &Catalog) -> Self {
        let mut dependents: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        for object in catalog.iter() {
            each_need(object, catalog, &mut |id, on| dependents.entry(on).or_default().push(id));
        }
        for list in dependents.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        Self(dependents)
    }

    /// What needs `id`.
    pub(crate) fn of_id(&self, id: &Id) -> Vec<Id> {
        self.0.get(id).into_iter().flatten().cloned().collect()
    }

    /// What needs the object or any part of it.
    pub(crate) fn of_object(&self, address: &ObjectAddress) -> Vec<Id> {
        self.0
            .range((address.clone(), None)..)
            .take_while(|((of, _), _)| of == address)
            .flat_map(|(_, dependents)| dependents.iter().cloned())
            .collect()
    }
}

/// Gives every pair of an identity of `object` and one that it needs to `visit`: dependencies, and those that follow
/// from the structure of the object.
fn each_need(object: &Object, catalog: &Catalog, visit: &mut impl FnMut(Id, Id)) {
    let mut add = |id: Id, on: Id| {
        if id != on && !(id.1.is_none() && id.0 == on.0) {
            visit(id, on);
        }
    };
    let address = &object.address;
    for dependency in object.dependencies() {
        let mut id = unit(address, dependency.part.as_ref());
        let mut on = unit(&dependency.on, dependency.on_part.as_ref());
        if matches!(&object.body, Body::BaseType(base) if !base.is_shell()) {
            id.1 = Some(definition_part());
        }
        if on.0.kind == ObjectKind::BaseType
            && let Some(base) = catalog.get(&on.0)
            && matches!(&base.body, Body::BaseType(body) if !body.is_shell())
            && !supports(address, base)
        {
            on.1 = Some(definition_part());
        }
        // Parents and owners are identities of their own below.
        let structural = match &object.body {
            Body::Table(_) => id.1.is_none() && on.0.kind == ObjectKind::Table,
            Body::Sequence(_) => on.0.kind == ObjectKind::Table,
            // A child's index is made before it is attached.
            Body::Index(index) => {
                on.0.kind == ObjectKind::Index
                    || index
                        .parent
                        .as_ref()
                        .is_some_and(|_| matches!(&on.1, Some(part) if part.kind == PartKind::Constraint))
            }
            _ => false,
        };
        let child_key = match (&object.body, &id.1, &on.1) {
            (Body::Table(table), Some(own), other) if own.kind == PartKind::Constraint => {
                table.constraints.get(&own.name).is_some_and(|constraint| {
                    constraint.index_parent.is_some()
                        && on.0 != *address
                        && (other.as_ref().is_some_and(|part| part.kind == PartKind::Constraint)
                            || on.0.kind == ObjectKind::Index)
                })
            }
            _ => false,
        };
        let parent_constraint = match (&object.body, &id.1) {
            (Body::Table(table), Some(own)) if own.kind == PartKind::Constraint => {
                // A foreign key under a name of its own is adopted by that of the parent.
                let renamed = on.1.as_ref().is_some_and(|on| on.kind == own.kind && on.name != own.name);
                table
                    .constraints
                    .get(&own.name)
                    .is_some_and(|c| c.inherited && (c.references.is_none() || renamed))
                    && on.0.kind == ObjectKind::Table
                    && on.0 != *address
            }
            _ => false,
        };
        if !structural && !child_key && !parent_constraint {
            add(id, on);
        }
    }
    let whole: Id = (address.clone(), None);
    if !address.schema.is_empty() {
        add(whole.clone(), (ObjectAddress::global(ObjectKind::Schema, &address.schema), None));
    }
    match &object.body {
        Body::Extension(extension) => {
            add(whole, (ObjectAddress::global(ObjectKind::Schema, &extension.schema), None));
        }
        Body::Sequence(sequence) => {
            if let Some(owner) = &sequence.owned_by {
                let on = (table_id(&owner.table).0, Some(Part::column(&owner.column)));
                add((address.clone(), Some(owned_by_part())), on);
            }
        }
        Body::Table(table) => {
            for (name, column) in &table.columns {
                if column.default.is_some() || column.generated.is_some() || column.identity.is_some() {
                    let id = (address.clone(), Some(Part::default_of(name)));
                    add(id, (address.clone(), Some(Part::column(name))));
                }
            }
            for (name, constraint) in &table.constraints {
                let id = (address.clone(), Some(Part::constraint(name)));
                for column in &constraint.columns {
                    add(id.clone(), (address.clone(), Some(Part::column(column))));
                }
                if let Some(references) = &constraint.references {
                    add(id, table_id(references));
                }
            }
            for parent in &table.inherits {
                add((address.clone(), Some(inherits_part(parent))), table_id(parent));
            }
            if let Some(partition) = &table.partition {
                add((address.clone(), Some(partition_part())), table_id(&partition.parent));
            }
            if let Some(of) = &table.of_type {
                add(whole, (ObjectAddress::new(ObjectKind::Composite, &of.schema, &of.name), None));
            }
        }
        Body::Trigger(trigger) if trigger.inherited => {
            let table = table_id(&trigger.table).0;
            add(whole.clone(), (table.clone(), None));
            add(whole, (table, Some(partition_part())));
        }
        body => {
            if let Some(relation) = body.relation() {
                add(whole, relation_id(relation, catalog));
            }
        }
    }
}

/// A name that only one object can have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Taken {
    class: &'static str,
    name: QualifiedName,
}

/// The names that are taken by what `id` is in `catalog`.
pub(crate) fn names(catalog: &Catalog, id: &Id) -> Vec<Taken> {
    let (address, part) = id;
    let Some(object) = catalog.get(address) else { return Vec::new() };
    let relation = |name: QualifiedName| Taken { class: "relation", name };
    let type_name = |name: QualifiedName| Taken { class: "type", name };
    match (&object.body, part) {
        (Body::Table(_) | Body::View(_) | Body::MaterializedView(_) | Body::Composite(_), None) => {
            vec![relation(address.qualified()), type_name(address.qualified())]
        }
        (Body::Index(_) | Body::Sequence(_), None) => vec![relation(address.qualified())],
        (Body::Enum(_) | Body::Domain(_) | Body::BaseType(_), None) => vec![type_name(address.qualified())],
        (Body::Routine(_) | Body::Aggregate(_), None) => {
            let name = match &address.scope {
                Scope::Arguments(arguments) => format!("{}({arguments})", address.name),
                _ => address.name.clone(),
            };
            vec![Taken { class: "routine", name: QualifiedName::new(&address.schema, name) }]
        }
        (Body::Range(range), None) => {
            range.multirange.iter().cloned().chain([address.qualified()]).map(type_name).collect()
        }
        (Body::Table(table), Some(part)) if part.kind == PartKind::Constraint => table
            .constraints
            .get(&part.name)
            .filter(|constraint| constraint.kind.has_index())
            .map(|_| relation(QualifiedName::new(&address.schema, &part.name)))
            .into_iter()
            .collect(),
        (Body::Table(table), Some(part)) if part.kind == PartKind::Default => table
            .columns
            .get(&part.name)
            .and_then(|column| column.identity.as_ref())
            .map(|identity| relation(identity.sequence.clone()))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}
