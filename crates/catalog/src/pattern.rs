//! [`NamePattern`]: names of objects that people describe.

use std::fmt;

/// A pattern for a whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    elements: Vec<Element>,
    /// Whether there is a dot in the pattern, which parts a schema from a name.
    qualified: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Any,
    One,
    Exactly(char),
}

impl NamePattern {
    /// A pattern of SQL's `LIKE`: `%` is any text, `_` any character, `\` takes their meaning away.
    #[must_use]
    pub fn like(pattern: &str) -> Self {
        Self::new(pattern, |c| match c {
            '%' => Some(Element::Any),
            '_' => Some(Element::One),
            _ => None,
        })
    }

    /// A pattern as shells have them: `*` (or `%`) is any text, `?` any character, `\` takes their meaning away.
    #[must_use]
    pub fn glob(pattern: &str) -> Self {
        Self::new(pattern, |c| match c {
            '*' | '%' => Some(Element::Any),
            '?' => Some(Element::One),
            _ => None,
        })
    }

    fn new(pattern: &str, special: impl Fn(char) -> Option<Element>) -> Self {
        let mut elements = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            elements.push(match c {
                '\\' => Element::Exactly(chars.next().unwrap_or('\\')),
                c => special(c).unwrap_or(Element::Exactly(c)),
            });
        }
        elements.dedup_by(|a, b| *a == Element::Any && *b == Element::Any);
        let qualified = elements.contains(&Element::Exactly('.'));
        Self { text: pattern.to_owned(), elements, qualified }
    }

    /// Whether the pattern is about schemas and names in them, parted by a dot.
    #[must_use]
    pub const fn is_qualified(&self) -> bool {
        self.qualified
    }

    /// Whether the pattern covers the whole name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        // Greedy with one point to go back to: the last "any text".
        let (mut at, mut element) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        while at < name.len() {
            match self.elements.get(element) {
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
        self.elements[element..].iter().all(|element| *element == Element::Any)
    }
}

/// As it was written.
impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
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
            ("a*c", "abc", false),
            ("%b%b", "abab", true),
            ("%b%b", "aba", false),
            ("%%", "", true),
            ("", "", true),
            ("", "a", false),
            ("ü_", "üö", true),
        ] {
            assert_eq!(NamePattern::like(pattern).matches(name), expected, "{pattern} on {name}");
        }
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        for (pattern, name, expected) in [
            ("public.tmp_*", "public.tmp_1", true),
            ("public.tmp_*", "public.tmpx1", false),
            ("tmp?", "tmp1", true),
            ("tmp?", "tmp", false),
            ("a\\*", "a*", true),
            ("a\\*", "ab", false),
            ("tmp%", "tmp1", true),
        ] {
            assert_eq!(NamePattern::glob(pattern).matches(name), expected, "{pattern} on {name}");
        }
        assert!(NamePattern::glob("public.*").is_qualified());
        assert!(!NamePattern::glob("tmp*").is_qualified());
    }
}
