//! Text search parsers.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, TextSearchParser};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the text search parsers.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("text_search_parser"), |mut row| {
        let catalog_row = CatalogRow { class: class::TEXT_SEARCH_PARSER, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let comment = row.optional_text()?;
        let body = Body::TextSearchParser(TextSearchParser {
            start: row.text()?,
            token: row.text()?,
            end: row.text()?,
            headline: row.optional_text()?,
            types: row.text()?,
        });
        draft.add(
            catalog_row,
            ObjectAddress::new(ObjectKind::TextSearchParser, schema, name),
            0,
            comment,
            body,
        );
        Ok(())
    })
}
