//! Operator classes.

use crate::address::{ObjectAddress, Scope};
use crate::ident::quote_ident;
use crate::object::OperatorClass;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, class: &OperatorClass) -> Step {
    let method = match &address.scope {
        Scope::Arguments(method) => quote_ident(method),
        _ => String::new(),
    };
    let default = if class.default { "DEFAULT " } else { "" };
    let mut items: Vec<String> =
        class.storage.iter().map(|storage| format!("\n    STORAGE {storage}")).collect();
    items.extend(class.members.values().map(|member| format!("\n    {member}")));
    if items.is_empty() {
        // It has to say something, and this is what holds without it.
        items.push(format!("\n    STORAGE {}", class.type_name));
    }
    let sql = format!(
        "CREATE OPERATOR CLASS {} {default}FOR TYPE {} USING {method} FAMILY {} AS{}",
        address.qualified(),
        class.type_name,
        class.family,
        items.join(",")
    );
    Step::new(ChangeKind::Create, address, Action::CreateObject, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, format!("DROP OPERATOR CLASS {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Whether only a new class can be what `to` is.
pub(crate) fn must_replace(from: &OperatorClass, to: &OperatorClass) -> bool {
    from != to
}
