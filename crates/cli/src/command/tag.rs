//! `confiture tag`.

use clap::{Args, Subcommand};
use confiture::db::session::Param;

use super::{branch, log};
use crate::connection::Context;
use crate::exit::{Exit, Outcome};
use crate::output::{self, FormatArgs, Records, Table};

/// Create, list and delete tags
#[derive(Debug, Subcommand)]
pub enum Tag {
    /// Name a commit
    Create(Create),
    /// List the tags
    List(FormatArgs),
    /// Delete a tag
    Delete(Delete),
}

#[derive(Debug, Args)]
pub struct Create {
    /// Its name
    name: String,
    /// The commit: a branch, tag or commit
    #[arg(value_name = "REF", default_value = "HEAD")]
    reference: String,
}

#[derive(Debug, Args)]
pub struct Delete {
    /// Its name
    name: String,
}

const COLUMNS: &[&str] = &["tag_name", "commit_id", "created_by", "created_at"];

impl Tag {
    pub fn writes_json(&self) -> bool {
        matches!(self, Self::List(FormatArgs { format }) if format.is_json())
    }

    pub fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Create(Create { name, reference }) => branch::call(
                context,
                "SELECT pggit.tag($1, $2)",
                &[Param::Text(name), Param::Text(reference)],
            ),
            Self::Delete(Delete { name }) => {
                branch::call(context, "SELECT pggit.delete_tag($1)", &[Param::Text(name)])
            }
            Self::List(format) => list(context, *format),
        }
    }
}

fn list(context: &Context, format: FormatArgs) -> Outcome {
    let mut session = context.connect_to_repository()?;
    let tags = Records::query(
        &mut session,
        COLUMNS,
        "SELECT tag_name, commit_id, created_by, \
         pg_catalog.to_char(pg_catalog.timezone('UTC', created_at), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
         FROM pggit.list_tags()",
        &[],
    )?;
    if format.format.is_json() {
        tags.print_json()?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["tag", "commit", "by", "at"]);
    for row in 0..tags.rows().len() {
        let text = |column| tags.text(row, column);
        table.row([text("tag_name"), log::short(&text("commit_id")), text("created_by"), text("created_at")]);
    }
    output::print(&table.render())?;
    Ok(Exit::Done)
}
