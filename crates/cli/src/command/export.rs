//! `confiture export`.

use clap::Args;
use confiture::db::session::{Param, Session};

use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs};

/// Write a state as SQL that builds it in an empty database
#[derive(Debug, Args)]
pub struct Export {
    /// Branch, tag or commit
    #[arg(value_name = "REF", default_value = "HEAD")]
    reference: String,
    #[command(flatten)]
    format: FormatArgs,
}

impl Export {
    pub fn writes_json(&self) -> bool {
        self.format.format.is_json()
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let rows = session.query("SELECT pggit.export_schema($1)", &[Param::Text(&self.reference)])?;
        for row in &rows {
            let sql = row.text(0)?;
            if self.writes_json() {
                output::print_json(&serde_json::json!({ "ref": self.reference, "sql": sql }))?;
            } else {
                output::print(sql)?;
            }
        }
        Ok(Exit::Done)
    }
}
