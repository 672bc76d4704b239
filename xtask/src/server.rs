//! The server that a command of ours works on.

use std::path::Path;

use anyhow::Context;
use pggit_wire::server::{ExtensionFiles, PrivateServer, ServerOptions};

/// A server of this major version with the built extension, gone with the value.
///
/// # Errors
/// When there is no PostgreSQL of that version, or it does not start.
pub fn throw_away(major: u8, extension: &Path) -> anyhow::Result<PrivateServer> {
    let options = ServerOptions { major: Some(major.into()), ..ServerOptions::default() };
    let server = PrivateServer::throw_away(options).map_err(explained).context("no server")?;
    server.install_extension(&ExtensionFiles::in_directory(extension)?).map_err(explained)?;
    Ok(server)
}

fn explained(error: pggit_wire::server::ServerError) -> anyhow::Error {
    let hint = error.hint().unwrap_or_default();
    let detail = error.detail().unwrap_or_default();
    anyhow::Error::new(error).context(format!("{detail}\n{hint}"))
}
