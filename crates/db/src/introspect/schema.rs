//! Schemas.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Schema};

use super::address_book::class;
use super::draft::Draft;

/// Adds the schemas; the names have been read before everything else.
pub(super) fn build(draft: &mut Draft) {
    let schemas: Vec<_> = draft
        .names
        .schemas
        .iter()
        .map(|(oid, schema)| (*oid, schema.name.clone(), schema.owner, schema.comment.clone()))
        .collect();
    for (oid, name, owner, comment) in schemas {
        let row = CatalogRow { class: class::SCHEMA, oid };
        let ours = !draft.names.members.contains_key(&row)
            && !draft.names.tool_schemas.contains(&oid)
            && !draft.names.ignores("", &name);
        if ours {
            let address = ObjectAddress::global(ObjectKind::Schema, name);
            draft.add(row, address, owner, comment, Body::Schema(Schema {}));
        }
    }
}
