//! Tables of publications.

use crate::address::ObjectAddress;
use crate::ident::quote_ident;
use crate::object::PublicationTable;
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};

pub(crate) fn create(address: &ObjectAddress, table: &PublicationTable) -> Step {
    let mut sql = format!("ALTER PUBLICATION {} ADD TABLE ONLY {}", quote_ident(&address.name), table.table);
    if !table.columns.is_empty() {
        let columns: Vec<String> = table.columns.iter().map(|column| quote_ident(column)).collect();
        sql.push_str(&format!(" ({})", columns.join(", ")));
    }
    if let Some(filter) = &table.filter {
        sql.push_str(&format!(" WHERE ({filter})"));
    }
    Step::new(ChangeKind::Create, address, Action::CreateObject, sql)
        .lock(LockMode::ShareUpdateExclusive, table.table.clone())
}

pub(crate) fn drop(address: &ObjectAddress, table: &PublicationTable) -> Step {
    let sql = format!("ALTER PUBLICATION {} DROP TABLE ONLY {}", quote_ident(&address.name), table.table);
    Step::new(ChangeKind::Drop, address, Action::DropObject, sql)
        .lock(LockMode::ShareUpdateExclusive, table.table.clone())
        .hazard(Hazard::BreaksApplications)
}

/// Whether the table has to be taken out and put in again.
pub(crate) fn must_replace(from: &PublicationTable, to: &PublicationTable) -> bool {
    from != to
}
