//! Access methods.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{AccessMethod, AccessMethodKind, Body};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the access methods.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("access_method"), |mut row| {
        let catalog_row = CatalogRow { class: class::ACCESS_METHOD, oid: row.oid()? };
        let name = row.text()?;
        if !draft.is_ours(catalog_row, &name) {
            return Ok(());
        }
        let (comment, code) = (row.optional_text()?, row.text()?);
        let of = match code.as_str() {
            "i" => AccessMethodKind::Index,
            "t" => AccessMethodKind::Table,
            _ => return Err(IntrospectError::UnknownCode { what: "kind of access method", code }),
        };
        let body = Body::AccessMethod(AccessMethod { of, handler: row.text()? });
        draft.add(catalog_row, ObjectAddress::global(ObjectKind::AccessMethod, name), 0, comment, body);
        Ok(())
    })
}
