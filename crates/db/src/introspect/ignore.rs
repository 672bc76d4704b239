//! The patterns of what users keep out of commits.

use pggit_catalog::pattern::NamePattern;

use super::IntrospectError;
use super::reading::{Reading, query};
use crate::session::Session;

/// The patterns in `pggit.ignore`, where there is such a table: `LIKE` patterns on `schema.name`, unquoted; on the name
/// alone for what is in no schema.
///
/// # Errors
/// The server's error.
pub fn ignore_patterns<S: Session>(session: &mut S) -> Result<Vec<NamePattern>, IntrospectError> {
    read(&mut Reading::start(session)?)
}

/// As [`ignore_patterns`].
pub(super) fn read<S: Session>(reading: &mut Reading<'_, S>) -> Result<Vec<NamePattern>, IntrospectError> {
    let mut exists = false;
    reading.each(query!("ignore_table"), |mut row| {
        exists = row.bool()?;
        Ok(())
    })?;
    let mut patterns = Vec::new();
    if exists {
        reading.each_as_owner(query!("ignore"), |mut row| {
            patterns.extend(row.optional_text()?.as_deref().map(NamePattern::like));
            Ok(())
        })?;
    }
    Ok(patterns)
}
