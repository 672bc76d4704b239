//! `confiture show`.

use clap::Args;
use confiture::db::session::Param;

use super::log;
use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs, Records};

/// Show a commit and what it changed
#[derive(Debug, Args)]
pub struct Show {
    /// Branch, tag or commit
    #[arg(value_name = "REF", default_value = "HEAD")]
    reference: String,
    #[command(flatten)]
    format: FormatArgs,
}

const COLUMNS: &[&str] = &[
    "commit_id",
    "message",
    "author",
    "committed_at",
    "change_type",
    "object_type",
    "object_name",
    "details",
];

const HEADING: &[&str] = &["commit_id", "message", "author", "committed_at"];

impl Show {
    pub fn writes_json(&self) -> bool {
        self.format.format.is_json()
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let changes = Records::query(
            &mut session,
            COLUMNS,
            "SELECT commit_id, message, author, \
             pg_catalog.to_char(pg_catalog.timezone('UTC', committed_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), \
             change_type, object_type, object_name, details FROM pggit.show($1)",
            &[Param::Text(&self.reference)],
        )?;
        if self.writes_json() {
            changes.print_json()?;
            return Ok(Exit::Done);
        }
        let text = if changes.is_empty() {
            // A commit that changed nothing has no rows here, but one in the log.
            let commit = Records::query(
                &mut session,
                HEADING,
                "SELECT commit_id, message, author, \
                 pg_catalog.to_char(pg_catalog.timezone('UTC', committed_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
                 FROM pggit.log($1, 2) WHERE commit_id IS NOT NULL LIMIT 1",
                &[Param::Text(&self.reference)],
            )?;
            if commit.is_empty() {
                String::new()
            } else {
                log::heading(&commit, 0) + &log::message(&commit, 0)
            }
        } else {
            let columns = ["change_type", "object_type", "object_name", "details"].map(|name| (name, ""));
            let table = changes.table(&columns).render_plain();
            format!("{}{}\n{table}", log::heading(&changes, 0), log::message(&changes, 0))
        };
        output::print(&text)?;
        Ok(Exit::Done)
    }
}
