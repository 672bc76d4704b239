//! `SECURITY LABEL`.

use pggit_catalog::address::Part;
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Object, SecurityLabels};

use super::IntrospectError;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the security labels of objects and columns.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("security_label"), |mut row| {
        let catalog_row = CatalogRow { class: row.oid()?, oid: row.oid()? };
        let (column, provider, label) = (row.oid()?, row.text()?, row.text()?);
        let Some(target) = draft.book.find(catalog_row, column) else { return Ok(()) };
        if let Some(object) = draft.object_mut(target.row)
            && let Some(labels) = labels_of(object, target.part.as_ref())
        {
            labels.insert(provider, label);
        }
        Ok(())
    })
}

/// Where the labels of an object, or of a column of it, are.
fn labels_of<'o>(object: &'o mut Object, part: Option<&Part>) -> Option<&'o mut SecurityLabels> {
    let Some(part) = part else { return Some(&mut object.common.security_labels) };
    let name = &part.name;
    match &mut object.body {
        Body::Table(table) => Some(&mut table.columns.get_mut(name)?.security_labels),
        Body::View(view) => Some(&mut view.columns.entry(name.clone()).or_default().security_labels),
        Body::MaterializedView(view) => {
            Some(&mut view.columns.entry(name.clone()).or_default().security_labels)
        }
        Body::Composite(composite) => Some(&mut composite.attributes.get_mut(name)?.security_labels),
        _ => None,
    }
}
