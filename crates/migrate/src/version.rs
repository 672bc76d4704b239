//! Versions of migrations: numbers compared as numbers, text kept as written.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// The version of a migration: one or more numbers, such as `001`, `1.2` or `20260122143022_001`.
///
/// Two versions are equal when their numbers are: `001` is `1`, and `1.0` is `1`, as in Flyway. The text form
/// stays as it was written.
#[derive(Clone, Debug)]
pub struct Version {
    text: String,
    numbers: Vec<Number>,
}

/// A number of any length. The derived order (length, then digits) is the order of numbers, since there are no
/// leading zeros; zero is the empty string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Number {
    length: usize,
    digits: String,
}

impl Number {
    fn new(digits: &str) -> Self {
        let digits = digits.trim_start_matches('0');
        Self { length: digits.len(), digits: digits.to_owned() }
    }
}

/// A text that is not a version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not a version: digits separated by \".\" or \"_\" are expected")]
pub struct VersionError {
    /// The text as given.
    pub text: String,
}

impl Version {
    /// Reads numbers separated by `.` or `_`.
    ///
    /// # Errors
    /// [`VersionError`] for anything else, the empty text included.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let mut numbers = Vec::new();
        for part in text.split(['.', '_']) {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(VersionError { text: text.to_owned() });
            }
            numbers.push(Number::new(part));
        }
        while numbers.len() > 1 && numbers.last().is_some_and(|number| number.length == 0) {
            numbers.pop();
        }
        Ok(Self { text: text.to_owned(), numbers })
    }

    /// The text as written, leading zeros included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the first number looks like a time (`YYYYMMDDhhmmss` or seconds and milliseconds since 1970), so
    /// that gaps between versions mean nothing.
    #[must_use]
    pub fn is_timestamp(&self) -> bool {
        self.numbers[0].length >= 8
    }

    /// The version as one whole number, when it is one and small enough.
    #[must_use]
    pub fn as_integer(&self) -> Option<u64> {
        match self.numbers.as_slice() {
            [number] if number.length == 0 => Some(0),
            [number] => number.digits.parse().ok(),
            _ => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }
}

impl Eq for Version {}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.numbers.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect("a version")
    }

    #[test]
    fn order_is_by_number() {
        let ascending = [
            "0",
            "001",
            "1.0.1",
            "1.2",
            "1.10",
            "2",
            "10",
            "20240126120000",
            "20260122143022_001",
            "20260122143022_002",
            "20260122143022_010",
            "99999999999999999999999999",
            "100000000000000000000000000",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(version(a).cmp(&version(b)), i.cmp(&j), "{a} and {b}");
            }
        }
    }

    #[test]
    fn equal_versions_are_written_in_many_ways() {
        for (a, b) in [("1", "001"), ("1", "1.0"), ("1.2", "1_2"), ("0", "000"), ("1.02", "01.2.0.0")] {
            assert_eq!(version(a), version(b), "{a} and {b}");
        }
        assert_eq!(version("001.02").to_string(), "001.02");
    }

    #[test]
    fn what_is_not_a_version() {
        for text in ["", "a", "1a", "1.", ".1", "1..2", "1-2", " 1", "١", "-1"] {
            assert!(Version::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn integers_and_timestamps() {
        let cases = [
            ("007", Some(7), false),
            ("0", Some(0), false),
            ("1.2", None, false),
            ("20240126120000", Some(20_240_126_120_000), true),
            ("20240126120000_001", None, true),
            ("99999999999999999999999999", None, true),
        ];
        for (text, integer, timestamp) in cases {
            assert_eq!(version(text).as_integer(), integer, "{text}");
            assert_eq!(version(text).is_timestamp(), timestamp, "{text}");
        }
    }
}
