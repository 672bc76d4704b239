//! [`IgnorePattern`]: what users keep out of commits.

use super::IntrospectError;
use super::reading::{Reading, query};
use crate::session::Session;

/// A `LIKE` pattern on `schema.name`, unquoted; on the name alone for schemas and extensions.
pub(super) struct IgnorePattern(Vec<Element>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Any,
    One,
    Exactly(char),
}

impl IgnorePattern {
    fn new(pattern: &str) -> Self {
        let mut elements = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            elements.push(match c {
                '%' => Element::Any,
                '_' => Element::One,
                '\\' => Element::Exactly(chars.next().unwrap_or('\\')),
                c => Element::Exactly(c),
            });
        }
        elements.dedup_by(|a, b| *a == Element::Any && *b == Element::Any);
        Self(elements)
    }

    /// Whether the pattern covers the whole name.
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        // Greedy with one point to go back to: the last `%`.
        let (mut at, mut element) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        while at < name.len() {
            match self.0.get(element) {
                Some(Element::Any) => {
                    back = Some((at, element));
                    element += 1;
                }
                Some(Element::One) => (at, element) = (at + 1, element + 1),
                Some(Element::Exactly(c)) if *c == name[at] => (at, element) = (at + 1, element + 1),
                _ => {
                    let Some((from, any)) = back else { return false };
                    back = Some((from + 1, any));
                    (at, element) = (from + 1, any + 1);
                }
            }
        }
        self.0[element..].iter().all(|element| *element == Element::Any)
    }
}

/// The patterns in `pggit.ignore`, where there is such a table.
pub(super) fn read<S: Session>(reading: &mut Reading<'_, S>) -> Result<Vec<IgnorePattern>, IntrospectError> {
    let mut exists = false;
    reading.each(query!("ignore_table"), |mut row| {
        exists = row.bool()?;
        Ok(())
    })?;
    let mut patterns = Vec::new();
    if exists {
        reading.each_as_owner(query!("ignore"), |mut row| {
            if let Some(pattern) = row.optional_text()? {
                patterns.push(IgnorePattern::new(&pattern));
            }
            Ok(())
        })?;
    }
    Ok(patterns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_like_does() {
        for (pattern, name, expected) in [
            ("public.users", "public.users", true),
            ("public.users", "public.users2", false),
            ("public.%", "public.users", true),
            ("public.%", "publicxusers", false),
            ("%.tmp\\_%", "app.tmp_1", true),
            ("%.tmp\\_%", "app.tmpx1", false),
            ("a_c", "abc", true),
            ("a_c", "ac", false),
            ("%b%b", "abab", true),
            ("%b%b", "aba", false),
            ("%%", "", true),
            ("", "", true),
            ("", "a", false),
            ("ü_", "üö", true),
        ] {
            assert_eq!(IgnorePattern::new(pattern).matches(name), expected, "{pattern} on {name}");
        }
    }
}
