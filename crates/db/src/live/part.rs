//! Reads the objects that the changed rows of the system catalogs belong to.

use std::collections::{BTreeMap, BTreeSet};

use pggit_catalog::catalog::Catalog;
use pggit_catalog::ident::QualifiedName;
use pggit_catalog::identity::{CatalogRow, Identities};

use super::state::LiveState;
use super::watched::{Difference, Touched};
use super::{LiveError, Part};
use crate::introspect::{PartRead, Selection, read_part};
use crate::repository::load_some_identities;
use crate::session::{Param, Row, Session};

/// More objects than this are read as a whole: it costs less.
const OBJECTS: usize = 1000;

/// The system catalogs whose rows are parts of objects that can be read alone, in the order of `homes.sql`.
const CLASSES: [u32; 10] = [RELATION, TYPE, ROUTINE, 2606, 2604, 2618, 2620, 3256, 3381, SCHEMA];

const RELATION: u32 = 1259;
const TYPE: u32 = 1247;
const ROUTINE: u32 = 1255;
const SCHEMA: u32 = 2615;

/// Objects of kinds that can be read alone, by OID.
#[derive(Debug, Clone, Default)]
struct Objects {
    relations: BTreeSet<i64>,
    types: BTreeSet<i64>,
    routines: BTreeSet<i64>,
    schemas: BTreeSet<i64>,
    /// Rows that are objects of other kinds, or inside of them.
    others: BTreeSet<CatalogRow>,
}

impl Objects {
    fn len(&self) -> usize {
        self.relations.len() + self.types.len() + self.routines.len() + self.schemas.len()
    }

    fn extend(&mut self, more: Self) {
        self.relations.extend(more.relations);
        self.types.extend(more.types);
        self.routines.extend(more.routines);
        self.schemas.extend(more.schemas);
        self.others.extend(more.others);
    }

    fn rows(&self) -> impl Iterator<Item = CatalogRow> {
        let of = |class: u32, oids: &BTreeSet<i64>| {
            let oids = oids.iter().filter_map(|oid| u32::try_from(*oid).ok());
            oids.map(move |oid| CatalogRow { class, oid }).collect::<Vec<_>>()
        };
        let lists = [
            of(RELATION, &self.relations),
            of(TYPE, &self.types),
            of(ROUTINE, &self.routines),
            of(SCHEMA, &self.schemas),
        ];
        lists.into_iter().flatten()
    }
}

/// Reads what may have changed; none where everything has to be read.
pub(super) fn read<S: Session>(
    session: &mut S,
    state: &LiveState,
    differences: &BTreeMap<usize, Difference>,
    database: u32,
) -> Result<Option<Part>, LiveError> {
    // Which user mappings there are depends on who asks.
    if state.user_mappings {
        return Ok(None);
    }
    let Some(touched) = Touched::of(differences, database) else { return Ok(None) };
    if !touched.roles_gone.is_empty() && are_mentioned(session, &touched.roles_gone)? {
        return Ok(None);
    }
    if touched.rows.is_empty() {
        let (before, after) = (Identities::default(), Identities::default());
        return Ok(Some(Part { tree: state.tree, before, after, catalog: Catalog::default() }));
    }
    let named = |row: &CatalogRow| [RELATION, TYPE, ROUTINE, SCHEMA].contains(&row.class);
    if touched.rows.len() > 8 * OBJECTS
        || (state.soft_references && touched.created.iter().chain(&touched.dropped).any(named))
    {
        return Ok(None);
    }
    let mut wanted = homes(session, &touched.rows)?;
    if !wanted.others.is_empty() {
        return Ok(None);
    }
    let following = rows(session, include_str!("following.sql"), &[&wanted.relations])?;
    wanted.extend(homes(session, &following)?);
    if !wanted.others.is_empty() || wanted.len() > OBJECTS {
        return Ok(None);
    }
    let (selection, known) = selection(session, &wanted)?;
    let found = read_part(session, selection, known)?;
    compare(session, state, &touched, &wanted, &found)
}

/// Whether something in this database names one of these roles.
fn are_mentioned<S: Session>(session: &mut S, roles: &BTreeSet<u32>) -> Result<bool, LiveError> {
    let roles: Vec<i64> = roles.iter().map(|oid| i64::from(*oid)).collect();
    let rows = session.query(include_str!("mentioned_roles.sql"), &[Param::IntArray(&roles)])?;
    Ok(rows.first().map(|row| row.bool(0)).transpose()?.unwrap_or(true))
}

/// The objects that rows belong to. Rows that are gone belong to none.
fn homes<S: Session>(session: &mut S, rows: &BTreeSet<CatalogRow>) -> Result<Objects, LiveError> {
    let mut objects = Objects::default();
    if rows.is_empty() {
        return Ok(objects);
    }
    objects.others.extend(rows.iter().filter(|row| !CLASSES.contains(&row.class)));
    let lists = CLASSES.map(|class| {
        let oids = rows.iter().filter(|row| row.class == class).map(|row| i64::from(row.oid));
        oids.collect::<Vec<i64>>()
    });
    let params = lists.each_ref().map(|list| Param::IntArray(list));
    for row in session.query(include_str!("homes.sql"), &params)? {
        let (class, oid, kind) = (row.int(2)?, row.int(3)?, row.text(4)?);
        match (u32::try_from(class).unwrap_or_default(), kind) {
            (RELATION, _) => objects.relations.insert(oid),
            (TYPE, "e" | "d") => objects.types.insert(oid),
            (ROUTINE, "f" | "p" | "w") => objects.routines.insert(oid),
            (SCHEMA, _) => objects.schemas.insert(oid),
            _ => objects.others.insert(catalog_row(&row, 0)?),
        };
    }
    Ok(objects)
}

/// What has to be read for `wanted`: the objects with those that they need; and those of other kinds that they need.
#[allow(clippy::type_complexity)]
fn selection<S: Session>(
    session: &mut S,
    wanted: &Objects,
) -> Result<(Selection, Vec<(CatalogRow, pggit_catalog::address::ObjectAddress)>), LiveError> {
    let inner = [&wanted.relations, &wanted.types, &wanted.routines, &wanted.schemas].map(to_vec);
    let params = inner.each_ref().map(|list| Param::IntArray(list));
    let mut own = BTreeSet::new();
    let mut sequences = BTreeSet::new();
    for row in session.query(include_str!("inner.sql"), &params)? {
        let inner = catalog_row(&row, 0)?;
        own.insert(inner);
        if row.bool(2)? {
            sequences.insert(i64::from(inner.oid));
        }
    }
    let (classes, oids) = numbers(&own);
    let params = [Param::IntArray(&classes), Param::IntArray(&oids)];
    let reached: BTreeSet<CatalogRow> = session
        .query(include_str!("reach.sql"), &params)?
        .iter()
        .map(|row| catalog_row(row, 0))
        .collect::<Result<_, _>>()?;
    let mut context = homes(session, &reached)?;
    let known = load_some_identities(session, context.others.iter().copied())?;
    let known = known.0.into_iter().map(|(address, identity)| (identity.row, address)).collect();
    context.extend(wanted.clone());
    context.relations.extend(sequences);
    own.extend(&reached);
    let (row_classes, row_oids) = numbers(&own);
    let selection = Selection {
        relations: to_vec(&context.relations),
        routines: to_vec(&context.routines),
        types: to_vec(&context.types),
        row_classes,
        row_oids,
    };
    Ok((selection, known))
}

/// What was read, without what was read for others only; none where it shows that more has to be read.
fn compare<S: Session>(
    session: &mut S,
    state: &LiveState,
    touched: &Touched,
    wanted: &Objects,
    found: &PartRead,
) -> Result<Option<Part>, LiveError> {
    let mut rows: BTreeSet<CatalogRow> = wanted.rows().collect();
    let is_anothers = |row: &CatalogRow| found.members.get(row).is_some_and(|extension| extension != "pggit");
    if found.has_tool_schemas || rows.iter().any(is_anothers) {
        return Ok(None);
    }
    let mut names: BTreeSet<&QualifiedName> = BTreeSet::new();
    for (oid, (name, row)) in &found.relations {
        if wanted.relations.contains(&i64::from(*oid)) {
            names.insert(name);
            rows.insert(*row);
        }
    }
    let mut catalog = Catalog::default();
    let mut after = Identities::default();
    for object in found.catalog.shared() {
        let Some(identity) = found.identities.0.get(&object.address) else { continue };
        let is_on_wanted = object.body.relation().is_some_and(|relation| names.contains(relation));
        if rows.contains(&identity.row) || is_on_wanted {
            after.0.insert(object.address.clone(), identity.clone());
            catalog.insert(object.clone());
        }
    }
    let read: BTreeSet<CatalogRow> = after.0.values().map(|identity| identity.row).collect();
    rows.extend(&read);
    rows.extend(&touched.rows);
    let before = load_some_identities(session, rows)?;
    let known: BTreeSet<CatalogRow> = before.0.values().map(|identity| identity.row).collect();
    // What has appeared or gone without being made or dropped is seen for a reason that may matter elsewhere.
    let is_explained = read.difference(&known).all(|row| touched.created.contains(row))
        && known.difference(&read).all(|row| touched.dropped.contains(row));
    let renames = before.renames_to(&after);
    if !is_explained || renames.objects().next().is_some() || renames.parts().next().is_some() {
        return Ok(None);
    }
    Ok(Some(Part { tree: state.tree, before, after, catalog }))
}

fn rows<S: Session>(
    session: &mut S,
    sql: &str,
    lists: &[&BTreeSet<i64>],
) -> Result<BTreeSet<CatalogRow>, LiveError> {
    let lists: Vec<Vec<i64>> = lists.iter().map(|list| to_vec(list)).collect();
    let params: Vec<Param<'_>> = lists.iter().map(|list| Param::IntArray(list)).collect();
    session.query(sql, &params)?.iter().map(|row| catalog_row(row, 0)).collect()
}

fn to_vec(oids: &BTreeSet<i64>) -> Vec<i64> {
    oids.iter().copied().collect()
}

fn numbers(rows: &BTreeSet<CatalogRow>) -> (Vec<i64>, Vec<i64>) {
    rows.iter().map(|row| (i64::from(row.class), i64::from(row.oid))).unzip()
}

fn catalog_row(row: &Row, column: usize) -> Result<CatalogRow, LiveError> {
    let number = |value: i64| u32::try_from(value).unwrap_or_default();
    Ok(CatalogRow { class: number(row.int(column)?), oid: number(row.int(column + 1)?) })
}
