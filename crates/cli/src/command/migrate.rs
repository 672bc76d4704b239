//! `confiture migrate`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use confiture::db::ledger::LedgerName;
use confiture::migrate::{DownRequest, MigrationSet, UpRequest};
use confiture::migrator::{Direction, Event, Migrator, Ran, StatusEntry, StatusState};
use pggit_wire::WireSession;

use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::migration_files;
use crate::output::{self, FormatArgs, Table};

/// Run migrations on a database, with or without the extension
#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Run the migrations that are pending
    #[command(
        after_help = "Examples:\n  confiture migrate up --env staging\n  confiture migrate up --database-url postgresql://localhost/app --steps 1"
    )]
    Up(Up),
    /// Undo the migration that was applied last, or several
    Down(Down),
    /// Show which migrations are applied
    Status(Status),
}

/// Where the migrations are.
#[derive(Debug, Args)]
pub struct Directory {
    /// Directory with the migrations [default: that of the environment or the project]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    directory: Directory,
    /// The last migration to run: a version, or a file's name
    #[arg(long, value_name = "VERSION")]
    target: Option<String>,
    /// Run at most N migrations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
    /// Run migrations after a later version too
    #[arg(long)]
    allow_out_of_order: bool,
    /// Run although files of applied migrations are missing
    #[arg(long)]
    allow_missing: bool,
    #[command(flatten)]
    format: FormatArgs,
}

#[derive(Debug, Args)]
pub struct Down {
    #[command(flatten)]
    directory: Directory,
    /// Undo N migrations, the last applied first
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "target", value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Undo all migrations that were applied after this one: a version, or a file's name
    #[arg(long, value_name = "VERSION")]
    target: Option<String>,
    #[command(flatten)]
    format: FormatArgs,
}

#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    directory: Directory,
    /// Exit with status 3 unless all migrations are applied as their files are
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    format: FormatArgs,
}

impl Migrate {
    pub fn writes_json(&self) -> bool {
        let (Self::Up(Up { format, .. })
        | Self::Down(Down { format, .. })
        | Self::Status(Status { format, .. })) = self;
        format.format.is_json()
    }

    pub fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Up(up) => up.run(context),
            Self::Down(down) => down.run(context),
            Self::Status(status) => status.run(context),
        }
    }
}

/// The files and the connection of a run.
struct Prepared<'a> {
    set: MigrationSet,
    session: WireSession,
    ledger: LedgerName,
    context: &'a Context,
    json: bool,
}

impl<'a> Prepared<'a> {
    fn new(context: &'a Context, directory: &Directory, format: FormatArgs) -> Result<Self, Failure> {
        let (ledger, usual) = context.migrations()?;
        let set = migration_files::read(directory.dir.as_ref().unwrap_or(&usual))?;
        Ok(Self { set, session: context.connect()?, ledger, context, json: format.format.is_json() })
    }

    /// The runner, and the files.
    fn runner(&mut self) -> (Migrator<'_, WireSession>, &MigrationSet) {
        let json = self.json;
        let mut migrator = Migrator::new(&mut self.session)
            .ledger(self.ledger.clone())
            .on_progress(move |event| tell(event, json));
        if let Some(environment) = self.context.environment() {
            migrator = migrator.environment(environment);
        }
        (migrator, &self.set)
    }
}

impl Up {
    fn run(&self, context: &Context) -> Outcome {
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        let request = UpRequest {
            target: self.target.clone(),
            steps: self.steps.map(|steps| steps as usize),
            allow_out_of_order: self.allow_out_of_order,
            allow_missing: self.allow_missing,
        };
        let (mut migrator, set) = prepared.runner();
        let ran = migrator.up(set, &request)?;
        report(&ran, "applied", "Nothing to do, no migration is pending.", self.format)
    }
}

impl Down {
    fn run(&self, context: &Context) -> Outcome {
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        let request = match &self.target {
            Some(target) => DownRequest::To(target.clone()),
            None => DownRequest::Steps(self.steps as usize),
        };
        let (mut migrator, set) = prepared.runner();
        let ran = migrator.down(set, &request)?;
        report(&ran, "undone", "Nothing to do.", self.format)
    }
}

/// Tells what happens; results go to stdout at once, so that they are there should the run fail later.
fn tell(event: &Event<'_>, json: bool) {
    match event {
        Event::WaitingForLock => {
            output::note("Waiting for another run of migrations on this database to end ...");
        }
        Event::LedgerMade { name } => output::note(&format!("Table {name} is made to record migrations.")),
        Event::Started { .. } => {}
        Event::Finished { direction, migration, duration, .. } if !json => {
            let done = match direction {
                Direction::Up => "applied",
                Direction::Down => "undone ",
            };
            let line = format!("{done}  {}  ({} ms)", migration.file_name(), duration.as_millis());
            // Nobody reading must not end a run halfway; the summary fails then.
            let _ = output::print(&line);
        }
        Event::Finished { .. } => {}
    }
}

fn report(ran: &[Ran], done: &str, nothing: &str, format: FormatArgs) -> Outcome {
    if format.format.is_json() {
        let ran: Vec<_> = ran
            .iter()
            .map(|ran| {
                serde_json::json!({
                    "version": ran.version,
                    "name": ran.name,
                    "file": ran.file,
                    "duration_ms": u64::try_from(ran.duration.as_millis()).unwrap_or(u64::MAX),
                })
            })
            .collect();
        output::print_json(&ran)?;
    } else if ran.is_empty() {
        output::print(nothing)?;
    } else {
        let count = ran.len();
        output::print(&format!("{count} migration{} {done}.", if count == 1 { "" } else { "s" }))?;
    }
    Ok(Exit::Done)
}

impl Status {
    fn run(&self, context: &Context) -> Outcome {
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        let (mut migrator, set) = prepared.runner();
        let entries = migrator.status(set)?;
        if self.format.format.is_json() {
            let rows: Vec<_> = entries.iter().map(json).collect();
            output::print_json(&rows)?;
        } else {
            output::print(&text(&entries))?;
        }
        let finding =
            |entry: &StatusEntry| !matches!(entry.state, StatusState::Applied | StatusState::Excluded);
        Ok(Exit::check(self.check, entries.iter().any(finding)))
    }
}

fn json(entry: &StatusEntry) -> serde_json::Value {
    serde_json::json!({
        "version": entry.version,
        "name": entry.name,
        "file": entry.file,
        "status": entry.state.name(),
        "applied_at": entry.applied_at,
        "has_down": entry.has_down,
    })
}

fn text(entries: &[StatusEntry]) -> String {
    if entries.is_empty() {
        return "There are no migrations.\n".to_owned();
    }
    let mut table = Table::new(["", "version", "name", "status", "applied at", "down"]);
    for entry in entries {
        table.row([
            mark(entry.state).to_owned(),
            entry.version.clone(),
            entry.name.clone(),
            entry.state.name().to_owned(),
            entry.applied_at.clone().unwrap_or_default(),
            if entry.has_down { "yes" } else { "no" }.to_owned(),
        ]);
    }
    let count = |wanted: fn(StatusState) -> bool| entries.iter().filter(|entry| wanted(entry.state)).count();
    let applied = count(|state| {
        matches!(
            state,
            StatusState::Applied | StatusState::Modified | StatusState::Changed | StatusState::Missing
        )
    });
    format!("{}\n{applied} applied, {} to run\n", table.render(), count(StatusState::is_to_run))
}

const fn mark(state: StatusState) -> &'static str {
    match state {
        StatusState::Applied => "✓",
        StatusState::Pending | StatusState::Changed => "•",
        StatusState::OutOfOrder | StatusState::Modified | StatusState::Missing => "!",
        StatusState::Excluded => "-",
    }
}
