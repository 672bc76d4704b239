//! `confiture migrate baseline`.

use clap::Args;

use super::{Directory, Prepared, count, recorded_json};
use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs};

#[derive(Debug, Args)]
pub struct Baseline {
    #[command(flatten)]
    directory: Directory,
    /// The last migration to record: a version, or a file's name [default: all]
    #[arg(long, value_name = "VERSION")]
    target: Option<String>,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl Baseline {
    pub fn run(&self, context: &Context) -> Outcome {
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        prepared.require_migrations()?;
        let (mut migrator, set) = prepared.runner();
        let recorded = migrator.baseline(set, self.target.as_deref())?;
        if self.format.format.is_json() {
            output::print_json(&recorded.iter().map(recorded_json).collect::<Vec<_>>())?;
        } else if recorded.is_empty() {
            output::print("Nothing to record, no migration is pending.")?;
        } else {
            for migration in &recorded {
                output::print(&format!(
                    "recorded  {}",
                    migration.file.as_deref().unwrap_or(&migration.version)
                ))?;
            }
            output::print(&format!("{} recorded as applied without running.", count(recorded.len())))?;
        }
        Ok(Exit::Done)
    }
}
