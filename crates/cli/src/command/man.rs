//! `confiture man`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};

use super::Confiture;
use crate::exit::{Exit, Failure, Outcome};

/// Write the manual pages into a directory
#[derive(Debug, Args)]
pub struct Man {
    /// The directory, for example /usr/local/share/man/man1
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

impl Man {
    pub fn run(&self) -> Outcome {
        fs::create_dir_all(&self.directory)
            .map_err(|error| Failure::file("make", &self.directory, &error))?;
        let mut command = Confiture::command().disable_help_subcommand(true);
        command.build();
        page(&command, &self.directory)?;
        Ok(Exit::Done)
    }
}

/// Writes the page of a command, and those of its subcommands: `confiture-branch-create.1`.
fn page(command: &Command, directory: &Path) -> Result<(), Failure> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let path = directory.join(format!("{name}.1"));
    let mut page_text = Vec::new();
    clap_mangen::Man::new(command.clone())
        .render(&mut page_text)
        .map_err(|error| Failure::file("write", &path, &error))?;
    fs::write(&path, page_text).map_err(|error| Failure::file("write", &path, &error))?;
    command.get_subcommands().try_for_each(|subcommand| page(subcommand, directory))
}
