//! Tables that stay and change.

use std::collections::BTreeSet;

use super::Build;
use crate::address::{ObjectAddress, Part};
use crate::ident::QualifiedName;
use crate::object::{Column, Object, Table};
use crate::plan::Step;
use crate::plan::id::{self, Id};
use crate::plan::op::Op;
use crate::render::table::constraint::Change;
use crate::render::{annotation, grant, table};

impl Build<'_> {
    /// Changes a table in place; returns the columns and constraints that were made.
    pub(super) fn alter_table(&mut self, from: &Object, to: &Object, a: &Table, b: &Table) -> BTreeSet<Part> {
        let address = &to.address;
        let mut made = BTreeSet::new();
        let steps = table::alter(address, a, b);
        if !steps.is_empty() {
            self.push(Op::new(steps).alters((address.clone(), None)));
        }
        for (name, column) in b.columns_in_order() {
            match a.columns.get(name) {
                Some(before) if !self.fates.drops_part(address, &Part::column(name)) => {
                    self.alter_column(from, (a, b), name, before, column);
                }
                _ => {
                    made.insert(Part::column(name));
                    self.add_column(to, a, b, name, column);
                }
            }
        }
        for (name, constraint) in &b.constraints {
            let part = Part::constraint(name);
            let stays = !self.fates.drops_part(address, &part);
            match a.constraints.get(name) {
                Some(before) if stays => {
                    let by_parent = constraint.inherited.0 && before.inherited.0 && b.partition.is_some();
                    let step = match table::constraint::change(before, constraint) {
                        Change::Validate if !by_parent => {
                            table::constraint::validate(address, name, constraint)
                        }
                        Change::Defer(clause) if !by_parent => {
                            table::constraint::defer(address, name, &clause)
                        }
                        _ => continue,
                    };
                    self.push(Op::new(vec![step]).alters((address.clone(), Some(part))));
                }
                _ => {
                    made.insert(part);
                    self.add_constraint(to, b, name, Some(a));
                }
            }
        }
        if b.partition.is_some()
            && (a.partition.is_none() || self.fates.drops_part(address, &id::partition_part()))
        {
            self.attach_table(to, b);
        }
        let comes = |parent: &&QualifiedName| {
            !a.inherits.contains(parent) || self.fates.drops_part(address, &id::inherits_part(parent))
        };
        let come: Vec<QualifiedName> = b.inherits.iter().filter(comes).cloned().collect();
        self.inherit_from(address, &come, &made);
        self.become_typed(address, a, b);
        self.replica_identity(address, &a.replica_identity, b);
        self.cluster_on(address, a.cluster_on.as_ref(), b);
        made
    }

    /// `INHERIT`, once what the table has from the parents is there; in their order.
    pub(super) fn inherit_from(
        &mut self,
        address: &ObjectAddress,
        parents: &[QualifiedName],
        made: &BTreeSet<Part>,
    ) {
        let mut before: Option<Id> = None;
        for parent in parents {
            let id = (address.clone(), Some(id::inherits_part(parent)));
            let mut op = Op::new(vec![table::partition::inherit(address, parent, true)]).makes(id.clone());
            op.needs.extend(before.replace(id));
            for made in made {
                op = op.needs((address.clone(), Some(made.clone())));
            }
            if let Some(table) = Self::table_of(self.to, parent) {
                for column in table.columns.keys() {
                    op = op.needs((Self::table_address(parent), Some(Part::column(column))));
                }
            }
            self.push(op);
        }
    }

    /// `OF`, once the columns are those of the type.
    fn become_typed(&mut self, address: &ObjectAddress, a: &Table, b: &Table) {
        let part = id::of_type_part();
        if b.of_type.is_none() || (a.of_type.is_some() && !self.fates.drops_part(address, &part)) {
            return;
        }
        let mut op =
            Op::new(vec![table::of_type(address, b.of_type.as_ref())]).makes((address.clone(), Some(part)));
        for column in b.columns.keys() {
            op = op.needs((address.clone(), Some(Part::column(column))));
        }
        for column in a.columns.keys() {
            op = op.after_gone((address.clone(), Some(Part::column(column))));
        }
        for parent in &a.inherits {
            op = op.after_gone((address.clone(), Some(id::inherits_part(parent))));
        }
        self.push(op);
    }

    /// `ADD COLUMN`, unless it comes with that of a parent.
    fn add_column(&mut self, object: &Object, a: &Table, b: &Table, name: &str, column: &Column) {
        let address = &object.address;
        let part = Part::column(name);
        let default = (address.clone(), Some(Part::default_of(name)));
        let split = self.split.contains(&default);
        let holds = column.default.is_some() || column.generated.is_some() || column.identity.is_some();
        let mut parent_ids = Vec::new();
        let by_parent = column.inherited.0
            && self.parent_stays_and(address, a, b, &|parent| {
                let id = (parent.clone(), Some(part.clone()));
                let has = Self::table_of(self.to, &parent.qualified())
                    .is_some_and(|table| table.columns.contains_key(name));
                has && self.is_made(&id)
            });
        let mut steps = Vec::new();
        if by_parent {
            parent_ids
                .extend(b.partition.iter().map(|p| &p.parent).chain(&b.inherits).map(Self::table_address));
            let parent = parent_ids.iter().find_map(|parent| {
                Self::table_of(self.to, &parent.qualified()).and_then(|table| table.columns.get(name))
            });
            let parent_default = parent.and_then(|parent| parent.default.as_ref());
            if parent_default != column.default.as_ref() && !split && column.generated.is_none() {
                steps.push(table::column::set_default(address, name, column.default.as_ref()));
            }
            if column.not_null && !parent.is_some_and(Column::gives_not_null) {
                steps.push(self.not_null(address, name, true));
            }
            if parent.is_none_or(|parent| parent.identity.is_none()) {
                let identity = column.identity.as_ref();
                steps.extend(table::column::set_identity(address, name, &column.type_name, None, identity));
            }
        } else {
            let returns = self.options.rows_return.contains(&(address.clone(), Some(name.to_owned())))
                && column.generated.is_none();
            // Of values that come back some may be null, as where it is not valid; and `ADD COLUMN … NO INHERIT` would have
            // children take no nulls without a constraint.
            let later = column.not_null_not_valid || column.not_null_no_inherit;
            let nullable = column.not_null && ((returns && !holds) || later);
            let first = Column { not_null: column.not_null && !nullable, ..column.clone() };
            steps.extend(table::column::add(address, name, &first, !split));
            if returns {
                steps.push(table::restore_rows(address, Some(name)));
            }
            if nullable {
                steps.push(self.not_null(address, name, true));
            }
        }
        steps.extend(grant::of_column(object, name, self.role()));
        steps.extend(annotation::of_part(object, &part));
        steps.extend(Self::not_null_comment(address, name, column));
        self.plain(address, &mut steps);
        let mut op = Op::new(steps).makes((address.clone(), Some(part.clone())));
        if holds && !split {
            op = op.makes(default.clone());
        }
        for parent in parent_ids {
            op = op.needs((parent, Some(part.clone())));
        }
        for user in self.row_users_below(address) {
            op = op.after_gone(user);
        }
        // Columns stand in the table in the order in which they are added.
        let previous = b
            .columns_in_order()
            .take_while(|(other, _)| *other != name)
            .filter(|(other, _)| self.is_made(&(address.clone(), Some(Part::column(*other)))))
            .last();
        if let Some((previous, _)) = previous {
            op = op.follows((address.clone(), Some(Part::column(previous))));
        }
        // A column that is a child's own too is there before the parent's, which it becomes one with.
        for child in self.to_heirs.get(&address.qualified()).into_iter().flatten() {
            let own = Self::table_of(self.to, &child.qualified())
                .and_then(|table| table.columns.get(name))
                .is_some_and(|column| !column.inherited.0);
            let id = (child.clone(), Some(part.clone()));
            if own && self.is_made(&id) && !self.is_made(&(child.clone(), None)) {
                op = op.needs(id);
            }
        }
        self.push(op);
        if split {
            self.make_default(address, name, column, false);
        }
    }

    /// What goes because it holds values of the rows of a table or of a child.
    fn row_users_below(&self, address: &ObjectAddress) -> Vec<Id> {
        if self.fates.row_users.is_empty() {
            return Vec::new();
        }
        let mut users = Vec::new();
        let mut pending = vec![address.clone()];
        while let Some(table) = pending.pop() {
            users.extend(self.fates.row_users.get(&table).into_iter().flatten().cloned());
            let name = table.qualified();
            let children = [&self.to_heirs, &self.to_partitions].map(|below| below.get(&name));
            pending.extend(children.into_iter().flatten().flatten().cloned());
        }
        users
    }

    fn make_default(&mut self, address: &ObjectAddress, name: &str, column: &Column, was_there: bool) {
        let mut steps = match &column.identity {
            Some(identity) => {
                let mut steps =
                    table::column::set_identity(address, name, &column.type_name, None, Some(identity));
                steps.extend(self.count_on(&identity.sequence, &identity.options, address, name));
                steps
            }
            None => vec![table::column::set_default(address, name, column.default.as_ref())],
        };
        self.plain(address, &mut steps);
        let id = (address.clone(), Some(Part::default_of(name)));
        let op = Op::new(steps);
        self.push(if was_there { op.alters(id) } else { op.makes(id) });
    }

    fn alter_column(
        &mut self,
        from: &Object,
        (a, b): (&Table, &Table),
        name: &str,
        old: &Column,
        new: &Column,
    ) {
        let address = &from.address;
        let part = Part::column(name);
        let default = Part::default_of(name);
        let retyped = |table: &ObjectAddress| self.fates.retyped.contains(&(table.clone(), name.to_owned()));
        let mut steps: Vec<Step> = Vec::new();
        if retyped(address) {
            let by_parent = self.parent_stays_and(address, a, b, &|parent| retyped(parent));
            if !by_parent {
                let foreign = b.server.is_some();
                let values =
                    || self.rebuilt_values(from, name, new).or_else(|| self.converted(name, old, new));
                let using = if foreign { None } else { values() };
                steps.push(table::column::set_type(address, name, new, using, foreign));
            }
        }
        // The new type may bring another storage of its own.
        steps.extend(table::column::storage(address, name, old, new));
        let (not_null, above) = self.alter_not_null(address, (a, b), name, (old, new));
        steps.extend(not_null);
        self.plain(address, &mut steps);
        if !steps.is_empty() {
            let op = Op::new(steps).alters((address.clone(), Some(part)));
            self.push(above.into_iter().fold(op, Op::follows));
        }
        let dropped = self.fates.drops_part(address, &default);
        let holds = new.default.is_some() || new.identity.is_some();
        let held = old.default.is_some() || old.generated.is_some() || old.identity.is_some();
        if holds && (dropped || !held) {
            self.make_default(address, name, new, false);
        } else if old.default != new.default && holds {
            self.make_default(address, name, new, true);
        } else if let (Some(before), Some(after)) = (&old.identity, &new.identity) {
            let mut steps =
                table::column::set_identity(address, name, &new.type_name, Some(before), Some(after));
            self.plain(address, &mut steps);
            if !steps.is_empty() {
                let op = Op::new(steps).alters((address.clone(), Some(default)));
                self.push(op.follows((address.clone(), Some(Part::column(name)))));
            }
        }
    }
}
