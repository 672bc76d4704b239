//! `cargo xtask eval`: the product on schemas, histories and pairs of states that others wrote.

mod built;
mod case;
mod flow;
mod known_failures;
mod run;
mod source;
mod takeover;
mod walk;
mod workbench;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use pggit_testkit::TestServer;
use pggit_wire::server::{PrivateServer, ServerOptions};

use built::{Build, History, Turn};
use case::{Corpus, Failure, Outcome};
use flow::Flow;
use known_failures::{KNOWN_FAILURES, known_failure};
use run::Run;
use source::Schema;
pub use source::Source;
use takeover::{Original, Originals};
use workbench::Workbench;

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

/// Of the regression tests, those with the most kinds in little text.
const REGRESS_SAMPLE: &[&str] = &["cluster turned", "domain__keep", "indexing__keep", "typed_table__keep"];

/// Of the histories, the shortest.
const HISTORY_SAMPLE: &[&str] = &["nakama"];

/// Of the histories that are run, short ones with all kinds of steps.
const RUN_SAMPLE: &[&str] = &["kestra", "nakama", "vaultwarden"];

/// Of the pairs, each of this many.
const PAIR_SAMPLE: usize = 40;

/// Lines of the reason of a failure that are shown for one case among many.
const REASON_LINES: usize = 12;

/// What to run.
#[derive(Debug, clap::Args)]
pub struct Eval {
    /// Parts of the corpus; all unless told
    #[arg(value_enum, value_name = "CORPUS")]
    on: Vec<Corpus>,
    /// Major version of PostgreSQL.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u8).range(15..=18))]
    pub pg: u8,
    /// A fixed sample.
    #[arg(long, conflicts_with = "only")]
    sample: bool,
    /// Cases of this name alone.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Instead: so many random walks, each step proven both ways.
    #[arg(long, value_name = "N", conflicts_with_all = ["only", "sample", "on"])]
    walk: Option<u64>,
    /// Seed of the first walk.
    #[arg(long, value_name = "SEED", default_value_t = 1, requires = "walk")]
    seed: u64,
    /// How many cases at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

/// What is done with a case.
enum Work {
    MainJob(Schema),
    Build(Build),
    Turn(Turn),
    History(History),
    Run(Run),
    Takeover(Original),
}

/// Programs that cases need.
struct Programs {
    /// Our command line.
    confiture: PathBuf,
    /// Those whose projects are taken over, or why they are not there.
    originals: Result<Originals, String>,
}

/// Something to try.
struct Case {
    corpus: Corpus,
    name: String,
    work: Work,
    /// How long it takes, compared with others.
    weight: u64,
    /// Extensions that it needs.
    extensions: Vec<String>,
}

impl Eval {
    /// The sample, as a test.
    #[must_use]
    pub fn sample(pg: u8) -> Self {
        Self { on: Vec::new(), pg, sample: true, only: Vec::new(), walk: None, seed: 1, jobs: 2 }
    }

    /// Builds what is needed, starts a server and tries each case.
    ///
    /// # Errors
    /// When a case fails that is not known to, or one passes that is known to fail.
    pub fn run(self) -> anyhow::Result<()> {
        if let Some(count) = self.walk {
            system::require_packages()?;
            let server = TestServer::around(self.plain()?);
            return walk::run(&server, self.seed, count, self.jobs);
        }
        let Some(source) = Source::find()? else {
            println!("There is no corpus here: nothing to do. PGGIT_EVAL_DIR names its directory.");
            return Ok(());
        };
        let cases = self.chosen(&source)?;
        system::require_packages()?;
        let has = |corpus: Corpus| cases.iter().any(|case| case.corpus == corpus);
        let server = if has(Corpus::MainJob) { self.with_extension()? } else { self.plain()? };
        let programs = Programs {
            confiture: match has(Corpus::MainJob) || has(Corpus::Takeover) {
                true => self.confiture()?,
                false => PathBuf::new(),
            },
            originals: match has(Corpus::Takeover) {
                true => Originals::install(),
                false => Err("they are not needed".to_owned()),
            },
        };
        let available = prepare(&server, &source)?;
        self.run_all(&server, &programs, cases, &available)
    }

    /// A server with the extension.
    fn with_extension(&self) -> anyhow::Result<PrivateServer> {
        let extension = extension::Build { pg: self.pg, release: true, pg_config: None }.run()?;
        server::throw_away(self.pg, &extension)
    }

    /// Our command line.
    fn confiture(&self) -> anyhow::Result<PathBuf> {
        let profile = if self.sample { "debug" } else { "release" };
        let mut arguments = vec!["--package".to_owned(), "pggit-cli".to_owned()];
        arguments.extend((profile == "release").then(|| "--release".to_owned()));
        test::cargo("build", &arguments, |_| {})?;
        Ok(extension::target_directory(&extension::workspace()).join(profile).join("confiture"))
    }

    fn plain(&self) -> anyhow::Result<PrivateServer> {
        let options = ServerOptions { major: Some(self.pg.into()), ..ServerOptions::default() };
        PrivateServer::throw_away(options).context("no server")
    }

    fn chosen(&self, source: &Source) -> anyhow::Result<Vec<Case>> {
        let mut cases = Vec::new();
        for corpus in Corpus::ALL.into_iter().filter(|corpus| self.on.is_empty() || self.on.contains(corpus))
        {
            let all = cases_of(corpus, source);
            cases.extend(all.into_iter().enumerate().filter_map(|(number, case)| {
                let name = case.name.as_str();
                let chosen = match (self.sample, self.only.is_empty()) {
                    (true, _) => match corpus {
                        Corpus::MainJob | Corpus::Schemas => SAMPLE.contains(&name),
                        Corpus::Regress => REGRESS_SAMPLE.contains(&name),
                        Corpus::Histories => HISTORY_SAMPLE.contains(&name),
                        Corpus::Runs => RUN_SAMPLE.contains(&name),
                        Corpus::Takeover => true,
                        Corpus::Pairs => number % PAIR_SAMPLE == 0,
                    },
                    (false, false) => self.only.contains(&case.name),
                    (false, true) => true,
                };
                chosen.then_some(case)
            }));
        }
        for name in &self.only {
            ensure!(cases.iter().any(|case| case.name == *name), "the corpus has no case {name}");
        }
        Ok(cases)
    }

    fn run_all(
        &self,
        server: &PrivateServer,
        programs: &Programs,
        mut cases: Vec<Case>,
        available: &[String],
    ) -> anyhow::Result<()> {
        // The long ones first: the last one running alone is then a short one.
        cases.sort_by_key(|case| (case.corpus, std::cmp::Reverse(case.weight)));
        let one = cases.len() == 1;
        let bench = Workbench::new(server)?;
        let mut summary = Summary { pinned: pinned(&cases), ..Summary::default() };
        let queue: Mutex<VecDeque<Case>> = Mutex::new(cases.into());
        let (sender, results) = mpsc::channel();
        // A panic is a failure of its case and is reported as such.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                let (sender, queue, bench) = (sender.clone(), &queue, &bench);
                scope.spawn(move || {
                    loop {
                        let next = queue.lock().ok().and_then(|mut queue| queue.pop_front());
                        let Some(case) = next else { break };
                        let started = Instant::now();
                        let outcome = attempt(server, bench, programs, &case, available);
                        if sender.send((case, outcome, started.elapsed())).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            for (case, outcome, time) in results {
                summary.add(&case, &outcome, time, one);
            }
        });
        std::panic::set_hook(hook);
        summary.finish()
    }
}

/// Known failures among the cases.
fn pinned(cases: &[Case]) -> usize {
    let listed = |case: &&Case| known_failure(case.corpus, &case.name).is_some();
    cases.iter().filter(listed).count()
}

fn cases_of(corpus: Corpus, source: &Source) -> Vec<Case> {
    let schema = |schema: &Schema, work: Work| Case {
        corpus,
        name: schema.name.clone(),
        work,
        weight: schema.bytes,
        extensions: schema.extensions.clone(),
    };
    let build = |s: &Schema| schema(s, Work::Build(Build { file: s.file.clone() }));
    let turn = |(name, turn): (String, Turn)| {
        let weight =
            turn.sides.iter().flatten().filter_map(|file| file.metadata().ok()).map(|m| m.len()).sum();
        Case { corpus, name, work: Work::Turn(turn), weight, extensions: Vec::new() }
    };
    let histories = |work: &dyn Fn(History) -> Work| {
        let case = |(name, history): &(String, History)| Case {
            corpus,
            name: name.clone(),
            weight: history.steps.len() as u64,
            work: work(history.clone()),
            extensions: Vec::new(),
        };
        source.histories.iter().map(case).collect()
    };
    match corpus {
        Corpus::MainJob => source.schemas.iter().map(|s| schema(s, Work::MainJob(s.clone()))).collect(),
        Corpus::Schemas => source.schemas.iter().map(build).collect(),
        Corpus::Regress => {
            source.regress.iter().map(build).chain(source.turns().into_iter().map(turn)).collect()
        }
        Corpus::Histories => histories(&|history| Work::History(history)),
        Corpus::Runs => histories(&|history| Work::Run(Run { history })),
        Corpus::Takeover => Original::ALL
            .into_iter()
            .map(|original| Case {
                corpus,
                name: original.name().to_owned(),
                work: Work::Takeover(original),
                weight: 1,
                extensions: Vec::new(),
            })
            .collect(),
        Corpus::Pairs => source.pairs.iter().cloned().map(turn).collect(),
    }
}

/// Makes the roles; returns the extensions that the server has.
fn prepare(server: &PrivateServer, source: &Source) -> anyhow::Result<Vec<String>> {
    let directory = tempfile::tempdir().context("no directory")?;
    let desk = Desk::new(server, directory.path().to_owned(), directory.path().to_owned(), false)?;
    desk.file("postgres", &source.roles)?;
    let names = desk.value("postgres", "SELECT name FROM pg_catalog.pg_available_extensions")?;
    Ok(names.lines().map(str::to_owned).collect())
}

fn attempt(
    server: &PrivateServer,
    bench: &Workbench<'_>,
    programs: &Programs,
    case: &Case,
    available: &[String],
) -> Outcome {
    let missing: Vec<&str> = case
        .extensions
        .iter()
        .filter(|extension| !available.contains(extension))
        .map(String::as_str)
        .collect();
    if !missing.is_empty() {
        return Outcome::Skipped(format!("this server lacks {}", missing.join(", ")));
    }
    match &case.work {
        Work::MainJob(schema) => main_job(server, &programs.confiture, schema),
        Work::Build(build) => build.run(bench),
        Work::Turn(turn) => turn.run(bench),
        Work::History(history) => history.run(bench),
        Work::Run(run) => run.run(server),
        Work::Takeover(original) => original.run(server, &programs.confiture, &programs.originals),
    }
}

fn main_job(server: &PrivateServer, confiture: &Path, schema: &Schema) -> Outcome {
    let failed = |error: anyhow::Error| Failure::at(flow::Step::Load, format!("{error:#}"));
    let outcome =
        tempfile::tempdir().context("no directory for the project").map_err(failed).and_then(|project| {
            Flow::new(server, confiture, schema, project.path().to_owned())
                .map_err(failed)?
                .run()
                .map_err(|failure| Failure::at(failure.step, failure.reason))
        });
    match outcome {
        Ok(change) => Outcome::Passed(change.join(", ")),
        Err(failure) => Outcome::Failed(vec![failure]),
    }
}

/// Cases of one corpus.
#[derive(Default)]
struct Count {
    passed: usize,
    failed: usize,
    known: usize,
    skipped: usize,
    seconds: f64,
}

/// What came of all cases.
#[derive(Default)]
struct Summary {
    counts: BTreeMap<Corpus, Count>,
    /// Cases that are known to fail.
    pinned: usize,
    /// What fails the run, one line each.
    problems: Vec<String>,
}

impl Summary {
    /// Prints the line of a case and counts it; `all` shows reasons at full length.
    fn add(&mut self, case: &Case, outcome: &Outcome, time: Duration, all: bool) {
        let (corpus, name) = (case.corpus, &case.name);
        let seconds = time.as_secs_f64();
        let count = self.counts.entry(corpus).or_default();
        count.seconds += seconds;
        let known = known_failure(corpus, name);
        let failures = match outcome {
            Outcome::Skipped(why) => {
                count.skipped += 1;
                println!("skipped  {corpus}: {name}: {why}");
                return;
            }
            Outcome::Passed(told) if known.is_none() => {
                count.passed += 1;
                println!("ok       {corpus}: {name} ({seconds:.1} s): {told}");
                return;
            }
            Outcome::Passed(_) => &[][..],
            Outcome::Failed(failures) => failures,
        };
        let steps = known.map_or(&[][..], |known| known.steps);
        let (expected, unexpected): (Vec<&Failure>, Vec<&Failure>) =
            failures.iter().partition(|failure| steps.contains(&failure.step.as_str()));
        let missing: Vec<&&str> =
            steps.iter().filter(|step| !expected.iter().any(|failure| failure.step == ***step)).collect();
        if unexpected.is_empty() && missing.is_empty() {
            count.known += 1;
            let reason = known.map(|known| known.reason).unwrap_or_default();
            println!("known    {corpus}: {name} ({seconds:.1} s): fails at {}: {reason}", steps.join(", "));
            return;
        }
        count.failed += 1;
        for step in missing {
            println!("PASSED   {corpus}: {name} ({seconds:.1} s) at {step}");
            self.problems.push(format!("{corpus}: {name} passes {step}, but is listed as failing there"));
        }
        for failure in unexpected {
            println!("FAILED   {corpus}: {name} ({seconds:.1} s) at {}", failure.step);
            let lines: Vec<&str> = failure.reason.lines().collect();
            let shown = if all { lines.len() } else { lines.len().min(REASON_LINES) };
            for line in &lines[..shown] {
                println!("           {line}");
            }
            if shown < lines.len() {
                println!("           ({} more lines; --only {name} shows them)", lines.len() - shown);
            }
            self.problems.push(format!("{corpus}: {name} fails at {}", failure.step));
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        println!(
            "\n{:<12}{:>8}{:>8}{:>8}{:>9}{:>10}",
            "corpus", "passed", "failed", "known", "skipped", "seconds"
        );
        for (corpus, count) in &self.counts {
            let Count { passed, failed, known, skipped, seconds } = count;
            println!("{:<12}{passed:>8}{failed:>8}{known:>8}{skipped:>9}{seconds:>10.0}", corpus.to_string());
        }
        println!("{} of the {} known failures are among them", self.pinned, KNOWN_FAILURES.len());
        ensure!(self.problems.is_empty(), "not all went as expected:\n{}", self.problems.join("\n"));
        Ok(())
    }
}
