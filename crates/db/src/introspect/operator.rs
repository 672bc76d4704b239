//! Operators.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Operator};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the operators.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("operator"), |mut row| {
        let catalog_row = CatalogRow { class: class::OPERATOR, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, types) = (row.oid()?, row.text()?);
        let body = Body::Operator(Operator {
            function: row.text()?,
            commutator: row.optional_text()?,
            negator: row.optional_text()?,
            restrict: row.optional_text()?,
            join: row.optional_text()?,
            hashes: row.bool()?,
            merges: row.bool()?,
            announced: row.texts()?,
        });
        let address = ObjectAddress::with_arguments(ObjectKind::Operator, schema, name, types);
        draft.add(catalog_row, address, owner, row.optional_text()?, body);
        Ok(())
    })
}
