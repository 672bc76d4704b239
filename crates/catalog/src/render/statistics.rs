//! Extended statistics.

use crate::address::{ObjectAddress, Part};
use crate::object::Statistics;
use crate::plan::{Action, ChangeKind, LockMode, Step};

fn target(address: &ObjectAddress, statistics: &Statistics) -> Step {
    let sql = format!("ALTER STATISTICS {address} SET STATISTICS {}", statistics.target.unwrap_or(-1));
    Step::alter(address, Action::AlterStatistics, sql).on(Part::property("target"))
}

pub(crate) fn create(address: &ObjectAddress, statistics: &Statistics) -> Vec<Step> {
    let mut steps = vec![
        Step::new(ChangeKind::Create, address, Action::CreateStatistics, statistics.definition.clone())
            .lock(LockMode::ShareUpdateExclusive, statistics.table.clone()),
    ];
    if statistics.target.is_some() {
        let mut step = target(address, statistics);
        step.change = ChangeKind::Create;
        steps.push(step);
    }
    steps
}

pub(crate) fn drop(address: &ObjectAddress, statistics: &Statistics) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropStatistics, format!("DROP STATISTICS {address}"))
        .lock(LockMode::ShareUpdateExclusive, statistics.table.clone())
}

/// Whether only new statistics can be what `to` is.
pub(crate) fn must_replace(from: &Statistics, to: &Statistics) -> bool {
    from.table != to.table || from.definition != to.definition
}

pub(crate) fn alter(address: &ObjectAddress, from: &Statistics, to: &Statistics) -> Vec<Step> {
    if from.target == to.target { Vec::new() } else { vec![target(address, to)] }
}
