//! What comes, and what stays and changes; tables have files of their own.

use std::collections::BTreeSet;

use super::Build;
use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::canonical::Remembered;
use crate::catalog::Catalog;
use crate::object::{BaseType, Body, Domain, MaterializedView, Object, Sequence, Trigger};
use crate::plan::id;
use crate::plan::id::aside;
use crate::plan::op::{Op, Phase};
use crate::render::{
    access_method, aggregate, annotation, base_type, cast, collation, composite_type, conversion,
    default_privileges, domain, enum_type, event_trigger, extension, foreign_data_wrapper, index, language,
    materialized_view, operator, operator_class, operator_family, policy, publication, publication_schema,
    publication_table, range_type, routine, rule, schema, sequence, server, setting, statistics,
    subscription, text_search_configuration, text_search_dictionary, text_search_parser,
    text_search_template, transform, trigger, user_mapping, view,
};

impl Build<'_> {
    /// Makes an object that is not there, or not any more.
    pub(super) fn make(&mut self, object: &Object) {
        let address = &object.address;
        // The query of a materialized view runs with its owner's rights only once it has its owner. That matters when it
        // calls what others have written; when it only reads tables, the owner may even have lost the right to.
        let calls = |on: &ObjectAddress| {
            !matches!(
                on.kind,
                ObjectKind::Table
                    | ObjectKind::Schema
                    | ObjectKind::Enum
                    | ObjectKind::Composite
                    | ObjectKind::Collation
                    | ObjectKind::AccessMethod
            )
        };
        let filled_by_owner = matches!(&object.body, Body::MaterializedView(body) if body.populated.0)
            && self.role().is_some_and(|role| role != object.common.owner)
            && object.dependencies().iter().any(|dependency| calls(&dependency.on));
        let steps = match &object.body {
            Body::Schema(_) => vec![schema::create(address)],
            Body::Extension(body) => {
                let create = vec![extension::create(address, body)];
                default_privileges::without(create, self.role(), &body.schema, self.from)
            }
            Body::Enum(body) => vec![enum_type::create(address, body)],
            Body::Composite(body) => vec![composite_type::create(address, body)],
            Body::Domain(body) => {
                self.make_domain(object, body);
                return;
            }
            Body::Range(body) => vec![range_type::create(address, body)],
            Body::Sequence(body) => vec![sequence::create(address, body)],
            Body::Routine(body) => vec![routine::create(address, body)],
            Body::Aggregate(body) => vec![aggregate::create(address, body)],
            Body::Operator(body) => vec![operator::create(address, body)],
            Body::Cast(body) => vec![cast::create(address, body)],
            Body::Table(body) => {
                self.make_table(object, body);
                return;
            }
            Body::View(body) => view::create(address, body),
            Body::MaterializedView(body) if filled_by_owner => {
                let empty = MaterializedView { populated: Remembered(false), ..body.clone() };
                materialized_view::create(address, &empty)
            }
            Body::MaterializedView(body) => materialized_view::create(address, body),
            Body::Index(body) => index::create(address, body),
            Body::Trigger(body) => trigger::create(address, body),
            Body::Policy(body) => vec![policy::create(address, body)],
            Body::Rule(body) => rule::create(address, body),
            Body::Statistics(body) => statistics::create(address, body),
            Body::DefaultPrivileges(_) => Vec::new(),
            Body::Collation(body) => vec![collation::create(address, body)],
            Body::TextSearchDictionary(body) => vec![text_search_dictionary::create(address, body)],
            Body::TextSearchConfiguration(body) => text_search_configuration::create(address, body),
            Body::ForeignDataWrapper(body) => vec![foreign_data_wrapper::create(address, body)],
            Body::Server(body) => vec![server::create(address, body)],
            Body::UserMapping(body) => vec![user_mapping::create(address, body)],
            Body::Publication(body) => vec![publication::create(address, body)],
            Body::PublicationTable(body) => vec![publication_table::create(address, body)],
            Body::PublicationSchema(body) => vec![publication_schema::create(address, body)],
            Body::Subscription(body) => subscription::create(address, body),
            Body::AccessMethod(body) => vec![access_method::create(address, body)],
            Body::Language(body) => vec![language::create(address, body)],
            Body::BaseType(body) => {
                self.make_base_type(object, body);
                return;
            }
            Body::OperatorFamily(body) => operator_family::create(address, body),
            Body::OperatorClass(body) => vec![operator_class::create(address, body)],
            Body::Transform(body) => vec![transform::create(address, body)],
            Body::Conversion(body) => vec![conversion::create(address, body)],
            Body::TextSearchParser(body) => vec![text_search_parser::create(address, body)],
            Body::TextSearchTemplate(body) => vec![text_search_template::create(address, body)],
            Body::Setting(body) => setting::create(address, body),
            Body::Privileges(_) => Vec::new(),
            Body::EventTrigger(body) => event_trigger::create(address, body),
        };
        let mut op = Op::new(steps).makes((address.clone(), None));
        op.steps.extend(self.after_create(object, &BTreeSet::new()));
        if filled_by_owner {
            op.steps.push(materialized_view::refresh(address));
        }
        if self.fates.rebuilt.contains(address) {
            op = op.needs(aside(address));
        }
        if let Body::Index(index) = &object.body {
            op = self.after_attaching(op, &index.table, &(address.clone(), None));
        }
        op = self.after_filling(op, object);
        if default_privileges::is_one(object) || address.kind == ObjectKind::EventTrigger {
            op = op.in_phase(Phase::Last);
        }
        self.push(op);
        match &object.body {
            Body::Sequence(body) => self.own_sequence(address, None, body),
            Body::MaterializedView(body) => self.cluster_view(address, None, body),
            _ => {}
        }
    }

    /// A base type is there before its functions, and is defined after them.
    fn make_base_type(&mut self, object: &Object, body: &BaseType) {
        let address = &object.address;
        let mut announced = Op::new(vec![base_type::announce(address)]).makes((address.clone(), None));
        if self.fates.rebuilt.contains(address) {
            announced = announced.needs(aside(address));
        }
        let common = self.after_create(object, &BTreeSet::new());
        if body.is_shell() {
            announced.steps.extend(common);
            self.push(announced);
            return;
        }
        self.push(announced);
        let mut op = Op::new(vec![base_type::define(address, body)]);
        op.steps.extend(common);
        self.push(op.makes((address.clone(), Some(id::definition_part()))));
    }

    fn make_domain(&mut self, object: &Object, body: &Domain) {
        let address = &object.address;
        let later: BTreeSet<Part> = body
            .constraints
            .iter()
            .filter(|(name, constraint)| {
                let id = (address.clone(), Some(Part::constraint(*name)));
                !constraint.validated || self.split.contains(&id)
            })
            .map(|(name, _)| Part::constraint(name))
            .collect();
        let mut op = Op::new(vec![domain::create(address, body, &later)]).makes((address.clone(), None));
        for name in body.constraints.keys().filter(|name| !later.contains(&Part::constraint(*name))) {
            op = op.makes((address.clone(), Some(Part::constraint(name))));
        }
        op.steps.extend(self.after_create(object, &later));
        if self.fates.rebuilt.contains(address) {
            op = op.needs(aside(address));
        }
        self.push(op);
        for part in later {
            self.add_domain_constraint(object, body, &part.name);
        }
    }

    fn add_domain_constraint(&mut self, object: &Object, body: &Domain, name: &str) {
        let address = &object.address;
        let part = Part::constraint(name);
        let mut steps = vec![domain::add_constraint(address, name, &body.constraints[name])];
        steps.extend(annotation::of_part(object, &part));
        self.push(Op::new(steps).makes((address.clone(), Some(part))));
    }

    /// `OWNED BY` after table and sequence are there.
    fn own_sequence(&mut self, address: &ObjectAddress, from: Option<&Sequence>, to: &Sequence) {
        let Some(owner) = &to.owned_by else { return };
        let id = (address.clone(), Some(id::owned_by_part()));
        let taken = self.fates.destroyed.contains(&id);
        if from.is_none_or(|from| taken || from.owned_by.as_ref() != Some(owner)) {
            let table = Self::table_address(&owner.table);
            let mut steps = vec![sequence::own(address, Some(owner))];
            if let (None, Some(options)) = (from, &to.options) {
                steps.extend(self.count_on(&address.qualified(), options, &table, &owner.column));
            }
            let column = (table.clone(), Some(Part::column(&owner.column)));
            self.push(Op::new(steps).makes(id).needs((table, None)).follows(column));
        }
    }

    fn cluster_view(
        &mut self,
        address: &ObjectAddress,
        from: Option<&MaterializedView>,
        to: &MaterializedView,
    ) {
        let before = from.and_then(|view| view.cluster_on.as_ref());
        let again = to.cluster_on.as_ref().is_some_and(|index| {
            let index = ObjectAddress::new(ObjectKind::Index, &address.schema, index);
            self.fates.drops(&index)
        });
        if before == to.cluster_on.as_ref() && !again {
            return;
        }
        let mut op = Op::new(vec![materialized_view::cluster_on(address, to.cluster_on.as_ref())])
            .alters((address.clone(), Some(Part::property("cluster_on"))))
            .needs((address.clone(), None));
        if let Some(index) = &to.cluster_on {
            op = op.needs((ObjectAddress::new(ObjectKind::Index, &address.schema, index), None));
        }
        self.push(op);
    }

    /// Changes an object that stays.
    pub(super) fn alter(&mut self, from: &Object, to: &Object) {
        let address = &to.address;
        if let (Body::Table(a), Body::Table(b)) = (&from.body, &to.body) {
            let made = self.alter_table(from, to, a, b);
            self.alter_common(from, to, &made);
            return;
        }
        if let (Body::Trigger(_), Body::Trigger(b)) = (&from.body, &to.body)
            && b.inherited
        {
            self.alter_inherited_trigger(from, to, b);
            return;
        }
        let mut made = BTreeSet::new();
        let steps = match (&from.body, &to.body) {
            (Body::Extension(a), Body::Extension(b)) => extension::alter(address, a, b),
            (Body::Enum(a), Body::Enum(b)) => enum_type::alter(address, a, b).unwrap_or_default(),
            (Body::Composite(a), Body::Composite(b)) => {
                composite_type::alter(address, a, b, false).unwrap_or_default()
            }
            (Body::Domain(a), Body::Domain(b)) => {
                self.alter_domain_constraints(to, a, b, &mut made);
                domain::alter(address, a, b)
            }
            (Body::Sequence(a), Body::Sequence(b)) => {
                if b.owned_by.is_none() && a.owned_by.is_some() {
                    let id = (address.clone(), Some(id::owned_by_part()));
                    if !self.fates.destroyed.contains(&id) {
                        self.push(Op::new(vec![sequence::own(address, None)]).alters(id));
                    }
                }
                self.own_sequence(address, Some(a), b);
                sequence::alter(address, a, b)
            }
            (Body::Routine(a), Body::Routine(b)) => routine::alter(address, a, b).into_iter().collect(),
            (Body::Aggregate(a), Body::Aggregate(b)) => aggregate::alter(address, a, b).into_iter().collect(),
            (Body::Operator(a), Body::Operator(b)) => operator::alter(address, a, b),
            (Body::TextSearchDictionary(a), Body::TextSearchDictionary(b)) => {
                text_search_dictionary::alter(address, a, b)
            }
            (Body::TextSearchConfiguration(a), Body::TextSearchConfiguration(b)) => {
                text_search_configuration::alter(address, a, b)
            }
            (Body::EventTrigger(a), Body::EventTrigger(b)) => event_trigger::alter(address, a, b),
            (Body::ForeignDataWrapper(a), Body::ForeignDataWrapper(b)) => {
                foreign_data_wrapper::alter(address, a, b)
            }
            (Body::Server(a), Body::Server(b)) => server::alter(address, a, b),
            (Body::UserMapping(a), Body::UserMapping(b)) => user_mapping::alter(address, a, b),
            (Body::Publication(a), Body::Publication(b)) => publication::alter(address, a, b),
            (Body::Subscription(a), Body::Subscription(b)) => subscription::alter(address, a, b),
            (Body::Language(a), Body::Language(b)) => language::alter(address, a, b),
            (Body::BaseType(a), Body::BaseType(b)) => base_type::alter(address, a, b),
            (Body::OperatorFamily(a), Body::OperatorFamily(b)) => operator_family::alter(address, a, b),
            (Body::Transform(a), Body::Transform(b)) => transform::alter(address, a, b),
            (Body::Setting(a), Body::Setting(b)) => setting::alter(address, a, b),
            (Body::View(a), Body::View(b)) => view::alter(address, a, b),
            (Body::MaterializedView(a), Body::MaterializedView(b)) => {
                self.cluster_view(address, Some(a), b);
                materialized_view::alter(address, a, b)
            }
            (Body::Index(a), Body::Index(b)) => index::alter(address, a, b),
            (Body::Trigger(a), Body::Trigger(b)) => trigger::alter(address, a, b),
            (Body::Policy(a), Body::Policy(b)) => policy::alter(address, a, b),
            (Body::Rule(a), Body::Rule(b)) => rule::alter(address, a, b),
            (Body::Statistics(a), Body::Statistics(b)) => statistics::alter(address, a, b),
            _ => Vec::new(),
        };
        if !steps.is_empty() {
            // The functions of a base type need the type; it needs them for its definition.
            let part = (address.kind == ObjectKind::BaseType).then(id::definition_part);
            self.push(Op::new(steps).alters((address.clone(), part)));
        }
        self.alter_common(from, to, &made);
    }

    /// The trigger that one of a partition comes from, if that is an object of `catalog`.
    pub(super) fn parent_trigger<'c>(catalog: &'c Catalog, address: &ObjectAddress) -> Option<&'c Object> {
        let mut table = address.relation()?;
        while let Some(partition) = Self::table_of(catalog, &table).and_then(|table| table.partition.as_ref())
        {
            table = partition.parent.clone();
            let parent = ObjectAddress::on(ObjectKind::Trigger, &table, address.name.clone());
            if let Some(object) = catalog.get(&parent) {
                return Some(object);
            }
        }
        None
    }

    /// The state of a partition's trigger, which a change of the parent's takes along.
    fn alter_inherited_trigger(&mut self, from: &Object, to: &Object, trigger: &Trigger) {
        let parent = Self::parent_trigger(self.to, &to.address);
        let before = Self::parent_trigger(self.from, &from.address);
        if from.body == to.body && parent.map(|parent| &parent.body) == before.map(|before| &before.body) {
            return;
        }
        let mut op = Op::new(vec![trigger::set_state(&to.address, trigger, trigger.state)])
            .alters((to.address.clone(), None));
        if let Some(parent) = parent {
            op = op.follows((parent.address.clone(), None));
        }
        self.push(op);
    }

    fn alter_domain_constraints(
        &mut self,
        object: &Object,
        from: &Domain,
        to: &Domain,
        made: &mut BTreeSet<Part>,
    ) {
        let address = &object.address;
        for (name, constraint) in &to.constraints {
            let part = Part::constraint(name);
            let stays = !self.fates.destroyed.contains(&(address.clone(), Some(part.clone())));
            match from.constraints.get(name) {
                Some(before) if stays => {
                    if constraint.validated && !before.validated {
                        let step = domain::validate_constraint(address, name);
                        self.push(Op::new(vec![step]).alters((address.clone(), Some(part))));
                    }
                }
                _ => {
                    made.insert(part);
                    self.add_domain_constraint(object, to, name);
                }
            }
        }
    }
}
