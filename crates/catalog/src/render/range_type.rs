//! Range types.

use crate::address::ObjectAddress;
use crate::object::RangeType;
use crate::plan::{Action, ChangeKind, Step};

pub(crate) fn create(address: &ObjectAddress, body: &RangeType) -> Step {
    let mut options = vec![format!("subtype = {}", body.subtype)];
    let mut option = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            options.push(format!("{name} = {value}"));
        }
    };
    option("subtype_opclass", &Some(body.operator_class.clone()).filter(|name| !name.is_empty()));
    option("collation", &body.collation);
    option("canonical", &body.canonical);
    option("subtype_diff", &body.subtype_diff);
    option("multirange_type_name", &body.multirange.as_ref().map(ToString::to_string));
    let sql = format!("CREATE TYPE {address} AS RANGE ({})", options.join(", "));
    Step::new(ChangeKind::Create, address, Action::CreateType, sql)
}
