//! Privileges, as differences from what a kind of object grants by default.

use std::collections::BTreeMap;

use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Grant, SystemColumn};

use super::IntrospectError;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// The object, or column of it, that a privilege is on, and its kind as in `acldefault`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    row: CatalogRow,
    /// The number of the column, 0 for the object; those of system columns are negative.
    column: i64,
    kind: String,
}

/// A privilege of a grantee; the grantee 0 is everybody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Privilege {
    pub grantor: u32,
    pub grantee: u32,
    pub name: String,
}

/// Privileges with whether they can be passed on.
pub(super) type Privileges = BTreeMap<Privilege, bool>;

/// Privileges by kind as in `acldefault`: whether everybody has it (else the owner), privilege.
pub(super) type Defaults = BTreeMap<String, Vec<(bool, String)>>;

/// Reads what each kind of object grants by default.
pub(super) fn defaults<S: Session>(reading: &mut Reading<'_, S>) -> Result<Defaults, IntrospectError> {
    let mut defaults = Defaults::new();
    reading.each(query!("default_grant"), |mut row| {
        defaults.entry(row.text()?).or_default().push((row.bool()?, row.text()?));
        Ok(())
    })?;
    Ok(defaults)
}

/// What an object of this kind grants by default.
pub(super) fn expected(defaults: &Defaults, kind: &str, owner: u32) -> Privileges {
    let privilege = |to_public: bool, name: &String| Privilege {
        grantor: owner,
        grantee: if to_public { 0 } else { owner },
        name: name.clone(),
    };
    let of_kind = defaults.get(kind).into_iter().flatten();
    of_kind.map(|(to_public, name)| (privilege(*to_public, name), false)).collect()
}

/// Reads the privileges of all objects.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    let defaults = defaults(reading)?;
    let mut actual: BTreeMap<Subject, Privileges> = BTreeMap::new();
    reading.each(query!("grant"), |mut row| {
        let row_of_subject = CatalogRow { class: row.oid()?, oid: row.oid()? };
        let subject = Subject { row: row_of_subject, column: row.int()?, kind: row.text()? };
        if draft.object(subject.row).is_none() {
            return Ok(());
        }
        let privileges = actual.entry(subject).or_default();
        let (grantor, grantee) = (row.optional_oid()?, row.optional_oid()?);
        if let Some(name) = row.optional_text()? {
            privileges.insert(Privilege { grantor, grantee, name }, row.flag()?);
        }
        Ok(())
    })?;
    for (subject, privileges) in actual {
        let owner = draft.owner(subject.row);
        let expected = expected(&defaults, &subject.kind, owner);
        let grants = differences(draft, owner, &privileges, &expected);
        set(draft, &subject, grants);
    }
    Ok(())
}

/// What was granted or revoked beyond the default.
pub(super) fn differences(
    draft: &Draft,
    owner: u32,
    actual: &Privileges,
    expected: &Privileges,
) -> BTreeMap<String, Grant> {
    let added = actual
        .iter()
        .filter(|(privilege, grantable)| expected.get(privilege) != Some(grantable))
        .map(|(privilege, grantable)| (privilege, *grantable, false));
    let revoked = expected
        .keys()
        .filter(|privilege| !actual.contains_key(privilege))
        .map(|privilege| (privilege, false, true));
    added
        .chain(revoked)
        .map(|(privilege, grantable, revoked)| {
            let grant = Grant {
                privilege: privilege.name.clone(),
                grantee: (privilege.grantee != 0).then(|| draft.names.role(privilege.grantee)),
                grantable,
                grantor: (privilege.grantor != owner).then(|| draft.names.role(privilege.grantor)),
                revoked,
            };
            (grant.key(), grant)
        })
        .collect()
}

fn set(draft: &mut Draft, subject: &Subject, grants: BTreeMap<String, Grant>) {
    if grants.is_empty() {
        return;
    }
    if subject.column == 0 {
        if let Some(object) = draft.object_mut(subject.row) {
            object.common.grants = grants;
        }
        return;
    }
    let system_column = SystemColumn::name_of(subject.column);
    let column = match u32::try_from(subject.column) {
        Ok(number) => draft.book.column(subject.row.oid, number),
        Err(_) => system_column,
    };
    let Some(column) = column.map(str::to_owned) else { return };
    match draft.object_mut(subject.row).map(|object| &mut object.body) {
        Some(Body::Table(table)) if system_column.is_some() => {
            // They are read from the lowest number up, and kept from -1 down.
            table.system_columns.insert(0, SystemColumn { name: column, grants });
        }
        Some(Body::Table(table)) => {
            if let Some(column) = table.columns.get_mut(&column) {
                column.grants = grants;
            }
        }
        Some(Body::View(view)) => view.columns.entry(column).or_default().grants = grants,
        Some(Body::MaterializedView(view)) => view.columns.entry(column).or_default().grants = grants,
        _ => {}
    }
}
