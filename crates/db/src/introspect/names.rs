//! [`Names`]: names of schemas and roles, and what is not ours to read.

use std::collections::HashSet;

use pggit_catalog::identity::CatalogRow;
use pggit_catalog::pattern::NamePattern;
use rustc_hash::FxHashMap;

use super::IntrospectError;
use super::ignore;
use super::reading::{Reading, query};
use crate::session::Session;

/// A schema that objects of users can be in.
pub(super) struct SchemaRow {
    pub name: String,
    pub owner: u32,
    pub comment: Option<String>,
}

/// Names of schemas and roles, and what is not ours to read.
pub(super) struct Names {
    pub schemas: FxHashMap<u32, SchemaRow>,
    roles: FxHashMap<u32, String>,
    /// Extensions by their members.
    pub members: FxHashMap<CatalogRow, String>,
    patterns: Vec<NamePattern>,
    /// Schemas that belong to a migration tool.
    pub tool_schemas: HashSet<u32>,
}

impl Names {
    /// Reads roles, schemas, members of extensions and patterns to ignore.
    pub fn read<S: Session>(reading: &mut Reading<'_, S>) -> Result<Self, IntrospectError> {
        let mut roles = FxHashMap::default();
        reading.each(query!("role"), |mut row| {
            roles.insert(row.oid()?, row.text()?);
            Ok(())
        })?;
        let mut schemas = FxHashMap::default();
        reading.each(query!("schema"), |mut row| {
            let oid = row.oid()?;
            let (name, owner, comment) = (row.text()?, row.oid()?, row.optional_text()?);
            schemas.insert(oid, SchemaRow { name, owner, comment });
            Ok(())
        })?;
        let mut members = FxHashMap::default();
        reading.each(query!("member"), |mut row| {
            members.insert(CatalogRow { class: row.oid()?, oid: row.oid()? }, row.text()?);
            Ok(())
        })?;
        let patterns = ignore::read(reading)?;
        Ok(Self { schemas, roles, members, patterns, tool_schemas: HashSet::new() })
    }

    /// The name of a role; its OID when it is gone, as the server writes it.
    pub fn role(&self, oid: u32) -> String {
        self.roles.get(&oid).cloned().unwrap_or_else(|| oid.to_string())
    }

    /// The name of a schema that objects of users can be in.
    pub fn schema(&self, oid: u32) -> Option<&str> {
        self.schemas.get(&oid).map(|schema| schema.name.as_str())
    }

    /// Whether a pattern takes this object out; schemas and extensions have no schema.
    pub fn ignores(&self, schema: &str, name: &str) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let full = if schema.is_empty() { name.to_owned() } else { format!("{schema}.{name}") };
        self.patterns.iter().any(|pattern| pattern.matches(&full))
    }
}
