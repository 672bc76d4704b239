//! Migration files: names, versions, order, checksums, up and down, writers of other formats.
//!
//! Everything here is a pure function of its arguments. The caller reads files into [`SourceFile`] values and
//! rows of a ledger into [`Applied`] values, and writes the [`OutputFile`] values that the writers return.

pub mod batch;
pub mod checksum;
pub mod directive;
mod distance;
pub mod down;
pub mod effect;
pub mod file_name;
pub mod migration;
pub mod migration_set;
pub mod pending;
pub mod python_literal;
pub mod skeleton;
pub mod slug;
pub mod statements;
pub mod template;
mod token;
pub mod trace;
pub mod transaction_use;
pub mod version;
pub mod writer;

pub use checksum::Checksum;
pub use directive::Directives;
pub use down::{Down, DownSource};
pub use file_name::{FileName, FileRole, Identity};
pub use migration::{Migration, SourceFile, Sql};
pub use migration_set::{MigrationSet, Problem, Problems};
pub use pending::{Applied, DownRequest, PendingError, RunState, State, UpRequest};
pub use statements::{ScanError, Script, Statement, scan};
pub use template::{TemplateError, TemplateUse, Templates};
pub use trace::Trace;
pub use transaction_use::TransactionUse;
pub use version::Version;
pub use writer::{GeneratedMigration, OutputFile, ProofNote, WriteError};
