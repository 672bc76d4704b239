//! `confiture migrate derive-down`.

use std::collections::BTreeSet;
use std::path::Path;

use clap::Args;
use confiture::migrate::file_name::stem;
use confiture::migrate::{Identity, Migration, MigrationSet, OutputFile};
use confiture::rehearsal::{DerivedDown, NotDerived, derive_downs};

use super::scratch::ScratchArgs;
use super::{Directory, replaying, require_migrations};
use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::migration_files;
use crate::output::{self, FormatArgs};
use crate::scratch_server::ScratchServer;

#[derive(Debug, Args)]
pub struct DeriveDown {
    /// Migrations: versions, or files' names [default: the last]
    #[arg(value_name = "VERSION", conflicts_with = "missing")]
    versions: Vec<String>,
    /// All migrations whose files give no way down
    #[arg(long)]
    missing: bool,
    /// Write the way down into a file beside that of the way up
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    scratch: ScratchArgs,
    #[command(flatten)]
    pub format: FormatArgs,
}

impl DeriveDown {
    pub fn run(&self, context: &Context) -> Outcome {
        let directory = self.directory.path(context)?;
        let set = migration_files::read(&directory)?;
        require_migrations(&set, &directory)?;
        let wanted = self.wanted(&set)?;
        let environment = context.environment();
        let runs = |migration: &Migration| {
            migration.directives.run_in(environment) || wanted.contains(&migration.identity)
        };
        let expanded = context.migration_settings()?.templates.expand(&set, runs)?;
        let history: Vec<&Migration> =
            expanded.migrations().iter().filter(|migration| runs(migration)).collect();
        let (mut scratch, on) = self.scratch.server(|| ScratchServer::of_project(context))?;
        let (progress, told) = replaying("deriving");
        let derived = derive_downs(&mut scratch, on, &history, &wanted, told)?;
        drop(progress);
        let mut written = Vec::new();
        if self.write {
            for down in derived.iter().filter_map(|derived| derived.as_ref().ok()) {
                let path = migration_files::write(&directory, &[file(&set, down)?])?;
                written.extend(path.iter().map(|path| path.display().to_string()));
            }
        }
        self.report(&derived, &written)?;
        Ok(Exit::check(true, derived.iter().any(Result::is_err)))
    }

    fn wanted(&self, set: &MigrationSet) -> Result<BTreeSet<Identity>, Failure> {
        let mut migrations = set.migrations().iter().filter(|migration| !migration.identity.is_repeatable());
        if self.missing {
            return Ok(migrations.filter(|m| m.down.is_none()).map(|m| m.identity.clone()).collect());
        }
        if self.versions.is_empty() {
            return Ok(migrations
                .next_back()
                .map(|migration| migration.identity.clone())
                .into_iter()
                .collect());
        }
        self.versions
            .iter()
            .map(|version| {
                let identity = Identity::from_text(version);
                if identity.is_repeatable() || set.get(&identity).is_none() {
                    let message = format!("there is no migration \"{version}\" that could be undone");
                    return Err(Failure::new(message).sqlstate("22023"));
                }
                Ok(identity)
            })
            .collect()
    }

    fn report(&self, derived: &[Result<DerivedDown, NotDerived>], written: &[String]) -> Result<(), Failure> {
        if self.format.format.is_json() {
            return output::print_json(&derived.iter().map(json).collect::<Vec<_>>());
        }
        for derived in derived {
            match derived {
                Ok(down) if !self.write => output::print(&text(down))?,
                Ok(_) => {}
                Err(NotDerived { file, reason, detail, .. }) => {
                    output::note(&format!("{file}: no way down can be derived: {reason}"));
                    if let Some(detail) = detail {
                        output::note(&format!("DETAIL:  {detail}"));
                    }
                }
            }
        }
        if derived.is_empty() {
            output::print("Every migration has a way down.")?;
        }
        written.iter().try_for_each(|path| output::print(path))
    }
}

/// The way down with what there is to know about it.
fn text(down: &DerivedDown) -> String {
    let mut text = format!("-- Way down of {}, derived and proven on a scratch database\n", down.file);
    for remark in &down.remarks {
        text.push_str(&format!("-- Note: {}\n", output::one_line(remark)));
    }
    text + &down.sql
}

/// `x.down.sql`, or Flyway's `U1__x.sql`.
fn file(set: &MigrationSet, down: &DerivedDown) -> Result<OutputFile, Failure> {
    let migration = set.get(&down.identity).ok_or_else(|| Failure::new(format!("{} is gone", down.file)))?;
    if migration.down.is_some() {
        return Err(Failure::new(format!("{}: there is a way down already", down.file)).sqlstate("58P02"));
    }
    let stem = stem(Path::new(&down.file).file_name().and_then(|name| name.to_str()).unwrap_or(&down.file));
    let name = match stem.strip_prefix('V').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        Some(rest) => format!("U{rest}.sql"),
        None => format!("{stem}.down.sql"),
    };
    Ok(OutputFile { name, text: text(down) })
}

fn json(derived: &Result<DerivedDown, NotDerived>) -> serde_json::Value {
    match derived {
        Ok(down) => serde_json::json!({
            "version": down.identity.to_string(),
            "name": down.name,
            "file": down.file,
            "sql": down.sql,
            "remarks": down.remarks,
            "reason": null,
        }),
        Err(not) => serde_json::json!({
            "version": not.identity.to_string(),
            "name": not.name,
            "file": not.file,
            "sql": null,
            "remarks": [],
            "reason": not.reason,
        }),
    }
}
