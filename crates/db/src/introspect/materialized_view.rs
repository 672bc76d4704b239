//! Materialized views.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::canonical::Remembered;
use pggit_catalog::object::{Body, MaterializedView};

use super::draft::Draft;
use super::index::Indexes;
use super::reading::{Reading, query};
use super::{IntrospectError, column, view};
use crate::session::Session;

/// Reads the materialized views.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
    indexes: &Indexes,
) -> Result<(), IntrospectError> {
    reading.each(query!("materialized_view"), |mut row| {
        let Some(relation) = draft.relations.get(&row.oid()?).cloned() else { return Ok(()) };
        let (output, columns) = column::of_view(&relation);
        let body = Body::MaterializedView(MaterializedView {
            definition: view::without_semicolon(row.definition("materialized view", &relation.name)?),
            output,
            columns,
            options: relation.options.clone(),
            access_method: relation.access_method.clone(),
            tablespace: relation.tablespace.clone(),
            populated: Remembered(row.bool()?),
            cluster_on: indexes.clustered.get(&relation.oid).cloned(),
        });
        let address =
            ObjectAddress::new(ObjectKind::MaterializedView, relation.schema.clone(), relation.name.clone());
        draft.add(relation.row(), address, relation.owner, relation.comment.clone(), body);
        draft.add_columns(relation.row(), &relation);
        Ok(())
    })
}
