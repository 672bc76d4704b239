//! `cargo xtask eval`: the main job on every schema of a corpus of real ones.

mod corpus;
mod flow;
mod known_failures;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use pggit_wire::server::PrivateServer;

pub use corpus::Corpus;
use corpus::Schema;
use flow::{Failure, Flow};
use known_failures::{KNOWN_FAILURES, known_failure};

use crate::session::Desk;
use crate::{extension, server, system, test};

/// Small and middle schemas, which together have all that is modelled.
const SAMPLE: &[&str] = &[
    "chinook",
    "davical",
    "graphile_dataplan_pg",
    "graphile_kitchen_sink",
    "northwind",
    "quartz",
    "thingsboard",
];

/// Lines of the reason of a failure that are shown for one schema among many.
const REASON_LINES: usize = 12;

/// Which schemas to run on.
#[derive(Debug, clap::Args)]
pub struct Eval {
    /// Major version of PostgreSQL.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u8).range(15..=18))]
    pub pg: u8,
    /// A fixed sample of small and middle schemas.
    #[arg(long, conflicts_with = "only")]
    sample: bool,
    /// These schemas alone.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// How many schemas at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

/// How the main job went on a schema.
enum Outcome {
    /// It ran to the end, with this change.
    Passed(Vec<String>),
    /// The server lacks an extension that the schema needs.
    Skipped(Vec<String>),
    /// It failed.
    Failed(Failure),
}

impl Eval {
    /// The sample, as a test.
    #[must_use]
    pub fn sample(pg: u8) -> Self {
        Self { pg, sample: true, only: Vec::new(), jobs: 2 }
    }

    /// Builds what is needed, starts a server and runs the main job on each schema.
    ///
    /// # Errors
    /// When a schema fails that is not known to, or one passes that is known to fail.
    pub fn run(self) -> anyhow::Result<()> {
        let Some(corpus) = Corpus::find()? else {
            println!(
                "There is no corpus of schemas here: nothing to do. PGGIT_EVAL_DIR names its directory."
            );
            return Ok(());
        };
        let schemas = self.chosen(&corpus)?;
        system::require_packages()?;
        let extension = extension::Build { pg: self.pg, release: true, pg_config: None }.run()?;
        let profile = if self.sample { "debug" } else { "release" };
        let mut arguments = vec!["--package".to_owned(), "pggit-cli".to_owned()];
        arguments.extend((profile == "release").then(|| "--release".to_owned()));
        test::cargo("build", &arguments, |_| {})?;
        let confiture = extension::target_directory(&extension::workspace()).join(profile).join("confiture");
        let server = server::throw_away(self.pg, &extension)?;
        let available = prepare(&server, &corpus)?;
        self.run_all(&server, &confiture, schemas, &available)
    }

    fn chosen<'c>(&self, corpus: &'c Corpus) -> anyhow::Result<Vec<&'c Schema>> {
        let wanted = |schema: &&Schema| match (self.sample, self.only.is_empty()) {
            (true, _) => SAMPLE.contains(&schema.name.as_str()),
            (false, false) => self.only.contains(&schema.name),
            (false, true) => true,
        };
        let chosen: Vec<&Schema> = corpus.schemas.iter().filter(wanted).collect();
        for name in &self.only {
            ensure!(
                corpus.schemas.iter().any(|schema| schema.name == *name),
                "the corpus has no schema {name}"
            );
        }
        Ok(chosen)
    }

    fn run_all(
        &self,
        server: &PrivateServer,
        confiture: &Path,
        schemas: Vec<&Schema>,
        available: &[String],
    ) -> anyhow::Result<()> {
        let mut schemas = schemas;
        // The long ones first: the last one running alone is then a short one.
        schemas.sort_by_key(|schema| std::cmp::Reverse(schema.bytes));
        let one = schemas.len() == 1;
        let queue: Mutex<VecDeque<&Schema>> = Mutex::new(schemas.into());
        let (sender, results) = mpsc::channel();
        // A panic is a failure of its schema and is reported as such.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let summary = thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                let (sender, queue) = (sender.clone(), &queue);
                scope.spawn(move || {
                    loop {
                        let next = queue.lock().ok().and_then(|mut queue| queue.pop_front());
                        let Some(schema) = next else { break };
                        let started = Instant::now();
                        let outcome = attempt(server, confiture, schema, available);
                        if sender.send((schema, outcome, started.elapsed())).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let mut summary = Summary::default();
            for (schema, outcome, time) in results {
                summary.add(schema, &outcome, time, one);
            }
            summary
        });
        std::panic::set_hook(hook);
        summary.finish()
    }
}

/// Makes the roles; returns the extensions that the server has.
fn prepare(server: &PrivateServer, corpus: &Corpus) -> anyhow::Result<Vec<String>> {
    let directory = tempfile::tempdir().context("no directory")?;
    let desk = Desk::new(server, directory.path().to_owned(), directory.path().to_owned(), false)?;
    desk.file("postgres", &corpus.roles)?;
    let names = desk.value("postgres", "SELECT name FROM pg_catalog.pg_available_extensions")?;
    Ok(names.lines().map(str::to_owned).collect())
}

fn attempt(server: &PrivateServer, confiture: &Path, schema: &Schema, available: &[String]) -> Outcome {
    let missing: Vec<String> =
        schema.extensions.iter().filter(|extension| !available.contains(extension)).cloned().collect();
    if !missing.is_empty() {
        return Outcome::Skipped(missing);
    }
    let failed = |error: anyhow::Error| Failure { step: flow::Step::Load, reason: format!("{error:#}") };
    let outcome =
        tempfile::tempdir().context("no directory for the project").map_err(failed).and_then(|project| {
            Flow::new(server, confiture, schema, project.path().to_owned()).map_err(failed)?.run()
        });
    match outcome {
        Ok(change) => Outcome::Passed(change),
        Err(failure) => Outcome::Failed(failure),
    }
}

/// What came of all schemas.
#[derive(Default)]
struct Summary {
    passed: usize,
    skipped: usize,
    known: usize,
    /// What fails the run, one line each.
    problems: Vec<String>,
}

impl Summary {
    /// Prints the line of a schema and counts it; `all` shows reasons at full length.
    fn add(&mut self, schema: &Schema, outcome: &Outcome, time: Duration, all: bool) {
        let name = &schema.name;
        let seconds = time.as_secs_f64();
        match (outcome, known_failure(name)) {
            (Outcome::Passed(change), None) => {
                self.passed += 1;
                println!("ok       {name} ({seconds:.1} s): {}", change.join(", "));
            }
            (Outcome::Skipped(missing), _) => {
                self.skipped += 1;
                println!("skipped  {name}: this server lacks {}", missing.join(", "));
            }
            (Outcome::Failed(failure), Some(known)) if known.step == failure.step => {
                self.known += 1;
                println!("known    {name} ({seconds:.1} s): fails at {}: {}", known.step, known.reason);
            }
            (Outcome::Passed(_), Some(known)) => {
                println!("PASSED   {name} ({seconds:.1} s)");
                self.problems.push(format!("{name} passes, but is listed as failing at {}", known.step));
            }
            (Outcome::Failed(failure), _) => {
                println!("FAILED   {name} ({seconds:.1} s) at {}", failure.step);
                let lines: Vec<&str> = failure.reason.lines().collect();
                let shown = if all { lines.len() } else { lines.len().min(REASON_LINES) };
                for line in &lines[..shown] {
                    println!("           {line}");
                }
                if shown < lines.len() {
                    println!("           ({} more lines; --only {name} shows them)", lines.len() - shown);
                }
                self.problems.push(format!("{name} fails at {}", failure.step));
            }
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        println!(
            "{} passed, {} failed, {} of {} known failures seen, {} skipped",
            self.passed,
            self.problems.len(),
            self.known,
            KNOWN_FAILURES.len(),
            self.skipped
        );
        ensure!(
            self.problems.is_empty(),
            "the main job did not go as expected:\n{}",
            self.problems.join("\n")
        );
        Ok(())
    }
}
