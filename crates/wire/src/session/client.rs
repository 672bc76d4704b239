//! [`Client`]: the client library's connection, driven by the thread that waits for an answer.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{
    AsyncMessage, CancelToken, Config, Error, NoTls, Row, SimpleQueryMessage, SimpleQueryRow,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::notice::NoticeSink;

/// Bytes of a COPY that are handed to the library at a time.
const COPY_CHUNK: usize = 64 * 1024;

/// A connection. Dropping it tells the server.
pub(super) struct Client {
    // Dropped before the driver, which then says goodbye.
    inner: tokio_postgres::Client,
    driver: Driver,
}

/// Why statements that were sent together came to an end.
pub(super) struct Ended {
    /// How many of them had run.
    pub(super) completed: usize,
    pub(super) error: Error,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    /// The server said no, or can't be reached.
    #[error("{0}")]
    Library(#[from] Error),
    /// It said nothing.
    #[error("no answer within {} s", limit.as_secs())]
    TimedOut { limit: Duration },
    /// There is nothing to wait with.
    #[error("{0}")]
    Runtime(#[from] std::io::Error),
}

impl Client {
    /// Connects, over TLS or without, as the settings and `tls` say. A server may take the connection and then say
    /// nothing: after `limit` it is given up.
    pub(super) fn connect(
        config: &Config,
        tls: Option<MakeRustlsConnect>,
        notices: NoticeSink,
        limit: Option<Duration>,
    ) -> Result<Self, ConnectError> {
        let connecting = async {
            Ok::<(_, Box<dyn Line>), Error>(match tls {
                Some(tls) => {
                    let (inner, line) = config.connect(tls).await?;
                    (inner, Box::new(line))
                }
                None => {
                    let (inner, line) = config.connect(NoTls).await?;
                    (inner, Box::new(line))
                }
            })
        };
        let runtime = runtime()?;
        let (inner, line) = runtime.block_on(async {
            match limit {
                None => Ok(connecting.await?),
                Some(limit) => match tokio::time::timeout(limit, connecting).await {
                    Ok(connected) => Ok(connected?),
                    Err(_) => Err(ConnectError::TimedOut { limit }),
                },
            }
        })?;
        Ok(Self { inner, driver: Driver { runtime, line, notices, ended: false } })
    }

    /// The rows of a statement with parameters.
    pub(super) fn query(
        &mut self,
        sql: &str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, Error> {
        self.driver.wait(self.inner.query_typed(sql, params))
    }

    /// How many rows a statement with parameters changed.
    pub(super) fn execute(
        &mut self,
        sql: &str,
        params: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<u64, Error> {
        self.driver.wait(self.inner.execute_typed(sql, params))
    }

    /// Statements in one message; what they return is dropped.
    pub(super) fn script(&mut self, sql: &str) -> Result<(), Error> {
        self.driver.wait(self.inner.batch_execute(sql))
    }

    /// The same, with word of how far they came.
    pub(super) fn statements(&mut self, sql: &str) -> Result<(), Ended> {
        let mut completed = 0;
        let (inner, counted) = (&self.inner, &mut completed);
        let run = async {
            let mut messages = pin!(inner.simple_query_raw(sql).await?);
            while let Some(message) = messages.next().await {
                if let SimpleQueryMessage::CommandComplete(_) = message? {
                    *counted += 1;
                }
            }
            Ok(())
        };
        self.driver.wait(run).map_err(|error| Ended { completed, error })
    }

    /// The first row of a statement without parameters, as text.
    pub(super) fn first_row(&mut self, sql: &str) -> Result<Option<SimpleQueryRow>, Error> {
        let messages = self.driver.wait(self.inner.simple_query(sql))?;
        Ok(messages.into_iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        }))
    }

    /// `COPY … FROM STDIN` with `data`: how many rows.
    pub(super) fn copy_in(&mut self, sql: &str, data: &[u8]) -> Result<u64, Error> {
        let inner = &self.inner;
        self.driver.wait(async {
            let mut sink = pin!(inner.copy_in::<_, bytes::Bytes>(sql).await?);
            for chunk in data.chunks(COPY_CHUNK) {
                if sink.send(bytes::Bytes::copy_from_slice(chunk)).await.is_err() {
                    // The server has ended the copy; its reason comes now.
                    break;
                }
            }
            sink.finish().await
        })
    }

    /// What cancels a statement from elsewhere.
    pub(super) fn cancel_token(&self) -> CancelToken {
        self.inner.cancel_token()
    }

    /// Whether the connection can't be used any more.
    pub(super) fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }
}

/// A runtime for what one thread waits for.
pub(super) fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Moves bytes between the server and the library while somebody waits.
struct Driver {
    runtime: Runtime,
    line: Box<dyn Line>,
    notices: NoticeSink,
    ended: bool,
}

impl Driver {
    fn wait<T>(&mut self, answer: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let Self { runtime, line, notices, ended } = self;
        let mut answer = pin!(answer);
        runtime.block_on(poll_fn(|context| {
            let mut lost = None;
            if !*ended && let Poll::Ready(result) = transport(line.as_mut(), notices, context) {
                *ended = true;
                lost = result.err();
            }
            // What came last may say why the line has ended.
            match (answer.as_mut().poll(context), lost) {
                (Poll::Pending, Some(error)) => Poll::Ready(Err(error)),
                (answer, _) => answer,
            }
        }))
    }
}

impl Drop for Driver {
    /// Tells the server that this is the end.
    fn drop(&mut self) {
        let Self { runtime, line, notices, ended } = self;
        if !*ended {
            // Nobody is there to be told that it could not be said.
            let _ = runtime.block_on(poll_fn(|context| transport(line.as_mut(), notices, context)));
        }
    }
}

/// Sends and receives what there is. Ready at the end of the line.
fn transport(
    line: &mut dyn Line,
    notices: &NoticeSink,
    context: &mut Context<'_>,
) -> Poll<Result<(), Error>> {
    loop {
        match ready!(line.poll_message(context)) {
            Some(Ok(AsyncMessage::Notice(notice))) => notices.push(&notice),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Poll::Ready(Err(error)),
            None => return Poll::Ready(Ok(())),
        }
    }
}

/// The library's connection over any kind of stream.
trait Line: Send {
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>>;
}

impl<S, T> Line for tokio_postgres::Connection<S, T>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
    T: AsyncRead + AsyncWrite + Unpin + Send,
{
    fn poll_message(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>> {
        Self::poll_message(self, context)
    }
}
