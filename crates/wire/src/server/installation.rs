//! Finds the PostgreSQL programs that are installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ServerError;
use super::error::{self, at};

/// An installed PostgreSQL server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// Major version.
    pub major: u32,
    /// Programs.
    pub bindir: PathBuf,
    /// Loadable libraries, `$libdir`.
    pub pkglibdir: PathBuf,
    /// Architecture-independent files; extensions are in `extension` there.
    pub sharedir: PathBuf,
}

/// Directories with one directory for each version, and what leads from there to the programs.
const PLACES: &[(&str, &str)] =
    &[("/usr/lib/postgresql", "bin"), ("/usr", "bin"), ("/opt/homebrew/opt", "bin"), ("/usr/local", "bin")];

/// What a server can't do without.
const SERVER_PROGRAMS: &[&str] = &["postgres", "initdb", "pg_ctl"];

impl Installation {
    /// The installation of major version `major`, or the newest.
    ///
    /// Only the one of `PGGIT_PG_CONFIG` counts if that is set; else `pg_config` on the PATH and the places of
    /// packages are looked at.
    ///
    /// # Errors
    /// [`ServerError::NotInstalled`]; [`ServerError::BadPgConfig`] for a `PGGIT_PG_CONFIG` that is none.
    pub fn find(major: Option<u32>) -> Result<Self, ServerError> {
        let mut found: Vec<Self> = Self::all()?.into_iter().filter(Self::has_server).collect();
        found.sort_by_key(|installation| installation.major);
        let wanted = |installation: &&Self| major.is_none_or(|major| installation.major == major);
        match found.iter().rev().find(wanted) {
            Some(installation) => Ok(installation.clone()),
            None => Err(ServerError::NotInstalled {
                major,
                found: found.iter().map(|installation| installation.major).collect(),
            }),
        }
    }

    /// Every installation, of client programs alone too.
    fn all() -> Result<Vec<Self>, ServerError> {
        if let Some(path) = std::env::var_os("PGGIT_PG_CONFIG").filter(|path| !path.is_empty()) {
            return Ok(vec![Self::from_pg_config(Path::new(&path))?]);
        }
        let mut found = Self::in_places();
        if let Some(path) = std::env::var_os("PATH")
            && let Some(program) = std::env::split_paths(&path)
                .map(|directory| directory.join("pg_config"))
                .find(|path| path.is_file())
            && let Ok(installation) = Self::from_pg_config(&program)
            && found.iter().all(|other| other.bindir != installation.bindir)
        {
            found.push(installation);
        }
        Ok(found)
    }

    fn in_places() -> Vec<Self> {
        let mut found = Vec::new();
        for (place, programs) in PLACES {
            let entries = fs::read_dir(place).into_iter().flatten().flatten();
            let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let is_version = |text: &str| text.parse::<u32>().is_ok();
                let versioned = is_version(&name)
                    || name.strip_prefix("pgsql-").is_some_and(is_version)
                    || name.strip_prefix("postgresql@").is_some_and(is_version)
                    || name == "pgsql";
                if versioned {
                    let bindir = path.join(programs);
                    // A broken installation among others is not used; there is nothing to report to.
                    found.extend(Self::from_bindir(&bindir, &path));
                }
            }
        }
        found
    }

    fn from_bindir(bindir: &Path, version_directory: &Path) -> Option<Self> {
        let pg_config = bindir.join("pg_config");
        if pg_config.is_file() {
            return Self::from_pg_config(&pg_config).ok();
        }
        // Debian's layout, without the package that has pg_config.
        let name = version_directory.file_name()?.to_str()?;
        let sharedir = Path::new("/usr/share/postgresql").join(name);
        let pkglibdir = version_directory.join("lib");
        (sharedir.is_dir() && pkglibdir.is_dir()).then(|| Self {
            major: name.parse().unwrap_or_default(),
            bindir: bindir.to_owned(),
            pkglibdir,
            sharedir,
        })
    }

    fn from_pg_config(program: &Path) -> Result<Self, ServerError> {
        let bad = |reason: String| ServerError::BadPgConfig { path: program.to_owned(), reason };
        let ask = |option: &str| {
            let mut command = Command::new(program);
            command.arg(option);
            error::run(command, "ask pg_config").map(|answer| answer.trim().to_owned()).map_err(|error| {
                bad(error.detail().map_or_else(|| error.to_string(), |detail| format!("{error}: {detail}")))
            })
        };
        let version = ask("--version")?;
        let major = version
            .split_whitespace()
            .nth(1)
            .and_then(|number| number.split(|c: char| !c.is_ascii_digit()).next())
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| bad(format!("Its version is \"{version}\".")))?;
        let directory = |option: &str| {
            let path = PathBuf::from(ask(option)?);
            if path.is_dir() {
                Ok(path)
            } else {
                Err(bad(format!("Its answer to {option} is not a directory.")))
            }
        };
        Ok(Self {
            major,
            bindir: directory("--bindir")?,
            pkglibdir: directory("--pkglibdir")?,
            sharedir: directory("--sharedir")?,
        })
    }

    fn has_server(&self) -> bool {
        SERVER_PROGRAMS.iter().all(|program| self.bindir.join(program).is_file())
    }

    /// A client program such as `psql` or `pg_dump`, of this version or, where it has none, of a newer one.
    ///
    /// # Errors
    /// [`ServerError::NoProgram`].
    pub fn client_program(&self, program: &str) -> Result<PathBuf, ServerError> {
        let mut places = vec![self.clone()];
        let mut others = Self::in_places();
        others.sort_by_key(|installation| installation.major);
        places.extend(others.into_iter().filter(|other| other.major >= self.major));
        places
            .iter()
            .map(|installation| installation.bindir.join(program))
            .find(|path| path.is_file())
            .ok_or_else(|| ServerError::NoProgram { program: program.into(), major: self.major })
    }

    /// Whether a program of this installation differs from what `stamp` describes, and the stamp of now.
    pub(super) fn stamp(&self) -> Result<String, ServerError> {
        let mut stamp = String::new();
        for program in SERVER_PROGRAMS {
            let path = self.bindir.join(program);
            let found = fs::metadata(&path).map_err(|source| at("read", &path, source))?;
            let time = found.modified().map_err(|source| at("read", &path, source))?;
            stamp += &format!("{} {} {time:?}\n", path.display(), found.len());
        }
        Ok(stamp)
    }

    /// The programs that a private copy needs for itself, since they look for their files relative to themselves.
    pub(super) fn server_programs() -> &'static [&'static str] {
        SERVER_PROGRAMS
    }
}
