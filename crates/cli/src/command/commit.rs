//! `confiture commit`.

use clap::Args;
use confiture::db::session::{Param, Session};

use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output;

/// Commit the live schema on the checked-out branch
#[derive(Debug, Args)]
pub struct Commit {
    /// What changed, and why
    #[arg(short, long, value_name = "TEXT")]
    message: String,
    /// Who made the change [default: the connected role]
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
}

impl Commit {
    pub fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let author = self.author.as_deref().map_or(Param::Null, Param::Text);
        let rows = session.query("SELECT pggit.commit($1, $2)", &[Param::Text(&self.message), author])?;
        for row in &rows {
            output::print(row.text(0)?)?;
        }
        Ok(Exit::Done)
    }
}
