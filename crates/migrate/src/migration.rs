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
