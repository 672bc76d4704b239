//! Event triggers.

use crate::address::{ObjectAddress, Part};
use crate::ident::quote_literal;
use crate::object::{EventTrigger, TriggerState};
use crate::plan::{Action, ChangeKind, Hazard, Step};

fn state(address: &ObjectAddress, trigger: &EventTrigger) -> Step {
    let sql = format!("ALTER EVENT TRIGGER {address} {}", trigger.state.verb());
    Step::alter(address, Action::SetTriggerState, sql).on(Part::property("state"))
}

pub(crate) fn create(address: &ObjectAddress, trigger: &EventTrigger) -> Vec<Step> {
    let mut sql = format!("CREATE EVENT TRIGGER {address} ON {}", trigger.event);
    if !trigger.tags.is_empty() {
        let tags: Vec<String> = trigger.tags.iter().map(|tag| quote_literal(tag)).collect();
        sql.push_str(&format!(" WHEN TAG IN ({})", tags.join(", ")));
    }
    sql.push_str(&format!(" EXECUTE FUNCTION {}()", trigger.function));
    let mut steps = vec![Step::new(ChangeKind::Create, address, Action::CreateTrigger, sql)];
    if trigger.state != TriggerState::Origin {
        let mut step = state(address, trigger);
        step.change = ChangeKind::Create;
        steps.push(step);
    }
    steps
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropTrigger, format!("DROP EVENT TRIGGER {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Whether only a new event trigger can be what `to` is.
pub(crate) fn must_replace(from: &EventTrigger, to: &EventTrigger) -> bool {
    from.event != to.event || from.tags != to.tags || from.function != to.function
}

pub(crate) fn alter(address: &ObjectAddress, from: &EventTrigger, to: &EventTrigger) -> Vec<Step> {
    if from.state == to.state { Vec::new() } else { vec![state(address, to)] }
}
