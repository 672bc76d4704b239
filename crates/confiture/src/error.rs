//! [`Error`]: one table from what went wrong to SQLSTATE and exit status.

use std::fmt;

use pggit_catalog::canonical::DecodeError;
use pggit_catalog::plan::PlanError;
use pggit_db::apply::ApplyError;
use pggit_db::aside::AsideError;
use pggit_db::introspect::IntrospectError;
use pggit_db::live::LiveError;
use pggit_db::repository::RepositoryError;
use pggit_db::session::{RowError, SessionError};
use pggit_history::store::HistoryError;
use thiserror::Error;

/// What went wrong, as programs tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// No branch, tag or commit of that name.
    UndefinedRef,
    /// A commit id prefix that fits several commits.
    AmbiguousRef,
    /// A branch or tag of that name exists.
    DuplicateRef,
    /// A name that refs cannot have.
    InvalidName,
    /// The object that was asked for does not exist.
    UndefinedObject,
    /// `pggit.init()` has not run.
    NotInitialised,
    /// The repository's tables are of another version.
    WrongVersion,
    /// There is nothing to commit.
    NothingToCommit,
    /// The branch is checked out, or is `main`.
    BranchInUse,
    /// The branch has commits that no other branch has.
    NotMerged,
    /// Both branches have commits that the other does not have.
    Diverged,
    /// Something that is not there yet, or not for this object.
    NotSupported,
    /// Rows that cannot be put aside would be lost.
    RowsInTheWay,
    /// The catalog after the operation is not what was asked for.
    ReadBack,
    /// A setting or argument that cannot be.
    InvalidArgument,
    /// Files or settings of the project.
    Project,
    /// A plan or migration did not prove right.
    NotProven,
    /// The server reported it; the SQLSTATE is the server's.
    Server,
    /// A broken invariant.
    Internal,
}

impl ErrorCode {
    /// The SQLSTATE (manual, appendix A); of [`ErrorCode::Server`] the one for an unknown cause.
    #[must_use]
    pub const fn sqlstate(self) -> &'static str {
        match self {
            Self::UndefinedRef | Self::UndefinedObject => "42704",
            Self::AmbiguousRef => "42725",
            Self::DuplicateRef => "42710",
            Self::InvalidName => "42602",
            Self::NotInitialised | Self::WrongVersion | Self::NothingToCommit | Self::RowsInTheWay => "55000",
            Self::BranchInUse | Self::NotMerged => "55006",
            Self::Diverged | Self::NotSupported => "0A000",
            Self::InvalidArgument => "22023",
            Self::Project => "58P01",
            Self::ReadBack | Self::NotProven | Self::Server | Self::Internal => "XX000",
        }
    }
}

/// An error with what a user needs: the message, more about it, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct Error {
    /// What went wrong, for programs.
    pub code: ErrorCode,
    /// SQLSTATE.
    pub sqlstate: String,
    /// One line, PostgreSQL's style.
    pub message: String,
    /// More about it, in sentences.
    pub detail: Option<String>,
    /// What to do, in sentences.
    pub hint: Option<String>,
}

/// The message alone; [`Error::detail`] and [`Error::hint`] stand beside it.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What functions of this crate return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of our own.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, sqlstate: code.sqlstate().to_owned(), message: message.into(), detail: None, hint: None }
    }

    /// With DETAIL.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With HINT.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// `read_only_sql_transaction`.
const READ_ONLY: &str = "25006";

const READ_ONLY_HINT: &str =
    "The server is a standby, or \"default_transaction_read_only\" is on for the database or the role.";

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Self {
        let hint = error.hint.or_else(|| (error.sqlstate == READ_ONLY).then(|| READ_ONLY_HINT.to_owned()));
        Self {
            code: ErrorCode::Server,
            sqlstate: error.sqlstate,
            message: error.message,
            detail: error.detail,
            hint,
        }
    }
}

impl From<RowError> for Error {
    fn from(error: RowError) -> Self {
        Self::new(ErrorCode::Internal, error.to_string())
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::new(ErrorCode::Internal, format!("an object of the repository cannot be read: {error}"))
            .hint("The repository was written by a later version, or its tables were changed by hand.")
    }
}

impl From<RepositoryError> for Error {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Session(error) => error.into(),
            RepositoryError::Row(error) => error.into(),
            RepositoryError::FormatVersion { .. } => Self::new(ErrorCode::WrongVersion, error.to_string())
                .hint("Install the version of pgGit that made the repository, or update it: \"ALTER EXTENSION pggit UPDATE;\"."),
            RepositoryError::NotInitialised => not_initialised(),
            RepositoryError::NoRef { .. } => Self::new(ErrorCode::UndefinedRef, error.to_string()),
            other => Self::new(ErrorCode::Internal, other.to_string()),
        }
    }
}

impl From<HistoryError<RepositoryError>> for Error {
    fn from(error: HistoryError<RepositoryError>) -> Self {
        match error {
            HistoryError::Store(error) => error.into(),
            other => Self::new(ErrorCode::Internal, other.to_string()),
        }
    }
}

impl From<IntrospectError> for Error {
    fn from(error: IntrospectError) -> Self {
        match error {
            IntrospectError::Session(error) => error.into(),
            // The state of what was asked for is not what it has to be: somebody else is at work on it.
            IntrospectError::Vanished { .. } | IntrospectError::Changed { .. } => {
                let changed = Self::new(ErrorCode::Server, error.to_string());
                Self { sqlstate: "55006".to_owned(), ..changed }.hint(
                    "Try again when no other session drops objects; if it stays so, the catalog is damaged.",
                )
            }
            IntrospectError::ServerTooOld { .. } => Self::new(ErrorCode::NotSupported, error.to_string()),
            other => Self::new(ErrorCode::Internal, other.to_string()),
        }
    }
}

impl From<LiveError> for Error {
    fn from(error: LiveError) -> Self {
        match error {
            LiveError::Introspect(error) => error.into(),
            LiveError::Repository(error) => error.into(),
        }
    }
}

impl From<PlanError> for Error {
    fn from(error: PlanError) -> Self {
        Self::new(ErrorCode::NotSupported, error.to_string())
    }
}

impl From<AsideError> for Error {
    fn from(error: AsideError) -> Self {
        match error {
            AsideError::Session(error) => error.into(),
            AsideError::Row(error) => error.into(),
            AsideError::Decode(error) => error.into(),
            AsideError::NoKey { .. } => Self::new(ErrorCode::RowsInTheWay, error.to_string())
                .detail("The table has no unique key on columns that are not null and stay.")
                .hint("Add a primary key to the table, or throw the values away with \"discard => true\"."),
            AsideError::KeyGone { .. } => Self::new(ErrorCode::RowsInTheWay, error.to_string()),
        }
    }
}

impl From<ApplyError> for Error {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Step { sql, source } => {
                let mut error = Self::from(source);
                let statement = format!("The statement was: {sql}");
                error.detail = Some(match error.detail {
                    Some(detail) => format!("{detail}\n{statement}"),
                    None => statement,
                });
                error
            }
            ApplyError::Aside(error) => error.into(),
            ApplyError::Session(error) => error.into(),
            ApplyError::Row(error) => error.into(),
        }
    }
}

/// The error of every call before `init`.
pub(crate) fn not_initialised() -> Error {
    Error::new(ErrorCode::NotInitialised, "this database has no repository yet")
        .hint("Run \"SELECT pggit.init();\" first.")
}
