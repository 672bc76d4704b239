//! Policies.

use crate::address::{ObjectAddress, Part};
use crate::ident::quote_ident;
use crate::object::{Policy, PolicyCommand};
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};

fn roles(policy: &Policy) -> String {
    if policy.roles.is_empty() {
        return "PUBLIC".to_owned();
    }
    policy.roles.iter().map(|role| quote_ident(role)).collect::<Vec<_>>().join(", ")
}

pub(crate) fn create(address: &ObjectAddress, policy: &Policy) -> Step {
    let mut sql = format!("CREATE POLICY {} ON {}", quote_ident(&address.name), policy.table);
    if policy.restrictive {
        sql.push_str(" AS RESTRICTIVE");
    }
    if policy.command != PolicyCommand::All {
        sql.push_str(&format!(" FOR {}", policy.command.keyword()));
    }
    if !policy.roles.is_empty() {
        sql.push_str(&format!(" TO {}", roles(policy)));
    }
    if let Some(using) = &policy.using {
        sql.push_str(&format!(" USING ({using})"));
    }
    if let Some(check) = &policy.check {
        sql.push_str(&format!(" WITH CHECK ({check})"));
    }
    Step::new(ChangeKind::Create, address, Action::CreatePolicy, sql)
        .hazard(Hazard::ChangesPrivileges)
        .lock(LockMode::AccessExclusive, policy.table.clone())
}

pub(crate) fn drop(address: &ObjectAddress, policy: &Policy) -> Step {
    let sql = format!("DROP POLICY {} ON {}", quote_ident(&address.name), policy.table);
    Step::new(ChangeKind::Drop, address, Action::DropPolicy, sql)
        .hazard(Hazard::ChangesPrivileges)
        .lock(LockMode::AccessExclusive, policy.table.clone())
}

/// Whether only a new policy can be what `to` is: `ALTER POLICY` takes no expression away.
pub(crate) fn must_replace(from: &Policy, to: &Policy) -> bool {
    from.table != to.table
        || from.command != to.command
        || from.restrictive != to.restrictive
        || (from.using.is_some() && to.using.is_none())
        || (from.check.is_some() && to.check.is_none())
}

pub(crate) fn alter(address: &ObjectAddress, from: &Policy, to: &Policy) -> Vec<Step> {
    let mut sql = format!("ALTER POLICY {} ON {}", quote_ident(&address.name), to.table);
    let mut changed = Vec::new();
    if from.roles != to.roles {
        sql.push_str(&format!(" TO {}", roles(to)));
        changed.push("roles");
    }
    if let Some(using) = to.using.as_ref().filter(|using| from.using.as_ref() != Some(using)) {
        sql.push_str(&format!(" USING ({using})"));
        changed.push("using");
    }
    if let Some(check) = to.check.as_ref().filter(|check| from.check.as_ref() != Some(check)) {
        sql.push_str(&format!(" WITH CHECK ({check})"));
        changed.push("check");
    }
    let Some(first) = changed.first() else { return Vec::new() };
    let step = Step::alter(address, Action::AlterPolicy, sql)
        .hazard(Hazard::ChangesPrivileges)
        .lock(LockMode::AccessExclusive, to.table.clone());
    vec![if changed.len() == 1 { step.on(Part::property(*first)) } else { step }]
}
