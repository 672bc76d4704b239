//! The main job on one schema.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use pggit_testkit::DatabaseState;
use pggit_wire::server::PrivateServer;
use pggit_wire::settings::ConnectionSettings;

use super::source::Schema;
use crate::session::Desk;

const CHANGE: &str = include_str!("change.sql");
const ROWS: &str = include_str!("rows.sql");

/// The branch of the change.
const BRANCH: &str = "feature/eval";

/// The column that the change adds.
const NEW_COLUMN: &str = "pggit_eval_note";

/// The steps of the main job, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The schema and rows are loaded.
    Load,
    /// `CREATE EXTENSION pggit`.
    Extension,
    /// `pggit.init()`.
    Init,
    /// Making the branch and checking it out.
    Branch,
    /// The change itself.
    Change,
    /// Checking out main: it is what it was.
    Leave,
    /// Checking out the branch: it is what it was.
    Return,
    /// Checking out main once more.
    LeaveAgain,
    /// Merging: main is what the branch was.
    Merge,
    /// Generating the migration, which proves it.
    Generate,
    /// Migrating a database without the extension: it is what main is.
    Up,
    /// And back: it is what it was.
    Down,
    /// And forth again.
    UpAgain,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Load => "load",
            Self::Extension => "create extension",
            Self::Init => "init",
            Self::Branch => "branch",
            Self::Change => "change",
            Self::Leave => "checkout main",
            Self::Return => "checkout the branch again",
            Self::LeaveAgain => "checkout main again",
            Self::Merge => "merge",
            Self::Generate => "generate",
            Self::Up => "migrate up",
            Self::Down => "migrate down",
            Self::UpAgain => "migrate up again",
        })
    }
}

/// Where and why the main job failed.
#[derive(Debug)]
pub struct Failure {
    /// The step.
    pub step: Step,
    /// What went wrong, in several lines.
    pub reason: String,
}

/// The main job on one schema.
pub struct Flow<'f> {
    desk: Desk<'f>,
    schema: &'f Schema,
    /// Databases: with the extension, and without.
    ours: String,
    old: String,
    step: Step,
}

impl<'f> Flow<'f> {
    /// The main job on `schema`, with the command line `confiture`, in the empty directory `project`.
    ///
    /// # Errors
    /// When there is no psql.
    pub fn new(
        server: &'f PrivateServer,
        confiture: &Path,
        schema: &'f Schema,
        project: PathBuf,
    ) -> anyhow::Result<Self> {
        let desk = Desk::new(server, confiture.to_owned(), project, false)?;
        let ours = format!("eval_{}", schema.name);
        let old = format!("{ours}_old");
        Ok(Self { desk, schema, ours, old, step: Step::Load })
    }

    /// Runs it; returns what the change consisted of.
    ///
    /// # Errors
    /// At the first step that does not do what it should.
    pub fn run(mut self) -> Result<Vec<String>, Failure> {
        // Comparing panics where a program of PostgreSQL fails.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.steps()));
        let dropped = self.drop_databases();
        let reason = match outcome {
            Ok(Ok(change)) => match dropped {
                Ok(()) => return Ok(change),
                Err(error) => format!("{error:#}"),
            },
            Ok(Err(error)) => format!("{error:#}"),
            Err(panic) => match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
                (Some(message), _) => message.clone(),
                (None, Some(message)) => (*message).to_owned(),
                (None, None) => "panicked".to_owned(),
            },
        };
        Err(Failure { step: self.step, reason })
    }

    fn steps(&mut self) -> anyhow::Result<Vec<String>> {
        let (ours, old) = (self.ours.clone(), self.old.clone());
        self.desk.create_database(&ours)?;
        self.desk.file(&ours, &self.schema.file)?;
        self.desk.sql(&ours, ROWS)?;
        self.desk.value("postgres", &format!("CREATE DATABASE {old} TEMPLATE {ours}"))?;
        let before = self.state(&ours)?;

        self.step = Step::Extension;
        self.desk.sql(&ours, "CREATE EXTENSION pggit CASCADE")?;
        self.step = Step::Init;
        self.desk.sql(&ours, "SELECT pggit.init()")?;
        self.step = Step::Branch;
        self.desk.sql(
            &ours,
            &format!("SELECT pggit.create_branch('{BRANCH}'); SELECT pggit.checkout('{BRANCH}');"),
        )?;
        same("the branch and main", &self.state(&ours)?, &before)?;

        self.step = Step::Change;
        let change = self.change()?;
        let after = self.state(&ours)?;
        ensure!(after.schema != before.schema, "the change changes nothing");

        self.step = Step::Leave;
        self.checkout("main")?;
        same("main and what it was before the change", &self.state(&ours)?, &before)?;
        self.step = Step::Return;
        self.checkout(BRANCH)?;
        same("the branch and what it was when it was left", &self.state(&ours)?, &after)?;
        self.step = Step::LeaveAgain;
        self.checkout("main")?;
        same("main and what it was before the change", &self.state(&ours)?, &before)?;

        self.step = Step::Merge;
        let merged = self.desk.sql(&ours, &format!("SELECT pggit.merge('{BRANCH}', 'main')"))?;
        ensure!(merged.contains("fast_forward"), "the merge was no fast-forward:\n{merged}");
        same("main after the merge and the branch", &self.state(&ours)?, &after)?;

        self.step = Step::Generate;
        let (url, old_url) = (self.desk.url(&ours), self.desk.url(&old));
        let output = ["--name", "eval", "--output", "db/migrations"];
        self.confiture(&["generate", "from-branch", BRANCH], &url, &output)?;

        self.step = Step::Up;
        self.confiture(&["migrate", "up"], &old_url, &[])?;
        let target = comparable(after);
        same("the migrated database and main", &comparable(self.state(&old)?), &target)?;
        self.step = Step::Down;
        self.confiture(&["migrate", "down"], &old_url, &[])?;
        let start = without_rows(before);
        same("the database migrated back and the old schema", &without_rows(self.state(&old)?), &start)?;
        self.step = Step::UpAgain;
        self.confiture(&["migrate", "up"], &old_url, &[])?;
        same("the database migrated again and main", &comparable(self.state(&old)?), &target)?;
        Ok(change)
    }

    /// Changes the schema; returns what was changed.
    fn change(&self) -> anyhow::Result<Vec<String>> {
        let answer = self.desk.value(&self.ours, CHANGE)?;
        let statements: Vec<(String, String)> =
            serde_json::from_str(&answer).with_context(|| format!("no statements in {answer:?}"))?;
        let mut change = Vec::new();
        for (what, statement) in statements {
            self.desk
                .sql(&self.ours, &statement)
                .with_context(|| format!("the change is refused: {statement}"))?;
            if what != "rows" {
                change.push(what);
            }
        }
        Ok(change)
    }

    fn checkout(&self, branch: &str) -> anyhow::Result<()> {
        self.desk.sql(&self.ours, &format!("SELECT pggit.checkout('{branch}')")).map(|_| ())
    }

    fn confiture(&self, command: &[&str], url: &str, options: &[&str]) -> anyhow::Result<()> {
        let arguments: Vec<&str> =
            command.iter().chain(&["--database-url", url]).chain(options).copied().collect();
        self.desk.confiture(&arguments).map(|_| ())
    }

    fn state(&self, database: &str) -> anyhow::Result<DatabaseState> {
        let settings = ConnectionSettings::parse(&self.desk.url(database)).context("the server's URL")?;
        Ok(DatabaseState::of(&settings))
    }

    fn drop_databases(&self) -> anyhow::Result<()> {
        for database in [&self.ours, &self.old] {
            self.desk.value("postgres", &format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"))?;
        }
        Ok(())
    }
}

/// The state without the rows of the table with the new column: its values are those of development.
fn comparable(state: DatabaseState) -> DatabaseState {
    let rows = state.rows.lines().filter(|row| !row.contains(NEW_COLUMN));
    let rows = rows.fold(String::new(), |rows, row| rows + row + "\n");
    DatabaseState { rows, ..state }
}

fn without_rows(state: DatabaseState) -> DatabaseState {
    DatabaseState { rows: String::new(), ..state }
}

fn same(what: &str, left: &DatabaseState, right: &DatabaseState) -> anyhow::Result<()> {
    match left.difference(right) {
        None => Ok(()),
        Some(difference) => bail!("{what} differ:\n{difference}"),
    }
}
