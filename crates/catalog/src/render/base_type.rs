//! Base types.

use std::collections::BTreeMap;

use crate::address::ObjectAddress;
use crate::object::BaseType;
use crate::plan::{Action, ChangeKind, Hazard, Step};

/// Parameters that `ALTER TYPE` can set.
const ALTERABLE: [&str; 7] =
    ["RECEIVE", "SEND", "TYPMOD_IN", "TYPMOD_OUT", "ANALYZE", "SUBSCRIPT", "STORAGE"];

/// How values are stored where nothing is said.
const PLAIN: &str = "plain";

/// The type without anything, so that its functions can name it.
pub(crate) fn announce(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Create, address, Action::CreateType, format!("CREATE TYPE {address}"))
}

/// The type, once its functions are there.
pub(crate) fn define(address: &ObjectAddress, base: &BaseType) -> Step {
    let parameters: Vec<String> =
        base.parameters.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let sql = format!("CREATE TYPE {address} (\n    {}\n)", parameters.join(",\n    "));
    Step::new(ChangeKind::Create, address, Action::CreateType, sql)
}

/// The functions that name the type go with it: type and functions need each other.
pub(crate) fn drop(address: &ObjectAddress, base: &BaseType) -> Step {
    let cascade = if base.is_shell() { "" } else { " CASCADE" };
    Step::new(ChangeKind::Drop, address, Action::DropType, format!("DROP TYPE {address}{cascade}"))
        .hazard(Hazard::BreaksApplications)
}

fn storage(base: &BaseType) -> &str {
    base.parameters.get("STORAGE").map_or(PLAIN, String::as_str)
}

/// Whether only a new type can be what `to` is.
pub(crate) fn must_replace(from: &BaseType, to: &BaseType) -> bool {
    let fixed = |base: &BaseType| -> BTreeMap<String, String> {
        let mut parameters = base.parameters.clone();
        parameters.retain(|name, _| !ALTERABLE.contains(&name.as_str()));
        parameters
    };
    // Values can be stored out of line from now on, but not be brought back.
    fixed(from) != fixed(to) || (storage(from) != storage(to) && storage(to) == PLAIN)
}

pub(crate) fn alter(address: &ObjectAddress, from: &BaseType, to: &BaseType) -> Vec<Step> {
    let changed = ALTERABLE.iter().filter(|name| from.parameters.get(**name) != to.parameters.get(**name));
    let changed: Vec<String> = changed
        .map(|name| format!("{name} = {}", to.parameters.get(*name).map_or("NONE", String::as_str)))
        .collect();
    if changed.is_empty() {
        return Vec::new();
    }
    let sql = format!("ALTER TYPE {address} SET ({})", changed.join(", "));
    vec![Step::alter(address, Action::AlterType, sql)]
}
