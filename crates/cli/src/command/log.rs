//! `confiture log`.

use clap::Args;
use confiture::db::session::Param;

use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs, Records, Style};

/// Show commits, newest first
///
/// The log of the checked-out branch begins with its uncommitted changes, if there are any.
#[derive(Debug, Args)]
pub struct Log {
    /// Branch, tag or commit to begin with
    #[arg(value_name = "REF", default_value = "HEAD")]
    reference: String,
    /// Show at most N commits
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    max_count: u32,
    /// Show one line for each commit
    #[arg(long)]
    oneline: bool,
    #[command(flatten)]
    format: FormatArgs,
}

const COLUMNS: &[&str] =
    &["commit_id", "message", "author", "committed_at", "branch_name", "parent_ids", "changes", "source"];

/// What a commit without an id is called.
const UNCOMMITTED: &str = "uncommitted";

/// How much of an id is shown where there is little space.
pub const SHORT: usize = 10;

impl Log {
    pub fn writes_json(&self) -> bool {
        self.format.format.is_json()
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let commits = Records::query(
            &mut session,
            COLUMNS,
            "SELECT commit_id, message, author, \
             pg_catalog.to_char(pg_catalog.timezone('UTC', committed_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), \
             branch_name, parent_ids, changes, source \
             FROM pggit.log($1, $2::pg_catalog.int4)",
            &[Param::Text(&self.reference), Param::Int(self.max_count.into())],
        )?;
        if self.writes_json() {
            commits.print_json()?;
            return Ok(Exit::Done);
        }
        let mut text = String::new();
        for row in 0..commits.rows().len() {
            if self.oneline {
                let id = short(&commits.text(row, "commit_id"));
                let message = commits.text(row, "message");
                let subject = output::one_line(message.lines().next().unwrap_or_default());
                text.push_str(&format!("{} {subject}\n", output::paint(Style::Commit, &id)));
            } else {
                if row > 0 {
                    text.push('\n');
                }
                text.push_str(&heading(&commits, row));
                text.push_str(&format!("Branch: {}\n", output::one_line(&commits.text(row, "branch_name"))));
                text.push_str(&message(&commits, row));
            }
        }
        output::print(&text)?;
        Ok(Exit::Done)
    }
}

/// The first lines that git shows of a commit.
pub fn heading(commits: &Records, row: usize) -> String {
    let id = commits.text(row, "commit_id");
    let title = if id.is_empty() { UNCOMMITTED.to_owned() } else { format!("commit {id}") };
    format!(
        "{}\nAuthor: {}\nDate:   {}\n",
        output::paint(Style::Commit, &title),
        output::one_line(&commits.text(row, "author")),
        commits.text(row, "committed_at")
    )
}

/// The message of a commit, indented, between empty lines as far as there is something above.
pub fn message(commits: &Records, row: usize) -> String {
    let lines: String = commits
        .text(row, "message")
        .lines()
        .map(|line| format!("    {}", output::one_line(line)))
        .fold(String::new(), |text, line| text + line.trim_end() + "\n");
    format!("\n{lines}")
}

/// The beginning of an id.
pub fn short(id: &str) -> String {
    if id.is_empty() { UNCOMMITTED.to_owned() } else { id.chars().take(SHORT).collect() }
}
