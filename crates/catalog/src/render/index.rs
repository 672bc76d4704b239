//! Indexes.

use std::collections::BTreeMap;

use crate::address::{ObjectAddress, Part};
use crate::ident::{QualifiedName, quote_ident};
use crate::object::Index;
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};

pub(crate) fn create(address: &ObjectAddress, index: &Index) -> Vec<Step> {
    let mut steps = vec![
        Step::new(ChangeKind::Create, address, Action::CreateIndex, index.definition.clone())
            .lock(LockMode::Share, index.table.clone())
            .hazard_if(index.unique, Hazard::MayFailOnRows),
    ];
    let bare = Index { tablespace: None, statistics: BTreeMap::new(), ..index.clone() };
    for mut step in alter(address, &bare, index) {
        step.change = ChangeKind::Create;
        steps.push(step);
    }
    steps
}

/// `DROP INDEX`; with `keys`, keys of partitions are attached to the index, which the server drops only when told to.
pub(crate) fn drop(address: &ObjectAddress, index: &Index, keys: bool) -> Step {
    let cascade = if keys { " CASCADE" } else { "" };
    let sql = format!("DROP INDEX {}{cascade}", address.qualified());
    Step::new(ChangeKind::Drop, address, Action::DropIndex, sql)
        .hazard(Hazard::SlowsQueries)
        .lock(LockMode::AccessExclusive, index.table.clone())
}

/// Whether only a new index can be what `to` is.
pub(crate) fn must_replace(from: &Index, to: &Index) -> bool {
    from.table != to.table
        || from.definition != to.definition
        || from.unique != to.unique
        || (from.parent.is_some() && from.parent != to.parent)
        || (from.invalid && !to.invalid)
}

pub(crate) fn alter(address: &ObjectAddress, from: &Index, to: &Index) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |clause: String| {
        let sql = format!("ALTER INDEX {} {clause}", address.qualified());
        steps.push(Step::alter(address, Action::AlterIndex, sql));
    };
    if from.tablespace != to.tablespace {
        let space = to.tablespace.as_deref().unwrap_or("pg_default");
        add(format!("SET TABLESPACE {}", quote_ident(space)));
    }
    for column in from.statistics.keys().filter(|column| !to.statistics.contains_key(*column)) {
        add(format!("ALTER COLUMN {column} SET STATISTICS -1"));
    }
    for (column, target) in &to.statistics {
        if from.statistics.get(column) != Some(target) {
            add(format!("ALTER COLUMN {column} SET STATISTICS {target}"));
        }
    }
    steps
}

/// `ATTACH PARTITION` of an index, its own or that of a constraint.
pub(crate) fn attach(
    address: &ObjectAddress,
    part: Part,
    parent: &QualifiedName,
    name: &QualifiedName,
) -> Step {
    let sql = format!("ALTER INDEX {parent} ATTACH PARTITION {name}");
    Step::alter(address, Action::AttachPartition, sql).on(part)
}
