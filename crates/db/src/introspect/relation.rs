//! [`Relation`]: what tables, views, materialized views and composite types have in common.

use std::collections::{BTreeMap, HashSet};

use pggit_catalog::ident::QualifiedName;
use pggit_catalog::identity::CatalogRow;
use rustc_hash::FxHashMap;

use super::address_book::class;
use super::column::{self, ColumnRow};
use super::draft::Draft;
use super::reading::{Reading, query};
use super::{IntrospectError, ledger};
use crate::session::Session;

/// A relation with its columns.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub oid: u32,
    pub schema_oid: u32,
    pub schema: String,
    pub name: String,
    pub kind: RelationKind,
    pub row_type: u32,
    pub owner: u32,
    pub unlogged: bool,
    pub options: BTreeMap<String, String>,
    pub access_method: Option<String>,
    pub tablespace: Option<String>,
    pub comment: Option<String>,
    /// In order of their numbers.
    pub columns: Vec<ColumnRow>,
}

/// Kinds of relations that have columns of their own (`pg_class.relkind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RelationKind {
    Table,
    View,
    MaterializedView,
    Composite,
}

impl Relation {
    pub fn qualified(&self) -> QualifiedName {
        QualifiedName::new(self.schema.clone(), self.name.clone())
    }

    /// Its row in `pg_class`.
    pub fn row(&self) -> CatalogRow {
        CatalogRow { class: class::RELATION, oid: self.oid }
    }

    /// The row that extensions and dependencies name: that of the type for composite types.
    pub fn owned_row(&self) -> CatalogRow {
        match self.kind {
            RelationKind::Composite => CatalogRow { class: class::TYPE, oid: self.row_type },
            _ => self.row(),
        }
    }
}

/// Reads the relations that are ours to read, with their columns.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    let mut relations: FxHashMap<u32, Relation> = FxHashMap::default();
    reading.each(query!("relation"), |mut row| {
        let (oid, schema_oid, name) = (row.oid()?, row.oid()?, row.text()?);
        let kind = row.text()?;
        let kind = match kind.as_str() {
            "r" | "p" | "f" => RelationKind::Table,
            "v" => RelationKind::View,
            "m" => RelationKind::MaterializedView,
            "c" => RelationKind::Composite,
            _ => return Err(IntrospectError::UnknownCode { what: "kind of relation", code: kind }),
        };
        let (row_type, owner, persistence) = (row.oid()?, row.oid()?, row.text()?);
        let mut options = row.options("")?;
        options.append(&mut row.options("toast.")?);
        let mut relation = Relation {
            oid,
            schema_oid,
            schema: String::new(),
            name,
            kind,
            row_type,
            owner,
            unlogged: persistence == "u",
            options,
            access_method: row.optional_text()?.filter(|method| method != "heap"),
            tablespace: row.optional_text()?,
            comment: row.optional_text()?,
            columns: Vec::new(),
        };
        if let Some(schema) = draft.place(relation.owned_row(), schema_oid, &relation.name) {
            relation.schema = schema;
            relations.insert(oid, relation);
        }
        Ok(())
    })?;
    column::read(reading, &mut relations)?;
    hide_ledgers(draft, &mut relations);
    draft.relations = relations;
    Ok(())
}

/// Takes out the tables of migration tools, and the schemas that hold nothing else.
fn hide_ledgers(draft: &mut Draft, relations: &mut FxHashMap<u32, Relation>) {
    let mut schemas = HashSet::new();
    relations.retain(|_, relation| {
        let ledger = ledger::is_ledger(relation);
        if ledger && ledger::is_tool_schema(&relation.schema) {
            schemas.insert(relation.schema_oid);
        }
        !ledger
    });
    schemas.retain(|schema| relations.values().all(|relation| relation.schema_oid != *schema));
    draft.names.tool_schemas = schemas;
}
