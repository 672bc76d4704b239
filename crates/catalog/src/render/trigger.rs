//! Triggers.

use crate::address::{ObjectAddress, Part};
use crate::ident::quote_ident;
use crate::object::{Trigger, TriggerState};
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};

fn state(address: &ObjectAddress, trigger: &Trigger) -> Step {
    set_state(address, trigger, trigger.state)
}

/// `ENABLE TRIGGER` and the like, of the trigger and of those that partitions have from it.
pub(crate) fn set_state(address: &ObjectAddress, trigger: &Trigger, state: TriggerState) -> Step {
    let sql =
        format!("ALTER TABLE {} {} TRIGGER {}", trigger.table, state.verb(), quote_ident(&address.name));
    Step::alter(address, Action::SetTriggerState, sql)
        .on(Part::property("state"))
        .lock(LockMode::ShareRowExclusive, trigger.table.clone())
}

pub(crate) fn create(address: &ObjectAddress, trigger: &Trigger) -> Vec<Step> {
    if trigger.inherited {
        return vec![state(address, trigger)];
    }
    let mut steps = vec![
        Step::new(ChangeKind::Create, address, Action::CreateTrigger, trigger.definition.clone())
            .lock(LockMode::ShareRowExclusive, trigger.table.clone()),
    ];
    if trigger.state != TriggerState::Origin {
        let mut step = state(address, trigger);
        step.change = ChangeKind::Create;
        steps.push(step);
    }
    steps
}

pub(crate) fn drop(address: &ObjectAddress, trigger: &Trigger) -> Step {
    let sql = format!("DROP TRIGGER {} ON {}", quote_ident(&address.name), trigger.table);
    Step::new(ChangeKind::Drop, address, Action::DropTrigger, sql)
        .hazard(Hazard::BreaksApplications)
        .lock(LockMode::AccessExclusive, trigger.table.clone())
}

/// Whether `CREATE OR REPLACE TRIGGER` refuses to make `to` out of `from`.
pub(crate) fn must_replace(from: &Trigger, to: &Trigger) -> bool {
    let constraint = |trigger: &Trigger| trigger.definition.starts_with("CREATE CONSTRAINT");
    from.table != to.table
        || from.inherited != to.inherited
        || (from.definition != to.definition && (constraint(from) || constraint(to)))
}

pub(crate) fn alter(address: &ObjectAddress, from: &Trigger, to: &Trigger) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut now = from.state;
    if from.definition != to.definition {
        let rest = to.definition.strip_prefix("CREATE ").unwrap_or(&to.definition);
        steps.push(
            Step::alter(address, Action::CreateTrigger, format!("CREATE OR REPLACE {rest}"))
                .on(Part::property("definition"))
                .lock(LockMode::ShareRowExclusive, to.table.clone()),
        );
        now = TriggerState::Origin;
    }
    if now != to.state {
        steps.push(state(address, to));
    }
    steps
}
