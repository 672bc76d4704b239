//! `fraiseql migrate up`.

use clap::Args;
use confiture::migrate::UpRequest;

use super::{DONE, Database, Directory, count, refuse_modified, runner};
use crate::exit::Outcome;
use crate::output;

/// Apply all pending migrations
#[derive(Debug, Args)]
pub struct Up {
    /// Apply only N migrations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
    /// Show what would be applied without running
    #[arg(long)]
    dry_run: bool,
    /// Apply migrations after a later version too
    #[arg(long)]
    allow_out_of_order: bool,
    /// Apply although files of applied migrations are missing
    #[arg(long)]
    allow_missing: bool,
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    pub database: Database,
}

impl Up {
    pub fn run(&self) -> Outcome {
        let (mut session, set) = self.database.context()?.connect_during(|| self.directory.migrations())?;
        let request = UpRequest {
            steps: self.steps.map(|steps| steps as usize),
            allow_out_of_order: self.allow_out_of_order,
            allow_missing: self.allow_missing,
            ..UpRequest::default()
        };
        refuse_modified(&mut session, &set)?;
        if self.dry_run {
            let pending = runner(&mut session).pending(&set, &request)?;
            if !pending.is_empty() {
                output::print(&format!("Dry run: {} would be applied", count(pending.len())))?;
                for migration in pending {
                    output::print(&format!("  ○ {}", migration.file_name()))?;
                }
                return DONE;
            }
        } else if !runner(&mut session).up(&set, &request)?.is_empty() {
            return DONE;
        }
        output::print("✓ No pending migrations")?;
        DONE
    }
}
