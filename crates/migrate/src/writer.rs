//! Writers of generated migrations.

pub mod confiture;
pub mod sql;

use crate::directive::Directives;
use crate::file_name::{FileName, Identity};
use crate::slug::slug;
use crate::statements::{ScanError, Statement, scan};
use crate::version::Version;

/// A migration that was generated from a branch, before it is written in a format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedMigration {
    /// The version.
    pub version: Version,
    /// The name, as in the header; the file's name is made from it by [`slug`].
    pub name: String,
    /// The branch that it brings a database to.
    pub branch: String,
    /// The ids of the commits that are in the branch and not in the base, oldest first.
    pub commits: Vec<String>,
    /// The state that it starts from: a ref or a commit.
    pub base: String,
    /// Who made it.
    pub author: Option<String>,
    /// When, as text (`2026-01-22`).
    pub date: String,
    /// What was proven of it.
    pub proven: ProofNote,
    /// Each statement is run by itself, in both directions.
    pub no_transaction: bool,
    /// The statements of the way up, with or without semicolons.
    pub up: Vec<String>,
    /// The statements of the way down, with or without semicolons.
    pub down: Vec<String>,
}

/// What was proven of a migration, for its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofNote {
    /// The server it was proven on, such as `PostgreSQL 15.14`.
    pub server: String,
    /// The id of the state that the way up led to.
    pub up_tree: String,
    /// The id of the state that the way down led back to.
    pub down_tree: String,
    /// What more a reader should know, a sentence each.
    pub remarks: Vec<String>,
}

impl ProofNote {
    /// The lines of the header.
    fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("Proven: on a scratch database of {}", self.server),
            format!("Proven: up gives the schema of the branch (tree {})", self.up_tree),
            format!("Proven: down gives the schema of the base (tree {})", self.down_tree),
        ];
        lines.extend(self.remarks.iter().map(|remark| format!("Note: {remark}")));
        lines.iter().map(|line| one_line(line)).collect()
    }
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// The name, without directories.
    pub name: String,
    /// The content.
    pub text: String,
}

/// A migration that can't be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// There is nothing to do on the way up.
    #[error("a migration without statements is not written")]
    Empty,
    /// One of the statements can't be split off again, so that a file could not hold it.
    #[error("a generated statement can't be written into a script: {source}")]
    Scan {
        /// Why.
        source: ScanError,
    },
    /// One of the statements is none, or several, or brings lines of `COPY` data.
    #[error("what should be one generated statement is not: {statement}")]
    NotOneStatement {
        /// The text.
        statement: String,
    },
    /// Version and name do not make a file name from which they can be read.
    #[error("version \"{version}\" and name \"{name}\" do not make a file name that can be read back")]
    Name {
        /// The version.
        version: String,
        /// The name.
        name: String,
    },
    /// The file, read again, is not the migration that was written; a defect.
    #[error("the written file \"{file}\" does not read back as the migration it was written from")]
    NotReadBack {
        /// Its name.
        file: String,
    },
}

impl GeneratedMigration {
    /// The file name without ending, which reads back as version and name.
    fn stem(&self) -> Result<String, WriteError> {
        let name = slug(&self.name);
        let stem = format!("{}_{name}", self.version);
        let read = FileName::parse(&format!("{stem}.sql"));
        match read {
            Ok(Some(read))
                if read.identity == Identity::Versioned(self.version.clone()) && read.name == name =>
            {
                Ok(stem)
            }
            _ => Err(WriteError::Name { version: self.version.to_string(), name: self.name.clone() }),
        }
    }

    /// The directive that the file begins with.
    fn directive(&self) -> &'static str {
        if self.no_transaction { "-- no-transaction\n" } else { "" }
    }

    /// Whether a file that was read back says how to run it as this does.
    fn is_run_as(&self, read: &Directives) -> bool {
        let rest = Directives { no_transaction: false, ..read.clone() };
        read.no_transaction == self.no_transaction && rest.run_as_usual()
    }

    /// The statements of the way up as a script.
    fn up_script(&self) -> Result<String, WriteError> {
        if self.up.is_empty() { Err(WriteError::Empty) } else { script(&self.up) }
    }
}

/// Statements as a script, one after the other, each ended by a semicolon and a line end.
///
/// # Errors
/// [`WriteError`] unless the script splits into the same statements again.
pub fn script(statements: &[String]) -> Result<String, WriteError> {
    let mut text = String::new();
    let mut expected = Vec::new();
    for statement in statements {
        let statement = statement.trim();
        let scanned = scan(statement).map_err(|source| WriteError::Scan { source })?;
        let [Statement { sql, terminated, copy_data: None, .. }] = scanned.statements.as_slice() else {
            return Err(WriteError::NotOneStatement { statement: statement.to_owned() });
        };
        expected.push(*sql);
        text.push_str(statement);
        if !terminated {
            let last_comment = scanned.comments.last().filter(|comment| statement.ends_with(comment.text));
            let in_comment = last_comment.is_some_and(|comment| comment.line_text().is_some());
            text.push_str(if in_comment { "\n;" } else { ";" });
        }
        text.push('\n');
    }
    let read = scan(&text).map_err(|source| WriteError::Scan { source })?;
    if read.statements.iter().map(|statement| statement.sql).ne(expected) {
        return Err(WriteError::NotOneStatement { statement: text });
    }
    Ok(text)
}

/// A text as one line of a header: control characters are shown as escapes.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for c in text.trim().chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of the documentation.
    pub(crate) fn documented() -> GeneratedMigration {
        let statements = |statements: &[&str]| statements.iter().map(|s| (*s).to_owned()).collect();
        GeneratedMigration {
            version: Version::parse("20260122143022_001").expect("a version"),
            name: "add_user_profile_fields".to_owned(),
            branch: "feature/user-profiles".to_owned(),
            commits: vec!["abc123".to_owned(), "def456".to_owned()],
            base: "main".to_owned(),
            author: Some("developer@example.com".to_owned()),
            date: "2026-01-22".to_owned(),
            proven: ProofNote {
                server: "PostgreSQL 15.14".to_owned(),
                up_tree: "1111".to_owned(),
                down_tree: "2222".to_owned(),
                remarks: vec![],
            },
            no_transaction: false,
            up: statements(&[
                "ALTER TABLE users ADD COLUMN avatar_url TEXT;",
                "ALTER TABLE users ADD COLUMN bio TEXT;",
                "CREATE INDEX idx_users_avatar ON users(avatar_url) WHERE avatar_url IS NOT NULL;",
            ]),
            down: statements(&[
                "DROP INDEX IF EXISTS idx_users_avatar;",
                "ALTER TABLE users DROP COLUMN IF EXISTS bio;",
                "ALTER TABLE users DROP COLUMN IF EXISTS avatar_url;",
            ]),
        }
    }

    /// Statements with odd texts in every kind of quote.
    pub(crate) fn statement() -> impl Strategy<Value = String> {
        let odd = r#"[^\x00]{0,12}|(['"\\\n\r\t;$#{}-]|"""|'''|\\N|/\*|\*/|ü|𝄞){0,12}"#;
        let quoted =
            odd.prop_map(|text: String| format!("COMMENT ON TABLE t IS '{}'", text.replace('\'', "''")));
        let escaped = odd.prop_map(|text: String| {
            format!("SELECT E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
        });
        let name =
            odd.prop_map(|text: String| format!("CREATE TABLE \"x{}\" (a int);", text.replace('"', "\"\"")));
        let body = odd.prop_map(|text: String| {
            format!(
                "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $b_$\n{}\n$b_$",
                text.replace("$b_$", "")
            )
        });
        let comment = odd.prop_map(|text: String| format!("SELECT 1 -- {}", text.replace(['\n', '\r'], " ")));
        prop_oneof![quoted, escaped, name, body, comment]
    }

    /// A migration with odd texts everywhere.
    pub(crate) fn migration() -> impl Strategy<Value = GeneratedMigration> {
        let text = r#"[^\x00]{0,12}|(['"\\\n\r;-]|""""|lock_timeout: x\n|Rollback:|\n-- ){0,8}"#;
        (
            proptest::collection::vec(statement(), 1..4),
            proptest::collection::vec(statement(), 0..4),
            [text, text, text, text, text],
        )
            .prop_map(|(up, down, [name, branch, commit, author, remark])| {
                let mut migration = documented();
                (migration.up, migration.down) = (up, down);
                (migration.name, migration.branch) = (name, branch);
                (migration.commits, migration.author) = (vec![commit], Some(author));
                migration.proven.remarks = vec![remark];
                migration
            })
    }

    #[test]
    fn scripts() {
        let cases: &[(&[&str], Result<&str, &str>)] = &[
            (&[], Ok("")),
            (&["SELECT 1", " SELECT 2; \n"], Ok("SELECT 1;\nSELECT 2;\n")),
            (&["SELECT 1 -- a", "SELECT 2; -- b"], Ok("SELECT 1 -- a\n;\nSELECT 2; -- b\n")),
            (&["SELECT 1 /* a */", "SELECT '-- a'"], Ok("SELECT 1 /* a */;\nSELECT '-- a';\n")),
            (
                &["SELECT 'a"],
                Err("a generated statement can't be written into a script: unterminated string constant"),
            ),
            (
                &["SELECT (1", "SELECT 2"],
                Err("what should be one generated statement is not: SELECT (1;\nSELECT 2;\n"),
            ),
            (
                &["SELECT 1; SELECT 2"],
                Err("what should be one generated statement is not: SELECT 1; SELECT 2"),
            ),
            (&["-- nothing"], Err("what should be one generated statement is not: -- nothing")),
            (&[""], Err("what should be one generated statement is not: ")),
            (
                &["COPY t FROM stdin;"],
                Err("what should be one generated statement is not: COPY t FROM stdin;"),
            ),
        ];
        for (statements, expected) in cases {
            let statements: Vec<String> = statements.iter().map(|s| (*s).to_owned()).collect();
            let found = script(&statements).map_err(|error| error.to_string());
            assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{statements:?}");
        }
    }

    #[test]
    fn names_must_read_back() {
        let mut migration = documented();
        migration.version = Version::parse("20260122143022").expect("a version");
        assert_eq!(migration.stem().as_deref(), Ok("20260122143022_add_user_profile_fields"));
        migration.name = "404 page".to_owned();
        assert!(matches!(migration.stem(), Err(WriteError::Name { .. })));
        migration.name = "x\n\"y\"/../z".to_owned();
        assert_eq!(migration.stem().as_deref(), Ok("20260122143022_x_y_z"));
    }
}
