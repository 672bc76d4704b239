//! The catalog of a database that nobody has touched.

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::catalog::Catalog;
use pggit_catalog::object::{Body, Common, Object, Schema};

use super::IntrospectError;
use crate::session::Session;

/// What [`super::read_catalog`] gives for a new database of the connected server: its schema `public` alone.
///
/// # Errors
/// As [`super::read_catalog`].
pub fn empty_database<S: Session>(session: &mut S) -> Result<Catalog, IntrospectError> {
    let sql = "SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 150000 \
               THEN 'pg_database_owner' ELSE (SELECT r.rolname::pg_catalog.text FROM pg_catalog.pg_roles AS r \
               WHERE r.oid = 10) END";
    let rows = session.query(sql, &[])?;
    let owner = rows.first().map(|row| row.text(0)).transpose()?.unwrap_or_default().to_owned();
    let common = Common { owner, comment: Some("standard public schema".to_owned()), ..Common::default() };
    let address = ObjectAddress::global(ObjectKind::Schema, "public");
    Ok(Catalog::from_iter([Object { address, common, body: Body::Schema(Schema {}) }]))
}
