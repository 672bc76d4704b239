//! Domains.

use std::collections::BTreeSet;

use crate::address::{ObjectAddress, Part};
use crate::ident::quote_ident;
use crate::object::{Domain, DomainConstraint};
use crate::plan::{Action, ChangeKind, Hazard, Step};

/// The domain with its constraints, but for those in `later`.
pub(crate) fn create(address: &ObjectAddress, domain: &Domain, later: &BTreeSet<Part>) -> Step {
    let mut sql = format!("CREATE DOMAIN {address} AS {}", domain.base_type);
    if let Some(collation) = &domain.collation {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(default) = &domain.default {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    if domain.not_null {
        sql.push_str(" NOT NULL");
    }
    for (name, constraint) in &domain.constraints {
        if !later.contains(&Part::constraint(name)) {
            sql.push_str(&format!("\n    CONSTRAINT {} {}", quote_ident(name), constraint.definition));
        }
    }
    Step::new(ChangeKind::Create, address, Action::CreateType, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropType, format!("DROP DOMAIN {address}"))
        .hazard(Hazard::BreaksApplications)
}

pub(crate) fn add_constraint(address: &ObjectAddress, name: &str, constraint: &DomainConstraint) -> Step {
    let sql =
        format!("ALTER DOMAIN {address} ADD CONSTRAINT {} {}", quote_ident(name), constraint.definition);
    Step::alter(address, Action::AddConstraint { constraint: name.to_owned() }, sql)
        .on(Part::constraint(name))
        .hazard_if(constraint.validated, Hazard::FullScan)
        .hazard_if(constraint.validated, Hazard::MayFailOnRows)
}

pub(crate) fn validate_constraint(address: &ObjectAddress, name: &str) -> Step {
    let sql = format!("ALTER DOMAIN {address} VALIDATE CONSTRAINT {}", quote_ident(name));
    Step::alter(address, Action::ValidateConstraint { constraint: name.to_owned() }, sql)
        .on(Part::constraint(name))
        .hazard(Hazard::FullScan)
        .hazard(Hazard::MayFailOnRows)
}

pub(crate) fn drop_constraint(address: &ObjectAddress, name: &str) -> Step {
    let sql = format!("ALTER DOMAIN {address} DROP CONSTRAINT {}", quote_ident(name));
    Step::alter(address, Action::DropConstraint { constraint: name.to_owned() }, sql)
        .on(Part::constraint(name))
}

/// Whether values that `from` lets in have to be checked for `to`.
pub(crate) fn asks_more(from: &Domain, to: &Domain) -> bool {
    let is_new = |(name, constraint): (&String, &DomainConstraint)| {
        let same = |before: &DomainConstraint| before.validated && before.definition == constraint.definition;
        constraint.validated && !from.constraints.get(name).is_some_and(same)
    };
    (to.not_null && !from.not_null) || to.constraints.iter().any(is_new)
}

/// Whether only a new domain can have the type and collation of `to`.
pub(crate) fn must_rebuild(from: &Domain, to: &Domain) -> bool {
    from.base_type != to.base_type || from.collation != to.collation
}

/// Changes of default and not null.
pub(crate) fn alter(address: &ObjectAddress, from: &Domain, to: &Domain) -> Vec<Step> {
    let mut steps = Vec::new();
    if from.default != to.default {
        let clause =
            to.default.as_ref().map_or("DROP DEFAULT".to_owned(), |default| format!("SET DEFAULT {default}"));
        let sql = format!("ALTER DOMAIN {address} {clause}");
        steps.push(Step::alter(address, Action::AlterType, sql).on(Part::property("default")));
    }
    if from.not_null != to.not_null {
        let word = if to.not_null { "SET" } else { "DROP" };
        let sql = format!("ALTER DOMAIN {address} {word} NOT NULL");
        steps.push(
            Step::alter(address, Action::AlterType, sql)
                .on(Part::property("not_null"))
                .hazard_if(to.not_null, Hazard::FullScan)
                .hazard_if(to.not_null, Hazard::MayFailOnRows),
        );
    }
    steps
}
