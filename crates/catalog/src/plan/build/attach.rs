//! Partitions and their indexes find their parents.

use super::Build;
use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Object, Table};
use crate::plan::id::{self, Id, attached};
use crate::plan::op::{Op, Phase};
use crate::render::{index, table};

impl Build<'_> {
    /// `ATTACH PARTITION`.
    ///
    /// What the parent has of indexes and keys by then, the server attaches those of the partition to by itself: they
    /// are there before. Indexes that the plan makes by statements of their own come afterwards, and each is attached by
    /// name: of several that are alike the server would take any, and it would make those that are missing on purpose.
    pub(super) fn attach_table(&mut self, object: &Object, body: &Table) {
        let Some(partition) = &body.partition else { return };
        let address = &object.address;
        let parent = Self::table_address(&partition.parent);
        let mut op = Op::new(vec![table::partition::attach(address, partition)])
            .makes((address.clone(), Some(id::partition_part())))
            .in_phase(Phase::Attach);
        for (table, body) in [(address, Some(body)), (&parent, Self::table_of(self.to, &partition.parent))] {
            let Some(body) = body else { continue };
            for column in body.columns.keys() {
                op = op.needs((table.clone(), Some(Part::column(column))));
            }
            for (name, constraint) in &body.constraints {
                // Foreign keys of the parent are made after all partitions are there.
                if constraint.references.is_none() && !constraint.kind.has_index() {
                    op = op.needs((table.clone(), Some(Part::constraint(name))));
                }
            }
        }
        for (child, parent_index) in self.to_attached.get(&address.qualified()).into_iter().flatten() {
            let Some(parent_id) = self.to_indexes.get(parent_index) else { continue };
            if !self.is_made_apart(parent_id) {
                op = op.needs(child.clone()).needs(parent_id.clone());
                op.needs.extend(self.attached_below(child));
            }
        }
        for gone in self.indexes_that_go(&parent) {
            op = op.after_gone(gone);
        }
        for other in self.to_partitions.get(&address.qualified()).into_iter().flatten() {
            op = op.needs((other.clone(), Some(id::partition_part())));
        }
        self.push(op);
    }

    /// The attachments that complete an index of a partitioned table: the server passes over one that is not valid.
    fn attached_below(&self, id: &Id) -> Vec<Id> {
        let index = match &id.1 {
            Some(part) => QualifiedName::new(&id.0.schema, &part.name),
            None => id.0.qualified(),
        };
        let mut all = Vec::new();
        for child in self.to_attachments.get(&index).into_iter().flatten() {
            all.push(attached(&child.0, child.1.as_ref().map(|part| part.name.as_str())));
            all.extend(self.attached_below(child));
        }
        all
    }

    /// Indexes and keys of a table of the start that go.
    fn indexes_that_go(&self, table: &ObjectAddress) -> Vec<Id> {
        let mut gone: Vec<Id> = self
            .on_relation
            .get(&table.qualified())
            .into_iter()
            .flatten()
            .filter(|child| child.kind == ObjectKind::Index && self.fates.drops(child))
            .map(|child| (child.clone(), None))
            .collect();
        if let Some(body) = Self::table_of(self.from, &table.qualified()) {
            let keys = body.constraints.iter().filter(|(_, constraint)| constraint.kind.has_index());
            let parts = keys.map(|(name, _)| Part::constraint(name));
            gone.extend(
                parts
                    .filter(|part| self.fates.drops_part(table, part))
                    .map(|part| (table.clone(), Some(part))),
            );
        }
        gone
    }

    /// Whether the plan makes an index or key by a statement of its own, other than `CREATE TABLE`.
    pub(super) fn is_made_apart(&self, id: &Id) -> bool {
        let inline = id.1.as_ref().is_some_and(|part| {
            self.is_made(&(id.0.clone(), None))
                && Self::table_of(self.to, &id.0.qualified())
                    .is_some_and(|body| self.inline_constraints(&id.0, body).contains(&part.name))
        });
        self.is_made(id) && !inline
    }

    /// An index or key that is made by a statement of its own comes after partitions are attached, of its table and of
    /// the partitioned table whose index it will be attached to.
    pub(super) fn after_attaching(&self, op: Op, table: &QualifiedName, id: &Id) -> Op {
        let mut op = op;
        for partition in self.to_partitions.get(table).into_iter().flatten() {
            op = op.needs((partition.clone(), Some(id::partition_part())));
        }
        let is_partition = Self::table_of(self.to, table).is_some_and(|table| table.partition.is_some());
        if is_partition && self.is_attached_here(table) {
            let parent = match (&id.1, self.to.get(&id.0).map(|object| &object.body)) {
                (None, Some(Body::Index(index))) => index.parent.as_ref(),
                (Some(part), Some(Body::Table(table))) => {
                    table.constraints.get(&part.name).and_then(|constraint| constraint.index_parent.as_ref())
                }
                _ => None,
            };
            let parent = parent.and_then(|parent| self.to_indexes.get(parent));
            if parent.is_none_or(|parent| self.is_made_apart(parent)) {
                op = op.needs((Self::table_address(table), Some(id::partition_part())));
            }
        }
        op
    }

    /// Whether the plan attaches the table.
    fn is_attached_here(&self, table: &QualifiedName) -> bool {
        let address = ObjectAddress::new(ObjectKind::Table, &table.schema, &table.name);
        let was = Self::table_of(self.from, table).is_some_and(|table| table.partition.is_some());
        !was || self.fates.drops_part(&address, &id::partition_part())
    }

    /// Attaches indexes of partitions, but for those that the server attaches with their tables.
    pub(super) fn attach_indexes(&mut self) {
        let mut ops = Vec::new();
        for (parent, children) in &self.to_attachments {
            let Some(parent_id) = self.to_indexes.get(parent) else { continue };
            for child in children {
                let Some(table) = table_of_index(self.to, child) else { continue };
                let was = self.was_attached_to(child, parent);
                let by_itself = self.is_attached_here(&table) && !self.is_made_apart(parent_id);
                if by_itself || (was && !self.is_made(child) && !self.is_made(parent_id)) {
                    continue;
                }
                let (name, part) = match &child.1 {
                    None => (child.0.qualified(), Part::property("parent")),
                    Some(part) => (QualifiedName::new(&child.0.schema, &part.name), part.clone()),
                };
                let constraint = child.1.as_ref().map(|part| part.name.as_str());
                let mut op = Op::new(vec![index::attach(&child.0, part, parent, &name)])
                    .makes(attached(&child.0, constraint))
                    .needs(child.clone())
                    .needs(parent_id.clone())
                    .in_phase(Phase::Attach);
                // An index is valid once every partition has its own, those that come included.
                if let Some(parent_table) = table_of_index(self.to, parent_id) {
                    for other in self.to_partitions.get(&parent_table).into_iter().flatten() {
                        op = op.needs((other.clone(), Some(id::partition_part())));
                    }
                }
                ops.push(op);
            }
        }
        self.ops.extend(ops);
    }

    fn was_attached_to(&self, id: &Id, parent: &QualifiedName) -> bool {
        match (&id.1, self.from.get(&id.0).map(|object| &object.body)) {
            (None, Some(Body::Index(index))) => index.parent.as_ref() == Some(parent),
            (Some(part), Some(Body::Table(table))) => table
                .constraints
                .get(&part.name)
                .is_some_and(|constraint| constraint.index_parent.as_ref() == Some(parent)),
            _ => false,
        }
    }
}

/// The table that an index or key is on.
pub(super) fn table_of_index(catalog: &Catalog, id: &Id) -> Option<QualifiedName> {
    match (&id.1, &catalog.get(&id.0)?.body) {
        (None, Body::Index(index)) => Some(index.table.clone()),
        (Some(_), Body::Table(_)) => Some(id.0.qualified()),
        _ => None,
    }
}
