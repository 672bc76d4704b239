//! Comments and security labels, on objects of all kinds and on their parts.

use std::collections::{BTreeMap, BTreeSet};

use super::target;
use crate::address::{ObjectKind, Part, PartKind};
use crate::ident::{quote_ident, quote_literal};
use crate::object::{Body, MaterializedView, Object, SecurityLabels, View};
use crate::plan::{Action, ChangeKind, LockMode, Step};

/// What is annotated, and by whom: the provider of a security label, nobody for a comment.
type Place = (Option<Part>, Option<String>);

/// Annotations of an object, each with what `COMMENT ON` and `SECURITY LABEL ON` call their target.
type Annotations = BTreeMap<Place, (String, String)>;

fn annotations(object: &Object) -> Annotations {
    let mut all = Annotations::new();
    let mut add = |part: Option<Part>, target: String, comment: &Option<String>, labels: &SecurityLabels| {
        if let Some(comment) = comment {
            all.insert((part.clone(), None), (target.clone(), comment.clone()));
        }
        for (provider, label) in labels {
            all.insert((part.clone(), Some(provider.clone())), (target.clone(), label.clone()));
        }
    };
    let none = SecurityLabels::new();
    add(None, target(object), &object.common.comment, &object.common.security_labels);
    let address = &object.address;
    let column =
        |name: &String| (Some(Part::column(name)), format!("COLUMN {address}.{}", quote_ident(name)));
    match &object.body {
        Body::Table(table) => {
            for (name, c) in &table.columns {
                let (part, target) = column(name);
                add(part, target, &c.comment, &c.security_labels);
            }
            for (name, constraint) in &table.constraints {
                let target = format!("CONSTRAINT {} ON {address}", quote_ident(name));
                add(Some(Part::constraint(name)), target, &constraint.comment, &none);
            }
        }
        Body::View(View { columns, .. }) | Body::MaterializedView(MaterializedView { columns, .. }) => {
            for (name, c) in columns {
                let (part, target) = column(name);
                add(part, target, &c.comment, &c.security_labels);
            }
        }
        Body::Composite(composite) => {
            for (name, a) in &composite.attributes {
                let (part, target) = column(name);
                add(part, target, &a.comment, &a.security_labels);
            }
        }
        Body::Domain(domain) => {
            for (name, constraint) in &domain.constraints {
                let target = format!("CONSTRAINT {} ON DOMAIN {address}", quote_ident(name));
                add(Some(Part::constraint(name)), target, &constraint.comment, &none);
            }
        }
        _ => {}
    }
    all
}

fn step(object: &Object, (part, provider): &Place, target: &str, text: Option<&str>) -> Step {
    let text = text.map_or("NULL".to_owned(), quote_literal);
    let (action, sql) = match provider {
        None => (Action::Comment, format!("COMMENT ON {target} IS {text}")),
        Some(provider) => {
            let provider = quote_ident(provider);
            (Action::SecurityLabel, format!("SECURITY LABEL FOR {provider} ON {target} IS {text}"))
        }
    };
    let step = Step::alter(&object.address, action, sql);
    let step = match object.address.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => {
            let constraint = part.as_ref().is_some_and(|part| part.kind == PartKind::Constraint);
            let mode = if constraint { LockMode::AccessShare } else { LockMode::ShareUpdateExclusive };
            step.lock(mode, object.address.qualified())
        }
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => match object.body.relation() {
            Some(relation) => step.lock(LockMode::AccessShare, relation.clone()),
            None => step,
        },
        _ => step,
    };
    part.clone().map_or_else(|| step.clone(), |part| step.clone().on(part))
}

/// All annotations, after an object was made; those of `later` parts come with the parts.
pub(crate) fn after_create(object: &Object, later: &BTreeSet<Part>) -> Vec<Step> {
    annotations(object)
        .iter()
        .filter(|((part, _), _)| part.as_ref().is_none_or(|part| !later.contains(part)))
        .map(|(place, (target, text))| {
            let mut step = step(object, place, target, Some(text));
            step.change = ChangeKind::Create;
            step
        })
        .collect()
}

/// The annotations of one part, after the part was made.
pub(crate) fn of_part(object: &Object, part: &Part) -> Vec<Step> {
    annotations(object)
        .iter()
        .filter(|((on, _), _)| on.as_ref() == Some(part))
        .map(|(place, (target, text))| step(object, place, target, Some(text)))
        .collect()
}

/// Annotations that differ, but for parts in `made`, whose annotations come with them.
pub(crate) fn changes(from: &Object, to: &Object, made: &BTreeSet<Part>) -> Vec<(Option<Part>, Step)> {
    let before = annotations(from);
    let after = annotations(to);
    let mut steps = Vec::new();
    let there = part_names(to);
    for (place, (target, _)) in &before {
        let stays = place.0.as_ref().is_none_or(|part| there.contains(part) && !made.contains(part));
        if stays && !after.contains_key(place) {
            steps.push((place.0.clone(), step(to, place, target, None)));
        }
    }
    for (place, (target, text)) in &after {
        let comes = place.0.as_ref().is_some_and(|part| made.contains(part));
        if !comes && before.get(place).map(|(_, text)| text) != Some(text) {
            steps.push((place.0.clone(), step(to, place, target, Some(text))));
        }
    }
    steps
}

/// Columns and constraints that there are.
fn part_names(object: &Object) -> BTreeSet<Part> {
    match &object.body {
        Body::Table(table) => {
            let columns = table.columns.keys().map(Part::column);
            columns.chain(table.constraints.keys().map(Part::constraint)).collect()
        }
        Body::View(view) => view.output.iter().map(|c| Part::column(&c.name)).collect(),
        Body::MaterializedView(view) => view.output.iter().map(|c| Part::column(&c.name)).collect(),
        Body::Composite(composite) => composite.attributes.keys().map(Part::column).collect(),
        Body::Domain(domain) => domain.constraints.keys().map(Part::constraint).collect(),
        _ => BTreeSet::new(),
    }
}
