//! The server of a test run, and the databases of its tests.

use std::sync::OnceLock;

use pggit_wire::scratch::ScratchDatabase;
use pggit_wire::server::{Installation, PrivateServer, ServerOptions};
use pggit_wire::session::WireSession;
use pggit_wire::settings::ConnectionSettings;

use crate::{extension, psql};

/// The variable with the URL of a server for all processes of a test run.
pub const SERVER_VARIABLE: &str = "PGGIT_TEST_SERVER_URL";

/// The server of a test run: the one that `PGGIT_TEST_SERVER_URL` names, or else one of this process's own, which ends
/// with it.
#[derive(Debug)]
pub struct TestServer {
    settings: ConnectionSettings,
    private: Option<PrivateServer>,
}

impl TestServer {
    /// The one server of this process.
    pub fn shared() -> &'static Self {
        // Never dropped: its watchdog sees this process end, and ends it.
        static SHARED: OnceLock<TestServer> = OnceLock::new();
        SHARED.get_or_init(|| match std::env::var(SERVER_VARIABLE) {
            Ok(url) if !url.is_empty() => {
                let settings = ConnectionSettings::parse(&url)
                    .unwrap_or_else(|error| panic!("{SERVER_VARIABLE} is not usable: {error}"));
                Self { settings, private: None }
            }
            _ => Self::start(),
        })
    }

    /// A server of its own, for tests of what concerns a whole server; it ends with the value. It has the extension that
    /// `PGGIT_EXTENSION_DIR` names.
    #[must_use]
    pub fn start() -> Self {
        let server = PrivateServer::throw_away(ServerOptions::default()).unwrap_or_else(|error| {
            panic!(
                "no server: {error}\n{}\n{}",
                error.detail().unwrap_or_default(),
                error.hint().unwrap_or_default()
            )
        });
        if let Some(files) = extension::built() {
            server
                .install_extension(&files)
                .unwrap_or_else(|error| panic!("the extension is not installed: {error}"));
        }
        Self::around(server)
    }

    /// A server that was started before; it ends with the value.
    #[must_use]
    pub fn around(server: PrivateServer) -> Self {
        Self { settings: server.settings("postgres"), private: Some(server) }
    }

    /// The private server behind it, unless it was given by `PGGIT_TEST_SERVER_URL`.
    #[must_use]
    pub fn private(&self) -> Option<&PrivateServer> {
        self.private.as_ref()
    }

    /// Settings of its superuser for database `dbname`.
    #[must_use]
    pub fn settings(&self, dbname: &str) -> ConnectionSettings {
        self.settings.with_dbname(dbname)
    }

    /// Its major version.
    #[must_use]
    pub fn major(&self) -> u32 {
        let major = "SELECT current_setting('server_version_num')::int / 10000";
        psql(&self.settings("postgres"), major).trim().parse().expect("a version is a number")
    }

    /// An empty database. `hint` becomes the `application_name` of its sessions, which the server's log shows.
    #[must_use]
    pub fn database(&self, hint: &str) -> TestDatabase {
        TestDatabase::new(ScratchDatabase::create(&self.settings), hint)
    }

    /// A copy of database `template`, to which nobody may be connected.
    #[must_use]
    pub fn copy_of(&self, template: &str, hint: &str) -> TestDatabase {
        TestDatabase::new(ScratchDatabase::copy_of(&self.settings, template), hint)
    }

    /// A client program that fits this server, such as `pg_dump`: the real one, not a wrapper.
    #[must_use]
    pub fn client_program(name: &str) -> std::path::PathBuf {
        // The one that a server of ours is of too.
        Installation::find(None)
            .and_then(|installation| installation.client_program(name))
            .unwrap_or_else(|error| panic!("no {name}: {error}; {}", error.hint().unwrap_or_default()))
    }
}

/// A database of one test, dropped with the value.
#[derive(Debug)]
pub struct TestDatabase {
    scratch: ScratchDatabase,
    settings: ConnectionSettings,
}

impl TestDatabase {
    fn new(scratch: Result<ScratchDatabase, pggit_db::session::SessionError>, hint: &str) -> Self {
        let scratch = scratch.unwrap_or_else(|error| panic!("no database for {hint}: {error:?}"));
        let mut settings = scratch.settings().clone();
        settings.parameters.insert("application_name".into(), hint.into());
        Self { scratch, settings }
    }

    /// Settings of the superuser for it.
    #[must_use]
    pub fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// The same as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.settings.to_url()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.scratch.name()
    }

    /// A new session in it.
    #[must_use]
    pub fn session(&self) -> WireSession {
        WireSession::connect(&self.settings).unwrap_or_else(|error| panic!("not connected: {error:?}"))
    }
}
