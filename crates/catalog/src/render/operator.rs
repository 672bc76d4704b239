//! Operators.

use crate::address::{ObjectAddress, Scope};
use crate::ident::quote_ident;
use crate::object::Operator;
use crate::plan::{Action, ChangeKind, Hazard, Step};

/// The types of the left and the right side, by the address.
fn sides(address: &ObjectAddress) -> (Option<&str>, Option<&str>) {
    let Scope::Arguments(types) = &address.scope else { return (None, None) };
    // A comma can stand in parentheses or in quotes inside a type.
    let (mut depth, mut quoted) = (0_u32, false);
    let comma = types.char_indices().find(|(_, c)| {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        *c == ',' && !quoted && depth == 0
    });
    let Some((comma, _)) = comma else { return (None, None) };
    let side = |text: &str| -> bool { text.trim() != "NONE" };
    let (left, right) = (types[..comma].trim(), types[comma + 1..].trim());
    (Some(left).filter(|text| side(text)), Some(right).filter(|text| side(text)))
}

pub(crate) fn create(address: &ObjectAddress, operator: &Operator) -> Step {
    let (left, right) = sides(address);
    let mut options = vec![format!("FUNCTION = {}", operator.function)];
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            options.push(format!("{name} = {value}"));
        }
    };
    add("LEFTARG", left);
    add("RIGHTARG", right);
    add("COMMUTATOR", operator.commutator.as_deref());
    add("NEGATOR", operator.negator.as_deref());
    add("RESTRICT", operator.restrict.as_deref());
    add("JOIN", operator.join.as_deref());
    if operator.hashes {
        options.push("HASHES".to_owned());
    }
    if operator.merges {
        options.push("MERGES".to_owned());
    }
    let name = format!("{}.{}", quote_ident(&address.schema), address.name);
    let sql = format!("CREATE OPERATOR {name} ({})", options.join(", "));
    Step::new(ChangeKind::Create, address, Action::CreateOperator, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropOperator, format!("DROP OPERATOR {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Drops an operator that was only announced, with the one that announced it.
pub(crate) fn drop_announced(address: &ObjectAddress, announced: &str) -> Step {
    let sql = format!("DROP OPERATOR IF EXISTS {announced}");
    Step::new(ChangeKind::Drop, address, Action::DropOperator, sql)
}

/// Whether only a new operator can be what `to` is: estimators alone can be changed in every release.
pub(crate) fn must_replace(from: &Operator, to: &Operator) -> bool {
    let essence = |operator: &Operator| Operator {
        restrict: None,
        join: None,
        announced: Vec::new(),
        ..operator.clone()
    };
    // An operator that goes takes the links to it along; to announce it again the other one is made again.
    let is_new = |operator: &String| !from.announced.contains(operator);
    essence(from) != essence(to) || to.announced.iter().any(is_new)
}

pub(crate) fn alter(address: &ObjectAddress, from: &Operator, to: &Operator) -> Vec<Step> {
    let mut options = Vec::new();
    for (name, before, after) in [("RESTRICT", &from.restrict, &to.restrict), ("JOIN", &from.join, &to.join)]
    {
        if before != after {
            options.push(format!("{name} = {}", after.as_deref().unwrap_or("NONE")));
        }
    }
    if options.is_empty() {
        return Vec::new();
    }
    let sql = format!("ALTER OPERATOR {address} SET ({})", options.join(", "));
    vec![Step::alter(address, Action::AlterOperator, sql)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ObjectKind;

    #[test]
    fn sides_are_told_apart() {
        let sides_of = |types: &str| {
            let address = ObjectAddress::with_arguments(ObjectKind::Operator, "s", "###", types);
            let (left, right) = sides(&address);
            (left.map(str::to_owned), right.map(str::to_owned))
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(sides_of("integer, text"), (text("integer"), text("text")));
        assert_eq!(sides_of("NONE, text"), (None, text("text")));
        assert_eq!(sides_of("s.\"a, \"\"b\", NONE"), (text("s.\"a, \"\"b\""), None));
    }
}
