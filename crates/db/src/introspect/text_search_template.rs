//! Text search templates.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, TextSearchTemplate};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the text search templates.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("text_search_template"), |mut row| {
        let catalog_row = CatalogRow { class: class::TEXT_SEARCH_TEMPLATE, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let comment = row.optional_text()?;
        let body =
            Body::TextSearchTemplate(TextSearchTemplate { init: row.optional_text()?, lexize: row.text()? });
        draft.add(
            catalog_row,
            ObjectAddress::new(ObjectKind::TextSearchTemplate, schema, name),
            0,
            comment,
            body,
        );
        Ok(())
    })
}
