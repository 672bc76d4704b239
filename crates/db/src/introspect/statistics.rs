//! Extended statistics.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Statistics, with_sorted_columns};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the statistics objects.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("statistics"), |mut row| {
        let catalog_row = CatalogRow { class: class::STATISTICS, oid: row.oid()? };
        let Some(table) = draft.relation_name(row.oid()?) else { return Ok(()) };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let owner = row.oid()?;
        let definition = with_sorted_columns(&row.definition("statistics object", &name)?, &str::to_owned);
        let target = row.optional_int()?;
        let address = ObjectAddress::new(ObjectKind::Statistics, schema, name);
        let body = Body::Statistics(Statistics { table, definition, target });
        draft.add(catalog_row, address, owner, row.optional_text()?, body);
        Ok(())
    })
}
