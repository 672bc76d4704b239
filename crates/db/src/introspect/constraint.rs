//! Constraints of tables.

use std::collections::BTreeMap;

use pggit_catalog::address::Part;
use pggit_catalog::canonical::Remembered;
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Constraint, ConstraintKind};
use rustc_hash::FxHashMap;

use super::IntrospectError;
use super::address_book::{Target, class};
use super::draft::Draft;
use super::index::Indexes;
use super::reading::{Reading, query};
use crate::session::Session;

/// Constraints by OID of their table and by name.
pub(super) type Constraints = FxHashMap<u32, BTreeMap<String, Constraint>>;

/// Reads the constraints of tables.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
    indexes: &Indexes,
) -> Result<Constraints, IntrospectError> {
    let mut constraints = Constraints::default();
    reading.each(query!("constraint"), |mut row| {
        let (oid, table_oid, name) = (row.oid()?, row.oid()?, row.text()?);
        let Some(table) = draft.relations.get(&table_oid) else { return Ok(()) };
        let kind = row.text()?;
        let kind = match kind.as_str() {
            "c" => ConstraintKind::Check,
            "p" => ConstraintKind::PrimaryKey,
            "u" => ConstraintKind::Unique,
            "f" => ConstraintKind::ForeignKey,
            "x" => ConstraintKind::Exclusion,
            _ => return Err(IntrospectError::UnknownCode { what: "kind of constraint", code: kind }),
        };
        let definition = row.definition("constraint", &name)?;
        let (validated, inherited) = (row.bool()?, row.bool()?);
        // Expressions of exclusion constraints have the number 0.
        let columns = row
            .texts()?
            .iter()
            .filter_map(|number| {
                let number: u32 = number.parse().ok()?;
                table.columns.iter().find(|column| column.number == number)
            })
            .map(|column| column.name.clone())
            .collect();
        let references = row.qualified()?;
        let index_oid = row.optional_oid()?;
        let comment = row.optional_text()?;
        let index = indexes.of_constraints.get(&oid).cloned().unwrap_or_default();
        // The definition of an exclusion constraint holds them.
        let index_options = if kind == ConstraintKind::Exclusion { BTreeMap::new() } else { index.options };
        let table_row = table.row();
        let constraint = Constraint {
            kind,
            definition,
            validated,
            inherited: Remembered(inherited),
            columns,
            references,
            index_options,
            tablespace: index.tablespace,
            index_parent: index.parent,
            comment,
        };
        let part = Part::constraint(&name);
        let target = Target { row: table_row, part: Some(part.clone()) };
        draft.book.add(CatalogRow { class: class::CONSTRAINT, oid }, target.clone());
        if index_oid != 0 {
            draft.book.add(CatalogRow { class: class::RELATION, oid: index_oid }, target);
        }
        draft.add_part(table_row, oid, part);
        constraints.entry(table_oid).or_default().insert(name, constraint);
        Ok(())
    })?;
    Ok(constraints)
}
