//! [`RefName`]: what a branch or a tag may be called, and which names come close to one that is not there.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Names that mean something else wherever a ref is taken.
pub const RESERVED: [&str; 4] = ["HEAD", "WORKING", "actual_schema", "migrations_applied"];

/// The longest name, in bytes.
pub const MAX_BYTES: usize = 255;

/// A name that a branch or a tag cannot have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing at all.
    #[error("a branch or tag name must not be empty")]
    Empty,
    /// More than 255 bytes.
    #[error("the name \"{start}…\" is too long: {bytes} bytes, at most 255 are possible")]
    TooLong {
        /// How it begins.
        start: String,
        /// Its length.
        bytes: usize,
    },
    /// A control character, newlines and tabs included.
    #[error("the name {name:?} contains the control character {character:?}")]
    Control {
        /// The name.
        name: String,
        /// The first control character.
        character: char,
    },
    /// A character that means something in a revision or a pattern, or a space.
    #[error("the name \"{name}\" contains \"{character}\", which is not possible in a branch or tag name")]
    Character {
        /// The name.
        name: String,
        /// The first such character.
        character: char,
    },
    /// `..`, `//` or `@{`.
    #[error("the name \"{name}\" contains \"{sequence}\", which is not possible in a branch or tag name")]
    Sequence {
        /// The name.
        name: String,
        /// The sequence.
        sequence: &'static str,
    },
    /// A part between slashes that begins with a dot or ends with `.lock`.
    #[error(
        "the part \"{component}\" of the name \"{name}\" must not begin with \".\" or end with \".lock\""
    )]
    Component {
        /// The name.
        name: String,
        /// The part.
        component: String,
    },
    /// Begins with `-` or `/`.
    #[error("the name \"{name}\" must not begin with \"{character}\"")]
    Start {
        /// The name.
        name: String,
        /// How it begins.
        character: char,
    },
    /// Ends with `/` or `.`.
    #[error("the name \"{name}\" must not end with \"{character}\"")]
    End {
        /// The name.
        name: String,
        /// How it ends.
        character: char,
    },
    /// One of [`RESERVED`], or `@`.
    #[error("the name \"{name}\" is reserved")]
    Reserved {
        /// The name.
        name: String,
    },
    /// 40 or 64 hexadecimal digits.
    #[error("the name \"{name}\" reads as a commit id")]
    CommitId {
        /// The name.
        name: String,
    },
}

/// The name of a branch or a tag, by the rules of `git check-ref-format`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefName(String);

impl RefName {
    /// The branch that `init` makes.
    #[must_use]
    pub fn main() -> Self {
        Self("main".to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RefName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        check(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for RefName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        check(&text)?;
        Ok(Self(text))
    }
}

impl AsRef<str> for RefName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for RefName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for RefName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check(text: &str) -> Result<(), NameError> {
    let name = || text.to_owned();
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if let Some(character) = text.chars().find(|character| character.is_control()) {
        return Err(NameError::Control { name: name(), character });
    }
    if text.len() > MAX_BYTES {
        return Err(NameError::TooLong { start: text.chars().take(20).collect(), bytes: text.len() });
    }
    if text == "@" || RESERVED.contains(&text) {
        return Err(NameError::Reserved { name: name() });
    }
    if let Some(character) = text.chars().find(|&c| " ~^:?*[\\".contains(c)) {
        return Err(NameError::Character { name: name(), character });
    }
    if let Some(character) = text.chars().next().filter(|&c| c == '-' || c == '/') {
        return Err(NameError::Start { name: name(), character });
    }
    if let Some(character) = text.chars().next_back().filter(|&c| c == '.' || c == '/') {
        return Err(NameError::End { name: name(), character });
    }
    if let Some(sequence) = ["..", "//", "@{"].into_iter().find(|&sequence| text.contains(sequence)) {
        return Err(NameError::Sequence { name: name(), sequence });
    }
    let bad = |component: &&str| component.starts_with('.') || component.ends_with(".lock");
    if let Some(component) = text.split('/').find(bad) {
        return Err(NameError::Component { name: name(), component: component.to_owned() });
    }
    if matches!(text.len(), 40 | 64) && text.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(NameError::CommitId { name: name() });
    }
    Ok(())
}

/// The candidates that `name` may have been meant to be, best first, at most five.
///
/// Close is an edit distance of at most a third of the length, without regard to case, or a candidate that contains
/// the name.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    if wanted.is_empty() || wanted.len() > MAX_BYTES {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let lower = candidate.to_lowercase();
            let letters: Vec<char> = lower.chars().collect();
            let distance = edit_distance(&wanted, &letters);
            let near = distance <= wanted.len().max(letters.len()).div_ceil(3);
            let contains = wanted.len() >= 3 && lower.contains(&name.to_lowercase());
            (near || contains).then_some((distance, candidate))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(5).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// Levenshtein distance.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_and_odd_names_are_names() {
        for name in
            ["main", "feature/x", "a\"b", "a;b", "it's", "ÄÖ-🙂", "release-1.0", "a@b", "deadbeef", "head"]
        {
            assert_eq!(name.parse::<RefName>().map(|name| name.to_string()), Ok(name.to_owned()));
        }
        assert!("x".repeat(255).parse::<RefName>().is_ok());
    }

    #[test]
    fn what_git_refuses_is_refused_with_its_reason() {
        let cases = [
            ("", "a branch or tag name must not be empty"),
            ("a\nb", "the name \"a\\nb\" contains the control character '\\n'"),
            ("a b", "the name \"a b\" contains \" \", which is not possible in a branch or tag name"),
            ("a~1", "the name \"a~1\" contains \"~\", which is not possible in a branch or tag name"),
            ("a..b", "the name \"a..b\" contains \"..\", which is not possible in a branch or tag name"),
            ("a//b", "the name \"a//b\" contains \"//\", which is not possible in a branch or tag name"),
            ("-a", "the name \"-a\" must not begin with \"-\""),
            ("a/", "the name \"a/\" must not end with \"/\""),
            ("a.", "the name \"a.\" must not end with \".\""),
            ("a/.b", "the part \".b\" of the name \"a/.b\" must not begin with \".\" or end with \".lock\""),
            (
                "a.lock/b",
                "the part \"a.lock\" of the name \"a.lock/b\" must not begin with \".\" or end with \".lock\"",
            ),
            ("HEAD", "the name \"HEAD\" is reserved"),
            ("@", "the name \"@\" is reserved"),
            ("migrations_applied", "the name \"migrations_applied\" is reserved"),
        ];
        for (name, message) in cases {
            assert_eq!(name.parse::<RefName>().expect_err(name).to_string(), message);
        }
        let long = "y".repeat(256);
        assert!(matches!(long.parse::<RefName>(), Err(NameError::TooLong { bytes: 256, .. })));
        for length in [40, 64] {
            assert!(matches!("a".repeat(length).parse::<RefName>(), Err(NameError::CommitId { .. })));
        }
    }

    #[test]
    fn close_names_come_best_first() {
        let names = ["main", "feature/login", "feature/logout", "release"];
        assert_eq!(closest("feature/logn", names), ["feature/login", "feature/logout"]);
        assert_eq!(closest("Main", names), ["main"]);
        assert_eq!(closest("login", names), ["feature/login"]);
        assert!(closest("zzzzzz", names).is_empty());
        assert!(closest("", names).is_empty());
    }
}
