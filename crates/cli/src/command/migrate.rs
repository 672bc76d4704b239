//! `confiture migrate`: one file per verb.

mod baseline;
mod derive_down;
mod down;
mod fleet;
mod hazards;
mod new;
mod repair;
mod scratch;
mod status;
mod up;
mod validate;
mod verify;

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use confiture::MigrationSettings;
use confiture::db::connection::Connection;
use confiture::migrate::{Migration, MigrationSet, directive};
use confiture::migrator::{Direction, Event, Migrator, Ran, Recorded};
use pggit_wire::WireSession;

pub use down::derived_ways;

use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::migration_files;
use crate::output::{self, FormatArgs};
use crate::progress::Progress;

/// Run migrations on a database, with or without the extension
#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Make a file for a new migration, named and numbered as those that there are
    #[command(after_help = "Example:\n  confiture migrate new \"add users\"")]
    New(new::New),
    /// Run the migrations that are pending
    #[command(
        after_help = "Examples:\n  confiture migrate up --env staging\n  confiture migrate up --database-url postgresql://localhost/app --steps 1\n  confiture migrate up --fleet databases.txt --jobs 4"
    )]
    Up(up::Up),
    /// Undo the migration that was applied last, or several
    ///
    /// Where neither the files nor the ledger say how, the way down is derived on a scratch database, shown, and run
    /// after a question.
    Down(down::Down),
    /// Show which migrations are applied
    Status(status::Status),
    /// Check the files against each other and against the ledger; exit status 3 if something is wrong
    Validate(validate::Validate),
    /// Record migrations as applied without running them, for a database that has their changes already
    Baseline(baseline::Baseline),
    /// Accept changed files as they are now, and let migrations that failed halfway begin anew
    ///
    /// The ledger gets the checksums of the files as they are, and what is written down of runs that stopped halfway is
    /// forgotten: what they did has to be undone by hand. The schema is not touched.
    Repair(repair::Repair),
    /// Try what is pending on a scratch database: each up, down and up again
    ///
    /// The scratch database is made as the database is now. Exit status 3 unless each way down leads back, and the way
    /// up after it to where it led first; 1 when a way up fails.
    Verify(verify::Verify),
    /// Show how migrations could be undone, derived from what they change on a scratch database
    ///
    /// The files before are replayed there. Exit status 3 when the way down of one can't be derived.
    DeriveDown(derive_down::DeriveDown),
}

/// How often progress inside a migration is told.
const BETWEEN_ROWS: Duration = Duration::from_secs(1);

/// Where the migrations are.
#[derive(Debug, Args)]
pub struct Directory {
    /// Directory with the migrations [default: that of the environment or the project]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Directory {
    /// The directory.
    fn path(&self, context: &Context) -> Result<PathBuf, Failure> {
        match &self.dir {
            Some(directory) => Ok(directory.clone()),
            None => Ok(context.migrations()?.1),
        }
    }
}

/// How to wait for locks.
#[derive(Debug, Clone, Copy, Args)]
pub struct Locks {
    /// Let a statement wait for a lock no longer than TIME, such as 500ms or 5s; 0 for as long as it takes [default: 2s]
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    lock_timeout: Option<Duration>,
    /// Try N times again what fails for want of a lock, or by a deadlock [default: 10]
    #[arg(long, value_name = "N")]
    lock_retries: Option<u32>,
}

fn timeout(text: &str) -> Result<Duration, String> {
    directive::timeout("lock_timeout", text)
}

impl Locks {
    /// A runner that waits as is asked for here.
    fn apply<C: Connection>(self, mut migrator: Migrator<'_, C>) -> Migrator<'_, C> {
        if let Some(timeout) = self.lock_timeout {
            migrator = migrator.lock_timeout(timeout);
        }
        if let Some(retries) = self.lock_retries {
            migrator = migrator.lock_retries(retries);
        }
        migrator
    }
}

impl Migrate {
    pub fn writes_json(&self) -> bool {
        let format = match self {
            Self::Up(up) => up.format,
            Self::Down(down) => down.format,
            Self::Status(status) => status.format,
            Self::New(new) => new.format,
            Self::Validate(validate) => validate.format,
            Self::Baseline(baseline) => baseline.format,
            Self::Repair(repair) => repair.format,
            Self::Verify(verify) => verify.format,
            Self::DeriveDown(derive) => derive.format,
        };
        format.format.is_json()
    }

    pub fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Up(up) => up.run(context),
            Self::Down(down) => down.run(context),
            Self::Status(status) => status.run(context),
            Self::New(new) => new.run(context),
            Self::Validate(validate) => validate.run(context),
            Self::Baseline(baseline) => baseline.run(context),
            Self::Repair(repair) => repair.run(context),
            Self::Verify(verify) => verify.run(context),
            Self::DeriveDown(derive) => derive.run(context),
        }
    }
}

/// The files and the connection of a run.
struct Prepared<'a> {
    directory: PathBuf,
    set: MigrationSet,
    session: WireSession,
    settings: MigrationSettings,
    context: &'a Context,
    json: bool,
}

impl<'a> Prepared<'a> {
    fn new(context: &'a Context, directory: &Directory, format: FormatArgs) -> Result<Self, Failure> {
        let settings = context.migration_settings()?;
        let directory = directory.path(context)?;
        let (session, set) = context.connect_during(|| migration_files::read(&directory))?;
        Ok(Self { directory, set, session, settings, context, json: format.format.is_json() })
    }

    fn require_migrations(&self) -> Result<(), Failure> {
        require_migrations(&self.set, &self.directory)
    }

    /// The runner, and the files.
    fn runner(&mut self) -> (Migrator<'_, WireSession>, &MigrationSet) {
        let json = self.json;
        let mut migrator =
            self.settings.apply(Migrator::new(&mut self.session)).on_progress(move |event| tell(event, json));
        if let Some(environment) = self.context.environment() {
            migrator = migrator.environment(environment);
        }
        (migrator, &self.set)
    }
}

/// Fails where there are no migrations: most likely it is the wrong directory.
fn require_migrations(set: &MigrationSet, directory: &Path) -> Result<(), Failure> {
    if !set.migrations().is_empty() {
        return Ok(());
    }
    let failure = Failure::new(format!("there are no migrations in \"{}\"", directory.display()));
    Err(failure.sqlstate("58P01").hint("\"confiture migrate new\" makes one; --dir names another directory."))
}

/// A bar on stderr, and what tells it how far a replay is.
fn replaying(what: &str) -> (Rc<Progress>, impl FnMut(&Migration, usize, usize) + use<>) {
    let progress = Rc::new(Progress::start(what));
    let (told, what) = (Rc::clone(&progress), what.to_owned());
    (progress, move |migration, index, count| {
        told.at(index, count, &format!("{what} on a scratch database: {}", migration.file_name()));
    })
}

/// Tells what happens; results go to stdout at once, so that they are there should the run fail later.
fn tell(event: &Event<'_>, json: bool) {
    match event {
        Event::WaitingForLock => {
            output::note("Waiting for another run of migrations on this database to end ...");
        }
        Event::LedgerMade { name } => output::note(&format!("Table {name} is made to record migrations.")),
        Event::NoWayDown { migration, reason } => {
            output::note(&format!("note: {}: no way down is recorded: {reason}", migration.file()));
        }
        Event::NotBuilt { unmodelled } => {
            let names: Vec<String> =
                unmodelled.iter().map(|object| format!("{} {}", object.kind, object.identity)).collect();
            output::note(&format!("note: the scratch database lacks {}", names.join(", ")));
        }
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
        Event::Resumed { .. } | Event::Batch { .. } | Event::Retrying { .. } => tell_inside(event),
    }
}

/// Tells on stderr what happens inside a migration; nothing of other events.
pub fn tell_inside(event: &Event<'_>) {
    match event {
        Event::Resumed { file, line, statement, count } => output::note(&format!(
            "{file}: goes on at line {line}; {statement} of {count} statements had run when an earlier run stopped."
        )),
        Event::Batch { file, line, rows, done } => tell_rows(file, *line, *rows, *done),
        Event::Retrying { file, reason, retry, retries, pause } => output::note(&format!(
            "{file}: {reason}; trying again in {:.1} s ({retry} of {retries}) ...",
            pause.as_secs_f64()
        )),
        _ => {}
    }
}

/// How many rows the batches of a statement have changed: at its end, and once in a while before.
fn tell_rows(file: &str, line: u32, rows: u64, done: bool) {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if done || last.is_none_or(|last| last.elapsed() >= BETWEEN_ROWS) {
        *last = Some(Instant::now());
        output::note(&format!("{file}:{line}: {rows} rows{}", if done { "." } else { " ..." }));
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
        output::print(&format!("{} {done}.", count(ran.len())))?;
    }
    Ok(Exit::Done)
}

/// `1 migration`, `2 migrations`.
fn count(migrations: usize) -> String {
    format!("{migrations} migration{}", if migrations == 1 { "" } else { "s" })
}

fn recorded_json(recorded: &Recorded) -> serde_json::Value {
    serde_json::json!({ "version": recorded.version, "name": recorded.name, "file": recorded.file })
}
