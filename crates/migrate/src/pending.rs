//! What a run would do: the files against the rows of a ledger.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::down::{Down, DownSource};
use crate::file_name::Identity;
use crate::migration::{Migration, Sql};
use crate::migration_set::MigrationSet;

/// A row of a ledger: a migration that is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The version as recorded: a version, or a file's name with or without its ending; see
    /// [`Identity::from_text`].
    pub version: String,
    /// The name as recorded; for messages only.
    pub name: String,
    /// The checksum as recorded; `None` where the ledger has none, which matches every file.
    pub checksum: Option<String>,
    /// When, as text of the caller's choice.
    pub applied_at: String,
    /// SQL that undoes it, where that is recorded in the database.
    pub rollback_sql: Option<String>,
    /// Counts only for a file of this name, and is not missed without: it may be of another module.
    pub only_file: Option<String>,
}

/// How a migration's file stands to the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State<'a> {
    /// In the ledger, with the file's checksum.
    Applied(&'a Applied),
    /// In the ledger, with another checksum.
    Modified(&'a Applied),
    /// A repeatable migration in the ledger with another checksum: it runs again.
    Changed(&'a Applied),
    /// Not in the ledger.
    Pending,
    /// Not in the ledger, while a later version is.
    OutOfOrder,
    /// Not in the ledger, and not to run in this environment.
    Excluded,
}

impl State<'_> {
    /// Whether an `up` has it to run.
    #[must_use]
    pub fn is_to_run(&self) -> bool {
        matches!(self, Self::Changed(_) | Self::Pending | Self::OutOfOrder)
    }
}

/// A migration and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// How it stands to the ledger.
    pub state: State<'a>,
}

/// The files of a project against the ledger of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunState<'a> {
    /// Every migration that has a file, in order.
    pub entries: Vec<Entry<'a>>,
    /// Rows of the ledger without a file, in the ledger's order.
    pub missing: Vec<&'a Applied>,
    /// The ledger, in the order in which it was applied.
    applied: Vec<&'a Applied>,
}

/// What an `up` is asked to do; the default is everything, nothing out of order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpRequest {
    /// The last migration to run: a version or a file's name.
    pub target: Option<String>,
    /// How many to run at most.
    pub steps: Option<usize>,
    /// Whether migrations may run after a later version.
    pub allow_out_of_order: bool,
    /// Whether files of applied migrations may be missing.
    pub allow_missing: bool,
}

/// What a `down` is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DownRequest {
    /// Undo that many, the last applied first.
    Steps(usize),
    /// Undo all that was applied after this one, which stays: a version or a file's name.
    To(String),
}

/// One migration to undo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownStep<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// Its row in the ledger.
    pub applied: &'a Applied,
}

impl<'a> DownStep<'a> {
    /// The way down that its files give, or else the one that is recorded.
    ///
    /// # Errors
    /// [`PendingError::NoDown`] where there is none.
    pub fn down(&self) -> Result<Cow<'a, Down>, PendingError> {
        if let Some(down) = &self.migration.down {
            return Ok(Cow::Borrowed(down));
        }
        let file = self.migration.file();
        let Some(text) = &self.applied.rollback_sql else {
            return Err(PendingError::NoDown { file: file.to_owned() });
        };
        let sql = Sql { text: text.clone(), file: format!("rollback SQL of {file}"), line: 1 };
        Ok(Cow::Owned(Down { sql, source: DownSource::Recorded }))
    }
}

/// A run that can't be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PendingError {
    /// Files were changed after they were applied.
    #[error("modified after being applied: {}", files.join(", "))]
    Modified {
        /// The files.
        files: Vec<String>,
    },
    /// Applied migrations have no file.
    #[error("applied, but without a file: {}", versions.join(", "))]
    Missing {
        /// Versions as recorded.
        versions: Vec<String>,
    },
    /// Migrations have a lower version than one that is applied.
    #[error("out of order: {} would run after version \"{newest}\"", files.join(", "))]
    OutOfOrder {
        /// The files.
        files: Vec<String>,
        /// The highest applied version.
        newest: String,
    },
    /// There is no such migration.
    #[error("there is no migration \"{target}\"")]
    UnknownTarget {
        /// As asked for.
        target: String,
    },
    /// The migration to go back to is not applied.
    #[error("migration \"{target}\" is not applied")]
    TargetNotApplied {
        /// As asked for.
        target: String,
    },
    /// Nothing is applied.
    #[error("there is nothing to roll back")]
    NothingToRollBack,
    /// Fewer migrations are applied than are to be undone.
    #[error("{steps} migrations are to be rolled back, but only {applied} can be")]
    TooManySteps {
        /// How many were asked for.
        steps: usize,
        /// How many are applied, without repeatable ones.
        applied: usize,
    },
    /// Nothing says how to undo a migration.
    #[error("{file}: there is no way down")]
    NoDown {
        /// The file of the way up.
        file: String,
    },
}

impl<'a> RunState<'a> {
    /// Compares files with a ledger, whose rows stand in the order in which they were applied. Of several rows of
    /// one migration the last counts. Migrations for certain environments run only in these; in none without a
    /// name.
    #[must_use]
    pub fn new(set: &'a MigrationSet, applied: &'a [Applied], environment: Option<&str>) -> Self {
        let counts = |row: &&Applied| {
            row.only_file.as_ref().is_none_or(|file| {
                let migration = set.get(&Identity::from_text(&row.version));
                migration.is_some_and(|migration| migration.file_name() == file)
            })
        };
        let applied: Vec<&'a Applied> = applied.iter().filter(counts).collect();
        let rows: BTreeMap<Identity, &Applied> =
            applied.iter().map(|row| (Identity::from_text(&row.version), *row)).collect();
        let newest = rows.keys().rev().find_map(Identity::version);
        let entry = |migration: &'a Migration| {
            let state = match rows.get(&migration.identity) {
                Some(row) if row.checksum.as_ref().is_none_or(|sum| migration.has_checksum(sum)) => {
                    State::Applied(row)
                }
                Some(row) if migration.identity.is_repeatable() => State::Changed(row),
                Some(row) => State::Modified(row),
                None if !migration.directives.run_in(environment) => State::Excluded,
                None if migration.version().is_some_and(|version| Some(version) < newest) => {
                    State::OutOfOrder
                }
                None => State::Pending,
            };
            Entry { migration, state }
        };
        let has_no_file = |row: &&&Applied| set.get(&Identity::from_text(&row.version)).is_none();
        Self {
            entries: set.migrations().iter().map(entry).collect(),
            missing: applied.iter().filter(has_no_file).copied().collect(),
            applied,
        }
    }

    /// The migrations that an `up` with default settings would run, in order.
    pub fn pending(&self) -> impl Iterator<Item = &'a Migration> {
        self.entries.iter().filter(|entry| entry.state.is_to_run()).map(|entry| entry.migration)
    }

    /// The migrations whose files were changed after they were applied.
    pub fn modified(&self) -> impl Iterator<Item = &'a Migration> {
        self.entries
            .iter()
            .filter(|entry| matches!(entry.state, State::Modified(_)))
            .map(|entry| entry.migration)
    }

    /// The migrations to run for a request, in order; none when all are applied. Files that were changed anywhere
    /// in the history stop it.
    ///
    /// # Errors
    /// [`PendingError::Modified`], [`PendingError::Missing`], [`PendingError::OutOfOrder`] among what would run,
    /// and [`PendingError::UnknownTarget`].
    pub fn up(&self, request: &UpRequest) -> Result<Vec<&'a Migration>, PendingError> {
        let files: Vec<String> = self.modified().map(|migration| migration.file().to_owned()).collect();
        if !files.is_empty() {
            return Err(PendingError::Modified { files });
        }
        if !self.missing.is_empty() && !request.allow_missing {
            let versions = self.missing.iter().map(|row| row.version.clone()).collect();
            return Err(PendingError::Missing { versions });
        }
        let target = request.target.as_ref().map(|target| self.target(target)).transpose()?;
        let to_run: Vec<&Entry<'a>> = self
            .entries
            .iter()
            .filter(|entry| entry.state.is_to_run())
            .filter(|entry| target.as_ref().is_none_or(|target| entry.migration.identity <= *target))
            .take(request.steps.unwrap_or(usize::MAX))
            .collect();
        let late = to_run.iter().filter(|entry| entry.state == State::OutOfOrder);
        let files: Vec<String> = late.map(|entry| entry.migration.file().to_owned()).collect();
        if !files.is_empty() && !request.allow_out_of_order {
            return Err(PendingError::OutOfOrder { files, newest: self.newest() });
        }
        Ok(to_run.into_iter().map(|entry| entry.migration).collect())
    }

    /// The migrations to undo for a request, the last applied first. Repeatable migrations have no way down and
    /// are passed over. A file changed after it was applied does not stop it: mending its way down is the usual
    /// reason.
    ///
    /// # Errors
    /// [`PendingError::NothingToRollBack`], [`PendingError::TooManySteps`], [`PendingError::Missing`] for those
    /// that are to be undone, [`PendingError::UnknownTarget`] and [`PendingError::TargetNotApplied`]. Whether
    /// there is a way down is for [`DownStep::down`] to say.
    pub fn down(&self, request: &DownRequest) -> Result<Vec<DownStep<'a>>, PendingError> {
        let rows: Vec<(Identity, &'a Applied)> = self
            .applied
            .iter()
            .rev()
            .map(|row| (Identity::from_text(&row.version), *row))
            .filter(|(identity, _)| !identity.is_repeatable())
            .collect();
        if rows.is_empty() {
            return Err(PendingError::NothingToRollBack);
        }
        let count = match request {
            DownRequest::Steps(steps) if *steps > rows.len() => {
                return Err(PendingError::TooManySteps { steps: *steps, applied: rows.len() });
            }
            DownRequest::Steps(steps) => *steps,
            DownRequest::To(target) => {
                let identity = Identity::from_text(target);
                match rows.iter().position(|(applied, _)| *applied == identity) {
                    Some(position) => position,
                    None => {
                        self.target(target)?;
                        return Err(PendingError::TargetNotApplied { target: target.clone() });
                    }
                }
            }
        };
        let undone = &rows[..count];
        let mut steps = Vec::new();
        let mut versions = Vec::new();
        for (identity, applied) in undone {
            match self.entry(identity) {
                Some(entry) => steps.push(DownStep { migration: entry.migration, applied }),
                None => versions.push(applied.version.clone()),
            }
        }
        if versions.is_empty() { Ok(steps) } else { Err(PendingError::Missing { versions }) }
    }

    /// The identity of a target that has a file.
    fn target(&self, target: &str) -> Result<Identity, PendingError> {
        let identity = Identity::from_text(target);
        if self.entry(&identity).is_some() {
            Ok(identity)
        } else {
            Err(PendingError::UnknownTarget { target: target.to_owned() })
        }
    }

    fn entry(&self, identity: &Identity) -> Option<&Entry<'a>> {
        let at = self.entries.binary_search_by(|entry| entry.migration.identity.cmp(identity)).ok()?;
        self.entries.get(at)
    }

    fn newest(&self) -> String {
        let identities = self.applied.iter().map(|row| Identity::from_text(&row.version));
        let newest = identities.filter(|identity| identity.version().is_some()).max();
        newest.map_or_else(String::new, |identity| identity.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::Checksum;
    use crate::migration::SourceFile;

    fn set(names: &[&str]) -> MigrationSet {
        let file = |name: &&str| SourceFile { name: (*name).to_owned(), bytes: b"SELECT 1;".to_vec() };
        MigrationSet::from_files(names.iter().map(file).collect()).expect("no problems")
    }

    /// Rows `version`, or `version!` for one with another checksum, or `version?` for one without.
    fn ledger(rows: &[&str]) -> Vec<Applied> {
        let row = |row: &&str| Applied {
            version: row.trim_end_matches(['!', '?']).to_owned(),
            name: String::new(),
            checksum: match row.chars().last() {
                Some('?') => None,
                Some('!') => Some("0".to_owned()),
                _ => Some(Checksum::of(b"SELECT 1;").to_string()),
            },
            applied_at: "2024-01-15 10:30:00".to_owned(),
            rollback_sql: None,
            only_file: None,
        };
        rows.iter().map(row).collect()
    }

    fn names<'a>(migrations: impl IntoIterator<Item = &'a Migration>) -> String {
        migrations.into_iter().map(|m| m.file_name().trim_end_matches(".sql")).collect::<Vec<_>>().join(" ")
    }

    const FILES: [&str; 5] = ["001_a.sql", "002_b.sql", "010_c.sql", "seed.sql", "R__v.sql"];

    #[test]
    fn states() {
        let set = set(&FILES);
        let rows = ledger(&["003_gone", "1!", "010_c.sql?", "R__v!"]);
        let state = RunState::new(&set, &rows, None);
        let found: Vec<String> = state
            .entries
            .iter()
            .map(|entry| {
                let state = match entry.state {
                    State::Applied(_) => "applied",
                    State::Modified(_) => "modified",
                    State::Changed(_) => "changed",
                    State::Pending => "pending",
                    State::OutOfOrder => "out of order",
                    State::Excluded => "excluded",
                };
                format!("{} {state}", entry.migration.identity)
            })
            .collect();
        assert_eq!(
            found,
            ["001 modified", "002 out of order", "010 applied", "seed pending", "R__v changed"]
        );
        assert_eq!(state.missing.iter().map(|row| row.version.as_str()).collect::<Vec<_>>(), ["003_gone"]);
        assert_eq!(names(state.pending()), "002_b seed R__v");
        assert_eq!(names(state.modified()), "001_a");
    }

    #[test]
    fn environments() {
        let text = b"-- environments: staging, dev\nSELECT 1;";
        let set =
            MigrationSet::from_files(vec![SourceFile { name: "1_a.sql".to_owned(), bytes: text.to_vec() }]);
        let set = set.expect("no problems");
        for (environment, count) in [(None, 0), (Some("production"), 0), (Some("dev"), 1)] {
            assert_eq!(RunState::new(&set, &[], environment).pending().count(), count, "{environment:?}");
        }
    }

    #[test]
    fn up() {
        let all = UpRequest::default;
        let to = |target: &str| UpRequest { target: Some(target.to_owned()), ..all() };
        let cases: &[(&[&str], UpRequest, Result<&str, &str>)] = &[
            (&[], all(), Ok("001_a 002_b 010_c seed R__v")),
            (&["1"], all(), Ok("002_b 010_c seed R__v")),
            (&["1", "2", "10", "seed", "R__v"], all(), Ok("")),
            (&["1", "2", "10", "seed", "R__v!"], all(), Ok("R__v")),
            (&["1?"], UpRequest { steps: Some(2), ..all() }, Ok("002_b 010_c")),
            (&[], UpRequest { steps: Some(0), ..all() }, Ok("")),
            (&[], to("2"), Ok("001_a 002_b")),
            (&[], to("002_b.sql"), Ok("001_a 002_b")),
            (&["1", "2"], to("1"), Ok("")),
            (&[], UpRequest { steps: Some(1), ..to("2") }, Ok("001_a")),
            (&[], to("R__v"), Ok("001_a 002_b 010_c seed R__v")),
            (&[], to("4"), Err("there is no migration \"4\"")),
            (&["1!", "2!"], all(), Err("modified after being applied: 001_a.sql, 002_b.sql")),
            (&["1", "3"], all(), Err("applied, but without a file: 3")),
            (&["1", "3"], UpRequest { allow_missing: true, steps: Some(0), ..all() }, Ok("")),
            (&["10"], all(), Err("out of order: 001_a.sql, 002_b.sql would run after version \"10\"")),
            (&["10"], UpRequest { allow_out_of_order: true, ..all() }, Ok("001_a 002_b seed R__v")),
        ];
        let set = set(&FILES);
        for (rows, request, expected) in cases {
            let rows = ledger(rows);
            let found =
                RunState::new(&set, &rows, None).up(request).map(names).map_err(|error| error.to_string());
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expected, "{rows:?} {request:?}");
        }
    }

    #[test]
    fn down() {
        let to = |target: &str| DownRequest::To(target.to_owned());
        let cases: &[(&[&str], DownRequest, Result<&str, &str>)] = &[
            (&["1", "2"], DownRequest::Steps(1), Ok("002_b")),
            (&["1", "10", "2", "R__v"], DownRequest::Steps(2), Ok("002_b 010_c")),
            (&["1", "2!"], DownRequest::Steps(2), Ok("002_b 001_a")),
            (&["3", "2"], DownRequest::Steps(1), Ok("002_b")),
            (&["1", "2", "seed"], to("1"), Ok("seed 002_b")),
            (&["1", "2"], to("002_b"), Ok("")),
            (&[], DownRequest::Steps(1), Err("there is nothing to roll back")),
            (&["R__v"], DownRequest::Steps(1), Err("there is nothing to roll back")),
            (&["1"], DownRequest::Steps(2), Err("2 migrations are to be rolled back, but only 1 can be")),
            (&["2", "3"], DownRequest::Steps(1), Err("applied, but without a file: 3")),
            (&["1"], to("2"), Err("migration \"2\" is not applied")),
            (&["1"], to("x"), Err("there is no migration \"x\"")),
        ];
        let set = set(&FILES);
        for (rows, request, expected) in cases {
            let rows = ledger(rows);
            let steps = RunState::new(&set, &rows, None).down(request);
            let found =
                steps.map(|s| names(s.iter().map(|s| s.migration))).map_err(|error| error.to_string());
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(found, expected, "{rows:?} {request:?}");
        }
        let rows = ledger(&["1"]);
        let steps = RunState::new(&set, &rows, None).down(&DownRequest::Steps(1)).expect("one step");
        let error = steps[0].down().expect_err("no way down");
        assert_eq!(error.to_string(), "001_a.sql: there is no way down");
        let rows = vec![Applied { rollback_sql: Some("DROP TABLE a;".to_owned()), ..rows[0].clone() }];
        let steps = RunState::new(&set, &rows, None).down(&DownRequest::Steps(1)).expect("one step");
        let down = steps[0].down().expect("what is recorded");
        for (file, expected) in [("001_a.sql", true), ("001_other.sql", false)] {
            let rows = vec![Applied { only_file: Some(file.to_owned()), ..rows[0].clone() }];
            let state = RunState::new(&set, &rows, None);
            assert_eq!(matches!(state.entries[0].state, State::Applied(_)), expected);
            assert_eq!((state.missing.len(), state.down(&DownRequest::Steps(1)).is_ok()), (0, expected));
        }
        assert_eq!(
            (down.sql.text.as_str(), down.sql.file.as_str(), down.source),
            ("DROP TABLE a;", "rollback SQL of 001_a.sql", DownSource::Recorded)
        );
    }
}
