//! Comments on objects of all kinds and on their parts.

use std::collections::{BTreeMap, BTreeSet};

use super::target;
use crate::address::{ObjectKind, Part, PartKind};
use crate::ident::{quote_ident, quote_literal};
use crate::object::{Body, Object};
use crate::plan::{Action, ChangeKind, LockMode, Step};

/// Comments of an object by what `COMMENT ON` calls their target.
type Comments = BTreeMap<Option<Part>, (String, String)>;

fn comments(object: &Object) -> Comments {
    let mut all = Comments::new();
    let mut add = |part: Option<Part>, target: String, comment: &Option<String>| {
        if let Some(comment) = comment {
            all.insert(part, (target, comment.clone()));
        }
    };
    add(None, target(object), &object.common.comment);
    let address = &object.address;
    let mut column = |name: &String, comment: &Option<String>| {
        add(Some(Part::column(name)), format!("COLUMN {address}.{}", quote_ident(name)), comment);
    };
    match &object.body {
        Body::Table(table) => {
            for (name, c) in &table.columns {
                column(name, &c.comment);
            }
            for (name, constraint) in &table.constraints {
                let target = format!("CONSTRAINT {} ON {address}", quote_ident(name));
                add(Some(Part::constraint(name)), target, &constraint.comment);
            }
        }
        Body::View(view) => {
            for (name, c) in &view.columns {
                column(name, &c.comment);
            }
        }
        Body::MaterializedView(view) => {
            for (name, c) in &view.columns {
                column(name, &c.comment);
            }
        }
        Body::Composite(composite) => {
            for (name, a) in &composite.attributes {
                column(name, &a.comment);
            }
        }
        Body::Domain(domain) => {
            for (name, constraint) in &domain.constraints {
                let target = format!("CONSTRAINT {} ON DOMAIN {address}", quote_ident(name));
                add(Some(Part::constraint(name)), target, &constraint.comment);
            }
        }
        _ => {}
    }
    all
}

fn step(object: &Object, part: Option<&Part>, target: &str, comment: Option<&str>) -> Step {
    let text = comment.map_or("NULL".to_owned(), quote_literal);
    let step = Step::alter(&object.address, Action::Comment, format!("COMMENT ON {target} IS {text}"));
    let step = match object.address.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => {
            let constraint = part.is_some_and(|part| part.kind == PartKind::Constraint);
            let mode = if constraint { LockMode::AccessShare } else { LockMode::ShareUpdateExclusive };
            step.lock(mode, object.address.qualified())
        }
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => match object.body.relation() {
            Some(relation) => step.lock(LockMode::AccessShare, relation.clone()),
            None => step,
        },
        _ => step,
    };
    part.cloned().map_or_else(|| step.clone(), |part| step.clone().on(part))
}

/// All comments, after an object was made; those of `later` parts come with the parts.
pub(crate) fn after_create(object: &Object, later: &BTreeSet<Part>) -> Vec<Step> {
    comments(object)
        .iter()
        .filter(|(part, _)| part.as_ref().is_none_or(|part| !later.contains(part)))
        .map(|(part, (target, comment))| {
            let mut step = step(object, part.as_ref(), target, Some(comment));
            step.change = ChangeKind::Create;
            step
        })
        .collect()
}

/// The comment of one part, after the part was made.
pub(crate) fn of_part(object: &Object, part: &Part) -> Option<Step> {
    comments(object)
        .get(&Some(part.clone()))
        .map(|(target, comment)| step(object, Some(part), target, Some(comment)))
}

/// Comments that differ, but for parts in `made`, whose comments come with them.
pub(crate) fn changes(from: &Object, to: &Object, made: &BTreeSet<Part>) -> Vec<(Option<Part>, Step)> {
    let before = comments(from);
    let after = comments(to);
    let mut steps = Vec::new();
    let there = part_names(to);
    for (part, (target, _)) in &before {
        let stays = part.as_ref().is_none_or(|part| there.contains(part) && !made.contains(part));
        if stays && !after.contains_key(part) {
            steps.push((part.clone(), step(to, part.as_ref(), target, None)));
        }
    }
    for (part, (target, comment)) in &after {
        let comes = part.as_ref().is_some_and(|part| made.contains(part));
        if !comes && before.get(part).map(|(_, c)| c) != Some(comment) {
            steps.push((part.clone(), step(to, part.as_ref(), target, Some(comment))));
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
