//! Projects that the original tools of PyPI have made: taken over, continued, and still read by them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, bail, ensure};
use pggit_wire::ScratchDatabase;
use pggit_wire::server::PrivateServer;
use serde_json::Value;

use super::case::{Failure, Outcome};
use crate::system;

/// What is installed, in the versions whose ledgers are continued.
const PACKAGES: [&str; 2] = ["fraiseql-confiture==1.29.0", "pgdbm[cli]==0.5.0"];

/// The file that says that all is installed.
const READY: &str = "ready";

/// The programs of the originals.
#[derive(Debug)]
pub struct Originals {
    programs: PathBuf,
}

impl Originals {
    /// Installs them into a cache directory, the first time; else says why that can't be.
    pub fn install() -> Result<Self, String> {
        Self::installed().map_err(|error| format!("{error:#}"))
    }

    fn installed() -> anyhow::Result<Self> {
        let cache = system::cache("python")?;
        let place = cache.join(PACKAGES.join("+").replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        let found = Self { programs: place.join("bin") };
        let lock = File::create(cache.join("lock")).context("no lock")?;
        lock.lock().context("cannot wait for another process that installs them")?;
        if place.join(READY).is_file() {
            return Ok(found);
        }
        if place.exists() {
            fs::remove_dir_all(&place).with_context(|| format!("cannot remove \"{}\"", place.display()))?;
        }
        quiet(Command::new("python3").args(["-m", "venv"]).arg(&place)).context("python3-venv is needed")?;
        let mut pip = Command::new(found.programs.join("pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES);
        quiet(&mut pip).context("the packages are not to be had")?;
        File::create(place.join(READY)).context("cannot write into the cache")?;
        Ok(found)
    }
}

/// Runs a program whose output only matters when it fails.
fn quiet(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("{command:?} could not be started"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", errors.lines().last().unwrap_or("it failed"));
    Ok(())
}

/// Whose project it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Original {
    /// Confiture for Python.
    Confiture,
    /// pgdbm.
    Pgdbm,
}

impl Original {
    /// All.
    pub const ALL: [Self; 2] = [Self::Confiture, Self::Pgdbm];

    /// The name of the case, and of the program.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confiture => "confiture",
            Self::Pgdbm => "pgdbm",
        }
    }

    /// Takes a project over.
    pub fn run(
        self,
        server: &PrivateServer,
        confiture: &Path,
        originals: &Result<Originals, String>,
    ) -> Outcome {
        let originals = match originals {
            Ok(originals) => originals,
            Err(why) => return Outcome::Skipped(format!("the original can't be installed: {why}")),
        };
        let done =
            Project::new(server, confiture, originals.programs.join(self.name())).and_then(|project| {
                match self {
                    Self::Confiture => confiture_project(&project)?,
                    Self::Pgdbm => pgdbm_project(&project)?,
                }
                project.database.remove().context("the database stays")
            });
        match done {
            Ok(()) => Outcome::Passed("taken over, continued by either, read by both".to_owned()),
            Err(error) => Outcome::Failed(vec![Failure::at("takeover", format!("{error:#}"))]),
        }
    }
}

/// A project and its database.
struct Project {
    directory: tempfile::TempDir,
    database: ScratchDatabase,
    ours: PathBuf,
    original: PathBuf,
}

impl Project {
    fn new(server: &PrivateServer, ours: &Path, original: PathBuf) -> anyhow::Result<Self> {
        Ok(Self {
            directory: tempfile::tempdir().context("no directory")?,
            database: ScratchDatabase::create(&server.settings("postgres")).context("no database")?,
            ours: ours.to_owned(),
            original,
        })
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.directory.path().join(name);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).with_context(|| format!("no {}", directory.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {name}"))
    }

    fn output(&self, program: &Path, arguments: &[&str]) -> anyhow::Result<Output> {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.directory.path());
        command
            .env("DATABASE_URL", self.database.settings().to_url())
            .env("NO_COLOR", "1")
            .env("COLUMNS", "200");
        command.output().with_context(|| format!("{} could not be started", program.display()))
    }

    /// What a program prints.
    fn run(&self, program: &Path, arguments: &[&str]) -> anyhow::Result<String> {
        let output = self.output(program, arguments)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if !output.status.success() {
            let (out, errors) = (text(&output.stdout), text(&output.stderr));
            bail!("{} {} failed: {}\n{out}\n{errors}", program.display(), arguments.join(" "), output.status);
        }
        Ok(text(&output.stdout))
    }

    fn original(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.run(&self.original, arguments).context("the original")
    }

    /// Ours, with an answer in JSON.
    fn ours(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        let text = self.run(&self.ours, &[&["migrate"], arguments, &["--format", "json"]].concat())?;
        serde_json::from_str(&text).with_context(|| format!("no JSON: {text}"))
    }

    /// Fails unless ours says so of the migrations, in order.
    fn ours_says(&self, environment: &[&str], expected: &[&str]) -> anyhow::Result<()> {
        let rows = self.ours(&[&["status"], environment].concat())?;
        let states: Vec<&str> =
            rows.as_array().into_iter().flatten().filter_map(|row| row["status"].as_str()).collect();
        ensure!(states == expected, "ours says {states:?} instead of {expected:?}");
        let findings = self.ours(&[&["validate"], environment].concat())?;
        ensure!(findings == Value::Array(Vec::new()), "ours finds {findings}");
        Ok(())
    }

    /// Fails unless so many migrations run with ours.
    fn ours_runs(&self, arguments: &[&str], expected: usize) -> anyhow::Result<()> {
        let ran = self.ours(arguments)?;
        let count = ran.as_array().map_or(0, Vec::len);
        ensure!(count == expected, "with ours {count} migrations run instead of {expected}: {ran}");
        Ok(())
    }
}

/// A pair of files and a class in a file that its `generate` made.
fn confiture_project(project: &Project) -> anyhow::Result<()> {
    const CONFIG: [&str; 2] = ["-c", "db/environments/local.yaml"];
    const LOCAL: [&str; 2] = ["--env", "local"];
    project.original(&["init", "."])?;
    let url = project.database.settings().to_url();
    let environment = format!(
        "name: local\ninclude_dirs:\n  - db/schema/00_common\nexclude_dirs: []\ndatabase_url: \"{url}\"\n"
    );
    project.write("db/environments/local.yaml", &environment)?;
    project.write("db/migrations/20200101000000_tags.up.sql", "CREATE TABLE tags (id int PRIMARY KEY);\n")?;
    project.write("db/migrations/20200101000000_tags.down.sql", "DROP TABLE tags;\n")?;
    project.original(&["migrate", "generate", "add_users"])?;
    let class = fill_in_class(&project.directory.path().join("db/migrations"))?;
    project.original(&[&["migrate", "up"], &CONFIG[..]].concat())?;
    let original_says = |applied: u64, pending: u64| -> anyhow::Result<()> {
        // Its exit status is another where something is pending.
        let arguments = [&["migrate", "status", "--format", "json"], &CONFIG[..]].concat();
        let text = project.output(&project.original, &arguments)?.stdout;
        let status: Value = serde_json::from_slice(&text).context("the original's status is no JSON")?;
        let summary = &status["summary"];
        let found = (summary["applied"].as_u64(), summary["pending"].as_u64(), status["ok"].as_bool());
        ensure!(found == (Some(applied), Some(pending), Some(true)), "the original says {summary}");
        Ok(())
    };
    original_says(2, 0)?;
    project.ours_says(&LOCAL, &["applied", "applied"])?;

    let more = "CREATE TABLE more (id int);\nCREATE INDEX CONCURRENTLY more_id ON more (id);\n";
    project.write("db/migrations/20990101000000_more.up.sql", more)?;
    project.write("db/migrations/20990101000000_more.down.sql", "DROP TABLE more;\n")?;
    let up = [&["up"], &LOCAL[..]].concat();
    project.ours_runs(&up, 1)?;
    project.ours_runs(&up, 0)?;
    original_says(3, 0)?;
    project.original(&[&["migrate", "verify-checksums"], &CONFIG[..]].concat())?;
    project.original(&[&["migrate", "up"], &CONFIG[..]].concat())?;
    original_says(3, 0)?;

    project.ours_runs(&[&["down", "--steps", "2"], &LOCAL[..]].concat(), 2)?;
    original_says(1, 2)?;
    project.original(&[&["migrate", "up", "--target", &class], &CONFIG[..]].concat())?;
    original_says(2, 1)?;
    project.ours_says(&LOCAL, &["applied", "applied", "pending"])?;
    project.ours_runs(&up, 1)?;
    project.original(&[&["migrate", "down"], &CONFIG[..]].concat())?;
    original_says(2, 1)?;
    project.ours_says(&LOCAL, &["applied", "applied", "pending"])
}

/// Writes statements into the class that the original has made; returns its version.
fn fill_in_class(directory: &Path) -> anyhow::Result<String> {
    for entry in fs::read_dir(directory).context("no migrations")? {
        let path = entry?.path();
        if path.extension() != Some("py".as_ref()) {
            continue;
        }
        let mut text = fs::read_to_string(&path).context("the class can't be read")?;
        for statement in ["CREATE TABLE users (id serial PRIMARY KEY, note text)", "DROP TABLE users"] {
            let call = format!("        self.execute(\"{statement}\")\n");
            let filled = text.replacen("        pass\n", &call, 1);
            ensure!(filled != text, "the class has another form:\n{text}");
            text = filled;
        }
        fs::write(&path, text).context("the class can't be written")?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(name.split('_').next().unwrap_or_default().to_owned());
    }
    bail!("the original has made no class")
}

/// Files with templates, one of them with line ends of DOS.
fn pgdbm_project(project: &Project) -> anyhow::Result<()> {
    let file = |name: &str, text: &str| project.write(&format!("migrations/{name}"), text);
    file(
        "001_initial.sql",
        "-- first\nCREATE TABLE {{tables.users}} (id serial PRIMARY KEY, email text);\n\n",
    )?;
    file("20240126_120000_age.sql", "ALTER TABLE {{tables.users}} ADD COLUMN age int;\r\n")?;
    let apply = ["migrate", "apply"];
    project.original(&apply)?;
    let original_says = |applied: usize, pending: usize| -> anyhow::Result<()> {
        let status = project.original(&["migrate", "status"])?;
        let expected = format!("Applied: {applied}\nPending: {pending}\n");
        ensure!(status.starts_with(&expected), "the original says\n{status}");
        Ok(())
    };
    original_says(2, 0)?;
    project.write(
        "confiture.toml",
        "[migrations]\ndirectory = \"migrations\"\nledger = \"schema_migrations\"\n",
    )?;
    project.ours_says(&[], &["applied", "applied"])?;

    file(
        "20240126_130000_notes.sql",
        "CREATE TABLE {{tables.notes}} (id int);\n-- Rollback:\n-- DROP TABLE {{tables.notes}};\n",
    )?;
    project.ours_runs(&["up"], 1)?;
    project.ours_runs(&["up"], 0)?;
    original_says(3, 0)?;
    let none = project.original(&apply)?;
    ensure!(none.contains("No pending migrations"), "the original says {none}");

    file(
        "20240126_140000_tags.sql",
        "CREATE TABLE {{tables.tags}} (id int);\n-- Rollback:\n-- DROP TABLE {{tables.tags}};\n",
    )?;
    project.original(&apply)?;
    project.ours_says(&[], &["applied"; 4])?;
    project.ours_runs(&["up"], 0)?;
    project.ours_runs(&["down", "--steps", "2"], 2)?;
    original_says(2, 2)?;
    project.original(&apply)?;
    project.ours_says(&[], &["applied"; 4])
}
