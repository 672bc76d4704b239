//! Rules.

use crate::address::{ObjectAddress, Part};
use crate::ident::quote_ident;
use crate::object::{Rule, TriggerState};
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};

fn state(address: &ObjectAddress, rule: &Rule) -> Step {
    let sql = format!("ALTER TABLE {} {} RULE {}", rule.table, rule.state.verb(), quote_ident(&address.name));
    Step::alter(address, Action::SetRuleState, sql)
        .on(Part::property("state"))
        .lock(LockMode::AccessExclusive, rule.table.clone())
}

pub(crate) fn create(address: &ObjectAddress, rule: &Rule) -> Vec<Step> {
    let mut steps = vec![
        Step::new(ChangeKind::Create, address, Action::CreateRule, rule.definition.clone())
            .lock(LockMode::AccessExclusive, rule.table.clone()),
    ];
    if rule.state != TriggerState::Origin {
        let mut step = state(address, rule);
        step.change = ChangeKind::Create;
        steps.push(step);
    }
    steps
}

pub(crate) fn drop(address: &ObjectAddress, rule: &Rule) -> Step {
    let sql = format!("DROP RULE {} ON {}", quote_ident(&address.name), rule.table);
    Step::new(ChangeKind::Drop, address, Action::DropRule, sql)
        .hazard(Hazard::BreaksApplications)
        .lock(LockMode::AccessExclusive, rule.table.clone())
}

/// Whether `CREATE OR REPLACE RULE` cannot make `to` out of `from`.
pub(crate) fn must_replace(from: &Rule, to: &Rule) -> bool {
    from.table != to.table
}

pub(crate) fn alter(address: &ObjectAddress, from: &Rule, to: &Rule) -> Vec<Step> {
    let mut steps = Vec::new();
    if from.definition != to.definition {
        let rest = to.definition.strip_prefix("CREATE ").unwrap_or(&to.definition);
        steps.push(
            Step::alter(address, Action::CreateRule, format!("CREATE OR REPLACE {rest}"))
                .on(Part::property("definition"))
                .lock(LockMode::AccessExclusive, to.table.clone()),
        );
    }
    // A rule that is replaced keeps its state.
    if from.state != to.state {
        steps.push(state(address, to));
    }
    steps
}
