//! `confiture migrate`: one file per verb.

mod down;
mod status;
mod up;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use confiture::db::ledger::LedgerName;
use confiture::migrate::MigrationSet;
use confiture::migrator::{Direction, Event, Migrator, Ran};
use pggit_wire::WireSession;

use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::migration_files;
use crate::output::{self, FormatArgs};

/// Run migrations on a database, with or without the extension
#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Run the migrations that are pending
    #[command(
        after_help = "Examples:\n  confiture migrate up --env staging\n  confiture migrate up --database-url postgresql://localhost/app --steps 1"
    )]
    Up(up::Up),
    /// Undo the migration that was applied last, or several
    Down(down::Down),
    /// Show which migrations are applied
    Status(status::Status),
}

/// Where the migrations are.
#[derive(Debug, Args)]
pub struct Directory {
    /// Directory with the migrations [default: that of the environment or the project]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Migrate {
    pub fn writes_json(&self) -> bool {
        let format = match self {
            Self::Up(up) => up.format,
            Self::Down(down) => down.format,
            Self::Status(status) => status.format,
        };
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
