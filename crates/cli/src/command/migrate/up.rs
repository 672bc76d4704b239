//! `confiture migrate up`.

use clap::Args;
use confiture::migrate::UpRequest;

use super::{Directory, Prepared, report};
use crate::connection::Context;
use crate::exit::Outcome;
use crate::output::FormatArgs;

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    directory: Directory,
    /// The last migration to run: a version, or a file's name
    #[arg(long, value_name = "VERSION")]
    target: Option<String>,
    /// Run at most N migrations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
    /// Run migrations after a later version too
    #[arg(long)]
    allow_out_of_order: bool,
    /// Run although files of applied migrations are missing
    #[arg(long)]
    allow_missing: bool,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl Up {
    pub fn run(&self, context: &Context) -> Outcome {
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        let request = UpRequest {
            target: self.target.clone(),
            steps: self.steps.map(|steps| steps as usize),
            allow_out_of_order: self.allow_out_of_order,
            allow_missing: self.allow_missing,
        };
        let (mut migrator, set) = prepared.runner();
        let ran = migrator.up(set, &request)?;
        report(&ran, "applied", "Nothing to do, no migration is pending.", self.format)
    }
}
