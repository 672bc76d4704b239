//! Privileges on what is no object of its own: members of extensions, objects of the system.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Dependency, Grant, Privileges as Modelled, ViewColumn};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::grant::{Privilege, Privileges, differences};
use super::reading::{Reading, query};
use crate::session::Session;

/// What a thing and its columns have and came with.
#[derive(Default)]
struct Found {
    target: String,
    owner: u32,
    extension: u32,
    columns: BTreeMap<Option<String>, (Privileges, Privileges)>,
}

/// Reads those that are not what things came with.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    let mut all: BTreeMap<CatalogRow, Found> = BTreeMap::new();
    reading.each(query!("privileges"), |mut row| {
        let found = all.entry(CatalogRow { class: row.oid()?, oid: row.oid()? }).or_default();
        (found.target, found.owner, found.extension) = (row.text()?, row.oid()?, row.oid()?);
        let (now, before) = found.columns.entry(row.optional_text()?).or_default();
        let is_now = row.flag()?;
        let (grantor, grantee) = (row.optional_oid()?, row.optional_oid()?);
        if let Some(name) = row.optional_text()? {
            let list = if is_now { now } else { before };
            list.insert(Privilege { grantor, grantee, name }, row.flag()?);
        }
        Ok(())
    })?;
    for (catalog_row, found) in all {
        if draft.names.ignores("", &found.target) {
            continue;
        }
        let mut grants: BTreeMap<String, Grant> = BTreeMap::new();
        let mut columns = BTreeMap::new();
        for (column, (now, before)) in &found.columns {
            let differing = differences(draft, found.owner, now, before);
            match column {
                None => grants = differing,
                Some(_) if differing.is_empty() => {}
                Some(name) => {
                    columns.insert(name.clone(), ViewColumn { grants: differing, ..ViewColumn::default() });
                }
            }
        }
        if grants.is_empty() && columns.is_empty() {
            continue;
        }
        let extension = CatalogRow { class: class::EXTENSION, oid: found.extension };
        let on = draft.object(extension).map(|object| object.address.clone());
        let address = ObjectAddress::global(ObjectKind::Privileges, found.target);
        draft.add(catalog_row, address, 0, None, Body::Privileges(Modelled { columns }));
        if let Some(object) = draft.object_mut(catalog_row) {
            object.common.grants = grants;
            let dependency = on.map(|on| Dependency { part: None, on, on_part: None });
            object.common.dependencies.0.extend(dependency);
        }
    }
    Ok(())
}
