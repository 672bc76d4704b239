//! `confiture extension`.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process;

use clap::{Args, Subcommand};
use confiture::db::session::Session;

use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, FormatArgs, Table};
use crate::private_server;

/// Put the extension pggit into a server, and see where it is
#[derive(Debug, Subcommand)]
pub enum Extension {
    /// Copy the extension's files into the directories of an installed server
    ///
    /// This needs the right to write there, and no connection. CREATE EXTENSION pggit CASCADE then puts it
    /// into a database.
    Install(Install),
    /// Show which version the server has at hand and which one is in the database
    Status(FormatArgs),
}

#[derive(Debug, Args)]
pub struct Install {
    /// The server's pg_config
    #[arg(long, value_name = "PATH", default_value = "pg_config", env = "PGGIT_PG_CONFIG")]
    pg_config: PathBuf,
    /// Directory with the built files [default: beside this program]
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
}

impl Extension {
    pub fn writes_json(&self) -> bool {
        matches!(self, Self::Status(FormatArgs { format }) if format.is_json())
    }

    pub fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Install(install) => install.run(),
            Self::Status(format) => status(context, *format),
        }
    }
}

impl Install {
    fn run(&self) -> Outcome {
        let version = self.ask("--version")?;
        let major = version
            .split_whitespace()
            .nth(1)
            .and_then(|number| number.split(|c: char| !c.is_ascii_digit()).next())
            .and_then(|number| number.parse::<u32>().ok())
            .ok_or_else(|| self.bad(format!("Its version is \"{version}\".")))?;
        let files = match &self.from {
            Some(directory) => private_server::extension_files_in(directory)?,
            None => private_server::extension_files(major)?.ok_or_else(|| {
                Failure::new(format!(
                    "the files of the extension for PostgreSQL {major} are not beside this program"
                ))
                .sqlstate("58P01")
                .hint("Name the directory that has them with --from.")
            })?,
        };
        let libraries = PathBuf::from(self.ask("--pkglibdir")?);
        let extensions = PathBuf::from(self.ask("--sharedir")?).join("extension");
        copy(&files.so, &libraries, 0o755)?;
        // The control file last: with it the extension is there.
        for file in files.sql.iter().chain([&files.control]) {
            copy(file, &extensions, 0o644)?;
        }
        output::note(&format!(
            "The extension is in {version}. \"CREATE EXTENSION pggit CASCADE;\" puts it into a database."
        ));
        Ok(Exit::Done)
    }

    fn ask(&self, option: &str) -> Result<String, Failure> {
        let answer = process::Command::new(&self.pg_config).arg(option).output().map_err(|error| {
            Failure::file("run", &self.pg_config, &error).hint("Name it with --pg-config.")
        })?;
        if !answer.status.success() {
            return Err(self.bad(String::from_utf8_lossy(&answer.stderr).trim().to_owned()));
        }
        Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    }

    fn bad(&self, reason: String) -> Failure {
        Failure::new(format!("\"{}\" does not describe a PostgreSQL installation", self.pg_config.display()))
            .detail(reason)
            .hint("Name the server's pg_config with --pg-config.")
    }
}

/// Copies a file into a directory in one step: one that a server has loaded keeps its content.
fn copy(file: &Path, directory: &Path, mode: u32) -> Result<(), Failure> {
    let name = file.file_name().unwrap_or_else(|| OsStr::new("pggit"));
    let target = directory.join(name);
    let mut unfinished = target.clone().into_os_string();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let copied = fs::copy(file, &unfinished)
        .and_then(|_| fs::set_permissions(&unfinished, fs::Permissions::from_mode(mode)))
        .and_then(|()| fs::rename(&unfinished, &target));
    copied.map_err(|error| {
        let failure = Failure::file("write", &target, &error);
        if error.kind() == ErrorKind::PermissionDenied {
            failure.hint("Run this as a user who may write there, for example with sudo.")
        } else {
            failure
        }
    })
}

fn status(context: &Context, format: FormatArgs) -> Outcome {
    let mut session = context.connect()?;
    let rows = session.query(
        "SELECT (SELECT default_version::pg_catalog.text FROM pg_catalog.pg_available_extensions WHERE name = 'pggit'), \
         (SELECT extversion::pg_catalog.text FROM pg_catalog.pg_extension WHERE extname = 'pggit')",
        &[],
    )?;
    let (mut available, mut installed) = (None, None);
    for row in &rows {
        available = row.optional_text(0)?.map(str::to_owned);
        installed = row.optional_text(1)?.map(str::to_owned);
    }
    let library = match &installed {
        None => None,
        Some(_) => {
            let rows = session.query("SELECT pggit.version()", &[])?;
            rows.first().map(|row| row.text(0).map(str::to_owned)).transpose()?
        }
    };
    if format.format.is_json() {
        output::print_json(&serde_json::json!({
            "available_version": available,
            "installed_version": installed,
            "library_version": library,
        }))?;
    } else {
        let mut table = Table::default();
        let shown = |version: Option<String>, none: &str| version.unwrap_or_else(|| none.to_owned());
        table.row(["in the server".into(), shown(available, "not available")]);
        table.row(["in the database".into(), shown(installed, "not created")]);
        if library.is_some() {
            table.row(["library".into(), shown(library, "")]);
        }
        output::print(&table.render())?;
    }
    Ok(Exit::Done)
}
