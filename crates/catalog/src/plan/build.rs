//! Operations that bring about the difference between start and end, in no order yet.

mod alter_table;
mod attach;
mod carry;
mod counter;
mod make;
mod not_null;
mod table;
mod tear_down;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use super::PlanOptions;
use super::closure::{Fates, attachments, index_ids};
use super::id::{self, Id};
use super::op::{Op, Phase};
use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Object, Table};
use crate::render::{annotation, default_privileges, extension_dependency, grant, owner};
use attach::table_of_index;

/// What all builders see.
pub(crate) struct Build<'a> {
    pub(crate) from: &'a Catalog,
    pub(crate) to: &'a Catalog,
    pub(crate) fates: &'a Fates,
    pub(crate) options: &'a PlanOptions,
    /// Parts that are made and dropped by statements of their own, to break cycles.
    pub(crate) split: &'a BTreeSet<Id>,
    /// Tables that have children, at the start or at the end.
    parents: BTreeSet<QualifiedName>,
    /// Indexes of the end that others are attached to.
    to_indexes: BTreeMap<QualifiedName, Id>,
    to_attachments: BTreeMap<QualifiedName, Vec<Id>>,
    /// Indexes and keys of the start by that of the partitioned table that they are attached to.
    from_attachments: BTreeMap<QualifiedName, Vec<Id>>,
    /// Attached indexes and keys of the end with the index that each is attached to, by the table that they are on.
    to_attached: BTreeMap<QualifiedName, Vec<(Id, QualifiedName)>>,
    /// Partitions of the end, by their parent.
    to_partitions: BTreeMap<QualifiedName, Vec<ObjectAddress>>,
    /// Sequences by the table that owns them, at the start.
    owned: BTreeMap<QualifiedName, Vec<ObjectAddress>>,
    /// Children by inheritance, at the end.
    to_heirs: BTreeMap<QualifiedName, Vec<ObjectAddress>>,
    /// Children by inheritance, at the start.
    heirs: BTreeMap<QualifiedName, Vec<ObjectAddress>>,
    /// What goes with a relation that it is on, at the start: indexes, triggers and the like.
    on_relation: BTreeMap<QualifiedName, Vec<ObjectAddress>>,
    /// Tables whose rows are carried into another, by their address at the start.
    carried: BTreeMap<ObjectAddress, carry::Carried>,
    ops: Vec<Op>,
}

/// All operations.
pub(crate) fn build(
    from: &Catalog,
    to: &Catalog,
    fates: &Fates,
    options: &PlanOptions,
    split: &BTreeSet<Id>,
) -> Vec<Op> {
    let mut parents = BTreeSet::new();
    let mut to_partitions: BTreeMap<QualifiedName, Vec<ObjectAddress>> = BTreeMap::new();
    let mut to_heirs: BTreeMap<QualifiedName, Vec<ObjectAddress>> = BTreeMap::new();
    for object in to.iter() {
        let Body::Table(table) = &object.body else { continue };
        if let Some(partition) = &table.partition {
            to_partitions.entry(partition.parent.clone()).or_default().push(object.address.clone());
        }
        for parent in &table.inherits {
            to_heirs.entry(parent.clone()).or_default().push(object.address.clone());
        }
    }
    let mut owned: BTreeMap<QualifiedName, Vec<ObjectAddress>> = BTreeMap::new();
    let mut on_relation: BTreeMap<QualifiedName, Vec<ObjectAddress>> = BTreeMap::new();
    for object in from.iter().chain(to.iter()) {
        if let Body::Table(table) = &object.body {
            parents.extend(table.inherits.iter().cloned());
            parents.extend(table.partition.iter().map(|partition| partition.parent.clone()));
        }
    }
    let mut heirs: BTreeMap<QualifiedName, Vec<ObjectAddress>> = BTreeMap::new();
    for object in from.iter() {
        let address = object.address.clone();
        match &object.body {
            Body::Table(table) => {
                for parent in &table.inherits {
                    heirs.entry(parent.clone()).or_default().push(address.clone());
                }
            }
            Body::Sequence(sequence) => {
                if let Some(owner) = &sequence.owned_by {
                    owned.entry(owner.table.clone()).or_default().push(address);
                }
            }
            Body::Policy(_) | Body::Rule(_) | Body::Statistics(_)
                if !tear_down::hangs_on_relation_only(object) => {}
            body => {
                if let Some(relation) = body.relation() {
                    on_relation.entry(relation.clone()).or_default().push(address);
                }
            }
        }
    }
    let to_attachments = attachments(to);
    let mut to_attached: BTreeMap<QualifiedName, Vec<(Id, QualifiedName)>> = BTreeMap::new();
    for (parent, children) in &to_attachments {
        for child in children {
            if let Some(table) = table_of_index(to, child) {
                to_attached.entry(table).or_default().push((child.clone(), parent.clone()));
            }
        }
    }
    let mut build = Build {
        from,
        to,
        fates,
        options,
        split,
        parents,
        to_indexes: index_ids(to),
        from_attachments: attachments(from),
        to_attachments,
        to_attached,
        to_partitions,
        owned,
        to_heirs,
        heirs,
        on_relation,
        carried: BTreeMap::new(),
        ops: Vec::new(),
    };
    build.find_carried();
    for object in from.iter() {
        build.tear_down(object);
    }
    for object in to.iter() {
        match from.get(&object.address) {
            Some(before) if !fates.drops(&object.address) => build.alter(before, object),
            _ => build.make(object),
        }
    }
    build.attach_indexes();
    build.carry_rows();
    build.ops
}

impl Build<'_> {
    fn role(&self) -> Option<&str> {
        self.options.role.as_deref()
    }

    fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    fn table_address(name: &QualifiedName) -> ObjectAddress {
        ObjectAddress::new(ObjectKind::Table, &name.schema, &name.name)
    }

    fn table_of<'c>(catalog: &'c Catalog, name: &QualifiedName) -> Option<&'c Table> {
        match &catalog.get(&Self::table_address(name))?.body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }

    /// `ALTER TABLE ONLY` says something only where there are children.
    fn plain(&self, address: &ObjectAddress, steps: &mut [super::Step]) {
        if !self.parents.contains(&address.qualified()) {
            for step in steps {
                if let Some(rest) = step.sql.strip_prefix("ALTER TABLE ONLY ") {
                    step.sql = format!("ALTER TABLE {rest}");
                }
            }
        }
    }

    /// Whether the table, there at start and end, has a parent at both that satisfies `test`.
    fn parent_stays_and(
        &self,
        address: &ObjectAddress,
        from: &Table,
        to: &Table,
        test: &dyn Fn(&ObjectAddress) -> bool,
    ) -> bool {
        let attached = from
            .partition
            .iter()
            .filter(|_| !self.fates.drops_part(address, &id::partition_part()) && to.partition.is_some())
            .map(|partition| &partition.parent);
        let inherits = from.inherits.iter().filter(|parent| {
            to.inherits.contains(parent) && !self.fates.drops_part(address, &id::inherits_part(parent))
        });
        attached.chain(inherits).any(|parent| test(&Self::table_address(parent)))
    }

    /// Owner, privileges and comments of an object that stays.
    fn alter_common(&mut self, from: &Object, to: &Object, made: &BTreeSet<Part>) {
        let whole: Id = (to.address.clone(), None);
        // The owner of a sequence that a column owns follows that of the table.
        let follows = match (&from.body, &to.body) {
            (Body::Sequence(a), Body::Sequence(b)) => a.owned_by.is_some() && a.owned_by == b.owned_by,
            _ => false,
        };
        if from.common.owner != to.common.owner && !to.common.owner.is_empty() && !follows {
            self.push(Op::new(vec![owner::change(to)]).alters(whole.clone()));
        }
        let grants = grant::changes(from, to, made, self.role());
        if !grants.is_empty() {
            let mut op = Op::new(grants).alters(whole.clone());
            if default_privileges::is_one(to) {
                op = op.in_phase(Phase::Last);
            }
            self.push(op);
        }
        let extensions = extension_dependency::changes(from, to);
        if !extensions.is_empty() {
            self.push(Op::new(extensions).alters(whole.clone()));
        }
        for (part, step) in annotation::changes(from, to, made) {
            let id = id::unit(&to.address, part.as_ref());
            self.push(Op::new(vec![step]).alters(id));
        }
    }

    /// Owner, privileges and comments of an object that was just made.
    fn after_create(&self, object: &Object, later: &BTreeSet<Part>) -> Vec<super::Step> {
        let mut steps: Vec<_> = owner::after_create(object, self.role()).into_iter().collect();
        let initial = default_privileges::of_new(object, self.role(), self.from);
        steps.extend(grant::after_create(object, self.role(), &initial));
        steps.extend(extension_dependency::after_create(object));
        steps.extend(annotation::after_create(object, later));
        steps
    }
}
