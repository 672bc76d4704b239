//! `confiture migrate down`.

use clap::Args;
use confiture::migrate::DownRequest;

use super::{Directory, Locks, Prepared, report};
use crate::connection::Context;
use crate::exit::Outcome;
use crate::output::FormatArgs;

#[derive(Debug, Args)]
pub struct Down {
    #[command(flatten)]
    directory: Directory,
    /// Undo N migrations, the last applied first
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "target", value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Undo all migrations that were applied after this one: a version, or a file's name
    #[arg(long, value_name = "VERSION")]
    target: Option<String>,
    #[command(flatten)]
    locks: Locks,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl Down {
    pub fn run(&self, context: &Context) -> Outcome {
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        let request = match &self.target {
            Some(target) => DownRequest::To(target.clone()),
            None => DownRequest::Steps(self.steps as usize),
        };
        let (migrator, set) = prepared.runner();
        let ran = self.locks.apply(migrator).down(set, &request)?;
        report(&ran, "undone", "Nothing to do.", self.format)
    }
}
