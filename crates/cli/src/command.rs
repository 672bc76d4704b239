//! The command line: one file per command, each with its arguments and what it does.

mod blame;
mod branch;
mod checkout;
mod commit;
mod completions;
mod dev;
mod diff;
mod export;
mod extension;
mod generate;
mod init;
pub mod lint;
mod log;
mod man;
mod merge;
pub mod migrate;
mod reflog;
mod show;
mod status;
mod tag;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::connection::{Context, GlobalArgs};
use crate::exit::Outcome;
use crate::output::Format;

/// Version control for PostgreSQL schemas, and migrations from it to production.
#[derive(Debug, Parser)]
#[command(name = "confiture", version, propagate_version = true, after_help = EXAMPLES, after_long_help = MORE)]
pub struct Confiture {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  confiture init                                     make a project here
  confiture branch create feature/user-profiles      begin a change
  confiture checkout feature/user-profiles
  confiture status
  confiture generate from-branch feature/user-profiles
  confiture merge feature/user-profiles main
  confiture migrate up --env production";

const MORE: &str = "\
Examples:
  confiture init                                     make a project here
  confiture branch create feature/user-profiles      begin a change
  confiture checkout feature/user-profiles
  confiture status
  confiture generate from-branch feature/user-profiles
  confiture merge feature/user-profiles main
  confiture migrate up --env production

The database is the one that --database-url or --env names, else DATABASE_URL, else \"url\" under
[database] in confiture.toml, else the project's private server if it runs, else what libpq's
variables (PGHOST, PGDATABASE, ...) say.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 findings (pending migrations, uncommitted changes
or differences with --check, conflicts, hazards of lint).";

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    #[command(subcommand)]
    Dev(dev::Dev),
    #[command(subcommand)]
    Extension(extension::Extension),
    #[command(subcommand)]
    Branch(branch::Branch),
    Checkout(checkout::Checkout),
    Commit(commit::Commit),
    Status(status::Status),
    Log(log::Log),
    Show(show::Show),
    Diff(diff::Diff),
    Lint(lint::Lint),
    Merge(merge::Merge),
    #[command(subcommand)]
    Generate(generate::Generate),
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    #[command(subcommand)]
    Tag(tag::Tag),
    Reflog(reflog::Reflog),
    Blame(blame::Blame),
    Export(export::Export),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Confiture {
    /// Runs the command and reports how it ended.
    pub fn run(self) -> ExitCode {
        if self.global.env.len() > 1 && !self.command.takes_environments() {
            let message = "this command works on one environment, but --env is given several times";
            Self::command().error(ErrorKind::ArgumentConflict, message).exit();
        }
        let json = self.command.writes_json();
        let verbose = self.global.verbose;
        let outcome = Context::new(self.global).and_then(|context| self.command.run(&context));
        match outcome {
            Ok(exit) => exit.into(),
            Err(failure) => failure.report(json, verbose),
        }
    }
}

impl Command {
    fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Init(command) => command.run(),
            Self::Dev(command) => command.run(context),
            Self::Extension(command) => command.run(context),
            Self::Branch(command) => command.run(context),
            Self::Checkout(command) => command.run(context),
            Self::Commit(command) => command.run(context),
            Self::Status(command) => command.run(context),
            Self::Log(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Diff(command) => command.run(context),
            Self::Lint(command) => command.run(context),
            Self::Merge(command) => command.run(context),
            Self::Generate(command) => command.run(context),
            Self::Migrate(command) => command.run(context),
            Self::Tag(command) => command.run(context),
            Self::Reflog(command) => command.run(context),
            Self::Blame(command) => command.run(context),
            Self::Export(command) => command.run(context),
            Self::Completions(command) => command.run(),
            Self::Man(command) => command.run(),
        }
    }

    /// Whether several environments make sense.
    fn takes_environments(&self) -> bool {
        use migrate::Migrate::{Down, Status, Up};
        matches!(self, Self::Migrate(Up(_) | Down(_) | Status(_)))
    }

    /// Whether the caller is a program, so that errors are JSON too.
    fn writes_json(&self) -> bool {
        match self {
            Self::Dev(command) => command.writes_json(),
            Self::Extension(command) => command.writes_json(),
            Self::Branch(command) => command.writes_json(),
            Self::Status(command) => command.writes_json(),
            Self::Log(command) => command.writes_json(),
            Self::Show(command) => command.writes_json(),
            Self::Diff(command) => command.writes_json(),
            Self::Lint(command) => command.writes_json(),
            Self::Merge(command) => command.writes_json(),
            Self::Migrate(command) => command.writes_json(),
            Self::Tag(command) => command.writes_json(),
            Self::Reflog(command) => command.writes_json(),
            Self::Blame(command) => command.writes_json(),
            Self::Export(command) => command.writes_json(),
            Self::Init(_)
            | Self::Checkout(_)
            | Self::Commit(_)
            | Self::Generate(_)
            | Self::Completions(_)
            | Self::Man(_) => false,
        }
    }
}

impl Format {
    fn is_json(self) -> bool {
        self == Self::Json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_sound() {
        Confiture::command().debug_assert();
    }
}
