//! `confiture migrate up`.

use clap::Args;
use confiture::migrate::UpRequest;
use confiture::migrator::{Tried, TriedOutcome, VerifyRequest};

use super::fleet::{self, FailureArgs, Fleet, FleetArgs};
use super::hazards::{self, HazardArgs, Policy};
use super::scratch::ScratchArgs;
use super::{Directory, Locks, Prepared, count, replaying, report, verify};
use crate::command::lint::Finding;
use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, FormatArgs};

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    directory: Directory,
    /// The last migration to run: a version, or a file's name
    #[arg(long, value_name = "VERSION")]
    target: Option<String>,
    /// Run at most N migrations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
    /// Run migrations after a later version too
    #[arg(long)]
    allow_out_of_order: bool,
    /// Run although files of applied migrations are missing
    #[arg(long)]
    allow_missing: bool,
    /// Show the SQL of what is pending and try it in a transaction that is rolled back
    ///
    /// What can't run inside a transaction is not tried, and said. Locks are held until the end of the try. Hazards
    /// that the text tells are named. Exit status 3 when something fails that may need what was not tried, or has a
    /// hazard that is not allowed.
    #[arg(long)]
    dry_run: bool,
    /// Run all that is pending as one transaction: all of it is applied, or nothing
    #[arg(long)]
    single_transaction: bool,
    /// With --dry-run: try it on a scratch database instead, up, down and up again, as "confiture migrate verify" does
    #[arg(long, requires = "dry_run")]
    verify: bool,
    #[command(flatten)]
    scratch: ScratchArgs,
    #[command(flatten)]
    hazards: HazardArgs,
    #[command(flatten)]
    locks: Locks,
    #[command(flatten)]
    fleet: FleetArgs,
    #[command(flatten)]
    failures: FailureArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl Up {
    pub fn run(&self, context: &Context) -> Outcome {
        let request = UpRequest {
            target: self.target.clone(),
            steps: self.steps.map(|steps| steps as usize),
            allow_out_of_order: self.allow_out_of_order,
            allow_missing: self.allow_missing,
        };
        if let Some(fleet) = self.fleet.fleet(context, &self.directory)? {
            return self.run_on(&fleet, &request, context);
        }
        self.failures.refuse_for_one()?;
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        prepared.require_migrations()?;
        let settings = prepared.session.settings().clone();
        let policy = self.hazards.policy(&prepared.settings);
        let templates = prepared.settings.templates.clone();
        let (migrator, set) = prepared.runner();
        let mut migrator = self.locks.apply(migrator).single_transaction(self.single_transaction);
        if self.verify {
            let (mut scratch, on) = self.scratch.beside(&settings)?;
            let (progress, told) = replaying("verifying");
            let request = VerifyRequest { up: request, ..VerifyRequest::default() };
            let verified = migrator.verify(set, &request, &mut scratch, on, told)?;
            drop(progress);
            return verify::report(&verified, self.format);
        }
        if self.dry_run {
            return show(&migrator.dry_run(set, &request)?, &policy, self.format);
        }
        policy.check(&mut migrator, set, &request, &templates)?;
        let ran = migrator.up(set, &request)?;
        report(&ran, "applied", "Nothing to do, no migration is pending.", self.format)
    }

    fn run_on(&self, fleet: &Fleet, request: &UpRequest, context: &Context) -> Outcome {
        if self.dry_run {
            return Err(Failure::new("--dry-run works on one database")
                .sqlstate("22023")
                .hint("Try the migrations on one of them; \"migrate status --fleet\" shows what is pending on each."));
        }
        let run = fleet::Run {
            verb: fleet::Verb::Up { request, hazards: &self.hazards },
            locks: self.locks,
            max_failures: self.failures.most(),
            format: self.format.format,
            verbose: context.verbose(),
        };
        fleet::run(fleet, &run)
    }
}

/// Shows what a dry run has tried: the SQL, its hazards, and how it went.
fn show(tried: &[Tried], policy: &Policy, format: FormatArgs) -> Outcome {
    let hazards = hazards::of_tried(tried);
    let found = || hazards.iter().flatten().flatten();
    let refused = found().filter(|finding| !policy.allows(finding.hazard)).count();
    let failed = tried.iter().any(|tried| matches!(tried.outcome, TriedOutcome::Failed { .. }));
    let unknown = policy.is_strict() && hazards.iter().any(Result::is_err);
    let exit = Exit::check(true, failed || refused > 0 || unknown);
    if format.format.is_json() {
        let rows: Vec<_> = tried.iter().zip(&hazards).map(|(tried, hazards)| json(tried, hazards)).collect();
        output::print_json(&rows)?;
        return Ok(exit);
    }
    if tried.is_empty() {
        output::print("Nothing to do, no migration is pending.")?;
        return Ok(Exit::Done);
    }
    let mut counts = [0; 3];
    for (Tried { file, sql, outcome, .. }, hazards) in tried.iter().zip(&hazards) {
        let (kind, how) = match outcome {
            TriedOutcome::Proven { duration } => {
                (0, format!("tried and rolled back ({} ms)", duration.as_millis()))
            }
            TriedOutcome::NotTried { reason } => (1, format!("not tried: {reason}")),
            TriedOutcome::Failed { error } => (2, format!("failed: {}", output::one_line(&error.message))),
        };
        counts[kind] += 1;
        let mut text = format!("-- {file}: {how}\n");
        match hazards {
            Ok(findings) => findings.iter().for_each(|finding| {
                let mark = if policy.allows(finding.hazard) { "" } else { " (not allowed)" };
                text.push_str(&format!(
                    "-- {}{mark}\n--   instead: {}\n",
                    output::one_line(&hazards::line(finding)),
                    finding.instead
                ));
            }),
            Err(failure) => text.push_str(&format!(
                "-- {file}: hazards can't be told: {}\n",
                output::one_line(&failure.message)
            )),
        }
        output::print(&format!("{text}{}\n", sql.trim()))?;
        if let TriedOutcome::Failed { error } = outcome {
            for (label, part) in [("DETAIL", &error.detail), ("HINT", &error.hint)] {
                if let Some(part) = part {
                    output::note(&format!("{label}:  {part}"));
                }
            }
        }
    }
    let [proven, not_tried, failures] = counts;
    let mut summary = format!("{} tried in a transaction that was rolled back", count(proven));
    for (number, what) in [(not_tried, "not tried"), (failures, "failed")] {
        if number > 0 {
            summary.push_str(&format!(", {number} {what}"));
        }
    }
    output::note(&format!("{summary}."));
    let all = found().count();
    if all > 0 {
        let refused = if refused > 0 { format!(", {refused} of them not allowed") } else { String::new() };
        let plural = if all == 1 { "" } else { "s" };
        output::note(&format!("{all} hazard{plural}{refused}."));
    }
    Ok(exit)
}

fn json(tried: &Tried, hazards: &Result<Vec<Finding>, Failure>) -> serde_json::Value {
    let (outcome, duration, reason) = match &tried.outcome {
        TriedOutcome::Proven { duration } => {
            ("proven", Some(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)), None)
        }
        TriedOutcome::NotTried { reason } => ("not tried", None, Some(reason.as_str())),
        TriedOutcome::Failed { error } => ("failed", None, Some(error.message.as_str())),
    };
    serde_json::json!({
        "version": tried.version,
        "name": tried.name,
        "file": tried.file,
        "sql": tried.sql,
        "outcome": outcome,
        "duration_ms": duration,
        "reason": reason,
        "hazards": hazards.as_ref().ok(),
    })
}
