//! `DEPENDS ON EXTENSION`.

use pggit_catalog::identity::CatalogRow;

use super::IntrospectError;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads which objects go with an extension.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("extension_dependency"), |mut row| {
        let catalog_row = CatalogRow { class: row.oid()?, oid: row.oid()? };
        let extension = row.text()?;
        if let Some(object) = draft.object_mut(catalog_row) {
            let extensions = &mut object.common.extensions;
            extensions.push(extension);
            extensions.sort_unstable();
            extensions.dedup();
        }
        Ok(())
    })
}
