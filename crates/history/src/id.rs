//! [`ObjectId`]: the SHA-256 of what is stored.

use std::fmt;
use std::str::FromStr;

use pggit_catalog::canonical::{Canonical, DecodeError};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// What a stored object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoredKind {
    /// One database object.
    Blob,
    /// A node of a tree.
    Tree,
    /// A commit.
    Commit,
}

impl StoredKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Blob, Self::Tree, Self::Commit];

    /// The name that is hashed before the content.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
        }
    }

    /// The code of this kind in the repository's tables. Never changes its meaning.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Blob => 1,
            Self::Tree => 2,
            Self::Commit => 3,
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl fmt::Display for StoredKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that is not an id or a prefix of one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// Not as many digits as needed.
    #[error("\"{text}\" is not an object id: it has {found} characters, not {expected}", found = text.chars().count())]
    Length {
        /// The text.
        text: String,
        /// What would do.
        expected: &'static str,
    },
    /// Something that is not a hexadecimal digit.
    #[error("\"{text}\" is not an object id: it has characters other than hexadecimal digits")]
    Digit {
        /// The text.
        text: String,
    },
}

/// The name of a stored object: the SHA-256 of its kind, a zero byte, and its content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 32]);

impl ObjectId {
    /// The id with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The id of `content` stored as `kind`.
    #[must_use]
    pub fn of(kind: StoredKind, content: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(kind.name());
        hash.update([0]);
        hash.update(content);
        Self(hash.finalize().into())
    }

    /// The id that these bytes are, when there are 32.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first ten hexadecimal digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(10);
        text
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

impl FromStr for ObjectId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = hex_digits(text)?;
        if digits.len() != 64 {
            return Err(IdError::Length { text: text.to_owned(), expected: "64" });
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (pair[0] << 4) | pair[1];
        }
        Ok(Self(bytes))
    }
}

impl Canonical for ObjectId {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        match input.len() {
            0..32 => Err(DecodeError::Truncated),
            32 => Ok(Self(input.try_into().expect("the length was checked"))),
            length => Err(DecodeError::Trailing(length - 32)),
        }
    }

    fn is_default(&self) -> bool {
        false
    }
}

/// The beginning of an id: 7 to 64 hexadecimal digits, lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdPrefix(String);

impl IdPrefix {
    /// The fewest digits that are taken for an id.
    pub const MIN_DIGITS: usize = 7;

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `id` begins with these digits.
    #[must_use]
    pub fn matches(&self, id: &ObjectId) -> bool {
        id.to_string().starts_with(&self.0)
    }

    /// The first id that could match.
    #[must_use]
    pub fn lowest(&self) -> ObjectId {
        self.filled('0')
    }

    /// The last id that could match.
    #[must_use]
    pub fn highest(&self) -> ObjectId {
        self.filled('f')
    }

    fn filled(&self, digit: char) -> ObjectId {
        let mut text = self.0.clone();
        text.extend(std::iter::repeat_n(digit, 64 - self.0.len()));
        text.parse().expect("64 hexadecimal digits are an id")
    }
}

impl FromStr for IdPrefix {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = hex_digits(text)?;
        if (Self::MIN_DIGITS..=64).contains(&digits.len()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(IdError::Length { text: text.to_owned(), expected: "7 to 64" })
        }
    }
}

impl fmt::Display for IdPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn hex_digits(text: &str) -> Result<Vec<u8>, IdError> {
    text.chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect::<Option<_>>()
        .ok_or_else(|| IdError::Digit { text: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sha_256_over_kind_zero_and_content() {
        // printf 'blob\0abc' | sha256sum
        let id = ObjectId::of(StoredKind::Blob, b"abc");
        assert_eq!(id.to_string(), "f99ef332743f84fe306256839b02676d29f3fe7489efed32186be8f8f4aae52e");
    }

    #[test]
    fn ids_round_trip_as_text() {
        let id = ObjectId::of(StoredKind::Tree, b"");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
        assert!("".parse::<ObjectId>().is_err());
        assert!("zz".parse::<ObjectId>().is_err());
    }

    #[test]
    fn prefixes_match_and_bound_ids() {
        let id = ObjectId::of(StoredKind::Commit, b"x");
        let prefix: IdPrefix = id.to_string()[..9].to_uppercase().parse().expect("nine digits");
        assert!(prefix.matches(&id));
        assert!(prefix.lowest() <= id && id <= prefix.highest());
        assert!("abcdef".parse::<IdPrefix>().is_err());
        assert!("abcdefg".parse::<IdPrefix>().is_err());
        assert!("a".repeat(65).parse::<IdPrefix>().is_err());
    }
}
