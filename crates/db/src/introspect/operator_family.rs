//! Operator families.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, OperatorFamily};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the operator families.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("operator_family"), |mut row| {
        let catalog_row = CatalogRow { class: class::OPERATOR_FAMILY, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, method, comment) = (row.oid()?, row.text()?, row.optional_text()?);
        let members = row.texts()?.into_iter().zip(row.texts()?).collect();
        let address = ObjectAddress::with_arguments(ObjectKind::OperatorFamily, schema, name, method);
        draft.add(catalog_row, address, owner, comment, Body::OperatorFamily(OperatorFamily { members }));
        Ok(())
    })
}
