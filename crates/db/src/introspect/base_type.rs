//! Base types.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{BaseType, Body};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the base types and shells.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("base_type"), |mut row| {
        let catalog_row = CatalogRow { class: class::TYPE, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let parameters = row.texts()?.into_iter().zip(row.texts()?).collect();
        let address = ObjectAddress::new(ObjectKind::BaseType, schema, name);
        draft.add(catalog_row, address, owner, comment, Body::BaseType(BaseType { parameters }));
        Ok(())
    })
}
