//! `fraiseql migrate status`.

use clap::Args;
use confiture::migrator::{StatusEntry, StatusState};

use super::{DONE, Database, Directory, file_name, runner};
use crate::exit::Outcome;
use crate::output::{self, Format, FormatArgs};

/// Show migration status
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    pub database: Database,
}

impl Status {
    pub fn run(&self) -> Outcome {
        let (mut session, set) = self.database.context()?.connect_during(|| self.directory.read())?;
        let entries = runner(&mut session).status(&set)?;
        match self.format.format {
            Format::Text => output::print(&text(&entries))?,
            Format::Json => output::print_json(&entries.iter().map(json).collect::<Vec<_>>())?,
        }
        DONE
    }
}

fn json(entry: &StatusEntry) -> serde_json::Value {
    serde_json::json!({
        "file": entry.file.as_deref().map(file_name),
        "version": entry.version,
        "status": entry.state.name(),
        "applied_at": entry.applied_at,
    })
}

fn text(entries: &[StatusEntry]) -> String {
    let mut text = "Migration Status:\n".to_owned();
    if entries.is_empty() {
        text.push_str("  No migrations\n");
    }
    for entry in entries {
        let file = entry.file.as_deref().map_or_else(|| entry.name.clone(), file_name);
        let applied = format!("applied {}", time(entry.applied_at.as_deref().unwrap_or_default()));
        let (mark, state) = match entry.state {
            StatusState::Applied => ("✓", applied),
            StatusState::Modified => ("✗", format!("{applied}, checksum mismatch")),
            StatusState::Changed => ("○", format!("{applied}, changed, pending")),
            StatusState::Pending => ("○", "pending".to_owned()),
            StatusState::OutOfOrder => ("○", "pending, out of order".to_owned()),
            StatusState::Excluded => ("-", "not for this environment".to_owned()),
            StatusState::Missing => ("✗", format!("{applied}, file missing")),
        };
        text.push_str(&format!("  {mark} {} ({state})\n", output::one_line(&file)));
    }
    text
}

/// `2024-01-15T10:30:00Z` as `2024-01-15 10:30:00`: UTC.
fn time(applied_at: &str) -> String {
    applied_at.trim_end_matches('Z').replacen('T', " ", 1)
}
