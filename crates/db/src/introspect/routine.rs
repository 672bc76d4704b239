//! Functions and procedures.

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, Routine, RoutineKind};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the functions and procedures.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("routine"), |mut row| {
        let catalog_row = CatalogRow { class: class::ROUTINE, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let kind = row.text()?;
        let kind = match kind.as_str() {
            "f" => RoutineKind::Function,
            "p" => RoutineKind::Procedure,
            "w" => RoutineKind::Window,
            _ => return Err(IntrospectError::UnknownCode { what: "kind of routine", code: kind }),
        };
        let types = row.definition("function", &name)?;
        let body = Body::Routine(Routine {
            kind,
            definition: row.definition("function", &name)?,
            arguments: row.definition("function", &name)?,
            result: row.optional_text()?,
            language: row.text()?,
            parsed_body: row.bool()?,
            argument_names: input_names(row.texts()?, &row.texts()?),
            default_count: row.int()?,
        });
        draft.add(catalog_row, ObjectAddress::routine(schema, name, types), owner, comment, body);
        Ok(())
    })
}

/// The names of input arguments; no modes mean that all are. Nothing when none has a name.
fn input_names(names: Vec<String>, modes: &[String]) -> Vec<String> {
    let is_input = |at: usize| modes.get(at).is_none_or(|mode| matches!(mode.as_str(), "i" | "b" | "v"));
    let names: Vec<String> =
        names.into_iter().enumerate().filter(|(at, _)| is_input(*at)).map(|(_, name)| name).collect();
    if names.iter().all(String::is_empty) { Vec::new() } else { names }
}
