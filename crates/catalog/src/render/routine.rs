//! Functions and procedures.

use crate::address::ObjectAddress;
use crate::object::Routine;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, routine: &Routine) -> Step {
    // What is new is not there to be replaced, and a name that is taken shall not go unnoticed.
    let definition = routine.definition.trim_end();
    let sql = definition
        .strip_prefix("CREATE OR REPLACE ")
        .map_or_else(|| definition.to_owned(), |rest| format!("CREATE {rest}"));
    Step::new(ChangeKind::Create, address, Action::CreateRoutine, sql)
}

pub(crate) fn drop(address: &ObjectAddress, routine: &Routine) -> Step {
    let sql = format!("DROP {} {address}", routine.kind.keyword());
    Step::new(ChangeKind::Drop, address, Action::DropRoutine, sql).hazard(Hazard::BreaksApplications)
}

/// Whether `CREATE OR REPLACE` refuses to make `to` out of `from`.
pub(crate) fn must_replace(from: &Routine, to: &Routine) -> bool {
    let renamed =
        from.argument_names.iter().zip(&to.argument_names).any(|(old, new)| !old.is_empty() && old != new);
    let outputs = |routine: &Routine| routine.arguments.contains("OUT ");
    from.kind != to.kind
        || from.result != to.result
        || renamed
        || from.argument_names.len() != to.argument_names.len()
        || to.default_count < from.default_count
        || ((outputs(from) || outputs(to)) && from.arguments != to.arguments)
}

pub(crate) fn alter(address: &ObjectAddress, from: &Routine, to: &Routine) -> Option<Step> {
    (from != to).then(|| {
        Step::alter(address, Action::CreateRoutine, to.definition.trim_end().to_owned())
            .on(crate::address::Part::property("definition"))
    })
}
