//! Rows of the databases of walks: what they hold, and new ones.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, ObjectKind, PartKind};
use pggit_catalog::ident::quote_ident;
use pggit_catalog::identity::Identity;
use pggit_catalog::object::{Body, Object, Table};
use pggit_db::introspect::Snapshot;
use pggit_db::session::{Param, Session};
use pggit_wire::session::WireSession;

use super::column;
use super::random::Random;

/// Rows that a table gets at a time.
const ROWS: usize = 3;

/// A table that is there at both ends, with the columns whose values have to be the same.
#[derive(Debug)]
pub(super) struct Kept {
    /// What it is called at the start and at the end.
    names: [String; 2],
    oid: u32,
    /// Columns by number, with their names at the start and at the end.
    columns: BTreeMap<u32, [String; 2]>,
    /// A plan may make it anew and carry its rows over: the columns of a typed table may have to stand in an order that
    /// `ALTER TABLE` can't bring about.
    carried: bool,
}

/// The tables whose rows a plan between the states keeps. `renames` says whether it knows what was renamed; otherwise
/// only what has kept its name stays.
pub(super) fn kept(from: &Snapshot, to: &Snapshot, renames: bool) -> Vec<Kept> {
    let mut all = Vec::new();
    for (address, identity) in &from.identities.0 {
        let Some(Body::Table(before)) = from.catalog.get(address).map(|object| &object.body) else {
            continue;
        };
        let Some((later, now)) = same(to, identity).filter(|(later, _)| renames || *later == address) else {
            continue;
        };
        let Some(Body::Table(after)) = to.catalog.get(later).map(|object| &object.body) else { continue };
        let has_rows = |table: &Table| table.partition_key.is_none() && table.server.is_none();
        if !has_rows(before) || !has_rows(after) {
            continue;
        }
        let stays = |(number, part): (&u32, &pggit_catalog::address::Part)| {
            let column = before.columns.get(&part.name).filter(|_| part.kind == PartKind::Column)?;
            let name = &now.parts.get(number)?.name;
            let later = after.columns.get(name).filter(|_| renames || *name == part.name)?;
            let computed = column.generated.is_some() || later.generated.is_some();
            let same = column.type_name == later.type_name && same_type(from, to, &column.type_name);
            (same && !computed).then(|| (*number, [part.name.clone(), name.clone()]))
        };
        all.push(Kept {
            names: [address.to_string(), later.to_string()],
            oid: identity.row.oid,
            carried: before.of_type.is_some() || after.of_type.is_some(),
            columns: identity.parts.iter().filter_map(stays).collect(),
        });
    }
    all
}

/// The object that an earlier identity is now.
fn same<'s>(snapshot: &'s Snapshot, identity: &Identity) -> Option<(&'s ObjectAddress, &'s Identity)> {
    snapshot.identities.0.iter().find(|(_, other)| other.row == identity.row)
}

/// Whether values of a type are written the same way at both ends.
fn same_type(from: &Snapshot, to: &Snapshot, type_name: &str) -> bool {
    let element = type_name.trim_end_matches("[]");
    if !element.contains('.') {
        return true;
    }
    let simple = |object: &&Object| match &object.body {
        Body::Enum(_) | Body::Range(_) | Body::BaseType(_) => true,
        Body::Domain(domain) => !domain.base_type.contains('.'),
        Body::Composite(composite) => composite.attributes.values().all(|a| !a.type_name.contains('.')),
        _ => false,
    };
    let of_this_name = |object: &&Object| object.address.to_string() == element;
    let found = from.catalog.iter().filter(simple).find(of_this_name);
    found.is_some_and(|object| to.catalog.get(&object.address).is_some_and(|other| other.body == object.body))
}

/// A digest of the columns that stay, by the name of the table at the start; of each value by itself, so that their order
/// and that of the rows doesn't matter. Tables that aren't there are left out.
pub(super) fn contents(session: &mut WireSession, kept: &[Kept]) -> BTreeMap<String, String> {
    // By OID and number: in the database the names are those of either end. What is made anew has other ones.
    let anew = made_anew(session, kept);
    let oids: Vec<i64> = kept.iter().map(|table| table.oid.into()).chain(anew.values().copied()).collect();
    let found = session
        .query(
            "SELECT c.oid::pg_catalog.int8, c.oid::pg_catalog.regclass::pg_catalog.text,
                    a.attnum::pg_catalog.int8, a.attname::pg_catalog.text
               FROM pg_catalog.pg_class c
               LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
              WHERE c.oid::pg_catalog.int8 = ANY ($1)",
            &[Param::IntArray(&oids)],
        )
        .expect("tables can be found");
    let mut tables: BTreeMap<i64, (String, BTreeMap<i64, String>)> = BTreeMap::new();
    for row in &found {
        let (oid, name) = (row.int(0).expect("an OID"), row.text(1).expect("a name"));
        let (_, columns) = tables.entry(oid).or_insert_with(|| (name.to_owned(), BTreeMap::new()));
        if let (Ok(number), Ok(column)) = (row.int(2), row.text(3)) {
            columns.insert(number, column.to_owned());
        }
    }
    let mut queries = Vec::new();
    let mut names = Vec::new();
    for table in kept {
        let there = tables.get(&i64::from(table.oid));
        let other = || table.names.iter().find_map(|name| tables.get(anew.get(name)?));
        let Some((name, columns)) = there.or_else(other) else { continue };
        let digests = table.columns.iter().map(|(number, names)| {
            let by_name = || columns.values().find(|column| names.contains(column));
            let found = if there.is_some() { columns.get(&i64::from(*number)) } else { by_name() };
            found.map_or("'gone'".into(), |column| {
                format!("sum(pg_catalog.hashtextextended({}::pg_catalog.text, 0))", quote_ident(column))
            })
        });
        let digests: Vec<String> = std::iter::once("count(*)".to_owned()).chain(digests).collect();
        queries.push(format!(
            "SELECT {}::pg_catalog.int8, pg_catalog.concat_ws(' ', {}) FROM ONLY {name}",
            queries.len(),
            digests.join(", ")
        ));
        let columns: Vec<&str> = table.columns.values().map(|[name, _]| name.as_str()).collect();
        names.push(format!("{} ({})", table.names[0], columns.join(", ")));
    }
    if queries.is_empty() {
        return BTreeMap::new();
    }
    let rows = session.query(&queries.join(" UNION ALL "), &[]).expect("rows can be read");
    rows.iter()
        .map(|row| {
            let place = usize::try_from(row.int(0).expect("a number")).expect("it is small");
            (names[place].clone(), row.text(1).expect("a digest").to_owned())
        })
        .collect()
}

/// The OIDs of tables that have the names of those that may be made anew.
fn made_anew(session: &mut WireSession, kept: &[Kept]) -> BTreeMap<String, i64> {
    let names: Vec<String> =
        kept.iter().filter(|table| table.carried).flat_map(|table| table.names.clone()).collect();
    if names.is_empty() {
        return BTreeMap::new();
    }
    let rows = session
        .query(
            "SELECT name, pg_catalog.to_regclass(name)::pg_catalog.oid::pg_catalog.int8 FROM pg_catalog.unnest($1) AS name",
            &[Param::TextArray(&names)],
        )
        .expect("names can be looked up");
    rows.iter().filter_map(|row| Some((row.text(0).ok()?.to_owned(), row.int(1).ok()?))).collect()
}

/// Puts rows into the tables that take some.
pub(super) fn add(session: &mut WireSession, random: &mut Random, state: &Snapshot) {
    for object in state.catalog.iter().filter(|object| object.address.kind == ObjectKind::Table) {
        let Body::Table(table) = &object.body else { continue };
        if table.server.is_some() {
            continue;
        }
        for _ in 0..ROWS {
            let mut columns = Vec::new();
            let mut values = Vec::new();
            for (name, column) in &table.columns {
                let computed = column.generated.is_some() || column.identity.is_some();
                if let Some(value) =
                    column::value(random, &state.catalog, &column.type_name).filter(|_| !computed)
                {
                    columns.push(quote_ident(name));
                    values.push(value);
                }
            }
            let insert = match columns.is_empty() {
                true => format!("INSERT INTO {} DEFAULT VALUES", object.address),
                false => format!(
                    "INSERT INTO {} ({}) VALUES ({})",
                    object.address,
                    columns.join(", "),
                    values.join(", ")
                ),
            };
            // What the constraints don't let in stays out.
            let _ = session.script(&insert);
        }
    }
}
