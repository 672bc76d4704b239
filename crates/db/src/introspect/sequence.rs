//! Sequences, those of identity columns included.

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::ident::QualifiedName;
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Identity, OwnedBy, Sequence, SequenceOptions};

use super::IntrospectError;
use super::address_book::{Target, class};
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the sequences. Those of identity columns are remembered for the tables.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("sequence"), |mut row| {
        let catalog_row = CatalogRow { class: class::RELATION, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let options = SequenceOptions {
            data_type: row.definition("sequence", &name)?,
            start: row.int()?,
            increment: row.int()?,
            min: row.int()?,
            max: row.int()?,
            cache: row.int()?,
            cycle: row.bool()?,
        };
        let unlogged = row.text()? == "u";
        let (table, column) = (row.optional_oid()?, row.optional_oid()?);
        let of_identity = row.flag()?;
        let mut owned_by = None;
        if table != 0 {
            let Some(relation) = draft.relations.get(&table) else { return Ok(()) };
            let Some(found) = relation.columns.iter().find(|found| found.number == column) else {
                return Ok(());
            };
            let (table_name, column_name) = (relation.qualified(), found.name.clone());
            if of_identity {
                let identity = Identity {
                    always: found.identity_always.unwrap_or_default(),
                    sequence: QualifiedName::new(schema, name),
                    options,
                    unlogged,
                };
                let table_row = relation.row();
                draft.identity_columns.insert((table, column), identity);
                draft.book.add(catalog_row, Target { row: table_row, part: Some(Part::column(column_name)) });
                return Ok(());
            }
            owned_by = Some(OwnedBy { table: table_name, column: column_name });
        }
        let body = Body::Sequence(Sequence { options: Some(options), owned_by, unlogged });
        draft.add(catalog_row, ObjectAddress::new(ObjectKind::Sequence, schema, name), owner, comment, body);
        Ok(())
    })
}
