//! Collations.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Collation, CollationProvider};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the collations.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("collation"), |mut row| {
        let catalog_row = CatalogRow { class: class::COLLATION, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let provider = row.text()?;
        let provider = match provider.as_str() {
            "i" => CollationProvider::Icu,
            "c" => CollationProvider::Libc,
            "b" => CollationProvider::Builtin,
            _ => {
                return Err(IntrospectError::UnknownCode { what: "provider of a collation", code: provider });
            }
        };
        let body = Body::Collation(Collation {
            provider,
            locale: row.optional_text()?,
            lc_collate: row.optional_text()?,
            lc_ctype: row.optional_text()?,
            nondeterministic: !row.bool()?,
            rules: row.optional_text()?,
        });
        draft.add(catalog_row, ObjectAddress::new(ObjectKind::Collation, schema, name), owner, comment, body);
        Ok(())
    })
}
