//! A private PostgreSQL for a project, the demo or a test run: [`PrivateServer`].
//!
//! Nothing of the system's PostgreSQL is written to: the server runs from a private copy of its programs, so that an
//! extension can be put beside them, with its own data directory, on a unix socket only. As root it runs as an
//! unprivileged user.

mod account;
mod directory;
mod error;
mod install_root;
mod installation;
mod postmaster;
mod throw_away;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

pub use error::ServerError;
pub use install_root::ExtensionFiles;
pub use installation::Installation;

use crate::settings::{ConnectionSettings, DEFAULT_PORT};
use account::ServerAccount;
use install_root::InstallRoot;
use throw_away::ThrowAway;

/// The superuser of every private server.
pub const SUPERUSER: &str = "postgres";

/// How much the server does so that data survives a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// As PostgreSQL does by itself.
    #[default]
    Safe,
    /// Nothing: for data that nobody misses.
    ThrowAway,
}

/// What can be chosen about a private server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerOptions {
    /// Major version; the newest installed one if `None`.
    pub major: Option<u32>,
    /// What happens to data in a crash.
    pub durability: Durability,
    /// More configuration parameters of PostgreSQL, by name.
    pub configuration: BTreeMap<String, String>,
    /// Where a throw-away server has its directory; where other short-lived things of this user are if `None`.
    pub runtime: Option<PathBuf>,
}

/// What [`PrivateServer::start`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    /// It started the server.
    Now,
    /// The server was running.
    Already,
}

/// A PostgreSQL server of our own in a directory of its own.
#[derive(Debug)]
pub struct PrivateServer {
    directory: PathBuf,
    socket_directory: PathBuf,
    installation: Installation,
    install_root: InstallRoot,
    account: ServerAccount,
    options: ServerOptions,
    throw_away: Option<ThrowAway>,
}

impl PrivateServer {
    /// The server of the project in `project`, which outlives this process. Nothing is made before
    /// [`start`](Self::start).
    ///
    /// # Errors
    /// When no usable PostgreSQL is installed, or there is no place for the server.
    pub fn for_project(project: &Path, options: ServerOptions) -> Result<Self, ServerError> {
        Self::at(&directory::of_project(project)?, options)
    }

    /// The server in `directory`, which outlives this process. Nothing is made before [`start`](Self::start).
    ///
    /// # Errors
    /// As [`for_project`](Self::for_project).
    pub fn at(directory: &Path, options: ServerOptions) -> Result<Self, ServerError> {
        let directory = std::path::absolute(directory)
            .map_err(|source| error::at("find the absolute path of", directory, source))?;
        Self::new(directory, options, None)
    }

    /// Makes and starts a server that ends with this value, or with this process however that ends. What processes
    /// that are gone have left behind is removed first.
    ///
    /// # Errors
    /// When no usable PostgreSQL is installed, or a step fails; what was made is removed again.
    pub fn throw_away(options: ServerOptions) -> Result<Self, ServerError> {
        let throw_away = ThrowAway::make(&options.runtime.clone().unwrap_or_else(directory::runtime))?;
        let directory = throw_away.directory().to_owned();
        let options = ServerOptions { durability: Durability::ThrowAway, ..options };
        let server = Self::new(directory, options, Some(throw_away))?;
        server.start()?;
        Ok(server)
    }

    fn new(
        directory: PathBuf,
        options: ServerOptions,
        throw_away: Option<ThrowAway>,
    ) -> Result<Self, ServerError> {
        let installation = Installation::find(options.major)?;
        Ok(Self {
            socket_directory: directory::of_socket(&directory, DEFAULT_PORT)?,
            install_root: InstallRoot::new(directory.join("install"), installation.clone()),
            account: ServerAccount::find()?,
            directory,
            installation,
            options,
            throw_away,
        })
    }

    /// Starts the server unless it runs; the first time makes it. Returns once it takes connections.
    ///
    /// # Errors
    /// The first step that failed, with what the program said.
    pub fn start(&self) -> Result<Started, ServerError> {
        directory::make_root(&self.directory, &self.account)?;
        let _lock = self.lock()?;
        self.install_root.prepare()?;
        self.initialize()?;
        if self.is_running()? {
            return Ok(Started::Already);
        }
        directory::make_private(&self.socket_directory, &self.account)?;
        directory::make_private(&self.log_directory(), &self.account)?;
        self.write_configuration()?;
        let log = self.log_directory().join("server.log");
        let config = format!("-c config_file={}", shell_word(&self.configuration_file())?);
        let mut command = self.account.command(&self.install_root.program("pg_ctl"));
        command.args(["start", "--silent", "--wait", "--timeout=60"]);
        command
            .arg("--pgdata")
            .arg(self.data_directory())
            .arg("--log")
            .arg(&log)
            .arg("--options")
            .arg(config);
        error::run(command, "start the server").map_err(|error| error.with_log(&log))?;
        Ok(Started::Now)
    }

    /// Stops the server, cutting off its sessions; `false` if it was not running.
    ///
    /// # Errors
    /// When it does not stop within a minute.
    pub fn stop(&self) -> Result<bool, ServerError> {
        if !self.directory.is_dir() {
            return Ok(false);
        }
        let _lock = self.lock()?;
        if !self.is_running()? {
            return Ok(false);
        }
        let mode = match self.options.durability {
            Durability::Safe => "--mode=fast",
            Durability::ThrowAway => "--mode=immediate",
        };
        let mut command = self.account.command(&self.install_root.program("pg_ctl"));
        command
            .args(["stop", "--silent", "--wait", "--timeout=60", mode])
            .arg("--pgdata")
            .arg(self.data_directory());
        error::run(command, "stop the server")?;
        Ok(true)
    }

    /// Stops the server and removes its directory with all its databases.
    ///
    /// # Errors
    /// When it does not stop, or a file can't be removed.
    pub fn remove(self) -> Result<(), ServerError> {
        self.stop()?;
        directory::remove(&self.socket_directory)?;
        directory::remove(&self.directory)
    }

    /// Whether the server runs.
    ///
    /// # Errors
    /// When a file that tells can't be read.
    pub fn is_running(&self) -> Result<bool, ServerError> {
        Ok(postmaster::running(&self.data_directory())?.is_some())
    }

    /// Puts an extension into the server's private directories. A session that has its library loaded keeps the old
    /// one until it ends.
    ///
    /// # Errors
    /// When a file can't be copied.
    pub fn install_extension(&self, files: &ExtensionFiles) -> Result<(), ServerError> {
        directory::make_root(&self.directory, &self.account)?;
        let _lock = self.lock()?;
        self.install_root.prepare()?;
        self.install_root.install_extension(files)
    }

    /// Settings to connect to `dbname` as the superuser.
    #[must_use]
    pub fn settings(&self, dbname: &str) -> ConnectionSettings {
        let socket = self.socket_directory.to_string_lossy();
        ConnectionSettings::socket(&socket, DEFAULT_PORT, SUPERUSER, dbname)
    }

    /// The same as a URL.
    #[must_use]
    pub fn url(&self, dbname: &str) -> String {
        self.settings(dbname).to_url()
    }

    /// The `psql` that fits this server.
    ///
    /// # Errors
    /// When none is installed.
    pub fn psql(&self) -> Result<PathBuf, ServerError> {
        self.installation.client_program("psql")
    }

    /// The installed PostgreSQL that this server is a private copy of.
    #[must_use]
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// Where the server keeps everything.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The server's log.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.log_directory().join("server.log")
    }

    fn data_directory(&self) -> PathBuf {
        self.directory.join("data")
    }

    fn log_directory(&self) -> PathBuf {
        self.directory.join("log")
    }

    fn configuration_file(&self) -> PathBuf {
        self.directory.join("postgresql.conf")
    }

    /// Held while the server is made, started or stopped.
    fn lock(&self) -> Result<File, ServerError> {
        directory::lock(&self.directory.join("lock"))
    }

    /// Makes the data directory, under another name until it is complete.
    fn initialize(&self) -> Result<(), ServerError> {
        let data = self.data_directory();
        if data.exists() {
            let found = fs::read_to_string(data.join("PG_VERSION"))
                .map_err(|source| error::at("read", &data.join("PG_VERSION"), source))?;
            let found = found.trim().to_owned();
            if found != self.installation.major.to_string() {
                return Err(ServerError::OtherMajor {
                    directory: data,
                    found,
                    installed: self.installation.major,
                });
            }
            return Ok(());
        }
        let unfinished = self.directory.join("data.new");
        directory::remove(&unfinished)?;
        directory::make_private(&unfinished, &self.account)?;
        let mut command = self.account.command(&self.install_root.program("initdb"));
        command.args(["--no-sync", "--locale=C", "--encoding=UTF8", "--no-instructions"]);
        command.args(["--auth-local=trust", "--auth-host=scram-sha-256", "--username", SUPERUSER]);
        command.arg("--pgdata").arg(&unfinished);
        error::run(command, "make the data directory")?;
        fs::rename(&unfinished, &data).map_err(|source| error::at("rename", &unfinished, source))
    }

    fn write_configuration(&self) -> Result<(), ServerError> {
        let mut values: BTreeMap<&str, String> = BTreeMap::new();
        values.insert("listen_addresses", String::new());
        values.insert("port", DEFAULT_PORT.to_string());
        values.insert("unix_socket_directories", list_element(&text(&self.socket_directory)?));
        values.insert("max_connections", "200".into());
        values.insert("log_line_prefix", "%m [%p] %q%u@%d ".into());
        if self.options.durability == Durability::ThrowAway {
            for name in ["fsync", "synchronous_commit", "full_page_writes"] {
                values.insert(name, "off".into());
            }
            values.insert("max_wal_size", "4GB".into());
            values.insert("timezone", "UTC".into());
        }
        for (name, value) in &self.options.configuration {
            values.insert(name, value.clone());
        }
        let mut lines =
            format!("include {}\n", quote(&text(&self.data_directory().join("postgresql.conf"))?));
        for (name, value) in values {
            lines += &format!("{name} = {}\n", quote(&value));
        }
        directory::write(&self.configuration_file(), lines.as_bytes())
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        if let Some(throw_away) = self.throw_away.take() {
            // What can't be stopped or removed here, the watchdog or the next throw-away server will.
            let _ = self.stop();
            throw_away.end();
        }
    }
}

/// A path as text, for the files and options that take nothing else.
fn text(path: &Path) -> Result<String, ServerError> {
    path.to_str().map(ToOwned::to_owned).ok_or_else(|| ServerError::OddPath { path: path.to_owned() })
}

/// A value in a configuration file.
fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''").replace('\n', "\\n"))
}

/// An element of a list of names in a configuration value.
fn list_element(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

/// A path as one word of a shell command, which `pg_ctl` makes of its options.
fn shell_word(path: &Path) -> Result<String, ServerError> {
    Ok(format!("'{}'", text(path)?.replace('\'', "'\\''")))
}
