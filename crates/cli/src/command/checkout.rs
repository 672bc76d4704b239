//! `confiture checkout`.

use clap::Args;
use confiture::db::session::{Param, Session};

use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output;

/// Make the live schema that of a branch
///
/// Uncommitted changes are committed first on the branch that they were made on. Rows of objects that
/// disappear are put aside, and come back when the objects do.
#[derive(Debug, Args)]
pub struct Checkout {
    /// The branch
    branch: String,
    /// Throw uncommitted changes away instead, and rows that can't be put aside
    #[arg(long)]
    discard: bool,
}

impl Checkout {
    pub fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let params = [Param::Text(&self.branch), Param::Bool(self.discard)];
        let rows = session.query("SELECT pggit.checkout($1, $2)", &params)?;
        for row in &rows {
            output::print(row.text(0)?)?;
        }
        Ok(Exit::Done)
    }
}
