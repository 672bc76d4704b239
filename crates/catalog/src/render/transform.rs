//! Transforms. The address is the rest of their statements: `for hstore language plperl`.

use crate::address::ObjectAddress;
use crate::object::Transform;
use crate::plan::{Action, ChangeKind, Hazard, Step};

fn text(address: &ObjectAddress, transform: &Transform, replace: &str) -> String {
    let functions = [("FROM SQL", &transform.from_sql), ("TO SQL", &transform.to_sql)];
    let functions: Vec<String> = functions
        .into_iter()
        .filter_map(|(word, function)| Some(format!("{word} WITH FUNCTION {}", function.as_ref()?)))
        .collect();
    format!("CREATE {replace}TRANSFORM {address} ({})", functions.join(", "))
}

pub(crate) fn create(address: &ObjectAddress, transform: &Transform) -> Step {
    Step::new(ChangeKind::Create, address, Action::CreateObject, text(address, transform, ""))
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, format!("DROP TRANSFORM {address}"))
        .hazard(Hazard::BreaksApplications)
}

pub(crate) fn alter(address: &ObjectAddress, from: &Transform, to: &Transform) -> Vec<Step> {
    if from == to {
        return Vec::new();
    }
    vec![Step::alter(address, Action::AlterObject, text(address, to, "OR REPLACE "))]
}
