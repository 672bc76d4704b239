//! Foreign-data wrappers.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, ForeignDataWrapper};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the foreign-data wrappers.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("foreign_data_wrapper"), |mut row| {
        let catalog_row = CatalogRow { class: class::FOREIGN_DATA_WRAPPER, oid: row.oid()? };
        let name = row.text()?;
        if !draft.is_ours(catalog_row, &name) {
            return Ok(());
        }
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let body = Body::ForeignDataWrapper(ForeignDataWrapper {
            handler: row.optional_text()?,
            validator: row.optional_text()?,
            options: row.options("")?,
        });
        let address = ObjectAddress::global(ObjectKind::ForeignDataWrapper, name);
        draft.add(catalog_row, address, owner, comment, body);
        Ok(())
    })
}
