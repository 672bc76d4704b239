//! Rules: one file for each hazard, which says of a change whether it carries it, and what to do instead.

mod blocks_reads;
mod blocks_writes;
mod breaks_applications;
mod changes_privileges;
mod data_loss;
mod extension_script;
mod full_scan;
mod index_build;
mod may_fail_on_rows;
mod not_transactional;
mod slows_queries;
mod table_rewrite;

use pggit_catalog::hazard::Hazard;

use crate::change::Change;

/// What to do instead, if the change carries the hazard.
type Check = fn(Change) -> Option<&'static str>;

const fn rule(hazard: Hazard) -> Check {
    match hazard {
        Hazard::DataLoss => data_loss::check,
        Hazard::TableRewrite => table_rewrite::check,
        Hazard::FullScan => full_scan::check,
        Hazard::IndexBuild => index_build::check,
        Hazard::BlocksReads => blocks_reads::check,
        Hazard::BlocksWrites => blocks_writes::check,
        Hazard::MayFailOnRows => may_fail_on_rows::check,
        Hazard::BreaksApplications => breaks_applications::check,
        Hazard::ChangesPrivileges => changes_privileges::check,
        Hazard::SlowsQueries => slows_queries::check,
        Hazard::ExtensionScript => extension_script::check,
        Hazard::NotTransactional => not_transactional::check,
    }
}

/// The hazards of all changes of a statement, each once.
pub(crate) fn hazards(changes: &[Change]) -> Vec<(Hazard, &'static str)> {
    let found = |hazard: Hazard| changes.iter().find_map(|change| rule(hazard)(*change));
    Hazard::ALL.into_iter().filter_map(|hazard| Some((hazard, found(hazard)?))).collect()
}

/// What to do about a hazard that was measured where the text does not tell it.
pub(crate) const fn usual_advice(hazard: Hazard) -> &'static str {
    match hazard {
        Hazard::TableRewrite => table_rewrite::USUAL,
        Hazard::FullScan => full_scan::USUAL,
        Hazard::IndexBuild => index_build::USUAL,
        Hazard::BlocksWrites => blocks_writes::USUAL,
        _ => blocks_reads::USUAL,
    }
}
