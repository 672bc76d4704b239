//! The facade of pgGit: every verb of the command line, SQL function and library method is one call to it.

pub mod clock;
pub mod config;
pub mod environment;
pub mod error;
pub mod fleet;
pub mod generator;
pub mod migration_settings;
pub mod migrator;
pub mod pgdbm;
pub mod rehearsal;
pub mod repository;

pub use config::Config;
pub use environment::Environment;
pub use error::{Error, ErrorCode, Result};
pub use migration_settings::MigrationSettings;
pub use migrator::Migrator;
pub use repository::Repository;

pub use pggit_catalog as catalog;
pub use pggit_db as db;
pub use pggit_migrate as migrate;
