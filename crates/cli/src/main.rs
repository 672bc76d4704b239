//! The `confiture` command line.

mod clock;
mod command;
mod connection;
mod exit;
mod filter;
mod migration_files;
mod output;
mod private_server;
mod progress;
mod project;
mod schema_source;
mod scratch_server;
mod sql_files;

use std::process::ExitCode;

use clap::Parser;

use command::Confiture;

fn main() -> ExitCode {
    Confiture::parse().run()
}
