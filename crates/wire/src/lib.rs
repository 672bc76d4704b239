//! Session over the PostgreSQL protocol, connection settings, private servers, scratch databases.

pub mod observation;
mod process;
pub mod scratch;
pub mod server;
pub mod session;
pub mod settings;

pub use scratch::ScratchDatabase;
pub use server::PrivateServer;
pub use session::WireSession;
pub use settings::ConnectionSettings;
