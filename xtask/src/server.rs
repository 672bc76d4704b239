//! The server that a command of ours works on.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Context;
use pggit_wire::server::{ExtensionFiles, PrivateServer, ServerOptions};

/// A server of this major version with the built extension, gone with the value.
///
/// # Errors
/// When there is no PostgreSQL of that version, or it does not start.
pub fn throw_away(major: u8, extension: &Path) -> anyhow::Result<PrivateServer> {
    let options = ServerOptions { major: Some(major.into()), ..ServerOptions::default() };
    started(options, extension)
}

/// The same for measuring.
///
/// # Errors
/// As [`throw_away`].
pub fn for_measuring(major: u8, extension: &Path) -> anyhow::Result<PrivateServer> {
    started(options_for_measuring(major), extension)
}

/// How a server is to be for measuring: its files are in memory where the system has a place for that, since what a file
/// system takes for a new file differs more from one moment to the next than what is measured; and nothing runs but what
/// is measured.
pub fn options_for_measuring(major: u8) -> ServerOptions {
    let memory = Path::new("/dev/shm");
    let user = fs::metadata("/proc/self").map(|process| process.uid());
    let runtime = user.ok().filter(|_| memory.is_dir()).map(|user| memory.join(format!("pggit-{user}")));
    let quiet = [("autovacuum", "off"), ("checkpoint_timeout", "1h"), ("max_wal_size", "16GB")];
    ServerOptions {
        major: Some(major.into()),
        configuration: quiet.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        runtime,
        ..ServerOptions::default()
    }
}

fn started(options: ServerOptions, extension: &Path) -> anyhow::Result<PrivateServer> {
    let server = PrivateServer::throw_away(options).map_err(explained).context("no server")?;
    server.install_extension(&ExtensionFiles::in_directory(extension)?).map_err(explained)?;
    Ok(server)
}

fn explained(error: pggit_wire::server::ServerError) -> anyhow::Error {
    let hint = error.hint().unwrap_or_default();
    let detail = error.detail().unwrap_or_default();
    anyhow::Error::new(error).context(format!("{detail}\n{hint}"))
}
