//! Identities of what a plan destroys, makes and alters, and what each of them needs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::address::{ObjectAddress, ObjectKind, Part, PartKind, Scope};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Object, Table, Trigger, supports};

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

/// A not-null constraint that is added apart, as a part of the table.
pub(crate) fn not_null_part(column: &str) -> Part {
    Part::property(format!("not null {column}"))
}

/// The type of a typed table as a part of the table.
pub(crate) fn of_type_part() -> Part {
    Part::property("of type")
}

/// The identity of "the old type has given up its name".
pub(crate) fn aside(address: &ObjectAddress) -> Id {
    // An address of its own: it is there before the new type is.
    (ObjectAddress { scope: Scope::Relation("aside".to_owned()), ..address.clone() }, None)
}

/// The type that has given up its name, if `id` says that one has.
pub(crate) fn put_aside(id: &Id) -> Option<ObjectAddress> {
    let plain = ObjectAddress { scope: Scope::Plain, ..id.0.clone() };
    (*id == aside(&plain)).then_some(plain)
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
            if table.of_type.is_some() {
                add(of_type_part());
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

/// What needs the identities of a catalog. Which objects need which is found at once, the rest when it is asked for:
/// most plans concern few of the objects.
pub(crate) struct Dependents<'c> {
    catalog: &'c Catalog,
    /// Objects by what they need; without schemas.
    users: BTreeMap<&'c ObjectAddress, Vec<&'c Object>>,
    /// What was asked for before.
    known: RefCell<BTreeMap<ObjectAddress, Rc<ByPart>>>,
}

/// What needs an object, and each of its parts.
type ByPart = BTreeMap<Option<Part>, Vec<Id>>;

impl<'c> Dependents<'c> {
    /// Those of all its objects.
    pub(crate) fn of(catalog: &'c Catalog) -> Self {
        let mut users: BTreeMap<&ObjectAddress, Vec<&Object>> = BTreeMap::new();
        for object in catalog.iter() {
            let mut needed: Vec<&ObjectAddress> =
                object.dependencies().iter().map(|dependency| &dependency.on).collect();
            for (name, of) in needed_relations(object, catalog) {
                // Relations share one name space.
                let is_relation = |kind: ObjectKind| {
                    kind.is_relation() && !matches!(kind, ObjectKind::Index | ObjectKind::Sequence)
                };
                let is_known = |on: &&ObjectAddress| {
                    on.name == name.name && on.schema == name.schema && is_relation(on.kind)
                };
                if !needed.iter().any(is_known) {
                    let id = of(name, catalog);
                    needed.extend(catalog.get(&id.0).map(|relation| &relation.address));
                }
            }
            needed.sort_unstable();
            needed.dedup();
            for on in needed.into_iter().filter(|on| **on != object.address) {
                users.entry(on).or_default().push(object);
            }
        }
        Self { catalog, users, known: RefCell::default() }
    }

    fn of_address(&self, address: &ObjectAddress) -> Rc<ByPart> {
        if let Some(found) = self.known.borrow().get(address) {
            return Rc::clone(found);
        }
        let mut found = ByPart::new();
        let mut visit = |object: &Object| {
            each_need(object, self.catalog, &mut |id, on| {
                if on.0 == *address {
                    found.entry(on.1).or_default().push(id);
                }
            });
        };
        if address.kind == ObjectKind::Schema {
            let is_in = |object: &&Object| match &object.body {
                Body::Extension(extension) => extension.schema == address.name,
                _ => object.address.schema == address.name,
            };
            self.catalog.iter().filter(is_in).for_each(&mut visit);
        }
        self.catalog.get(address).into_iter().for_each(&mut visit);
        self.users.get(address).into_iter().flatten().for_each(|object| visit(object));
        for list in found.values_mut() {
            list.sort_unstable();
            list.dedup();
        }
        let found = Rc::new(found);
        self.known.borrow_mut().insert(address.clone(), Rc::clone(&found));
        found
    }

    /// What needs `id`.
    pub(crate) fn of_id(&self, id: &Id) -> Vec<Id> {
        self.of_address(&id.0).get(&id.1).cloned().unwrap_or_default()
    }

    /// What needs the object or any part of it.
    pub(crate) fn of_object(&self, address: &ObjectAddress) -> Vec<Id> {
        self.of_address(address).values().flatten().cloned().collect()
    }
}

/// The partitions from that of a trigger which comes from above up to below the table that it comes from.
fn between<'c>(
    address: &'c ObjectAddress,
    trigger: &'c Trigger,
    catalog: &'c Catalog,
) -> Vec<&'c QualifiedName> {
    let mut tables = vec![&trigger.table];
    let mut on = &trigger.table;
    while let Some(Body::Table(Table { partition: Some(partition), .. })) =
        catalog.get(&table_id(on).0).map(|object| &object.body)
    {
        on = &partition.parent;
        let above = ObjectAddress::on(ObjectKind::Trigger, on, address.name.clone());
        match catalog.get(&above).map(|object| &object.body) {
            Some(Body::Trigger(above)) if !above.inherited => return tables,
            _ => tables.push(on),
        }
    }
    // Only what is read in part lacks the table that it comes from.
    tables.truncate(1);
    tables
}

/// How the name of a relation or type is looked up.
type IdOf = fn(&QualifiedName, &Catalog) -> Id;

/// The relations and types that an object needs by its structure, and how their names are looked up: what
/// [`each_need`] adds to the dependencies.
fn needed_relations<'c>(object: &'c Object, catalog: &'c Catalog) -> Vec<(&'c QualifiedName, IdOf)> {
    let of_table = |name: &QualifiedName, _: &Catalog| table_id(name);
    let of_type = |name: &QualifiedName, _: &Catalog| {
        (ObjectAddress::new(ObjectKind::Composite, &name.schema, &name.name), None)
    };
    let mut needed: Vec<(&QualifiedName, IdOf)> = Vec::new();
    match &object.body {
        Body::Sequence(sequence) => {
            needed.extend(sequence.owned_by.iter().map(|owner| (&owner.table, of_table as _)));
        }
        Body::Table(table) => {
            let references =
                table.constraints.values().filter_map(|constraint| constraint.references.as_ref());
            let parents = table.inherits.iter().chain(table.partition.iter().map(|place| &place.parent));
            needed.extend(references.chain(parents).map(|name| (name, of_table as _)));
            needed.extend(table.of_type.iter().map(|name| (name, of_type as _)));
        }
        Body::Trigger(trigger) if trigger.inherited => {
            let tables = between(&object.address, trigger, catalog);
            needed.extend(tables.into_iter().map(|name| (name, of_table as _)));
        }
        body => needed.extend(body.relation().map(|name| (name, relation_id as _))),
    }
    needed
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
            Body::Table(table) => {
                let is_type = |of: &QualifiedName| *of == on.0.qualified();
                id.1.is_none()
                    && (on.0.kind == ObjectKind::Table
                        || (on.0.kind == ObjectKind::Composite
                            && table.of_type.as_ref().is_some_and(is_type)))
            }
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
                    .is_some_and(|c| c.inherited.0 && (c.references.is_none() || renamed))
                    && on.0.kind == ObjectKind::Table
                    && on.0 != *address
            }
            _ => false,
        };
        if !structural && !child_key && !parent_constraint {
            add(id, on);
        }
    }
    super::row_type::each_need(object, catalog, &mut add);
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
                    // A column from a parent comes and goes with the parent's.
                    if !constraint.inherited.0 && table.columns.get(column).is_some_and(|c| c.inherited.0) {
                        let above = table.partition.as_ref().map(|place| &place.parent);
                        for parent in table.inherits.iter().chain(above) {
                            add(id.clone(), (table_id(parent).0, Some(Part::column(column))));
                        }
                    }
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
                let on = (ObjectAddress::new(ObjectKind::Composite, &of.schema, &of.name), None);
                add((address.clone(), Some(of_type_part())), on);
            }
        }
        // A body that is parsed and takes whole rows needs the type of each of their columns.
        Body::Routine(routine) if routine.parsed_body => {
            let rows = object.dependencies().iter().filter(|dependency| dependency.on_part.is_none());
            for on in rows.map(|dependency| &dependency.on) {
                if let Some(Body::Table(table)) = catalog.get(on).map(|object| &object.body) {
                    for column in table.columns.keys() {
                        add(whole.clone(), (on.clone(), Some(Part::column(column))));
                    }
                }
            }
        }
        Body::Trigger(trigger) if trigger.inherited => {
            add(whole.clone(), table_id(&trigger.table));
            for table in between(address, trigger, catalog) {
                add(whole.clone(), (table_id(table).0, Some(partition_part())));
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Column, Constraint, Dependency, Index, OwnedBy, Schema, Sequence, View};

    fn object(
        kind: ObjectKind,
        name: &str,
        body: Body,
        needs: &[(ObjectKind, &str, Option<Part>)],
    ) -> Object {
        let address = |kind, name: &str| match kind {
            ObjectKind::Schema => ObjectAddress::global(kind, name),
            _ => ObjectAddress::new(kind, "public", name),
        };
        let mut object = Object { address: address(kind, name), common: Default::default(), body };
        object.common.dependencies.0 = needs
            .iter()
            .map(|(kind, name, part)| Dependency {
                part: None,
                on: address(*kind, name),
                on_part: part.clone(),
            })
            .collect();
        object
    }

    fn table(references: Option<&str>, parent: Option<&str>) -> Body {
        let name = |name: &str| QualifiedName::new("public", name);
        let constraint = Constraint {
            columns: vec!["a".into()],
            references: references.map(name),
            ..Constraint::default()
        };
        Body::Table(Table {
            columns: [("a".to_owned(), Column { default: Some("1".into()), ..Column::default() })].into(),
            constraints: [("c".to_owned(), constraint)].into(),
            inherits: parent.map(name).into_iter().collect(),
            ..Table::default()
        })
    }

    #[test]
    fn what_is_found_when_asked_for_is_all() {
        use ObjectKind as Kind;
        let owned_by = Some(OwnedBy { table: QualifiedName::new("public", "t"), column: "a".into() });
        let index = Index { table: QualifiedName::new("public", "t"), ..Index::default() };
        let catalog: Catalog = [
            object(Kind::Schema, "public", Body::Schema(Schema {}), &[]),
            object(Kind::Table, "t", table(Some("u"), None), &[(Kind::Schema, "public", None)]),
            // Something else of the name of what is needed.
            object(Kind::Table, "u", table(None, Some("t")), &[(Kind::Routine, "t", None)]),
            object(Kind::Sequence, "s", Body::Sequence(Sequence { owned_by, ..Sequence::default() }), &[]),
            object(Kind::Index, "i", Body::Index(index), &[(Kind::Table, "t", Some(Part::column("a")))]),
            object(
                Kind::View,
                "v",
                Body::View(View::default()),
                &[(Kind::Table, "u", None), (Kind::Index, "i", None)],
            ),
        ]
        .into_iter()
        .collect();
        let mut all: BTreeMap<Id, BTreeSet<Id>> = BTreeMap::new();
        for object in catalog.iter() {
            each_need(object, &catalog, &mut |id, on| {
                all.entry(on).or_default().insert(id);
            });
        }
        assert!(all.len() > 6, "{all:?}");
        let dependents = Dependents::of(&catalog);
        for (id, expected) in all.iter().filter(|(id, _)| catalog.contains(&id.0)) {
            assert_eq!(dependents.of_id(id), expected.iter().cloned().collect::<Vec<_>>(), "{id:?}");
        }
        for object in catalog.iter() {
            let expected: Vec<Id> = all
                .iter()
                .filter(|((on, _), _)| *on == object.address)
                .flat_map(|(_, ids)| ids.iter().cloned())
                .collect();
            assert_eq!(dependents.of_object(&object.address), expected, "{}", object.address);
        }
    }
}
