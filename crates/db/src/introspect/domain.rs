//! Domains and their constraints.

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Domain, DomainConstraint};

use super::IntrospectError;
use super::address_book::{Target, class};
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the domains.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("domain"), |mut row| {
        let catalog_row = CatalogRow { class: class::TYPE, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let body = Body::Domain(Domain {
            base_type: row.definition("domain", &name)?,
            collation: row.qualified()?.map(|name| name.to_string()),
            default: row.optional_text()?,
            not_null: row.bool()?,
            ..Domain::default()
        });
        draft.add(catalog_row, ObjectAddress::new(ObjectKind::Domain, schema, name), owner, comment, body);
        Ok(())
    })?;
    reading.each(query!("domain_constraint"), |mut row| {
        let oid = row.oid()?;
        let domain_row = CatalogRow { class: class::TYPE, oid: row.oid()? };
        let name = row.text()?;
        let Some(Body::Domain(domain)) = draft.object_mut(domain_row).map(|object| &mut object.body) else {
            return Ok(());
        };
        let constraint = DomainConstraint {
            definition: row.definition("constraint", &name)?,
            validated: row.bool()?,
            comment: row.optional_text()?,
        };
        domain.constraints.insert(name.clone(), constraint);
        let part = Part::constraint(name);
        draft.book.add(
            CatalogRow { class: class::CONSTRAINT, oid },
            Target { row: domain_row, part: Some(part.clone()) },
        );
        draft.add_part(domain_row, oid, part);
        Ok(())
    })
}
