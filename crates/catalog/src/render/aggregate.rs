//! Aggregates.

use crate::address::{ObjectAddress, Part};
use crate::object::Aggregate;
use crate::plan::{Action, ChangeKind, Hazard, Step};

/// What statements call it: `public.total(integer)`, `public.everything(*)`.
pub(crate) fn name(address: &ObjectAddress) -> String {
    let name = address.to_string();
    name.strip_suffix("()").map(|name| format!("{name}(*)")).unwrap_or(name)
}

pub(crate) fn create(address: &ObjectAddress, aggregate: &Aggregate) -> Step {
    Step::new(ChangeKind::Create, address, Action::CreateAggregate, aggregate.definition.clone())
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    let sql = format!("DROP AGGREGATE {}", name(address));
    Step::new(ChangeKind::Drop, address, Action::DropAggregate, sql).hazard(Hazard::BreaksApplications)
}

/// Whether `CREATE OR REPLACE AGGREGATE` refuses to make `to` out of `from`.
pub(crate) fn must_replace(from: &Aggregate, to: &Aggregate) -> bool {
    let hypothetical = |aggregate: &Aggregate| aggregate.definition.contains("\n    HYPOTHETICAL");
    from.arguments != to.arguments || from.result != to.result || hypothetical(from) != hypothetical(to)
}

pub(crate) fn alter(address: &ObjectAddress, from: &Aggregate, to: &Aggregate) -> Option<Step> {
    (from != to).then(|| {
        let rest = to.definition.strip_prefix("CREATE ").unwrap_or(&to.definition);
        Step::alter(address, Action::CreateAggregate, format!("CREATE OR REPLACE {rest}"))
            .on(Part::property("definition"))
    })
}
