//! The `confiture` command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    pggit_cli::confiture()
}
