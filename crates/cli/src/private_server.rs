//! The private PostgreSQL of a project.

use std::fs;
use std::path::{Path, PathBuf};

use pggit_wire::PrivateServer;
use pggit_wire::server::{ExtensionFiles, ServerError, ServerOptions};

use crate::exit::Failure;
use crate::project::Project;

/// The project's server, running or not; of the major version that it was made with.
pub fn of(project: &Project) -> Result<PrivateServer, ServerError> {
    let with = |major| {
        PrivateServer::for_project(project.root(), ServerOptions { major, ..ServerOptions::default() })
    };
    let newest = with(None)?;
    match made_with(&newest) {
        Some(major) if major != newest.installation().major => with(Some(major)),
        _ => Ok(newest),
    }
}

/// The project's server, to be made with major version `major`.
pub fn of_major(project: &Project, major: Option<u32>) -> Result<PrivateServer, ServerError> {
    match major {
        None => of(project),
        major => {
            PrivateServer::for_project(project.root(), ServerOptions { major, ..ServerOptions::default() })
        }
    }
}

/// The project's server if it runs. Where there can be none, for want of an installed PostgreSQL, none runs.
pub fn running(project: &Project) -> Option<PrivateServer> {
    of(project).ok().filter(|server| server.is_running().unwrap_or(false))
}

fn made_with(server: &PrivateServer) -> Option<u32> {
    fs::read_to_string(server.directory().join("data/PG_VERSION")).ok()?.trim().parse().ok()
}

/// The files of the extension for a major version, where this program brings them along: in the directory that
/// `PGGIT_EXTENSION_DIR` names, or in `extension/pgN` or `pggit/pgN` near the program.
pub fn extension_files(major: u32) -> Result<Option<ExtensionFiles>, Failure> {
    if let Some(directory) = std::env::var_os("PGGIT_EXTENSION_DIR").filter(|value| !value.is_empty()) {
        return extension_files_in(Path::new(&directory)).map(Some);
    }
    let Ok(program) = std::env::current_exe().and_then(|program| program.canonicalize()) else {
        return Ok(None);
    };
    let directories = program.ancestors().skip(1).take(2).flat_map(|directory| {
        ["extension", "lib/pggit", "share/pggit"].map(|name| directory.join(name).join(format!("pg{major}")))
    });
    let mut found = directories.filter(|directory| directory.join(CONTROL).is_file());
    found.next().map(|directory| extension_files_in(&directory)).transpose()
}

const CONTROL: &str = "pggit.control";

/// The files of the extension in a directory.
pub fn extension_files_in(directory: &Path) -> Result<ExtensionFiles, Failure> {
    let entries = fs::read_dir(directory).map_err(|error| Failure::file("read", directory, &error))?;
    let mut sql = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Failure::file("read", directory, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("pggit--") && name.ends_with(".sql") {
            sql.push(path);
        }
    }
    sql.sort();
    let files = ExtensionFiles { so: directory.join("pggit.so"), control: directory.join(CONTROL), sql };
    let mut missing: Vec<&Path> = [&files.so, &files.control].into_iter().map(PathBuf::as_path).collect();
    missing.retain(|path| !path.is_file());
    let no_script = Path::new("pggit--VERSION.sql");
    if files.sql.is_empty() {
        missing.push(no_script);
    }
    if missing.is_empty() {
        return Ok(files);
    }
    let names: Vec<String> = missing
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    Err(Failure::new(format!("\"{}\" does not hold the files of the extension", directory.display()))
        .sqlstate("58P01")
        .detail(format!("Missing: {}.", names.join(", "))))
}
