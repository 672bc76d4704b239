//! Why a migration stopped, and where.

use pggit_db::ledger::LedgerError;
use pggit_db::migrate_lock::LockError;
use pggit_db::session::SessionError;
use pggit_db::steps::StepsError;
use pggit_migrate::directive::DirectiveError;
use pggit_migrate::{PendingError, ScanError, Sql, Statement};

use super::event::Direction;
use super::script::Mode;
use crate::error::{Error, ErrorCode};

/// SQLSTATE of a lock that was not to be had in time.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Why a migration stopped.
#[derive(Debug)]
pub(crate) struct Stop {
    place: Option<Place>,
    cause: Cause,
    mode: Mode,
    /// Whether the next run goes on where this one stopped.
    goes_on: bool,
    for_good: bool,
    /// Whether some of the statement has run.
    partly: bool,
    /// Whether the commit was part of the message that failed.
    with_commit: bool,
}

/// Where in a file.
#[derive(Debug)]
struct Place {
    line: u32,
    column: u32,
    /// Line on which the statement starts.
    statement_line: u32,
    /// How many statements of the file ran before.
    before: usize,
    statement: String,
    /// The line with the place, and the characters of it before the place.
    excerpt: (String, usize),
}

#[derive(Debug)]
pub(super) enum Cause {
    /// The text can't be split into statements.
    Scan(ScanError),
    /// The settings that directives ask for.
    Directives(SessionError),
    /// A statement.
    Statement(SessionError),
    /// Begin, commit, or a constraint that is checked then.
    Commit(SessionError),
    /// The ledger.
    Ledger(LedgerError),
    /// The notes on how far the migration has come.
    Steps(StepsError),
    /// So many statements of the file have run, and they are not the first of it any more.
    Changed { statements: usize },
    /// Batches that can't be run, in a text that starts on this line.
    Batch { line: u32, errors: Vec<DirectiveError> },
    /// A statement needs a session of its own.
    Pooled { line: u32 },
    /// The lock of runners.
    Lock(LockError),
    /// The file begins a transaction and does not end it.
    OpenTransaction,
    /// The file can't be part of a transaction.
    NotInTransaction,
}

impl From<Cause> for Stop {
    fn from(cause: Cause) -> Self {
        let with_commit = matches!(cause, Cause::Commit(_));
        Self {
            place: None,
            cause,
            mode: Mode::Transaction,
            goes_on: false,
            for_good: false,
            partly: false,
            with_commit,
        }
    }
}

/// The transaction could not be begun or committed.
impl From<SessionError> for Stop {
    fn from(error: SessionError) -> Self {
        Cause::Commit(error).into()
    }
}

impl From<StepsError> for Stop {
    fn from(error: StepsError) -> Self {
        Cause::Steps(error).into()
    }
}

impl Stop {
    pub(super) fn scan(sql: &Sql, error: ScanError) -> Self {
        let at = error.position();
        let line = sql.line + at.line - 1;
        let text = sql.text.lines().nth(at.line as usize - 1).unwrap_or_default().to_owned();
        let place = Place {
            line,
            column: at.column,
            statement_line: line,
            before: 0,
            statement: String::new(),
            excerpt: (text, at.column as usize - 1),
        };
        Self { place: Some(place), ..Cause::Scan(error).into() }
    }

    pub(super) fn statement(
        sql: &Sql,
        statement: &Statement<'_>,
        before: usize,
        error: SessionError,
    ) -> Self {
        // The server counts characters of the statement from 1.
        let characters = error.position.map_or(0, |position| position.saturating_sub(1) as usize);
        let offset = statement.sql.char_indices().nth(characters).map_or(statement.sql.len(), |(at, _)| at);
        let offset = statement.start.offset + offset;
        let line_start = sql.text[..offset].rfind('\n').map_or(0, |at| at + 1);
        let line_end = sql.text[offset..].find('\n').map_or(sql.text.len(), |length| offset + length);
        let breaks = sql.text[..offset].matches('\n').count();
        let column = sql.text[line_start..offset].chars().count();
        let place = Place {
            line: sql.line + u32::try_from(breaks).unwrap_or(u32::MAX),
            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
            statement_line: sql.line + statement.start.line - 1,
            before,
            statement: statement.sql.to_owned(),
            excerpt: (sql.text[line_start..line_end].trim_end().to_owned(), column),
        };
        Self { place: Some(place), ..Cause::Statement(error).into() }
    }

    pub(super) fn in_mode(self, mode: Mode, goes_on: bool) -> Self {
        Self { mode, goes_on, ..self }
    }

    /// Not to be tried again.
    pub(super) fn for_good(self) -> Self {
        Self { for_good: true, ..self }
    }

    /// Some of the statement has run.
    pub(super) fn partly(self) -> Self {
        Self { partly: true, ..self }
    }

    /// The commit was part of the message that failed, and how far the server came in it is not known.
    pub(super) fn with_commit(self) -> Self {
        Self { with_commit: true, ..self }
    }

    pub(super) fn may_be_tried_again(&self) -> bool {
        !self.for_good
    }

    fn session_error(&self) -> Option<&SessionError> {
        match &self.cause {
            Cause::Directives(error)
            | Cause::Statement(error)
            | Cause::Commit(error)
            | Cause::Ledger(LedgerError::Session(error))
            | Cause::Steps(StepsError::Session(error)) => Some(error),
            _ => None,
        }
    }

    /// The server's code; empty where it is not the server that stopped it.
    pub(super) fn sqlstate(&self) -> &str {
        self.session_error().map_or("", |error| &error.sqlstate)
    }

    /// The server's message.
    pub(super) fn message(&self) -> &str {
        self.session_error().map_or("", |error| &error.message)
    }

    /// The error, with what it means for the migration and the run.
    pub(super) fn into_error(self, file: &str, direction: Direction, before: &[&str]) -> Error {
        let consequence = self.consequence(direction);
        let mut error = self.into_plain(file);
        let verb = match direction {
            Direction::Up => "applied",
            Direction::Down => "rolled back",
        };
        let run = match before {
            [] => format!("Nothing was {verb} before it in this run."),
            files => format!("Before it in this run {verb}: {}.", files.join(", ")),
        };
        append(&mut error.detail, &consequence);
        append(&mut error.detail, &run);
        if error.hint.is_none() {
            let hint = match error.sqlstate.as_str() {
                LOCK_NOT_AVAILABLE => {
                    "Others hold the lock: see pg_stat_activity and pg_blocking_pids(). Run again later, or with a \
                     longer --lock-timeout or more --lock-retries."
                }
                code if is_end_of_session(code) => "Run again once the server is there.",
                _ => "Correct the file and run again.",
            };
            error.hint = Some(hint.to_owned());
        }
        error
    }

    /// The error with the place and the statement.
    pub(crate) fn into_plain(self, file: &str) -> Error {
        let Self { place, cause, .. } = self;
        let mut error = match cause {
            Cause::Scan(error) => Error::new(ErrorCode::Project, error.to_string()),
            Cause::Directives(error) | Cause::Statement(error) | Cause::Commit(error) => {
                let context = error.context.clone();
                let mut converted = Error::from(error);
                if let Some(context) = context {
                    append(&mut converted.detail, &format!("Context: {context}"));
                }
                converted
            }
            Cause::Ledger(error) => error.into(),
            Cause::Steps(error) => error.into(),
            Cause::Changed { statements } => {
                let (what, they) = match statements {
                    1 => ("the first statement".to_owned(), "it was"),
                    n => (format!("the first {n} statements"), "they were"),
                };
                Error::new(
                    ErrorCode::Project,
                    format!("the file was changed after {what} had run, before the rest"),
                )
                .hint(format!(
                    "Put {what} back as {they}; what comes after may be changed. Or undo by hand what ran, and let \
                     \"repair\" forget it."
                ))
            }
            Cause::Batch { line, errors } => {
                let text: Vec<String> =
                    errors.iter().map(|error| format!("line {}: {error}", error.line + line - 1)).collect();
                Error::new(ErrorCode::Project, text.join("; "))
            }
            Cause::Lock(error) => error.into(),
            Cause::Pooled { line } => {
                let message =
                    format!("line {line}: role and settings do not last behind a connection pooler");
                Error::new(ErrorCode::Project, message)
                    .detail("The file runs statement by statement, and a pooler may give each to another session.")
                    .hint("Connect to the server itself, or write SET LOCAL into transactions of the file.")
            }
            Cause::NotInTransaction => {
                Error::new(ErrorCode::Project, "the file can't be part of one transaction with others")
                    .hint("Run it for itself.")
            }
            Cause::OpenTransaction => {
                Error::new(ErrorCode::Project, "the file begins a transaction that it does not end")
                    .hint("Add COMMIT at its end, or leave out BEGIN: a migration is a transaction anyway.")
            }
        };
        match place {
            None => error.message = format!("{file}: {}", error.message),
            Some(place) => {
                error.message = format!("{file}:{}:{}: {}", place.line, place.column, error.message);
                append(&mut error.detail, &place.shown());
            }
        }
        error
    }

    /// What is left of the migration that stopped.
    fn consequence(&self, direction: Direction) -> String {
        let recorded = match direction {
            Direction::Up => "is not recorded as applied",
            Direction::Down => "is still recorded as applied",
        };
        let before = self.place.as_ref().map_or(1, |place| place.before);
        if self.with_commit && is_end_of_session(self.sqlstate()) {
            return "Whether the migration was committed is not known; its status tells.".to_owned();
        }
        let next = if self.goes_on { " The next run goes on after what ran." } else { "" };
        match self.mode {
            Mode::Transaction => "The migration was rolled back as a whole.".to_owned(),
            _ if before == 0 && !self.partly => format!("Nothing of the migration ran; it {recorded}."),
            Mode::Statements => format!(
                "The migration runs without a transaction: what ran before in it stays, and it {recorded}.{next}"
            ),
            Mode::AsWritten => format!(
                "The migration commits by itself: what it committed before stays, and it {recorded}.{next}"
            ),
        }
    }
}

/// Whether an error comes from the end of the connection: it was lost, or the server ended it.
fn is_end_of_session(sqlstate: &str) -> bool {
    sqlstate.starts_with("08") || sqlstate.starts_with("57P")
}

impl Place {
    /// The line with a mark, as psql shows it, and the statement where it has more lines.
    fn shown(&self) -> String {
        let (text, before) = &self.excerpt;
        let head = format!("LINE {}: ", self.line);
        let pad: String = text.chars().take(*before).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let mut shown = format!("{head}{text}\n{}{pad}^", " ".repeat(head.len()));
        if self.statement.contains('\n') {
            shown.push_str(&format!(
                "\nStatement, from line {}:\n{}",
                self.statement_line,
                shortened(&self.statement)
            ));
        }
        shown
    }
}

/// At most twenty lines.
fn shortened(statement: &str) -> String {
    const MOST: usize = 20;
    let lines: Vec<&str> = statement.lines().collect();
    if lines.len() <= MOST {
        return statement.to_owned();
    }
    format!("{}\n… ({} more lines)", lines[..MOST].join("\n"), lines.len() - MOST)
}

pub(super) fn append(detail: &mut Option<String>, line: &str) {
    match detail {
        Some(detail) => {
            detail.push('\n');
            detail.push_str(line);
        }
        None => *detail = Some(line.to_owned()),
    }
}

impl From<LedgerError> for Error {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Session(error) => error.into(),
            LedgerError::Row(error) => error.into(),
            LedgerError::NotALedger { .. } | LedgerError::NotRollbacks { .. } => {
                Self::new(ErrorCode::Project, error.to_string())
                    .hint("Give the ledger another name, or the other table.")
            }
            LedgerError::SeveralModules { .. } => Self::new(ErrorCode::Project, error.to_string())
                .hint("Name the one whose migrations these are: \"module\" under [migrations]."),
            LedgerError::NoSuchRow { .. } => Self::new(ErrorCode::InvalidArgument, error.to_string()),
            LedgerError::NoSchema => {
                let hint = "Set \"search_path\" in the connection, or name the ledger with its schema.";
                Self::new(ErrorCode::Project, error.to_string()).hint(hint)
            }
        }
    }
}

impl From<StepsError> for Error {
    fn from(error: StepsError) -> Self {
        match error {
            StepsError::Session(error) => error.into(),
            StepsError::Row(error) => error.into(),
            StepsError::NotSteps { .. } => Self::new(ErrorCode::Project, error.to_string())
                .hint("Give the ledger another name, or the other table."),
        }
    }
}

impl From<LockError> for Error {
    fn from(error: LockError) -> Self {
        let error_text = error.to_string();
        match error {
            LockError::Session(error) => error.into(),
            LockError::Row(error) => error.into(),
            LockError::Lost { source } => Self {
                sqlstate: source.sqlstate.clone(),
                ..Self::new(ErrorCode::Server, error_text)
                    .detail(source.message.clone())
                    .hint("A pooler must leave a transaction alone that does nothing. Run again.")
            },
            LockError::Busy { waited } => Self {
                sqlstate: "55P03".to_owned(),
                ..Self::new(ErrorCode::Server, error_text)
                    .detail(format!("Waited for {:.1} s.", waited.as_secs_f64()))
                    .hint("Run again once it is done.")
            },
        }
    }
}

impl From<PendingError> for Error {
    fn from(error: PendingError) -> Self {
        let (code, hint) = match &error {
            PendingError::Modified { .. } => (
                ErrorCode::Project,
                Some("Put the files back as they were, and make further changes in a new migration."),
            ),
            PendingError::Missing { .. } => (ErrorCode::Project, Some("Put the files back.")),
            PendingError::OutOfOrder { .. } => {
                (ErrorCode::Project, Some("Give them a later version, or allow migrations out of order."))
            }
            PendingError::NoDown { .. } => (
                ErrorCode::InvalidArgument,
                Some("Write a \".down.sql\" file beside it, or a \"-- Rollback:\" comment into it."),
            ),
            PendingError::UnknownTarget { .. }
            | PendingError::TargetNotApplied { .. }
            | PendingError::NothingToRollBack
            | PendingError::TooManySteps { .. } => (ErrorCode::InvalidArgument, None),
        };
        let converted = Self::new(code, error.to_string());
        match hint {
            Some(hint) => converted.hint(hint),
            None => converted,
        }
    }
}

#[cfg(test)]
mod tests {
    use pggit_migrate::scan;

    use super::*;

    fn failed(text: &str, line: u32, statement: usize, position: Option<u32>) -> Error {
        let sql = Sql { text: text.to_owned(), file: "m.sql".to_owned(), line };
        let script = scan(text).expect("a script");
        let error = SessionError {
            sqlstate: "42P01".into(),
            message: "no such thing".into(),
            detail: Some("A detail.".into()),
            position,
            ..SessionError::default()
        };
        Stop::statement(&sql, &script.statements[statement], statement, error).into_error(
            "m.sql",
            Direction::Up,
            &["a.sql", "b.sql"],
        )
    }

    #[test]
    fn places_are_those_of_the_file() {
        let text = "SELECT 'ü';\n  SELECT ü,\n\tx FROM nowhere;\n";
        for (line, statement, position, expected) in [
            (1, 0, Some(8), "m.sql:1:8: no such thing"),
            (1, 1, Some(8), "m.sql:2:10: no such thing"),
            (1, 1, Some(12), "m.sql:3:2: no such thing"),
            (5, 1, Some(12), "m.sql:7:2: no such thing"),
            (1, 1, None, "m.sql:2:3: no such thing"),
            (1, 1, Some(9999), "m.sql:3:16: no such thing"),
        ] {
            assert_eq!(failed(text, line, statement, position).message, expected);
        }
    }

    #[test]
    fn the_place_is_marked() {
        let error = failed("SELECT 1;\n\tSELECT x\n  FROM y;", 1, 1, Some(8));
        assert_eq!(
            error.detail.as_deref(),
            Some(
                "A detail.\nLINE 2: \tSELECT x\n        \t       ^\nStatement, from line 2:\nSELECT x\n  FROM y\n\
                 The migration was rolled back as a whole.\nBefore it in this run applied: a.sql, b.sql."
            )
        );
        assert_eq!(error.sqlstate, "42P01");
    }
}
