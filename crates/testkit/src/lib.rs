//! Servers, databases and comparisons for tests. Development only.
//!
//! What fails here fails the test: these functions panic with what happened instead of returning errors.

mod client;
mod dump;
pub mod extension;
pub mod live;
mod migrations;
pub mod plan_case;
pub mod proof;
mod server;
mod state;
pub mod walk;

pub use client::{pg_dump, pg_restore, psql, text, try_psql};
pub use dump::{assert_same_dump, dump, dump_with_rows, normalized};
pub use extension::{TestRepository, database_with_pggit};
pub use migrations::migration_set;
pub use plan_case::{PlanCase, PlanStates};
pub use server::{TestDatabase, TestServer};
pub use state::DatabaseState;
