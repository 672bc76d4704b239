//! Casts.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Cast, CastContext, CastMethod};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the casts.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("cast"), |mut row| {
        let catalog_row = CatalogRow { class: class::CAST, oid: row.oid()? };
        let name = row.text()?;
        if draft.names.ignores("", &name) {
            return Ok(());
        }
        let method = row.text()?;
        let method = match method.as_str() {
            "f" => CastMethod::Function,
            "b" => CastMethod::Binary,
            "i" => CastMethod::InOut,
            _ => return Err(IntrospectError::UnknownCode { what: "method of a cast", code: method }),
        };
        let function = row.optional_text()?;
        let context = row.text()?;
        let context = match context.as_str() {
            "e" => CastContext::Explicit,
            "a" => CastContext::Assignment,
            "i" => CastContext::Implicit,
            _ => return Err(IntrospectError::UnknownCode { what: "context of a cast", code: context }),
        };
        let body = Body::Cast(Cast { method, function, context });
        let address = ObjectAddress::global(ObjectKind::Cast, name);
        draft.add(catalog_row, address, 0, row.optional_text()?, body);
        Ok(())
    })
}
