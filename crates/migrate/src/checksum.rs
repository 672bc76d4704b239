//! Checksums of migration files.

use std::fmt;

use sha2::{Digest, Sha256};

/// SHA-256 of a file in lower-case hexadecimal, taken without a byte order mark and with `\r\n` read as `\n`, so
/// that a checkout on another system has the same one. For a file with neither it is what `sha256sum` prints.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Checksum {
    text: String,
    /// That of the bytes as they are, where it differs: what Confiture for Python records.
    exact: Option<String>,
}

impl Checksum {
    /// The checksum of the bytes of a file.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let all = bytes;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut hasher = Sha256::new();
        let mut start = 0;
        for at in 0..bytes.len() {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                hasher.update(&bytes[start..at]);
                start = at + 1;
            }
        }
        hasher.update(&bytes[start..]);
        let is_exact = start == 0 && bytes.len() == all.len();
        let exact = (!is_exact).then(|| hexadecimal(Sha256::new_with_prefix(all)));
        Self { text: hexadecimal(hasher), exact }
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a ledger's text is this checksum, or that of the bytes as they are.
    #[must_use]
    pub fn matches(&self, recorded: &str) -> bool {
        let recorded = recorded.trim();
        let is = |checksum: &String| recorded.eq_ignore_ascii_case(checksum);
        is(&self.text) || self.exact.as_ref().is_some_and(is)
    }
}

/// The checksum of a text as pgdbm takes it: all line ends as `\n`, and without space around the text.
#[must_use]
pub fn trimmed(text: &str) -> String {
    // Space as in Python: four separators more than Unicode has.
    let is_space = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    hexadecimal(Sha256::new_with_prefix(text.trim_matches(is_space)))
}

fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let cases: [(&[u8], &str); 3] = [
            (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (b"a\r\n", "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Checksum::of(bytes).as_str(), expected);
        }
    }

    #[test]
    fn line_endings_and_byte_order_mark_do_not_matter() {
        let plain = Checksum::of(b"SELECT 1;\nSELECT 2;\n");
        for same in [b"\xef\xbb\xbfSELECT 1;\r\nSELECT 2;\r\n".as_slice(), b"SELECT 1;\r\nSELECT 2;\n"] {
            assert_eq!(Checksum::of(same).as_str(), plain.as_str());
        }
        assert!(plain.matches(&plain.as_str().to_uppercase()));
    }

    #[test]
    fn the_checksum_of_the_bytes_as_they_are_matches_too() {
        let windows = Checksum::of(b"CREATE TABLE b(id int);\r\n");
        assert!(windows.matches("8d16b2751a03ee00a5c394fb64970b143ca1acfc598bdc291767131cf4d7f750"));
        assert!(windows.matches(Checksum::of(b"CREATE TABLE b(id int);\n").as_str()));
        assert!(!windows.matches(Checksum::of(b"CREATE TABLE b(id int);").as_str()));
    }

    #[test]
    fn trimmed_checksums() {
        let abc = Checksum::of(b"a\nb c").to_string();
        for same in ["a\nb c", "\n a\r\nb c\n\n", "a\rb c\u{1c}\u{a0}\u{2003}\t"] {
            assert_eq!(trimmed(same), abc, "{same:?}");
        }
        assert_ne!(trimmed("\u{feff}a\nb c"), abc);
        assert_eq!(trimmed(" \n"), Checksum::of(b"").to_string());
    }

    #[test]
    fn everything_else_matters() {
        let plain = Checksum::of(b"SELECT 1;\n");
        for other in ["SELECT 1;", "SELECT 1;\n\n", "SELECT 1;\r", "SELECT 1;\r\r\n", "select 1;\n"] {
            assert_ne!(Checksum::of(other.as_bytes()).as_str(), plain.as_str(), "{other:?}");
        }
    }
}
