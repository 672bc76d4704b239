//! Subscriptions.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::canonical::Remembered;
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Subscription};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the subscriptions, if the role may see where they connect to; else they are reported.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    let mut readable = false;
    reading.each(query!("subscription_readable"), |mut row| {
        readable = row.bool()?;
        Ok(())
    })?;
    if !readable {
        return Ok(());
    }
    reading.each(query!("subscription"), |mut row| {
        let catalog_row = CatalogRow { class: class::SUBSCRIPTION, oid: row.oid()? };
        let name = row.text()?;
        if !draft.is_ours(catalog_row, &name) {
            return Ok(());
        }
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let (connection, publications) = (row.text()?, row.texts()?);
        let enabled = Remembered(row.bool()?);
        let options = row.options("")?;
        let body = Body::Subscription(Subscription { connection, publications, options, enabled });
        draft.add(catalog_row, ObjectAddress::global(ObjectKind::Subscription, name), owner, comment, body);
        Ok(())
    })
}
