//! Enum types.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, EnumType};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the enum types.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("enum_type"), |mut row| {
        let catalog_row = CatalogRow { class: class::TYPE, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let body = Body::Enum(EnumType { labels: row.texts()? });
        draft.add(catalog_row, ObjectAddress::new(ObjectKind::Enum, schema, name), owner, comment, body);
        Ok(())
    })
}
