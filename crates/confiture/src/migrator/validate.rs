//! What is wrong with the files of a project, by themselves and against a ledger.

use std::fmt;

use pggit_db::connection::Connection;
use pggit_migrate::migration_set::Gap;
use pggit_migrate::{MigrationSet, Problem, Problems};

use super::Migrator;
use super::status::StatusState;
use crate::error::Result;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// Two files are one migration.
    Duplicate,
    /// A file that can't be read as a migration.
    Unreadable,
    /// A way down without, or at odds with, its way up.
    WayDown,
    /// Numbers are left out between two versions.
    Gap,
    /// A file was changed after it was applied.
    Modified,
    /// A migration was applied, and its file is gone.
    Missing,
    /// A migration is not applied, although a later one is.
    OutOfOrder,
}

impl FindingKind {
    /// The name users see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Unreadable => "unreadable",
            Self::WayDown => "way down",
            Self::Gap => "gap",
            Self::Modified => "modified",
            Self::Missing => "missing",
            Self::OutOfOrder => "out of order",
        }
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// The version that it is about, where it is about one.
    pub version: Option<String>,
    /// The file that it is about, where it is about one.
    pub file: Option<String>,
    /// What it is, with file and line where there are any.
    pub message: String,
}

impl Finding {
    /// What keeps files from being a set of migrations.
    #[must_use]
    pub fn of_problems(problems: &Problems) -> Vec<Self> {
        problems.0.iter().map(Self::of_problem).collect()
    }

    /// What is wrong with files that are a set of migrations: gaps, and ways down that can't be gone.
    #[must_use]
    pub fn of_files(set: &MigrationSet) -> Vec<Self> {
        let warnings = set
            .warnings()
            .iter()
            .map(|problem| Self { kind: FindingKind::WayDown, ..Self::of_problem(problem) });
        warnings.chain(set.gaps().into_iter().map(Self::of_gap)).collect()
    }

    fn of_problem(problem: &Problem) -> Self {
        let (kind, file, version) = match problem {
            Problem::Duplicate { identity, second, .. } => {
                (FindingKind::Duplicate, second, Some(identity.to_string()))
            }
            Problem::DuplicateDown { identity, second, .. } => {
                (FindingKind::Duplicate, second, Some(identity.to_string()))
            }
            Problem::NamesDiffer { identity, down, .. } => {
                (FindingKind::WayDown, down, Some(identity.to_string()))
            }
            Problem::UnpairedDown { file } | Problem::Rollback { file, .. } => {
                (FindingKind::WayDown, file, None)
            }
            Problem::NotUtf8 { file, .. }
            | Problem::Nul { file, .. }
            | Problem::Name { file, .. }
            | Problem::Scan { file, .. }
            | Problem::Directive { file, .. }
            | Problem::Python { file, .. }
            | Problem::NoUpSql { file } => (FindingKind::Unreadable, file, None),
        };
        Self { kind, version, file: Some(file.clone()), message: problem.to_string() }
    }

    fn of_gap(gap: Gap) -> Self {
        let Gap { after, before } = gap;
        Self {
            kind: FindingKind::Gap,
            version: None,
            file: None,
            message: format!("between versions {after} and {before} there is none"),
        }
    }
}

impl<C: Connection> Migrator<'_, C> {
    /// What is wrong with the files, and how they do not fit the ledger. Writes nothing.
    ///
    /// # Errors
    /// As [`Migrator::status`].
    pub fn validate(&mut self, set: &MigrationSet) -> Result<Vec<Finding>> {
        let mut findings = Finding::of_files(set);
        for entry in self.status(set)? {
            let shown = entry.file.clone().unwrap_or_else(|| entry.version.clone());
            let applied_at = entry.applied_at.as_deref().unwrap_or("an unknown time");
            let (kind, message) = match entry.state {
                StatusState::Modified => (
                    FindingKind::Modified,
                    format!("{shown}: the file was changed after it was applied at {applied_at}"),
                ),
                StatusState::Missing => {
                    (FindingKind::Missing, format!("{shown}: applied at {applied_at}, but there is no file"))
                }
                StatusState::OutOfOrder => {
                    (FindingKind::OutOfOrder, format!("{shown}: not applied, although a later version is"))
                }
                StatusState::Applied
                | StatusState::Changed
                | StatusState::Pending
                | StatusState::Excluded => continue,
            };
            findings.push(Finding { kind, version: Some(entry.version), file: entry.file, message });
        }
        Ok(findings)
    }
}
