//! How a command ends: [`Exit`], or [`Failure`] with what the user has to know.

use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use confiture::db::session::{RowError, SessionError};
use pggit_wire::server::ServerError;
use pggit_wire::settings::SettingsError;
use serde::Serialize;

use crate::output::{self, Style};

/// A command that did what it was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Exit status 0.
    Done,
    /// Exit status 1, where all there is to say was said.
    Failed,
    /// Exit status 3: the command was to say whether there is something, and there is.
    Findings,
}

impl Exit {
    /// [`Exit::Findings`] if there is something, and the command was to say so.
    pub fn check(asked: bool, found: bool) -> Self {
        if asked && found { Self::Findings } else { Self::Done }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::Findings => Self::from(3),
        }
    }
}

/// Why a command did not do what it was asked to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Nobody reads what we write; that is not worth a message.
    #[serde(skip)]
    broken_pipe: bool,
    /// It was refused for what was found: exit status 3.
    #[serde(skip)]
    is_finding: bool,
    /// SQLSTATE.
    pub sqlstate: String,
    /// One line, PostgreSQL's style.
    pub message: String,
    /// More about it, in sentences.
    pub detail: Option<String>,
    /// What to do, in sentences.
    pub hint: Option<String>,
    /// What the server was doing.
    pub context: Option<String>,
}

/// What commands return.
pub type Outcome = Result<Exit, Failure>;

impl Failure {
    /// A failure of the project's files or of the system: SQLSTATE 58000.
    pub fn new(message: impl Into<String>) -> Self {
        Self { sqlstate: "58000".into(), message: message.into(), ..Self::default() }
    }

    /// A file operation that failed: `could not ACTION "PATH": …`.
    pub fn file(action: &str, path: &Path, error: &io::Error) -> Self {
        let sqlstate = match error.kind() {
            io::ErrorKind::NotFound => "58P01",
            io::ErrorKind::AlreadyExists => "58P02",
            io::ErrorKind::PermissionDenied => "42501",
            _ => "58030",
        };
        Self {
            sqlstate: sqlstate.into(),
            ..Self::new(format!("could not {action} \"{}\": {error}", path.display()))
        }
    }

    /// With a place before the message.
    pub fn at(mut self, path: &Path, line: u32, column: u32) -> Self {
        self.message = format!("{}:{line}:{column}: {}", path.display(), self.message);
        self
    }

    /// With the name of what it is about before the message.
    pub fn of(mut self, name: &str) -> Self {
        self.message = format!("{name}: {}", self.message);
        self
    }

    /// With another SQLSTATE.
    pub fn sqlstate(mut self, sqlstate: &str) -> Self {
        sqlstate.clone_into(&mut self.sqlstate);
        self
    }

    /// With DETAIL.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With HINT.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Ends with the exit status of findings.
    pub fn finding(mut self) -> Self {
        self.is_finding = true;
        self
    }

    /// Whether it ends so.
    pub fn is_finding(&self) -> bool {
        self.is_finding
    }

    /// Writes the failure to stderr and gives the exit status.
    pub fn report(&self, json: bool, verbose: bool) -> ExitCode {
        if self.broken_pipe {
            return ExitCode::SUCCESS;
        }
        let text = if json { self.json() } else { self.text(verbose) };
        output::note(&text);
        if self.is_finding { Exit::Findings } else { Exit::Failed }.into()
    }

    /// The same as text, under another word.
    pub fn report_as(&self, word: &str, verbose: bool) -> ExitCode {
        if self.broken_pipe {
            return ExitCode::SUCCESS;
        }
        output::note(&self.text_as(word, verbose));
        ExitCode::FAILURE
    }

    /// As psql shows errors.
    pub fn text(&self, verbose: bool) -> String {
        self.text_as("error:", verbose)
    }

    fn text_as(&self, word: &str, verbose: bool) -> String {
        let mut text = output::paint_error(Style::Error, word);
        if verbose && !self.sqlstate.is_empty() {
            write!(text, " {}:", self.sqlstate).expect("a string takes everything");
        }
        write!(text, " {}", self.message).expect("a string takes everything");
        let context = self.context.as_ref().filter(|_| verbose);
        for (label, part) in [("DETAIL", &self.detail), ("HINT", &self.hint), ("CONTEXT", &context.cloned())]
        {
            if let Some(part) = part {
                write!(text, "\n{label}:  {part}").expect("a string takes everything");
            }
        }
        text
    }

    fn json(&self) -> String {
        let value = serde_json::json!({ "error": self });
        value.to_string()
    }
}

impl From<confiture::Error> for Failure {
    fn from(error: confiture::Error) -> Self {
        Self {
            sqlstate: error.sqlstate,
            message: error.message,
            detail: error.detail,
            hint: error.hint,
            ..Self::default()
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self {
            sqlstate: error.sqlstate,
            message: error.message,
            detail: error.detail,
            hint: error.hint,
            context: error.context,
            ..Self::default()
        }
    }
}

impl From<RowError> for Failure {
    fn from(error: RowError) -> Self {
        Self::new(error.to_string())
            .sqlstate("XX000")
            .hint("The extension in the database may be of another version than this program.")
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        Self { detail: error.detail(), hint: error.hint(), ..Self::new(error.to_string()) }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::new(error.to_string()).sqlstate("08001")
    }
}

/// Writing to stdout failed.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let broken_pipe = error.kind() == io::ErrorKind::BrokenPipe;
        Self { broken_pipe, ..Self::new(format!("could not write the output: {error}")).sqlstate("58030") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_read_as_in_psql() {
        let failure =
            Failure::new("no such thing").sqlstate("42704").detail("It is not there.").hint("Make it.");
        assert_eq!(failure.text(false), "error: no such thing\nDETAIL:  It is not there.\nHINT:  Make it.");
        assert_eq!(
            failure.text_as("Error:", true),
            "Error: 42704: no such thing\nDETAIL:  It is not there.\nHINT:  Make it."
        );
        assert_eq!(
            failure.json(),
            r#"{"error":{"context":null,"detail":"It is not there.","hint":"Make it.","message":"no such thing","sqlstate":"42704"}}"#
        );
    }
}
