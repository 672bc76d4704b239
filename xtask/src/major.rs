//! A PostgreSQL of a wanted major version: the system's, or a copy of our own where the system has none.
//!
//! Debian 12 has PostgreSQL 15 alone. The others come from later releases of Debian, unpacked into a cache directory
//! with the libraries that they need; see [`recipe`] for how they run there.

mod later_release;
mod recipe;
mod unpacked;

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use pggit_wire::server::Installation;

use crate::system;

/// The variable with the `pg_config` of the installation that everything uses: servers, client programs, the build of
/// the extension.
const VARIABLE: &str = "PGGIT_PG_CONFIG";

/// Sees to it that [`VARIABLE`] names an installation of this major version: starts this command anew if need be, since
/// the programs that it runs have to see it as well.
///
/// # Errors
/// When the version can be neither found nor fetched, or the variable names another one.
pub fn require(major: u8) -> anyhow::Result<()> {
    if std::env::var_os(VARIABLE).is_some_and(|path| !path.is_empty()) {
        return pg_config(major).map(|_| ());
    }
    let program = pg_config(major)?;
    let itself = std::env::current_exe().context("this program is not found")?;
    let error = Command::new(itself).args(std::env::args_os().skip(1)).env(VARIABLE, program).exec();
    Err(error).context("this program can't be started anew")
}

/// The `pg_config` of an installation of this major version with its server, client programs and headers. Fetches it the
/// first time when the system does not have it.
///
/// # Errors
/// When it can be neither found nor fetched.
pub fn pg_config(major: u8) -> anyhow::Result<PathBuf> {
    let named = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
    match Installation::find(Some(major.into())) {
        Ok(installed) => {
            let program = named.clone().unwrap_or_else(|| installed.bindir.join("pg_config"));
            if has_headers(&program) {
                return Ok(program);
            }
            ensure!(named.is_none(), "the PostgreSQL that {VARIABLE} names has no headers");
        }
        Err(error) if named.is_some() => {
            return Err(error).with_context(|| format!("{VARIABLE} does not help"));
        }
        Err(_) => {}
    }
    let cache = system::cache("postgresql")?;
    let place = cache.join(major.to_string());
    let program = place.join(format!("usr/lib/postgresql/{major}/bin/pg_config"));
    if !program.is_file() {
        let lock = cache.join(format!("{major}.lock"));
        let lock = File::create(&lock).with_context(|| format!("cannot make \"{}\"", lock.display()))?;
        lock.lock().context("cannot wait for another process that fetches PostgreSQL")?;
        if !program.is_file() {
            recipe::make(major, &place)?;
        }
    }
    Ok(program)
}

fn has_headers(pg_config: &Path) -> bool {
    Command::new(pg_config).arg("--includedir-server").output().is_ok_and(|output| {
        Path::new(String::from_utf8_lossy(&output.stdout).trim()).join("postgres.h").is_file()
    })
}
