//! The ledger of Confiture 1.29 for Python, `tb_confiture`.
//!
//! That program takes `20260122143022_001_add_x` apart at the first `_`, into version `20260122143022` and name
//! `001_add_x`; here the version is `20260122143022_001`. Rows are written its way and read as what they mean.

use std::collections::BTreeSet;

use pggit_migrate::{Identity, Migration};

use super::Shape;

/// What such a table is.
pub(super) const SHAPE: Shape = Shape {
    number: "pk_confiture",
    required: &["pk_confiture", "slug", "version", "name", "applied_at", "execution_time_ms", "checksum"],
    optional: &["applied_by", "archived_into"],
    create: include_str!("confiture/create.sql"),
    complete: Some(include_str!("confiture/complete.sql")),
    rows: include_str!("confiture/rows.sql"),
};

/// Records migrations.
pub(super) const RECORD: &str = include_str!("confiture/record.sql");

/// The migration that a row stands for.
pub(super) fn identity(version: &str, name: &str) -> Identity {
    if is_time_and_sequence(version, name) {
        return Identity::from_text(&format!("{version}_{name}"));
    }
    Identity::from_text(version)
}

/// Version and name of a migration. For `20260122143022_001_add_x` these are `20260122143022` and `001_add_x`, unless
/// another migration has that version already.
pub(super) fn names(migration: &Migration, taken: &BTreeSet<String>) -> (String, String) {
    let version = migration.identity.to_string();
    if let Some((time, sequence)) = version.split_once('_').filter(|_| migration.version().is_some())
        && is_time_and_sequence(time, sequence)
        && !taken.contains(time)
    {
        let separator = if migration.name.is_empty() { "" } else { "_" };
        return (time.to_owned(), format!("{sequence}{separator}{}", migration.name));
    }
    (version, migration.name.clone())
}

/// `20260122143022` with `001` or `001_add_x`; `20260122` with `143022` or `143022_add_x`.
fn is_time_and_sequence(time: &str, name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let sequence = name.split('_').next().unwrap_or_default();
    let lengths_fit = matches!((time.len(), sequence.len()), (14, 3..=6) | (8, 6));
    lengths_fit && is_number(time) && is_number(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_other_program_are_understood() {
        for (version, name, expected) in [
            ("001", "a", "001"),
            ("20260122143022", "001_b", "20260122143022_001"),
            ("20260122143022", "c", "20260122143022"),
            ("20260122", "143022_b", "20260122_143022"),
            ("20260122", "001_b", "20260122"),
            ("20260122143022_002", "b", "20260122143022_002"),
            ("1", "002_x", "1"),
            ("seed", "seed", "seed"),
            ("R__views", "views", "R__views"),
        ] {
            assert_eq!(identity(version, name).to_string(), expected, "{version} {name}");
        }
    }
}
