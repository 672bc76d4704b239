//! User mappings. The address is the rest of their statements: `for app server far`.

use super::option;
use crate::address::ObjectAddress;
use crate::object::UserMapping;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, mapping: &UserMapping) -> Step {
    let sql = format!("CREATE USER MAPPING {address}{}", option::foreign(&mapping.options));
    Step::new(ChangeKind::Create, address, Action::CreateObject, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, format!("DROP USER MAPPING {address}"))
        .hazard(Hazard::BreaksApplications)
}

pub(crate) fn alter(address: &ObjectAddress, from: &UserMapping, to: &UserMapping) -> Vec<Step> {
    let options = option::foreign_changes(&from.options, &to.options);
    if options.is_empty() {
        return Vec::new();
    }
    vec![Step::alter(address, Action::AlterObject, format!("ALTER USER MAPPING {address}{options}"))]
}
