//! Settings of the database.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Settings};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the settings of the connected database.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("setting"), |mut row| {
        // The row has no number of its own; among those of one database, that of the role tells it.
        let catalog_row = CatalogRow { class: class::SETTING, oid: row.oid()? };
        let settings = Settings { role: row.optional_text()?, settings: row.options("")? };
        if draft.is_ours(catalog_row, &settings.name()) {
            let address = ObjectAddress::global(ObjectKind::Setting, settings.name());
            draft.add(catalog_row, address, 0, None, Body::Setting(settings));
        }
        Ok(())
    })
}
