//! Materialized views.

use super::option;
use super::table::column::own_storage;
use crate::address::{ObjectAddress, Part};
use crate::ident::quote_ident;
use crate::object::{MaterializedView, OutputColumn, ViewColumn};
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};

pub(crate) fn create(address: &ObjectAddress, view: &MaterializedView) -> Vec<Step> {
    let method =
        view.access_method.as_ref().map(|m| format!(" USING {}", quote_ident(m))).unwrap_or_default();
    let options = option::with(&view.options);
    let space =
        view.tablespace.as_ref().map(|t| format!(" TABLESPACE {}", quote_ident(t))).unwrap_or_default();
    let data = if view.populated.0 { "" } else { "\nWITH NO DATA" };
    let definition = view.definition.trim_end().trim_end_matches(';');
    let sql = format!("CREATE MATERIALIZED VIEW {address}{method}{options}{space} AS\n{definition}{data}");
    let mut steps = vec![Step::new(ChangeKind::Create, address, Action::CreateMaterializedView, sql)];
    let attached = view.output.iter().filter_map(|column| Some((column, view.columns.get(&column.name)?)));
    for (column, attached) in attached {
        for mut step in columns(address, column, &ViewColumn::default(), attached) {
            step.change = ChangeKind::Create;
            steps.push(step);
        }
    }
    steps
}

/// Fills a view that was made without data.
pub(crate) fn refresh(address: &ObjectAddress) -> Step {
    let sql = format!("REFRESH MATERIALIZED VIEW {address}");
    let mut step = Step::alter(address, Action::AlterMaterializedView, sql)
        .on(Part::property("rows"))
        .lock(LockMode::AccessExclusive, address.qualified());
    step.change = ChangeKind::Create;
    step
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    let sql = format!("DROP MATERIALIZED VIEW {address}");
    Step::new(ChangeKind::Drop, address, Action::DropMaterializedView, sql)
        .hazard(Hazard::BreaksApplications)
        .lock(LockMode::AccessExclusive, address.qualified())
}

/// Whether only a new materialized view can be what `to` is.
pub(crate) fn must_replace(from: &MaterializedView, to: &MaterializedView) -> bool {
    from.definition != to.definition || from.output != to.output
}

fn alter_step(address: &ObjectAddress, clause: &str, part: Option<Part>, mode: LockMode) -> Step {
    let sql = format!("ALTER MATERIALIZED VIEW {address} {clause}");
    let step = Step::alter(address, Action::AlterMaterializedView, sql).lock(mode, address.qualified());
    part.map_or_else(|| step.clone(), |part| step.clone().on(part))
}

fn columns(address: &ObjectAddress, column: &OutputColumn, from: &ViewColumn, to: &ViewColumn) -> Vec<Step> {
    let name = &column.name;
    let mut steps = Vec::new();
    let mut add = |clause: String, mode: LockMode| {
        let clause = format!("ALTER COLUMN {} {clause}", quote_ident(name));
        steps.push(alter_step(address, &clause, Some(Part::column(name)), mode));
    };
    let light = LockMode::ShareUpdateExclusive;
    if from.statistics != to.statistics {
        add(format!("SET STATISTICS {}", to.statistics.unwrap_or(-1)), light);
    }
    if from.storage != to.storage {
        let storage = to.storage.as_deref().unwrap_or(own_storage(&column.type_name));
        add(format!("SET STORAGE {storage}"), LockMode::AccessExclusive);
    }
    if from.compression != to.compression {
        add(
            format!("SET COMPRESSION {}", to.compression.as_deref().unwrap_or("default")),
            LockMode::AccessExclusive,
        );
    }
    for clause in option::changes(&from.options, &to.options) {
        add(clause, light);
    }
    steps
}

pub(crate) fn alter(address: &ObjectAddress, from: &MaterializedView, to: &MaterializedView) -> Vec<Step> {
    let mut steps = Vec::new();
    if from.access_method != to.access_method {
        let method = to.access_method.as_deref().unwrap_or("heap");
        let clause = format!("SET ACCESS METHOD {}", quote_ident(method));
        steps.push(alter_step(
            address,
            &clause,
            Some(Part::property("access_method")),
            LockMode::AccessExclusive,
        ));
    }
    if from.tablespace != to.tablespace {
        let space = to.tablespace.as_deref().unwrap_or("pg_default");
        let clause = format!("SET TABLESPACE {}", quote_ident(space));
        steps.push(alter_step(
            address,
            &clause,
            Some(Part::property("tablespace")),
            LockMode::AccessExclusive,
        ));
    }
    for clause in option::changes(&from.options, &to.options) {
        steps.push(alter_step(address, &clause, None, LockMode::ShareUpdateExclusive));
    }
    let none = ViewColumn::default();
    for column in &to.output {
        let old = from.columns.get(&column.name).unwrap_or(&none);
        let new = to.columns.get(&column.name).unwrap_or(&none);
        steps.extend(columns(address, column, old, new));
    }
    steps
}

/// `CLUSTER ON`.
pub(crate) fn cluster_on(address: &ObjectAddress, index: Option<&String>) -> Step {
    let clause =
        index.map_or("SET WITHOUT CLUSTER".to_owned(), |index| format!("CLUSTER ON {}", quote_ident(index)));
    alter_step(address, &clause, Some(Part::property("cluster_on")), LockMode::ShareUpdateExclusive)
}
