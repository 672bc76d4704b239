//! `pggit.version()`.

use pgrx::prelude::pg_extern;

/// The version of the loaded library, `MAJOR.MINOR.PATCH`.
#[pg_extern(sql = false)]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
