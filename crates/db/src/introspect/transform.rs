//! Transforms.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Transform};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the transforms.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("transform"), |mut row| {
        let catalog_row = CatalogRow { class: class::TRANSFORM, oid: row.oid()? };
        let comment = row.optional_text()?;
        let transform = Transform {
            type_name: row.text()?,
            language: row.text()?,
            from_sql: row.optional_text()?,
            to_sql: row.optional_text()?,
        };
        if draft.is_ours(catalog_row, &transform.name()) {
            let address = ObjectAddress::global(ObjectKind::Transform, transform.name());
            draft.add(catalog_row, address, 0, comment, Body::Transform(transform));
        }
        Ok(())
    })
}
