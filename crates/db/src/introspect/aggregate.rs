//! Aggregates.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Aggregate, Body};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the aggregates.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("aggregate"), |mut row| {
        let catalog_row = CatalogRow { class: class::ROUTINE, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment, types) = (row.oid()?, row.optional_text()?, row.text()?);
        let body = Body::Aggregate(Aggregate {
            definition: row.definition("aggregate", &name)?,
            arguments: row.definition("aggregate", &name)?,
            result: row.definition("aggregate", &name)?,
        });
        let address = ObjectAddress::with_arguments(ObjectKind::Aggregate, schema, name, types);
        draft.add(catalog_row, address, owner, comment, body);
        Ok(())
    })
}
