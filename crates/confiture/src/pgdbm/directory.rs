//! The directory of a module's files.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use pggit_migrate::migration::SourceFile;
use pggit_migrate::slug::slug;
use pggit_migrate::{FileName, Identity, MigrationSet};

use crate::error::{Error, ErrorCode, Result};

/// All migrations.
pub(super) fn read(path: &Path) -> Result<MigrationSet> {
    set(path, files(path, |_| true)?)
}

/// One migration alone.
pub(super) fn read_only(path: &Path, identity: &Identity) -> Result<MigrationSet> {
    set(path, files(path, |name| name.identity == *identity)?)
}

/// Writes a new file with a version no other file has: `time`, or the next number after it.
pub(super) fn create(path: &Path, name: &str, content: &str, time: &str) -> Result<String> {
    fs::create_dir_all(path).map_err(|error| failed("make directory", path, &error))?;
    let taken: Vec<Identity> = names(path)?.into_iter().map(|(_, name)| name.identity).collect();
    let first: u64 =
        time.parse().map_err(|_| Error::new(ErrorCode::Internal, format!("\"{time}\" is no time")))?;
    let free = (first..)
        .map(|number| number.to_string())
        .find(|version| !taken.contains(&Identity::from_text(version)));
    let version = free.ok_or_else(|| Error::new(ErrorCode::Internal, "there is no free version"))?;
    let file = path.join(format!("{version}_{}.sql", slug(name)));
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&file)
        .and_then(|mut open| open.write_all(content.as_bytes()))
        .map_err(|error| failed("write", &file, &error))?;
    let absolute = fs::canonicalize(&file).unwrap_or(file);
    absolute.into_os_string().into_string().map_err(|path| {
        Error::new(ErrorCode::Project, format!("the path \"{}\" is not UTF-8", path.to_string_lossy()))
    })
}

/// The names of the files that are migrations.
fn names(path: &Path) -> Result<Vec<(String, FileName)>> {
    let unreadable = |error| {
        let error = failed("read directory", path, &error);
        error.hint("Name the directory with the module's migrations.")
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().into_string().map_err(|name| {
            Error::new(
                ErrorCode::Project,
                format!("the name of file \"{}\" is not UTF-8", name.to_string_lossy()),
            )
        })?;
        match FileName::parse(&name) {
            Ok(Some(parsed)) => names.push((name, parsed)),
            Ok(None) => {}
            Err(error) => return Err(Error::new(ErrorCode::Project, format!("{name}: {error}"))),
        }
    }
    Ok(names)
}

fn files(path: &Path, wanted: impl Fn(&FileName) -> bool) -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    for (name, _) in names(path)?.into_iter().filter(|(_, parsed)| wanted(parsed)) {
        let file = path.join(&name);
        if file.is_file() {
            let bytes = fs::read(&file).map_err(|error| failed("read", &file, &error))?;
            files.push(SourceFile { name, bytes });
        }
    }
    Ok(files)
}

fn set(path: &Path, files: Vec<SourceFile>) -> Result<MigrationSet> {
    MigrationSet::from_files(files).map_err(|problems| {
        let message = format!("the migrations in \"{}\" are not in order", path.display());
        Error::new(ErrorCode::Project, message).detail(problems.to_string())
    })
}

fn failed(action: &str, path: &Path, error: &std::io::Error) -> Error {
    let mut converted =
        Error::new(ErrorCode::Project, format!("could not {action} \"{}\": {error}", path.display()));
    if error.kind() == ErrorKind::PermissionDenied {
        "42501".clone_into(&mut converted.sqlstate);
    }
    converted
}
