//! Procedural languages.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Language};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the procedural languages.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("language"), |mut row| {
        let catalog_row = CatalogRow { class: class::LANGUAGE, oid: row.oid()? };
        let name = row.text()?;
        if !draft.is_ours(catalog_row, &name) {
            return Ok(());
        }
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let body = Body::Language(Language {
            trusted: row.bool()?,
            handler: row.optional_text()?,
            inline: row.optional_text()?,
            validator: row.optional_text()?,
        });
        draft.add(catalog_row, ObjectAddress::global(ObjectKind::Language, name), owner, comment, body);
        Ok(())
    })
}
