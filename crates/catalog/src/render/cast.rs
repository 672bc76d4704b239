//! Casts.

use crate::address::ObjectAddress;
use crate::object::{Cast, CastContext, CastMethod};
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, cast: &Cast) -> Step {
    let method = match (cast.method, &cast.function) {
        (CastMethod::Function, Some(function)) => format!("WITH FUNCTION {function}"),
        (CastMethod::InOut, _) => "WITH INOUT".to_owned(),
        (CastMethod::Binary | CastMethod::Function, _) => "WITHOUT FUNCTION".to_owned(),
    };
    let context = match cast.context {
        CastContext::Explicit => "",
        CastContext::Assignment => " AS ASSIGNMENT",
        CastContext::Implicit => " AS IMPLICIT",
    };
    let sql = format!("CREATE CAST {address} {method}{context}");
    Step::new(ChangeKind::Create, address, Action::CreateCast, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropCast, format!("DROP CAST {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Whether only a new cast can be what `to` is: always, if they differ.
pub(crate) fn must_replace(from: &Cast, to: &Cast) -> bool {
    from != to
}
