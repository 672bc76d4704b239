//! Publications.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Publication};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the publications.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("publication"), |mut row| {
        let catalog_row = CatalogRow { class: class::PUBLICATION, oid: row.oid()? };
        let name = row.text()?;
        if !draft.is_ours(catalog_row, &name) {
            return Ok(());
        }
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let body = Body::Publication(Publication {
            all_tables: row.bool()?,
            publish: row.texts()?,
            via_root: row.bool()?,
            generated_columns: row.optional_text()?,
        });
        draft.add(catalog_row, ObjectAddress::global(ObjectKind::Publication, name), owner, comment, body);
        Ok(())
    })
}
