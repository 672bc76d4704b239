//! Indexes. Those of constraints are details of the constraint.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::ident::QualifiedName;
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Index};
use rustc_hash::FxHashMap;

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// What constraints and tables need to know of indexes.
#[derive(Default)]
pub(super) struct Indexes {
    /// By OID of the constraint.
    pub of_constraints: FxHashMap<u32, ConstraintIndex>,
    /// The index that `CLUSTER` uses, by OID of the table.
    pub clustered: FxHashMap<u32, String>,
    /// The index that is the replica identity, by OID of the table.
    pub replica_identity: FxHashMap<u32, String>,
}

/// The index of a constraint.
#[derive(Default, Clone)]
pub(super) struct ConstraintIndex {
    pub parent: Option<QualifiedName>,
    pub options: BTreeMap<String, String>,
    pub tablespace: Option<String>,
}

/// Reads the indexes.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<Indexes, IntrospectError> {
    let mut indexes = Indexes::default();
    reading.each(query!("index"), |mut row| {
        let catalog_row = CatalogRow { class: class::RELATION, oid: row.oid()? };
        let (name, table_oid) = (row.text()?, row.oid()?);
        let Some(table) = draft.relation_name(table_oid) else { return Ok(()) };
        let constraint = row.optional_oid()?;
        let definition = row.optional_text()?;
        let (unique, valid) = (row.bool()?, row.bool()?);
        let (clustered, replica_identity) = (row.bool()?, row.bool()?);
        let parent = row.qualified()?;
        let options = row.options("")?;
        let tablespace = row.optional_text()?;
        let statistics = row.options("")?;
        let comment = row.optional_text()?;
        if clustered {
            indexes.clustered.insert(table_oid, name.clone());
        }
        if replica_identity {
            indexes.replica_identity.insert(table_oid, name.clone());
        }
        if constraint != 0 {
            indexes.of_constraints.insert(constraint, ConstraintIndex { parent, options, tablespace });
            return Ok(());
        }
        if draft.names.ignores(&table.schema, &name) {
            return Ok(());
        }
        let definition = definition
            .ok_or_else(|| IntrospectError::Vanished { kind: "index".to_owned(), name: name.clone() })?;
        let address = ObjectAddress::new(ObjectKind::Index, table.schema.clone(), name);
        let body =
            Body::Index(Index { table, definition, unique, invalid: !valid, parent, tablespace, statistics });
        draft.add(catalog_row, address, 0, comment, body);
        Ok(())
    })?;
    Ok(indexes)
}
