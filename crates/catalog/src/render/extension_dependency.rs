//! `DEPENDS ON EXTENSION` of objects of all kinds that can have it.

use super::target;
use crate::address::{ObjectKind, Part};
use crate::ident::quote_ident;
use crate::object::Object;
use crate::plan::{Action, ChangeKind, LockMode, Step};

fn step(object: &Object, extension: &str, depends: bool) -> Step {
    let no = if depends { "" } else { "NO " };
    let sql = format!("ALTER {} {no}DEPENDS ON EXTENSION {}", target(object), quote_ident(extension));
    let step = Step::alter(&object.address, Action::AlterObject, sql).on(Part::property("extensions"));
    match (object.address.kind, object.body.relation()) {
        (ObjectKind::Trigger, Some(table)) => step.lock(LockMode::AccessShare, table.clone()),
        _ => step,
    }
}

/// All of them, after an object was made.
pub(crate) fn after_create(object: &Object) -> Vec<Step> {
    let steps = object.common.extensions.iter().map(|extension| {
        let mut step = step(object, extension, true);
        step.change = ChangeKind::Create;
        step
    });
    steps.collect()
}

/// Those that differ.
pub(crate) fn changes(from: &Object, to: &Object) -> Vec<Step> {
    let (before, after) = (&from.common.extensions, &to.common.extensions);
    // `CREATE OR REPLACE` forgets them.
    let is_routine = matches!(to.address.kind, ObjectKind::Routine | ObjectKind::Aggregate);
    let before = if is_routine && from.body != to.body { &Vec::new() } else { before };
    let gone = before.iter().filter(|extension| !after.contains(extension));
    let mut steps: Vec<Step> = gone.map(|extension| step(to, extension, false)).collect();
    let comes = after.iter().filter(|extension| !before.contains(extension));
    steps.extend(comes.map(|extension| step(to, extension, true)));
    steps
}
