//! Where scratch databases are made.

use confiture::db::scratch::Scratch;
use confiture::db::session::SessionError;
use pggit_wire::server::ServerOptions;
use pggit_wire::{ConnectionSettings, PrivateServer, ScratchDatabase, WireSession};

use crate::connection::Context;
use crate::exit::Failure;
use crate::private_server;
use crate::schema_source::SchemaSource;

/// A server to make scratch databases on, and those that were made through [`Scratch`].
#[derive(Debug)]
pub struct ScratchServer {
    /// Before the server: databases are dropped while it runs.
    databases: Vec<ScratchDatabase>,
    server: Server,
}

#[derive(Debug)]
enum Server {
    /// One that is there.
    Given(ConnectionSettings),
    /// One that ends with this program.
    ThrowAway(Box<PrivateServer>),
}

impl ScratchServer {
    /// The server of a database.
    pub fn given(settings: ConnectionSettings) -> Self {
        Self { databases: Vec::new(), server: Server::Given(settings) }
    }

    /// The server of the configured database, else the project's own, else a new one.
    pub fn of_project(context: &Context) -> Result<Self, Failure> {
        Self::find_or(context, || None)
    }

    /// The same, before a new one that of one of the sides.
    pub fn find(context: &Context, sides: [&SchemaSource; 2]) -> Result<Self, Failure> {
        Self::find_or(context, || {
            sides.into_iter().find_map(|side| match side {
                SchemaSource::Database(settings) => Some(settings.as_ref().clone()),
                SchemaSource::Ref(_) | SchemaSource::Files(_) => None,
            })
        })
    }

    fn find_or(
        context: &Context,
        other: impl FnOnce() -> Option<ConnectionSettings>,
    ) -> Result<Self, Failure> {
        if let Some(settings) = context.configured()? {
            return Ok(Self::given(settings));
        }
        if let Some(project) = context.project() {
            let server = private_server::of(project)?;
            server.start()?;
            return Ok(Self::given(server.settings("postgres")));
        }
        if let Some(settings) = other() {
            return Ok(Self::given(settings));
        }
        let server = PrivateServer::throw_away(ServerOptions::default())?;
        Ok(Self { databases: Vec::new(), server: Server::ThrowAway(Box::new(server)) })
    }

    /// Settings for a database of the server.
    pub fn settings(&self) -> ConnectionSettings {
        match &self.server {
            Server::Given(settings) => settings.clone(),
            Server::ThrowAway(server) => server.settings("postgres"),
        }
    }
}

impl Scratch for ScratchServer {
    type Session = WireSession;

    fn database(&mut self) -> Result<WireSession, SessionError> {
        let database = ScratchDatabase::create(&self.settings())?;
        let session = WireSession::connect(database.settings())?;
        self.databases.push(database);
        Ok(session)
    }
}
