//! `confiture blame`.

use clap::Args;
use confiture::db::session::Param;

use super::log;
use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs, Records, Table};

/// Show the commit that last changed each part of an object
#[derive(Debug, Args)]
pub struct Blame {
    /// The object, for example public.users
    #[arg(value_name = "OBJECT")]
    object: String,
    #[command(flatten)]
    format: FormatArgs,
}

const COLUMNS: &[&str] = &["part", "commit_id", "author", "committed_at", "message"];

impl Blame {
    pub fn writes_json(&self) -> bool {
        self.format.format.is_json()
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let parts = Records::query(
            &mut session,
            COLUMNS,
            "SELECT part, commit_id, author, \
             pg_catalog.to_char(pg_catalog.timezone('UTC', committed_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), \
             message FROM pggit.blame($1)",
            &[Param::Text(&self.object)],
        )?;
        if self.writes_json() {
            parts.print_json()?;
            return Ok(Exit::Done);
        }
        let mut table = Table::new(["part", "commit", "author", "at", "message"]);
        for row in 0..parts.rows().len() {
            let text = |column| parts.text(row, column);
            let subject = text("message").lines().next().unwrap_or_default().to_owned();
            let commit = log::short(&text("commit_id"));
            table.row([text("part"), commit, text("author"), text("committed_at"), subject]);
        }
        output::print(&table.render())?;
        Ok(Exit::Done)
    }
}
