//! `confiture migrate repair`.

use clap::Args;
use confiture::migrator::{Repair as Repaired, RepairRequest};

use super::{Directory, Prepared, recorded_json};
use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs};

#[derive(Debug, Args)]
pub struct Repair {
    #[command(flatten)]
    directory: Directory,
    /// This migration alone: a version, or a file's name
    #[arg(long, value_name = "VERSION")]
    target: Option<String>,
    /// Take rows out of the ledger whose files are gone
    #[arg(long)]
    remove_missing: bool,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl Repair {
    pub fn run(&self, context: &Context) -> Outcome {
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        let request = RepairRequest { target: self.target.clone(), remove_missing: self.remove_missing };
        let (mut migrator, set) = prepared.runner();
        let repairs = migrator.repair(set, &request)?;
        if self.format.format.is_json() {
            output::print_json(&repairs.iter().map(json).collect::<Vec<_>>())?;
        } else if repairs.is_empty() {
            output::print("Nothing to repair.")?;
        } else {
            for Repaired { kind, migration } in &repairs {
                let migration = migration.file.as_deref().unwrap_or(&migration.version);
                output::print(&format!("{}: {migration}", kind.name()))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn json(repair: &Repaired) -> serde_json::Value {
    let mut row = recorded_json(&repair.migration);
    row["repair"] = repair.kind.name().into();
    row
}
