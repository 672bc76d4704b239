//! `confiture migrate status`.

use clap::Args;
use confiture::migrator::{StatusEntry, StatusState};

use super::fleet::{self, FleetArgs};
use super::{Directory, Prepared};
use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs, Table};

#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    directory: Directory,
    /// Exit with status 3 unless all migrations are applied as their files are
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    fleet: FleetArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl Status {
    pub fn run(&self, context: &Context) -> Outcome {
        if let Some(fleet) = self.fleet.fleet(context, &self.directory)? {
            return fleet::status(&fleet, self.check, self.format.format);
        }
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        let (mut migrator, set) = prepared.runner();
        let entries = migrator.status(set)?;
        if self.format.format.is_json() {
            let rows: Vec<_> = entries.iter().map(json).collect();
            output::print_json(&rows)?;
        } else {
            output::print(&text(&entries))?;
        }
        let finding =
            |entry: &StatusEntry| !matches!(entry.state, StatusState::Applied | StatusState::Excluded);
        Ok(Exit::check(self.check, entries.iter().any(finding)))
    }
}

fn json(entry: &StatusEntry) -> serde_json::Value {
    serde_json::json!({
        "version": entry.version,
        "name": entry.name,
        "file": entry.file,
        "status": entry.state.name(),
        "applied_at": entry.applied_at,
        "has_down": entry.has_down,
    })
}

fn text(entries: &[StatusEntry]) -> String {
    if entries.is_empty() {
        return "There are no migrations.\n".to_owned();
    }
    let mut table = Table::new(["", "version", "name", "status", "applied at", "down"]);
    for entry in entries {
        table.row([
            mark(entry.state).to_owned(),
            entry.version.clone(),
            entry.name.clone(),
            entry.state.name().to_owned(),
            entry.applied_at.clone().unwrap_or_default(),
            if entry.has_down { "yes" } else { "no" }.to_owned(),
        ]);
    }
    let count = |wanted: fn(StatusState) -> bool| entries.iter().filter(|entry| wanted(entry.state)).count();
    let applied = count(|state| {
        matches!(
            state,
            StatusState::Applied | StatusState::Modified | StatusState::Changed | StatusState::Missing
        )
    });
    format!("{}\n{applied} applied, {} to run\n", table.render(), count(StatusState::is_to_run))
}

const fn mark(state: StatusState) -> &'static str {
    match state {
        StatusState::Applied => "✓",
        StatusState::Pending | StatusState::Changed => "•",
        StatusState::OutOfOrder | StatusState::Modified | StatusState::Missing => "!",
        StatusState::Excluded => "-",
    }
}
