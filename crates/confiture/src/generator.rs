//! Generates migrations from branches and differences, proven before they are written.
//!
//! The proof runs the very file, as [`crate::Migrator`] runs it, on a scratch database: the base is built there, the way
//! up has to give the target, the way down the base again, and the way up the target once more. Each time the catalog is
//! read back; nothing may differ, and a new plan must have no step. What is not proven is not written.

mod comparison;
pub(crate) mod proof;

pub use comparison::Comparison;

use pggit_catalog::catalog::Unmodelled;
use pggit_catalog::filter::Filter;
use pggit_catalog::hazard::Hazard;
use pggit_catalog::plan::{Action, Plan, PlanOptions, Step, plan};
use pggit_catalog::rename::Renames;
use pggit_db::introspect::{read_catalog, server_major};
use pggit_db::scratch::Scratch;
use pggit_db::session::Session;
use pggit_history::snapshot::catalog_id;
use pggit_migrate::directive::Directives;
use pggit_migrate::migration::SourceFile;
use pggit_migrate::slug::slug;
use pggit_migrate::writer::{confiture, sql};
use pggit_migrate::{
    GeneratedMigration, MigrationSet, OutputFile, ProofNote, Sql, Version, WriteError, scan,
};

use crate::error::{Error, ErrorCode, Result};
use crate::migrator::{Job, run_quietly};

/// In which form a migration is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// One `.py` file with `UP_SQL` and `DOWN_SQL`.
    #[default]
    Confiture,
    /// `.up.sql` and `.down.sql`.
    Sql,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 2] = [Self::Confiture, Self::Sql];

    /// The name by which it is asked for.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confiture => "confiture",
            Self::Sql => "sql",
        }
    }

    /// The form of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    fn write(self, migration: &GeneratedMigration) -> std::result::Result<Vec<OutputFile>, WriteError> {
        match self {
            Self::Confiture => confiture::write(migration),
            Self::Sql => sql::write(migration),
        }
    }
}

/// How to generate.
#[derive(Debug, Clone, Default)]
pub struct GenerateOptions {
    /// Name of the migration; without it, one made from the branch.
    pub name: Option<String>,
    /// The form.
    pub format: Format,
    /// Who made it, for the header; without it, the author of the last commit.
    pub author: Option<String>,
    /// The versions that there are: the new one comes after them.
    pub existing: Vec<Version>,
    /// Write it even where objects that are not modelled hang on what it drops or makes again.
    pub allow_unmodelled: bool,
    /// Write it in forms that let readers and writers go on.
    pub online: bool,
    /// Which changes it is to make; the rest of the target stays as it is in the start.
    pub filter: Filter,
}

/// A migration that was proven, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// What it is.
    pub migration: GeneratedMigration,
    /// Its files.
    pub files: Vec<OutputFile>,
    /// The way up.
    pub up: Plan,
    /// The way down.
    pub down: Plan,
}

/// The migration that brings what a branch has changed to a database that is as the branch's base.
///
/// # Errors
/// [`ErrorCode::UndefinedRef`], [`ErrorCode::NothingToCommit`] when the branch changes nothing,
/// [`ErrorCode::NotProven`] with the objects that differ.
pub fn from_branch<S: Session, D: Scratch>(
    session: &mut S,
    branch: &str,
    scratch: &mut D,
    options: &GenerateOptions,
) -> Result<Generated> {
    from_diff(&Comparison::of_branch(session, branch)?, scratch, options)
}

/// The migration that leads from one catalog to another.
///
/// # Errors
/// As [`from_branch`].
pub fn from_diff<D: Scratch>(
    comparison: &Comparison,
    scratch: &mut D,
    options: &GenerateOptions,
) -> Result<Generated> {
    let mut session = scratch.database()?;
    let empty = read_catalog(&mut session)?.catalog;
    let server = Server::ask(&mut session)?;
    let comparison = &comparison.filtered(&options.filter, &server.role);
    let Comparison { from, to, renames, .. } = comparison;
    let major = Some(server_major(&mut session)?);
    let plan_options = PlanOptions { role: Some(server.role.clone()), major, ..PlanOptions::default() };
    let forms = PlanOptions { online: options.online, ..plan_options.clone() };
    let up = plan(from, to, renames, &forms)?;
    let down = plan(to, from, &renames.inverse(), &forms)?;
    if up.is_empty() {
        return Err(Error::new(
            ErrorCode::NothingToCommit,
            format!("\"{}\" has no changes against {}", comparison.target, comparison.base),
        ));
    }
    if !options.allow_unmodelled {
        refuse_unmodelled(&comparison.unmodelled, &[&up, &down])?;
    }
    let migration = GeneratedMigration {
        version: next_version(&server.time, &options.existing)?,
        name: options.name.clone().unwrap_or_else(|| comparison.name.clone()),
        branch: comparison.target.clone(),
        commits: comparison.commits.clone(),
        base: comparison.base.clone(),
        author: options.author.clone().or_else(|| comparison.author.clone()),
        date: server.date.clone(),
        proven: ProofNote {
            server: format!("PostgreSQL {}", server.version),
            up_tree: catalog_id(to).to_string(),
            down_tree: catalog_id(from).to_string(),
            remarks: remarks(comparison, &up, &down),
        },
        no_transaction: !up.is_one_transaction() || !down.is_one_transaction(),
        up: statements(&up)?,
        down: statements(&down)?,
    };
    let files = options.format.write(&migration).map_err(|error| {
        let mut converted = Error::new(ErrorCode::NotSupported, error.to_string());
        if matches!(error, WriteError::Name { .. }) {
            converted.code = ErrorCode::InvalidArgument;
        }
        converted
    })?;
    let start = Sql {
        text: plan(&empty, from, &Renames::default(), &plan_options)?.to_sql(),
        file: "base".into(),
        line: 1,
    };
    run_quietly(&mut session, &Job::new(&start, &Directives::default()))
        .map_err(|stop| proof::not_proven("the base cannot be built", stop.into_plain("base"), comparison))?;
    proof::prove(&mut session, comparison, &read_back(&files)?, &plan_options)?;
    Ok(Generated { migration, files, up, down })
}

/// What the scratch database's server says.
struct Server {
    version: String,
    role: String,
    /// `20260122143022`.
    time: String,
    /// `2026-01-22`.
    date: String,
}

impl Server {
    fn ask<S: Session>(session: &mut S) -> Result<Self> {
        let rows = session.query(include_str!("generator/server.sql"), &[])?;
        let row = rows
            .first()
            .ok_or_else(|| Error::new(ErrorCode::Internal, "a query of one row returned none"))?;
        let text = |column| row.text(column).map(str::to_owned);
        Ok(Self { version: text(0)?, role: text(1)?, time: text(2)?, date: text(3)? })
    }
}

/// The first free version `TIME_001`, `TIME_002`, … after all that exist; after versions of a later time, the next one of
/// that time.
fn next_version(time: &str, existing: &[Version]) -> Result<Version> {
    let latest = existing
        .iter()
        .filter_map(|version| version.as_str().split(['_', '.']).next())
        .filter(|first| first.len() == 14)
        .max()
        .map_or(time, |latest| latest.max(time));
    for number in 1..=999_999_u32 {
        let text = format!("{latest}_{number:03}");
        let version =
            Version::parse(&text).map_err(|error| Error::new(ErrorCode::Internal, error.to_string()))?;
        if existing.iter().filter(|other| other.as_str().starts_with(latest)).all(|other| *other < version) {
            return Ok(version);
        }
    }
    Err(Error::new(ErrorCode::Project, format!("there is no free version at {latest}")))
}

/// The statements of a plan, with the settings that it needs.
fn statements(plan: &Plan) -> Result<Vec<String>> {
    let text = plan.to_sql();
    let script = scan(&text).map_err(|error| Error::new(ErrorCode::Internal, error.to_string()))?;
    Ok(script.statements.iter().map(|statement| statement.sql.to_owned()).collect())
}

/// The files, as a runner reads them.
fn read_back(files: &[OutputFile]) -> Result<MigrationSet> {
    let sources = files
        .iter()
        .map(|file| SourceFile { name: file.name.clone(), bytes: file.text.clone().into_bytes() });
    MigrationSet::from_files(sources.collect())
        .map_err(|error| Error::new(ErrorCode::Internal, error.to_string()))
}

/// What a reader of the header should know besides.
fn remarks(comparison: &Comparison, up: &Plan, down: &Plan) -> Vec<String> {
    let mut remarks = Vec::new();
    for (direction, plan) in [("up", up), ("down", down)] {
        for step in plan.steps.iter().filter(|step| step.hazards.contains(&Hazard::DataLoss)) {
            let remark = format!("{direction} loses data: {}", describe(step));
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
        }
    }
    if comparison.has_uncommitted {
        remarks.push(format!("contains changes of \"{}\" that are not committed", comparison.target));
    }
    if !comparison.unmodelled.is_empty() {
        remarks.push(format!("does not carry, and was proven without: {}", list(&comparison.unmodelled)));
    }
    remarks
}

pub(crate) fn describe(step: &Step) -> String {
    let part = step.part.as_ref().map(|part| format!(", {part}")).unwrap_or_default();
    format!("{} {}{part}", step.address.kind, step.address)
}

/// At most ten by name.
pub(crate) fn list(unmodelled: &[Unmodelled]) -> String {
    const MOST: usize = 10;
    let mut names: Vec<String> =
        unmodelled.iter().take(MOST).map(|object| format!("{} {}", object.kind, object.identity)).collect();
    if unmodelled.len() > MOST {
        names.push(format!("and {} more", unmodelled.len() - MOST));
    }
    names.join(", ")
}

/// Refuses a plan that drops or makes again what an object that is not modelled belongs to: it would be gone silently.
pub(crate) fn refuse_unmodelled(unmodelled: &[Unmodelled], plans: &[&Plan]) -> Result<()> {
    for step in plans.iter().flat_map(|plan| &plan.steps).filter(|step| takes_dependents_away(&step.action)) {
        let name = step.address.qualified().to_string();
        let lost: Vec<Unmodelled> =
            unmodelled.iter().filter(|object| mentions(&object.identity, &name)).cloned().collect();
        if !lost.is_empty() {
            return Err(Error::new(
                ErrorCode::NotSupported,
                format!("{} has objects that are not modelled and would be lost", describe(step)),
            )
            .detail(format!("They are: {}.", list(&lost)))
            .hint("Allow unmodelled objects, and add to the migration by hand what makes them again."));
        }
    }
    Ok(())
}

const fn takes_dependents_away(action: &Action) -> bool {
    matches!(
        action,
        Action::DropSchema
            | Action::DropExtension
            | Action::DropType
            | Action::DropSequence
            | Action::DropRoutine
            | Action::DropAggregate
            | Action::DropOperator
            | Action::DropCollation
            | Action::DropTextSearch
            | Action::DropTable
            | Action::DropColumn { .. }
            | Action::AlterColumnType { .. }
            | Action::DropView
            | Action::DropMaterializedView
            | Action::DropIndex
            | Action::DropTrigger
            | Action::DropObject
    )
}

/// Whether `name` stands in `identity` as a whole.
fn mentions(identity: &str, name: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '"' | '.');
    identity.match_indices(name).any(|(at, found)| {
        let before = identity[..at].chars().next_back();
        let after = identity[at + found.len()..].chars().next();
        !before.is_some_and(inside) && !after.is_some_and(|c| inside(c) && c != '.')
    })
}

/// A name for the migration between two states that are not branches.
pub(crate) fn neutral_name(target: &str) -> String {
    slug(&format!("change to {target}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect(text)
    }

    #[test]
    fn versions_come_after_those_that_exist() {
        for (existing, expected) in [
            (vec![], "20260122143022_001"),
            (vec!["001", "20250101000000_007"], "20260122143022_001"),
            (vec!["20260122143022_001"], "20260122143022_002"),
            (vec!["20260122143022_003", "20260122143022_001"], "20260122143022_004"),
            (vec!["20260122143022"], "20260122143022_001"),
            (vec!["20270101000000_002"], "20270101000000_003"),
        ] {
            let existing: Vec<Version> = existing.into_iter().map(version).collect();
            let next = next_version("20260122143022", &existing).expect("a version");
            assert_eq!(next.as_str(), expected, "{existing:?}");
        }
    }

    #[test]
    fn whole_names_are_found() {
        assert!(mentions("p on public.users", "public.users"));
        assert!(mentions("public.users.email", "public.users"));
        assert!(!mentions("p on public.users_old", "public.users"));
        assert!(!mentions("p on xpublic.users", "public.users"));
        assert!(mentions("p on public.\"A b\"", "public.\"A b\""));
    }
}
