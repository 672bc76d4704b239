//! Schemas built from nothing, taken down, and turned into one another.

use std::path::PathBuf;

use pggit_catalog::rename::Renames;
use pggit_testkit::proof::{planned, prove, read};

use super::case::{Failure, Outcome, guarded};
use super::workbench::{Database, Workbench};

/// A schema to build from nothing and take down.
#[derive(Debug, Clone)]
pub struct Build {
    /// Its script.
    pub file: PathBuf,
}

/// Two states to turn into one another.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Scripts of the two sides.
    pub sides: [Vec<PathBuf>; 2],
    /// Roles that they need.
    pub roles: Vec<String>,
    /// Script with rows for the first side.
    pub rows: Option<PathBuf>,
}

fn loaded<'w>(bench: &'w Workbench<'_>, files: &[PathBuf]) -> Result<Database<'w>, Failure> {
    let files: Vec<_> = files.iter().map(PathBuf::as_path).collect();
    bench.loaded(&files).map_err(|error| Failure::at("load", format!("{error:#}")))
}

/// Proves a plan; its steps.
fn proven(step: &str, start: &Database<'_>, end: &Database<'_>) -> Result<usize, Failure> {
    guarded(step, || {
        let unmodelled = [start, end].into_iter().flat_map(|side| read(&side.settings).unmodelled);
        let kinds: std::collections::BTreeSet<String> = unmodelled.map(|object| object.kind).collect();
        if !kinds.is_empty() {
            let kinds: Vec<String> = kinds.into_iter().collect();
            return Err(Failure::at(step, format!("not modelled: {}", kinds.join(", "))));
        }
        prove(&start.settings, &end.settings, &Renames::default())
            .map(|plan| plan.steps.len())
            .map_err(|reason| Failure::at(step, reason))
    })
}

fn outcome(result: Result<String, Failure>) -> Outcome {
    match result {
        Ok(told) => Outcome::Passed(told),
        Err(failure) => Outcome::Failed(vec![failure]),
    }
}

impl Build {
    /// Empty → schema gives a dump equal to the original's; the schema against itself plans nothing; schema → empty.
    pub fn run(&self, bench: &Workbench<'_>) -> Outcome {
        outcome(self.attempt(bench))
    }

    fn attempt(&self, bench: &Workbench<'_>) -> Result<String, Failure> {
        let target = loaded(bench, std::slice::from_ref(&self.file))?;
        let make = || bench.empty().map_err(|error| Failure::at("load", format!("{error:#}")));
        let (built, empty) = (make()?, make()?);
        let up = proven("build", &built, &target)?;
        guarded("itself", || {
            let snapshot = read(&target.settings);
            match planned(&snapshot, &snapshot, &Renames::default()) {
                Ok(plan) if plan.is_empty() => Ok(()),
                Ok(plan) => Err(Failure::at("itself", plan.to_sql())),
                Err(reason) => Err(Failure::at("itself", reason)),
            }
        })?;
        let down = proven("take down", &built, &empty)?;
        Ok(format!("{up} steps up, {down} down"))
    }
}

impl Turn {
    /// The first state into the second, with rows, and back.
    pub fn run(&self, bench: &Workbench<'_>) -> Outcome {
        let mut failures = Vec::new();
        let mut told = Vec::new();
        for (from, to, way) in [(0, 1, "a to b"), (1, 0, "b to a")] {
            match self.attempt(bench, from, to, way) {
                Ok(steps) => told.push(format!("{steps} steps {way}")),
                Err(failure) => failures.push(failure),
            }
        }
        if failures.is_empty() { Outcome::Passed(told.join(", ")) } else { Outcome::Failed(failures) }
    }

    fn attempt(&self, bench: &Workbench<'_>, from: usize, to: usize, way: &str) -> Result<usize, Failure> {
        for role in &self.roles {
            bench.role(role).map_err(|error| Failure::at("load", format!("{error:#}")))?;
        }
        let (start, end) = (loaded(bench, &self.sides[from])?, loaded(bench, &self.sides[to])?);
        if let Some(rows) = self.rows.as_ref().filter(|_| from == 0) {
            start.load(&[rows]).map_err(|error| Failure::at("load", format!("{error:#}")))?;
        }
        proven(way, &start, &end)
    }
}

/// A history of migrations.
#[derive(Debug, Clone)]
pub struct History {
    /// Migrations in their order.
    pub steps: Vec<Migration>,
}

/// A step of a history.
#[derive(Debug, Clone)]
pub struct Migration {
    /// Its name.
    pub name: String,
    /// Its script.
    pub file: PathBuf,
    /// Whether the schema is another afterwards.
    pub changes: bool,
    /// Its way down, where there is one.
    pub down: Option<Down>,
}

/// A way down of a history.
#[derive(Debug, Clone)]
pub struct Down {
    /// Its script.
    pub file: PathBuf,
    /// Whether it is known to lead back, and the way up after it to where it led first.
    pub is_right: bool,
}

impl History {
    /// The state after each migration from that before it, and back, as plans.
    pub fn run(&self, bench: &Workbench<'_>) -> Outcome {
        let mut failures = Vec::new();
        match self.attempt(bench, &mut failures) {
            Err(error) => failures.push(Failure::at("load", format!("{error:#}"))),
            Ok(count) if failures.is_empty() => return Outcome::Passed(format!("{count} steps, both ways")),
            Ok(_) => {}
        }
        Outcome::Failed(failures)
    }

    fn attempt(&self, bench: &Workbench<'_>, failures: &mut Vec<Failure>) -> anyhow::Result<usize> {
        let mut count = 0;
        let mut state = bench.empty()?;
        for step in &self.steps {
            let before = state;
            state = bench.copy_of(&before)?;
            state.load(&[&step.file])?;
            if !step.changes {
                continue;
            }
            let start = bench.copy_of(&before)?;
            count += 1;
            failures.extend(proven(&format!("{} forth", step.name), &start, &state).err());
            let start = bench.copy_of(&state)?;
            failures.extend(proven(&format!("{} back", step.name), &start, &before).err());
        }
        Ok(count)
    }
}
