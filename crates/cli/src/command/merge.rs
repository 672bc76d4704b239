//! `confiture merge` and `confiture branch merge`.

use clap::{Args, ValueEnum};
use confiture::db::session::Param;

use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs, Records};

/// Merge a branch into another
#[derive(Debug, Args)]
pub struct Merge {
    /// The branch to merge
    source: String,
    /// The branch to merge it into [default: the checked-out branch]
    target: Option<String>,
    /// What to take where both sides changed the same: neither, the target's, the source's
    #[arg(long, value_enum, default_value_t)]
    strategy: Strategy,
    #[command(flatten)]
    format: FormatArgs,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Strategy {
    /// Neither: it is a conflict
    #[default]
    Auto,
    /// The target's
    Ours,
    /// The source's
    Theirs,
}

const COLUMNS: &[&str] = &["status", "commit_id", "merged_objects", "conflicts", "message"];

impl Merge {
    pub fn writes_json(&self) -> bool {
        self.format.format.is_json()
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let strategy = match self.strategy {
            Strategy::Auto => "auto",
            Strategy::Ours => "ours",
            Strategy::Theirs => "theirs",
        };
        let target = self.target.as_deref().map_or(Param::Null, Param::Text);
        let merged = Records::query(
            &mut session,
            COLUMNS,
            "SELECT status, commit_id, merged_objects, conflicts, message FROM pggit.merge($1, $2, $3)",
            &[Param::Text(&self.source), target, Param::Text(strategy)],
        )?;
        if self.writes_json() {
            merged.print_json()?;
        } else {
            output::print(&merged.text(0, "message"))?;
        }
        Ok(Exit::check(true, merged.text(0, "status") == "conflicts"))
    }
}
