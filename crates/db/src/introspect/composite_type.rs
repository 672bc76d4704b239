//! Composite types.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, CompositeType};

use super::IntrospectError;
use super::address_book::{Target, class};
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the composite types; their attributes have been read with the relations.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("composite_type"), |mut row| {
        let catalog_row = CatalogRow { class: class::TYPE, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let Some(relation) = draft.relations.get(&row.oid()?).cloned() else { return Ok(()) };
        let body = Body::Composite(CompositeType {
            attributes: relation
                .columns
                .iter()
                .map(|column| (column.name.clone(), column.to_attribute()))
                .collect(),
            order: relation.columns.iter().map(|column| column.name.clone()).collect(),
        });
        draft.add(catalog_row, ObjectAddress::new(ObjectKind::Composite, schema, name), owner, comment, body);
        draft.book.add(relation.row(), Target { row: catalog_row, part: None });
        draft.add_columns(catalog_row, &relation);
        Ok(())
    })
}
