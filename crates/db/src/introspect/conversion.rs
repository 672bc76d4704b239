//! Conversions between encodings.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Conversion};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the conversions.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("conversion"), |mut row| {
        let catalog_row = CatalogRow { class: class::CONVERSION, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let body = Body::Conversion(Conversion {
            source: row.text()?,
            destination: row.text()?,
            function: row.text()?,
            default: row.bool()?,
        });
        let address = ObjectAddress::new(ObjectKind::Conversion, schema, name);
        draft.add(catalog_row, address, owner, comment, body);
        Ok(())
    })
}
