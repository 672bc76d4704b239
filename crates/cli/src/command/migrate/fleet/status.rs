//! `status` of many databases.

use confiture::fleet::{self, Limits, Outcome as Ended};
use confiture::migrator::{StatusEntry, StatusState};

use super::{Fleet, Target};
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format, Table};
use crate::progress::Bar;

/// Shows how each stands; with `check`, findings are an exit status.
pub fn status(fleet: &Fleet, check: bool, format: Format) -> Outcome {
    let bar = Bar::start("databases", fleet.targets.len());
    let outcomes = fleet::run(
        &fleet.targets,
        Limits { jobs: fleet.jobs, max_failures: None },
        |target| {
            let notes = bar.clone();
            let mut session = target.connect(move |text| notes.note(text))?;
            Ok::<_, Failure>(Standing::of(&target.migrator(&mut session).status(&target.set)?))
        },
        |_, result| bar.advance(result.is_err()),
    );
    bar.end();
    let rows: Vec<(&Target, Ended<Standing, Failure>)> = fleet.targets.iter().zip(outcomes).collect();
    if format.is_json() {
        output::print_json(&rows.iter().map(|(target, outcome)| json(target, outcome)).collect::<Vec<_>>())?;
    } else {
        output::print(&text(&rows))?;
    }
    let failed = rows.iter().filter(|(_, outcome)| matches!(outcome, Ended::Failed(_))).count();
    if failed > 0 {
        return Err(Failure::new(format!("{failed} of {} databases could not be read", rows.len())));
    }
    let finding = |outcome: &Ended<Standing, Failure>| state(outcome) != UP_TO_DATE;
    Ok(Exit::check(check, rows.iter().any(|(_, outcome)| finding(outcome))))
}

const UP_TO_DATE: &str = "up to date";

/// How one database stands to the files.
struct Standing {
    applied: usize,
    pending: Vec<String>,
    /// Files that do not fit the ledger, with what is the matter.
    problems: Vec<(String, &'static str)>,
}

impl Standing {
    fn of(entries: &[StatusEntry]) -> Self {
        let mut standing = Self { applied: 0, pending: Vec::new(), problems: Vec::new() };
        for entry in entries {
            let file = || entry.file.clone().unwrap_or_else(|| entry.version.clone());
            match entry.state {
                StatusState::Applied => standing.applied += 1,
                StatusState::Pending | StatusState::Changed => standing.pending.push(file()),
                StatusState::Excluded => {}
                StatusState::OutOfOrder | StatusState::Modified | StatusState::Missing => {
                    standing.problems.push((file(), entry.state.name()));
                }
            }
        }
        standing
    }
}

fn state(outcome: &Ended<Standing, Failure>) -> &'static str {
    match outcome {
        Ended::Done(standing) if !standing.problems.is_empty() => "wrong",
        Ended::Done(standing) if !standing.pending.is_empty() => "pending",
        Ended::Done(_) => UP_TO_DATE,
        Ended::Failed(_) => "failed",
        Ended::Skipped => "not tried",
    }
}

fn text(rows: &[(&Target, Ended<Standing, Failure>)]) -> String {
    let mut table = Table::new(["database", "state", "applied", "to run", "reason"]);
    for (target, outcome) in rows {
        let (applied, to_run, reason) = match outcome {
            Ended::Done(standing) => {
                let problems: Vec<String> =
                    standing.problems.iter().map(|(file, what)| format!("{file} {what}")).collect();
                (standing.applied.to_string(), standing.pending.len().to_string(), problems.join(", "))
            }
            Ended::Failed(failure) => (String::new(), String::new(), failure.message.clone()),
            Ended::Skipped => Default::default(),
        };
        table.row([target.name.clone(), state(outcome).to_owned(), applied, to_run, reason]);
    }
    let count = |wanted: &str| rows.iter().filter(|(_, outcome)| state(outcome) == wanted).count();
    let parts: Vec<String> = [UP_TO_DATE, "pending", "wrong", "failed"]
        .iter()
        .map(|wanted| (count(wanted), wanted))
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!("{}\n{}\n", table.render(), parts.join(", "))
}

fn json(target: &Target, outcome: &Ended<Standing, Failure>) -> serde_json::Value {
    let (standing, error) = match outcome {
        Ended::Done(standing) => (Some(standing), None),
        Ended::Failed(failure) => (None, Some(failure)),
        Ended::Skipped => (None, None),
    };
    let problems = standing.map(|standing| {
        let problem = |(file, what): &(String, &str)| serde_json::json!({ "file": file, "status": what });
        standing.problems.iter().map(problem).collect::<Vec<_>>()
    });
    serde_json::json!({
        "name": target.name,
        "schema": target.schema,
        "state": state(outcome),
        "applied": standing.map(|standing| standing.applied),
        "pending": standing.map(|standing| &standing.pending),
        "problems": problems,
        "error": error,
    })
}
