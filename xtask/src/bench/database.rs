//! Databases and sessions for measuring.

use anyhow::Context;
use pggit_db::session::Session;
use pggit_wire::server::PrivateServer;
use pggit_wire::session::WireSession;

/// A new session, and the process of the server behind it.
///
/// # Errors
/// When there is no connection.
pub fn session(server: &PrivateServer, database: &str) -> anyhow::Result<(WireSession, i64)> {
    let mut session = WireSession::connect(&server.settings(database))
        .with_context(|| format!("no connection to database {database}"))?;
    let rows = session.query("SELECT pg_catalog.pg_backend_pid()", &[]).context("no process")?;
    let process = rows.first().context("no process")?.int(0)?;
    Ok((session, process))
}

/// Runs a script in `database`, in a session of its own.
///
/// # Errors
/// When a statement fails.
pub fn run(server: &PrivateServer, database: &str, sql: &str) -> anyhow::Result<()> {
    let (mut session, _) = session(server, database)?;
    session.script(sql).with_context(|| {
        let start: String = sql.chars().take(200).collect();
        format!("in database {database}: {start}")
    })
}

/// Makes an empty database.
///
/// # Errors
/// When the server refuses.
pub fn create(server: &PrivateServer, name: &str) -> anyhow::Result<()> {
    run(server, "postgres", &format!("CREATE DATABASE {name} TEMPLATE template0"))
}

/// Makes a copy of `template`, to which nobody may be connected.
///
/// # Errors
/// When the server refuses.
pub fn copy(server: &PrivateServer, template: &str, name: &str) -> anyhow::Result<()> {
    run(server, "postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"))
}

/// Drops a database.
///
/// # Errors
/// When the server refuses.
pub fn drop(server: &PrivateServer, name: &str) -> anyhow::Result<()> {
    run(server, "postgres", &format!("DROP DATABASE {name} WITH (FORCE)"))
}
