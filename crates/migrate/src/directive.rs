//! Directives: comment lines that say how a migration is to be run, and what it is.
//!
//! They stand in `--` comments before the first statement, one on a line:
//!
//! ```sql
//! -- Description: Create initial schema and tables
//! -- Author: developer@example.com
//! -- Date: 2026-01-22
//! -- no-transaction
//! -- lock_timeout: 5s
//! -- statement_timeout: 10min
//! -- role: app_owner
//! -- environments: staging, production
//! ```
//!
//! | directive | means |
//! |---|---|
//! | `description`, `author`, `date` | text, shown in lists; in upper or lower case |
//! | `no-transaction` | each statement is run by itself, without a transaction around the file |
//! | `lock_timeout`, `statement_timeout` | a number with `us`, `ms` (also without unit), `s`, `min`, `h` or `d`; `0` is none |
//! | `role` | the role that the migration runs as, written like an identifier in SQL |
//! | `environments` | the environments in which it runs at all, separated by commas |
//!
//! The value follows `:` or `=`; `-` and `_` in a directive's name are the same. Before the name may stand
//! `confiture:`, and then a name that is not known is an error. Without it any other comment is a comment, except
//! for one that misspells a timeout or `no-transaction`. `role` and `environments` without the prefix are written
//! in lower case. A timeout or `no-transaction` after the first statement, or anything with the prefix there, is
//! an error too: it would have no effect. pgdbm's `-- pgdbm:no-transaction` at the start of any line is understood.

use std::time::Duration;

use crate::distance::distance;
use crate::statements::{Comment, Script};

/// The directives of a migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// Run without a transaction around the file.
    pub no_transaction: bool,
    /// `lock_timeout` to set; zero is none.
    pub lock_timeout: Option<Duration>,
    /// `statement_timeout` to set; zero is none.
    pub statement_timeout: Option<Duration>,
    /// Role to run as.
    pub role: Option<String>,
    /// Environments to run in; empty for all.
    pub environments: Vec<String>,
    /// What the migration does.
    pub description: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When, as written.
    pub date: Option<String>,
}

impl Directives {
    /// Whether nothing says how to run the migration; description, author and date do not matter.
    #[must_use]
    pub fn run_as_usual(&self) -> bool {
        let Self { no_transaction, lock_timeout, statement_timeout, role, environments, .. } = self;
        !no_transaction
            && lock_timeout.is_none()
            && statement_timeout.is_none()
            && role.is_none()
            && environments.is_empty()
    }

    /// Whether the migration runs in an environment; without a name it is none of those listed.
    #[must_use]
    pub fn run_in(&self, environment: Option<&str>) -> bool {
        self.environments.is_empty()
            || self.environments.iter().any(|name| Some(name.as_str()) == environment)
    }
}

/// A directive that can't be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DirectiveError {
    /// What is wrong.
    pub message: String,
    /// The line of the script, from 1.
    pub line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Author,
    Date,
    Description,
    Environments,
    LockTimeout,
    NoTransaction,
    Role,
    StatementTimeout,
}

const KEYS: [(&str, Key); 8] = [
    ("author", Key::Author),
    ("date", Key::Date),
    ("description", Key::Description),
    ("environments", Key::Environments),
    ("lock_timeout", Key::LockTimeout),
    ("no-transaction", Key::NoTransaction),
    ("role", Key::Role),
    ("statement_timeout", Key::StatementTimeout),
];

impl Key {
    fn named(name: &str) -> Option<Self> {
        let name = name.replace('-', "_");
        KEYS.iter().find(|(known, _)| known.replace('-', "_") == name).map(|(_, key)| *key)
    }

    fn name(self) -> &'static str {
        KEYS.iter().find(|(_, key)| *key == self).map_or("", |(name, _)| name)
    }

    /// Names that no ordinary comment starts with.
    fn is_unmistakable(self) -> bool {
        matches!(self, Self::LockTimeout | Self::NoTransaction | Self::StatementTimeout)
    }
}

/// How pgdbm says it, after the two dashes.
const PGDBM: &str = " pgdbm:no-transaction";

/// A comment line read as `[confiture:] name [: value]`.
struct Line<'a> {
    prefixed: bool,
    name: &'a str,
    value: &'a str,
}

impl<'a> Line<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim();
        let prefix = text.get(..10).filter(|prefix| prefix.eq_ignore_ascii_case("confiture:"));
        let text = prefix.map_or(text, |prefix| text[prefix.len()..].trim_start());
        let (name, value) = text.split_once([':', '=']).unwrap_or((text, ""));
        Self { prefixed: prefix.is_some(), name: name.trim(), value: value.trim() }
    }

    fn key(&self) -> Option<Key> {
        let key = Key::named(&self.name.to_lowercase())?;
        let exact = self.prefixed || !matches!(key, Key::Role | Key::Environments);
        (exact || Key::named(self.name).is_some()).then_some(key)
    }

    /// The known name that was probably meant.
    fn nearest(&self) -> Option<&'static str> {
        let name = self.name.to_lowercase().replace('-', "_");
        KEYS.iter()
            .filter(|(_, key)| self.prefixed || key.is_unmistakable())
            .map(|(known, _)| (distance(&name, &known.replace('-', "_")), *known))
            .min()
            .filter(|(distance, _)| *distance <= 2)
            .map(|(_, known)| known)
    }
}

/// Reads the directives of a script; all errors together.
///
/// # Errors
/// A [`DirectiveError`] for each line that can't be followed.
pub fn read(script: &Script<'_>) -> Result<Directives, Vec<DirectiveError>> {
    let header_end = script.statements.first().map_or(usize::MAX, |statement| statement.start.offset);
    let mut directives = Directives::default();
    let mut seen: Vec<Key> = Vec::new();
    let mut errors = Vec::new();
    for comment in &script.comments {
        let Some(text) = comment.line_text() else { continue };
        let in_header = comment.start.offset < header_end;
        match read_line(comment, text, in_header) {
            Ok(None) => {}
            Ok(Some((key, value))) if seen.contains(&key) => {
                let message =
                    format!("directive \"{}\" is given twice; the second time as \"{value}\"", key.name());
                errors.push(DirectiveError { message, line: comment.start.line });
            }
            Ok(Some((key, value))) => {
                seen.push(key);
                if let Err(message) = set(&mut directives, key, value) {
                    errors.push(DirectiveError { message, line: comment.start.line });
                }
            }
            Err(message) => errors.push(DirectiveError { message, line: comment.start.line }),
        }
    }
    if errors.is_empty() { Ok(directives) } else { Err(errors) }
}

fn read_line<'a>(
    comment: &Comment<'_>,
    text: &'a str,
    in_header: bool,
) -> Result<Option<(Key, &'a str)>, String> {
    if comment.start.column == 1 && text.strip_prefix(PGDBM).is_some_and(is_word_end) {
        return Ok(Some((Key::NoTransaction, "")));
    }
    let line = Line::of(text);
    if line.name == "batch" {
        // Belongs to a statement: see `batch`.
        return Ok(None);
    }
    if line.prefixed && line.name.split(' ').next() == Some("ignore") {
        // For `lint`, and allowed anywhere.
        return Ok(None);
    }
    let Some(key) = line.key() else {
        return match line.nearest() {
            Some(nearest) if line.prefixed || in_header => {
                Err(format!("unknown directive \"{}\"; did you mean \"{nearest}\"?", line.name))
            }
            None if line.prefixed => {
                let known: Vec<&str> = KEYS.iter().map(|(name, _)| *name).collect();
                Err(format!("unknown directive \"{}\"; known are {}", line.name, known.join(", ")))
            }
            _ => Ok(None),
        };
    };
    if in_header {
        return Ok(Some((key, line.value)));
    }
    if line.prefixed || (key.is_unmistakable() && comment.whole_line) {
        return Err(format!("directive \"{}\" must stand before the first statement", key.name()));
    }
    Ok(None)
}

fn is_word_end(rest: &str) -> bool {
    rest.chars().next().is_none_or(char::is_whitespace)
}

fn set(directives: &mut Directives, key: Key, value: &str) -> Result<(), String> {
    let name = key.name();
    if value.is_empty() && key != Key::NoTransaction {
        return match key {
            Key::Author | Key::Date | Key::Description => Ok(()),
            _ => Err(format!("directive \"{name}\" has no value")),
        };
    }
    match key {
        Key::NoTransaction if !value.is_empty() => {
            return Err(format!("directive \"{name}\" takes no value, but has \"{value}\""));
        }
        Key::NoTransaction => directives.no_transaction = true,
        Key::LockTimeout => directives.lock_timeout = Some(timeout(name, value)?),
        Key::StatementTimeout => directives.statement_timeout = Some(timeout(name, value)?),
        Key::Role => directives.role = Some(role(value)?),
        Key::Environments => directives.environments = environments(value)?,
        Key::Description => directives.description = Some(value.to_owned()),
        Key::Author => directives.author = Some(value.to_owned()),
        Key::Date => directives.date = Some(value.to_owned()),
    }
    Ok(())
}

/// A time as PostgreSQL reads it for the setting `name`: rounded to milliseconds, of which there may be 2147483647.
///
/// # Errors
/// A message that says what is expected.
pub fn timeout(name: &str, value: &str) -> Result<Duration, String> {
    let invalid =
        || format!("\"{value}\" is no value of \"{name}\": a number with ms, s, min, h or d is expected");
    let unit_at = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let number: u64 = value[..unit_at].parse().map_err(|_| invalid())?;
    let microseconds = match value[unit_at..].trim_start() {
        "us" => 1,
        "" | "ms" => 1_000,
        "s" => 1_000_000,
        "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        _ => return Err(invalid()),
    };
    let total = number.checked_mul(microseconds).ok_or_else(invalid)?;
    let milliseconds = total.saturating_add(500) / 1_000;
    if milliseconds > 2_147_483_647 {
        return Err(format!("\"{value}\" is more than \"{name}\" can be: 2147483647 ms"));
    }
    Ok(Duration::from_millis(milliseconds))
}

/// An identifier as in SQL: folded to lower case unless quoted.
fn role(value: &str) -> Result<String, String> {
    let invalid =
        || format!("\"{value}\" is no role name: an identifier is expected, in double quotes where needed");
    if let Some(quoted) = value.strip_prefix('"') {
        let name = quoted.strip_suffix('"').filter(|name| !name.is_empty()).ok_or_else(invalid)?;
        let unescaped = name.replace("\"\"", "");
        return if unescaped.contains('"') { Err(invalid()) } else { Ok(name.replace("\"\"", "\"")) };
    }
    let starts_well = value.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let plain = value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    if starts_well && plain { Ok(value.to_lowercase()) } else { Err(invalid()) }
}

fn environments(value: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for name in value.split(',').map(str::trim) {
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')) {
            return Err(format!(
                "\"{value}\" is no list of environments: names separated by commas are expected"
            ));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::scan;

    fn directives(text: &str) -> Result<Directives, Vec<DirectiveError>> {
        read(&scan(text).expect(text))
    }

    #[test]
    fn the_documented_header() {
        let text = "-- Migration 001: Initial\n-- Description: Create: all\n-- Author: a@b.c\n--Date: 2026-01-22\n\
            -- no-transaction\n-- lock_timeout: 5s\n-- confiture: statement-timeout = 10min\n-- role: \"App \"\"x\"\"\"\n\
            -- environments: staging, production\nSELECT 1;\n-- Author: someone else\n-- role: to be\n";
        let expected = Directives {
            no_transaction: true,
            lock_timeout: Some(Duration::from_secs(5)),
            statement_timeout: Some(Duration::from_secs(600)),
            role: Some("App \"x\"".to_owned()),
            environments: vec!["staging".to_owned(), "production".to_owned()],
            description: Some("Create: all".to_owned()),
            author: Some("a@b.c".to_owned()),
            date: Some("2026-01-22".to_owned()),
        };
        assert_eq!(directives(text), Ok(expected.clone()));
        assert!(expected.run_in(Some("staging")) && !expected.run_in(Some("dev")) && !expected.run_in(None));
        assert!(Directives::default().run_in(Some("dev")) && Directives::default().run_in(None));
    }

    #[test]
    fn the_directive_of_pgdbm() {
        for (text, expected) in [
            ("-- pgdbm:no-transaction\nSELECT 1;", true),
            ("SELECT 1;\n-- pgdbm:no-transaction since VACUUM\n", true),
            ("  -- pgdbm:no-transaction\nSELECT 1;", false),
            ("-- pgdbm:no-transactional\nSELECT 1;", false),
            ("--pgdbm:no-transaction\nSELECT 1;", false),
        ] {
            assert_eq!(directives(text).map(|found| found.no_transaction), Ok(expected), "{text}");
        }
    }

    #[test]
    fn ordinary_comments() {
        for text in [
            "",
            "-- Role: adds the table of roles\nSELECT 1;",
            "-- First, ensure all: emails\nSELECT 1; -- no-transaction",
            "-- A lock: timeout\n-- transaction\n-- Author:\n-- ====\n",
            "SELECT '\n-- no-transaction\n', $$\n-- lock_timeout: 1s\n$$;",
            "/* lock_timeout: 1s */ SELECT 1;",
        ] {
            assert_eq!(directives(text), Ok(Directives::default()), "{text}");
        }
    }

    #[test]
    fn timeouts() {
        let cases =
            [("0", 0), ("1500", 1500), ("2 s", 2000), ("1h", 3_600_000), ("1d", 86_400_000), ("1500us", 2)];
        for (value, milliseconds) in cases {
            assert_eq!(timeout("lock_timeout", value), Ok(Duration::from_millis(milliseconds)), "{value}");
        }
        for value in ["", "s", "-1", "1.5s", "5 seconds", "25d", "99999999999999999999", "1 S"] {
            assert!(timeout("lock_timeout", value).is_err(), "{value}");
        }
    }

    #[test]
    fn errors_say_where() {
        let cases = [
            (
                "\n-- lock-timout: 5s\n",
                "unknown directive \"lock-timout\"; did you mean \"lock_timeout\"?",
                2,
            ),
            (
                "-- no-transactions\n",
                "unknown directive \"no-transactions\"; did you mean \"no-transaction\"?",
                1,
            ),
            ("-- confiture: rôle=x\n", "unknown directive \"rôle\"; did you mean \"role\"?", 1),
            (
                "-- confiture: something\n",
                "unknown directive \"something\"; known are author, date, description, environments, lock_timeout, \
                 no-transaction, role, statement_timeout",
                1,
            ),
            (
                "SELECT 1;\n-- no-transaction\n",
                "directive \"no-transaction\" must stand before the first statement",
                2,
            ),
            ("SELECT 1; -- confiture: role=x", "directive \"role\" must stand before the first statement", 1),
            ("-- no-transaction: x", "directive \"no-transaction\" takes no value, but has \"x\"", 1),
            ("-- role:", "directive \"role\" has no value", 1),
            (
                "-- role: a b",
                "\"a b\" is no role name: an identifier is expected, in double quotes where needed",
                1,
            ),
            (
                "-- environments: a,,b",
                "\"a,,b\" is no list of environments: names separated by commas are expected",
                1,
            ),
            (
                "-- lock_timeout: x",
                "\"x\" is no value of \"lock_timeout\": a number with ms, s, min, h or d is expected",
                1,
            ),
            ("-- date: a\n-- Date: b", "directive \"date\" is given twice; the second time as \"b\"", 2),
        ];
        for (text, message, line) in cases {
            let message = message.to_owned();
            assert_eq!(directives(text), Err(vec![DirectiveError { message, line }]), "{text}");
        }
    }

    #[test]
    fn role_names() {
        let cases =
            [("App_Owner", Some("app_owner")), ("\"App\"", Some("App")), ("\"a\"b\"", None), ("1a", None)];
        for (value, expected) in cases {
            assert_eq!(role(value).ok().as_deref(), expected, "{value}");
        }
    }
}
