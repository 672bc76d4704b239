//! Publications.

use crate::address::ObjectAddress;
use crate::ident::quote_literal;
use crate::object::Publication;
use crate::plan::{Action, ChangeKind, Hazard, Step};

/// The parameters; those that are as they are by default only where `all` is asked for.
fn parameters(publication: &Publication, all: bool) -> String {
    let mut list = vec![format!("publish = {}", quote_literal(&publication.publish.join(", ")))];
    if all || publication.via_root {
        list.push(format!("publish_via_partition_root = {}", publication.via_root));
    }
    if let Some(columns) = &publication.generated_columns {
        list.push(format!("publish_generated_columns = {columns}"));
    }
    list.join(", ")
}

pub(crate) fn create(address: &ObjectAddress, publication: &Publication) -> Step {
    let all = if publication.all_tables { " FOR ALL TABLES" } else { "" };
    let sql = format!("CREATE PUBLICATION {address}{all} WITH ({})", parameters(publication, false));
    Step::new(ChangeKind::Create, address, Action::CreateObject, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropObject, format!("DROP PUBLICATION {address}"))
        .hazard(Hazard::BreaksApplications)
}

/// Whether only a new publication can be what `to` is.
pub(crate) fn must_replace(from: &Publication, to: &Publication) -> bool {
    from.all_tables != to.all_tables
}

pub(crate) fn alter(address: &ObjectAddress, from: &Publication, to: &Publication) -> Vec<Step> {
    if from == to {
        return Vec::new();
    }
    let mut parameters = parameters(to, from.via_root != to.via_root);
    if from.generated_columns.is_some() && to.generated_columns.is_none() {
        parameters.push_str(", publish_generated_columns = none");
    }
    let sql = format!("ALTER PUBLICATION {address} SET ({parameters})");
    vec![Step::alter(address, Action::AlterObject, sql).hazard(Hazard::BreaksApplications)]
}
