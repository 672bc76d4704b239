//! Views.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::object::{Body, View};

use super::draft::Draft;
use super::reading::{Reading, query};
use super::{IntrospectError, column};
use crate::session::Session;

/// Reads the views.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("view"), |mut row| {
        let Some(relation) = draft.relations.get(&row.oid()?).cloned() else { return Ok(()) };
        let (output, columns) = column::of_view(&relation);
        let body = Body::View(View {
            definition: without_semicolon(row.definition("view", &relation.name)?),
            output,
            columns,
            options: relation.options.clone(),
        });
        let address = ObjectAddress::new(ObjectKind::View, relation.schema.clone(), relation.name.clone());
        draft.add(relation.row(), address, relation.owner, relation.comment.clone(), body);
        draft.add_columns(relation.row(), &relation);
        Ok(())
    })
}

/// The text of a query as `pg_get_viewdef` gives it, without the semicolon at its end.
pub(super) fn without_semicolon(mut definition: String) -> String {
    if definition.ends_with(';') {
        definition.pop();
    }
    definition
}
