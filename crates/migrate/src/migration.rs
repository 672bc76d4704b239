//! A migration, as its files describe it.

use crate::checksum::{self, Checksum};
use crate::directive::Directives;
use crate::down::Down;
use crate::file_name::{self, Identity};
use crate::version::Version;

/// A file as the caller read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The name, with directories where there are any; used for messages and, its last component, to tell what the
    /// file is.
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// A script, and where it stands in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql {
    /// The text, without a byte order mark.
    pub text: String,
    /// The name of the file.
    pub file: String,
    /// The line of the file on which the text starts, from 1: line `n` of the text is line `line + n - 1` there,
    /// except for Python literals with escaped line ends.
    pub line: u32,
}

impl Sql {
    /// Whether running it may give up all advisory locks of the session: it has `DISCARD ALL` or
    /// `pg_advisory_unlock_all`, be it in a string, which may be run, or in a comment.
    #[must_use]
    pub fn gives_up_advisory_locks(&self) -> bool {
        let words = self.text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let mut last = "";
        words.filter(|word| !word.is_empty()).any(|word| {
            let before = std::mem::replace(&mut last, word);
            word.eq_ignore_ascii_case("pg_advisory_unlock_all")
                || before.eq_ignore_ascii_case("discard") && word.eq_ignore_ascii_case("all")
        })
    }

    /// Whether running it may make temporary objects: it has `temp` somewhere.
    #[must_use]
    pub fn may_make_temporary_objects(&self) -> bool {
        self.text.as_bytes().windows(4).any(|bytes| bytes.eq_ignore_ascii_case(b"temp"))
    }
}

/// One step of a database's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Which migration it is, and where it stands in the order.
    pub identity: Identity,
    /// The name without version and ending; empty for `001.sql`.
    pub name: String,
    /// What to run.
    pub up: Sql,
    /// How to undo it, where the files say.
    pub down: Option<Down>,
    /// Checksum of the file of the way up, whole.
    pub checksum: Checksum,
    /// What its comments say on how to run it.
    pub directives: Directives,
    /// The text of the way up as the file has it, where templates in it were replaced.
    pub before_templates: Option<String>,
}

impl Migration {
    /// The file of the way up.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.up.file
    }

    /// The file without directories.
    #[must_use]
    pub fn file_name(&self) -> &str {
        file_name::base(&self.up.file)
    }

    /// All files, that of the way up first.
    #[must_use]
    pub fn files(&self) -> Vec<&str> {
        let mut files = vec![self.file()];
        files.extend(
            self.down.as_ref().map(|down| down.sql.file.as_str()).filter(|file| *file != self.file()),
        );
        files
    }

    /// Whether one of its ways gives up all advisory locks of the session.
    #[must_use]
    pub fn gives_up_advisory_locks(&self) -> bool {
        self.up.gives_up_advisory_locks()
            || self.down.as_ref().is_some_and(|down| down.sql.gives_up_advisory_locks())
    }

    /// The checksum of the way up as pgdbm takes it, see [`checksum::trimmed`].
    #[must_use]
    pub fn trimmed_checksum(&self) -> String {
        checksum::trimmed(self.before_templates.as_deref().unwrap_or(&self.up.text))
    }

    /// Whether a ledger's text is a checksum of the file, in any of the forms that the tools use.
    #[must_use]
    pub fn has_checksum(&self, recorded: &str) -> bool {
        self.checksum.matches(recorded) || recorded.trim().eq_ignore_ascii_case(&self.trimmed_checksum())
    }

    /// The version, where there is one.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        self.identity.version()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gives_up_advisory_locks() {
        for (text, expected) in [
            ("Discard\n ALL;", true),
            ("SELECT pg_catalog.pg_advisory_unlock_all();", true),
            ("DO $$BEGIN EXECUTE 'DISCARD ALL'; END$$;", true),
            ("DISCARD PLANS; SELECT all_of FROM discard_all;", false),
            ("SELECT pg_advisory_unlock(1);", false),
            ("", false),
        ] {
            let sql = Sql { text: text.to_owned(), file: String::new(), line: 1 };
            assert_eq!(sql.gives_up_advisory_locks(), expected, "{text}");
        }
    }
}
