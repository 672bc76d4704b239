//! Servers of foreign-data wrappers.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Server};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the servers.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("server"), |mut row| {
        let catalog_row = CatalogRow { class: class::SERVER, oid: row.oid()? };
        let name = row.text()?;
        if !draft.is_ours(catalog_row, &name) {
            return Ok(());
        }
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let body = Body::Server(Server {
            wrapper: row.text()?,
            server_type: row.optional_text()?,
            version: row.optional_text()?,
            options: row.options("")?,
        });
        draft.add(catalog_row, ObjectAddress::global(ObjectKind::Server, name), owner, comment, body);
        Ok(())
    })
}
