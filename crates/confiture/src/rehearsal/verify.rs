//! Verifies what is pending before it goes to production: up, down and up again, migration by migration.

use std::time::{Duration, Instant};

use pggit_catalog::catalog::Catalog;
use pggit_db::connection::Connection;
use pggit_db::introspect::read_catalog;
use pggit_db::scratch::Scratch;
use pggit_migrate::{DownSource, Identity, Migration};

use super::flaw::Flaw;
use super::reverse::{NotDerived, reverse};
use super::{Rehearsal, ScratchOn};
use crate::error::{Error, Result};
use crate::migrator::down_directives;

/// What the scratch database is before the first migration that is verified.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// As a catalog says.
    Catalog(&'a Catalog),
    /// As these migrations make it, in this order.
    Replay(&'a [&'a Migration]),
}

/// What came of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The migration.
    pub identity: Identity,
    /// Its name.
    pub name: String,
    /// The file of the way up.
    pub file: String,
    /// Where its way down comes from; `None` where there is none.
    pub down: Option<DownSource>,
    /// How it went.
    pub verdict: Verdict,
    /// What a reader should know besides.
    pub remarks: Vec<String>,
    /// How long the first way up took.
    pub up_duration: Duration,
}

/// How up, down and up again went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The way down leads back, and the way up again to where it led first.
    Proven,
    /// The way up fails; what comes after it was not verified.
    UpFails(Error),
    /// There is no way down, and none can be derived.
    NoDown(NotDerived),
    /// The way down, or the way up after it, is wrong.
    Flawed(Vec<Flaw>),
}

impl Verdict {
    /// The name users see.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::UpFails(_) => "up fails",
            Self::NoDown(_) => "no way down",
            Self::Flawed(_) => "flawed",
        }
    }

    /// What is wrong, a line each.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        match self {
            Self::Proven => Vec::new(),
            Self::UpFails(error) => vec![error.message.clone()],
            Self::NoDown(not_derived) => vec![not_derived.reason.clone()],
            Self::Flawed(flaws) => flaws.iter().map(ToString::to_string).collect(),
        }
    }

    /// More about what is wrong.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Proven => None,
            Self::UpFails(error) => error.detail.clone(),
            Self::NoDown(not_derived) => not_derived.detail.clone(),
            Self::Flawed(flaws) => {
                let details: Vec<String> = flaws.iter().filter_map(Flaw::detail).collect();
                (!details.is_empty()).then(|| details.join("\n"))
            }
        }
    }
}

/// Verifies migrations on a scratch database, one after the other. `progress` is told each before it runs, its place
/// from 0, and how many there are.
///
/// # Errors
/// [`crate::ErrorCode::NotProven`] when the start can't be built, the failure of a migration that is replayed,
/// [`crate::ErrorCode::NotSupported`] for one that would change the whole server.
pub fn verify<D: Scratch>(
    scratch: &mut D,
    on: ScratchOn,
    start: Start<'_>,
    migrations: &[&Migration],
    mut progress: impl FnMut(&Migration, usize, usize),
) -> Result<Vec<Verified>> {
    let mut rehearsal = started(scratch, on, start)?;
    let mut verified = Vec::new();
    for (index, migration) in migrations.iter().enumerate() {
        progress(migration, index, migrations.len());
        let one = rehearsal.verify(migration)?;
        let failed = matches!(one.verdict, Verdict::UpFails(_));
        verified.push(one);
        if failed {
            break;
        }
        if rehearsal.is_spoiled() && index + 1 < migrations.len() {
            rehearsal = started(scratch, on, start)?;
            migrations[..=index].iter().try_for_each(|migration| rehearsal.apply(migration))?;
        }
    }
    Ok(verified)
}

fn started<D: Scratch>(scratch: &mut D, on: ScratchOn, start: Start<'_>) -> Result<Rehearsal<D::Session>> {
    let mut rehearsal = Rehearsal::new(scratch.database()?, on)?;
    match start {
        Start::Catalog(catalog) => rehearsal.build(catalog)?,
        Start::Replay(history) => history.iter().try_for_each(|migration| rehearsal.apply(migration))?,
    }
    Ok(rehearsal)
}

impl<C: Connection> Rehearsal<C> {
    /// Runs the way up of a migration, and proves its way down, derived where its files give none. The database is as
    /// after the way up then, unless that failed or the database is [spoiled](Self::is_spoiled).
    ///
    /// # Errors
    /// [`crate::ErrorCode::NotSupported`] for a migration that would change the whole server.
    pub fn verify(&mut self, migration: &Migration) -> Result<Verified> {
        let mut verified = Verified {
            identity: migration.identity.clone(),
            name: migration.name.clone(),
            file: migration.file().to_owned(),
            down: migration.down.as_ref().map(|down| down.source),
            verdict: Verdict::Proven,
            remarks: Vec::new(),
            up_duration: Duration::ZERO,
        };
        self.guard(&migration.up)?;
        if let Some(down) = &migration.down {
            self.guard(&down.sql)?;
        }
        let before = self.take_state()?;
        let start = Instant::now();
        if let Err(error) = self.apply(migration) {
            verified.verdict = Verdict::UpFails(error);
            return Ok(verified);
        }
        verified.up_duration = start.elapsed();
        let after = read_catalog(&mut self.connection)?;
        let flaws = match &migration.down {
            _ if migration.identity.is_repeatable() => Vec::new(),
            Some(down) => {
                let directives = down_directives(migration, down)?;
                self.prove(migration, (&down.sql, &directives), &before, &after)?
            }
            None => {
                let role = migration.directives.role.as_ref().unwrap_or(&self.role);
                match reverse(migration, &before, &after, role) {
                    Ok(derived) => {
                        verified.down = Some(DownSource::Derived);
                        verified.remarks.clone_from(&derived.remarks);
                        let sql = derived.to_sql();
                        let directives = derived.directives(migration);
                        self.prove(migration, (&sql, &directives), &before, &after)?
                    }
                    Err(not_derived) => {
                        verified.verdict = Verdict::NoDown(not_derived);
                        Vec::new()
                    }
                }
            }
        };
        if !flaws.is_empty() {
            verified.verdict = Verdict::Flawed(flaws);
        }
        self.state = Some(after);
        Ok(verified)
    }
}
