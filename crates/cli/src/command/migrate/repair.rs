//! `confiture migrate repair`.

use clap::Args;
use confiture::migrator::{Repair as Repaired, RepairKind, RepairRequest};

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
                output::print(&format!("{}: {migration}{}", kind.name(), more(kind)))?;
            }
        }
        Ok(Exit::Done)
    }
}

/// What has to be known besides.
fn more(kind: &RepairKind) -> String {
    let RepairKind::FailureCleared { direction, statements } = kind else { return String::new() };
    let ran = match statements {
        0 => "no statement had run".to_owned(),
        1 => "its first statement had run, and is not undone".to_owned(),
        n => format!("its first {n} statements had run, and are not undone"),
    };
    format!(" ({ran}; the next \"{}\" begins with the first)", direction.name())
}

fn json(repair: &Repaired) -> serde_json::Value {
    let mut row = recorded_json(&repair.migration);
    row["repair"] = repair.kind.name().into();
    if let RepairKind::FailureCleared { direction, statements } = repair.kind {
        row["direction"] = direction.name().into();
        row["statements"] = statements.into();
    }
    row
}
