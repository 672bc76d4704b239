//! Migrations of tests.

use pggit_migrate::MigrationSet;
use pggit_migrate::migration::SourceFile;

/// The migrations in files of these names and texts.
///
/// # Panics
/// When they are no set.
#[must_use]
pub fn migration_set<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> MigrationSet {
    let file = |(name, text): &(N, T)| SourceFile {
        name: name.as_ref().to_owned(),
        bytes: text.as_ref().as_bytes().to_vec(),
    };
    MigrationSet::from_files(files.iter().map(file).collect()).expect("a set")
}
