//! The project's own commands.

mod bench;
mod demo;
mod eval;
mod extension;
mod major;
mod server;
mod session;
mod system;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the PostgreSQL extension.
    #[command(subcommand)]
    Extension(extension::Command),
    /// Run the main job: a schema change from a branch to production, on the example shop.
    Demo(demo::Demo),
    /// Run the main job on every schema of a corpus of real ones.
    Eval(eval::Eval),
    /// Measure: version control of a large schema, recording, running migrations, the private server.
    Bench(bench::Bench),
    /// Kill runs of migrations at 200 moments, and let crowds of them run at once.
    Chaos,
    /// Run all tests, format and lints included; `cargo xtask test -- NAME` runs some.
    Test(test::Test),
    /// Check format, lints and the repository's own rules.
    Check,
    /// Check the repository's own rules alone.
    Tidy,
}

impl Command {
    /// The major version of PostgreSQL that the command is to use, unless it names an installation itself.
    fn major(&self) -> Option<u8> {
        match self {
            Self::Extension(extension::Command::Build(build)) if build.pg_config.is_none() => Some(build.pg),
            Self::Demo(demo) => Some(demo.pg),
            Self::Eval(eval) => Some(eval.pg),
            Self::Bench(bench) => Some(bench.pg),
            Self::Test(test) => Some(test.pg),
            Self::Extension(_) | Self::Chaos | Self::Check | Self::Tidy => None,
        }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    if let Some(major) = command.major() {
        system::require_packages()?;
        major::require(major)?;
    }
    match command {
        Command::Extension(command) => command.run(),
        Command::Demo(demo) => demo.run(),
        Command::Eval(eval) => eval.run(),
        Command::Bench(bench) => bench.run(),
        Command::Test(test) => test.run(),
        Command::Chaos => test::chaos(),
        Command::Check => test::check(),
        Command::Tidy => tidy::run(),
    }
}
