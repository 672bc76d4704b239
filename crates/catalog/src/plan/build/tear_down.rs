//! What goes.

use super::Build;
use crate::address::{ObjectAddress, ObjectKind, Part, PartKind};
use crate::ident::QualifiedName;
use crate::object::{Body, Object, Table, Trigger, support_functions, supports};
use crate::plan::id::{self, Id};
use crate::plan::op::{Op, Phase};
use crate::plan::{Action, ChangeKind, Hazard, Step};
use crate::render::{
    access_method, aggregate, base_type, cast, collation, conversion, default_privileges, domain,
    event_trigger, extension, foreign_data_wrapper, index, language, materialized_view, operator,
    operator_class, operator_family, policy, privileges, publication, publication_schema, publication_table,
    routine, rule, schema, sequence, server, setting, statistics, subscription, table,
    text_search_configuration, text_search_dictionary, text_search_parser, text_search_template, transform,
    trigger, user_mapping, view,
};

impl Build<'_> {
    /// Drops the object if it goes, or those of its parts that do.
    pub(super) fn tear_down(&mut self, object: &Object) {
        let address = &object.address;
        if !self.fates.drops(address) {
            match &object.body {
                Body::Table(table) => self.drop_parts(address, table),
                Body::Domain(domain) => {
                    for name in domain.constraints.keys() {
                        let id = (address.clone(), Some(Part::constraint(name)));
                        if self.fates.destroyed.contains(&id) {
                            self.push(Op::new(vec![domain::drop_constraint(address, name)]).destroys(id));
                        }
                    }
                }
                Body::Sequence(_) => {
                    let id = (address.clone(), Some(id::owned_by_part()));
                    if self.fates.destroyed.contains(&id) {
                        self.push(Op::new(vec![sequence::own(address, None)]).destroys(id));
                    }
                }
                _ => {}
            }
            return;
        }
        if self.fates.rebuilt.contains(address) {
            self.rebuild_type(object);
            return;
        }
        if self.goes_with_another(object) {
            return;
        }
        if let Body::Trigger(trigger) = &object.body
            && trigger.inherited
        {
            self.forget_state(object, trigger);
            return;
        }
        let step = match &object.body {
            Body::Schema(_) => schema::drop(address),
            Body::Extension(_) => extension::drop(address),
            Body::Enum(_) | Body::Composite(_) | Body::Range(_) => drop_type(address),
            Body::Domain(_) => domain::drop(address),
            Body::Sequence(_) => sequence::drop(address),
            Body::Routine(body) => routine::drop(address, body),
            Body::Aggregate(_) => aggregate::drop(address),
            Body::Operator(_) => operator::drop(address),
            Body::Cast(_) => cast::drop(address),
            Body::Table(body) => {
                self.drop_table(object, body);
                return;
            }
            Body::View(_) => view::drop(address),
            Body::MaterializedView(_) => materialized_view::drop(address),
            Body::Index(body) => {
                let with_it = self.with_attached(&(address.clone(), None), Op::default()).destroys;
                index::drop(address, body, with_it.iter().any(|(_, part)| part.is_some()))
            }
            Body::Trigger(body) => trigger::drop(address, body),
            Body::Policy(body) => policy::drop(address, body),
            Body::Rule(body) => rule::drop(address, body),
            Body::Statistics(body) => statistics::drop(address, body),
            Body::Collation(_) => collation::drop(address),
            Body::TextSearchDictionary(_) => text_search_dictionary::drop(address),
            Body::TextSearchConfiguration(_) => text_search_configuration::drop(address),
            Body::ForeignDataWrapper(_) => foreign_data_wrapper::drop(address),
            Body::Server(_) => server::drop(address),
            Body::UserMapping(_) => user_mapping::drop(address),
            Body::Publication(_) => publication::drop(address),
            Body::PublicationTable(body) => publication_table::drop(address, body),
            Body::PublicationSchema(_) => publication_schema::drop(address),
            Body::Subscription(_) => {
                self.push(Op::new(subscription::drop(address)).destroys((address.clone(), None)));
                return;
            }
            Body::AccessMethod(_) => access_method::drop(address),
            Body::Language(_) => language::drop(address),
            Body::BaseType(body) => base_type::drop(address, body),
            Body::OperatorFamily(_) => operator_family::drop(address),
            Body::OperatorClass(_) => operator_class::drop(address),
            Body::Transform(_) => transform::drop(address),
            Body::Conversion(_) => conversion::drop(address),
            Body::TextSearchParser(_) => text_search_parser::drop(address),
            Body::TextSearchTemplate(_) => text_search_template::drop(address),
            Body::EventTrigger(_) => event_trigger::drop(address),
            Body::Privileges(_) => {
                self.push(Op::new(privileges::drop(object)).destroys((address.clone(), None)));
                return;
            }
            Body::Setting(body) => {
                self.push(Op::new(setting::drop(address, body)).destroys((address.clone(), None)));
                return;
            }
            Body::DefaultPrivileges(_) => {
                let op = Op::new(default_privileges::drop(object)).destroys((address.clone(), None));
                self.push(op.in_phase(Phase::Last));
                return;
            }
        };
        let mut op = Op::new(vec![step]);
        if let Body::Operator(body) = &object.body {
            let announced = body.announced.iter().filter(|operator| self.goes_announced(object, operator));
            op.steps.extend(announced.map(|operator| operator::drop_announced(address, operator)));
        }
        for id in id::units(object) {
            if self.split.contains(&id) {
                self.push_split_drop(object, &id);
            } else {
                op = op.destroys(id);
            }
        }
        self.push(self.with_children_of(object, op));
    }

    /// Whether another statement drops this object too.
    fn goes_with_another(&self, object: &Object) -> bool {
        match &object.body {
            Body::Index(index) => {
                self.relation_goes(&index.table)
                    || self.fates.with_parent.contains_key(&(object.address.clone(), None))
            }
            Body::Trigger(trigger) => self.relation_goes(&trigger.table),
            Body::Routine(_) => object.dependencies().iter().any(|dependency| {
                dependency.on.kind == ObjectKind::BaseType
                    && self.fates.drops(&dependency.on)
                    && self.from.get(&dependency.on).is_some_and(|base| supports(&object.address, base))
            }),
            Body::PublicationTable(table) => self.relation_goes(&table.table),
            Body::Privileges(_) => object
                .dependencies()
                .iter()
                .any(|on| on.on.kind == ObjectKind::Extension && self.fates.drops(&on.on)),
            Body::DefaultPrivileges(_) => {
                self.fates.drops(&ObjectAddress::global(ObjectKind::Schema, &object.address.schema))
            }
            Body::Policy(_) | Body::Rule(_) | Body::Statistics(_) => {
                hangs_on_relation_only(object)
                    && object.body.relation().is_some_and(|relation| self.relation_goes(relation))
            }
            Body::Sequence(sequence) => sequence.owned_by.as_ref().is_some_and(|owner| {
                let table = Self::table_address(&owner.table);
                self.fates.drops_part(&table, &Part::column(&owner.column))
            }),
            _ => false,
        }
    }

    /// A trigger that a partition has from its parent fires as the parent's does again, unless it goes with that or with
    /// its place.
    fn forget_state(&mut self, object: &Object, trigger: &Trigger) {
        let address = &object.address;
        let table = Self::table_address(&trigger.table);
        let there =
            |parent: &Object| self.from.contains(&parent.address) && !self.fates.drops(&parent.address);
        let parent = match Self::parent_trigger(self.to, address) {
            Some(parent) if there(parent) && !self.fates.drops_part(&table, &id::partition_part()) => parent,
            // The others take it along.
            _ => {
                self.push(Op::new(Vec::new()).destroys((address.clone(), None)));
                return;
            }
        };
        let Body::Trigger(of_parent) = &parent.body else { return };
        let step = trigger::set_state(address, trigger, of_parent.state);
        let op = Op::new(vec![step]).destroys((address.clone(), None));
        self.push(op.follows((parent.address.clone(), None)));
    }

    /// Whether an operator that `object` announced is nobody's afterwards, neither announced nor there.
    fn goes_announced(&self, object: &Object, announced: &String) -> bool {
        let others = self.from.iter().filter(|other| !self.fates.drops(&other.address)).chain(self.to.iter());
        !others.filter(|other| other.address != object.address).any(|other| match &other.body {
            Body::Operator(operator) => {
                operator.announced.contains(announced) || other.address.is_operator(announced)
            }
            _ => false,
        })
    }

    fn relation_goes(&self, name: &QualifiedName) -> bool {
        [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView]
            .into_iter()
            .any(|kind| self.fates.drops(&ObjectAddress::new(kind, &name.schema, &name.name)))
    }

    /// Adds what goes with a relation: its indexes, triggers and owned sequences; and what is attached to an index.
    pub(super) fn with_children_of(&self, object: &Object, mut op: Op) -> Op {
        let address = &object.address;
        if matches!(address.kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView) {
            for child in self.on_relation.get(&address.qualified()).into_iter().flatten() {
                op = op.destroys((child.clone(), None));
            }
        }
        if address.kind == ObjectKind::Table {
            for sequence in self.owned.get(&address.qualified()).into_iter().flatten() {
                if self.fates.drops(sequence) {
                    op = op.destroys((sequence.clone(), None));
                }
            }
        }
        if address.kind == ObjectKind::Extension {
            let of_member = |other: &&Object| {
                other.address.kind == ObjectKind::Privileges
                    && other.dependencies().iter().any(|dependency| dependency.on == *address)
            };
            for privileges in self.from.iter().filter(of_member) {
                op = op.destroys((privileges.address.clone(), None));
            }
        }
        if address.kind == ObjectKind::BaseType {
            for function in support_functions(self.from, address) {
                op = op.destroys((function, None));
            }
        }
        if address.kind == ObjectKind::Schema {
            let inside =
                |other: &&Object| other.address.schema == address.name && default_privileges::is_one(other);
            for defaults in self.from.iter().filter(inside) {
                op = op.destroys((defaults.address.clone(), None));
            }
        }
        if address.kind == ObjectKind::Index {
            op = self.with_attached(&(address.clone(), None), op);
        }
        op
    }

    /// Adds the indexes of partitions that go with theirs; partitions that leave take theirs along before.
    fn with_attached(&self, id: &Id, mut op: Op) -> Op {
        let index = match &id.1 {
            Some(part) => QualifiedName::new(&id.0.schema, &part.name),
            None => id.0.qualified(),
        };
        for child in self.from_attachments.get(&index).into_iter().flatten() {
            let table =
                super::attach::table_of_index(self.from, child).map(|name| Self::table_address(&name));
            op.after_gone.extend(table.map(|table| (table, Some(id::partition_part()))));
        }
        for (child, parent) in &self.fates.with_parent {
            if parent == id && !self.table_goes(child) {
                op = op.destroys(child.clone());
                op = self.with_attached(child, op);
            }
        }
        op
    }

    fn table_goes(&self, id: &Id) -> bool {
        match self.from.get(&id.0).map(|object| &object.body) {
            Some(Body::Index(index)) => self.relation_goes(&index.table),
            _ => self.fates.drops(&id.0),
        }
    }

    fn drop_table(&mut self, object: &Object, body: &Table) {
        let address = &object.address;
        let mut step = table::drop(address, body);
        if self.is_carried(address) {
            step.hazards.retain(|hazard| *hazard != Hazard::DataLoss);
        } else if self.to.contains(address) && body.partition_key.is_none() {
            step.hazards.push(Hazard::DataLoss);
            step.hazards.sort();
            step.hazards.dedup();
        }
        let mut steps = vec![step];
        if let Some(partition) = body.partition.as_ref().filter(|p| self.is_referenced(&p.parent)) {
            // The server does not drop what a foreign key that stays depends on, but it detaches it.
            steps.insert(0, table::partition::detach(address, partition));
        }
        let mut op = Op::new(steps);
        for id in id::units(object) {
            if self.split.contains(&id) {
                self.push_split_drop(object, &id);
            } else {
                op = op.destroys(id);
            }
        }
        let op = self.after_saving(self.with_children_of(object, op), address);
        self.push(op);
    }

    /// Whether a foreign key that stays refers to a table, or to what it is a partition of.
    fn is_referenced(&self, name: &QualifiedName) -> bool {
        let address = Self::table_address(name);
        if self.fates.drops(&address) {
            return false;
        }
        let referenced = self.from.iter().any(|object| match &object.body {
            Body::Table(table) => table.constraints.iter().any(|(constraint, c)| {
                c.references.as_ref() == Some(name)
                    && !self.fates.drops_part(&object.address, &Part::constraint(constraint))
            }),
            _ => false,
        });
        referenced
            || Self::table_of(self.from, name)
                .and_then(|table| table.partition.as_ref())
                .is_some_and(|partition| self.is_referenced(&partition.parent))
    }

    /// Drops a default or constraint before its table or domain, to break a cycle.
    fn push_split_drop(&mut self, object: &Object, id: &Id) {
        let Some(part) = &id.1 else { return };
        let address = &object.address;
        let step = match (&object.body, part.kind) {
            (Body::Table(body), PartKind::Constraint) => {
                let Some(constraint) = body.constraints.get(&part.name) else { return };
                if constraint.inherited.0 {
                    return;
                }
                table::constraint::drop(address, &part.name, constraint)
            }
            (Body::Table(_), PartKind::Default) => table::column::set_default(address, &part.name, None),
            (Body::Domain(_), PartKind::Constraint) => domain::drop_constraint(address, &part.name),
            _ => return,
        };
        let mut steps = vec![step];
        self.plain(address, &mut steps);
        self.push(Op::new(steps).destroys(id.clone()));
    }

    /// Whether a child keeps a column that its parent loses.
    fn child_keeps(&self, parent: &ObjectAddress, column: &str) -> bool {
        let part = Part::column(column);
        self.heirs.get(&parent.qualified()).into_iter().flatten().any(|child| {
            let leaves = self.fates.drops_part(child, &id::inherits_part(&parent.qualified()));
            !leaves && (!self.fates.drops_part(child, &part) || self.child_keeps(child, column))
        })
    }

    fn drop_parts(&mut self, address: &ObjectAddress, body: &Table) {
        let part_id = |part: Part| (address.clone(), Some(part));
        let Some(Body::Table(after)) = self.to.get(address).map(|object| &object.body) else { return };
        let parent_drops = |part: Part| {
            self.parent_stays_and(address, body, after, &|parent| self.fates.drops_part(parent, &part))
        };
        let mut ops = Vec::new();
        for (name, column) in &body.columns {
            let id = part_id(Part::column(name));
            let parent_drops = |part: Part| {
                self.parent_stays_and(address, body, after, &|parent| {
                    self.fates.drops_part(parent, &part) && !self.child_keeps(parent, name)
                })
            };
            let default = part_id(Part::default_of(name));
            let goes = self.fates.destroyed.contains(&id);
            let default_goes = self.fates.destroyed.contains(&default);
            if goes {
                let by_parent = column.inherited.0 && parent_drops(Part::column(name));
                let only = self.child_keeps(address, name);
                let steps = if by_parent {
                    Vec::new()
                } else {
                    vec![table::column::drop(address, name, column, only)]
                };
                let mut op = Op::new(steps).destroys(id);
                if !by_parent {
                    // What a parent has dropped for itself alone is the child's own from then on.
                    for parent in &body.inherits {
                        op = op.after_gone((Self::table_address(parent), Some(Part::column(name))));
                    }
                }
                if default_goes && self.split.contains(&default) {
                    let mut steps = vec![table::column::set_default(address, name, None)];
                    self.plain(address, &mut steps);
                    ops.push(Op::new(steps).destroys(default));
                } else if default_goes {
                    op = op.destroys(default);
                }
                for sequence in self.owned.get(&address.qualified()).into_iter().flatten() {
                    let owner = match self.from.get(sequence).map(|object| &object.body) {
                        Some(Body::Sequence(sequence)) => sequence.owned_by.as_ref(),
                        _ => None,
                    };
                    if self.fates.drops(sequence) && owner.is_some_and(|owner| owner.column == *name) {
                        op = op.destroys((sequence.clone(), None));
                    }
                }
                ops.push(op);
            } else if default_goes {
                let mut steps = if column.identity.is_some() {
                    table::column::set_identity(
                        address,
                        name,
                        &column.type_name,
                        column.identity.as_ref(),
                        None,
                    )
                } else if column.generated.is_some() {
                    vec![table::column::step_with_children(address, name, "DROP EXPRESSION")]
                } else {
                    vec![table::column::set_default(address, name, None)]
                };
                self.plain(address, &mut steps);
                ops.push(Op::new(steps).destroys(default));
            }
        }
        for (name, constraint) in &body.constraints {
            let id = part_id(Part::constraint(name));
            if !self.fates.destroyed.contains(&id) {
                continue;
            }
            let by_parent = constraint.inherited.0
                && !constraint.kind.has_index()
                && parent_drops(Part::constraint(name));
            let inherited_key = constraint.references.is_some()
                && constraint.inherited.0
                && body.partition.is_some()
                && !self.fates.drops_part(address, &id::partition_part());
            if self.fates.with_parent.contains_key(&id) {
                continue;
            }
            let steps = if by_parent || inherited_key {
                Vec::new()
            } else {
                vec![table::constraint::drop(address, name, constraint)]
            };
            let op = self.with_attached(&id, Op::new(steps).destroys(id.clone()));
            ops.push(op);
        }
        if body.of_type.is_some() {
            let id = part_id(id::of_type_part());
            if self.fates.destroyed.contains(&id) {
                ops.push(Op::new(vec![table::of_type(address, None)]).destroys(id));
            }
        }
        if let Some(partition) = &body.partition {
            let id = part_id(id::partition_part());
            if self.fates.destroyed.contains(&id) {
                ops.push(Op::new(vec![table::partition::detach(address, partition)]).destroys(id));
            }
        }
        for parent in &body.inherits {
            let id = part_id(id::inherits_part(parent));
            if self.fates.destroyed.contains(&id) {
                ops.push(Op::new(vec![table::partition::inherit(address, parent, false)]).destroys(id));
            }
        }
        self.ops.extend(ops);
    }
}

/// Whether an object needs nothing but the relation that it is on: what needs more goes by a statement of its own, as
/// two tables whose policies name each other could not go otherwise.
pub(super) fn hangs_on_relation_only(object: &Object) -> bool {
    let relation = object.body.relation();
    object.dependencies().iter().all(|dependency| {
        dependency.on.kind == ObjectKind::Schema || relation == Some(&dependency.on.qualified())
    })
}

pub(super) fn drop_type(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropType, format!("DROP TYPE {address}"))
        .hazard(Hazard::BreaksApplications)
}
