//! What users have made that is not modelled.

use pggit_catalog::catalog::Unmodelled;

use super::IntrospectError;
use super::reading::{Reading, query};
use crate::session::Session;

/// Finds everything that the other queries do not read.
pub(super) fn read<S: Session>(reading: &mut Reading<'_, S>) -> Result<Vec<Unmodelled>, IntrospectError> {
    let mut unmodelled = Vec::new();
    reading.each(query!("unmodelled"), |mut row| {
        unmodelled.push(Unmodelled { kind: row.text()?, identity: row.text()? });
        Ok(())
    })?;
    unmodelled.sort_unstable();
    unmodelled.dedup();
    Ok(unmodelled)
}
