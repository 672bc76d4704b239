//! Schemas.

use crate::address::ObjectAddress;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Create, address, Action::CreateSchema, format!("CREATE SCHEMA {address}"))
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropSchema, format!("DROP SCHEMA {address}"))
        .hazard(Hazard::BreaksApplications)
}
