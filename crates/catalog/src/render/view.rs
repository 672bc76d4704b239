//! Views.

use super::option;
use crate::address::{ObjectAddress, Part};
use crate::ident::quote_ident;
use crate::object::View;
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};

fn text(address: &ObjectAddress, view: &View, replace: &str) -> String {
    let options = option::with(&view.options);
    format!(
        "CREATE {replace}VIEW {address}{options} AS\n{}",
        view.definition.trim_end().trim_end_matches(';')
    )
}

fn default(address: &ObjectAddress, column: &str, default: Option<&String>) -> Step {
    let clause = default.map_or("DROP DEFAULT".to_owned(), |default| format!("SET DEFAULT {default}"));
    let sql = format!("ALTER VIEW {address} ALTER COLUMN {} {clause}", quote_ident(column));
    Step::alter(address, Action::AlterView, sql)
        .on(Part::column(column))
        .lock(LockMode::AccessExclusive, address.qualified())
}

pub(crate) fn create(address: &ObjectAddress, view: &View) -> Vec<Step> {
    let create = |sql| Step::new(ChangeKind::Create, address, Action::CreateView, sql);
    let mut steps = if selects_from_itself(address, view) {
        vec![create(outline(address, view)), create(text(address, view, "OR REPLACE "))]
    } else {
        vec![create(text(address, view, ""))]
    };
    for (name, column) in &view.columns {
        if let Some(expression) = &column.default {
            let mut step = default(address, name, Some(expression));
            step.change = ChangeKind::Create;
            steps.push(step);
        }
    }
    steps
}

/// Whether a view reads itself, which `CREATE OR REPLACE VIEW` allows; too often rather than too seldom.
fn selects_from_itself(address: &ObjectAddress, view: &View) -> bool {
    let name = address.qualified().to_string();
    view.definition.match_indices(&name).any(|(at, _)| {
        let before = view.definition[..at].trim_end().to_ascii_uppercase();
        let inside = |c: char| c.is_alphanumeric() || "_$\".".contains(c);
        let whole = !view.definition[at + name.len()..].starts_with(inside);
        whole && ["FROM", "JOIN", ",", "(", "ONLY"].iter().any(|word| before.ends_with(word))
    })
}

/// A view with the columns of `view` and nothing in it.
fn outline(address: &ObjectAddress, view: &View) -> String {
    let columns: Vec<String> = view
        .output
        .iter()
        .map(|column| {
            let collation =
                column.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
            format!("CAST(NULL AS {}){collation} AS {}", column.type_name, quote_ident(&column.name))
        })
        .collect();
    format!("CREATE VIEW {address} AS\n SELECT {}", columns.join(",\n    "))
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropView, format!("DROP VIEW {address}"))
        .hazard(Hazard::BreaksApplications)
        .lock(LockMode::AccessExclusive, address.qualified())
}

/// Whether `CREATE OR REPLACE` refuses to make `to` out of `from`: columns may only come at the end.
pub(crate) fn must_replace(from: &View, to: &View) -> bool {
    to.output.len() < from.output.len() || from.output.iter().zip(&to.output).any(|(old, new)| old != new)
}

pub(crate) fn alter(address: &ObjectAddress, from: &View, to: &View) -> Vec<Step> {
    let mut steps = Vec::new();
    if from.definition != to.definition {
        steps.push(
            Step::alter(address, Action::CreateView, text(address, to, "OR REPLACE "))
                .on(Part::property("definition"))
                .lock(LockMode::AccessExclusive, address.qualified()),
        );
    } else {
        for clause in option::changes(&from.options, &to.options) {
            steps.push(
                Step::alter(address, Action::AlterView, format!("ALTER VIEW {address} {clause}"))
                    .lock(LockMode::AccessExclusive, address.qualified()),
            );
        }
    }
    for column in to.output.iter().map(|column| &column.name) {
        let old = from.columns.get(column).and_then(|c| c.default.as_ref());
        let new = to.columns.get(column).and_then(|c| c.default.as_ref());
        if old != new {
            steps.push(default(address, column, new));
        }
    }
    steps
}
