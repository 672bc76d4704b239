//! User mappings.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, UserMapping};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the user mappings, but for those whose options the role may not see: they are reported.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("user_mapping"), |mut row| {
        let catalog_row = CatalogRow { class: class::USER_MAPPING, oid: row.oid()? };
        let mapping =
            UserMapping { role: row.optional_text()?, server: row.text()?, options: row.options("")? };
        if draft.is_ours(catalog_row, &mapping.server) {
            let address = ObjectAddress::global(ObjectKind::UserMapping, mapping.name());
            draft.add(catalog_row, address, 0, None, Body::UserMapping(mapping));
        }
        Ok(())
    })
}
