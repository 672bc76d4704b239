//! `confiture branch`.

use clap::{Args, Subcommand, ValueEnum};
use confiture::db::session::{Param, Session};

use super::log;
use super::merge::Merge;
use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, FormatArgs, Records, Table};

/// Create, list, delete, rename and merge branches
#[derive(Debug, Subcommand)]
pub enum Branch {
    /// Make a branch
    Create(Create),
    /// List the branches
    List(List),
    /// Delete a branch
    Delete(Delete),
    /// Rename a branch
    Rename(Rename),
    Merge(Merge),
}

#[derive(Debug, Args)]
pub struct Create {
    /// Its name
    name: String,
    /// Where it begins: a branch, tag or commit
    #[arg(default_value = "HEAD")]
    from: String,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only branches in this state
    #[arg(long, value_enum, ignore_case = true)]
    status: Option<BranchStatus>,
    #[command(flatten)]
    format: FormatArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum BranchStatus {
    Active,
    Merged,
    Conflicted,
}

#[derive(Debug, Args)]
pub struct Delete {
    /// Its name
    name: String,
    /// Even if it has commits that no other branch has
    #[arg(short, long)]
    force: bool,
}

#[derive(Debug, Args)]
pub struct Rename {
    /// Its name now
    old: String,
    /// Its name afterwards
    new: String,
}

const COLUMNS: &[&str] = &[
    "branch_name",
    "status",
    "is_current",
    "head_commit",
    "from_branch",
    "ahead",
    "behind",
    "last_commit_at",
    "last_message",
    "created_by",
    "created_at",
];

impl Branch {
    pub fn writes_json(&self) -> bool {
        match self {
            Self::List(list) => list.format.format.is_json(),
            Self::Merge(merge) => merge.writes_json(),
            Self::Create(_) | Self::Delete(_) | Self::Rename(_) => false,
        }
    }

    pub fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Create(Create { name, from }) => {
                call(context, "SELECT pggit.create_branch($1, $2)", &[Param::Text(name), Param::Text(from)])
            }
            Self::List(list) => list.run(context),
            Self::Delete(Delete { name, force }) => {
                call(context, "SELECT pggit.delete_branch($1, $2)", &[Param::Text(name), Param::Bool(*force)])
            }
            Self::Rename(Rename { old, new }) => {
                call(context, "SELECT pggit.rename_branch($1, $2)", &[Param::Text(old), Param::Text(new)])
            }
            Self::Merge(merge) => merge.run(context),
        }
    }
}

/// Calls a function that returns one text, and writes that.
pub fn call(context: &Context, sql: &str, params: &[Param<'_>]) -> Outcome {
    let mut session = context.connect_to_repository()?;
    for row in &session.query(sql, params)? {
        output::print(row.text(0)?)?;
    }
    Ok(Exit::Done)
}

impl List {
    fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let status = self.status.map_or(Param::Null, |status| {
            Param::Text(match status {
                BranchStatus::Active => "ACTIVE",
                BranchStatus::Merged => "MERGED",
                BranchStatus::Conflicted => "CONFLICTED",
            })
        });
        let branches = Records::query(
            &mut session,
            COLUMNS,
            "SELECT branch_name, status, is_current, head_commit, from_branch, ahead, behind, \
             pg_catalog.to_char(pg_catalog.timezone('UTC', last_commit_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), \
             last_message, created_by, \
             pg_catalog.to_char(pg_catalog.timezone('UTC', created_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
             FROM pggit.list_branches($1)",
            &[status],
        )?;
        if self.format.format.is_json() {
            branches.print_json()?;
        } else {
            output::print(&table(&branches)?.render())?;
        }
        Ok(Exit::Done)
    }
}

fn table(branches: &Records) -> Result<Table, Failure> {
    let mut table = Table::new(["", "branch", "status", "commit", "from", "ahead", "behind", "message"]);
    for (index, row) in branches.rows().iter().enumerate() {
        let text = |column| branches.text(index, column);
        let mark = if row.bool(2)? { "*" } else { " " };
        table.row([
            mark.to_owned(),
            text("branch_name"),
            text("status"),
            log::short(&text("head_commit")),
            text("from_branch"),
            text("ahead"),
            text("behind"),
            text("last_message"),
        ]);
    }
    Ok(table)
}
