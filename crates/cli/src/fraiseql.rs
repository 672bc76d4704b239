//! `fraiseql migrate`: what its guide documents, on the engine of `confiture migrate`.

mod create;
mod down;
mod init;
mod status;
mod up;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use confiture::db::ledger::{LedgerKind, LedgerName};
use confiture::migrate::MigrationSet;
use confiture::migrator::{Direction, Event, Migrator, StatusState, TemplateSettings};
use pggit_wire::WireSession;

use crate::command::migrate::tell_inside;
use crate::connection::{self, Context, GlobalArgs};
use crate::exit::{Failure, Outcome};
use crate::migration_files;
use crate::output;

/// Database migrations of FraiseQL.
#[derive(Debug, Parser)]
#[command(name = "fraiseql", version, propagate_version = true, after_help = DATABASE)]
pub struct Fraiseql {
    #[command(subcommand)]
    command: Command,
}

const DATABASE: &str = "\
The database is the one that --database-url names, else DATABASE_URL, else what libpq's variables
(PGHOST, PGDATABASE, ...) say.

Exit status: 0 done, 1 failed, 2 wrong usage.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Manage database migrations
    Migrate {
        #[command(subcommand)]
        command: Migrate,
    },
}

#[derive(Debug, Subcommand)]
enum Migrate {
    Init(init::Init),
    Create(create::Create),
    Up(up::Up),
    Down(down::Down),
    Status(status::Status),
}

/// Where the migrations are.
#[derive(Debug, Args)]
struct Directory {
    /// Directory with the migrations
    #[arg(long, value_name = "PATH", default_value = "./migrations")]
    path: PathBuf,
}

/// Which database.
#[derive(Debug, Args)]
struct Database {
    /// Database to work on: a postgresql:// URL or key=value pairs
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// Show SQLSTATE and context of errors
    #[arg(short, long)]
    verbose: bool,
}

impl Fraiseql {
    /// Runs the command and reports how it ended.
    pub fn run(self) -> ExitCode {
        let Command::Migrate { command } = self.command;
        let (outcome, verbose) = match command {
            Migrate::Init(init) => (init.run(), false),
            Migrate::Create(create) => (create.run(), false),
            Migrate::Up(up) => (up.run(), up.database.verbose),
            Migrate::Down(down) => (down.run(), down.database.verbose),
            Migrate::Status(status) => (status.run(), status.database.verbose),
        };
        match outcome {
            Ok(exit) => exit.into(),
            Err(failure) => failure.report_as("Error:", verbose),
        }
    }
}

impl Directory {
    /// The path as people write it: without `./` before it.
    fn shown(&self) -> String {
        self.path.strip_prefix("./").unwrap_or(&self.path).display().to_string()
    }

    /// Fails where there is no directory.
    fn require(&self) -> Result<&Path, Failure> {
        if self.path.is_dir() {
            return Ok(&self.path);
        }
        Err(Failure::new(format!("there is no directory \"{}\"", self.shown()))
            .sqlstate("58P01")
            .hint("\"fraiseql migrate init\" makes it; --path names another one."))
    }

    /// The migrations; there have to be some.
    fn migrations(&self) -> Result<MigrationSet, Failure> {
        let set = self.read()?;
        if set.migrations().is_empty() {
            return Err(Failure::new(format!("there are no migrations in \"{}\"", self.shown()))
                .sqlstate("58P01")
                .hint("\"fraiseql migrate create NAME\" makes one; --path names another directory."));
        }
        Ok(set)
    }

    fn read(&self) -> Result<MigrationSet, Failure> {
        migration_files::read(self.require()?)
    }
}

impl Database {
    fn connect(&self) -> Result<WireSession, Failure> {
        self.context()?.connect()
    }

    fn context(&self) -> Result<Context, Failure> {
        let global = GlobalArgs {
            directory: None,
            database_url: self.database_url.clone(),
            env: Vec::new(),
            verbose: self.verbose,
        };
        Context::new(global)
    }
}

/// The runner of these migrations.
fn runner(session: &mut WireSession) -> Migrator<'_, WireSession> {
    let templates =
        TemplateSettings { variables: Some(connection::variables()), ..TemplateSettings::default() };
    Migrator::new(session)
        .ledger(LedgerName::new(LedgerKind::Fraiseql))
        .templates(templates)
        .on_progress(tell)
}

/// Tells what happens, on stdout at once.
fn tell(event: &Event<'_>) {
    let line = match event {
        Event::WaitingForLock => {
            output::note("Waiting for another run of migrations on this database to end ...");
            return;
        }
        Event::Started { direction: Direction::Up, migration, .. } => {
            format!("✓ Running migration: {}", migration.file_name())
        }
        Event::Finished { direction: Direction::Up, .. } => "✓ Migration completed successfully".to_owned(),
        Event::Started { direction: Direction::Down, migration, .. } => {
            format!("✓ Rolling back migration: {}", migration.file_name())
        }
        Event::Finished { direction: Direction::Down, .. } => "✓ Rollback completed successfully".to_owned(),
        other => return tell_inside(other),
    };
    // Nobody reading must not end a run halfway.
    let _ = output::print(&line);
}

/// Fails with the documented message when a file was changed after it was applied.
fn refuse_modified(session: &mut WireSession, set: &MigrationSet) -> Result<(), Failure> {
    let entries = runner(session).status(set)?;
    let modified: Vec<String> = entries
        .iter()
        .filter(|entry| entry.state == StatusState::Modified)
        .map(|entry| file_name(entry.file.as_deref().unwrap_or(&entry.version)))
        .collect();
    let Some((first, others)) = modified.split_first() else { return Ok(()) };
    let failure = Failure::new(format!("Migration {first} checksum mismatch"))
        .sqlstate("58P01")
        .hint("Put the file back as it was, and make the change in a new migration: \"fraiseql migrate create NAME\".");
    Err(match others {
        [] => failure.detail("The file was changed after it was applied."),
        _ => failure.detail(format!("Changed after being applied were also: {}.", others.join(", "))),
    })
}

/// The last component of a path.
fn file_name(path: &str) -> String {
    confiture::migrate::file_name::base(path).to_owned()
}

fn count(migrations: usize) -> String {
    format!("{migrations} migration{}", if migrations == 1 { "" } else { "s" })
}

/// Handed to [`Outcome`] by commands that did what they were asked.
const DONE: Outcome = Ok(crate::exit::Exit::Done);

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Fraiseql::command().debug_assert();
    }
}
