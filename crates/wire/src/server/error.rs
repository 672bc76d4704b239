//! What can go wrong with a private server.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use thiserror::Error;

/// Why a private server can't be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// No PostgreSQL server, or none of the wanted major version.
    #[error("no PostgreSQL{} server is installed", .major.map_or_else(String::new, |major| format!(" {major}")))]
    NotInstalled {
        /// The version that was asked for.
        major: Option<u32>,
        /// What was found instead.
        found: Vec<u32>,
    },
    /// A client program is missing.
    #[error("PostgreSQL's program \"{program}\" is not installed")]
    NoProgram {
        /// Its name.
        program: String,
        /// The major version it must have at least.
        major: u32,
    },
    /// `pg_config` says nothing useful.
    #[error("\"{}\" does not describe a PostgreSQL installation", .path.display())]
    BadPgConfig {
        /// The program.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// We are root, and there is no user to run the server as.
    #[error("PostgreSQL can't run as root, and there is no user \"postgres\" or \"nobody\"")]
    NoAccount,
    /// The user that the server runs as can't get to its directory.
    #[error("user \"{user}\", who runs the server, has no access to \"{}\"", .directory.display())]
    Unreachable {
        /// The first directory that is closed.
        directory: PathBuf,
        /// The user.
        user: String,
    },
    /// Someone else's directory stands where ours should be.
    #[error("\"{}\" is not a directory of this user alone", .path.display())]
    NotOurs {
        /// The directory.
        path: PathBuf,
    },
    /// A path that is not UTF-8.
    #[error("path \"{}\" is not valid UTF-8", .path.display())]
    OddPath {
        /// The path.
        path: PathBuf,
    },
    /// The path of a unix socket is limited by the operating system.
    #[error("directory \"{}\" is too long a path for a unix socket", .path.display())]
    SocketPath {
        /// The directory.
        path: PathBuf,
    },
    /// The data directory belongs to another major version.
    #[error("data directory \"{}\" is of PostgreSQL {found}, not {installed}", .directory.display())]
    OtherMajor {
        /// The data directory.
        directory: PathBuf,
        /// Its version.
        found: String,
        /// Ours.
        installed: u32,
    },
    /// Another process has been starting or stopping this server for a minute.
    #[error("another process holds \"{}\"", .path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// A program failed.
    #[error("could not {action}: {program} {status}")]
    Failed {
        /// What it was run for.
        action: &'static str,
        /// Its name.
        program: String,
        /// How it ended.
        status: String,
        /// What it said, and the end of the server's log.
        output: String,
    },
    /// A file operation failed.
    #[error("could not {action} \"{}\": {source}", .path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl ServerError {
    /// What the failed program said, if a program failed.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::NotInstalled { found, .. } if !found.is_empty() => {
                let found: Vec<String> = found.iter().map(ToString::to_string).collect();
                Some(format!("Installed: PostgreSQL {}.", found.join(", ")))
            }
            Self::BadPgConfig { reason, .. } => Some(reason.clone()),
            Self::Failed { output, .. } if !output.is_empty() => Some(output.clone()),
            _ => None,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotInstalled { major, .. } => {
                let package =
                    major.map_or_else(|| "postgresql".into(), |major| format!("postgresql-{major}"));
                Some(format!(
                    "Install package \"{package}\" (Debian: apt-get install {package}), or set PGGIT_PG_CONFIG to the pg_config of an installation elsewhere."
                ))
            }
            Self::NoProgram { major, .. } => {
                Some(format!("Install package \"postgresql-client-{major}\" or newer."))
            }
            Self::BadPgConfig { .. } => {
                Some("Set PGGIT_PG_CONFIG to the pg_config of a PostgreSQL server.".into())
            }
            Self::NoAccount => Some("Create the user, or run as an ordinary user.".into()),
            Self::Unreachable { .. } | Self::SocketPath { .. } => {
                Some("Set PGGIT_SERVER_DIR to another directory.".into())
            }
            Self::NotOurs { .. } => Some("Remove it, or set PGGIT_SERVER_DIR to another directory.".into()),
            Self::OtherMajor { found, directory, .. } => Some(format!(
                "Install PostgreSQL {found}, or remove \"{}\" with all its databases.",
                directory.parent().unwrap_or(directory).display()
            )),
            _ => None,
        }
    }

    /// Adds the end of the server's log to what the program said.
    pub(super) fn with_log(mut self, log: &Path) -> Self {
        if let Self::Failed { output, .. } = &mut self
            && let Ok(bytes) = std::fs::read(log)
        {
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = text.lines().collect();
            for line in &lines[lines.len().saturating_sub(10)..] {
                *output += "\n";
                *output += line;
            }
            *output = output.trim().to_owned();
        }
        self
    }
}

pub(super) fn at(action: &'static str, path: &Path, source: io::Error) -> ServerError {
    ServerError::File { action, path: path.to_owned(), source }
}

/// Runs a program to its end and returns what it wrote to stdout.
pub(super) fn run(mut command: Command, action: &'static str) -> Result<String, ServerError> {
    let path = PathBuf::from(command.get_program());
    let output = command.output().map_err(|source| at("run", &path, source))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(ServerError::Failed {
        action,
        program: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        status: output.status.to_string(),
        output: [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat()
            .trim()
            .into(),
    })
}
