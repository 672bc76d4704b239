//! The `fraiseql` command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    pggit_cli::fraiseql()
}
