//! [`Scratch`]: where databases to try things out come from.

use crate::connection::Connection;
use crate::session::SessionError;

/// Makes databases that are thrown away. They live as long as this value.
pub trait Scratch {
    /// A connection to one of them.
    type Session: Connection;

    /// A connection to a new, empty database.
    ///
    /// # Errors
    /// The server's error; `42501` when the role may not create databases.
    fn database(&mut self) -> Result<Self::Session, SessionError>;
}
