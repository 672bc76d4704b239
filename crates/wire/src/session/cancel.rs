//! [`CancelHandle`]: ends what a session runs, from another thread.

use pggit_db::session::SessionError;
use tokio_postgres::{CancelToken, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{client, error};

/// Ends the statement that a session runs, from another thread.
#[derive(Clone)]
pub struct CancelHandle {
    pub(super) token: CancelToken,
    pub(super) tls: Option<MakeRustlsConnect>,
}

impl CancelHandle {
    /// Asks the server to end it. That it was asked does not mean that there was anything to end.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub fn cancel(&self) -> Result<(), SessionError> {
        let runtime = client::runtime().map_err(|error| SessionError {
            sqlstate: "53000".into(),
            message: error.to_string(),
            ..SessionError::default()
        })?;
        let asked = runtime.block_on(async {
            match self.tls.clone() {
                Some(tls) => self.token.cancel_query(tls).await,
                None => self.token.cancel_query(NoTls).await,
            }
        });
        asked.map_err(|error| error::plain(&error))
    }
}
