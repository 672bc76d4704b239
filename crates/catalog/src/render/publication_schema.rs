//! Schemas of publications.

use crate::address::ObjectAddress;
use crate::ident::quote_ident;
use crate::object::PublicationSchema;
use crate::plan::{Action, ChangeKind, Hazard, Step};

fn sql(address: &ObjectAddress, word: &str) -> String {
    let (publication, schema) = (quote_ident(&address.name), quote_ident(&address.schema));
    format!("ALTER PUBLICATION {publication} {word} TABLES IN SCHEMA {schema}")
}

pub(crate) fn create(address: &ObjectAddress, _schema: &PublicationSchema) -> Step {
    Step::new(ChangeKind::Create, address, Action::CreateObject, sql(address, "ADD"))
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, sql(address, "DROP"))
        .hazard(Hazard::BreaksApplications)
}
