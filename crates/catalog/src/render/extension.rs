//! Extensions.

use crate::address::ObjectAddress;
use crate::ident::{quote_ident, quote_literal};
use crate::object::Extension;
use crate::plan::{Action, ChangeKind, Hazard, Step};

/// A version is text; most are no identifiers.
fn version(text: &str) -> String {
    quote_literal(text)
}

pub(crate) fn create(address: &ObjectAddress, extension: &Extension) -> Step {
    // What schema an extension that cannot be moved goes into is its own business, unless it is asked for: it may be.
    let sql = format!(
        "CREATE EXTENSION {address} WITH SCHEMA {} VERSION {}",
        quote_ident(&extension.schema),
        version(&extension.version)
    );
    Step::new(ChangeKind::Create, address, Action::CreateExtension, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropExtension, format!("DROP EXTENSION {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Whether only a new extension can be what `to` is.
pub(crate) fn must_replace(from: &Extension, to: &Extension) -> bool {
    from.schema != to.schema && !from.relocatable
}

pub(crate) fn alter(address: &ObjectAddress, from: &Extension, to: &Extension) -> Vec<Step> {
    let mut steps = Vec::new();
    if from.version != to.version {
        let sql = format!("ALTER EXTENSION {address} UPDATE TO {}", version(&to.version));
        steps.push(Step::alter(address, Action::UpdateExtension, sql).hazard(Hazard::ExtensionScript));
    }
    if from.schema != to.schema {
        let action = Action::SetSchema { from: from.schema.clone(), to: to.schema.clone() };
        let sql = format!("ALTER EXTENSION {address} SET SCHEMA {}", quote_ident(&to.schema));
        steps.push(Step::alter(address, action, sql).hazard(Hazard::BreaksApplications));
    }
    steps
}
