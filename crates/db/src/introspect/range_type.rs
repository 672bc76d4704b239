//! Range types.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, RangeType};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the range types.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("range_type"), |mut row| {
        let catalog_row = CatalogRow { class: class::TYPE, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let vanished =
            || IntrospectError::Vanished { kind: "operator class of type".to_owned(), name: name.clone() };
        let body = Body::Range(RangeType {
            subtype: row.definition("type", &name)?,
            operator_class: row.qualified()?.ok_or_else(vanished)?.to_string(),
            collation: row.qualified()?.map(|name| name.to_string()),
            canonical: row.qualified()?.map(|name| name.to_string()),
            subtype_diff: row.qualified()?.map(|name| name.to_string()),
            multirange: row.qualified()?,
        });
        draft.add(catalog_row, ObjectAddress::new(ObjectKind::Range, schema, name), owner, comment, body);
        Ok(())
    })
}
