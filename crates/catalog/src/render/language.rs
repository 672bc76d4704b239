//! Procedural languages.

use crate::address::ObjectAddress;
use crate::object::Language;
use crate::plan::{Action, ChangeKind, Hazard, Step};

fn text(address: &ObjectAddress, language: &Language, replace: &str) -> String {
    let trusted = if language.trusted { "TRUSTED " } else { "" };
    let mut sql = format!("CREATE {replace}{trusted}LANGUAGE {address}");
    for (word, function) in
        [("HANDLER", &language.handler), ("INLINE", &language.inline), ("VALIDATOR", &language.validator)]
    {
        if let Some(function) = function {
            sql.push_str(&format!(" {word} {function}"));
        }
    }
    sql
}

pub(crate) fn create(address: &ObjectAddress, language: &Language) -> Step {
    Step::new(ChangeKind::Create, address, Action::CreateObject, text(address, language, ""))
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, format!("DROP LANGUAGE {address}"))
        .hazard(Hazard::BreaksApplications)
}

pub(crate) fn alter(address: &ObjectAddress, from: &Language, to: &Language) -> Vec<Step> {
    if from == to {
        return Vec::new();
    }
    vec![Step::alter(address, Action::AlterObject, text(address, to, "OR REPLACE "))]
}
