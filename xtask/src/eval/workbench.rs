//! A server with databases for cases.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use pggit_db::session::Session;
use pggit_testkit::try_psql;
use pggit_wire::server::PrivateServer;
use pggit_wire::session::WireSession;
use pggit_wire::settings::ConnectionSettings;

/// A server, and a session of its superuser that makes and drops databases.
pub struct Workbench<'s> {
    server: &'s PrivateServer,
    admin: Mutex<WireSession>,
    number: AtomicU32,
}

impl<'s> Workbench<'s> {
    /// A workbench at `server`.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub fn new(server: &'s PrivateServer) -> anyhow::Result<Self> {
        let admin = WireSession::connect(&server.settings("postgres")).context("no session")?;
        Ok(Self { server, admin: Mutex::new(admin), number: AtomicU32::new(0) })
    }

    /// An empty database.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn empty(&self) -> anyhow::Result<Database<'_>> {
        self.create("template0")
    }

    /// A copy of a database that nobody is connected to.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn copy_of(&self, database: &Database<'_>) -> anyhow::Result<Database<'_>> {
        self.create(&database.name)
    }

    /// A database that these scripts are loaded into, in one session.
    ///
    /// # Errors
    /// When a script fails.
    pub fn loaded(&self, scripts: &[&Path]) -> anyhow::Result<Database<'_>> {
        let database = self.empty()?;
        database.load(scripts)?;
        Ok(database)
    }

    /// Makes a role, unless it is there.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn role(&self, name: &str) -> anyhow::Result<()> {
        let quoted = name.replace('"', "\"\"");
        self.run(&format!(
            "DO $$ BEGIN CREATE ROLE \"{quoted}\"; EXCEPTION WHEN duplicate_object OR reserved_name THEN NULL; END $$"
        ))
    }

    fn create(&self, template: &str) -> anyhow::Result<Database<'_>> {
        let name = format!("eval_{}", self.number.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
        Ok(Database { bench: self, settings: self.server.settings(&name), name })
    }

    fn run(&self, sql: &str) -> anyhow::Result<()> {
        let mut admin = self.admin.lock().expect("no thread panics while it holds the session");
        admin.script(sql).with_context(|| sql.to_owned())
    }
}

/// A database, dropped with the value.
pub struct Database<'w> {
    bench: &'w Workbench<'w>,
    name: String,
    /// Settings of the superuser for it.
    pub settings: ConnectionSettings,
}

impl Database<'_> {
    /// Loads scripts, one after the other in one session.
    ///
    /// # Errors
    /// When a script can't be read, or fails.
    pub fn load(&self, scripts: &[&Path]) -> anyhow::Result<()> {
        let mut sql = String::new();
        for script in scripts {
            let text = std::fs::read_to_string(script)
                .with_context(|| format!("{} can't be read", script.display()))?;
            sql.push_str(&text);
            sql.push('\n');
        }
        try_psql(&self.settings, &sql).map_err(anyhow::Error::msg).map(|_| ())
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.bench.run(&format!("DROP DATABASE {} WITH (FORCE)", self.name)) {
            // A subscription keeps its database; the server is thrown away anyhow.
            eprintln!("database {} stays: {error:#}", self.name);
        }
    }
}
