//! `confiture migrate down`.

use std::io::{self, BufRead, Write};

use clap::Args;
use confiture::migrate::DownRequest;
use confiture::rehearsal::DerivedDown;

use super::scratch::ScratchArgs;
use super::{Directory, Locks, Prepared, count, replaying, report};
use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, FormatArgs};

#[derive(Debug, Args)]
pub struct Down {
    #[command(flatten)]
    directory: Directory,
    /// Undo N migrations, the last applied first
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "target", value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
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
    pub format: FormatArgs,
}

impl Down {
    pub fn run(&self, context: &Context) -> Outcome {
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        let request = match &self.target {
            Some(target) => DownRequest::To(target.clone()),
            None => DownRequest::Steps(self.steps as usize),
        };
        let settings = prepared.session.settings().clone();
        let (mut migrator, set) = prepared.runner();
        let downs = migrator.ways_down(set, &request)?;
        if downs.iter().any(|down| down.down.is_none()) {
            let (mut scratch, on) = self.scratch.beside(&settings)?;
            let (progress, told) = replaying("deriving");
            let derived = migrator.derive_downs(set, &downs, &mut scratch, on, told)?;
            drop(progress);
            let mut ways = Vec::new();
            for derived in derived {
                ways.push(derived.map_err(confiture::Error::from)?);
            }
            ways.reverse();
            show(&ways);
            if !self.yes && !confirmed(ways.len())? {
                output::note("Nothing was undone.");
                return Ok(Exit::Failed);
            }
            migrator = migrator.derived(ways);
        }
        let ran = self.locks.apply(migrator).down(set, &request)?;
        report(&ran, "undone", "Nothing to do.", self.format)
    }
}

/// Shows ways down that nobody wrote, before they run.
fn show(ways: &[DerivedDown]) {
    for way in ways {
        output::note(&format!("-- {}: derived way down, proven on a scratch database", way.file));
        for remark in &way.remarks {
            output::note(&format!("-- {}", output::one_line(remark)));
        }
        output::note(way.sql.trim_end());
    }
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
