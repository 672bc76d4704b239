//! The migrations of a project, assembled from its files.

use std::collections::BTreeMap;
use std::fmt;

use crate::batch;
use crate::checksum::Checksum;
use crate::directive::{self, DirectiveError, Directives};
use crate::down::{Down, SecondRollbackBlock};
use crate::file_name::{FileName, FileNameError, FileRole, Identity};
use crate::migration::{Migration, SourceFile, Sql};
use crate::python_literal::{self, PythonError, PythonText};
use crate::statements::{ScanError, scan};

/// The migrations of a project in the order in which they run; no two have the same identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationSet {
    migrations: Vec<Migration>,
    warnings: Vec<Problem>,
}

/// Something wrong with the files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Two files are the way up of one version, or of one name where there are no versions.
    #[error("{first}: {second} has the same version, \"{identity}\"")]
    Duplicate {
        /// What they share.
        identity: Identity,
        /// One file.
        first: String,
        /// The other file.
        second: String,
    },
    /// Two files are the way down of one migration.
    #[error("{first}: {second} is a way down of the same migration, \"{identity}\"")]
    DuplicateDown {
        /// Which migration.
        identity: Identity,
        /// One file.
        first: String,
        /// The other file.
        second: String,
    },
    /// A file with a way down, and none with the way up.
    #[error("{file}: there is no file with the way up for this way down")]
    UnpairedDown {
        /// The file.
        file: String,
    },
    /// Way up and way down of one version have different names.
    #[error("{down}: the way up of version \"{identity}\" has another name, {up}")]
    NamesDiffer {
        /// Which migration.
        identity: Identity,
        /// File of the way up.
        up: String,
        /// File of the way down.
        down: String,
    },
    /// A file that is not UTF-8.
    #[error("{file}:{line}: the file is not UTF-8")]
    NotUtf8 {
        /// The file.
        file: String,
        /// The line with the first byte that is wrong, from 1.
        line: u32,
    },
    /// A NUL character, which no SQL can hold.
    #[error("{file}:{line}: the file holds a NUL character")]
    Nul {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u32,
    },
    /// A name that can't be used.
    #[error("{file}: {source}")]
    Name {
        /// The file.
        file: String,
        /// Why.
        source: FileNameError,
    },
    /// SQL that can't be split into statements.
    #[error("{file}:{line}:{column}: {source}")]
    Scan {
        /// The file.
        file: String,
        /// Line of the file, from 1.
        line: u32,
        /// Column in characters, from 1.
        column: u32,
        /// Why.
        source: ScanError,
    },
    /// A directive that can't be followed.
    #[error("{file}:{line}: {source}")]
    Directive {
        /// The file.
        file: String,
        /// Line of the file, from 1.
        line: u32,
        /// Why.
        source: DirectiveError,
    },
    /// More than one rollback block.
    #[error("{file}:{line}: {source}")]
    Rollback {
        /// The file.
        file: String,
        /// Line of the file of the second block, from 1.
        line: u32,
        /// Why.
        source: SecondRollbackBlock,
    },
    /// A Python file that can't be read.
    #[error("{file}:{line}: {source}")]
    Python {
        /// The file.
        file: String,
        /// Line of the file, from 1.
        line: u32,
        /// Why.
        source: PythonError,
    },
    /// A Python file without the way up.
    #[error("{file}: there is no way up: neither UP_SQL nor a class with a method \"up\"")]
    NoUpSql {
        /// The file.
        file: String,
    },
}

/// All that is wrong with the files, in the order of the files' names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            write!(f, "{}{problem}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// A gap in the numbers of migrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The number before the gap.
    pub after: u64,
    /// The number after it.
    pub before: u64,
}

impl MigrationSet {
    /// Assembles migrations from files in any order; files that are not migrations are passed over.
    ///
    /// # Errors
    /// [`Problems`] with all that is wrong, not only the first.
    pub fn from_files(mut files: Vec<SourceFile>) -> Result<Self, Problems> {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let mut assembly = Assembly::default();
        for file in &files {
            match FileName::parse(&file.name) {
                Ok(None) => {}
                Ok(Some(name)) => assembly.add(file, name),
                Err(source) => assembly.problems.push(Problem::Name { file: file.name.clone(), source }),
            }
        }
        assembly.finish()
    }

    /// The migrations in order.
    #[must_use]
    pub fn migrations(&self) -> &[Migration] {
        &self.migrations
    }

    /// The migration at a place, to be changed in what does not move it.
    pub(crate) fn migration_mut(&mut self, index: usize) -> &mut Migration {
        &mut self.migrations[index]
    }

    /// What is wrong with ways down; it stops only those who go that way.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// The migration of an identity.
    #[must_use]
    pub fn get(&self, identity: &Identity) -> Option<&Migration> {
        let at = self.migrations.binary_search_by(|migration| migration.identity.cmp(identity)).ok()?;
        self.migrations.get(at)
    }

    /// Gaps in versions that are one whole number each; times as versions leave no gaps, and of versions that go up by
    /// tens one by one is no gap.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let numbers: Vec<u64> = self
            .migrations
            .iter()
            .filter_map(Migration::version)
            .filter(|version| !version.is_timestamp())
            .filter_map(crate::version::Version::as_integer)
            .collect();
        let stride = numbers.iter().copied().reduce(common_divisor).unwrap_or(1).max(1);
        let pairs = numbers.windows(2).filter(|pair| pair[1] - pair[0] > stride);
        pairs.map(|pair| Gap { after: pair[0], before: pair[1] }).collect()
    }
}

/// A file with the way down that waits for its other half.
struct DownFile {
    name: String,
    sql: Sql,
    flyway: bool,
}

#[derive(Default)]
struct Assembly {
    ups: BTreeMap<Identity, Migration>,
    /// Files of ways up that can't be read, so that their ways down are not called unpaired.
    broken: BTreeMap<Identity, String>,
    downs: BTreeMap<Identity, DownFile>,
    problems: Vec<Problem>,
    /// Problems of ways down.
    warnings: Vec<Problem>,
}

impl Assembly {
    fn add(&mut self, file: &SourceFile, name: FileName) {
        let text = self.text_of(file);
        if name.role == FileRole::Down {
            return self.add_down(file, name, text);
        }
        let earlier = self
            .ups
            .get(&name.identity)
            .map(Migration::file)
            .or(self.broken.get(&name.identity).map(String::as_str));
        if let Some(earlier) = earlier {
            let first = earlier.to_owned();
            self.problems.push(Problem::Duplicate {
                identity: name.identity,
                first,
                second: file.name.clone(),
            });
            return;
        }
        let migration = text.and_then(|text| match name.role {
            FileRole::Python => self.python(file, &name, &text),
            FileRole::Up | FileRole::Down => self.sql(file, &name, text),
        });
        match migration {
            Some(migration) => drop(self.ups.insert(name.identity, migration)),
            None => drop(self.broken.insert(name.identity, file.name.clone())),
        }
    }

    fn add_down(&mut self, file: &SourceFile, name: FileName, text: Option<String>) {
        if let Some(earlier) = self.downs.get(&name.identity) {
            let first = earlier.sql.file.clone();
            self.problems.push(Problem::DuplicateDown {
                identity: name.identity,
                first,
                second: file.name.clone(),
            });
            return;
        }
        let sql = Sql { text: text.unwrap_or_default(), file: file.name.clone(), line: 1 };
        self.check_down(&sql);
        let base = file.name.rsplit('/').next().unwrap_or("");
        let flyway = base.starts_with('U') && !base.to_lowercase().ends_with(".down.sql");
        self.downs.insert(name.identity, DownFile { name: name.name, sql, flyway });
    }

    /// The text without its byte order mark.
    fn text_of(&mut self, file: &SourceFile) -> Option<String> {
        let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&file.bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => match text.find('\0') {
                None => Some(text.to_owned()),
                Some(at) => {
                    let line = line_of(bytes, at);
                    self.problems.push(Problem::Nul { file: file.name.clone(), line });
                    None
                }
            },
            Err(error) => {
                let line = line_of(bytes, error.valid_up_to());
                self.problems.push(Problem::NotUtf8 { file: file.name.clone(), line });
                None
            }
        }
    }

    fn sql(&mut self, file: &SourceFile, name: &FileName, text: String) -> Option<Migration> {
        self.migration(file, name, Sql { text, file: file.name.clone(), line: 1 }, None)
    }

    fn python(&mut self, file: &SourceFile, name: &FileName, source: &str) -> Option<Migration> {
        let read = match python_literal::read(source) {
            Ok(read) => read,
            Err(source) => {
                self.problems.push(Problem::Python { file: file.name.clone(), line: source.line, source });
                return None;
            }
        };
        let Some(up) = read.up else {
            self.problems.push(Problem::NoUpSql { file: file.name.clone() });
            return None;
        };
        let sql = |text: PythonText| Sql { text: text.value, file: file.name.clone(), line: text.line };
        let down = read.down.map(sql);
        if let Some(down) = &down {
            self.check_down(down);
        }
        let mut migration = self.migration(file, name, sql(up), down)?;
        let directives = &mut migration.directives;
        directives.no_transaction |= read.no_transaction;
        let docstring = read.docstring.map(|text| text.value).unwrap_or_default();
        let line_after = |key: &str| {
            let lines = docstring.lines().filter_map(|line| line.trim().strip_prefix(key));
            lines.map(|value| value.trim().to_owned()).find(|value| !value.is_empty())
        };
        directives.author = directives.author.take().or_else(|| line_after("Author:"));
        directives.date = directives.date.take().or_else(|| line_after("Date:"));
        directives.description = directives.description.take().or_else(|| {
            let first = docstring.lines().map(str::trim).find(|line| !line.is_empty());
            line_after("Description:").or_else(|| first.map(str::to_owned))
        });
        Some(migration)
    }

    fn migration(
        &mut self,
        file: &SourceFile,
        name: &FileName,
        up: Sql,
        python_down: Option<Sql>,
    ) -> Option<Migration> {
        let script = match scan(&up.text) {
            Ok(script) => script,
            Err(source) => {
                self.problems.push(scan_problem(&up, source));
                return None;
            }
        };
        let mut errors = batch::read(&script).err().unwrap_or_default();
        let directives = directive::read(&script).unwrap_or_else(|more| {
            errors.extend(more);
            Directives::default()
        });
        for source in errors {
            let line = source.line + up.line - 1;
            self.problems.push(Problem::Directive { file: file.name.clone(), line, source });
        }
        let comment_down = Down::from_comments(&script).unwrap_or_else(|source| {
            let line = source.second + up.line - 1;
            self.warnings.push(Problem::Rollback { file: file.name.clone(), line, source });
            None
        });
        let comment_down = comment_down.map(|block| Sql {
            text: block.sql,
            file: file.name.clone(),
            line: block.line + up.line - 1,
        });
        if let Some(sql) = &comment_down {
            self.check_down(sql);
        }
        Some(Migration {
            identity: name.identity.clone(),
            name: name.name.clone(),
            down: Down::choose(None, comment_down, python_down),
            checksum: Checksum::of(&file.bytes),
            directives,
            up,
            before_templates: None,
        })
    }

    fn check_down(&mut self, sql: &Sql) {
        if let Err(source) = scan(&sql.text) {
            self.warnings.push(scan_problem(sql, source));
        }
    }

    fn finish(mut self) -> Result<MigrationSet, Problems> {
        for (identity, down) in self.downs {
            let Some(migration) = self.ups.get_mut(&identity) else {
                if !self.broken.contains_key(&identity) {
                    self.problems.push(Problem::UnpairedDown { file: down.sql.file });
                }
                continue;
            };
            if !down.flyway && migration.name != down.name {
                let (up, down) = (migration.file().to_owned(), down.sql.file);
                self.problems.push(Problem::NamesDiffer { identity, up, down });
                continue;
            }
            let others = migration.down.take();
            migration.down = Down::choose(Some(down.sql), None, None).or(others);
        }
        if self.problems.is_empty() {
            Ok(MigrationSet { migrations: self.ups.into_values().collect(), warnings: self.warnings })
        } else {
            Err(Problems(self.problems))
        }
    }
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

fn scan_problem(sql: &Sql, source: ScanError) -> Problem {
    let at = source.position();
    Problem::Scan { file: sql.file.clone(), line: at.line + sql.line - 1, column: at.column, source }
}

fn line_of(bytes: &[u8], offset: usize) -> u32 {
    let line_ends = bytes[..offset].iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(line_ends + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::down::DownSource;

    fn from(files: &[(&str, &str)]) -> Result<MigrationSet, Problems> {
        let file = |(name, text): &(&str, &str)| SourceFile {
            name: (*name).to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        MigrationSet::from_files(files.iter().map(file).collect())
    }

    #[test]
    fn order_and_pairs() {
        let set = from(&[
            ("10_j.sql", "SELECT 10;\n-- Rollback: SELECT -10;"),
            ("README.md", "'"),
            ("2_b.down.sql", "SELECT -2;"),
            ("R__views.sql", "SELECT 'v';"),
            ("seed.sql", "SELECT 's';"),
            ("V1__a.sql", "SELECT 1;"),
            ("2_b.up.sql", "\u{feff}SELECT 2;\n-- Rollback: SELECT 0;"),
            ("U1__undo.sql", "SELECT -1;"),
            (
                "3_c.py",
                "'''doc\n\nAuthor: me\n'''\nUP_SQL = '''\n-- role: r\nSELECT 3;'''\nDOWN_SQL = 'SELECT -3;'",
            ),
        ])
        .expect("no problems");
        let found: Vec<_> = set
            .migrations()
            .iter()
            .map(|m| (m.identity.to_string(), m.down.as_ref().map(|d| (d.sql.text.as_str(), d.source))))
            .collect();
        let expected = [
            ("1", Some(("SELECT -1;", DownSource::File))),
            ("2", Some(("SELECT -2;", DownSource::File))),
            ("3", Some(("SELECT -3;", DownSource::Python))),
            ("10", Some(("SELECT -10;", DownSource::Comment))),
            ("seed", None),
            ("R__views", None),
        ];
        assert_eq!(found, expected.map(|(identity, down)| (identity.to_owned(), down)));
        let [_, two, three, ..] = set.migrations() else { panic!("six migrations") };
        assert_eq!(two.files(), ["2_b.up.sql", "2_b.down.sql"]);
        assert_eq!(two.up.text, "SELECT 2;\n-- Rollback: SELECT 0;");
        assert_eq!(three.directives.author.as_deref(), Some("me"));
        assert_eq!(three.directives.description.as_deref(), Some("doc"));
        assert_eq!(three.directives.role.as_deref(), Some("r"));
        assert_eq!((three.up.line, three.files()), (5, vec!["3_c.py"]));
        assert_eq!(set.get(&Identity::from_text("002")), Some(two));
        assert_eq!(set.get(&Identity::from_text("4")), None);
    }

    #[test]
    fn problems_are_reported_together() {
        let files = vec![
            ("001_a.sql", &b"SELECT 1;"[..]),
            ("1_b.sql", b"SELECT 1;"),
            ("2_a.py", b"UP_SQL = f''"),
            ("2_a.down.sql", b"SELECT 1"),
            ("3_a.sql", b"SELECT 1;\nSELECT '\xff';"),
            ("3_b.sql", b""),
            ("4_a.down.sql", b"SELECT 1;"),
            ("5_a.up.sql", b"SELECT 1;\n  'x"),
            ("5_a.down.sql", b"'x"),
            ("6_a.sql", b"-- lock_timeout: x\n-- Rollback: a\n\n-- Rollback: b"),
            ("7_a.py", b"'''d'''\nDOWN_SQL = ''"),
            ("8_a.py", b"\nUP_SQL = '''\n\n \"x'''"),
            ("9_a.up.sql", b""),
            ("9_b.down.sql", b""),
            ("9_a.down.sql", b""),
            ("B9__x.sql", b""),
            ("R__a.sql", b"a\0"),
            ("sub/x.sql", b""),
            ("x.up.sql", b""),
        ];
        let file = |(name, bytes): (&str, &[u8])| SourceFile { name: name.to_owned(), bytes: bytes.to_vec() };
        let problems = MigrationSet::from_files(files.into_iter().map(file).collect()).expect_err("problems");
        let expected = "\
001_a.sql: 1_b.sql has the same version, \"1\"
2_a.py:1: an f-string can't be read without running Python
3_a.sql:2: the file is not UTF-8
3_a.sql: 3_b.sql has the same version, \"3\"
5_a.up.sql:2:3: unterminated string constant
6_a.sql:1: \"x\" is no value of \"lock_timeout\": a number with ms, s, min, h or d is expected
7_a.py: there is no way up: neither UP_SQL nor a class with a method \"up\"
8_a.py:4:2: unterminated quoted identifier
9_a.down.sql: 9_b.down.sql is a way down of the same migration, \"9\"
B9__x.sql: baseline migrations are not supported
R__a.sql:1: the file holds a NUL character
sub/x.sql: x.up.sql has the same version, \"x\"
4_a.down.sql: there is no file with the way up for this way down";
        assert_eq!(problems.to_string(), expected);
        let differ = from(&[("1_a.up.sql", ""), ("1_b.down.sql", "")]).expect_err("names differ");
        assert_eq!(
            differ.to_string(),
            "1_b.down.sql: the way up of version \"1\" has another name, 1_a.up.sql"
        );
    }

    #[test]
    fn a_bad_way_down_is_a_warning() {
        let set = from(&[
            ("1_a.up.sql", "SELECT 1;"),
            ("1_a.down.sql", "SELECT 1;\nDO $$"),
            ("2_a.sql", "SELECT 1;\n\n-- Rollback:\n-- can't be"),
            ("3_a.sql", "-- Rollback: a\n\n-- Rollback: b\nSELECT 1;"),
            ("4_a.py", "UP_SQL = ''\n\nDOWN_SQL = '\"'"),
        ])
        .expect("no problems");
        let warnings: Vec<String> = set.warnings().iter().map(Problem::to_string).collect();
        assert_eq!(
            warnings,
            [
                "1_a.down.sql:2:4: unterminated dollar-quoted string",
                "2_a.sql:4:4: unterminated string constant",
                "3_a.sql:3: a second \"-- Rollback:\" block; the first is on line 1",
                "4_a.py:3:1: unterminated quoted identifier",
            ]
        );
        assert_eq!(set.migrations()[2].down, None);
    }

    #[test]
    fn gaps() {
        let set = from(&[
            ("001_a.sql", ""),
            ("2_b.sql", ""),
            ("5_c.sql", ""),
            ("7.1_d.sql", ""),
            ("20240126120000_e.sql", ""),
        ]);
        assert_eq!(set.expect("no problems").gaps(), [Gap { after: 2, before: 5 }]);
        let tens = from(&[("010_a.sql", ""), ("20_b.sql", ""), ("30_c.sql", ""), ("50_d.sql", "")]);
        assert_eq!(tens.expect("no problems").gaps(), [Gap { after: 30, before: 50 }]);
        let ends = from(&[("1_a.sql", ""), ("3_b.sql", "")]);
        assert_eq!(ends.expect("no problems").gaps(), [Gap { after: 1, before: 3 }]);
        assert_eq!(MigrationSet::default().gaps(), []);
    }
}
