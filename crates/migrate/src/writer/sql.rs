//! The format `.up.sql` and `.down.sql`, which most tools read.
//!
//! ```sql
//! -- Migration: add_user_profile_fields
//! -- Source: pgGit branch feature/user-profiles
//! -- Commit: abc123, def456
//! -- Author: developer@example.com
//! -- Date: 2026-01-22
//! -- Base: main
//! -- Proven: on a scratch database of PostgreSQL 15.14
//! -- Proven: up gives the schema of the branch (tree 1111)
//! -- Proven: down gives the schema of the base (tree 2222)
//! ```

use super::{GeneratedMigration, OutputFile, WriteError, one_line, script};
use crate::migration::SourceFile;
use crate::migration_set::MigrationSet;

/// Writes a migration as two files, the way up first.
///
/// # Errors
/// [`WriteError`] when the files would not read back as the same statements.
pub fn write(migration: &GeneratedMigration) -> Result<Vec<OutputFile>, WriteError> {
    let stem = migration.stem()?;
    let (up, down) = (migration.up_script()?, script(&migration.down)?);
    let header = header(migration);
    let files = vec![
        OutputFile { name: format!("{stem}.up.sql"), text: format!("{header}\n{up}") },
        OutputFile { name: format!("{stem}.down.sql"), text: format!("{header}-- Way down\n\n{down}") },
    ];
    let sources = files
        .iter()
        .map(|file| SourceFile { name: file.name.clone(), bytes: file.text.clone().into_bytes() });
    let set = MigrationSet::from_files(sources.collect());
    let reads_back = set.is_ok_and(|set| match set.migrations() {
        [read] => {
            let read_down = read.down.as_ref().map_or("", |down| down.sql.text.as_str());
            migration.is_run_as(&read.directives) && read.up.text.ends_with(&up) && read_down.ends_with(&down)
        }
        _ => false,
    });
    if reads_back { Ok(files) } else { Err(WriteError::NotReadBack { file: format!("{stem}.up.sql") }) }
}

fn header(migration: &GeneratedMigration) -> String {
    let mut lines = vec![
        format!("Migration: {}", migration.name),
        format!("Source: pgGit branch {}", migration.branch),
        format!("Commit: {}", migration.commits.join(", ")),
    ];
    lines.extend(migration.author.as_ref().map(|author| format!("Author: {author}")));
    lines.push(format!("Date: {}", migration.date));
    lines.push(format!("Base: {}", migration.base));
    lines.extend(migration.proven.lines());
    let header: String = lines.iter().map(|line| format!("-- {}\n", one_line(line))).collect();
    header + migration.directive()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::scan;
    use crate::writer::tests::{documented, migration};

    #[test]
    fn the_documented_migration() {
        let header = "\
-- Migration: add_user_profile_fields
-- Source: pgGit branch feature/user-profiles
-- Commit: abc123, def456
-- Author: developer@example.com
-- Date: 2026-01-22
-- Base: main
-- Proven: on a scratch database of PostgreSQL 15.14
-- Proven: up gives the schema of the branch (tree 1111)
-- Proven: down gives the schema of the base (tree 2222)
";
        let files = write(&documented()).expect("can be written");
        assert_eq!(files[0].name, "20260122143022_001_add_user_profile_fields.up.sql");
        assert_eq!(files[1].name, "20260122143022_001_add_user_profile_fields.down.sql");
        let up = "\nALTER TABLE users ADD COLUMN avatar_url TEXT;\nALTER TABLE users ADD COLUMN bio TEXT;\n\
            CREATE INDEX idx_users_avatar ON users(avatar_url) WHERE avatar_url IS NOT NULL;\n";
        assert_eq!(files[0].text, format!("{header}{up}"));
        let down = "-- Way down\n\nDROP INDEX IF EXISTS idx_users_avatar;\n\
            ALTER TABLE users DROP COLUMN IF EXISTS bio;\nALTER TABLE users DROP COLUMN IF EXISTS avatar_url;\n";
        assert_eq!(files[1].text, format!("{header}{down}"));
    }

    proptest::proptest! {
        #[test]
        fn files_read_back(migration in migration()) {
            let files = write(&migration).expect("can be written");
            let expected = [&migration.up, &migration.down];
            for (file, statements) in files.iter().zip(expected) {
                let script = scan(&file.text).expect("can be split");
                let trimmed = |sql: &str| scan(sql).expect("a statement").statements[0].sql.to_owned();
                let expected: Vec<String> = statements.iter().map(|sql| trimmed(sql)).collect();
                let found: Vec<&str> = script.statements.iter().map(|s| s.sql).collect();
                assert_eq!(found, expected);
            }
        }
    }
}
