//! Rules.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Rule};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use super::trigger::state;
use super::view::without_semicolon;
use crate::session::Session;

/// Reads the rules.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("rule"), |mut row| {
        let catalog_row = CatalogRow { class: class::RULE, oid: row.oid()? };
        let Some(table) = draft.relation_name(row.oid()?) else { return Ok(()) };
        let name = row.text()?;
        if draft.names.members.contains_key(&catalog_row) {
            return Ok(());
        }
        let definition = without_semicolon(row.definition("rule", &name)?);
        let state = state(row.text()?, "state of a rule")?;
        let address = ObjectAddress::on(ObjectKind::Rule, &table, name);
        let body = Body::Rule(Rule { table, definition, state });
        draft.add(catalog_row, address, 0, row.optional_text()?, body);
        Ok(())
    })
}
