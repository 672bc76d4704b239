//! Policies.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Policy, PolicyCommand};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the policies.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("policy"), |mut row| {
        let catalog_row = CatalogRow { class: class::POLICY, oid: row.oid()? };
        let Some(table) = draft.relation_name(row.oid()?) else { return Ok(()) };
        let name = row.text()?;
        if draft.names.members.contains_key(&catalog_row) {
            return Ok(());
        }
        let command = row.text()?;
        let command = match command.as_str() {
            "*" => PolicyCommand::All,
            "r" => PolicyCommand::Select,
            "a" => PolicyCommand::Insert,
            "w" => PolicyCommand::Update,
            "d" => PolicyCommand::Delete,
            _ => return Err(IntrospectError::UnknownCode { what: "command of a policy", code: command }),
        };
        let restrictive = row.bool()?;
        let mut roles: Vec<String> = row
            .texts()?
            .iter()
            .filter(|oid| *oid != "0")
            .map(|oid| oid.parse().map_or_else(|_| oid.clone(), |oid| draft.names.role(oid)))
            .collect();
        roles.sort_unstable();
        let (using, check) = (row.optional_text()?, row.optional_text()?);
        let address = ObjectAddress::on(ObjectKind::Policy, &table, name);
        let body = Body::Policy(Policy { table, command, restrictive, roles, using, check });
        draft.add(catalog_row, address, 0, row.optional_text()?, body);
        Ok(())
    })
}
