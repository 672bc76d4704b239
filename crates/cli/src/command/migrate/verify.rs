//! `confiture migrate verify`.

use clap::Args;
use confiture::migrate::UpRequest;
use confiture::migrator::VerifyRequest;
use confiture::rehearsal::{Verdict, Verified};

use super::scratch::ScratchArgs;
use super::{Directory, Prepared, count, replaying};
use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, FormatArgs, Table};

#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    directory: Directory,
    /// Verify all migrations, on an empty database, instead of those that are pending
    #[arg(long)]
    all: bool,
    /// Make the current state by replaying what is applied, instead of from the catalog
    #[arg(long, conflicts_with = "all")]
    replay: bool,
    #[command(flatten)]
    scratch: ScratchArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl Verify {
    pub fn run(&self, context: &Context) -> Outcome {
        let mut prepared = Prepared::new(context, &self.directory, self.format)?;
        prepared.require_migrations()?;
        let (mut scratch, on) = self.scratch.beside(prepared.session.settings())?;
        let (mut migrator, set) = prepared.runner();
        let up = UpRequest { allow_out_of_order: true, ..UpRequest::default() };
        let request = VerifyRequest { all: self.all, replay: self.replay, up };
        let (progress, told) = replaying("verifying");
        let verified = migrator.verify(set, &request, &mut scratch, on, told)?;
        drop(progress);
        report(&verified, self.format)
    }
}

/// Shows what came of each migration, and why.
pub fn report(verified: &[Verified], format: FormatArgs) -> Outcome {
    if format.format.is_json() {
        output::print_json(&verified.iter().map(json).collect::<Vec<_>>())?;
    } else if verified.is_empty() {
        output::print("Nothing to verify, no migration is pending.")?;
    } else {
        show(verified)?;
    }
    if verified.iter().any(|one| matches!(one.verdict, Verdict::UpFails(_))) {
        return Ok(Exit::Failed);
    }
    Ok(Exit::check(true, verified.iter().any(|one| one.verdict != Verdict::Proven)))
}

fn show(verified: &[Verified]) -> Result<(), Failure> {
    let mut table = Table::new(["verdict", "migration", "down", "why"]);
    for one in verified {
        table.row([
            one.verdict.name().to_owned(),
            one.file.clone(),
            one.down.map_or("none", |source| source.name()).to_owned(),
            one.verdict.reasons().join("; "),
        ]);
    }
    output::print(&table.render())?;
    for one in verified {
        for remark in &one.remarks {
            output::note(&format!("note: {}: {remark}", one.file));
        }
        if let Some(detail) = one.verdict.detail() {
            output::note(&format!("{}:\n{detail}", one.file));
        }
    }
    let proven = verified.iter().filter(|one| one.verdict == Verdict::Proven).count();
    output::print(&format!("{} of {} proven: up, down and up again.", proven, count(verified.len())))
}

fn json(one: &Verified) -> serde_json::Value {
    serde_json::json!({
        "version": one.identity.to_string(),
        "name": one.name,
        "file": one.file,
        "verdict": one.verdict.name(),
        "down": one.down.map(|source| source.name()),
        "reasons": one.verdict.reasons(),
        "detail": one.verdict.detail(),
        "remarks": one.remarks,
        "up_duration_ms": u64::try_from(one.up_duration.as_millis()).unwrap_or(u64::MAX),
    })
}
