//! A new migration to be written by hand, named and numbered as those that there are.

use crate::file_name::{FileName, Identity};
use crate::migration::Migration;
use crate::migration_set::MigrationSet;
use crate::slug::slug;
use crate::version::Version;
use crate::writer::{OutputFile, WriteError};

/// In which form the files of a migration are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileForm {
    /// A `.py` file with `UP_SQL` and `DOWN_SQL`.
    Python,
    /// `.up.sql` and `.down.sql`.
    Pair,
    /// One `.sql` file.
    Single,
    /// `V1__x.sql`.
    Flyway,
}

impl FileForm {
    /// The form of a migration's files.
    #[must_use]
    pub fn of(migration: &Migration) -> Self {
        let name = migration.file_name().to_lowercase();
        if name.ends_with(".py") {
            Self::Python
        } else if name.ends_with(".up.sql") {
            Self::Pair
        } else if migration.file_name().starts_with('V') {
            Self::Flyway
        } else {
            Self::Single
        }
    }
}

/// The moment at which a migration is made, as text.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// `20260122143022`, UTC.
    pub time: &'a str,
    /// `2026-01-22`.
    pub date: &'a str,
}

/// The files of a new migration called `name`, after all in `set`: with the next number where these are numbered, else
/// with the time. Without a `form` it is that of the last migration, or [`FileForm::Python`] for the first.
///
/// # Errors
/// [`WriteError::Name`] when version and name do not make a file name that reads back.
pub fn skeleton(
    set: &MigrationSet,
    name: &str,
    form: Option<FileForm>,
    moment: Moment<'_>,
) -> Result<Vec<OutputFile>, WriteError> {
    let last = set.migrations().iter().rev().find(|migration| migration.version().is_some());
    let form = form.or(last.map(FileForm::of)).unwrap_or(FileForm::Python);
    let version = match (last.and_then(Migration::version), form) {
        (None, FileForm::Flyway) => moment.time.to_owned(),
        (last, _) => next(last, moment.time),
    };
    let slug = slug(name);
    let stem = match form {
        FileForm::Flyway => format!("V{version}__{slug}"),
        FileForm::Python | FileForm::Pair | FileForm::Single => format!("{version}_{slug}"),
    };
    let read = FileName::parse(&format!("{stem}.sql"));
    let expected = Version::parse(&version).map(Identity::Versioned);
    let reads_back = matches!((&read, &expected), (Ok(Some(read)), Ok(expected))
        if read.identity == *expected && read.name == slug);
    if !reads_back {
        return Err(WriteError::Name { version, name: name.to_owned() });
    }
    let title = title(name);
    let header = format!("-- Migration: {title}\n-- Date: {}\n", moment.date);
    let file = |ending: &str, text: String| OutputFile { name: format!("{stem}{ending}"), text };
    Ok(match form {
        FileForm::Python => vec![file(".py", python(&title, moment.date))],
        FileForm::Pair => vec![
            file(".up.sql", format!("{header}\n")),
            file(".down.sql", format!("{header}-- Way down\n\n")),
        ],
        FileForm::Single | FileForm::Flyway => vec![file(".sql", format!("{header}\n"))],
    })
}

fn python(title: &str, date: &str) -> String {
    let title = title.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        "\"\"\"{title}\n\nDate: {date}\n\"\"\"\n\nUP_SQL = \"\"\"\n\"\"\"\n\n\
         # The way down. Without it, it is derived: \"confiture migrate derive-down\" shows it.\n\
         # DOWN_SQL = \"\"\"\n# \"\"\"\n"
    )
}

/// The name in one line.
fn title(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The version after `last`: of a number the next one, as wide; of anything that begins with a time, `time`, and when
/// that is not later, the next number after it.
fn next(last: Option<&Version>, time: &str) -> String {
    let Some(last) = last else { return format!("{time}_001") };
    let text = last.as_str();
    if !last.is_timestamp() {
        return increased(text);
    }
    let has_sequence = text.contains(['_', '.']);
    let now = if has_sequence { format!("{time}_001") } else { time.to_owned() };
    match Version::parse(&now) {
        Ok(version) if version > *last => now,
        _ => increased(text),
    }
}

/// The version with its last number one higher, and as many digits.
fn increased(version: &str) -> String {
    let (before, last) = match version.rfind(['_', '.']) {
        Some(at) => version.split_at(at + 1),
        None => ("", version),
    };
    let nines = last.bytes().rev().take_while(|byte| *byte == b'9').count();
    let (kept, _) = last.split_at(last.len() - nines);
    let zeros = "0".repeat(nines);
    match kept.as_bytes().last() {
        Some(digit) => {
            let raised = char::from(digit + 1);
            format!("{before}{}{raised}{zeros}", &kept[..kept.len() - 1])
        }
        None => format!("{before}1{zeros}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::SourceFile;

    const NOW: Moment<'_> = Moment { time: "20260122143022", date: "2026-01-22" };

    fn set(names: &[&str]) -> MigrationSet {
        let file = |name: &&str| {
            let text = if name.ends_with(".py") { "UP_SQL = 'SELECT 1'" } else { "SELECT 1;" };
            SourceFile { name: (*name).to_owned(), bytes: text.as_bytes().to_vec() }
        };
        MigrationSet::from_files(names.iter().map(file).collect()).expect("no problems")
    }

    fn names(existing: &[&str], form: Option<FileForm>) -> Vec<String> {
        let files = skeleton(&set(existing), "Add  users", form, NOW).expect("files");
        files.into_iter().map(|file| file.name).collect()
    }

    #[test]
    fn names_follow_those_that_exist() {
        for (existing, expected) in [
            (&[][..], &["20260122143022_001_add_users.py"][..]),
            (&["R__v.sql", "seed.sql"], &["20260122143022_001_add_users.py"]),
            (&["001_a.sql", "002_b.sql", "R__v.sql"], &["003_add_users.sql"]),
            (&["1_a.sql", "9_b.sql"], &["10_add_users.sql"]),
            (&["0099_a.up.sql", "0099_a.down.sql"], &["0100_add_users.up.sql", "0100_add_users.down.sql"]),
            (&["1.2_a.sql"], &["1.3_add_users.sql"]),
            (&["V1_9__a.sql"], &["V1_10__add_users.sql"]),
            (&["V7__a.sql"], &["V8__add_users.sql"]),
            (&["20250101000000_a.sql"], &["20260122143022_add_users.sql"]),
            (&["20270101000000_a.sql"], &["20270101000001_add_users.sql"]),
            (&["20260122143022_001_a.py"], &["20260122143022_002_add_users.py"]),
            (&["20250122143022_007_a.py"], &["20260122143022_001_add_users.py"]),
        ] {
            assert_eq!(names(existing, None), expected, "{existing:?}");
        }
        assert_eq!(names(&["001_a.sql"], Some(FileForm::Python)), ["002_add_users.py"]);
        assert_eq!(names(&[], Some(FileForm::Flyway)), ["V20260122143022__add_users.sql"]);
    }

    #[test]
    fn what_is_written_reads_back_and_has_no_way_down_of_its_own() {
        for name in ["add users", "odd \"\"\" \\ name\n-- role: x", "404", "ü", "  "] {
            for form in [FileForm::Python, FileForm::Single, FileForm::Flyway] {
                let files = skeleton(&set(&["001_a.sql"]), name, Some(form), NOW).expect(name);
                let source = |file: &OutputFile| SourceFile {
                    name: file.name.clone(),
                    bytes: file.text.clone().into_bytes(),
                };
                let set = MigrationSet::from_files(files.iter().map(source).collect()).expect(name);
                assert_eq!(set.migrations().len(), 1, "{name}");
                assert_eq!(set.migrations()[0].down, None, "{name}");
                assert!(set.migrations()[0].directives.run_as_usual(), "{name}");
            }
        }
    }
}
