//! Names of migration files.
//!
//! | name | is |
//! |---|---|
//! | `001_x.sql`, `1.2_x.sql`, `001.sql` | version and name |
//! | `20240126120000_x.sql` | a time as version |
//! | `20260122143022_001_x.sql` | a time of 14 digits and a sequence number of 3 to 6 digits as version |
//! | `20260122_143022_x.sql` | date and time as version |
//! | `V1__x.sql`, `V1.2__x.sql`, `V1_2__x.sql` | Flyway's versioned names; `U1__x.sql` is the way down of version 1 |
//! | `R__x.sql` | repeatable: runs again whenever it has changed |
//! | `….up.sql`, `….down.sql` | the two ways in two files |
//! | `001_x.py` and so on | both ways as Python string literals |
//! | any other `.sql` name | a migration without version, ordered by name after those with one |
//!
//! Anything else, such as `README.md`, `__init__.py`, the checks of Confiture for Python (`x.verify.sql`) or a name that
//! starts with a dot, is not a migration.

use std::fmt;

use crate::version::Version;

/// What tells one migration from another, and the order in which migrations run: versions by number, then
/// names, then repeatable ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// Has a version; the name does not matter.
    Versioned(Version),
    /// Has no version; runs once.
    Named(String),
    /// Runs after all others, again whenever its text has changed.
    Repeatable(String),
}

impl Identity {
    /// Reads what a ledger holds as version: a version, or the name of a file with or without its ending
    /// (`003`, `003_add_indexes`, `003_add_indexes.sql`, `V3__add_indexes.sql`, `R__views`, `seed`).
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        if let Ok(version) = Version::parse(text) {
            return Self::Versioned(version);
        }
        let stem = Stem::of(text).map_or(text, |stem| stem.text);
        read_stem(stem).map_or_else(|_| Self::Named(stem.to_owned()), |(identity, _)| identity)
    }

    /// The version, where there is one.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        match self {
            Self::Versioned(version) => Some(version),
            Self::Named(_) | Self::Repeatable(_) => None,
        }
    }

    /// Whether it runs again whenever it has changed.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        matches!(self, Self::Repeatable(_))
    }
}

/// The text by which a ledger knows the migration; [`Identity::from_text`] reads it back.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Versioned(version) => version.fmt(f),
            Self::Named(name) => f.write_str(name),
            Self::Repeatable(name) => write!(f, "R__{name}"),
        }
    }
}

/// What a file is to its migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileRole {
    /// SQL of the way up.
    Up,
    /// SQL of the way down.
    Down,
    /// Python literals `UP_SQL` and `DOWN_SQL`.
    Python,
}

/// A name of a migration file, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// Which migration the file belongs to.
    pub identity: Identity,
    /// The name without version and ending; empty for `001.sql`.
    pub name: String,
    /// What the file is to the migration.
    pub role: FileRole,
}

/// A name that looks like a migration, but of a kind that can't be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileNameError {
    /// Flyway's `B1__x.sql`, which stands for all migrations up to its version.
    #[error("baseline migrations are not supported")]
    Baseline,
}

impl FileName {
    /// Reads the last component of a path; `None` when it is not the name of a migration.
    ///
    /// # Errors
    /// [`FileNameError`] when it is a kind of migration that can't be run.
    pub fn parse(path: &str) -> Result<Option<Self>, FileNameError> {
        let base = base(path);
        if base.starts_with('.') {
            return Ok(None);
        }
        let Some(stem) = Stem::of(base) else { return Ok(None) };
        let (identity, name) = read_stem(stem.text)?;
        let undo = stem.role == FileRole::Up && is_undo(stem.text);
        let role = if undo { FileRole::Down } else { stem.role };
        if role == FileRole::Python && identity.version().is_none() {
            return Ok(None);
        }
        Ok(Some(Self { identity, name, role }))
    }
}

/// The last component of a path.
#[must_use]
pub fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The last component of a path without the ending of a migration's file: `003_add_indexes` for
/// `migrations/003_add_indexes.up.sql`.
#[must_use]
pub fn stem(path: &str) -> &str {
    Stem::of(base(path)).map_or(base(path), |stem| stem.text)
}

/// A name without its ending, and what the ending says.
struct Stem<'a> {
    text: &'a str,
    role: FileRole,
}

impl<'a> Stem<'a> {
    fn of(base: &'a str) -> Option<Self> {
        let endings = [
            (".up.sql", FileRole::Up),
            (".down.sql", FileRole::Down),
            (".sql", FileRole::Up),
            (".py", FileRole::Python),
        ];
        endings
            .into_iter()
            .find_map(|(ending, role)| strip_ending(base, ending).map(|text| Self { text, role }))
            .filter(|stem| !stem.text.is_empty() && strip_ending(base, ".verify.sql").is_none())
    }
}

fn strip_ending<'a>(text: &'a str, ending: &str) -> Option<&'a str> {
    let at = text.len().checked_sub(ending.len())?;
    let (stem, found) = (text.get(..at)?, text.get(at..)?);
    found.eq_ignore_ascii_case(ending).then_some(stem)
}

fn read_stem(stem: &str) -> Result<(Identity, String), FileNameError> {
    if let Some(name) = stem.strip_prefix("R__").filter(|name| !name.is_empty()) {
        return Ok((Identity::Repeatable(name.to_owned()), name.to_owned()));
    }
    if let Some((letter, version, name)) = read_flyway(stem) {
        if letter == 'B' {
            return Err(FileNameError::Baseline);
        }
        return Ok((Identity::Versioned(version), name.to_owned()));
    }
    if let Some((version, name)) = read_numbered(stem) {
        return Ok((Identity::Versioned(version), name.to_owned()));
    }
    Ok((Identity::Named(stem.to_owned()), stem.to_owned()))
}

fn is_undo(stem: &str) -> bool {
    read_flyway(stem).is_some_and(|(letter, ..)| letter == 'U')
}

/// `V1.2__name`, and the same with `U` and `B`.
fn read_flyway(stem: &str) -> Option<(char, Version, &str)> {
    let letter = stem.chars().next().filter(|letter| matches!(letter, 'V' | 'U' | 'B'))?;
    let (version, name) = stem[1..].split_once("__")?;
    Some((letter, Version::parse(version).ok()?, name.trim_start_matches('_')))
}

/// `001_name`, `1.2_name`, `20260122143022_001_name`, `20260122_143022_name`.
fn read_numbered(stem: &str) -> Option<(Version, &str)> {
    let end = stem.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(stem.len());
    let (mut version, mut rest) = stem.split_at(end);
    if !rest.is_empty() && !rest.starts_with('_') {
        return None;
    }
    let lengths = match version.len() {
        _ if version.contains('.') => 0..=0,
        14 => 3..=6,
        8 => 6..=6,
        _ => 0..=0,
    };
    let digits = rest.get(1..).unwrap_or("");
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let after = digits[length..].chars().next();
    if length > 0 && lengths.contains(&length) && matches!(after, None | Some('_')) {
        (version, rest) = stem.split_at(end + 1 + length);
    }
    Some((Version::parse(version).ok()?, rest.trim_start_matches('_')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(path: &str) -> String {
        match FileName::parse(path) {
            Err(error) => format!("error: {error}"),
            Ok(None) => "-".to_owned(),
            Ok(Some(FileName { identity, name, role })) => {
                let kind = match identity {
                    Identity::Versioned(_) => "version",
                    Identity::Named(_) => "named",
                    Identity::Repeatable(_) => "repeatable",
                };
                format!("{kind} {identity} | {name} | {role:?}")
            }
        }
    }

    #[test]
    fn names() {
        let cases = [
            ("001_initial_schema.sql", "version 001 | initial_schema | Up"),
            ("migrations/auth/001_x.sql", "version 001 | x | Up"),
            ("001.sql", "version 001 |  | Up"),
            ("001__x.sql", "version 001 | x | Up"),
            ("1.2_x.sql", "version 1.2 | x | Up"),
            ("001_2fa_tokens.sql", "version 001 | 2fa_tokens | Up"),
            ("0010_2020_12_09_173101_add.up.sql", "version 0010 | 2020_12_09_173101_add | Up"),
            ("20240126120000_x.sql", "version 20240126120000 | x | Up"),
            ("20240126_120000_x.sql", "version 20240126_120000 | x | Up"),
            ("20240126_120000.sql", "version 20240126_120000 |  | Up"),
            ("20240126_1200_x.sql", "version 20240126 | 1200_x | Up"),
            ("20240126120000_12_x.sql", "version 20240126120000 | 12_x | Up"),
            (
                "20260122143022_001_add_user_profile_fields.py",
                "version 20260122143022_001 | add_user_profile_fields | Python",
            ),
            ("20260122143022_001.py", "version 20260122143022_001 |  | Python"),
            ("20260122143022_001x.py", "version 20260122143022 | 001x | Python"),
            ("V1__initial_schema.sql", "version 1 | initial_schema | Up"),
            ("V1.2__x.sql", "version 1.2 | x | Up"),
            ("V1_2__x.sql", "version 1_2 | x | Up"),
            ("V005__x__y.sql", "version 005 | x__y | Up"),
            ("U1__x.sql", "version 1 | x | Down"),
            ("B1__x.sql", "error: baseline migrations are not supported"),
            ("R__views.sql", "repeatable R__views | views | Up"),
            ("R__.sql", "named R__ | R__ | Up"),
            ("003_x.up.sql", "version 003 | x | Up"),
            ("003_x.down.sql", "version 003 | x | Down"),
            ("x.up.sql", "named x | x | Up"),
            ("x.down.sql", "named x | x | Down"),
            ("up.sql", "named up | up | Up"),
            ("V1_x.sql", "named V1_x | V1_x | Up"),
            ("Vx__y.sql", "named Vx__y | Vx__y | Up"),
            ("2020-12-09-173101_x.sql", "named 2020-12-09-173101_x | 2020-12-09-173101_x | Up"),
            ("1._x.sql", "named 1._x | 1._x | Up"),
            ("größe.SQL", "named größe | größe | Up"),
            ("Größe\n\"x\".sql", "named Größe\n\"x\" | Größe\n\"x\" | Up"),
            ("20261121003828_add_users.verify.sql", "-"),
            ("README.md", "-"),
            ("__init__.py", "-"),
            ("env.py", "-"),
            (".sql", "-"),
            (".hidden.sql", "-"),
            ("x.sql~", "-"),
            ("x.sql/", "-"),
            ("", "-"),
        ];
        for (path, expected) in cases {
            assert_eq!(show(path), expected, "{path}");
        }
    }

    #[test]
    fn stems() {
        for (path, expected) in [
            ("migrations/003_x.up.sql", "003_x"),
            ("003_x.sql", "003_x"),
            ("a/003_x.py", "003_x"),
            ("003_x", "003_x"),
            ("a/.sql", ".sql"),
        ] {
            assert_eq!(stem(path), expected, "{path}");
        }
    }

    #[test]
    fn ledger_texts() {
        let cases = [
            ("003", "3"),
            ("003_add_indexes", "003"),
            ("003_add_indexes.sql", "003"),
            ("003_add_indexes.up.sql", "3"),
            ("V3__add_indexes.sql", "3"),
            ("20260122143022_001", "20260122143022_001"),
            ("20260122143022_001_x.py", "20260122143022_1"),
            ("R__views", "R__views"),
            ("R__views.sql", "R__views"),
            ("seed", "seed"),
            ("seed.sql", "seed"),
            ("B1__x", "B1__x"),
        ];
        for (text, same) in cases {
            assert_eq!(Identity::from_text(text), Identity::from_text(same), "{text}");
        }
        for text in ["007", "1.2", "seed", "R__views", "20260122143022_001"] {
            assert_eq!(Identity::from_text(text).to_string(), text);
        }
    }

    #[test]
    fn order() {
        let ascending = ["001", "2", "10.1", "20240126120000", "a", "b", "R__a", "R__b"];
        for pair in ascending.windows(2) {
            assert!(Identity::from_text(pair[0]) < Identity::from_text(pair[1]), "{pair:?}");
        }
    }
}
