//! [`Migrator`]: runs the migrations of a project on one database.
//!
//! A run holds the lock of the database's runners from before it looks at the ledger until its end; a second runner
//! waits and then finds nothing to do. Each migration and its row of the ledger are one transaction, except for
//! - files with a statement that can't run in one (`CREATE INDEX CONCURRENTLY`, `VACUUM`, …) or with the directive
//!   `no-transaction`: their statements run one by one, each for itself;
//! - files that begin and end transactions themselves: they run as written.
//!
//! How far such a file has come is written down in [`pggit_db::steps`], in the transactions that there are, so that the
//! next run goes on there; the migration is recorded with its last transaction. What a statement without a transaction
//! left behind, and whether it ran, [`pggit_db::unfinished`] finds out.
//!
//! A statement waits for a lock for as long as [`LockPatience`] says; then its transaction is tried again.
//!
//! Every migration starts with the settings and the role of a new connection, and with nothing temporary: what one sets
//! or makes for its session is gone after it.
//!
//! `COPY … FROM stdin` with its data in the file works; meta-commands of psql do not.

mod baseline;
mod dry_run;
mod event;
mod failure;
mod recorder;
mod repair;
mod retry;
mod rollback;
mod script;
mod single_transaction;
mod status;
mod templates;
mod validate;
mod way_down;

pub use baseline::Recorded;
pub use dry_run::{Tried, TriedOutcome};
pub use event::{Direction, Event};
pub use repair::{Repair, RepairKind, RepairRequest};
pub use retry::LockPatience;
pub use status::{StatusEntry, StatusState};
pub use templates::TemplateSettings;
pub use validate::{Finding, FindingKind};
pub use way_down::{VerifyRequest, WayDown};

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use pggit_db::connection::Connection;
use pggit_db::ledger::{Ledger, LedgerKind, LedgerName, LedgerRow, RecordedNames};
use pggit_db::migrate_lock::{self, Keeper, Scope};
use pggit_db::queue::Queue;
use pggit_db::steps::{self, Interrupted, Steps};
use pggit_migrate::directive::{self, Directives};
use pggit_migrate::{
    Applied, Down, DownRequest, DownSource, Identity, Migration, MigrationSet, RunState, UpRequest, scan,
};

use crate::error::{Error, ErrorCode, Result};
use crate::rehearsal::DerivedDown;
use failure::Stop;
use recorder::Recorder;
use script::{BEGIN, Record};
pub(crate) use script::{Job, run_quietly};

/// Told what happens.
type Progress<'s> = Box<dyn FnMut(&Event<'_>) + 's>;

/// Runs the migrations of a project on the database that a connection leads to.
pub struct Migrator<'s, C: Connection> {
    connection: &'s mut C,
    ledger: LedgerName,
    environment: Option<String>,
    schema: Option<String>,
    lock_wait: Option<Duration>,
    /// Whether a connection of its own has the lock of runners: where a pooler stands before the server, and where a
    /// migration gives up the locks of the session.
    is_kept: bool,
    keeper: RefCell<Option<Keeper<C>>>,
    lock_timeout: Option<Duration>,
    usual_lock_timeout: Option<Duration>,
    lock_retries: Option<u32>,
    templates: Option<TemplateSettings>,
    single_transaction: bool,
    progress: Option<Progress<'s>>,
    derived: BTreeMap<Identity, DerivedDown>,
    record_down: bool,
}

/// A migration that ran, up or down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Its version, or its name where it has none.
    pub version: String,
    /// Its name.
    pub name: String,
    /// The file that ran.
    pub file: String,
    /// How long it took.
    pub duration: Duration,
}

/// What the ledger says, with what files say beside it.
struct Read {
    ledger: Option<Ledger>,
    rows: Vec<LedgerRow>,
    applied: Vec<Applied>,
}

impl<'s, C: Connection> Migrator<'s, C> {
    /// A runner on `connection`, with the usual ledger and for no environment.
    pub fn new(connection: &'s mut C) -> Self {
        let is_kept = connection.is_pooled();
        Self {
            connection,
            ledger: LedgerName::default(),
            environment: None,
            schema: None,
            lock_wait: None,
            is_kept,
            keeper: RefCell::new(None),
            lock_timeout: None,
            usual_lock_timeout: None,
            lock_retries: None,
            templates: None,
            single_transaction: false,
            progress: None,
            derived: BTreeMap::new(),
            record_down: false,
        }
    }

    /// With another ledger.
    #[must_use]
    pub fn ledger(mut self, ledger: LedgerName) -> Self {
        self.ledger = ledger;
        self
    }

    /// For an environment: migrations that name others do not run.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// For one schema of the database, a tenant: the ledger is there, and runners for other schemas are not waited for. It
    /// is the connection's search path that has to lead the migrations there.
    #[must_use]
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        let schema = schema.into();
        self.ledger.schema = Some(schema.clone());
        self.schema = Some(schema);
        self
    }

    /// Waits at most that long for another runner; without it, for as long as that takes.
    #[must_use]
    pub fn lock_wait(mut self, patience: Duration) -> Self {
        self.lock_wait = Some(patience);
        self
    }

    /// A statement waits for a lock at most that long, whatever its file says; zero leaves it to the server.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = Some(timeout);
        self
    }

    /// The same where neither [`Migrator::lock_timeout`] nor the file says anything.
    #[must_use]
    pub fn usual_lock_timeout(mut self, timeout: Duration) -> Self {
        self.usual_lock_timeout = Some(timeout);
        self
    }

    /// What fails for want of a lock, or by a deadlock, is tried again that often.
    #[must_use]
    pub fn lock_retries(mut self, retries: u32) -> Self {
        self.lock_retries = Some(retries);
        self
    }

    /// Tells `progress` what happens.
    #[must_use]
    pub fn on_progress(mut self, progress: impl FnMut(&Event<'_>) + 's) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// The migrations that [`Migrator::up`] would run now, in order.
    ///
    /// # Errors
    /// As [`Migrator::up`] before it runs the first.
    pub fn pending<'a>(&mut self, set: &'a MigrationSet, request: &UpRequest) -> Result<Vec<&'a Migration>> {
        let read = self.read()?;
        let to_run = read.state(set, self.environment.as_deref()).up(request).map_err(Error::from)?;
        let identities: Vec<_> = to_run.into_iter().map(|migration| migration.identity.clone()).collect();
        Ok(identities.iter().filter_map(|identity| set.get(identity)).collect())
    }

    /// The migrations that [`Migrator::down`] would undo now, the last applied first.
    ///
    /// # Errors
    /// As [`Migrator::down`] before it undoes the first.
    pub fn undoable<'a>(
        &mut self,
        set: &'a MigrationSet,
        request: &DownRequest,
    ) -> Result<Vec<&'a Migration>> {
        let read = self.read()?.with_rollbacks(self.connection)?;
        let identities: Vec<_> = read
            .to_undo(set, self.environment.as_deref(), request, &self.derived)?
            .into_iter()
            .map(|(step, _)| step.migration.identity.clone())
            .collect();
        Ok(identities.iter().filter_map(|identity| set.get(identity)).collect())
    }

    /// Runs what is not applied, in order, and returns what ran. Nothing runs when a file was changed after it was
    /// applied, or is missing; a migration that fails stops the run, and those before it stay.
    ///
    /// # Errors
    /// [`ErrorCode::Project`] for files that do not fit the ledger, [`ErrorCode::InvalidArgument`] for an unknown
    /// target; [`ErrorCode::Server`] for a statement that failed, with file, line and column in the message.
    pub fn up(&mut self, set: &MigrationSet, request: &UpRequest) -> Result<Vec<Ran>> {
        // Without the lock first: where there is nothing to do nobody waits, and nothing is written.
        let pending = self.pending(set, request)?;
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        let set = self.expanded(set, &pending)?;
        self.is_kept |= pending.iter().any(|migration| migration.gives_up_advisory_locks());
        self.locked(|migrator| migrator.up_locked(&set, request))
    }

    /// Undoes migrations, the last applied first, and returns what ran. Nothing runs unless there is a way down for
    /// each.
    ///
    /// # Errors
    /// As [`Migrator::up`]; [`ErrorCode::InvalidArgument`] when there is nothing, or not enough, to undo.
    pub fn down(&mut self, set: &MigrationSet, request: &DownRequest) -> Result<Vec<Ran>> {
        let undoable = self.undoable(set, request)?;
        if undoable.is_empty() {
            return Ok(Vec::new());
        }
        let set = self.expanded(set, &undoable)?;
        self.is_kept |= undoable.iter().any(|migration| migration.gives_up_advisory_locks());
        self.locked(|migrator| migrator.down_locked(&set, request))
    }

    fn up_locked(&mut self, set: &MigrationSet, request: &UpRequest) -> Result<Vec<Ran>> {
        let (ledger, is_new) = Ledger::open(self.connection, &self.ledger)?;
        if is_new {
            self.notify(&Event::LedgerMade { name: ledger.name() });
        }
        let read = self.read_from(Some(ledger.clone()))?;
        let interrupted = steps::interrupted(self.connection, ledger.name())?;
        refuse_half_undone(&ledger, &read, &interrupted)?;
        let patience = self.patience()?;
        let environment = self.environment.clone();
        let state = read.state(set, environment.as_deref());
        let to_run = state.up(request).map_err(Error::from)?;
        let mut names = RecordedNames::new(&ledger, &read.rows);
        if self.single_transaction {
            refuse_half_done(&ledger, &to_run, &interrupted)?;
            return self.in_one_transaction(&to_run, &ledger, &names, &patience);
        }
        let recorder = Recorder::new(self.connection, &ledger, to_run.len())?;
        let mut ran = Vec::new();
        for (index, migration) in to_run.iter().enumerate() {
            let job = Job {
                steps: Some(steps_of(&ledger, migration, Direction::Up)),
                goes_on: is_begun(&interrupted, &ledger, migration, Direction::Up),
                patience: patience.of(&migration.directives),
                ..Job::new(&migration.up, &migration.directives)
            };
            let step = Step { direction: Direction::Up, migration, index, count: to_run.len() };
            let before = self.before_recording(migration)?;
            self.step(&step, job, &mut ran, &recorder.entry(names.row(migration)))?;
            if let Some(before) = before {
                self.record_way_down(&ledger, migration, &before)?;
            }
        }
        Ok(ran)
    }

    fn down_locked(&mut self, set: &MigrationSet, request: &DownRequest) -> Result<Vec<Ran>> {
        let ledger = Ledger::find(self.connection, &self.ledger)?;
        let read = self.read_from(ledger)?.with_rollbacks(self.connection)?;
        let environment = self.environment.clone();
        let steps = read.to_undo(set, environment.as_deref(), request, &self.derived)?;
        let Some(ledger) = &read.ledger else { return Ok(Vec::new()) };
        let interrupted = steps::interrupted(self.connection, ledger.name())?;
        let patience = self.patience()?;
        let mut ran = Vec::new();
        for (index, (undone, down)) in steps.iter().enumerate() {
            let migration = undone.migration;
            let directives = down_directives(migration, down)?;
            let job = Job {
                steps: Some(steps_of(ledger, migration, Direction::Down)),
                goes_on: is_begun(&interrupted, ledger, migration, Direction::Down),
                patience: patience.of(&directives),
                ..Job::new(&down.sql, &directives)
            };
            let numbers: Vec<i64> = read
                .rows
                .iter()
                .filter(|row| row.identity == migration.identity)
                .map(|row| row.number)
                .collect();
            let step = Step { direction: Direction::Down, migration, index, count: steps.len() };
            self.step(&step, job, &mut ran, &|queue: &mut Queue, _| {
                numbers.iter().try_for_each(|number| ledger.remove(queue, *number))
            })?;
        }
        Ok(ran)
    }

    /// Runs one migration and adds it to `ran`.
    fn step(&mut self, step: &Step<'_>, job: Job<'_>, ran: &mut Vec<Ran>, record: &dyn Record) -> Result<()> {
        let Step { direction, migration, index, count } = *step;
        self.notify(&Event::Started { direction, migration, index, count });
        let sql = job.sql;
        let (begin, enclosed) = (self.begin()?, job.enclosed);
        let keeper = &self.keeper;
        let check = || keeper.borrow_mut().as_mut().map_or(Ok(()), Keeper::check);
        let job = &Job { begin, is_kept: self.is_kept, check: &check, ..job };
        let mut notify = |event: &Event<'_>| {
            if let Some(progress) = &mut self.progress {
                progress(event);
            }
        };
        script::run(self.connection, job, &mut notify, record).map_err(|stop| {
            let before: Vec<&str> = ran.iter().map(|ran| ran.file.as_str()).collect();
            stop.into_error(&sql.file, direction, &before)
        })?;
        let duration = job.started.elapsed();
        if !enclosed {
            self.notify(&Event::Finished { direction, migration, index, count, duration });
        }
        ran.push(Ran {
            version: migration.identity.to_string(),
            name: migration.name.clone(),
            file: sql.file.clone(),
            duration,
        });
        Ok(())
    }

    /// Begins a transaction of this runner.
    fn begin(&self) -> Result<String> {
        begin(self.is_kept, self.schema.as_deref().map_or(Scope::Database, Scope::Schema))
    }

    /// Runs `work` while this runner is the only one.
    fn locked<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let Self { connection, progress, is_kept, .. } = self;
        let schema = self.schema.clone();
        let scope = schema.as_deref().map_or(Scope::Database, Scope::Schema);
        let waiting = || {
            if let Some(progress) = progress {
                progress(&Event::WaitingForLock);
            }
        };
        if *is_kept {
            let keeper = Keeper::acquire(connection.another()?, scope, self.lock_wait, waiting)?;
            // A transaction of a runner that was killed may not have come to its end.
            connection.script(&format!("{}COMMIT", begin(*is_kept, scope)?))?;
            self.keeper.replace(Some(keeper));
            let result = work(self);
            let released = self.keeper.take().map_or(Ok(()), Keeper::release);
            let value = result?;
            released?;
            return Ok(value);
        }
        migrate_lock::acquire(*connection, scope, self.lock_wait, waiting)?;
        let result = work(self);
        let released = migrate_lock::release(self.connection, scope);
        // The error of the work is the one to report: it may be that the connection is gone, and the lock with it.
        let value = result?;
        released?;
        Ok(value)
    }

    /// How long to wait for locks: what was asked for, and else what the server or the role has been given.
    fn patience(&mut self) -> Result<Patience> {
        let sql = "SELECT pg_catalog.current_setting('lock_timeout') OPERATOR(pg_catalog.<>) '0'";
        let rows = self.connection.query(sql, &[])?;
        let is_set_there = rows.first().map(|row| row.bool(0)).transpose()?.unwrap_or(false);
        let usual = if is_set_there { Duration::ZERO } else { LockPatience::DEFAULT.timeout };
        let usual = self.usual_lock_timeout.unwrap_or(usual);
        Ok(Patience {
            asked: self.lock_timeout,
            usual,
            retries: self.lock_retries.unwrap_or(LockPatience::DEFAULT.retries),
        })
    }

    fn read(&mut self) -> Result<Read> {
        let ledger = Ledger::find(self.connection, &self.ledger)?;
        self.read_from(ledger)
    }

    fn read_from(&mut self, ledger: Option<Ledger>) -> Result<Read> {
        let rows = match &ledger {
            Some(ledger) => ledger.rows(self.connection)?,
            None => Vec::new(),
        };
        let applied = rows.iter().map(LedgerRow::to_applied).collect();
        Ok(Read { ledger, rows, applied })
    }

    fn notify(&mut self, event: &Event<'_>) {
        if let Some(progress) = &mut self.progress {
            progress(event);
        }
    }
}

/// Begins a transaction of a runner, whose lock another connection may have.
fn begin(is_kept: bool, scope: Scope<'_>) -> Result<String> {
    if is_kept {
        return Ok(format!("{BEGIN}{}", migrate_lock::work_lock(scope)?));
    }
    Ok(BEGIN.to_owned())
}

/// How long the migrations of a run wait for locks.
struct Patience {
    /// Asked for by who runs them.
    asked: Option<Duration>,
    /// Where nobody asked for anything.
    usual: Duration,
    retries: u32,
}

impl Patience {
    /// For what has no directives.
    fn of_whole_run(&self) -> LockPatience {
        LockPatience { timeout: Duration::ZERO, retries: self.retries }
    }

    fn of(&self, directives: &Directives) -> LockPatience {
        let timeout = self.asked.or(directives.lock_timeout).unwrap_or(self.usual);
        LockPatience { timeout, retries: self.retries }
    }
}

/// Fails where a migration was being undone statement by statement, and has not been to the end: it is neither applied
/// nor pending.
fn refuse_half_undone(ledger: &Ledger, read: &Read, interrupted: &[Interrupted]) -> Result<()> {
    let is_undone = |name: &String| {
        interrupted.iter().any(|begun| begun.way == Direction::Down.name() && begun.migration == *name)
    };
    let half: Vec<String> = read
        .rows
        .iter()
        .filter(|row| is_undone(&step_name(ledger, &row.identity)))
        .map(|row| row.identity.to_string())
        .collect();
    if half.is_empty() {
        return Ok(());
    }
    Err(Error::new(ErrorCode::Project, format!("half undone: {}", half.join(", ")))
        .detail("A run that was undoing it was interrupted; some of its statements have run.")
        .hint(
            "Undo it to the end first: run \"down\" again. Or put back what was undone, and let \"repair\" forget it.",
        ))
}

/// Fails where some of what is to be one transaction has run already.
fn refuse_half_done(ledger: &Ledger, to_run: &[&Migration], interrupted: &[Interrupted]) -> Result<()> {
    let is_half = |migration: &&&Migration| is_begun(interrupted, ledger, migration, Direction::Up);
    let Some(migration) = to_run.iter().find(is_half) else { return Ok(()) };
    let message =
        format!("{}: an earlier run has begun it, and not all can be one transaction", migration.file());
    Err(Error::new(ErrorCode::Project, message)
        .detail("Some of its statements have run, and the next run goes on after them.")
        .hint("Run it for itself first."))
}

/// Whether an earlier run has begun a migration this way, and not ended it.
fn is_begun(
    interrupted: &[Interrupted],
    ledger: &Ledger,
    migration: &Migration,
    direction: Direction,
) -> bool {
    let name = step_name(ledger, &migration.identity);
    interrupted.iter().any(|begun| begun.way == direction.name() && begun.migration == name)
}

/// Where to write down how far a migration has come.
fn steps_of(ledger: &Ledger, migration: &Migration, direction: Direction) -> Steps {
    Steps::new(ledger.name(), &step_name(ledger, &migration.identity), direction.name())
}

/// By what name: with the module where several have their rows in one ledger.
fn step_name(ledger: &Ledger, identity: &Identity) -> String {
    match ledger.kind() {
        LedgerKind::Pgdbm { module } => format!("{module}/{identity}"),
        LedgerKind::Confiture | LedgerKind::Fraiseql => identity.to_string(),
    }
}

/// The migration with that name; none where it is another module's.
fn identity_of_steps(ledger: &Ledger, name: &str) -> Option<Identity> {
    let name = match ledger.kind() {
        LedgerKind::Pgdbm { module } => name.strip_prefix(module.as_str())?.strip_prefix('/')?,
        LedgerKind::Confiture | LedgerKind::Fraiseql => name,
    };
    Some(Identity::from_text(name))
}

/// A migration at its place in a run.
struct Step<'a> {
    direction: Direction,
    migration: &'a Migration,
    index: usize,
    count: usize,
}

impl Read {
    /// With the rollback SQL that is recorded in the database.
    fn with_rollbacks<C: Connection>(mut self, connection: &mut C) -> Result<Self> {
        if let Some(ledger) = &self.ledger {
            let mut recorded = ledger.rollbacks(connection)?;
            for (row, applied) in self.rows.iter().zip(&mut self.applied) {
                applied.rollback_sql = recorded.remove(&row.number);
            }
        }
        Ok(self)
    }

    fn state<'a>(&'a self, set: &'a MigrationSet, environment: Option<&str>) -> RunState<'a> {
        RunState::new(set, &self.applied, environment)
    }
}

/// How to run a way down: as its own file says, with role and timeouts of the way up where it says nothing of them.
pub(crate) fn down_directives(migration: &Migration, down: &Down) -> Result<Directives> {
    let up = &migration.directives;
    if down.source != DownSource::File {
        // Whether it needs a transaction is told by its own statements.
        return Ok(Directives { no_transaction: false, ..up.clone() });
    }
    let script =
        scan(&down.sql.text).map_err(|error| Stop::scan(&down.sql, error).into_plain(&down.sql.file))?;
    let own = directive::read(&script).map_err(|errors| {
        let text: Vec<String> =
            errors.iter().map(|error| format!("{}:{}: {error}", down.sql.file, error.line)).collect();
        Error::new(ErrorCode::Project, text.join("; "))
    })?;
    Ok(Directives {
        role: own.role.clone().or_else(|| up.role.clone()),
        lock_timeout: own.lock_timeout.or(up.lock_timeout),
        statement_timeout: own.statement_timeout.or(up.statement_timeout),
        ..own
    })
}
