//! Tables.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::canonical::Remembered;
use pggit_catalog::ident::QualifiedName;
use pggit_catalog::object::{Body, Partition, Persistence, ReplicaIdentity, ReplicaIdentityKind, Table};

use super::IntrospectError;
use super::constraint::Constraints;
use super::draft::Draft;
use super::index::Indexes;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the tables and puts together what has been read of them.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
    indexes: &Indexes,
    mut constraints: Constraints,
) -> Result<(), IntrospectError> {
    reading.each(query!("table"), |mut row| {
        let oid = row.oid()?;
        let Some(relation) = draft.relations.get(&oid).cloned() else { return Ok(()) };
        let partition_key = row.optional_text()?;
        let bound = row.optional_text()?;
        let of_type = row.qualified()?;
        let replica_identity = row.text()?;
        let (row_security, force_row_security) = (row.bool()?, row.bool()?);
        let (schemas, names) = (row.texts()?, row.texts()?);
        let (server, mut options) = (row.optional_text()?, row.options("")?);
        options.extend(relation.options.clone());
        let mut inherits: Vec<QualifiedName> =
            schemas.into_iter().zip(names).map(|(schema, name)| QualifiedName { schema, name }).collect();
        let partition = match bound {
            Some(bound) => inherits.pop().map(|parent| Partition { parent, bound }),
            None => None,
        };
        let columns = relation
            .columns
            .iter()
            .map(|column| {
                let identity = draft.identity_columns.remove(&(oid, column.number));
                (column.name.clone(), column.to_column(identity))
            })
            .collect();
        let body = Body::Table(Table {
            persistence: if relation.unlogged { Persistence::Unlogged } else { Persistence::Permanent },
            columns,
            column_order: Remembered(relation.columns.iter().map(|column| column.name.clone()).collect()),
            constraints: constraints.remove(&oid).unwrap_or_default(),
            inherits,
            partition,
            partition_key,
            options,
            access_method: relation.access_method.clone(),
            tablespace: relation.tablespace.clone(),
            of_type,
            replica_identity: identity_of(&replica_identity, indexes.replica_identity.get(&oid))?,
            row_security,
            force_row_security,
            server,
            cluster_on: indexes.clustered.get(&oid).cloned(),
            system_columns: Vec::new(),
        });
        let address = ObjectAddress::new(ObjectKind::Table, relation.schema.clone(), relation.name.clone());
        draft.add(relation.row(), address, relation.owner, relation.comment.clone(), body);
        draft.add_columns(relation.row(), &relation);
        Ok(())
    })
}

fn identity_of(code: &str, index: Option<&String>) -> Result<ReplicaIdentity, IntrospectError> {
    let kind = match code {
        "d" => ReplicaIdentityKind::Default,
        "n" => ReplicaIdentityKind::Nothing,
        "f" => ReplicaIdentityKind::Full,
        "i" => ReplicaIdentityKind::Index,
        _ => {
            return Err(IntrospectError::UnknownCode { what: "replica identity", code: code.to_owned() });
        }
    };
    let index = if kind == ReplicaIdentityKind::Index { index.cloned() } else { None };
    Ok(ReplicaIdentity { kind, index })
}
