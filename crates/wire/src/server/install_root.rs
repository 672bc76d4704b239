//! A private copy of a server's directories.
//!
//! PostgreSQL finds its libraries and shared files relative to its own program. So copies of the programs, and links to
//! everything else in the same layout under another root, make a server that extensions can be added to without
//! touching the installed one.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use super::error::at;
use super::{Installation, ServerError, directory};

/// The files of an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionFiles {
    /// Shared library, installed under the name it has.
    pub so: PathBuf,
    /// Control file.
    pub control: PathBuf,
    /// Installation and upgrade scripts.
    pub sql: Vec<PathBuf>,
}

impl ExtensionFiles {
    /// Those in a directory that holds the files of one extension.
    ///
    /// # Errors
    /// When the directory can't be read, or lacks the library or the control file.
    pub fn in_directory(directory: &Path) -> Result<Self, ServerError> {
        let (mut so, mut control, mut sql) = (None, None, Vec::new());
        for entry in fs::read_dir(directory).map_err(|source| at("read", directory, source))? {
            let path = entry.map_err(|source| at("read", directory, source))?.path();
            match path.extension().and_then(OsStr::to_str) {
                Some("so") => so = Some(path),
                Some("control") => control = Some(path),
                Some("sql") => sql.push(path),
                _ => {}
            }
        }
        sql.sort();
        match (so, control) {
            (Some(so), Some(control)) => Ok(Self { so, control, sql }),
            _ => Err(at("find an extension in", directory, ErrorKind::NotFound.into())),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct InstallRoot {
    root: PathBuf,
    installation: Installation,
}

impl InstallRoot {
    pub(super) fn new(root: PathBuf, installation: Installation) -> Self {
        Self { root, installation }
    }

    /// The private copy of a server program.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.inside(&self.installation.bindir).join(name)
    }

    fn inside(&self, path: &Path) -> PathBuf {
        path.components().filter(|part| !matches!(part, Component::RootDir)).fold(
            self.root.clone(),
            |mut path, part| {
                path.push(part);
                path
            },
        )
    }

    fn stamp_file(&self) -> PathBuf {
        self.root.join(format!("programs-{}", self.installation.major))
    }

    /// Makes the copy, or brings it up to date with the installation: new extensions of the system, a minor release.
    pub(super) fn prepare(&self) -> Result<(), ServerError> {
        let Installation { bindir, pkglibdir, sharedir, .. } = &self.installation;
        let mut real: BTreeSet<PathBuf> = BTreeSet::new();
        real.extend([bindir.clone(), pkglibdir.clone(), sharedir.clone(), sharedir.join("extension")]);
        // Relocatable builds have the libraries of their programs there.
        real.extend(bindir.parent().map(|prefix| prefix.join("lib")).filter(|path| path.is_dir()));
        for path in &real {
            self.make_directories(path)?;
        }
        for path in &real {
            self.link_entries(path, &real)?;
        }
        let stamp = self.installation.stamp()?;
        let programs = Installation::server_programs();
        let current = fs::read_to_string(self.stamp_file()).is_ok_and(|found| found == stamp)
            && programs.iter().all(|program| self.program(program).is_file());
        if !current {
            for program in programs {
                replace(&bindir.join(program), &self.program(program), 0o755)?;
            }
            directory::write(&self.stamp_file(), stamp.as_bytes())?;
        }
        Ok(())
    }

    /// Makes the directory that stands for `path`, and those above it, which everyone may enter.
    fn make_directories(&self, path: &Path) -> Result<(), ServerError> {
        let target = self.inside(path);
        let mut missing: Vec<&Path> =
            target.ancestors().take_while(|path| path.starts_with(&self.root)).collect();
        missing.reverse();
        for path in missing {
            match fs::create_dir(path) {
                Ok(()) => directory::set_mode(path, 0o755)?,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(source) => return Err(at("make", path, source)),
            }
        }
        Ok(())
    }

    /// Links everything in `path` that is not a directory of ours or a program to copy.
    fn link_entries(&self, path: &Path, real: &BTreeSet<PathBuf>) -> Result<(), ServerError> {
        let target = self.inside(path);
        let entries = fs::read_dir(path).map_err(|source| at("read", path, source))?;
        for entry in entries {
            let entry = entry.map_err(|source| at("read", path, source))?;
            let original = entry.path();
            let is_program = path == self.installation.bindir
                && Installation::server_programs().iter().any(|program| *program == entry.file_name());
            if is_program || real.iter().any(|directory| directory.starts_with(&original)) {
                continue;
            }
            let link = target.join(entry.file_name());
            match symlink(&original, &link) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(at("make", &link, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Copies the files of an extension in.
    pub(super) fn install_extension(&self, files: &ExtensionFiles) -> Result<(), ServerError> {
        let libraries = self.inside(&self.installation.pkglibdir);
        let extensions = self.inside(&self.installation.sharedir).join("extension");
        replace(&files.so, &libraries.join(file_name(&files.so)?), 0o755)?;
        // The control file last: with it the extension is there.
        for file in files.sql.iter().chain([&files.control]) {
            replace(file, &extensions.join(file_name(file)?), 0o644)?;
        }
        Ok(())
    }
}

fn file_name(path: &Path) -> Result<&OsStr, ServerError> {
    path.file_name().ok_or_else(|| at("copy", path, ErrorKind::InvalidInput.into()))
}

/// Copies a file over another in one step: one that a server has loaded keeps its content.
fn replace(from: &Path, to: &Path, mode: u32) -> Result<(), ServerError> {
    let mut unfinished = to.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    fs::copy(from, &unfinished).map_err(|source| at("copy", from, source))?;
    directory::set_mode(&unfinished, mode)?;
    fs::rename(&unfinished, to).map_err(|source| at("write", to, source))
}
