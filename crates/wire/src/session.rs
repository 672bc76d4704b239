//! [`WireSession`]: the [`Session`] over the PostgreSQL protocol.

mod cancel;
mod client;
mod connection;
mod error;
mod mark;
mod notice;
mod tls;
mod transport;
mod value;

use pggit_db::connection::StatementsError;
use pggit_db::session::{Param, Row, Session, SessionError};
use tokio_postgres::Error;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use cancel::CancelHandle;
pub use notice::Notice;

use crate::settings::{ConnectionSettings, SettingsError};
use client::{Client, Ended};
use error::Failure;
use mark::Mark;
use notice::NoticeSink;

/// The `application_name` of our connections where the settings give none.
pub const APPLICATION_NAME: &str = "pggit";

/// A connection to one database, from outside the server.
///
/// JIT compilation is off in it: catalog queries take up to ten times as long with it.
pub struct WireSession {
    settings: ConnectionSettings,
    /// None once the connection can't be used any more.
    client: Option<Client>,
    /// How the line is secured.
    tls: Option<MakeRustlsConnect>,
    notices: NoticeSink,
    /// The server's process of this session.
    backend: i64,
    /// Whether a pooler stands before the server, so that sessions there are not ours.
    is_pooled: bool,
    /// How many of our own transactions and savepoints are open.
    depth: u32,
    /// Whether a statement failed since the current transaction or savepoint began.
    failed: bool,
}

/// The isolation level of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// All statements see what was committed before the first.
    RepeatableRead,
}

impl WireSession {
    /// Connects. What the settings leave open comes from libpq's environment variables and defaults.
    ///
    /// # Errors
    /// The server's own error, such as `28P01` or `3D000`; `08001` when there is no connection to be had, with host,
    /// port and database in the message.
    pub fn connect(settings: &ConnectionSettings) -> Result<Self, SessionError> {
        let mut settings = settings.resolved().map_err(|error| unusable_settings(&error))?;
        let notices = NoticeSink::default();
        let mark = Mark::new();
        let transport::Opened { client, tls, password } = match transport::open(&mark.on(&settings), &notices)
        {
            Err(error) if Mark::is_refused_by(&error) => transport::open(&settings, &notices),
            opened => opened,
        }?;
        if settings.endpoints.len() == 1 {
            // Other databases of the server are reached by it too, though the password file may not name them.
            settings.password = password;
        }
        let mut session = Self {
            settings,
            client: Some(client),
            tls,
            notices,
            backend: 0,
            is_pooled: true,
            depth: 0,
            failed: false,
        };
        let rows = session.query(include_str!("session/prepare.sql"), &[Param::Text(mark.value())])?;
        session.backend = rows.first().and_then(|row| row.int(0).ok()).unwrap_or_default();
        session.is_pooled = rows.first().and_then(|row| row.bool(1).ok()) != Some(true);
        Ok(session)
    }

    /// What this session is connected with, defaults filled in.
    #[must_use]
    pub fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// Hands each message of the server (NOTICE, WARNING, …) to `handler` from now on, instead of collecting it.
    pub fn on_notice(&mut self, handler: impl FnMut(Notice) + Send + 'static) {
        self.notices.set_handler(Box::new(handler));
    }

    /// The messages collected since the last call; the oldest are dropped beyond a thousand.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        self.notices.take()
    }

    /// Asks the server whether a transaction block is open, begun by whomever, failed or not.
    ///
    /// # Errors
    /// When the server can't be asked.
    pub fn in_transaction(&mut self) -> Result<bool, SessionError> {
        // Outside a block a simple query is its own transaction, so both clocks show its start.
        let probe = "SELECT pg_catalog.now() OPERATOR(pg_catalog.<) pg_catalog.statement_timestamp()";
        let failed = self.failed;
        let answer = self.run(|client| client.first_row(probe));
        self.failed = failed;
        match answer {
            Ok(row) => Ok(row.is_some_and(|row| row.get(0) == Some("t"))),
            Err(error) if error.sqlstate == IN_FAILED_TRANSACTION => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Runs `work` in a transaction: committed if it returns a value, rolled back if it returns an error.
    ///
    /// Inside another such transaction it is a savepoint.
    ///
    /// # Errors
    /// Whatever `work` returns; `25P02` if it returned a value although the transaction has failed.
    pub fn transaction<T, E: From<SessionError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction_as(Isolation::ReadCommitted, work)
    }

    /// The same at a given isolation level, which inside another transaction has no effect.
    ///
    /// # Errors
    /// As [`transaction`](Self::transaction).
    pub fn transaction_as<T, E: From<SessionError>>(
        &mut self,
        isolation: Isolation,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let savepoint = format!("pggit_{}", self.depth);
        let (begin, commit, rollback) = if self.depth == 0 {
            let begin = match isolation {
                Isolation::ReadCommitted => "BEGIN ISOLATION LEVEL READ COMMITTED",
                Isolation::RepeatableRead => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            };
            (begin.to_owned(), "COMMIT".to_owned(), "ROLLBACK".to_owned())
        } else {
            (
                format!("SAVEPOINT {savepoint}"),
                format!("RELEASE SAVEPOINT {savepoint}"),
                format!("ROLLBACK TO SAVEPOINT {savepoint}; RELEASE SAVEPOINT {savepoint}"),
            )
        };
        self.block(&begin, &commit, &rollback, work)
    }

    fn block<T, E: From<SessionError>>(
        &mut self,
        begin: &str,
        commit: &str,
        rollback: &str,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.is_pooled && self.depth == 0 {
            self.script(&format!("{begin}; SET LOCAL jit = off"))?;
        } else {
            self.script(begin)?;
        }
        self.depth += 1;
        let failed_before = std::mem::replace(&mut self.failed, false);
        let result = work(self).and_then(|value| self.finish(commit).map(|()| value).map_err(E::from));
        if result.is_err() && self.client.is_some() {
            // The error of the work is the one to report; a connection that breaks now says so at its next use.
            let _ = self.script(rollback);
        }
        self.depth -= 1;
        self.failed = failed_before;
        result
    }

    /// Commits, unless the transaction has failed: the server would answer that by a silent rollback.
    fn finish(&mut self, commit: &str) -> Result<(), SessionError> {
        if self.failed {
            self.query("SELECT", &[])?;
        }
        self.script(commit)
    }

    /// Runs statements in one message, one after the other up to the first that fails.
    ///
    /// # Errors
    /// With the number of statements that had run. When the connection was lost it may be more.
    pub fn statements(&mut self, sql: &str) -> Result<(), StatementsError> {
        let before = |error| StatementsError { completed: 0, error };
        refuse_zero_byte(sql).map_err(before)?;
        let client = self.client.as_mut().ok_or_else(closed).map_err(before)?;
        let Err(Ended { completed, error }) = client.statements(sql) else { return Ok(()) };
        Err(StatementsError { completed, error: self.failed(&error) })
    }

    /// Runs `COPY … FROM STDIN` with `data`; returns the number of rows.
    ///
    /// # Errors
    /// As [`Session::query`].
    pub fn copy_in(&mut self, sql: &str, data: &[u8]) -> Result<u64, SessionError> {
        self.run(|client| client.copy_in(sql, data))
    }

    /// A handle that cancels what this session runs, from another thread.
    ///
    /// # Errors
    /// `08003` when the connection is gone.
    pub fn cancel_handle(&self) -> Result<CancelHandle, SessionError> {
        let token = self.client.as_ref().map(Client::cancel_token).ok_or_else(closed)?;
        Ok(CancelHandle { token, tls: self.tls.clone() })
    }

    fn run<T>(&mut self, work: impl FnOnce(&mut Client) -> Result<T, Error>) -> Result<T, SessionError> {
        let client = self.client.as_mut().ok_or_else(closed)?;
        work(client).map_err(|error| self.failed(&error))
    }

    /// What an error means, after which the connection may be gone.
    fn failed(&mut self, error: &Error) -> SessionError {
        self.failed = true;
        let broken = error::ends_session(error) || self.client.as_ref().is_none_or(Client::is_closed);
        match error::classify(error, &self.settings) {
            Failure::Statement(error) if !broken => error,
            Failure::AwaitsCopy(error) => {
                self.abandon();
                error
            }
            Failure::Statement(error) | Failure::Connection(error) => {
                self.client = None;
                error
            }
        }
    }
}

impl WireSession {
    /// Ends a connection whose server waits for data of a COPY. Neither a cancel request nor the end of the session
    /// reaches it there, so its process is ended from a second connection.
    fn abandon(&mut self) {
        let Some(client) = self.client.take() else { return };
        if self.is_pooled {
            // The process behind a pooler is not known, and may be somebody else's by now.
            std::mem::forget(client);
            return;
        }
        let ended = Self::connect(&self.settings).and_then(|mut other| {
            other.query(
                "SELECT pg_catalog.pg_terminate_backend($1::pg_catalog.int4)",
                &[Param::Int(self.backend)],
            )
        });
        if ended.is_err() {
            // Dropping the client would wait for the server for ever: the connection stays until this process ends.
            std::mem::forget(client);
        }
    }
}

const IN_FAILED_TRANSACTION: &str = "25P02";

fn closed() -> SessionError {
    SessionError {
        sqlstate: "08003".into(),
        message: "connection to the server is closed".into(),
        hint: Some("An earlier error ended it; connect again.".into()),
        ..SessionError::default()
    }
}

fn unusable_settings(error: &SettingsError) -> SessionError {
    SessionError { sqlstate: "08001".into(), message: error.to_string(), ..SessionError::default() }
}

/// The protocol ends a statement at a zero byte: what stands behind it would silently not run.
fn refuse_zero_byte(sql: &str) -> Result<(), SessionError> {
    match sql.find('\0') {
        None => Ok(()),
        Some(offset) => Err(SessionError {
            sqlstate: "22021".into(),
            message: "statement contains a zero byte".into(),
            position: u32::try_from(sql[..offset].chars().count() + 1).ok(),
            ..SessionError::default()
        }),
    }
}

impl Session for WireSession {
    fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, SessionError> {
        refuse_zero_byte(sql)?;
        let params = value::bind(params);
        let rows = self.run(|client| client.query(sql, &typed(&params)))?;
        rows.into_iter().map(|row| value::decode(&row)).collect()
    }

    fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, SessionError> {
        refuse_zero_byte(sql)?;
        let params = value::bind(params);
        self.run(|client| client.execute(sql, &typed(&params)))
    }

    fn script(&mut self, sql: &str) -> Result<(), SessionError> {
        refuse_zero_byte(sql)?;
        self.run(|client| client.script(sql))
    }

    fn as_owner<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        work(self)
    }

    /// Outside a transaction this is one of its own, repeatable read and read only. Inside one it just runs: one state
    /// is seen there if that transaction is repeatable read, see [`WireSession::transaction_as`].
    fn in_one_snapshot<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<SessionError>,
    {
        if self.depth > 0 || self.in_transaction()? {
            return work(self);
        }
        self.block("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "COMMIT", "ROLLBACK", work)
    }
}

fn typed<'a>(params: &'a [(value::Bound<'a>, Type)]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params.iter().map(|(value, type_)| (value as &(dyn ToSql + Sync), type_.clone())).collect()
}

impl std::fmt::Debug for WireSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WireSession({})", self.settings)
    }
}
