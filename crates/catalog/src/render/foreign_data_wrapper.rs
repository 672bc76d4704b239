//! Foreign-data wrappers.

use super::option;
use crate::address::ObjectAddress;
use crate::object::ForeignDataWrapper;
use crate::plan::{Action, ChangeKind, Hazard, Step};

/// ` HANDLER f`, ` NO HANDLER`.
fn function(word: &str, name: Option<&String>) -> String {
    name.map_or_else(|| format!(" NO {word}"), |name| format!(" {word} {name}"))
}

pub(crate) fn create(address: &ObjectAddress, wrapper: &ForeignDataWrapper) -> Step {
    let mut sql = format!("CREATE FOREIGN DATA WRAPPER {address}");
    for (word, name) in [("HANDLER", &wrapper.handler), ("VALIDATOR", &wrapper.validator)] {
        if name.is_some() {
            sql.push_str(&function(word, name.as_ref()));
        }
    }
    sql.push_str(&option::foreign(&wrapper.options));
    Step::new(ChangeKind::Create, address, Action::CreateObject, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    let sql = format!("DROP FOREIGN DATA WRAPPER {address}");
    Step::new(ChangeKind::Drop, address, Action::DropObject, sql).hazard(Hazard::BreaksApplications)
}

pub(crate) fn alter(
    address: &ObjectAddress,
    from: &ForeignDataWrapper,
    to: &ForeignDataWrapper,
) -> Vec<Step> {
    let mut clauses = String::new();
    if from.handler != to.handler {
        clauses.push_str(&function("HANDLER", to.handler.as_ref()));
    }
    if from.validator != to.validator {
        clauses.push_str(&function("VALIDATOR", to.validator.as_ref()));
    }
    clauses.push_str(&option::foreign_changes(&from.options, &to.options));
    if clauses.is_empty() {
        return Vec::new();
    }
    let sql = format!("ALTER FOREIGN DATA WRAPPER {address}{clauses}");
    vec![Step::alter(address, Action::AlterObject, sql)]
}
