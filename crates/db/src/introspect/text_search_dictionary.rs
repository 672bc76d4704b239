//! Text search dictionaries.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::{Body, TextSearchDictionary};

use super::IntrospectError;
use super::address_book::class;
use super::draft::Draft;
use super::reading::{Reading, query};
use crate::session::Session;

/// Reads the text search dictionaries.
pub(super) fn read<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    reading.each(query!("text_search_dictionary"), |mut row| {
        let catalog_row = CatalogRow { class: class::TEXT_SEARCH_DICTIONARY, oid: row.oid()? };
        let (schema, name) = (row.oid()?, row.text()?);
        let Some(schema) = draft.place(catalog_row, schema, &name) else { return Ok(()) };
        let (owner, comment) = (row.oid()?, row.optional_text()?);
        let template = row.text()?;
        let options = options(&row.optional_text()?.unwrap_or_default());
        let body = Body::TextSearchDictionary(TextSearchDictionary { template, options });
        draft.add(
            catalog_row,
            ObjectAddress::new(ObjectKind::TextSearchDictionary, schema, name),
            owner,
            comment,
            body,
        );
        Ok(())
    })
}

/// The options of a dictionary as the server stores them: `language = 'english', "Odd" = 'it''s'`.
fn options(text: &str) -> BTreeMap<String, String> {
    let mut pieces = vec![String::new()];
    let (mut literal, mut identifier) = (false, false);
    for c in text.chars() {
        if c == ',' && !literal && !identifier {
            pieces.push(String::new());
            continue;
        }
        match c {
            // The server doubles quotes and backslashes, so a quote inside is never alone.
            '\'' if !identifier => literal = !literal,
            '"' if !literal => identifier = !identifier,
            _ => {}
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
        .iter()
        .filter_map(|piece| piece.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn options_are_told_apart() {
        let found = options(r#"language = 'eng''l, ish', "Odd, ""n" = E'a\\b', n = 3"#);
        let found: Vec<(&str, &str)> = found.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let odd = (r#""Odd, ""n""#, r"E'a\\b'");
        assert_eq!(found, [odd, ("language", "'eng''l, ish'"), ("n", "3")]);
        assert!(options("").is_empty());
    }
}
