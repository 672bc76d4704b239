//! Owners of objects of all kinds.

use super::target;
use crate::address::Part;
use crate::object::Object;
use crate::plan::{Action, Hazard, Step};

/// `OWNER TO` after an object was made by `role`.
pub(crate) fn after_create(object: &Object, role: Option<&str>) -> Option<Step> {
    let owner = &object.common.owner;
    (!owner.is_empty() && role != Some(owner.as_str())).then(|| {
        let mut step = change(object);
        step.change = crate::plan::ChangeKind::Create;
        step.hazards.clear();
        step
    })
}

/// `OWNER TO` the owner of `object`.
pub(crate) fn change(object: &Object) -> Step {
    let sql =
        format!("ALTER {} OWNER TO {}", target(object), crate::ident::quote_ident(&object.common.owner));
    let step = Step::alter(&object.address, Action::SetOwner, sql)
        .on(Part::property("owner"))
        .hazard(Hazard::ChangesPrivileges);
    if object.address.kind.is_relation() && object.address.kind != crate::address::ObjectKind::Composite {
        step.lock(crate::plan::LockMode::AccessExclusive, object.address.qualified())
    } else {
        step
    }
}
