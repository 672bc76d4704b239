//! Composite types.

use crate::address::{ObjectAddress, Part};
use crate::ident::quote_ident;
use crate::object::{Attribute, CompositeType};
use crate::plan::{Action, ChangeKind, Hazard, Step};

fn attribute(name: &str, attribute: &Attribute) -> String {
    let collation = attribute.collation.as_ref().map(|c| format!(" COLLATE {c}")).unwrap_or_default();
    format!("{} {}{collation}", quote_ident(name), attribute.type_name)
}

pub(crate) fn create(address: &ObjectAddress, body: &CompositeType) -> Step {
    let attributes: Vec<String> =
        body.order.iter().filter_map(|name| body.attributes.get(name).map(|a| attribute(name, a))).collect();
    let sql = format!("CREATE TYPE {address} AS ({})", attributes.join(", "));
    Step::new(ChangeKind::Create, address, Action::CreateType, sql)
}

/// Statements that change the type in place; `None` when it has to be rebuilt.
///
/// PostgreSQL does not change the type of an attribute while a column uses the composite type (`in_columns`).
pub(crate) fn alter(
    address: &ObjectAddress,
    from: &CompositeType,
    to: &CompositeType,
    in_columns: bool,
) -> Option<Vec<Step>> {
    let mut order: Vec<&String> =
        from.order.iter().filter(|name| to.attributes.contains_key(*name)).collect();
    order.extend(to.order.iter().filter(|name| !from.attributes.contains_key(*name)));
    if !order.into_iter().eq(&to.order) {
        return None;
    }
    let mut steps = Vec::new();
    let mut step = |name: &str, clause: String, hazard: Option<Hazard>| {
        let sql = format!("ALTER TYPE {address} {clause}");
        let step = Step::alter(address, Action::AlterType, sql).on(Part::column(name));
        steps.push(match hazard {
            Some(hazard) => step.hazard(hazard),
            None => step,
        });
    };
    for name in from.order.iter().filter(|name| !to.attributes.contains_key(*name)) {
        step(name, format!("DROP ATTRIBUTE {}", quote_ident(name)), Some(Hazard::DataLoss));
    }
    for name in &to.order {
        let new = &to.attributes[name];
        match from.attributes.get(name) {
            None => step(name, format!("ADD ATTRIBUTE {}", attribute(name, new)), None),
            Some(old) if old.type_name == new.type_name && old.collation == new.collation => {}
            Some(_) if in_columns => return None,
            Some(_) => {
                let collation = new.collation.as_ref().map(|c| format!(" COLLATE {c}")).unwrap_or_default();
                let clause =
                    format!("ALTER ATTRIBUTE {} TYPE {}{collation}", quote_ident(name), new.type_name);
                step(name, clause, Some(Hazard::BreaksApplications));
            }
        }
    }
    Some(steps)
}
