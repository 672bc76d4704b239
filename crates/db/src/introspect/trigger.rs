//! Triggers.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Trigger, TriggerState};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the triggers.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("trigger"), |mut row| {
        let catalog_row = CatalogRow { class: class::TRIGGER, oid: row.oid()? };
        let Some(table) = draft.relation_name(row.oid()?) else { return Ok(()) };
        let name = row.text()?;
        if draft.names.members.contains_key(&catalog_row) {
            return Ok(());
        }
        let inherited = row.bool()?;
        let mut definition = row.definition("trigger", &name)?;
        if inherited {
            definition.clear();
        }
        let state = state(row.text()?, "state of a trigger")?;
        let address = ObjectAddress::on(ObjectKind::Trigger, &table, name);
        draft.add(
            catalog_row,
            address,
            0,
            row.optional_text()?,
            Body::Trigger(Trigger { table, definition, state, inherited }),
        );
        Ok(())
    })
}

/// When a trigger fires or a rule applies, by its code.
pub(super) fn state(code: String, what: &'static str) -> Result<TriggerState, IntrospectError> {
    match code.as_str() {
        "O" => Ok(TriggerState::Origin),
        "D" => Ok(TriggerState::Disabled),
        "R" => Ok(TriggerState::Replica),
        "A" => Ok(TriggerState::Always),
        _ => Err(IntrospectError::UnknownCode { what, code }),
    }
}
