//! Schemas of publications.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, PublicationSchema};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the schemas of publications.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("publication_schema"), |mut row| {
        let catalog_row = CatalogRow { class: class::PUBLICATION_SCHEMA, oid: row.oid()? };
        let publication = CatalogRow { class: class::PUBLICATION, oid: row.oid()? };
        let Some(name) = draft.object(publication).map(|object| object.address.name.clone()) else {
            return Ok(());
        };
        let Some(schema) = draft.names.schema(row.oid()?).map(str::to_owned) else { return Ok(()) };
        let address = ObjectAddress::new(ObjectKind::PublicationSchema, schema, name);
        draft.add(catalog_row, address, 0, None, Body::PublicationSchema(PublicationSchema {}));
        Ok(())
    })
}
