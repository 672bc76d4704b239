//! `confiture diff`.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use confiture::catalog::catalog::Unmodelled;
use confiture::catalog::plan::{Plan, PlanOptions, plan};
use confiture::db::session::{Row, Value};

use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::filter::FilterArgs;
use crate::output::{self, Records};
use crate::renaming::{self, RenameArgs};
use crate::schema_source::{SchemaSource, read_pair};

/// Show what turns one schema into another
///
/// FROM and TO are each a ref (branch, tag, commit, HEAD, WORKING), a postgresql:// URL, or an SQL file or
/// a directory of SQL files, which are loaded in the order of their names into a scratch database. Write
/// ./NAME for a directory that is called like a branch.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Diff {
    /// What to begin with
    from: String,
    /// What to come to
    to: String,
    /// How to write the difference: a table, a script, or the steps as JSON
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: DiffFormat,
    /// Use forms that do not block readers and writers
    #[arg(long)]
    online: bool,
    /// Leave out objects of kinds that are not compared, instead of failing
    #[arg(long)]
    allow_unmodelled: bool,
    /// Exit with status 3 if there is a difference
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    renaming: RenameArgs,
    #[command(flatten)]
    filter: FilterArgs,
}

const EXAMPLES: &str = "\
Examples:
  confiture diff main feature/user-profiles
  confiture diff postgresql://prod/app main --format sql
  confiture diff db/schema.sql db/migrations --check
  confiture diff main postgresql://prod/app --schema app --exclude 'tmp_*' --ignore-owner
  confiture diff old.sql new.sql --rename app.users=members --rename app.users.mail=email";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    #[default]
    Text,
    Sql,
    Json,
}

const COLUMNS: &[&str] = &["change_type", "object_type", "object_name", "details", "ddl", "hazards", "locks"];

impl Diff {
    pub fn writes_json(&self) -> bool {
        self.format == DiffFormat::Json
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let (from, to) = (SchemaSource::parse(&self.from)?, SchemaSource::parse(&self.to)?);
        let pair = read_pair(context, [&from, &to], &self.filter)?;
        report(&pair.unmodelled, self.allow_unmodelled)?;
        let known = self.renaming.follow(pair.renames.clone(), &pair.from, &pair.to)?;
        let filter = self.filter.filter(&pair.from, &pair.to)?;
        let (to, renames) = filter.target(&pair.from, &pair.to, &known, &pair.role);
        if !pair.is_related {
            renaming::note_likely(&pair.from, &to, &renames);
        }
        let options = PlanOptions {
            role: Some(pair.role.clone()),
            online: self.online,
            major: Some(pair.major),
            ..PlanOptions::default()
        };
        let plan = plan(&pair.from, &to, &renames, &options).map_err(confiture::Error::from)?;
        pair.check_characters(&plan)?;
        match self.format {
            DiffFormat::Text => output::print(&text(&plan))?,
            DiffFormat::Sql => output::print(&plan.to_sql())?,
            DiffFormat::Json => records(&plan).print_json()?,
        }
        // Taking catalogs apart takes longer than planning, and the process ends.
        std::mem::forget((pair, to));
        Ok(Exit::check(self.check, !plan.is_empty()))
    }
}

/// The steps as rows of `pggit.diff()`.
fn records(plan: &Plan) -> Records {
    let row = |step: &confiture::catalog::plan::Step| {
        Row(vec![
            Value::Text(step.change.to_string()),
            Value::Text(step.address.kind.to_string()),
            Value::Text(step.address.to_string()),
            step.part.as_ref().map_or(Value::Null, |part| Value::Text(part.to_string())),
            Value::Text(step.sql.clone()),
            Value::TextArray(step.hazards.iter().map(|hazard| Some(hazard.id().to_owned())).collect()),
            Value::TextArray(step.locks.iter().map(|lock| Some(lock.to_string())).collect()),
        ])
    };
    Records::new(COLUMNS, plan.steps.iter().map(row).collect())
}

fn text(plan: &Plan) -> String {
    if plan.is_empty() {
        return "No differences.\n".to_owned();
    }
    let headings = [
        ("change_type", "change"),
        ("object_type", "kind"),
        ("object_name", "object"),
        ("details", "details"),
        ("hazards", "hazards"),
    ];
    let mut text = records(plan).table(&headings).render();
    let steps = plan.steps.len();
    write!(text, "\n{steps} step{}\n", if steps == 1 { "" } else { "s" }).expect("a string takes everything");
    text
}

/// How many objects an error names.
const NAMED: usize = 10;

/// Reports what is not modelled: a plan that leaves it out is not to be had without being asked for.
fn report(unmodelled: &[Unmodelled], allowed: bool) -> Result<(), Failure> {
    if unmodelled.is_empty() {
        return Ok(());
    }
    let mut names: Vec<String> =
        unmodelled.iter().take(NAMED).map(|object| format!("{} {}", object.kind, object.identity)).collect();
    if unmodelled.len() > NAMED {
        names.push(format!("and {} more", unmodelled.len() - NAMED));
    }
    let names = names.join(", ");
    if allowed {
        output::note(&format!("warning: left out, since they are of kinds that are not compared: {names}"));
        return Ok(());
    }
    Err(Failure::new("there are objects of kinds that are not compared")
        .sqlstate("0A000")
        .detail(format!("They are: {names}."))
        .hint("With --allow-unmodelled they are left out."))
}
