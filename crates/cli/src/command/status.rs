//! `confiture status`.

use clap::Args;
use confiture::db::session::Session;

use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs, Records};

/// Show what the live schema has that the last commit has not
#[derive(Debug, Args)]
pub struct Status {
    /// Exit with status 3 if there are uncommitted changes
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    format: FormatArgs,
}

const COLUMNS: &[&str] = &["branch_name", "change_type", "object_type", "object_name", "details"];

impl Status {
    pub fn writes_json(&self) -> bool {
        self.format.format.is_json()
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let changes = Records::query(
            &mut session,
            COLUMNS,
            "SELECT branch_name, change_type, object_type, object_name, details FROM pggit.status()",
            &[],
        )?;
        if self.writes_json() {
            changes.print_json()?;
        } else {
            let rows = session.query("SELECT pggit.current_branch()", &[])?;
            let branch = rows.first().map(|row| row.text(0)).transpose()?.unwrap_or_default();
            let text = if changes.is_empty() {
                "Nothing to commit, the live schema is that of the last commit.\n".to_owned()
            } else {
                let columns = ["change_type", "object_type", "object_name", "details"].map(|name| (name, ""));
                let table = changes.table(&columns).render_plain();
                format!("Uncommitted changes:\n{table}")
            };
            output::print(&format!("On branch {}\n{text}", output::one_line(branch)))?;
        }
        Ok(Exit::check(self.check, !changes.is_empty()))
    }
}
