//! Event triggers.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, EventTrigger};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use super::trigger::state;
use crate::session::Session;

/// Reads the event triggers.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("event_trigger"), |mut row| {
        let catalog_row = CatalogRow { class: class::EVENT_TRIGGER, oid: row.oid()? };
        let name = row.text()?;
        if draft.names.members.contains_key(&catalog_row) || draft.names.ignores("", &name) {
            return Ok(());
        }
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let (event, tags, function) = (row.text()?, row.texts()?, row.text()?);
        let state = state(row.text()?, "state of an event trigger")?;
        let body = Body::EventTrigger(EventTrigger { event, tags, function, state });
        draft.add(catalog_row, ObjectAddress::global(ObjectKind::EventTrigger, name), owner, comment, body);
        Ok(())
    })
}
