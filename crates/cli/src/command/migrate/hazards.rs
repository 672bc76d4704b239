//! Hazards of what is pending: a dry run tells them, and a run refuses those that are not allowed where somebody says
//! which are.

use std::collections::BTreeSet;

use clap::Args;
use confiture::MigrationSettings;
use confiture::catalog::hazard::Hazard;
use confiture::db::connection::Connection;
use confiture::migrate::{MigrationSet, UpRequest};
use confiture::migrator::{Migrator, TemplateSettings, Tried};
use pggit_lint::Made;

use crate::command::lint::{self, Finding, Source};
use crate::exit::Failure;

#[derive(Debug, Clone, Args)]
pub struct HazardArgs {
    /// Refuse to run, with exit status 3, what has another hazard than HAZARD; "none" and "all" too; can be repeated
    ///
    /// Those that "allow_hazards" lists under [migrations] of the environment or the project are allowed besides.
    /// Where neither says anything, every hazard is.
    #[arg(long = "allow", value_name = "HAZARD", value_parser = allowance)]
    allow: Vec<Allowance>,
}

/// What `--allow` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowance {
    None,
    One(Hazard),
    All,
}

fn allowance(name: &str) -> Result<Allowance, String> {
    match name {
        "none" => Ok(Allowance::None),
        "all" => Ok(Allowance::All),
        name => match lint::hazard(name) {
            Ok(hazard) => Ok(Allowance::One(hazard)),
            Err(message) => Err(format!("{message}, and all, none")),
        },
    }
}

/// Which hazards may be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Those alone; `None`: any.
    allowed: Option<BTreeSet<Hazard>>,
}

impl HazardArgs {
    /// What holds with these settings.
    pub fn policy(&self, settings: &MigrationSettings) -> Policy {
        if self.allow.contains(&Allowance::All) || (self.allow.is_empty() && settings.allow_hazards.is_none())
        {
            return Policy { allowed: None };
        }
        let asked = self.allow.iter().filter_map(|allowance| match allowance {
            Allowance::One(hazard) => Some(*hazard),
            Allowance::None | Allowance::All => None,
        });
        Policy { allowed: Some(settings.allow_hazards.iter().flatten().copied().chain(asked).collect()) }
    }
}

impl Policy {
    /// Whether there is anything that it does not let be.
    pub fn is_strict(&self) -> bool {
        self.allowed.is_some()
    }

    /// Whether it lets this hazard be.
    pub fn allows(&self, hazard: Hazard) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| allowed.contains(&hazard))
    }

    /// Fails where what an `up` would run has hazards that are not allowed.
    pub fn check<C: Connection>(
        &self,
        migrator: &mut Migrator<'_, C>,
        set: &MigrationSet,
        request: &UpRequest,
        templates: &TemplateSettings,
    ) -> Result<(), Failure> {
        if !self.is_strict() {
            return Ok(());
        }
        let pending: BTreeSet<_> =
            migrator.pending(set, request)?.into_iter().map(|migration| &migration.identity).collect();
        let expanded = templates.expand(set, |migration| pending.contains(&migration.identity))?;
        let mut made = Made::default();
        let mut refused = Vec::new();
        for migration in expanded.migrations().iter().filter(|m| pending.contains(&m.identity)) {
            let line = migration.up.line as usize;
            let source = Source { file: migration.file(), text: &migration.up.text, line };
            let found = source.findings(&mut made).map_err(|failure| {
                failure
                    .detail("Nothing was run: its hazards can't be told.")
                    .hint("\"--allow all\" runs it all the same.")
            })?;
            refused.extend(found.into_iter().filter(|finding| !self.allows(finding.hazard)));
        }
        if refused.is_empty() { Ok(()) } else { Err(refusal(&refused)) }
    }
}

/// The error that lists what is not allowed.
fn refusal(refused: &[Finding]) -> Failure {
    let names: BTreeSet<&str> = refused.iter().map(|finding| finding.hazard.id()).collect();
    let lines: Vec<String> = refused.iter().map(line).collect();
    let options: Vec<String> = names.iter().map(|name| format!("--allow {name}")).collect();
    let names: Vec<&str> = names.into_iter().collect();
    Failure::new(format!("hazards that are not allowed: {}", names.join(", ")))
        .sqlstate("55000")
        .detail(format!("{}\nNothing was run.", lines.join("\n")))
        .hint(format!(
            "\"migrate up --dry-run\" says what to do instead. To run it as it is: {}",
            options.join(" ")
        ))
        .finding()
}

/// `001_a.sql:3:1: blocks-reads: readers wait until the transaction ends`.
pub fn line(finding: &Finding) -> String {
    let Finding { file, line, column, hazard, message, .. } = finding;
    format!("{file}:{line}:{column}: {hazard}: {message}")
}

/// The hazards of what a dry run has tried, for each; an error where they can't be told.
pub fn of_tried(tried: &[Tried]) -> Vec<Result<Vec<Finding>, Failure>> {
    let mut made = Made::default();
    let source = |tried: &'_ Tried, made: &mut Made| {
        Source { file: &tried.file, text: &tried.sql, line: tried.line as usize }.findings(made)
    };
    tried.iter().map(|tried| source(tried, &mut made)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_what_is_allowed() {
        let policy = |asked: &[&str], configured: Option<&[Hazard]>| {
            let allow = asked.iter().map(|name| allowance(name).expect("a hazard")).collect();
            let settings = MigrationSettings {
                allow_hazards: configured.map(|hazards| hazards.iter().copied().collect()),
                ..MigrationSettings::default()
            };
            HazardArgs { allow }.policy(&settings).allowed.map(Vec::from_iter)
        };
        let (loss, scan) = (Hazard::DataLoss, Hazard::FullScan);
        assert_eq!(policy(&[], None), None);
        assert_eq!(policy(&["all", "data-loss"], Some(&[])), None);
        assert_eq!(policy(&[], Some(&[])), Some(vec![]));
        assert_eq!(policy(&["none"], None), Some(vec![]));
        assert_eq!(policy(&["full-scan"], None), Some(vec![scan]));
        assert_eq!(policy(&["full-scan"], Some(&[loss])), Some(vec![loss, scan]));
        assert_eq!(policy(&["none"], Some(&[loss])), Some(vec![loss]));
        assert!(allowance("nothing").is_err());
    }
}
