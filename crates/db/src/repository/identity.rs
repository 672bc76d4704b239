//! The identities of the objects of the commit that is checked out, in `pggit.identity`.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, Part, PartKind};
use pggit_catalog::canonical::{Canonical, to_bytes};
use pggit_catalog::identity::{CatalogRow, Identities, Identity};

use super::RepositoryError;
use crate::session::{Param, Row, Session};

/// What [`save_identities`] wrote last; empty in a database that a dump was restored into, and after an upgrade of the
/// server to another major version.
///
/// # Errors
/// [`RepositoryError`] when the table cannot be read.
pub fn load_identities<S: Session>(session: &mut S) -> Result<Identities, RepositoryError> {
    let rows = session.as_owner(|session| session.query(include_str!("identities.sql"), &[]))?;
    rows.iter().map(read).collect::<Result<_, _>>().map(Identities)
}

/// Those of [`load_identities`] that are of these rows.
///
/// # Errors
/// [`RepositoryError`] when the table cannot be read.
pub fn load_some_identities<S: Session>(
    session: &mut S,
    rows: impl IntoIterator<Item = CatalogRow>,
) -> Result<Identities, RepositoryError> {
    let (classes, oids): (Vec<i64>, Vec<i64>) =
        rows.into_iter().map(|row| (i64::from(row.class), i64::from(row.oid))).unzip();
    let params = [Param::IntArray(&classes), Param::IntArray(&oids)];
    let rows = session.as_owner(|session| session.query(include_str!("some_identities.sql"), &params))?;
    rows.iter().map(read).collect::<Result<_, _>>().map(Identities)
}

/// Makes what is stored, `before`, into `after`, writing only what differs. What another major version of the server
/// gave out is removed.
///
/// # Errors
/// [`RepositoryError`] when the server refuses.
pub fn save_identities<S: Session>(
    session: &mut S,
    before: &Identities,
    after: &Identities,
) -> Result<(), RepositoryError> {
    session.as_owner(|session| session.execute(include_str!("forget_upgraded_identities.sql"), &[]))?;
    save_some_identities(session, before, after)
}

/// Makes `before`, of what is stored, into `after`, writing only what differs.
///
/// # Errors
/// [`RepositoryError`] when the server refuses.
pub fn save_some_identities<S: Session>(
    session: &mut S,
    before: &Identities,
    after: &Identities,
) -> Result<(), RepositoryError> {
    let gone: Vec<CatalogRow> = differing(before, after).map(|(_, identity)| identity.row).collect();
    let new: Vec<(&ObjectAddress, &Identity)> = differing(after, before).collect();
    if gone.is_empty() && new.is_empty() {
        return Ok(());
    }
    let number = |number: u32| i64::from(number);
    let classes: Vec<i64> = gone.iter().map(|row| number(row.class)).collect();
    let oids: Vec<i64> = gone.iter().map(|row| number(row.oid)).collect();
    session.as_owner(|session| {
        session.execute(
            include_str!("forget_identities.sql"),
            &[Param::IntArray(&classes), Param::IntArray(&oids)],
        )
    })?;
    let classes: Vec<i64> = new.iter().map(|(_, identity)| number(identity.row.class)).collect();
    let oids: Vec<i64> = new.iter().map(|(_, identity)| number(identity.row.oid)).collect();
    let addresses: Vec<Vec<u8>> = new.iter().map(|(address, _)| to_bytes(*address)).collect();
    let array = |element: fn(&u32, &Part) -> String| -> Vec<String> {
        let parts = new.iter().map(|(_, identity)| &identity.parts);
        parts.map(|parts| array_literal(parts.iter().map(|(number, part)| element(number, part)))).collect()
    };
    let numbers = array(|number, _| number.to_string());
    let kinds = array(|_, part| part.kind.code().to_string());
    let names = array(|_, part| part.name.clone());
    session.as_owner(|session| {
        session.execute(
            include_str!("save_identities.sql"),
            &[
                Param::IntArray(&classes),
                Param::IntArray(&oids),
                Param::BytesArray(&addresses),
                Param::TextArray(&numbers),
                Param::TextArray(&kinds),
                Param::TextArray(&names),
            ],
        )
    })?;
    Ok(())
}

/// A `text[]` as text: arrays of arrays of different lengths are no parameter.
fn array_literal(elements: impl Iterator<Item = String>) -> String {
    let mut literal = String::from("{");
    for element in elements {
        if literal.len() > 1 {
            literal.push(',');
        }
        literal.push('"');
        for character in element.chars() {
            if matches!(character, '"' | '\\') {
                literal.push('\\');
            }
            literal.push(character);
        }
        literal.push('"');
    }
    literal.push('}');
    literal
}

/// The identities that `one` has and `other` has not, or has differently.
fn differing<'a>(
    one: &'a Identities,
    other: &'a Identities,
) -> impl Iterator<Item = (&'a ObjectAddress, &'a Identity)> {
    one.0.iter().filter(|(address, identity)| other.0.get(*address) != Some(*identity))
}

fn read(row: &Row) -> Result<(ObjectAddress, Identity), RepositoryError> {
    let address = ObjectAddress::decode(row.bytes(2)?)
        .map_err(|source| RepositoryError::Encoding { what: "address", source })?;
    let unreadable = || RepositoryError::Identity { address: address.clone() };
    let number = |value: i64| u32::try_from(value).map_err(|_| unreadable());
    let catalog_row = CatalogRow { class: number(row.int(0)?)?, oid: number(row.int(1)?)? };
    let (numbers, kinds, names) = (row.texts(3)?, row.texts(4)?, row.texts(5)?);
    if numbers.len() != kinds.len() || numbers.len() != names.len() {
        return Err(unreadable());
    }
    let mut parts = BTreeMap::new();
    for ((number, kind), name) in numbers.iter().zip(kinds).zip(names) {
        let (Some(number), Some(kind), Some(name)) = (number, kind, name) else { return Err(unreadable()) };
        let number: u32 = number.parse().map_err(|_| unreadable())?;
        let code: u64 = kind.parse().map_err(|_| unreadable())?;
        let kind = PartKind::ALL.into_iter().find(|kind| kind.code() == code).ok_or_else(unreadable)?;
        parts.insert(number, Part::new(kind, name));
    }
    Ok((address, Identity { row: catalog_row, parts }))
}
