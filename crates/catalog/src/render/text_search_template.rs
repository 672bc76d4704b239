//! Text search templates.

use crate::address::ObjectAddress;
use crate::object::TextSearchTemplate;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, template: &TextSearchTemplate) -> Step {
    let mut functions: Vec<String> =
        template.init.iter().map(|function| format!("INIT = {function}")).collect();
    functions.push(format!("LEXIZE = {}", template.lexize));
    let sql = format!("CREATE TEXT SEARCH TEMPLATE {address} ({})", functions.join(", "));
    Step::new(ChangeKind::Create, address, Action::CreateTextSearch, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    let sql = format!("DROP TEXT SEARCH TEMPLATE {address}");
    Step::new(ChangeKind::Drop, address, Action::DropTextSearch, sql).hazard(Hazard::BreaksApplications)
}

/// Whether only a new template can be what `to` is.
pub(crate) fn must_replace(from: &TextSearchTemplate, to: &TextSearchTemplate) -> bool {
    from != to
}
