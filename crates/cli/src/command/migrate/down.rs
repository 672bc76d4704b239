//! `confiture migrate down`.

use std::io::{self, BufRead, Write};

use clap::Args;
use confiture::migrate::{DownRequest, MigrationSet};
use confiture::migrator::Migrator;
use confiture::rehearsal::{DerivedDown, ScratchOn};
use pggit_wire::WireSession;

use super::fleet::{self, FailureArgs, Fleet, FleetArgs};
use super::scratch::ScratchArgs;
use super::{Directory, Locks, Prepared, count, replaying, report};
use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, FormatArgs};
use crate::scratch_server::ScratchServer;

#[derive(Debug, Args)]
pub struct Down {
    #[command(flatten)]
    directory: Directory,
    /// Undo N migrations, the last applied first [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "target", value_parser = clap::value_parser!(u32).range(1..))]
    steps: Option<u32>,
    /// Undo all migrations that were applied after this one: a version, or a file's name
    #[arg(long, value_name = "VERSION")]
    target: Option<String>,
    /// Run a way down that was derived without asking
    #[arg(long, short, visible_alias = "force")]
    yes: bool,
    #[command(flatten)]
    scratch: ScratchArgs,
    #[command(flatten)]
    locks: Locks,
    #[command(flatten)]
    fleet: FleetArgs,
    #[command(flatten)]
    failures: FailureArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl Down {
    pub fn run(&self, context: &Context) -> Outcome {
        if let Some(fleet) = self.fleet.fleet(context, &self.directory)? {
            return self.run_on(&fleet, context);
        }
        self.failures.refuse_for_one()?;
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        let request = match &self.target {
            Some(target) => DownRequest::To(target.clone()),
            None => DownRequest::Steps(self.steps.unwrap_or(1) as usize),
        };
        let settings = prepared.session.settings().clone();
        let (mut migrator, set) = prepared.runner();
        let ways = derived_ways(&mut migrator, set, &request, || self.scratch.beside(&settings))?;
        if !ways.is_empty() && !self.yes && !confirmed(ways.len())? {
            output::note("Nothing was undone.");
            return Ok(Exit::Failed);
        }
        migrator = migrator.derived(ways);
        let ran = self.locks.apply(migrator).down(set, &request)?;
        report(&ran, "undone", "Nothing to do.", self.format)
    }

    fn run_on(&self, fleet: &Fleet, context: &Context) -> Outcome {
        let Some(target) = &self.target else {
            return Err(Failure::new("on many databases \"down\" takes --target")
                .sqlstate("22023")
                .detail("What --steps would undo depends on what each of them has applied, and a second run would undo more.")
                .hint("Name the migration that is to be the last: --target VERSION."));
        };
        let run = fleet::Run {
            verb: fleet::Verb::Down { target },
            locks: self.locks,
            max_failures: self.failures.most(),
            format: self.format.format,
            verbose: context.verbose(),
        };
        fleet::run(fleet, &run)
    }
}

/// Ways down for what neither files nor ledger say how to undo, derived on a scratch database and shown; the last
/// applied first.
pub fn derived_ways(
    migrator: &mut Migrator<'_, WireSession>,
    set: &MigrationSet,
    request: &DownRequest,
    scratch: impl FnOnce() -> Result<(ScratchServer, ScratchOn), Failure>,
) -> Result<Vec<DerivedDown>, Failure> {
    let downs = migrator.ways_down(set, request)?;
    if downs.iter().all(|down| down.down.is_some()) {
        return Ok(Vec::new());
    }
    let (mut scratch, on) = scratch()?;
    let (progress, told) = replaying("deriving");
    let derived = migrator.derive_downs(set, &downs, &mut scratch, on, told)?;
    drop(progress);
    let mut ways = Vec::new();
    for derived in derived {
        ways.push(derived.map_err(confiture::Error::from)?);
    }
    ways.reverse();
    for way in &ways {
        output::note(&format!("-- {}: derived way down, proven on a scratch database", way.file));
        for remark in &way.remarks {
            output::note(&format!("-- {}", output::one_line(remark)));
        }
        output::note(way.sql.trim_end());
    }
    Ok(ways)
}

/// Asks on stderr and reads the answer from stdin; no answer is no.
fn confirmed(ways: usize) -> Result<bool, Failure> {
    let what = if ways == 1 { "Run it".to_owned() } else { format!("Undo {} so", count(ways)) };
    let mut stderr = io::stderr().lock();
    write!(stderr, "{what}? [y/N] ").and_then(|()| stderr.flush())?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.map_err(|error| Failure::new(format!("could not read the answer: {error}")))? == 0 {
        writeln!(stderr)?;
        return Err(Failure::new("a derived way down is not run without being asked for")
            .sqlstate("0A000")
            .hint("Give --yes to run it without a question."));
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
