//! Operator families.

use crate::address::ObjectAddress;
use crate::object::OperatorFamily;
use crate::plan::{Action, ChangeKind, Hazard, Step};

fn add(address: &ObjectAddress, members: &[&String]) -> Option<Step> {
    let list = members.iter().map(|member| format!("\n    {member}")).collect::<Vec<_>>().join(",");
    let sql = format!("ALTER OPERATOR FAMILY {address} ADD{list}");
    (!members.is_empty()).then(|| Step::alter(address, Action::AlterObject, sql))
}

pub(crate) fn create(address: &ObjectAddress, family: &OperatorFamily) -> Vec<Step> {
    let sql = format!("CREATE OPERATOR FAMILY {address}");
    let mut steps = vec![Step::new(ChangeKind::Create, address, Action::CreateObject, sql)];
    steps.extend(add(address, &family.members.values().collect::<Vec<_>>()).map(|mut step| {
        step.change = ChangeKind::Create;
        step
    }));
    steps
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, format!("DROP OPERATOR FAMILY {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Functions without which an access method can't do: the server lets none of them go while the family is there.
fn required(handler: &str) -> &'static [&'static str] {
    match handler {
        "gist" => &["1", "2", "5", "6", "7"],
        "gin" => &["2", "3"],
        "spgist" => &["1", "2", "3", "4", "5"],
        _ => &[],
    }
}

/// Whether only a new family can be what `to` is. `method` is what the access method comes down to, one of the server's.
pub(crate) fn must_replace(method: &str, from: &OperatorFamily, to: &OperatorFamily) -> bool {
    let is_required = |name: &str| {
        let number = name.strip_prefix("FUNCTION ").and_then(|rest| rest.split(' ').next());
        number.is_some_and(|number| required(method).contains(&number))
    };
    from.members.iter().any(|(name, member)| is_required(name) && to.members.get(name) != Some(member))
}

pub(crate) fn alter(address: &ObjectAddress, from: &OperatorFamily, to: &OperatorFamily) -> Vec<Step> {
    let mut steps = Vec::new();
    let gone: Vec<&str> = from
        .members
        .iter()
        .filter(|(name, member)| to.members.get(*name) != Some(*member))
        .map(|(name, _)| name.as_str())
        .collect();
    if !gone.is_empty() {
        let sql = format!("ALTER OPERATOR FAMILY {address} DROP {}", gone.join(", "));
        steps.push(Step::alter(address, Action::AlterObject, sql).hazard(Hazard::SlowsQueries));
    }
    let members: Vec<&String> = to
        .members
        .iter()
        .filter(|(name, member)| from.members.get(*name) != Some(*member))
        .map(|(_, member)| member)
        .collect();
    steps.extend(add(address, &members));
    steps
}
