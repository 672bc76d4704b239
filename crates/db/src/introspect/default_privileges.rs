//! Default privileges.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, DefaultObjects, DefaultPrivileges};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::grant::{self, Privilege, Privileges};
use super::reading::{Reading, query};
use crate::session::Session;

/// Default privileges as they are stored.
struct Stored {
    role: u32,
    schema: u32,
    objects: DefaultObjects,
    privileges: Privileges,
}

/// Reads the default privileges.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    let defaults = grant::defaults(reading)?;
    let mut all: BTreeMap<u32, Stored> = BTreeMap::new();
    reading.each(query!("default_privileges"), |mut row| {
        let (oid, role, schema, code) = (row.oid()?, row.oid()?, row.oid()?, row.text()?);
        let objects = match code.as_str() {
            "r" => DefaultObjects::Tables,
            "S" => DefaultObjects::Sequences,
            "f" => DefaultObjects::Functions,
            "T" => DefaultObjects::Types,
            "n" => DefaultObjects::Schemas,
            "L" => DefaultObjects::LargeObjects,
            _ => return Err(IntrospectError::UnknownCode { what: "kind of default privileges", code }),
        };
        let stored =
            all.entry(oid).or_insert(Stored { role, schema, objects, privileges: Privileges::new() });
        let (grantor, grantee) = (row.optional_oid()?, row.optional_oid()?);
        if let Some(name) = row.optional_text()? {
            stored.privileges.insert(Privilege { grantor, grantee, name }, row.flag()?);
        }
        Ok(())
    })?;
    for (oid, stored) in all {
        let catalog_row = CatalogRow { class: class::DEFAULT_PRIVILEGES, oid };
        let role = draft.names.role(stored.role);
        let name = stored.objects.name(&role);
        let schema = match stored.schema {
            0 if draft.names.ignores("", &name) || draft.names.members.contains_key(&catalog_row) => continue,
            0 => String::new(),
            schema => match draft.place(catalog_row, schema, &name) {
                Some(schema) => schema,
                None => continue,
            },
        };
        let kind = match stored.objects {
            DefaultObjects::Tables => "r",
            DefaultObjects::Sequences => "s",
            DefaultObjects::Functions => "f",
            DefaultObjects::Types => "T",
            DefaultObjects::Schemas => "n",
            DefaultObjects::LargeObjects => "L",
        };
        // In a schema they are added to those that are given everywhere.
        let expected = match stored.schema {
            0 => grant::expected(&defaults, kind, stored.role),
            _ => Privileges::new(),
        };
        let grants = grant::differences(draft, stored.role, &stored.privileges, &expected);
        let body = Body::DefaultPrivileges(DefaultPrivileges { role, objects: stored.objects });
        let address = ObjectAddress::new(ObjectKind::DefaultPrivileges, schema, name);
        draft.add(catalog_row, address, 0, None, body);
        if let Some(object) = draft.object_mut(catalog_row) {
            object.common.grants = grants;
        }
    }
    Ok(())
}
