//! Histories run as projects are: up, all the way down, and up again.
//!
//! Each applies as it is, and a second run does nothing. A way down that is known to be right has to prove right here too;
//! where there is none, or one that is known to be wrong, it is derived, and proven on a copy. What can't be derived is
//! told with the reason. Then the database goes down as far as there are ways, and up again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use confiture::Migrator;
use confiture::migrate::{DownRequest, MigrationSet, SourceFile, UpRequest};
use confiture::rehearsal::{Cause, DerivedDown, Flaw, NotDerived, Rehearsal, ScratchOn, Verdict};
use pggit_catalog::catalog::Catalog;
use pggit_catalog::diff::diff;
use pggit_catalog::rename::Renames;
use pggit_db::introspect::read_catalog;
use pggit_db::session::Session;
use pggit_wire::server::PrivateServer;
use pggit_wire::{ScratchDatabase, WireSession};

use super::built::History;
use super::case::{Failure, Outcome};

/// Lines of a difference that are shown.
const MOST_LINES: usize = 12;

/// A history to run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its migrations.
    pub history: History,
}

/// What came of the ways down.
#[derive(Default)]
struct Ways {
    /// Of files, proven.
    own: usize,
    /// Derived and proven.
    derived: Vec<DerivedDown>,
    not_derived: Vec<NotDerived>,
    /// How many migrations come after the last one that can't be undone.
    deep: usize,
    /// How many of these were undone.
    undone: usize,
    /// Why the others were not: rows that are there now, and were not on the copy.
    rows_in_the_way: Option<String>,
    failures: Vec<Failure>,
}

impl Run {
    /// Runs the history.
    pub fn run(&self, server: &PrivateServer) -> Outcome {
        match self.attempt(server) {
            Err(error) => Outcome::Failed(vec![Failure::at("run", format!("{error:#}"))]),
            Ok((_, ways)) if !ways.failures.is_empty() => Outcome::Failed(ways.failures),
            Ok((time, ways)) => Outcome::Passed(self.told(time, &ways)),
        }
    }

    fn told(&self, time: Duration, ways: &Ways) -> String {
        let count = self.history.steps.len();
        let wrong =
            self.history.steps.iter().filter(|s| s.down.as_ref().is_some_and(|d| !d.is_right)).count();
        let mut told = format!(
            "{count} up in {:.1} s; ways down: {} own, {wrong} known to be wrong, {} derived, {} not; {} down and up again",
            time.as_secs_f64(),
            ways.own,
            ways.derived.len(),
            ways.not_derived.len(),
            ways.undone,
        );
        if let Some(why) = &ways.rows_in_the_way {
            write!(told, "\n           rows in the way: {why}").expect("a string takes everything");
        }
        let mut by_cause: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for not in &ways.not_derived {
            by_cause.entry(not.cause.name()).or_default().push(&not.file);
        }
        for (cause, files) in by_cause {
            write!(told, "\n           {cause}: {}", files.join(", ")).expect("a string takes everything");
        }
        told
    }

    fn files(&self) -> anyhow::Result<Vec<SourceFile>> {
        let downs = self.history.steps.iter().filter_map(|step| step.down.as_ref());
        let downs = downs.filter(|down| down.is_right).map(|down| &down.file);
        let mut files = Vec::new();
        for path in self.history.steps.iter().map(|step| &step.file).chain(downs) {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push(SourceFile { name, bytes });
        }
        Ok(files)
    }

    fn attempt(&self, server: &PrivateServer) -> anyhow::Result<(Duration, Ways)> {
        let set = MigrationSet::from_files(self.files()?)?;
        let count = set.migrations().len();
        // Before anything else: roles are those of the whole server, and a way down may drop one.
        let mut ways = rehearse(server, &set)?;
        let database = ScratchDatabase::create(&server.settings("postgres"))?;
        let mut session = WireSession::connect(database.settings())?;
        session.script("SET synchronous_commit = off")?;
        let empty = read_catalog(&mut session)?.catalog;
        let start = Instant::now();
        let ran = up(&mut session, &set)?;
        let time = start.elapsed();
        ensure!(ran == count, "{ran} of {count} migrations ran");
        ensure!(up(&mut session, &set)? == 0, "a second run runs something");
        let top = read_catalog(&mut session)?.catalog;
        if ways.failures.is_empty() && ways.deep > 0 {
            go_down(&mut session, &set, &mut ways).context("down")?;
            if ways.undone == count {
                same("what is left at the bottom", &read_catalog(&mut session)?.catalog, &empty)?;
            }
            // As in another run: what is temporary is gone.
            session = WireSession::connect(database.settings())?;
            up(&mut session, &set).context("up again")?;
            same("the top, reached again", &read_catalog(&mut session)?.catalog, &top)?;
        }
        drop(session);
        database.remove()?;
        Ok((time, ways))
    }
}

fn up(session: &mut WireSession, set: &MigrationSet) -> anyhow::Result<usize> {
    let ran = Migrator::new(session).up(set, &UpRequest::default());
    Ok(ran.map_err(|error| shown(&error))?.len())
}

/// Undoes what can be undone, one after the other.
fn go_down(session: &mut WireSession, set: &MigrationSet, ways: &mut Ways) -> anyhow::Result<()> {
    let blank = |not: &NotDerived| DerivedDown {
        identity: not.identity.clone(),
        name: not.name.clone(),
        file: not.file.clone(),
        sql: String::new(),
        remarks: Vec::new(),
    };
    // What changes rows alone has nothing to undo in the schema.
    let downs = ways.derived.iter().cloned().chain(ways.not_derived.iter().map(blank));
    let mut migrator = Migrator::new(session).derived(downs);
    for _ in 0..ways.deep {
        match migrator.down(set, &DownRequest::Steps(1)) {
            Ok(_) => ways.undone += 1,
            // Later migrations have made rows that their ways down leave.
            Err(error) if is_of_rows(&error) => {
                ways.rows_in_the_way = Some(error.message);
                break;
            }
            Err(error) => return Err(shown(&error)),
        }
    }
    Ok(())
}

/// Integrity of rows, and values that the old type can't hold.
fn is_of_rows(error: &confiture::Error) -> bool {
    error.sqlstate.starts_with("23") || error.sqlstate.starts_with("22")
}

/// Proves every way down on a copy.
fn rehearse(server: &PrivateServer, set: &MigrationSet) -> anyhow::Result<Ways> {
    let begin = || -> anyhow::Result<(Rehearsal<WireSession>, ScratchDatabase)> {
        let scratch = ScratchDatabase::create(&server.settings("postgres"))?;
        let session = WireSession::connect(scratch.settings())?;
        let rehearsal = Rehearsal::new(session, ScratchOn::OwnServer).map_err(|error| shown(&error))?;
        Ok((rehearsal, scratch))
    };
    let (mut rehearsal, mut scratch) = begin()?;
    let mut ways = Ways::default();
    for (index, migration) in set.migrations().iter().enumerate() {
        ways.deep += 1;
        if migration.down.is_some() {
            let verified = rehearsal.verify(migration).map_err(|error| shown(&error))?;
            if verified.verdict == Verdict::Proven {
                ways.own += 1;
            } else {
                let detail = shortened(verified.verdict.detail().as_deref());
                let reason = format!("{}\n{detail}", verified.verdict.reasons().join("; "));
                ways.failures.push(Failure::at(migration.file(), reason));
            }
        } else {
            match rehearsal.derive(migration).map_err(|error| shown(&error))? {
                Ok(way) => ways.derived.push(way),
                Err(not) => {
                    if !is_no_fault(&not) {
                        let reason = format!("{}\n{}", not.reason, shortened(not.detail.as_deref()));
                        ways.failures.push(Failure::at(&not.file, reason));
                    }
                    if not.cause != Cause::RowsAlone {
                        ways.deep = 0;
                    }
                    ways.not_derived.push(not);
                }
            }
        }
        if rehearsal.is_spoiled() {
            (rehearsal, scratch) = begin()?;
            for migration in &set.migrations()[..=index] {
                rehearsal.apply(migration).map_err(|error| shown(&error))?;
            }
        }
    }
    drop(rehearsal);
    scratch.remove()?;
    Ok(ways)
}

/// Whether it is in the nature of the migration that its way down can't be derived: what it does to rows is not known, and
/// may stand in the way back, or of running it once more.
fn is_no_fault(not: &NotDerived) -> bool {
    match &not.cause {
        Cause::Unmodelled | Cause::RowsAlone => true,
        Cause::NoPlan => false,
        Cause::Unproven(flaw) => match flaw.as_ref() {
            Flaw::DownFails(error) | Flaw::UpAgainFails(error) => is_of_rows(error),
            Flaw::DownDiffers(_) | Flaw::UpAgainDiffers(_) => false,
        },
    }
}

fn same(what: &str, found: &Catalog, expected: &Catalog) -> anyhow::Result<()> {
    let changes = diff(found, expected, &Renames::default());
    let mut text = String::new();
    for change in changes.iter().take(MOST_LINES) {
        write!(
            text,
            "\n    {} {} {} {}",
            change.kind,
            change.address.kind,
            change.address,
            change.details()
        )?;
    }
    ensure!(changes.is_empty(), "{what} is not what it has to be, {} differences:{text}", changes.len());
    Ok(())
}

fn shortened(text: Option<&str>) -> String {
    text.unwrap_or_default().lines().take(MOST_LINES).collect::<Vec<_>>().join("\n")
}

fn shown(error: &confiture::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}\n{}", shortened(error.detail.as_deref()))
}
