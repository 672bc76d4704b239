//! Objects that were dropped while the catalog was read.

use super::IntrospectError;
use super::names::Names;
use super::reading::{Reading, query};
use crate::session::Session;

/// Fails if something that was read is gone: its definition, or that of what uses it, may be incomplete.
pub(super) fn check<S: Session>(reading: &mut Reading<'_, S>, names: &Names) -> Result<(), IntrospectError> {
    reading.each(query!("vanished"), |mut row| {
        let (kind, schema, name) = (row.text()?, row.oid()?, row.text()?);
        // What other sessions have for themselves comes and goes.
        match names.schema(schema) {
            Some(schema) => Err(IntrospectError::Vanished { kind, name: format!("{schema}.{name}") }),
            None => Ok(()),
        }
    })
}
