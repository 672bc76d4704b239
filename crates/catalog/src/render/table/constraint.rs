//! Constraints of tables.

use crate::address::{ObjectAddress, Part};
use crate::ident::quote_ident;
use crate::object::{Constraint, ConstraintKind};
use crate::plan::{Action, Hazard, LockMode, Step};
use crate::render::option;

/// The definition with what its index is made with, which `pg_get_constraintdef` leaves out.
fn text(constraint: &Constraint) -> String {
    let options = option::with(&constraint.index_options);
    let space = constraint
        .tablespace
        .as_ref()
        .map(|space| format!(" USING INDEX TABLESPACE {}", quote_ident(space)))
        .unwrap_or_default();
    let extra = options + &space;
    let definition = &constraint.definition;
    if extra.is_empty() {
        return definition.clone();
    }
    let deferrable = definition.rfind(" DEFERRABLE").unwrap_or(definition.len());
    let end = if constraint.kind == ConstraintKind::Exclusion {
        definition.rfind(" WHERE (").unwrap_or(deferrable)
    } else {
        deferrable
    };
    format!("{}{extra}{}", &definition[..end], &definition[end..])
}

/// `CONSTRAINT name …`, as `CREATE TABLE` and `ADD` want it.
pub(crate) fn definition(name: &str, constraint: &Constraint) -> String {
    format!("CONSTRAINT {} {}", quote_ident(name), text(constraint))
}

/// `ADD CONSTRAINT`. With `only`, children get theirs apart: keys of partitioned tables.
pub(crate) fn add(address: &ObjectAddress, name: &str, constraint: &Constraint, only: bool) -> Step {
    let only = if only { "ONLY " } else { "" };
    let sql = format!("ALTER TABLE {only}{address} ADD {}", definition(name, constraint));
    let foreign = constraint.kind == ConstraintKind::ForeignKey;
    let mode = if foreign { LockMode::ShareRowExclusive } else { LockMode::AccessExclusive };
    let mut step = Step::alter(address, Action::AddConstraint { constraint: name.to_owned() }, sql)
        .on(Part::constraint(name))
        .lock(mode, address.qualified());
    if let Some(references) = constraint.references.as_ref().filter(|r| **r != address.qualified()) {
        step = step.lock(LockMode::ShareRowExclusive, references.clone());
    }
    step.hazard_if(constraint.validated, Hazard::MayFailOnRows)
}

pub(crate) fn validate(address: &ObjectAddress, name: &str, constraint: &Constraint) -> Step {
    let sql = format!("ALTER TABLE {address} VALIDATE CONSTRAINT {}", quote_ident(name));
    let step = Step::alter(address, Action::ValidateConstraint { constraint: name.to_owned() }, sql)
        .on(Part::constraint(name))
        .lock(LockMode::ShareUpdateExclusive, address.qualified())
        .hazard(Hazard::MayFailOnRows);
    match constraint.references.as_ref().filter(|r| **r != address.qualified()) {
        Some(references) => step.lock(LockMode::RowShare, references.clone()),
        None => step,
    }
}

pub(crate) fn drop(address: &ObjectAddress, name: &str, constraint: &Constraint) -> Step {
    let sql = format!("ALTER TABLE {address} DROP CONSTRAINT {}", quote_ident(name));
    let step = Step::alter(address, Action::DropConstraint { constraint: name.to_owned() }, sql)
        .on(Part::constraint(name))
        .hazard_if(constraint.kind.has_index(), Hazard::SlowsQueries)
        .lock(LockMode::AccessExclusive, address.qualified());
    match constraint.references.as_ref().filter(|r| **r != address.qualified()) {
        Some(references) => step.lock(LockMode::AccessExclusive, references.clone()),
        None => step,
    }
}

/// The definition but for `NOT VALID`: what validation does not change.
fn essence(constraint: &Constraint) -> &str {
    constraint.definition.strip_suffix(" NOT VALID").unwrap_or(&constraint.definition)
}

/// How `to` comes out of `from` without another constraint, if it can.
pub(crate) enum Change {
    /// Nothing but what comes with comments and parents differs.
    None,
    /// `VALIDATE CONSTRAINT`.
    Validate,
    /// `ALTER CONSTRAINT`: deferrability of a foreign key.
    Defer(String),
    /// Only another constraint will do.
    Replace,
}

pub(crate) fn change(from: &Constraint, to: &Constraint) -> Change {
    let same_index = from.index_options == to.index_options && from.tablespace == to.tablespace;
    let moved = from.index_parent.is_some() && from.index_parent != to.index_parent;
    if from.kind != to.kind || !same_index || moved || from.references != to.references {
        return Change::Replace;
    }
    if from.definition == to.definition {
        return Change::None;
    }
    if essence(from) == essence(to) {
        return if to.validated { Change::Validate } else { Change::Replace };
    }
    let undeferred = |text: &str| {
        let text = text.replace(" INITIALLY DEFERRED", "");
        text.replace(" DEFERRABLE", "")
    };
    if from.kind == ConstraintKind::ForeignKey && undeferred(&from.definition) == undeferred(&to.definition) {
        let word = if to.definition.contains(" INITIALLY DEFERRED") {
            "DEFERRABLE INITIALLY DEFERRED"
        } else if to.definition.contains(" DEFERRABLE") {
            "DEFERRABLE INITIALLY IMMEDIATE"
        } else {
            "NOT DEFERRABLE"
        };
        return Change::Defer(word.to_owned());
    }
    Change::Replace
}

/// `ALTER CONSTRAINT`.
pub(crate) fn defer(address: &ObjectAddress, name: &str, clause: &str) -> Step {
    let sql = format!("ALTER TABLE {address} ALTER CONSTRAINT {} {clause}", quote_ident(name));
    Step::alter(address, Action::AlterTable, sql)
        .on(Part::constraint(name))
        .lock(LockMode::AccessExclusive, address.qualified())
}
