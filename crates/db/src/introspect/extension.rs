//! Extensions.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Extension};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the extensions.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("extension"), |mut row| {
        let catalog_row = CatalogRow { class: class::EXTENSION, oid: row.oid()? };
        let name = row.text()?;
        let body = Extension { version: row.text()?, schema: row.text()?, relocatable: row.bool()? };
        if !draft.names.ignores("", &name) {
            let address = ObjectAddress::global(ObjectKind::Extension, name);
            draft.add(catalog_row, address, 0, row.optional_text()?, Body::Extension(body));
        }
        Ok(())
    })
}
