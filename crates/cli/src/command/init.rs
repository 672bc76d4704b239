//! `confiture init`.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::exit::{Exit, Failure, Outcome};
use crate::output;

/// Make a project: confiture.toml, db/migrations and db/environments
///
/// What is there already stays as it is.
#[derive(Debug, Args)]
pub struct Init {
    /// Where to make it
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
}

/// The files of a project, from its root.
const FILES: [(&str, &str); 5] = [
    ("confiture.toml", include_str!("init/confiture.toml")),
    ("db/environments/local.toml", include_str!("init/local.toml")),
    ("db/environments/staging.toml", include_str!("init/staging.toml")),
    ("db/environments/production.toml", include_str!("init/production.toml")),
    ("db/migrations/.gitkeep", ""),
];

impl Init {
    pub fn run(&self) -> Outcome {
        for (name, content) in FILES {
            let path = self.directory.join(name);
            let made = make(&path, content)?;
            output::print(&format!("{} {name}", if made { "made" } else { "kept" }))?;
        }
        output::note("Next: \"confiture dev start\" starts a private PostgreSQL for this project.");
        Ok(Exit::Done)
    }
}

/// Makes a file unless it is there; whether it was made.
fn make(path: &Path, content: &str) -> Result<bool, Failure> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(|error| Failure::file("make", directory, &error))?;
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            file.write_all(content.as_bytes()).map_err(|error| Failure::file("write", path, &error))?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Failure::file("make", path, &error)),
    }
}
