//! `fraiseql migrate init`.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};

use clap::Args;

use super::{DONE, Directory};
use crate::exit::{Failure, Outcome};
use crate::output;

/// Initialize migrations: the directory, and a README.md with instructions
///
/// What is there already stays as it is.
#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    directory: Directory,
}

impl Init {
    pub fn run(&self) -> Outcome {
        let path = &self.directory.path;
        let shown = self.directory.shown();
        let existed = path.is_dir();
        fs::create_dir_all(path).map_err(|error| Failure::file("make", path, &error))?;
        output::print(&format!("{} {shown}/", if existed { "✓ Kept" } else { "✓ Created" }))?;
        let readme = path.join("README.md");
        let made = match OpenOptions::new().write(true).create_new(true).open(&readme) {
            Ok(mut file) => file
                .write_all(include_str!("init/README.md").as_bytes())
                .map(|()| true)
                .map_err(|error| Failure::file("write", &readme, &error))?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(error) => return Err(Failure::file("make", &readme, &error)),
        };
        output::print(&format!("{} {shown}/README.md", if made { "✓ Created" } else { "✓ Kept" }))?;
        DONE
    }
}
