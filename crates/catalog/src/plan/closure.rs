//! Fates: what goes, and what has to go and come back because something that it needs does.

use std::collections::{BTreeMap, BTreeSet};

use super::id::{Dependents, Id, Taken, names, owned_by_part, partition_part, unit};
use super::{is_disposable, row_type};
use crate::address::{ObjectAddress, ObjectKind, Part, PartKind, Scope};
use crate::catalog::Catalog;
use crate::ident::{QualifiedName, quote_literal};
use crate::object::{Attribute, Body, Column, Constraint, Index, Object, Table, support_functions};
use crate::render::{
    access_method, aggregate, base_type, cast, collation, composite_type, conversion, domain, enum_type,
    event_trigger, extension, index, materialized_view, operator, operator_class, operator_family, policy,
    publication, publication_table, routine, rule, server, statistics, subscription, table,
    text_search_configuration, text_search_dictionary, text_search_parser, text_search_template, trigger,
    view,
};

/// What happens to the objects and parts of the start.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    /// What is dropped, to come back or not. An object is here without its parts, a part without its object.
    pub(crate) destroyed: BTreeSet<Id>,
    /// Columns whose values are given another type.
    pub(crate) retyped: BTreeSet<(ObjectAddress, String)>,
    /// Types that are put under another name, made again, and dropped once no column uses the old one.
    pub(crate) rebuilt: BTreeSet<ObjectAddress>,
    /// Indexes and constraints that go with the index of the partitioned table that theirs is attached to.
    pub(crate) with_parent: BTreeMap<Id, Id>,
    /// What goes because it holds values of the rows of a table, or of a composite type, whose values change.
    pub(crate) row_users: BTreeMap<ObjectAddress, Vec<Id>>,
}

impl Fates {
    /// Whether the object goes.
    pub(crate) fn drops(&self, address: &ObjectAddress) -> bool {
        self.destroyed.contains(&(address.clone(), None))
    }

    /// Whether the part goes, by itself or with its object.
    pub(crate) fn drops_part(&self, address: &ObjectAddress, part: &Part) -> bool {
        self.drops(address) || self.destroyed.contains(&(address.clone(), Some(part.clone())))
    }
}

/// Whether a column of a table is of this type, or an array or a composite of it.
fn in_columns(needs: &Dependents<'_>, address: &ObjectAddress, seen: &mut BTreeSet<ObjectAddress>) -> bool {
    seen.insert(address.clone())
        && needs.of_object(address).into_iter().any(|(user, part)| match user.kind {
            ObjectKind::Table => part.is_some_and(|part| part.kind == PartKind::Column),
            ObjectKind::Composite | ObjectKind::Domain | ObjectKind::Range => in_columns(needs, &user, seen),
            _ => false,
        })
}

/// Whether columns of tables hold values of a domain inside others, in arrays, ranges or composites: PostgreSQL does not
/// check those, and refuses to.
fn in_containers(needs: &Dependents<'_>, from: &Catalog, address: &ObjectAddress) -> bool {
    needs.of_object(address).into_iter().any(|(user, part)| match (user.kind, part) {
        (ObjectKind::Table, Some(part)) if part.kind == PartKind::Column => {
            match from.get(&user).map(|object| &object.body) {
                Some(Body::Table(table)) => {
                    table.columns.get(&part.name).is_some_and(|column| column.type_name.ends_with("[]"))
                }
                _ => false,
            }
        }
        (ObjectKind::Composite | ObjectKind::Range, _) => in_columns(needs, &user, &mut BTreeSet::new()),
        (ObjectKind::Domain, _) => user != *address && in_containers(needs, from, &user),
        _ => false,
    })
}

/// Whether a column can be of this kind: a type or a collation.
const fn holds_values(kind: ObjectKind) -> bool {
    kind.is_type() || matches!(kind, ObjectKind::Collation | ObjectKind::BaseType)
}

/// Indexes of children by that of the partitioned table that they are attached to.
pub(crate) fn attachments(catalog: &Catalog) -> BTreeMap<QualifiedName, Vec<Id>> {
    let mut all: BTreeMap<QualifiedName, Vec<Id>> = BTreeMap::new();
    for object in catalog.iter() {
        match &object.body {
            Body::Index(index) => {
                if let Some(parent) = &index.parent {
                    all.entry(parent.clone()).or_default().push((object.address.clone(), None));
                }
            }
            Body::Table(table) => {
                for (name, constraint) in &table.constraints {
                    if let Some(parent) = &constraint.index_parent {
                        let id = (object.address.clone(), Some(Part::constraint(name)));
                        all.entry(parent.clone()).or_default().push(id);
                    }
                }
            }
            _ => {}
        }
    }
    all
}

/// The index or constraint that an index name stands for, per catalog.
pub(crate) fn index_ids(catalog: &Catalog) -> BTreeMap<QualifiedName, Id> {
    let mut all = BTreeMap::new();
    for object in catalog.iter() {
        match &object.body {
            Body::Index(_) => {
                all.insert(object.address.qualified(), (object.address.clone(), None));
            }
            Body::Table(table) => {
                for (name, _) in table.constraints.iter().filter(|(_, c)| c.kind.has_index()) {
                    let index = QualifiedName::new(&object.address.schema, name);
                    all.insert(index, (object.address.clone(), Some(Part::constraint(name))));
                }
            }
            _ => {}
        }
    }
    all
}

struct Closure<'a> {
    from: &'a Catalog,
    to: &'a Catalog,
    needs: &'a Dependents<'a>,
    attachments: BTreeMap<QualifiedName, Vec<Id>>,
    indexes: BTreeMap<QualifiedName, Id>,
    partitions: BTreeMap<QualifiedName, Vec<ObjectAddress>>,
    fates: Fates,
    /// What to look at, tables first: whether an index goes with its parent depends on whether its table is detached.
    tables: Vec<Event>,
    queue: Vec<Event>,
}

enum Event {
    Destroyed(Id),
    Retyped(ObjectAddress, String),
}

/// What goes and what comes back.
pub(crate) fn fates(
    from: &Catalog,
    to: &Catalog,
    needs: &Dependents<'_>,
    replaced: &BTreeSet<ObjectAddress>,
) -> Fates {
    let mut partitions: BTreeMap<QualifiedName, Vec<ObjectAddress>> = BTreeMap::new();
    for object in from.iter() {
        if let Body::Table(Table { partition: Some(partition), .. }) = &object.body {
            partitions.entry(partition.parent.clone()).or_default().push(object.address.clone());
        }
    }
    let mut closure = Closure {
        from,
        to,
        needs,
        attachments: attachments(from),
        indexes: index_ids(from),
        partitions,
        fates: Fates::default(),
        tables: Vec::new(),
        queue: Vec::new(),
    };
    for object in from.iter() {
        match to.get(&object.address) {
            None => closure.destroy((object.address.clone(), None)),
            Some(_) if replaced.contains(&object.address) => closure.destroy((object.address.clone(), None)),
            Some(after) if after == object => {}
            Some(after) => closure.compare(object, after),
        }
    }
    for object in to.iter().filter(|object| !from.contains(&object.address)) {
        if let Body::Table(Table { partition: Some(partition), server: None, .. }) = &object.body {
            closure.complete_later(&object.address, &partition.parent);
        }
    }
    while let Some(event) = closure.tables.pop().or_else(|| closure.queue.pop()) {
        match event {
            Event::Destroyed(id) => closure.after_destroyed(&id),
            Event::Retyped(table, column) => closure.after_retyped(&table, &column),
        }
    }
    let left: Vec<Id> =
        closure.fates.with_parent.keys().filter(|child| closure.leaves_parent(child)).cloned().collect();
    let mut fates = closure.fates;
    fates.with_parent.retain(|child, _| !left.contains(child));
    // A part shares the fate of its object.
    let whole: BTreeSet<ObjectAddress> =
        fates.destroyed.iter().filter(|(_, part)| part.is_none()).map(|(a, _)| a.clone()).collect();
    fates.destroyed.retain(|(address, part)| part.is_none() || !whole.contains(address));
    fates.retyped.retain(|(table, column)| {
        !fates.destroyed.contains(&(table.clone(), Some(Part::column(column)))) && !whole.contains(table)
    });
    // Another type may have its name, or that of its multirange.
    let taken: BTreeSet<Taken> = to
        .iter()
        .filter(|object| object.address.kind.is_type() && !from.contains(&object.address))
        .flat_map(|object| names(to, &(object.address.clone(), None)))
        .collect();
    let comes_back = |address: &ObjectAddress| {
        to.contains(address)
            || names(from, &(address.clone(), None)).iter().any(|name| taken.contains(name))
            || support_functions(from, address).iter().any(|function| to.contains(function))
    };
    for address in whole.iter().filter(|address| holds_values(address.kind) && comes_back(address)) {
        if in_columns(needs, address, &mut BTreeSet::new()) {
            fates.rebuilt.insert(address.clone());
        }
    }
    fates
}

/// What holds a column's values and decides their form.
fn same_type(from: &Column, to: &Column) -> bool {
    from.type_name == to.type_name && from.collation == to.collation
}

impl Closure<'_> {
    fn destroy(&mut self, id: Id) {
        if self.fates.destroyed.insert(id.clone()) {
            let by_itself = matches!(&id.1, Some(part) if part.kind == PartKind::Constraint);
            let queue =
                if id.0.kind == ObjectKind::Table && !by_itself { &mut self.tables } else { &mut self.queue };
            queue.push(Event::Destroyed(id));
        }
    }

    fn retype(&mut self, table: &ObjectAddress, column: &str) {
        if self.fates.retyped.insert((table.clone(), column.to_owned())) {
            self.queue.push(Event::Retyped(table.clone(), column.to_owned()));
        }
    }

    fn compare(&mut self, from: &Object, to: &Object) {
        let address = &from.address;
        let replace = match (&from.body, &to.body) {
            (Body::Table(a), Body::Table(b)) => {
                let replace = a.partition_key != b.partition_key
                    || a.server != b.server
                    || !table::can_be_of_type(a, b);
                if !replace {
                    self.compare_tables(address, a, b);
                    // The columns of a typed table are those of its type.
                    if a.of_type.is_some() && (a.of_type != b.of_type || !table::same_columns(a, b)) {
                        self.destroy((address.clone(), Some(super::id::of_type_part())));
                    }
                }
                replace
            }
            (Body::Domain(a), Body::Domain(b)) => {
                for (name, constraint) in &a.constraints {
                    let stays = b.constraints.get(name).is_some_and(|other| {
                        let essence = |text: &str| text.strip_suffix(" NOT VALID").unwrap_or(text).to_owned();
                        other.definition == constraint.definition
                            || (essence(&other.definition) == essence(&constraint.definition)
                                && other.validated)
                    });
                    if !stays {
                        self.destroy((address.clone(), Some(Part::constraint(name))));
                    }
                }
                domain::must_rebuild(a, b)
                    || (domain::asks_more(a, b) && in_containers(self.needs, self.from, address))
            }
            (Body::Enum(a), Body::Enum(b)) => {
                enum_type::alter(address, a, b).is_none()
                    || enum_type::inserted(a, b).is_some_and(|labels| self.uses_at_once(address, &labels))
            }
            (Body::Composite(a), Body::Composite(b)) => {
                let used = in_columns(self.needs, address, &mut BTreeSet::new());
                let same = |(name, from): (&String, &Attribute)| {
                    b.attributes.get(name).is_none_or(|to| to.type_name == from.type_name)
                };
                if !a.attributes.iter().all(same) {
                    self.change_values(address);
                }
                composite_type::alter(address, a, b, used).is_none()
            }
            (Body::Range(a), Body::Range(b)) => a != b,
            (Body::Extension(a), Body::Extension(b)) => extension::must_replace(a, b),
            (Body::Routine(a), Body::Routine(b)) => routine::must_replace(a, b),
            (Body::Aggregate(a), Body::Aggregate(b)) => aggregate::must_replace(a, b),
            (Body::Operator(a), Body::Operator(b)) => operator::must_replace(a, b),
            (Body::Cast(a), Body::Cast(b)) => cast::must_replace(a, b),
            (Body::Collation(a), Body::Collation(b)) => collation::must_replace(a, b),
            (Body::TextSearchDictionary(a), Body::TextSearchDictionary(b)) => {
                text_search_dictionary::must_replace(a, b)
            }
            (Body::TextSearchConfiguration(a), Body::TextSearchConfiguration(b)) => {
                text_search_configuration::must_replace(a, b)
            }
            (Body::EventTrigger(a), Body::EventTrigger(b)) => event_trigger::must_replace(a, b),
            (Body::Server(a), Body::Server(b)) => server::must_replace(a, b),
            (Body::Publication(a), Body::Publication(b)) => publication::must_replace(a, b),
            (Body::PublicationTable(a), Body::PublicationTable(b)) => publication_table::must_replace(a, b),
            (Body::Subscription(a), Body::Subscription(b)) => subscription::must_replace(a, b),
            (Body::AccessMethod(a), Body::AccessMethod(b)) => access_method::must_replace(a, b),
            (Body::BaseType(a), Body::BaseType(b)) => base_type::must_replace(a, b),
            (Body::OperatorFamily(a), Body::OperatorFamily(b)) => {
                operator_family::must_replace(&self.method(address), a, b)
            }
            (Body::OperatorClass(a), Body::OperatorClass(b)) => operator_class::must_replace(a, b),
            (Body::Conversion(a), Body::Conversion(b)) => conversion::must_replace(a, b),
            (Body::TextSearchParser(a), Body::TextSearchParser(b)) => text_search_parser::must_replace(a, b),
            (Body::TextSearchTemplate(a), Body::TextSearchTemplate(b)) => {
                text_search_template::must_replace(a, b)
            }
            (Body::View(a), Body::View(b)) => view::must_replace(a, b),
            (Body::MaterializedView(a), Body::MaterializedView(b)) => materialized_view::must_replace(a, b),
            (Body::Index(a), Body::Index(b)) => index::must_replace(a, b),
            (Body::Trigger(a), Body::Trigger(b)) => trigger::must_replace(a, b),
            (Body::Policy(a), Body::Policy(b)) => policy::must_replace(a, b),
            (Body::Rule(a), Body::Rule(b)) => rule::must_replace(a, b),
            (Body::Statistics(a), Body::Statistics(b)) => statistics::must_replace(a, b),
            _ => false,
        };
        if replace {
            self.destroy((address.clone(), None));
        }
    }

    /// The access method of an operator family, one of the server's where another has its handler.
    fn method(&self, address: &ObjectAddress) -> String {
        let Scope::Arguments(name) = &address.scope else { return String::new() };
        let own = ObjectAddress::global(ObjectKind::AccessMethod, name.clone());
        match self.from.get(&own).map(|object| &object.body) {
            Some(Body::AccessMethod(method)) => method.handler.trim_end_matches("handler").to_owned(),
            _ => name.clone(),
        }
    }

    /// Whether a new label stands in an expression that the same plan stores: the server allows that only in a type
    /// that was made in the same transaction.
    fn uses_at_once(&self, address: &ObjectAddress, labels: &[&String]) -> bool {
        self.to.iter().any(|object| {
            let opaque = matches!(&object.body, Body::Routine(routine) if !routine.parsed_body);
            !opaque
                && object.address != *address
                && object.dependencies().iter().any(|dependency| dependency.on == *address)
                && self.from.get(&object.address) != Some(object)
                && {
                    let blob = object.to_blob();
                    let text = String::from_utf8_lossy(&blob);
                    labels.iter().any(|label| text.contains(&format!("{}::", quote_literal(label))))
                }
        })
    }

    /// The values of all rows of a table, or of a composite type, change: who holds such in an expression goes.
    fn change_values(&mut self, address: &ObjectAddress) {
        if self.fates.row_users.contains_key(address) {
            return;
        }
        let mut users = self.needs.of_object(address);
        users.sort_unstable();
        users.dedup();
        users.retain(|(user, part)| {
            self.from.get(user).is_some_and(|user| row_type::is_used(user, part.as_ref(), address))
        });
        self.fates.row_users.insert(address.clone(), users.clone());
        for user in users {
            self.depends_on_destroyed(user, address);
        }
    }

    /// Whether all rows get a value when a column is added.
    fn fills_rows(&self, column: &Column) -> bool {
        let is_domain = || {
            let named = |object: &Object| {
                object.address.kind == ObjectKind::Domain && object.address.to_string() == column.type_name
            };
            column.type_name.contains('.') && self.to.iter().any(named)
        };
        column.default.is_some() || column.generated.is_some() || column.identity.is_some() || is_domain()
    }

    fn compare_tables(&mut self, address: &ObjectAddress, from: &Table, to: &Table) {
        let added = to.columns.iter().filter(|(name, _)| !from.columns.contains_key(*name));
        let is_rewritten = from.persistence != to.persistence || from.access_method != to.access_method;
        if is_rewritten || added.map(|(_, column)| column).any(|column| self.fills_rows(column)) {
            self.change_values(address);
        }
        for (name, old) in &from.columns {
            let column = (address.clone(), Some(Part::column(name)));
            let Some(new) = to.columns.get(name) else {
                self.destroy(column);
                continue;
            };
            let computed_anew = old.generated != new.generated && new.generated.is_some();
            if computed_anew || old.is_virtual != new.is_virtual {
                self.destroy(column);
                continue;
            }
            if !same_type(old, new) {
                self.retype(address, name);
            }
            let default = (address.clone(), Some(Part::default_of(name)));
            let holds = |column: &Column| {
                (column.default.is_some(), column.generated.is_some(), column.identity.is_some())
            };
            let schema = |column: &Column| column.identity.as_ref().map(|i| i.sequence.schema.clone());
            if holds(old) != (false, false, false) && (holds(old) != holds(new) || schema(old) != schema(new))
            {
                self.destroy(default);
            }
        }
        for (name, old) in &from.constraints {
            let stays = to.constraints.get(name).is_some_and(|new| {
                !matches!(table::constraint::change(old, new), table::constraint::Change::Replace)
            });
            if !stays {
                self.destroy((address.clone(), Some(Part::constraint(name))));
            }
        }
        if from.partition.is_some() && from.partition != to.partition {
            self.destroy((address.clone(), Some(partition_part())));
        }
        if let Some(partition) = to.partition.as_ref().filter(|_| from.partition != to.partition) {
            self.clear_the_way(address, &partition.parent);
            self.complete_later(address, &partition.parent);
        }
        // A new parent comes last: those that come after it at the end leave, and come back behind it.
        let kept = from.inherits.iter().filter(|parent| to.inherits.contains(parent));
        let stays: BTreeSet<&QualifiedName> = kept
            .zip(&to.inherits)
            .take_while(|(kept, parent)| kept == parent)
            .map(|(kept, _)| kept)
            .collect();
        for parent in from.inherits.iter().filter(|parent| !stays.contains(parent)) {
            self.destroy((address.clone(), Some(super::id::inherits_part(parent))));
        }
    }

    /// Before a table becomes a partition, indexes go that the server would attach to one of the parent's though they
    /// shall stay by themselves; they come back afterwards.
    fn clear_the_way(&mut self, table: &ObjectAddress, parent: &QualifiedName) {
        let on = |catalog: &Catalog, name: &QualifiedName| -> Vec<(ObjectAddress, Index)> {
            let objects = catalog.iter().filter_map(|object| match &object.body {
                Body::Index(index) if index.table == *name => Some((object.address.clone(), index.clone())),
                _ => None,
            });
            objects.collect()
        };
        let shape = |index: &Index| {
            index.definition.split_once(" USING ").map(|(_, shape)| (index.unique, shape.to_owned()))
        };
        let parents: BTreeSet<_> = on(self.from, parent).iter().map(|(_, index)| shape(index)).collect();
        for (address, index) in on(self.from, &table.qualified()) {
            let alone = match self.to.get(&address).map(|object| &object.body) {
                Some(Body::Index(after)) => after.parent.is_none(),
                _ => false,
            };
            if alone && index.parent.is_none() && parents.contains(&shape(&index)) {
                self.destroy((address, None));
            }
        }
    }

    /// Indexes of a partitioned table of which a table that becomes a partition shall have none, or one that is not valid,
    /// are made again after it is attached: the server would make one for each that is there.
    fn complete_later(&mut self, table: &ObjectAddress, parent: &QualifiedName) {
        let attached: BTreeSet<&QualifiedName> = self
            .to
            .iter()
            .filter_map(|object| match &object.body {
                Body::Index(index) if index.table == table.qualified() && !index.invalid => {
                    index.parent.as_ref()
                }
                _ => None,
            })
            .collect();
        let keys = match self.to.get(table).map(|object| &object.body) {
            Some(Body::Table(body)) => {
                body.constraints.values().filter_map(|constraint| constraint.index_parent.as_ref()).collect()
            }
            _ => BTreeSet::new(),
        };
        let of_parent =
            |object: &&Object| matches!(&object.body, Body::Index(index) if index.table == *parent);
        let lacking: Vec<ObjectAddress> = self
            .from
            .iter()
            .filter(of_parent)
            .map(|object| &object.address)
            .filter(|address| self.to.get(address).as_ref().is_some_and(of_parent))
            .filter(|address| {
                let name = address.qualified();
                !attached.contains(&name) && !keys.contains(&name)
            })
            .cloned()
            .collect();
        lacking.into_iter().for_each(|address| self.destroy((address, None)));
    }

    fn after_destroyed(&mut self, id: &Id) {
        let (address, part) = id;
        let dependents = match part {
            None => self.needs.of_object(address),
            Some(_) => self.needs.of_id(id),
        };
        for dependent in dependents {
            self.depends_on_destroyed(dependent, address);
        }
        self.destroy_attached(id);
        self.destroy_adopted(id);
        // A partition that comes back is attached again.
        if let (None, Some(Body::Table(Table { partition: Some(place), server: None, .. }))) =
            (part, self.to.get(address).map(|object| &object.body))
        {
            self.complete_later(address, &place.parent);
        }
        if let (ObjectKind::Table, Some(part)) = (address.kind, part)
            && part.kind == PartKind::Column
            && self.holds_default(address, &part.name)
        {
            self.destroy((address.clone(), Some(Part::default_of(&part.name))));
        }
        if let (Some(part), Some(Body::Table(table))) =
            (part, self.to.get(address).map(|object| &object.body))
            && part.kind == PartKind::Column
            && table.columns.get(&part.name).is_some_and(|column| self.fills_rows(column))
        {
            self.change_values(address);
        }
    }

    fn holds_default(&self, address: &ObjectAddress, column: &str) -> bool {
        self.column(address, column).is_some_and(|column| {
            column.default.is_some() || column.generated.is_some() || column.identity.is_some()
        })
    }

    fn column(&self, address: &ObjectAddress, column: &str) -> Option<&Column> {
        match &self.from.get(address)?.body {
            Body::Table(table) => table.columns.get(column),
            _ => None,
        }
    }

    /// Indexes of partitions go with that of the partitioned table, and can't go without it.
    fn destroy_attached(&mut self, id: &Id) {
        let index = match self.from.get(&id.0).map(|object| &object.body) {
            Some(Body::Index(_)) => id.0.qualified(),
            Some(Body::Table(table)) => match &id.1 {
                Some(part) if part.kind == PartKind::Constraint => {
                    if !table.constraints.get(&part.name).is_some_and(|c| c.kind.has_index()) {
                        return;
                    }
                    QualifiedName::new(&id.0.schema, &part.name)
                }
                None => {
                    let names: Vec<String> = table.constraints.keys().cloned().collect();
                    for name in names {
                        self.destroy_attached(&(id.0.clone(), Some(Part::constraint(name))));
                    }
                    return;
                }
                Some(_) => return,
            },
            _ => return,
        };
        for child in self.attachments.get(&index).cloned().unwrap_or_default() {
            if !self.leaves_parent(&child) {
                self.fates.with_parent.insert(child.clone(), id.clone());
                self.destroy(child);
            }
        }
        let parent = match (&id.1, self.from.get(&id.0).map(|object| &object.body)) {
            (None, Some(Body::Index(index))) => index.parent.clone(),
            (Some(part), Some(Body::Table(table))) => {
                table.constraints.get(&part.name).and_then(|constraint| constraint.index_parent.clone())
            }
            _ => None,
        };
        if let Some(parent) = parent.and_then(|parent| self.indexes.get(&parent).cloned())
            && !self.leaves_parent(id)
        {
            self.fates.with_parent.insert(id.clone(), parent.clone());
            self.destroy(parent);
        }
    }

    /// Foreign keys of partitions that a partitioned table's has adopted under names of their own go with it.
    fn destroy_adopted(&mut self, id: &Id) {
        let (address, Some(part)) = id else { return };
        let Some(key) = self.foreign_key(address, &part.name).cloned() else { return };
        for partition in self.partitions.get(&address.qualified()).cloned().unwrap_or_default() {
            let adopted: Vec<String> = match self.from.get(&partition).map(|object| &object.body) {
                Some(Body::Table(table)) => table
                    .constraints
                    .iter()
                    .filter(|(_, c)| {
                        c.inherited.0 && c.references == key.references && c.columns == key.columns
                    })
                    .map(|(name, _)| name.clone())
                    .collect(),
                _ => Vec::new(),
            };
            if !self.fates.drops_part(&partition, &partition_part()) {
                for name in adopted {
                    self.destroy((partition.clone(), Some(Part::constraint(name))));
                }
            }
        }
    }

    fn foreign_key(&self, address: &ObjectAddress, name: &str) -> Option<&Constraint> {
        match &self.from.get(address)?.body {
            Body::Table(table) => table.constraints.get(name).filter(|c| c.references.is_some()),
            _ => None,
        }
    }

    /// Whether the table of an attached index is dropped or detached, which detaches the index.
    fn leaves_parent(&self, id: &Id) -> bool {
        let table = match self.from.get(&id.0).map(|object| &object.body) {
            Some(Body::Index(index)) => {
                ObjectAddress::new(ObjectKind::Table, &index.table.schema, &index.table.name)
            }
            _ => id.0.clone(),
        };
        self.fates.drops_part(&table, &partition_part())
    }

    /// Whether an object is altered in place to do without `cause`: a base type without its function, a family without a
    /// member.
    fn gives_up(&self, address: &ObjectAddress, cause: &ObjectAddress) -> bool {
        let (Some(from), Some(to)) = (self.from.get(address), self.to.get(address)) else { return false };
        let alters = match (&from.body, &to.body) {
            (Body::BaseType(a), Body::BaseType(b)) => !base_type::must_replace(a, b),
            (Body::OperatorFamily(_), Body::OperatorFamily(_))
            | (Body::ForeignDataWrapper(_), Body::ForeignDataWrapper(_))
            | (Body::Language(_), Body::Language(_))
            | (Body::Transform(_), Body::Transform(_)) => true,
            _ => false,
        };
        alters && !to.dependencies().iter().any(|dependency| dependency.on == *cause)
    }

    fn depends_on_destroyed(&mut self, dependent: Id, cause: &ObjectAddress) {
        let (address, part) = &dependent;
        if self.gives_up(address, cause) {
            return;
        }
        match (address.kind, part) {
            (ObjectKind::Table, Some(part)) => match part.kind {
                PartKind::Column => {
                    if cause.kind != ObjectKind::Table && self.to.contains(cause) && cause != address {
                        self.retype(address, &part.name);
                    }
                }
                PartKind::Default => {
                    if self.column(address, &part.name).is_some_and(|column| column.generated.is_some()) {
                        self.destroy((address.clone(), Some(Part::column(&part.name))));
                    } else {
                        self.destroy(dependent);
                    }
                }
                PartKind::Constraint | PartKind::Property => self.destroy(dependent),
                PartKind::Grant | PartKind::Option => {}
            },
            // Foreign tables hold no rows of their own.
            (ObjectKind::Table, None) if cause.kind == ObjectKind::Server => self.destroy(dependent),
            (ObjectKind::Sequence, Some(part)) if *part == owned_by_part() => {
                self.destroy(dependent);
            }
            (ObjectKind::Domain, Some(_)) => self.destroy(dependent),
            (ObjectKind::BaseType, _) if cause.kind != ObjectKind::Schema => {
                self.destroy((address.clone(), None));
            }
            (ObjectKind::Composite | ObjectKind::Domain | ObjectKind::Range | ObjectKind::Enum, None)
                if cause.kind != ObjectKind::Schema =>
            {
                self.destroy(dependent);
            }
            (kind, None) if is_disposable(kind) && cause.kind != ObjectKind::Schema => {
                self.destroy(dependent);
            }
            _ => {}
        }
    }

    fn after_retyped(&mut self, table: &ObjectAddress, column: &str) {
        self.change_values(table);
        let id = (table.clone(), Some(Part::column(column)));
        for (address, part) in self.needs.of_id(&id) {
            match (address.kind, &part) {
                (ObjectKind::Table, Some(part)) if part.kind == PartKind::Default => {
                    match self.column(&address, &part.name) {
                        Some(other) if other.generated.is_some() => {
                            self.destroy((address.clone(), Some(Part::column(&part.name))));
                        }
                        Some(other) if other.default.is_some() => {
                            self.destroy(unit(&address, Some(part)));
                        }
                        _ => {}
                    }
                }
                (ObjectKind::Table, Some(part)) if part.kind == PartKind::Constraint => {
                    let foreign = match self.from.get(&address).map(|object| &object.body) {
                        Some(Body::Table(other)) => {
                            other.constraints.get(&part.name).is_some_and(|c| c.references.is_some())
                        }
                        _ => false,
                    };
                    if foreign {
                        self.destroy((address.clone(), Some(part.clone())));
                    }
                }
                (
                    ObjectKind::View
                    | ObjectKind::MaterializedView
                    | ObjectKind::Routine
                    | ObjectKind::Trigger
                    | ObjectKind::Policy
                    | ObjectKind::Rule
                    | ObjectKind::Statistics
                    | ObjectKind::PublicationTable,
                    None,
                ) => self.destroy((address.clone(), None)),
                _ => {}
            }
        }
    }
}
