//! Tables that come.

use std::collections::BTreeSet;

use super::Build;
use crate::address::{ObjectAddress, Part};
use crate::ident::QualifiedName;
use crate::object::{
    Body, Column, Constraint, ConstraintKind, Object, ReplicaIdentity, ReplicaIdentityKind, Table,
};
use crate::plan::Step;
use crate::plan::id::{self, Id};
use crate::plan::op::{Op, Phase};
use crate::render::{annotation, table};

impl Build<'_> {
    /// Makes a table with what can stand in `CREATE TABLE`; the rest follows.
    pub(super) fn make_table(&mut self, object: &Object, body: &Table) {
        let late = self.late_parents(body);
        let free = self.free_of(object, body, &late);
        let (object, body) = free.as_ref().map_or((object, body), |(object, body)| (object, body));
        let address = &object.address;
        let is_split = |part: &Part| self.split.contains(&(address.clone(), Some(part.clone())));
        let mut later: BTreeSet<Part> =
            body.constraints.keys().map(Part::constraint).filter(|part| is_split(part)).collect();
        later.extend(body.columns.keys().map(Part::default_of).filter(|part| is_split(part)));
        let inline = self.inline_constraints(address, body);
        later.extend(body.constraints.keys().filter(|name| !inline.contains(*name)).map(Part::constraint));

        let mut steps = table::create(address, body, &inline, &later);
        steps.extend(self.inherited_columns(address, body, &later));
        steps.extend(table::row_security(address, &Table::default(), body));
        self.plain(address, &mut steps);
        let mut own = self.after_create(object, &later);
        steps.append(&mut own);
        let checked = body.columns_in_order().filter(|(_, column)| !column.not_null_not_valid);
        steps.extend(checked.filter_map(|(name, column)| Self::not_null_comment(address, name, column)));
        if self.options.rows_return.contains(&(address.clone(), None)) {
            steps.push(table::restore_rows(address, None));
        }
        for step in &mut steps {
            step.change = crate::plan::ChangeKind::Create;
        }
        let mut op = Op::new(steps);
        for id in id::units(object) {
            let apart =
                id.1.as_ref().is_some_and(|part| later.contains(part) || *part == id::partition_part());
            if !apart {
                op = op.makes(id);
            }
        }
        for parent in &body.inherits {
            op = self.after_changes_of(parent, op);
            op = self.after_unchecked(parent, body, op);
            op = self.after_unchecked_columns(parent, body, op);
        }
        self.push(op);
        let made: BTreeSet<Part> = id::units(object).into_iter().filter_map(|(_, part)| part).collect();
        self.inherit_from(address, &late, &made);
        self.leave_unchecked(address, body);

        for part in later {
            match part.kind {
                crate::address::PartKind::Constraint => self.add_constraint(object, body, &part.name, None),
                _ => {
                    let default = body.columns.get(&part.name).and_then(|column| column.default.as_ref());
                    let mut steps = vec![table::column::set_default(address, &part.name, default)];
                    self.plain(address, &mut steps);
                    self.push(Op::new(steps).makes((address.clone(), Some(part))));
                }
            }
        }
        self.attach_table(object, body);
        self.replica_identity(address, &ReplicaIdentity::default(), body);
        self.cluster_on(address, None, body);
    }

    /// A child is made once the columns of a parent are what they will be: some changes the parent makes for itself alone.
    fn after_changes_of(&self, parent: &QualifiedName, mut op: Op) -> Op {
        let address = Self::table_address(parent);
        let id = |part: Part| (address.clone(), Some(part));
        if let Some(table) = Self::table_of(self.to, parent) {
            for name in table.columns.keys() {
                op = op.follows(id(Part::column(name))).follows(id(Part::default_of(name)));
            }
        }
        if let Some(table) = Self::table_of(self.from, parent) {
            for name in table.columns.keys().filter(|name| !self.to_has_column(parent, name)) {
                op = op.after_gone(id(Part::column(name)));
            }
        }
        op
    }

    /// A child whose check of a parent's holds, though the parent's was not checked, is made after that: checks are of
    /// no rows then.
    fn after_unchecked(&self, parent: &QualifiedName, body: &Table, mut op: Op) -> Op {
        let Some(above) = Self::table_of(self.to, parent) else { return op };
        for (name, _) in above.constraints.iter().filter(|(_, c)| is_unchecked(c)) {
            if body.constraints.get(name).is_some_and(|own| own.inherited.0 && own.validated) {
                op = op.follows((Self::table_address(parent), Some(Part::constraint(name))));
            }
        }
        op
    }

    /// Children that the plan makes have to be there before a check that was not checked for them either.
    fn heirs_left_unchecked(&self, table: &QualifiedName, name: &str) -> Vec<Id> {
        let mut all = Vec::new();
        for heir in self.to_heirs.get(table).into_iter().flatten() {
            let id = (heir.clone(), None);
            let heir = heir.qualified();
            let own = Self::table_of(self.to, &heir).and_then(|table| table.constraints.get(name));
            if self.is_made(&id) && own.is_some_and(is_unchecked) {
                all.push(id);
                all.extend(self.heirs_left_unchecked(&heir, name));
            }
        }
        all
    }

    /// Parents that a new table can only get later, as in a table that is made as their child all checks hold, and those
    /// that come after them.
    fn late_parents(&self, body: &Table) -> Vec<QualifiedName> {
        let is_late = |parent: &&QualifiedName| {
            let Some(above) = Self::table_of(self.to, parent) else { return false };
            body.constraints.iter().any(|(name, own)| {
                let id = (Self::table_address(parent), Some(Part::constraint(name)));
                is_unchecked(own) && above.constraints.contains_key(name) && !self.is_made(&id)
            })
        };
        body.inherits.iter().skip_while(|parent| !is_late(parent)).cloned().collect()
    }

    /// A table as it is before it gets some of its parents.
    fn free_of(&self, object: &Object, body: &Table, late: &[QualifiedName]) -> Option<(Object, Table)> {
        if late.is_empty() {
            return None;
        }
        let mut body = body.clone();
        body.inherits.retain(|parent| !late.contains(parent));
        let left: Vec<&Table> =
            body.inherits.iter().filter_map(|parent| Self::table_of(self.to, parent)).collect();
        for (name, column) in &mut body.columns {
            column.inherited.0 &= left.iter().any(|parent| parent.columns.contains_key(name));
        }
        for (name, constraint) in &mut body.constraints {
            constraint.inherited.0 &= left.iter().any(|parent| parent.constraints.contains_key(name));
        }
        Some((Object { body: Body::Table(body.clone()), ..object.clone() }, body))
    }

    fn to_has_column(&self, table: &QualifiedName, name: &str) -> bool {
        Self::table_of(self.to, table).is_some_and(|table| table.columns.contains_key(name))
    }

    /// The constraints that `CREATE TABLE` holds, when the table is made.
    pub(super) fn inline_constraints(&self, address: &ObjectAddress, body: &Table) -> Vec<String> {
        let is_split = |part: &Part| self.split.contains(&(address.clone(), Some(part.clone())));
        let split = body.constraints.keys().map(Part::constraint).filter(is_split).collect();
        // The server attaches the one key that is there to that of the parent.
        let counterpart = |name: &str| {
            let parent = body.constraints.get(name).and_then(|constraint| constraint.index_parent.as_ref());
            parent
                .and_then(|parent| self.to_indexes.get(parent))
                .is_some_and(|parent| !self.is_made_apart(parent))
        };
        let mut inline = table::inline_constraints(body, &split, &counterpart);
        // The server makes a key for each partition that has none to attach.
        if let Some(partitions) = self.to_partitions.get(&address.qualified()) {
            inline.retain(|name| {
                let key = QualifiedName::new(&address.schema, name);
                let attached = self.to_attachments.get(&key).map_or(0, Vec::len);
                !body.constraints[name].kind.has_index() || attached == partitions.len()
            });
        }
        inline
    }

    /// What columns that come from a parent by inheritance have other than the parent's.
    fn inherited_columns(&self, address: &ObjectAddress, body: &Table, later: &BTreeSet<Part>) -> Vec<Step> {
        let mut steps = Vec::new();
        if body.partition.is_some() {
            return steps;
        }
        for (name, column) in body.columns.iter().filter(|(_, column)| column.inherited.0) {
            let parents: Vec<&Column> = body
                .inherits
                .iter()
                .filter_map(|parent| Self::table_of(self.to, parent)?.columns.get(name))
                .collect();
            let parent_default = parents.first().and_then(|parent| parent.default.as_ref());
            if column.default.as_ref() != parent_default && !later.contains(&Part::default_of(name)) {
                steps.push(table::column::set_default(address, name, column.default.as_ref()));
            }
            let given = parents.iter().any(|parent| parent.gives_not_null());
            if column.not_null && !column.not_null_not_valid && !given {
                steps.push(self.not_null(address, name, true));
            }
            if !parents.iter().any(|parent| parent.identity.is_some()) {
                let identity = column.identity.as_ref();
                steps.extend(table::column::set_identity(address, name, &column.type_name, None, identity));
            }
        }
        steps
    }

    /// Whether a constraint comes by itself from a parent of the table.
    ///
    /// `stays`: the table was a child of that parent before.
    fn comes_by_itself(&self, body: &Table, name: &str, constraint: &Constraint, stays: bool) -> bool {
        if !constraint.inherited.0 {
            return false;
        }
        let has = |parent: &QualifiedName| {
            Self::table_of(self.to, parent).is_some_and(|parent| parent.constraints.contains_key(name))
        };
        match constraint.kind {
            ConstraintKind::ForeignKey => body.partition.as_ref().is_some_and(|p| has(&p.parent)),
            ConstraintKind::Check => {
                (stays && body.partition.as_ref().is_some_and(|p| has(&p.parent)))
                    || (body.partition.is_none() && body.inherits.iter().any(has))
            }
            _ => false,
        }
    }

    /// `ADD CONSTRAINT`, unless the constraint comes with that of a parent.
    ///
    /// `stays`: the table was there before, as it is now.
    pub(super) fn add_constraint(
        &mut self,
        object: &Object,
        body: &Table,
        name: &str,
        stays: Option<&Table>,
    ) {
        let address = &object.address;
        let constraint = &body.constraints[name];
        let part = Part::constraint(name);
        let was_child = stays.is_some_and(|before| {
            before.partition.is_some() && !self.fates.drops_part(address, &id::partition_part())
        });
        let attached_now = stays.is_some_and(|before| {
            body.partition.is_none()
                && body.inherits.iter().any(|parent| {
                    !before.inherits.contains(parent)
                        && Self::table_of(self.to, parent).is_some_and(|p| p.constraints.contains_key(name))
                })
        });
        let by_itself = self.comes_by_itself(body, name, constraint, was_child) && !attached_now;
        let partitioned_key = constraint.kind.has_index() && body.partition_key.is_some();
        let foreign = constraint.kind == ConstraintKind::ForeignKey;
        let mut steps = Vec::new();
        if !by_itself {
            steps.push(table::constraint::add(address, name, constraint, partitioned_key));
        }
        steps.extend(annotation::of_part(object, &part));
        self.plain(address, &mut steps);
        let mut op = Op::new(steps).makes((address.clone(), Some(part)));
        if constraint.kind.has_index() {
            let id = op.makes[0].clone();
            op = self.after_attaching(op, &address.qualified(), &id);
        }
        if foreign {
            op = op.in_phase(Phase::ForeignKey);
            for adopted in self.adopted(address, name) {
                op = op.needs(adopted);
            }
            let before = stays.and_then(|before| before.partition.as_ref());
            if let Some(above) = before.map(|partition| Self::table_address(&partition.parent))
                && let Some(table) = Self::table_of(self.from, &above.qualified())
            {
                // What the parent has adopted goes with its own.
                let foreign = table.constraints.iter().filter(|(_, c)| c.references.is_some());
                for (name, _) in foreign {
                    op = op.after_gone((above.clone(), Some(Part::constraint(name))));
                }
            }
        }
        if is_unchecked(constraint) {
            for heir in self.heirs_left_unchecked(&address.qualified(), name) {
                op = op.needs(heir);
            }
        }
        if by_itself {
            let parents = body.partition.iter().map(|p| &p.parent).chain(&body.inherits);
            for parent in parents {
                op = op.needs((Self::table_address(parent), Some(Part::constraint(name))));
            }
        }
        self.push(op);
    }

    /// Foreign keys of partitions under names of their own, which that of the partitioned table adopts when they are
    /// there before it.
    fn adopted(&self, address: &ObjectAddress, name: &str) -> Vec<Id> {
        let mut adopted = Vec::new();
        let Some(above) = Self::table_of(self.to, &address.qualified()) else { return adopted };
        for partition in self.to_partitions.get(&address.qualified()).into_iter().flatten() {
            let Some(body) = Self::table_of(self.to, &partition.qualified()) else { continue };
            // Those of other names come with other keys of the parent, or are none that this one could adopt.
            let own = body.constraints.iter().filter(|(other, constraint)| {
                constraint.inherited.0
                    && !above.constraints.contains_key(*other)
                    && above.constraints.get(name).is_some_and(|key| key.definition == constraint.definition)
            });
            adopted.extend(own.map(|(other, _)| (partition.clone(), Some(Part::constraint(other)))));
        }
        adopted
    }

    /// `REPLICA IDENTITY`, once its index is there.
    pub(super) fn replica_identity(&mut self, address: &ObjectAddress, from: &ReplicaIdentity, to: &Table) {
        let index = to
            .replica_identity
            .index
            .as_ref()
            .filter(|_| to.replica_identity.kind == ReplicaIdentityKind::Index);
        let again = index.is_some_and(|index| self.index_is_made(address, index));
        if *from == to.replica_identity && !again {
            return;
        }
        let id: Id = (address.clone(), Some(Part::property("replica_identity")));
        let op = Op::new(vec![table::replica_identity(address, to)]).alters(id);
        let op = self.after_index(op, address, index);
        self.push(op);
    }

    /// `CLUSTER ON`, once its index is there.
    pub(super) fn cluster_on(&mut self, address: &ObjectAddress, from: Option<&String>, to: &Table) {
        let index = to.cluster_on.as_ref();
        let again = index.is_some_and(|index| self.index_is_made(address, index));
        if from == index && !again {
            return;
        }
        let id: Id = (address.clone(), Some(Part::property("cluster_on")));
        let op = Op::new(vec![table::cluster_on(address, index)]).alters(id);
        let op = self.after_index(op, address, index);
        self.push(op);
    }

    /// Whether an index that is there at the end was not, or goes in between.
    fn index_is_made(&self, address: &ObjectAddress, index: &str) -> bool {
        self.to_indexes.get(&QualifiedName::new(&address.schema, index)).is_some_and(|id| self.is_made(id))
    }

    /// Whether the plan makes the object or part.
    pub(super) fn is_made(&self, id: &Id) -> bool {
        let there = match (&id.1, self.from.get(&id.0).map(|object| &object.body)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(part), Some(Body::Table(table))) => match part.kind {
                crate::address::PartKind::Constraint => table.constraints.contains_key(&part.name),
                _ => table.columns.contains_key(&part.name),
            },
            _ => true,
        };
        !there
            || self.fates.drops(&id.0)
            || id.1.as_ref().is_some_and(|part| self.fates.drops_part(&id.0, part))
    }

    fn after_index(&self, op: Op, address: &ObjectAddress, index: Option<&String>) -> Op {
        let op = op.needs((address.clone(), None));
        let id = index.and_then(|index| self.to_indexes.get(&QualifiedName::new(&address.schema, index)));
        match id {
            Some(id) => op.needs(id.clone()),
            None => op,
        }
    }
}

/// Whether a check was never made of the rows that are there.
fn is_unchecked(constraint: &Constraint) -> bool {
    constraint.kind == ConstraintKind::Check && !constraint.validated
}
