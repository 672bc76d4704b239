//! Access methods.

use crate::address::ObjectAddress;
use crate::object::{AccessMethod, AccessMethodKind};
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, method: &AccessMethod) -> Step {
    let of = match method.of {
        AccessMethodKind::Index => "INDEX",
        AccessMethodKind::Table => "TABLE",
    };
    let sql = format!("CREATE ACCESS METHOD {address} TYPE {of} HANDLER {}", method.handler);
    Step::new(ChangeKind::Create, address, Action::CreateObject, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, format!("DROP ACCESS METHOD {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Whether only a new access method can be what `to` is.
pub(crate) fn must_replace(from: &AccessMethod, to: &AccessMethod) -> bool {
    from != to
}
