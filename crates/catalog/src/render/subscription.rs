//! Subscriptions: made, changed and dropped without talking to the other side.

use std::collections::BTreeMap;

use crate::address::ObjectAddress;
use crate::ident::{quote_ident, quote_literal};
use crate::object::Subscription;
use crate::plan::{Action, ChangeKind, Hazard, Step};

/// The slot of the other side; without one it is `NONE`.
const SLOT: &str = "slot_name";

/// Parameters that `ALTER SUBSCRIPTION` sets without the other side, with what they are by default.
const PLAIN: [(&str, &str); 8] = [
    (SLOT, "NONE"),
    ("binary", "false"),
    ("streaming", "off"),
    ("synchronous_commit", "off"),
    ("disable_on_error", "false"),
    ("password_required", "true"),
    ("run_as_owner", "false"),
    ("origin", "any"),
];

fn entry(name: &str, value: &str) -> String {
    let value = if name == SLOT && value == "NONE" { value.to_owned() } else { quote_literal(value) };
    format!("{name} = {value}")
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quote_ident(name)).collect::<Vec<_>>().join(", ")
}

/// The parameters that `ALTER SUBSCRIPTION` can't set without the other side, or at all.
fn fixed(subscription: &Subscription) -> BTreeMap<&String, &String> {
    let plain = |name: &str| PLAIN.iter().any(|(plain, _)| *plain == name);
    subscription.options.iter().filter(|(name, _)| !plain(name)).collect()
}

/// The slot where nobody could name it: that of a subscription which once was called so.
fn odd_slot(subscription: &Subscription) -> Option<&String> {
    let is_odd = |slot: &&String| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        slot.as_str() != "NONE" && !slot.chars().all(fits)
    };
    subscription.options.get(SLOT).filter(is_odd)
}

/// It is made disabled: who enables it decides when copying starts.
pub(crate) fn create(address: &ObjectAddress, subscription: &Subscription) -> Vec<Step> {
    let mut options = vec!["connect = false".to_owned()];
    // By default the slot is called as the subscription is, also where that is no name that a slot could be given.
    let name = odd_slot(subscription).unwrap_or(&address.name);
    let first = ObjectAddress { name: name.clone(), ..address.clone() };
    let usual = |name: &str, value: &str| name == SLOT && value == first.name;
    let said = subscription.options.iter().filter(|(name, value)| !usual(name, value));
    options.extend(said.map(|(name, value)| entry(name, value)));
    let sql = format!(
        "CREATE SUBSCRIPTION {first} CONNECTION {} PUBLICATION {} WITH ({})",
        quote_literal(&subscription.connection),
        list(&subscription.publications),
        options.join(", ")
    );
    let mut steps = vec![Step::new(ChangeKind::Create, address, Action::CreateObject, sql)];
    if first.name != address.name {
        let sql = format!("ALTER SUBSCRIPTION {first} RENAME TO {address}");
        let action = Action::Rename { from: first.name, to: address.name.clone() };
        steps.push(Step::new(ChangeKind::Create, address, action, sql));
    }
    steps
}

fn disable(address: &ObjectAddress) -> Step {
    Step::alter(address, Action::AlterObject, format!("ALTER SUBSCRIPTION {address} DISABLE"))
}

/// Its slot stays on the other side: to drop it, the server would have to be there.
pub(crate) fn drop(address: &ObjectAddress) -> Vec<Step> {
    let without = format!("ALTER SUBSCRIPTION {address} SET (slot_name = NONE)");
    let mut steps = vec![
        disable(address),
        Step::alter(address, Action::AlterObject, without),
        Step::alter(address, Action::DropObject, format!("DROP SUBSCRIPTION {address}"))
            .hazard(Hazard::BreaksApplications),
    ];
    for step in &mut steps {
        step.change = ChangeKind::Drop;
    }
    steps
}

/// Whether only a new subscription can be what `to` is.
pub(crate) fn must_replace(from: &Subscription, to: &Subscription) -> bool {
    let slot = odd_slot(to);
    fixed(from) != fixed(to) || (slot.is_some() && from.options.get(SLOT) != slot)
}

pub(crate) fn alter(address: &ObjectAddress, from: &Subscription, to: &Subscription) -> Vec<Step> {
    let mut clauses = Vec::new();
    if from.connection != to.connection {
        clauses.push(format!("CONNECTION {}", quote_literal(&to.connection)));
    }
    if from.publications != to.publications {
        clauses.push(format!("SET PUBLICATION {} WITH (refresh = false)", list(&to.publications)));
    }
    let changed = PLAIN.iter().filter_map(|(name, default)| {
        let value = |subscription: &Subscription| {
            subscription.options.get(*name).map_or((*default).to_owned(), Clone::clone)
        };
        (value(from) != value(to)).then(|| (*name, value(to)))
    });
    let changed: Vec<(&str, String)> = changed.collect();
    let mut steps = Vec::new();
    // The server gives up a slot only while nothing uses it.
    if from.enabled.0 && changed.iter().any(|(name, value)| *name == SLOT && value == "NONE") {
        steps.push(disable(address));
    }
    if !changed.is_empty() {
        let list: Vec<String> = changed.iter().map(|(name, value)| entry(name, value)).collect();
        clauses.push(format!("SET ({})", list.join(", ")));
    }
    steps.extend(clauses.iter().map(|clause| {
        Step::alter(address, Action::AlterObject, format!("ALTER SUBSCRIPTION {address} {clause}"))
            .hazard(Hazard::BreaksApplications)
    }));
    steps
}
