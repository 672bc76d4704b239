//! [`Connection`]: a session from outside the server, which begins and ends transactions itself.

use crate::session::{Session, SessionError};

/// A [`Session`] that is alone on its connection: what runs migrations.
pub trait Connection: Session {
    /// Runs `work` in a transaction: committed if it returns a value, rolled back if it returns an error.
    ///
    /// # Errors
    /// Whatever `work` returns; the server's error when the transaction can't be begun or committed.
    fn transaction<T, E: From<SessionError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E>
    where
        Self: Sized;

    /// Runs statements in one message, one after the other up to the first that fails.
    ///
    /// # Errors
    /// With the number of statements that had run. When the connection was lost it may be more.
    fn statements(&mut self, sql: &str) -> Result<(), StatementsError>;

    /// Whether a transaction block is open, begun by whomever, failed or not.
    ///
    /// # Errors
    /// When the server can't be asked.
    fn in_transaction(&mut self) -> Result<bool, SessionError>;

    /// Whether a pooler stands between us and the server, which may give each transaction to another session there: what
    /// belongs to a session, settings and locks above all, is not ours then.
    fn is_pooled(&self) -> bool;

    /// Another connection to the same database.
    ///
    /// # Errors
    /// When there is none to be had.
    fn another(&self) -> Result<Self, SessionError>
    where
        Self: Sized;

    /// Runs `COPY … FROM STDIN` with `data`; returns the number of rows.
    ///
    /// # Errors
    /// As [`Session::query`].
    fn copy_in(&mut self, sql: &str, data: &[u8]) -> Result<u64, SessionError>;
}

/// Why statements that were sent together came to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementsError {
    /// How many of them had run.
    pub completed: usize,
    /// The error of the next, its position counted from the start of the message.
    pub error: SessionError,
}
