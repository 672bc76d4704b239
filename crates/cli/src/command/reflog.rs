//! `confiture reflog`.

use clap::Args;
use confiture::db::session::Param;

use super::log;
use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs, Records, Table};

/// Show what happened to branches and tags, newest first
#[derive(Debug, Args)]
pub struct Reflog {
    /// Show at most N entries
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    max_count: u32,
    #[command(flatten)]
    format: FormatArgs,
}

const COLUMNS: &[&str] =
    &["id", "ref_name", "old_commit", "new_commit", "action", "message", "recorded_by", "recorded_at"];

impl Reflog {
    pub fn writes_json(&self) -> bool {
        self.format.format.is_json()
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let entries = Records::query(
            &mut session,
            COLUMNS,
            "SELECT id, ref_name, old_commit, new_commit, action, message, recorded_by, \
             pg_catalog.to_char(pg_catalog.timezone('UTC', recorded_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
             FROM pggit.reflog($1::pg_catalog.int4)",
            &[Param::Int(self.max_count.into())],
        )?;
        if self.writes_json() {
            entries.print_json()?;
            return Ok(Exit::Done);
        }
        let mut table = Table::new(["commit", "ref", "action", "message", "by", "at"]);
        for row in 0..entries.rows().len() {
            let text = |column| entries.text(row, column);
            let commit: String = text("new_commit").chars().take(log::SHORT).collect();
            let commit = if commit.is_empty() { "-".to_owned() } else { commit };
            let (by, at) = (text("recorded_by"), text("recorded_at"));
            table.row([commit, text("ref_name"), text("action"), text("message"), by, at]);
        }
        output::print(&table.render())?;
        Ok(Exit::Done)
    }
}
