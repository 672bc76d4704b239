//! `confiture completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Confiture;
use crate::exit::{Exit, Outcome};
use crate::output;

/// Write a completion script for a shell
///
/// For bash: confiture completions bash > ~/.local/share/bash-completion/completions/confiture
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub fn run(&self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Confiture::command(), "confiture", &mut script);
        output::print(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Done)
    }
}
