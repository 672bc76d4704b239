//! PostgreSQL's own client programs.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};

use pggit_db::session::Session;
use pggit_wire::session::WireSession;
use pggit_wire::settings::ConnectionSettings;

use crate::TestServer;

/// Runs a script with `psql`, ending at the first error, and returns what it printed: rows without headings, columns
/// separated by `|`.
///
/// # Panics
/// When the script fails.
#[track_caller]
pub fn psql(settings: &ConnectionSettings, sql: &str) -> String {
    match try_psql(settings, sql) {
        Ok(output) => output,
        Err(message) => panic!("psql failed: {message}"),
    }
}

/// The same; an error is what `psql` printed on stderr.
///
/// # Errors
/// When the script fails.
pub fn try_psql(settings: &ConnectionSettings, sql: &str) -> Result<String, String> {
    run("psql", &["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-", "-d"], settings, sql)
}

/// What `pg_dump` writes: a script, or with `--format=custom` an archive for [`pg_restore`].
///
/// # Panics
/// When it fails.
#[track_caller]
pub fn pg_dump(settings: &ConnectionSettings, arguments: &[&str]) -> Vec<u8> {
    let arguments = [arguments, &["-d"]].concat();
    run_bytes("pg_dump", &arguments, settings, b"").unwrap_or_else(|error| panic!("pg_dump failed: {error}"))
}

/// Restores an archive of [`pg_dump`].
///
/// # Panics
/// When it fails.
#[track_caller]
pub fn pg_restore(settings: &ConnectionSettings, arguments: &[&str], archive: &[u8]) {
    let arguments = [arguments, &["-d"]].concat();
    if let Err(error) = run_bytes("pg_restore", &arguments, settings, archive) {
        panic!("pg_restore failed: {error}");
    }
}

/// Runs a client program with the settings' URL as last argument and `input` on stdin.
pub(crate) fn run(
    program: &str,
    arguments: &[&str],
    settings: &ConnectionSettings,
    input: &str,
) -> Result<String, String> {
    let output = run_bytes(program, arguments, settings, input.as_bytes())?;
    String::from_utf8(output).map_err(|error| error.to_string())
}

fn run_bytes(
    program: &str,
    arguments: &[&str],
    settings: &ConnectionSettings,
    input: &[u8],
) -> Result<Vec<u8>, String> {
    let mut command = Command::new(TestServer::client_program(program));
    command.args(arguments).arg(OsStr::new(&settings.to_url()));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C").env("PGCLIENTENCODING", "UTF8");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{program} can't be run: {error}"))?;
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    let output = std::thread::scope(|scope| {
        // A program that ends early closes the pipe; its own message says why.
        scope.spawn(move || stdin.write_all(input).ok());
        child.wait_with_output()
    });
    let output = output.map_err(|error| format!("{program} can't be awaited: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
    }
}

/// The one column of a query's rows, set apart by `|`.
///
/// # Panics
/// When the server refuses, or it is not text.
pub fn text(session: &mut WireSession, sql: &str) -> String {
    let rows = session.query(sql, &[]).expect(sql);
    rows.iter().map(|row| row.text(0).expect("text").to_owned()).collect::<Vec<_>>().join("|")
}
