//! `confiture migrate validate`.

use clap::Args;
use confiture::migrate::MigrationSet;
use confiture::migrator::{Finding, Migrator};

use super::Directory;
use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::migration_files;
use crate::output::{self, FormatArgs, Table};

#[derive(Debug, Args)]
pub struct Validate {
    #[command(flatten)]
    directory: Directory,
    /// Check the files by themselves, without a database
    #[arg(long)]
    files_only: bool,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl Validate {
    pub fn run(&self, context: &Context) -> Outcome {
        let files = migration_files::load(&self.directory.path(context)?)?;
        let findings = match MigrationSet::from_files(files) {
            Err(problems) => {
                if !self.files_only {
                    output::note("The files were not compared with the ledger, which takes files in order.");
                }
                Finding::of_problems(&problems)
            }
            Ok(set) if self.files_only => Finding::of_files(&set),
            Ok(set) => against_ledger(context, &set)?,
        };
        if self.format.format.is_json() {
            let rows: Vec<_> = findings.iter().map(json).collect();
            output::print_json(&rows)?;
        } else if findings.is_empty() {
            output::print("The migrations are in order.")?;
        } else {
            let mut table = Table::new(["finding", "what"]);
            for finding in &findings {
                table.row([finding.kind.name().to_owned(), finding.message.clone()]);
            }
            output::print(&table.render())?;
        }
        Ok(Exit::check(true, !findings.is_empty()))
    }
}

fn against_ledger(context: &Context, set: &MigrationSet) -> Result<Vec<Finding>, Failure> {
    let settings = context.migration_settings()?;
    let mut session = context.connect()?;
    let mut migrator = settings.apply(Migrator::new(&mut session));
    if let Some(environment) = context.environment() {
        migrator = migrator.environment(environment);
    }
    Ok(migrator.validate(set)?)
}

fn json(finding: &Finding) -> serde_json::Value {
    serde_json::json!({
        "finding": finding.kind.name(),
        "version": finding.version,
        "file": finding.file,
        "message": finding.message,
    })
}
