//! `up` and `down` on many databases.

use std::time::{Duration, Instant};

use confiture::fleet::{self, Limits, Outcome as Ended};
use confiture::migrate::{DownRequest, Identity, UpRequest};
use confiture::migrator::{Event, StatusEntry, StatusState};

use super::{Fleet, Target};
use crate::command::migrate::Locks;
use crate::command::migrate::hazards::HazardArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format, Table};
use crate::progress::Bar;

/// How it is to run.
pub struct Run<'a> {
    pub verb: Verb<'a>,
    pub locks: Locks,
    /// No further database is begun after so many failures; 0: whatever fails.
    pub max_failures: usize,
    pub format: Format,
    pub verbose: bool,
}

/// What is done.
pub enum Verb<'a> {
    Up {
        request: &'a UpRequest,
        hazards: &'a HazardArgs,
    },
    /// What was applied after this migration is undone.
    Down {
        target: &'a str,
    },
}

impl Verb<'_> {
    /// The state of a database on which something ran, and what happened to its migrations.
    fn done(&self) -> (&'static str, &'static str) {
        match self {
            Self::Up { .. } => ("migrated", "applied"),
            Self::Down { .. } => ("undone", "undone"),
        }
    }

    /// The state of a database on which nothing was to run, as text and as a key.
    fn nothing(&self) -> (&'static str, &'static str) {
        match self {
            Self::Up { .. } => ("up to date", "up_to_date"),
            Self::Down { .. } => ("nothing to undo", "nothing_to_undo"),
        }
    }
}

/// A migration that ran.
struct Ran {
    version: String,
    name: String,
    file: String,
    duration: Duration,
}

/// What happened to one database.
struct Done {
    ran: Vec<Ran>,
    duration: Duration,
}

/// The same, up to a failure.
struct Failed {
    done: Done,
    failure: Failure,
}

/// Runs it on each.
pub fn run(fleet: &Fleet, run: &Run<'_>) -> Outcome {
    if let Verb::Down { target } = &run.verb {
        let identity = Identity::from_text(target);
        if fleet.targets.iter().any(|target| target.set.get(&identity).is_none()) {
            return Err(Failure::new(format!("there is no migration \"{target}\"")).sqlstate("22023"));
        }
    }
    let bar = Bar::start("databases", fleet.targets.len());
    let limits = Limits { jobs: fleet.jobs, max_failures: Some(run.max_failures).filter(|most| *most > 0) };
    let outcomes = fleet::run(
        &fleet.targets,
        limits,
        |target| one(target, run, &bar),
        |target, result| {
            bar.advance(result.is_err());
            if let Err(failed) = result
                && !run.format.is_json()
            {
                bar.note(&failed.failure.clone().of(&target.name).text(run.verbose));
            }
        },
    );
    bar.end();
    let rows: Vec<(&Target, Ended<Done, Failed>)> = fleet.targets.iter().zip(outcomes).collect();
    let summary = Summary::of(&rows);
    if run.format.is_json() {
        let databases: Vec<_> =
            rows.iter().map(|(target, outcome)| json(target, outcome, &run.verb)).collect();
        let summary = summary.json(&run.verb);
        output::print_json(&serde_json::json!({ "databases": databases, "summary": summary }))?;
    } else {
        output::print(&format!("{}\n{}\n", table(&rows, &run.verb).render(), summary.text(&run.verb)))?;
    }
    if summary.failed == 0 {
        return Ok(Exit::Done);
    }
    let mut failure = Failure::new(format!("{} of {} databases failed", summary.failed, rows.len()));
    let is_refused = |ended: &Ended<Done, Failed>| match ended {
        Ended::Failed(failed) => failed.failure.is_finding(),
        Ended::Done(_) | Ended::Skipped => true,
    };
    if rows.iter().all(|(_, ended)| is_refused(ended)) {
        failure = failure.finding();
    }
    Err(failure.hint(match run.verb {
        Verb::Up { .. } => "Run the same again once that is mended: what is applied does not run again.",
        Verb::Down { .. } => "Run the same again once that is mended: what is undone is not undone again.",
    }))
}

fn one(target: &Target, run: &Run<'_>, bar: &Bar) -> Result<Done, Failed> {
    let start = Instant::now();
    let mut ran = Vec::new();
    let result = work(target, run, bar, &mut ran);
    let done = Done { ran, duration: start.elapsed() };
    match result {
        Ok(()) => Ok(done),
        Err(failure) => Err(Failed { done, failure }),
    }
}

fn work(target: &Target, run: &Run<'_>, bar: &Bar, ran: &mut Vec<Ran>) -> Result<(), Failure> {
    let notes = bar.clone();
    let mut session = target.connect(move |text| notes.note(text))?;
    let mut migrator = run.locks.apply(target.migrator(&mut session)).on_progress(|event| match event {
        Event::WaitingForLock => {
            bar.note(&format!("{}: waiting for another run of migrations to end ...", target.name));
        }
        Event::Finished { migration, duration, .. } => ran.push(Ran {
            version: migration.identity.to_string(),
            name: migration.name.clone(),
            file: migration.file_name().to_owned(),
            duration: *duration,
        }),
        Event::NoWayDown { migration, reason } => bar.note(&format!(
            "{}: {}: no way down is recorded: {reason}",
            target.name,
            migration.file_name()
        )),
        Event::NotBuilt { .. }
        | Event::Batch { .. }
        | Event::Resumed { .. }
        | Event::Retrying { .. }
        | Event::Started { .. }
        | Event::LedgerMade { .. } => {}
    });
    match &run.verb {
        Verb::Up { request, hazards } => {
            let policy = hazards.policy(&target.migrations);
            policy.check(&mut migrator, &target.set, request, &target.migrations.templates)?;
            migrator.up(&target.set, request)?;
        }
        Verb::Down { target: last } => {
            if !is_below(&migrator.status(&target.set)?, &Identity::from_text(last)) {
                migrator.down(&target.set, &DownRequest::To((*last).to_owned()))?;
            }
        }
    }
    Ok(())
}

/// Whether neither this migration nor a later one is applied.
fn is_below(entries: &[StatusEntry], target: &Identity) -> bool {
    entries.iter().all(|entry| {
        let is_applied = matches!(
            entry.state,
            StatusState::Applied | StatusState::Modified | StatusState::Changed | StatusState::Missing
        );
        let identity = Identity::from_text(&entry.version);
        !is_applied || identity.is_repeatable() || identity < *target
    })
}

/// How many came to what.
#[derive(Default)]
struct Summary {
    done: usize,
    nothing: usize,
    failed: usize,
    not_tried: usize,
    migrations: usize,
}

impl Summary {
    fn of(rows: &[(&Target, Ended<Done, Failed>)]) -> Self {
        let mut summary = Self::default();
        for (_, outcome) in rows {
            match outcome {
                Ended::Done(done) if done.ran.is_empty() => summary.nothing += 1,
                Ended::Done(_) => summary.done += 1,
                Ended::Failed(_) => summary.failed += 1,
                Ended::Skipped => summary.not_tried += 1,
            }
            summary.migrations += ran(outcome).len();
        }
        summary
    }

    fn text(&self, verb: &Verb<'_>) -> String {
        let (state, happened) = verb.done();
        let parts = [
            (self.done, state),
            (self.nothing, verb.nothing().0),
            (self.failed, "failed"),
            (self.not_tried, "not tried"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        format!("{}; {} {happened}.", parts.join(", "), super::super::count(self.migrations))
    }

    fn json(&self, verb: &Verb<'_>) -> serde_json::Value {
        serde_json::json!({
            verb.done().0: self.done,
            verb.nothing().1: self.nothing,
            "failed": self.failed,
            "not_tried": self.not_tried,
            "migrations": self.migrations,
        })
    }
}

fn ran(outcome: &Ended<Done, Failed>) -> &[Ran] {
    match outcome {
        Ended::Done(done) | Ended::Failed(Failed { done, .. }) => &done.ran,
        Ended::Skipped => &[],
    }
}

fn state(outcome: &Ended<Done, Failed>, verb: &Verb<'_>) -> &'static str {
    match outcome {
        Ended::Done(done) if done.ran.is_empty() => verb.nothing().0,
        Ended::Done(_) => verb.done().0,
        Ended::Failed(_) => "failed",
        Ended::Skipped => "not tried",
    }
}

fn duration(outcome: &Ended<Done, Failed>) -> Option<u64> {
    match outcome {
        Ended::Done(done) | Ended::Failed(Failed { done, .. }) => Some(milliseconds(done.duration)),
        Ended::Skipped => None,
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn table(rows: &[(&Target, Ended<Done, Failed>)], verb: &Verb<'_>) -> Table {
    let mut table = Table::new(["database", "state", verb.done().1, "reason", "time"]);
    for (target, outcome) in rows {
        let count = ran(outcome).len();
        table.row([
            target.name.clone(),
            state(outcome, verb).to_owned(),
            if count > 0 { count.to_string() } else { String::new() },
            match outcome {
                Ended::Failed(failed) => failed.failure.message.clone(),
                Ended::Done(_) | Ended::Skipped => String::new(),
            },
            duration(outcome).map_or_else(String::new, |time| format!("{time} ms")),
        ]);
    }
    table
}

fn json(target: &Target, outcome: &Ended<Done, Failed>, verb: &Verb<'_>) -> serde_json::Value {
    let ran: Vec<_> = ran(outcome)
        .iter()
        .map(|ran| {
            serde_json::json!({
                "version": ran.version,
                "name": ran.name,
                "file": ran.file,
                "duration_ms": milliseconds(ran.duration),
            })
        })
        .collect();
    serde_json::json!({
        "name": target.name,
        "schema": target.schema,
        "state": state(outcome, verb),
        verb.done().1: ran,
        "duration_ms": duration(outcome),
        "error": match outcome {
            Ended::Failed(failed) => Some(&failed.failure),
            Ended::Done(_) | Ended::Skipped => None,
        },
    })
}
