//! Confiture's format: a Python file with `UP_SQL` and `DOWN_SQL`.
//!
//! ```python
//! """add_user_profile_fields
//!
//! Generated from pgGit branch: feature/user-profiles
//! Source commits: ['abc123', 'def456']
//! """
//!
//! UP_SQL = """
//! …
//! """
//! ```

use super::{GeneratedMigration, OutputFile, WriteError, one_line, script};
use crate::migration::SourceFile;
use crate::migration_set::MigrationSet;

/// Writes a migration as one file.
///
/// # Errors
/// [`WriteError`] when the file would not read back as the same statements.
pub fn write(migration: &GeneratedMigration) -> Result<Vec<OutputFile>, WriteError> {
    let name = format!("{}.py", migration.stem()?);
    let up = format!("\n{}{}", migration.directive(), migration.up_script()?);
    let down = format!("\n{}{}", migration.directive(), script(&migration.down)?);
    let docstring = docstring(migration);
    let text = format!(
        "{}\n\nUP_SQL = {}\n\nDOWN_SQL = {}\n",
        triple_quoted(&docstring),
        triple_quoted(&up),
        triple_quoted(&down)
    );
    let source = SourceFile { name: name.clone(), bytes: text.clone().into_bytes() };
    let reads_back = MigrationSet::from_files(vec![source]).is_ok_and(|set| match set.migrations() {
        [read] => {
            migration.is_run_as(&read.directives)
                && read.up.text == up
                && read.down.as_ref().is_some_and(|read| read.sql.text == down)
        }
        _ => false,
    });
    if reads_back { Ok(vec![OutputFile { name, text }]) } else { Err(WriteError::NotReadBack { file: name }) }
}

fn docstring(migration: &GeneratedMigration) -> String {
    let commits: Vec<String> = migration.commits.iter().map(|commit| list_item(commit)).collect();
    let mut lines = vec![
        migration.name.clone(),
        String::new(),
        format!("Generated from pgGit branch: {}", migration.branch),
        format!("Source commits: [{}]", commits.join(", ")),
        format!("Base: {}", migration.base),
    ];
    lines.extend(migration.author.as_ref().map(|author| format!("Author: {author}")));
    lines.push(format!("Date: {}", migration.date));
    lines.extend(migration.proven.lines());
    lines.iter().map(|line| one_line(line) + "\n").collect()
}

/// A text as Python's `repr` shows it in a list.
fn list_item(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A text that ends with a line end (or is empty) as a triple-quoted string literal. Line ends and single quotes
/// stay as they are, so that SQL stays readable; what Python would read differently is escaped.
fn triple_quoted(text: &str) -> String {
    let mut literal = String::from("\"\"\"");
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        match c {
            '\\' => literal.push_str("\\\\"),
            '"' => {
                taken = rest.len() - rest.trim_start_matches('"').len();
                let quote = if taken >= 3 || taken == rest.len() { "\\\"" } else { "\"" };
                literal.push_str(&quote.repeat(taken));
            }
            '\n' | '\t' => literal.push(c),
            '\r' => literal.push_str("\\r"),
            c if c.is_control() => literal.push_str(&format!("\\x{:02x}", u32::from(c))),
            '\u{feff}' | '\u{2028}' | '\u{2029}' => literal.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => literal.push(c),
        }
        rest = &rest[taken..];
    }
    literal.push_str("\"\"\"");
    literal
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::python_literal;
    use crate::writer::tests::{documented, migration};

    const DOCUMENTED: &str = r#""""add_user_profile_fields

Generated from pgGit branch: feature/user-profiles
Source commits: ['abc123', 'def456']
Base: main
Author: developer@example.com
Date: 2026-01-22
Proven: on a scratch database of PostgreSQL 15.14
Proven: up gives the schema of the branch (tree 1111)
Proven: down gives the schema of the base (tree 2222)
"""

UP_SQL = """
ALTER TABLE users ADD COLUMN avatar_url TEXT;
ALTER TABLE users ADD COLUMN bio TEXT;
CREATE INDEX idx_users_avatar ON users(avatar_url) WHERE avatar_url IS NOT NULL;
"""

DOWN_SQL = """
DROP INDEX IF EXISTS idx_users_avatar;
ALTER TABLE users DROP COLUMN IF EXISTS bio;
ALTER TABLE users DROP COLUMN IF EXISTS avatar_url;
"""
"#;

    #[test]
    fn the_documented_migration() {
        let files = write(&documented()).expect("can be written");
        let name = "20260122143022_001_add_user_profile_fields.py".to_owned();
        assert_eq!(files, [OutputFile { name, text: DOCUMENTED.to_owned() }]);
    }

    #[test]
    fn literals() {
        let cases = [
            ("", r#""""""""#),
            ("a'b\"c\"\"d\n", "\"\"\"a'b\"c\"\"d\n\"\"\""),
            ("\"\"\"\n", "\"\"\"\\\"\\\"\\\"\n\"\"\""),
            ("a\"", "\"\"\"a\\\"\"\"\""),
            ("\\n\r\n\u{1}", "\"\"\"\\\\n\\r\n\\x01\"\"\""),
        ];
        for (text, expected) in cases {
            assert_eq!(triple_quoted(text), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn files_read_back(migration in migration()) {
            let files = write(&migration).expect("can be written");
            let read = python_literal::read(&files[0].text).expect("can be read");
            assert_eq!(read.docstring.map(|text| text.value), Some(docstring(&migration)));
            assert_eq!(read.up.map(|text| text.value), script(&migration.up).ok().map(|sql| format!("\n{sql}")));
            assert_eq!(read.down.map(|text| text.value), script(&migration.down).ok().map(|sql| format!("\n{sql}")));
        }
    }

    /// Prints docstring, `UP_SQL` and `DOWN_SQL` of each hexadecimal line of source as hexadecimal words.
    const READER: &str = "
import ast, sys
for line in sys.stdin:
    module = ast.parse(bytes.fromhex(line))
    values = [ast.get_docstring(module, clean=False)]
    for statement, name in zip(module.body[1:], ['UP_SQL', 'DOWN_SQL'], strict=True):
        assert statement.targets[0].id == name
        values.append(ast.literal_eval(statement.value))
    print(*('x' + value.encode().hex() for value in values))
";

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What the real Python reads from each source; `None` where there is no Python.
    #[allow(clippy::disallowed_methods, reason = "the test compares with the real Python")]
    fn read_with_python(sources: &[String]) -> Option<Vec<String>> {
        let mut python = Command::new("python3")
            .args(["-I", "-c", READER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let input: String = sources.iter().map(|source| hex(source) + "\n").collect();
        let mut stdin = python.stdin.take().expect("is piped");
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = python.wait_with_output().expect("python3 ends");
        writer.join().expect("the writer ends").expect("python3 reads its input");
        assert!(output.status.success(), "python3 failed");
        Some(String::from_utf8(output.stdout).expect("hexadecimal").lines().map(str::to_owned).collect())
    }

    #[test]
    fn python_reads_the_same() {
        let mut runner = TestRunner::default();
        let migrations: Vec<GeneratedMigration> = std::iter::once(documented())
            .chain((0..300).map(|_| migration().new_tree(&mut runner).expect("a migration").current()))
            .collect();
        let text = |migration: &GeneratedMigration| write(migration).expect("can be written")[0].text.clone();
        let sources: Vec<String> = migrations.iter().map(text).collect();
        let Some(read) = read_with_python(&sources) else {
            eprintln!("skipped: python3 is not installed");
            return;
        };
        assert_eq!(read.len(), migrations.len());
        for (migration, read) in migrations.iter().zip(read) {
            let sql = |statements: &[String]| hex(&format!("\n{}", script(statements).expect("a script")));
            let (up, down) = (sql(&migration.up), sql(&migration.down));
            assert_eq!(read, format!("x{} x{up} x{down}", hex(&docstring(migration))), "{migration:?}");
        }
    }
}
