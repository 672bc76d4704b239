//! Partitions and their indexes find their parents.

use super::Build;
use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::ident::QualifiedName;
use crate::object::{Body, Object, Table};
use crate::plan::id::{self, Id, attached};
use crate::plan::op::{Op, Phase};
use crate::render::{index, table};

impl Build<'_> {
    /// `ATTACH PARTITION`, once the indexes of both are there: the server then attaches those by itself.
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
                if constraint.references.is_none() {
                    op = op.needs((table.clone(), Some(Part::constraint(name))));
                }
            }
        }
        for (parent_index, children) in &self.to_attachments {
            for child in children {
                if self.table_of_index(child).as_ref() == Some(&address.qualified()) {
                    op = op.needs(child.clone());
                    op.needs.extend(self.to_indexes.get(parent_index).cloned());
                }
            }
        }
        for (other, _) in self.partitions_of(&address.qualified()) {
            op = op.needs((other, Some(id::partition_part())));
        }
        self.push(op);
    }

    fn partitions_of(&self, parent: &QualifiedName) -> Vec<(ObjectAddress, &Table)> {
        self.to
            .iter()
            .filter_map(|object| match &object.body {
                Body::Table(table) => Some((object.address.clone(), table)),
                _ => None,
            })
            .filter(|(_, table)| table.partition.as_ref().is_some_and(|p| p.parent == *parent))
            .collect()
    }

    /// The table that an index or constraint of the end is on.
    fn table_of_index(&self, id: &Id) -> Option<QualifiedName> {
        match (&id.1, &self.to.get(&id.0)?.body) {
            (None, Body::Index(index)) => Some(index.table.clone()),
            (Some(_), Body::Table(_)) => Some(id.0.qualified()),
            _ => None,
        }
    }

    /// Whether the plan attaches the table.
    fn is_attached_here(&self, table: &QualifiedName) -> bool {
        let address = ObjectAddress::new(ObjectKind::Table, &table.schema, &table.name);
        let was = Self::table_of(self.from, table).is_some_and(|table| table.partition.is_some());
        !was || self.fates.drops_part(&address, &id::partition_part())
    }

    /// Attaches indexes of partitions that were partitions before.
    pub(super) fn attach_indexes(&mut self) {
        let mut ops = Vec::new();
        for (parent, children) in &self.to_attachments {
            let Some(parent_id) = self.to_indexes.get(parent) else { continue };
            for child in children {
                let Some(table) = self.table_of_index(child) else { continue };
                let was = self.was_attached_to(child, parent);
                if self.is_attached_here(&table) || (was && !self.is_made(child) && !self.is_made(parent_id))
                {
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
                if let Some(parent_table) = self.table_of_index(parent_id) {
                    for (other, _) in self.partitions_of(&parent_table) {
                        op = op.needs((other, Some(id::partition_part())));
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
