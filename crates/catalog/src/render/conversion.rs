//! Conversions between encodings.

use crate::address::ObjectAddress;
use crate::ident::quote_literal;
use crate::object::Conversion;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, conversion: &Conversion) -> Step {
    let default = if conversion.default { "DEFAULT " } else { "" };
    let sql = format!(
        "CREATE {default}CONVERSION {address} FOR {} TO {} FROM {}",
        quote_literal(&conversion.source),
        quote_literal(&conversion.destination),
        conversion.function
    );
    Step::new(ChangeKind::Create, address, Action::CreateObject, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, format!("DROP CONVERSION {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Whether only a new conversion can be what `to` is.
pub(crate) fn must_replace(from: &Conversion, to: &Conversion) -> bool {
    from != to
}
