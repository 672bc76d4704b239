//! The files of migrations.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use confiture::migrate::migration::SourceFile;
use confiture::migrate::{MigrationSet, OutputFile};

use crate::exit::Failure;
use crate::output;

/// Endings of files that can be migrations.
const ENDINGS: [&str; 2] = [".sql", ".py"];

/// Reads the migrations in a directory.
pub fn read(directory: &Path) -> Result<MigrationSet, Failure> {
    let set = MigrationSet::from_files(load(directory)?).map_err(|problems| {
        let lines: Vec<String> = problems.0.iter().map(ToString::to_string).collect();
        let failure = Failure::new(format!("the migrations in \"{}\" are not in order", directory.display()));
        failure.sqlstate("58000").detail(lines.join("\n"))
    })?;
    for warning in set.warnings() {
        output::note(&format!("warning: {warning}"));
    }
    Ok(set)
}

/// Reads the files in a directory that can be migrations.
pub fn load(directory: &Path) -> Result<Vec<SourceFile>, Failure> {
    let failed = |error| {
        Failure::file("read", directory, &error).hint("Name the directory with the migrations with --dir.")
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let name = path.file_name().unwrap_or_default();
        let Some(name) = name.to_str() else {
            return Err(Failure::new(format!("the name of file \"{}\" is not UTF-8", path.display()))
                .sqlstate("22021"));
        };
        if !ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let kind = entry.file_type().map_err(failed)?;
        if !(kind.is_dir() || kind.is_symlink() && path.is_dir()) {
            let bytes = fs::read(&path).map_err(|error| Failure::file("read", &path, &error))?;
            files.push(SourceFile { name: name.to_owned(), bytes });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Writes new files into a directory, made if need be. Nothing is overwritten, and all files are there or none.
pub fn write(directory: &Path, files: &[OutputFile]) -> Result<Vec<PathBuf>, Failure> {
    fs::create_dir_all(directory).map_err(|error| Failure::file("make", directory, &error))?;
    let mut written = Vec::new();
    for file in files {
        let path = directory.join(&file.name);
        let done = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut open| open.write_all(file.text.as_bytes()));
        if let Err(error) = done {
            if error.kind() != std::io::ErrorKind::AlreadyExists {
                written.push(path.clone());
            }
            for path in &written {
                // What can't be removed now is named by the error or stands beside the file that is.
                let _ = fs::remove_file(path);
            }
            return Err(Failure::file("write", &path, &error));
        }
        written.push(path);
    }
    Ok(written)
}
