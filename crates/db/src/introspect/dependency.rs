//! Dependencies: `pg_depend`, in terms of objects and parts.

use pggit_catalog::address::{ObjectAddress, ObjectKind, PartKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::Dependency;
use rustc_hash::FxHashMap;

use super::IntrospectError;
use super::address_book::{Target, class};
use super::draft::Draft;
use super::reading::{Fields, Reading, query};
use crate::session::Session;

/// A row of `pg_depend`.
struct Edge {
    from: CatalogRow,
    column: u32,
    to: CatalogRow,
    to_column: u32,
    /// `pg_depend.deptype`.
    kind: String,
}

/// Reads what every object needs.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    add_inner_rows(reading, draft)?;
    let extensions = extension_rows(draft);
    let mut edges = Vec::new();
    reading.each(query!("dependency"), |mut row| {
        let from = catalog_row(&mut row)?;
        let column = row.oid()?;
        let to = catalog_row(&mut row)?;
        edges.push(Edge { from, column, to, to_column: row.oid()?, kind: row.text()? });
        Ok(())
    })?;
    let owners = Owners::new(&edges);
    let mut found: FxHashMap<CatalogRow, Vec<Dependency>> = FxHashMap::default();
    for edge in &edges {
        let Some(from) = draft.book.find(edge.from, edge.column) else { continue };
        let to = draft
            .book
            .find(edge.to, edge.to_column)
            .or_else(|| owners.internal(edge.to).and_then(|owner| draft.book.find(owner, 0)))
            .or_else(|| {
                // Not ours to read: a member of an extension, or something inside one.
                let extension = owners.extension(draft, edge.to)?;
                Some(Target { row: *extensions.get(extension)?, part: None })
            });
        let Some(to) = to else { continue };
        if let Some(dependency) = dependency(draft, edge, &from, to) {
            found.entry(from.row).or_default().push(dependency);
        }
    }
    for (row, mut dependencies) in found {
        dependencies.sort_unstable();
        dependencies.dedup();
        if let Some(object) = draft.object_mut(row) {
            object.common.dependencies.0 = dependencies;
        }
    }
    Ok(())
}

fn catalog_row(row: &mut Fields) -> Result<CatalogRow, IntrospectError> {
    Ok(CatalogRow { class: row.oid()?, oid: row.oid()? })
}

/// Adds what stands for an object in `pg_depend` without being one: row types, arrays, rules of views, defaults.
fn add_inner_rows<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    let of_type = |oid| CatalogRow { class: class::TYPE, oid };
    let of_relation = |oid| CatalogRow { class: class::RELATION, oid };
    let mut elements = Vec::new();
    reading.each(query!("row_type"), |mut row| {
        let (oid, relation, element) = (row.oid()?, row.oid()?, row.oid()?);
        if relation != 0 {
            draft.book.add_alias(of_type(oid), of_relation(relation));
        } else if element != 0 {
            elements.push((oid, element));
        }
        Ok(())
    })?;
    // First multiranges and arrays of types, then arrays of multiranges.
    for _ in 0..2 {
        for (oid, element) in &elements {
            draft.book.add_alias(of_type(*oid), of_type(*element));
        }
    }
    reading.each(query!("inner_row"), |mut row| {
        let catalog_row = catalog_row(&mut row)?;
        let (relation, column) = (row.oid()?, row.oid()?);
        let relation_row = of_relation(relation);
        if draft.object(relation_row).is_none() {
            return Ok(());
        }
        let part = match column {
            0 => None,
            column => draft.book.column(relation, column).map(pggit_catalog::address::Part::default_of),
        };
        draft.book.add(catalog_row, Target { row: relation_row, part });
        Ok(())
    })
}

fn extension_rows(draft: &Draft) -> FxHashMap<String, CatalogRow> {
    draft
        .objects()
        .filter(|(_, object)| object.address.kind == ObjectKind::Extension)
        .map(|(row, object)| (object.address.name.clone(), row))
        .collect()
}

/// What a row belongs to, by its internal (`true`) or automatic dependency.
struct Owners(FxHashMap<CatalogRow, (CatalogRow, bool)>);

impl Owners {
    fn new(edges: &[Edge]) -> Self {
        let mut owners = FxHashMap::default();
        for edge in edges {
            match edge.kind.as_str() {
                "i" => {
                    owners.insert(edge.from, (edge.to, true));
                }
                "a" => {
                    owners.entry(edge.from).or_insert((edge.to, false));
                }
                _ => {}
            }
        }
        Self(owners)
    }

    /// What the row is an implementation detail of: the constructors of a range type.
    fn internal(&self, row: CatalogRow) -> Option<CatalogRow> {
        self.0.get(&row).filter(|(_, internal)| *internal).map(|(owner, _)| *owner)
    }

    /// The extension that this row, or what it belongs to, is a member of.
    fn extension<'d>(&self, draft: &'d Draft, mut row: CatalogRow) -> Option<&'d String> {
        // Index → constraint → table, array → multirange → range: chains are short.
        for _ in 0..4 {
            if let Some(extension) = draft.names.members.get(&row) {
                return Some(extension);
            }
            row = self.0.get(&row)?.0;
        }
        None
    }
}

/// The dependency that an edge is, unless the model expresses it otherwise.
fn dependency(draft: &Draft, edge: &Edge, from: &Target, to: Target) -> Option<Dependency> {
    let source: &ObjectAddress = draft.address(from.row)?;
    // `OWNED BY`; with it the default of the column and its sequence would need each other.
    if source.kind == ObjectKind::Sequence && edge.kind == "a" {
        return None;
    }
    // The sequence of an identity column is in its table's schema.
    let target = draft.address(to.row)?;
    if from.part.is_some() && target.kind == ObjectKind::Schema && target.name == source.schema {
        return None;
    }
    if from.row == to.row {
        let (part, on_part) = (from.part.as_ref()?, to.part.as_ref()?);
        let of_itself = part == on_part || (part.kind == PartKind::Default && part.name == on_part.name);
        if of_itself {
            return None;
        }
    }
    Some(Dependency { part: from.part.clone(), on: target.clone(), on_part: to.part })
}
