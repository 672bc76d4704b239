//! Servers of foreign-data wrappers.

use super::option;
use crate::address::ObjectAddress;
use crate::ident::{quote_ident, quote_literal};
use crate::object::Server;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, server: &Server) -> Step {
    let mut sql = format!("CREATE SERVER {address}");
    for (word, text) in [("TYPE", &server.server_type), ("VERSION", &server.version)] {
        if let Some(text) = text {
            sql.push_str(&format!(" {word} {}", quote_literal(text)));
        }
    }
    sql.push_str(&format!(" FOREIGN DATA WRAPPER {}", quote_ident(&server.wrapper)));
    sql.push_str(&option::foreign(&server.options));
    Step::new(ChangeKind::Create, address, Action::CreateObject, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, format!("DROP SERVER {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Whether only a new server can be what `to` is.
pub(crate) fn must_replace(from: &Server, to: &Server) -> bool {
    from.wrapper != to.wrapper || from.server_type != to.server_type
}

pub(crate) fn alter(address: &ObjectAddress, from: &Server, to: &Server) -> Vec<Step> {
    let mut clauses = String::new();
    if from.version != to.version {
        let version = to.version.as_deref().map_or("NULL".to_owned(), quote_literal);
        clauses.push_str(&format!(" VERSION {version}"));
    }
    clauses.push_str(&option::foreign_changes(&from.options, &to.options));
    if clauses.is_empty() {
        return Vec::new();
    }
    vec![Step::alter(address, Action::AlterObject, format!("ALTER SERVER {address}{clauses}"))]
}
