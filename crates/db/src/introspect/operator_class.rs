//! Operator classes, and the members of classes and families.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, OperatorClass};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the operator classes, and which class or family operators and functions of them belong to.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("operator_class"), |mut row| {
        let catalog_row = CatalogRow { class: class::OPERATOR_CLASS, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, method, comment) = (row.oid()?, row.text()?, row.optional_text()?);
        let body = Body::OperatorClass(OperatorClass {
            type_name: row.text()?,
            default: row.bool()?,
            storage: row.optional_text()?,
            family: row.qualified()?.unwrap_or_default(),
            members: row.texts()?.into_iter().zip(row.texts()?).collect(),
        });
        let address = ObjectAddress::with_arguments(ObjectKind::OperatorClass, schema, name, method);
        draft.add(catalog_row, address, owner, comment, body);
        Ok(())
    })?;
    reading.each(query!("operator_member"), |mut row| {
        let member = CatalogRow { class: row.oid()?, oid: row.oid()? };
        let whole = CatalogRow { class: row.oid()?, oid: row.oid()? };
        draft.book.add_alias(member, whole);
        Ok(())
    })
}
