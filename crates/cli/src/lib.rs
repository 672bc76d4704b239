//! The command lines `confiture` and `fraiseql`.

mod command;
mod connection;
mod exit;
mod filter;
mod fraiseql;
mod migration_files;
mod output;
mod private_server;
mod progress;
mod project;
mod renaming;
mod schema_source;
mod scratch_server;
mod sql_files;

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;

/// Catalogs are many small values: the allocator of the C library takes a fifth of the time of a comparison.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Runs `confiture` with the arguments of the process.
pub fn confiture() -> ExitCode {
    command::Confiture::parse().run()
}

/// Runs `fraiseql` with the arguments of the process.
pub fn fraiseql() -> ExitCode {
    fraiseql::Fraiseql::parse().run()
}
