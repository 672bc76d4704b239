//! `up` on many databases.

use std::time::{Duration, Instant};

use confiture::fleet::{self, Limits, Outcome as Ended};
use confiture::migrate::UpRequest;
use confiture::migrator::Event;

use super::{Fleet, Target};
use crate::command::migrate::Locks;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format, Table};
use crate::progress::Bar;

/// How it is to run.
pub struct Run<'a> {
    pub request: &'a UpRequest,
    pub locks: Locks,
    /// No further database is begun after so many failures; 0: whatever fails.
    pub max_failures: usize,
    pub format: Format,
    pub verbose: bool,
}

/// A migration that was applied.
struct Applied {
    version: String,
    name: String,
    file: String,
    duration: Duration,
}

/// What happened to one database.
struct Done {
    applied: Vec<Applied>,
    duration: Duration,
}

/// The same, up to a failure.
struct Failed {
    done: Done,
    failure: Failure,
}

/// Runs what is pending on each.
pub fn up(fleet: &Fleet, run: &Run<'_>) -> Outcome {
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
        let databases: Vec<_> = rows.iter().map(|(target, outcome)| json(target, outcome)).collect();
        output::print_json(&serde_json::json!({ "databases": databases, "summary": summary.json() }))?;
    } else {
        output::print(&format!("{}\n{}\n", table(&rows).render(), summary.text()))?;
    }
    if summary.failed == 0 {
        return Ok(Exit::Done);
    }
    let failure = Failure::new(format!("{} of {} databases failed", summary.failed, rows.len()));
    Err(failure.hint("Run the same again once that is mended: what is applied does not run again."))
}

fn one(target: &Target, run: &Run<'_>, bar: &Bar) -> Result<Done, Failed> {
    let start = Instant::now();
    let mut applied = Vec::new();
    let result = apply(target, run, bar, &mut applied);
    let done = Done { applied, duration: start.elapsed() };
    match result {
        Ok(()) => Ok(done),
        Err(failure) => Err(Failed { done, failure }),
    }
}

fn apply(target: &Target, run: &Run<'_>, bar: &Bar, applied: &mut Vec<Applied>) -> Result<(), Failure> {
    let notes = bar.clone();
    let mut session = target.connect(move |text| notes.note(text))?;
    let mut migrator = run.locks.apply(target.migrator(&mut session)).on_progress(|event| match event {
        Event::WaitingForLock => {
            bar.note(&format!("{}: waiting for another run of migrations to end ...", target.name));
        }
        Event::Finished { migration, duration, .. } => applied.push(Applied {
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
    migrator.up(&target.set, run.request)?;
    Ok(())
}

/// How many came to what.
#[derive(Default)]
struct Summary {
    migrated: usize,
    up_to_date: usize,
    failed: usize,
    not_tried: usize,
    migrations: usize,
}

impl Summary {
    fn of(rows: &[(&Target, Ended<Done, Failed>)]) -> Self {
        let mut summary = Self::default();
        for (_, outcome) in rows {
            match outcome {
                Ended::Done(done) if done.applied.is_empty() => summary.up_to_date += 1,
                Ended::Done(_) => summary.migrated += 1,
                Ended::Failed(_) => summary.failed += 1,
                Ended::Skipped => summary.not_tried += 1,
            }
            summary.migrations += applied(outcome).len();
        }
        summary
    }

    fn text(&self) -> String {
        let parts = [
            (self.migrated, "migrated"),
            (self.up_to_date, "up to date"),
            (self.failed, "failed"),
            (self.not_tried, "not tried"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        format!("{}; {} applied.", parts.join(", "), super::super::count(self.migrations))
    }

    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "migrated": self.migrated,
            "up_to_date": self.up_to_date,
            "failed": self.failed,
            "not_tried": self.not_tried,
            "migrations": self.migrations,
        })
    }
}

fn applied(outcome: &Ended<Done, Failed>) -> &[Applied] {
    match outcome {
        Ended::Done(done) | Ended::Failed(Failed { done, .. }) => &done.applied,
        Ended::Skipped => &[],
    }
}

fn state(outcome: &Ended<Done, Failed>) -> &'static str {
    match outcome {
        Ended::Done(done) if done.applied.is_empty() => "up to date",
        Ended::Done(_) => "migrated",
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

fn table(rows: &[(&Target, Ended<Done, Failed>)]) -> Table {
    let mut table = Table::new(["database", "state", "applied", "reason", "time"]);
    for (target, outcome) in rows {
        let count = applied(outcome).len();
        table.row([
            target.name.clone(),
            state(outcome).to_owned(),
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

fn json(target: &Target, outcome: &Ended<Done, Failed>) -> serde_json::Value {
    let applied: Vec<_> = applied(outcome)
        .iter()
        .map(|applied| {
            serde_json::json!({
                "version": applied.version,
                "name": applied.name,
                "file": applied.file,
                "duration_ms": milliseconds(applied.duration),
            })
        })
        .collect();
    serde_json::json!({
        "name": target.name,
        "schema": target.schema,
        "state": state(outcome),
        "applied": applied,
        "duration_ms": duration(outcome),
        "error": match outcome {
            Ended::Failed(failed) => Some(&failed.failure),
            Ended::Done(_) | Ended::Skipped => None,
        },
    })
}
