//! Tables of publications.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, PublicationTable};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the tables of publications.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("publication_table"), |mut row| {
        let catalog_row = CatalogRow { class: class::PUBLICATION_TABLE, oid: row.oid()? };
        let publication = CatalogRow { class: class::PUBLICATION, oid: row.oid()? };
        let Some(name) = draft.object(publication).map(|object| object.address.name.clone()) else {
            return Ok(());
        };
        let Some(relation) = draft.relations.get(&row.oid()?) else { return Ok(()) };
        let table = relation.qualified();
        let numbers = row.texts()?;
        let columns = relation.columns.iter().filter(|column| numbers.contains(&column.number.to_string()));
        // By name: their numbers say nothing, and may stand in another order elsewhere.
        let mut columns: Vec<String> = columns.map(|column| column.name.clone()).collect();
        columns.sort_unstable();
        let address = ObjectAddress::on(ObjectKind::PublicationTable, &table, name);
        let body = Body::PublicationTable(PublicationTable { table, columns, filter: row.optional_text()? });
        draft.add(catalog_row, address, 0, None, body);
        Ok(())
    })
}
