//! Text search configurations.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, TextSearchConfiguration};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the text search configurations.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("text_search_configuration"), |mut row| {
        let catalog_row = CatalogRow { class: class::TEXT_SEARCH_CONFIGURATION, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let parser = row.text()?;
        let mappings = row.options("")?;
        let body = Body::TextSearchConfiguration(TextSearchConfiguration { parser, mappings });
        draft.add(
            catalog_row,
            ObjectAddress::new(ObjectKind::TextSearchConfiguration, schema, name),
            owner,
            comment,
            body,
        );
        Ok(())
    })
}
