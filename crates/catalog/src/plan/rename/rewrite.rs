//! The start as it is after renames: addresses, parts and references under their new names.

use std::collections::{BTreeMap, BTreeSet};

use super::statement::aside_name;
use super::{Mapping, follow, is_named_in_definitions};
use crate::address::{ObjectAddress, ObjectKind, Part, PartKind};
use crate::catalog::Catalog;
use crate::ident::{QualifiedName, quote_ident};
use crate::object::{Body, Column, Dependency, Object, Table, with_sorted_columns};
use crate::plan::text::{Names, becomes, renamed};

pub(super) fn rewrite(
    from: &Catalog,
    to: &Catalog,
    mapping: &Mapping,
    moved: &BTreeMap<ObjectAddress, ObjectAddress>,
) -> Catalog {
    // Parts that gave their name to a renamed one have another in the meantime.
    let mut mapping = Mapping {
        objects: mapping.objects.clone(),
        parts: mapping.parts.clone(),
        names: Names { qualified: mapping.names.qualified.clone(), ..Names::default() },
    };
    for (before, parts) in mapping.parts.clone() {
        let Some(object) = from.get(&before) else { continue };
        let own = crate::parts::Parted::parts(object);
        for (part, name) in &parts {
            let goal = Part::new(part.kind, name.clone());
            if own.contains_key(&goal) && !parts.contains_key(&goal) {
                let aside = aside_name(object, &goal);
                mapping.parts.entry(before.clone()).or_default().insert(goal, aside);
            }
        }
    }
    for (before, aside) in moved {
        mapping.objects.insert(before.clone(), aside.clone());
        if is_named_in_definitions(before.kind) {
            mapping.names.qualified.insert(before.qualified(), aside.qualified());
        }
    }
    // What goes has no address at the end, and follows what it is in all the same.
    let following: BTreeMap<&ObjectAddress, ObjectAddress> = from
        .iter()
        .filter(|object| !mapping.objects.contains_key(&object.address))
        .map(|object| (&object.address, follow(&object.address, object, &mapping.objects, &mapping.names)))
        .filter(|(before, after)| *before != after)
        .collect();
    for (before, after) in following.iter().filter(|(before, _)| is_named_in_definitions(before.kind)) {
        mapping.names.qualified.entry(before.qualified()).or_insert_with(|| after.qualified());
    }
    let columns = |name: &QualifiedName| -> BTreeMap<String, String> {
        [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView, ObjectKind::Composite]
            .into_iter()
            .filter_map(|kind| mapping.parts.get(&ObjectAddress::new(kind, &name.schema, &name.name)))
            .flatten()
            .filter(|(part, _)| part.kind == PartKind::Column)
            .map(|(part, name)| (part.name.clone(), name.clone()))
            .collect()
    };
    let now = |before: &ObjectAddress| -> ObjectAddress {
        following.get(before).unwrap_or_else(|| mapping.object(before)).clone()
    };
    from.iter()
        .map(|object| {
            let mut after = object.clone();
            after.address = now(&object.address);
            for dependency in &mut after.common.dependencies.0 {
                *dependency = Dependency {
                    part: dependency.part.as_ref().map(|part| mapping.part(&object.address, part)),
                    on_part: dependency.on_part.as_ref().map(|part| mapping.part(&dependency.on, part)),
                    on: now(&dependency.on),
                };
            }
            rewrite_body(&mut after.body, &object.address, &mapping, &columns);
            if let Some(target) = to.get(&after.address) {
                let mut names = Names { qualified: mapping.names.qualified.clone(), ..Names::default() };
                for relation in relations(object) {
                    names.bare.extend(columns(&relation));
                    names.relations.insert(relation.name.clone(), mapping.name(&relation).name);
                }
                if object.address.name != after.address.name {
                    names.bare.insert(object.address.name.clone(), after.address.name.clone());
                }
                adopt_texts(&mut after, target, &names);
            }
            after
        })
        .collect()
}

/// Relations whose columns can stand in the object's definitions.
fn relations(object: &Object) -> BTreeSet<QualifiedName> {
    let mut all: BTreeSet<QualifiedName> =
        object.dependencies().iter().map(|dependency| dependency.on.qualified()).collect();
    match &object.body {
        Body::Table(table) => {
            all.insert(object.address.qualified());
            all.extend(table.constraints.values().filter_map(|c| c.references.clone()));
        }
        body => all.extend(body.relation().cloned()),
    }
    all
}

fn rename_keys<T>(map: &mut BTreeMap<String, T>, name: &dyn Fn(&str) -> String) {
    *map = std::mem::take(map).into_iter().map(|(key, value)| (name(&key), value)).collect();
}

fn rewrite_body(
    body: &mut Body,
    before: &ObjectAddress,
    mapping: &Mapping,
    columns: &dyn Fn(&QualifiedName) -> BTreeMap<String, String>,
) {
    let column = |name: &str| mapping.part(before, &Part::column(name)).name;
    let constraint = |name: &str| mapping.part(before, &Part::constraint(name)).name;
    let type_name = |text: &mut String| *text = renamed(text, &mapping.names);
    let global = |kind: ObjectKind, name: &mut String| {
        let before = ObjectAddress::global(kind, name.clone());
        name.clone_from(&mapping.object(&before).name);
    };
    match body {
        Body::Table(table) => rewrite_table(table, before, mapping),
        Body::Sequence(sequence) => {
            if let Some(owner) = &mut sequence.owned_by {
                if let Some(new) = columns(&owner.table).get(&owner.column) {
                    owner.column.clone_from(new);
                }
                owner.table = mapping.name(&owner.table);
            }
        }
        Body::Index(index) => {
            index.table = mapping.name(&index.table);
            index.parent = index.parent.as_ref().map(|parent| mapping.name(parent));
        }
        Body::Trigger(trigger) => trigger.table = mapping.name(&trigger.table),
        Body::Policy(policy) => policy.table = mapping.name(&policy.table),
        Body::Rule(rule) => rule.table = mapping.name(&rule.table),
        Body::Statistics(statistics) => {
            // By the names that they have at the end.
            let renamed = columns(&statistics.table);
            let key = |name: &str| renamed.get(name).map_or(name, String::as_str).to_owned();
            statistics.definition = with_sorted_columns(&statistics.definition, &key);
            statistics.table = mapping.name(&statistics.table);
        }
        Body::View(view) => {
            rename_keys(&mut view.columns, &column);
            for output in &mut view.output {
                output.name = column(&output.name);
                type_name(&mut output.type_name);
                output.collation.iter_mut().for_each(type_name);
            }
        }
        Body::MaterializedView(view) => {
            rename_keys(&mut view.columns, &column);
            for output in &mut view.output {
                output.name = column(&output.name);
                type_name(&mut output.type_name);
                output.collation.iter_mut().for_each(type_name);
            }
            if let Some(index) = &mut view.cluster_on {
                *index = mapping.name(&QualifiedName::new(&before.schema, &*index)).name;
            }
        }
        Body::Composite(composite) => {
            rename_keys(&mut composite.attributes, &column);
            composite.order.iter_mut().for_each(|name| *name = column(name));
            for attribute in composite.attributes.values_mut() {
                type_name(&mut attribute.type_name);
                attribute.collation.iter_mut().for_each(type_name);
            }
        }
        Body::Domain(domain) => {
            rename_keys(&mut domain.constraints, &constraint);
            type_name(&mut domain.base_type);
            domain.collation.iter_mut().for_each(type_name);
        }
        Body::Range(range) => {
            type_name(&mut range.subtype);
            range.collation.iter_mut().for_each(type_name);
            for function in [&mut range.canonical, &mut range.subtype_diff].into_iter().flatten() {
                type_name(function);
            }
            if let Some(multirange) = &mut range.multirange {
                let schema = ObjectAddress::global(ObjectKind::Schema, &multirange.schema);
                multirange.schema.clone_from(&mapping.object(&schema).name);
            }
        }
        Body::Routine(routine) => {
            type_name(&mut routine.arguments);
            routine.result.iter_mut().for_each(type_name);
        }
        Body::Aggregate(aggregate) => {
            type_name(&mut aggregate.arguments);
            type_name(&mut aggregate.result);
        }
        Body::Operator(operator) => {
            type_name(&mut operator.function);
            for function in [&mut operator.restrict, &mut operator.join].into_iter().flatten() {
                type_name(function);
            }
            for other in [&mut operator.commutator, &mut operator.negator].into_iter().flatten() {
                let link = other.strip_prefix("OPERATOR(").and_then(|link| link.strip_suffix(')'));
                let moved = link.and_then(|link| {
                    let moved = |before: &ObjectAddress| {
                        before.kind == ObjectKind::Operator
                            && format!("{}.{}", quote_ident(&before.schema), before.name) == link
                    };
                    mapping.objects.iter().find(|(before, _)| moved(before)).map(|(_, after)| after)
                });
                if let Some(after) = moved {
                    *other = format!("OPERATOR({}.{})", quote_ident(&after.schema), after.name);
                }
            }
        }
        Body::Cast(cast) => cast.function.iter_mut().for_each(type_name),
        Body::Extension(extension) => {
            let schema = ObjectAddress::global(ObjectKind::Schema, &extension.schema);
            extension.schema.clone_from(&mapping.object(&schema).name);
        }
        Body::TextSearchDictionary(dictionary) => type_name(&mut dictionary.template),
        Body::TextSearchConfiguration(configuration) => {
            type_name(&mut configuration.parser);
            configuration.mappings.values_mut().for_each(type_name);
        }
        Body::EventTrigger(trigger) => type_name(&mut trigger.function),
        Body::ForeignDataWrapper(wrapper) => {
            for function in [&mut wrapper.handler, &mut wrapper.validator].into_iter().flatten() {
                type_name(function);
            }
        }
        Body::Server(server) => global(ObjectKind::ForeignDataWrapper, &mut server.wrapper),
        Body::UserMapping(user) => global(ObjectKind::Server, &mut user.server),
        Body::PublicationTable(published) => {
            let renamed = columns(&published.table);
            for column in &mut published.columns {
                if let Some(new) = renamed.get(column) {
                    column.clone_from(new);
                }
            }
            published.columns.sort_unstable();
            published.table = mapping.name(&published.table);
        }
        Body::AccessMethod(method) => type_name(&mut method.handler),
        Body::Language(language) => {
            for function in
                [&mut language.handler, &mut language.inline, &mut language.validator].into_iter().flatten()
            {
                type_name(function);
            }
        }
        Body::BaseType(base) => base.parameters.values_mut().for_each(type_name),
        Body::OperatorFamily(family) => rewrite_members(&mut family.members, mapping),
        Body::OperatorClass(class) => {
            type_name(&mut class.type_name);
            class.storage.iter_mut().for_each(type_name);
            let family = ObjectAddress {
                kind: ObjectKind::OperatorFamily,
                schema: class.family.schema.clone(),
                name: class.family.name.clone(),
                scope: before.scope.clone(),
            };
            class.family = mapping.object(&family).qualified();
            rewrite_members(&mut class.members, mapping);
        }
        Body::Transform(transform) => {
            type_name(&mut transform.type_name);
            global(ObjectKind::Language, &mut transform.language);
            for function in [&mut transform.from_sql, &mut transform.to_sql].into_iter().flatten() {
                type_name(function);
            }
        }
        Body::Conversion(conversion) => type_name(&mut conversion.function),
        Body::TextSearchParser(parser) => {
            for function in [&mut parser.start, &mut parser.token, &mut parser.end, &mut parser.types] {
                type_name(function);
            }
            parser.headline.iter_mut().for_each(type_name);
        }
        Body::TextSearchTemplate(template) => {
            template.init.iter_mut().for_each(type_name);
            type_name(&mut template.lexize);
        }
        Body::Setting(_)
        | Body::Privileges(_)
        | Body::Publication(_)
        | Body::PublicationSchema(_)
        | Body::Subscription(_) => {}
        Body::Schema(_) | Body::Enum(_) | Body::DefaultPrivileges(_) | Body::Collation(_) => {}
    }
}

/// Members of operator families and classes; operators that are renamed are called by their old schema in them.
fn rewrite_members(members: &mut BTreeMap<String, String>, mapping: &Mapping) {
    rename_keys(members, &|key| renamed(key, &mapping.names));
    for member in members.values_mut() {
        *member = renamed(member, &mapping.names);
        for (before, after) in &mapping.objects {
            if before.kind == ObjectKind::Operator {
                let name =
                    |address: &ObjectAddress| format!(" {}.{}(", quote_ident(&address.schema), address.name);
                *member = member.replace(&name(before), &name(after));
            }
        }
    }
}

fn rewrite_table(table: &mut Table, before: &ObjectAddress, mapping: &Mapping) {
    if let Some(server) = &mut table.server {
        let before = ObjectAddress::global(ObjectKind::Server, server.clone());
        server.clone_from(&mapping.object(&before).name);
    }
    let column = |name: &str| mapping.part(before, &Part::column(name)).name;
    let constraint = |name: &str| mapping.part(before, &Part::constraint(name)).name;
    // Not-null constraints keep the names that they have, which are usual ones no longer, or become so.
    let table_name = &mapping.object(before).name;
    for (name, item) in table.columns.iter_mut().filter(|(_, item)| item.not_null) {
        let own = item.not_null_constraint(&before.name, name);
        let usual = Column::default().not_null_constraint(table_name, &column(name));
        item.not_null_name.0 = (own != usual).then_some(own);
    }
    rename_keys(&mut table.columns, &column);
    rename_keys(&mut table.constraints, &constraint);
    table.column_order.0.iter_mut().for_each(|name| *name = column(name));
    let goal_schema = mapping.object(before).schema.clone();
    for column in table.columns.values_mut() {
        column.type_name = renamed(&column.type_name, &mapping.names);
        column.collation = column.collation.as_deref().map(|collation| renamed(collation, &mapping.names));
        if let Some(identity) = &mut column.identity {
            // The sequence goes where its table goes.
            identity.sequence.schema.clone_from(&goal_schema);
        }
    }
    for item in table.constraints.values_mut() {
        item.columns.iter_mut().for_each(|name| *name = column(name));
        item.references = item.references.as_ref().map(|table| mapping.name(table));
        if let (Some(index), Some(partition)) = (&mut item.index_parent, &table.partition) {
            // The index of a constraint is called as the constraint is, and is where its table is.
            let above = &partition.parent;
            let of = ObjectAddress::new(ObjectKind::Table, &above.schema, &above.name);
            let constraint = Part::constraint(&index.name);
            let renamed = mapping.parts.get(&of).and_then(|parts| parts.get(&constraint));
            *index = match renamed {
                Some(name) => QualifiedName::new(&index.schema, name),
                None => mapping.name(index),
            };
            index.schema = mapping.name(above).schema;
        }
    }
    table.inherits.iter_mut().for_each(|parent| *parent = mapping.name(parent));
    if let Some(partition) = &mut table.partition {
        partition.parent = mapping.name(&partition.parent);
    }
    if let Some(of) = &mut table.of_type {
        *of = mapping.name(of);
    }
    for index in [&mut table.cluster_on, &mut table.replica_identity.index].into_iter().flatten() {
        let renamed = constraint(index);
        *index = if renamed == *index {
            mapping.name(&QualifiedName::new(&before.schema, &*index)).name
        } else {
            renamed
        };
    }
}

/// Takes over the target's texts where they are what the server makes of the object's own.
fn adopt_texts(object: &mut Object, target: &Object, names: &Names) {
    let adopt = |from: &mut String, to: &String, view: bool| {
        if becomes(from, to, names, view) {
            from.clone_from(to);
        }
    };
    let adopt_option = |from: &mut Option<String>, to: &Option<String>| {
        if let (Some(from), Some(to)) = (from, to) {
            adopt(from, to, false);
        }
    };
    match (&mut object.body, &target.body) {
        (Body::Table(a), Body::Table(b)) => {
            for (name, column) in &mut a.columns {
                if let Some(other) = b.columns.get(name) {
                    adopt_option(&mut column.default, &other.default);
                    adopt_option(&mut column.generated, &other.generated);
                }
            }
            for (name, constraint) in &mut a.constraints {
                if let Some(other) = b.constraints.get(name) {
                    adopt(&mut constraint.definition, &other.definition, false);
                }
            }
            adopt_option(&mut a.partition_key, &b.partition_key);
        }
        (Body::View(a), Body::View(b)) => {
            adopt(&mut a.definition, &b.definition, true);
            for (name, column) in &mut a.columns {
                if let Some(other) = b.columns.get(name) {
                    adopt_option(&mut column.default, &other.default);
                }
            }
        }
        (Body::MaterializedView(a), Body::MaterializedView(b)) => {
            adopt(&mut a.definition, &b.definition, true);
        }
        (Body::PublicationTable(a), Body::PublicationTable(b)) => adopt_option(&mut a.filter, &b.filter),
        (Body::Index(a), Body::Index(b)) => adopt(&mut a.definition, &b.definition, false),
        (Body::Trigger(a), Body::Trigger(b)) => adopt(&mut a.definition, &b.definition, false),
        (Body::Policy(a), Body::Policy(b)) => {
            adopt_option(&mut a.using, &b.using);
            adopt_option(&mut a.check, &b.check);
        }
        (Body::Rule(a), Body::Rule(b)) => adopt(&mut a.definition, &b.definition, false),
        (Body::Statistics(a), Body::Statistics(b)) => adopt(&mut a.definition, &b.definition, false),
        (Body::Routine(a), Body::Routine(b)) => {
            adopt(&mut a.definition, &b.definition, false);
            adopt(&mut a.arguments, &b.arguments, false);
            adopt_option(&mut a.result, &b.result);
        }
        (Body::Aggregate(a), Body::Aggregate(b)) => {
            adopt(&mut a.definition, &b.definition, false);
            adopt(&mut a.arguments, &b.arguments, false);
        }
        (Body::Domain(a), Body::Domain(b)) => {
            adopt_option(&mut a.default, &b.default);
            for (name, constraint) in &mut a.constraints {
                if let Some(other) = b.constraints.get(name) {
                    adopt(&mut constraint.definition, &other.definition, false);
                }
            }
        }
        _ => {}
    }
}
