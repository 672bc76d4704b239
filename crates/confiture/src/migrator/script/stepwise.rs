//! A script statement by statement, with a note of each, so that a run that was interrupted goes on there.

use std::collections::BTreeMap;

use pggit_db::connection::Connection;
use pggit_db::queue::Queue;
use pggit_db::session::Session;
use pggit_db::steps::{Step, StepState};
use pggit_db::unfinished::{self, Verdict};
use pggit_migrate::batch::Batch;
use pggit_migrate::transaction_use::{is_for_session, may_have_own_transaction};
use pggit_migrate::{Checksum, Script, Statement, Trace, TransactionUse};

use super::transaction::{lock_timeout, settings};
use super::{Job, Mode, Notify, RESET, Record, batches, begin, execute, in_transaction, send};
use crate::migrator::event::Event;
use crate::migrator::failure::{Cause, Stop};
use crate::migrator::retry::Attempts;

/// For the rest of the transaction we are who we connected as: who runs migrations may write down what ran, and nobody
/// else has to.
pub(super) const AS_OURSELVES: &str = "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE NONE";

/// A script on its way.
pub(super) struct Stepwise<'r, 'n, C> {
    pub(super) connection: &'r mut C,
    pub(super) job: &'r Job<'r>,
    script: &'r Script<'r>,
    batches: BTreeMap<usize, Batch>,
    pub(super) notify: &'r mut Notify<'n>,
    pub(super) attempts: &'r mut Attempts,
    /// Digest of the script up to and with each statement.
    digests: Vec<String>,
    /// What earlier runs wrote down.
    pub(super) steps: BTreeMap<usize, Step>,
    /// Sets `lock_timeout` in each transaction of ours.
    pub(super) lock_timeout: String,
    /// What directives set, in each transaction of ours, where it does not last for the session.
    settings: String,
    /// Whether the file has begun a transaction.
    is_open: bool,
}

impl<'r, 'n, C: Connection> Stepwise<'r, 'n, C> {
    /// Reads what earlier runs wrote down.
    pub(super) fn new(
        connection: &'r mut C,
        job: &'r Job<'r>,
        script: &'r Script<'r>,
        notify: &'r mut Notify<'n>,
        attempts: &'r mut Attempts,
    ) -> Result<Self, Stop> {
        let digests = digests(script);
        let steps = match &job.steps {
            None => Vec::new(),
            Some(steps) => {
                steps.open(connection)?;
                let read = steps.read(connection)?;
                let changed = read.iter().find(|step| {
                    step.state != StepState::Failed && digests.get(step.statement) != Some(&step.digest)
                });
                if let Some(step) = changed {
                    return Err(Cause::Changed { statements: step.statement + 1 }.into());
                }
                // A statement that failed may be another one now.
                let other = read.iter().find(|step| digests.get(step.statement) != Some(&step.digest));
                let from = other.map_or(usize::MAX, |step| step.statement);
                if other.is_some() {
                    steps.forget(connection, from)?;
                }
                read.into_iter().filter(|step| step.statement < from).collect()
            }
        };
        let mentions = |statement: &Statement<'_>| statement.sql.to_lowercase().contains("lock_timeout");
        let sets_its_own = script.statements.iter().any(|s| is_for_session(s.sql) && mentions(s));
        Ok(Self {
            connection,
            job,
            script,
            batches: batches(job, script)?,
            notify,
            attempts,
            digests,
            steps: steps.into_iter().map(|step| (step.statement, step)).collect(),
            lock_timeout: if sets_its_own {
                String::new()
            } else {
                lock_timeout(job.patience.timeout).unwrap_or_default()
            },
            settings: String::new(),
            is_open: false,
        })
    }

    /// Runs what has not run.
    pub(super) fn run(&mut self, mode: Mode, record: &dyn Record) -> Result<(), Stop> {
        if self.connection.is_pooled() {
            self.settings = settings(self.job.directives).replace("SET ", "SET LOCAL ");
        } else {
            begin(self.connection, &settings(self.job.directives))?;
        }
        let script = self.script;
        let done =
            self.steps.values().filter(|step| step.state == StepState::Done).map(|step| step.statement);
        let first = done.max().map_or(0, |last| last + 1);
        if let Some(statement) =
            script.statements.get(first).filter(|_| self.attempts.made() == 0 && !self.steps.is_empty())
        {
            (self.notify)(&Event::Resumed {
                file: &self.job.sql.file,
                line: self.job.sql.line + statement.start.line - 1,
                statement: first,
                count: script.statements.len(),
            });
        }
        for (index, statement) in script.statements.iter().enumerate() {
            if index < first {
                if is_for_session(statement.sql) {
                    self.refuse_pooled(statement)?;
                    execute(self.connection, self.job, statement, index, "")?;
                }
                continue;
            }
            let is_last = index + 1 == script.statements.len();
            if mode == Mode::AsWritten && is_last && self.is_open && is_plain_commit(statement.sql) {
                let queue = self
                    .queue(&["SET CONSTRAINTS ALL IMMEDIATE", RESET], |queue| self.finish(queue, record))?;
                send(self.connection, &queue)?;
                return execute(self.connection, self.job, statement, index, "");
            }
            self.statement(index, statement)?;
            if !self.is_open && !is_for_session(statement.sql) {
                self.attempts.reset();
            }
        }
        if self.is_open && !ends_what_it_did_not_begin(script) {
            return Err(Cause::OpenTransaction.into());
        }
        if self.is_open {
            let queue = self.queue(&["SET CONSTRAINTS ALL IMMEDIATE", RESET], |queue| {
                self.finish(queue, record)?;
                Ok(queue.script("COMMIT")?)
            })?;
            return send(self.connection, &queue);
        }
        let queue = self.queue(&[self.reset(), &self.job.begin], |queue| {
            self.finish(queue, record)?;
            Ok(queue.script("COMMIT")?)
        })?;
        send(self.connection, &queue)
    }

    fn statement(&mut self, index: usize, statement: &Statement<'_>) -> Result<(), Stop> {
        if TransactionUse::of(statement.sql) == TransactionUse::Control {
            return self.control(index, statement);
        }
        (self.job.check)().map_err(|error| Stop::from(Cause::Lock(error)))?;
        if is_for_session(statement.sql) && !self.is_open {
            self.refuse_pooled(statement)?;
        }
        if self.is_open || is_for_session(statement.sql) {
            return execute(self.connection, self.job, statement, index, "");
        }
        if let Some(batch) = self.batches.get(&index).copied() {
            return self.in_batches(index, statement, &batch);
        }
        if may_have_own_transaction(statement.sql) {
            return self.in_own_transaction(index, statement);
        }
        self.outside(index, statement)
    }

    /// A statement and its note as one transaction.
    fn in_own_transaction(&mut self, index: usize, statement: &Statement<'_>) -> Result<(), Stop> {
        let head = self.head();
        execute(self.connection, self.job, statement, index, &head)?;
        let queue = self.queue(&["SET CONSTRAINTS ALL IMMEDIATE", AS_OURSELVES], |queue| {
            self.mark(queue, &self.step(index, StepState::Done))?;
            Ok(queue.script("COMMIT")?)
        })?;
        send(self.connection, &queue)
    }

    /// A statement that can't be in a transaction with its note.
    fn outside(&mut self, index: usize, statement: &Statement<'_>) -> Result<(), Stop> {
        if !self.settings.is_empty() {
            self.refuse_pooled(statement)?;
        }
        let failed = |error| Stop::statement(self.job.sql, statement, index, error);
        let trace = Trace::of(statement.sql);
        let begun = self.steps.contains_key(&index);
        if unfinished::settle(self.connection, &trace, begun).map_err(failed)? == Verdict::Done {
            return self.note(index, StepState::Done);
        }
        self.note(index, StepState::Running)?;
        // A statement that builds while others work stands in nobody's way.
        let sets_timeout =
            !self.lock_timeout.is_empty() && !trace.is_concurrent() && !self.connection.is_pooled();
        if sets_timeout {
            begin(self.connection, &self.lock_timeout.replace("SET LOCAL", "SET"))?;
        }
        if let Err(stop) = execute(self.connection, self.job, statement, index, "") {
            // The error of the statement is the one to report; the next run clears away what is left now.
            let _ = unfinished::clear_failed(self.connection, &trace);
            let _ = self.note(index, StepState::Failed);
            return Err(if trace.is_concurrent() { stop.for_good() } else { stop });
        }
        if sets_timeout {
            begin(self.connection, "RESET lock_timeout")?;
        }
        self.note(index, StepState::Done)
    }

    /// A statement of the file that begins or ends a transaction.
    fn control(&mut self, index: usize, statement: &Statement<'_>) -> Result<(), Stop> {
        if self.is_open && is_commit(statement.sql) {
            // The note is part of what is committed.
            let queue = self.queue(&["SET CONSTRAINTS ALL IMMEDIATE", AS_OURSELVES], |queue| {
                self.mark(queue, &self.step(index, StepState::Done))
            })?;
            send(self.connection, &queue)?;
            execute(self.connection, self.job, statement, index, "")?;
            self.is_open = in_transaction(self.connection)?;
            return Ok(());
        }
        let was_open = self.is_open;
        execute(self.connection, self.job, statement, index, "")?;
        self.is_open = in_transaction(self.connection)?;
        match (was_open, self.is_open) {
            (_, true) => begin(self.connection, &format!("{}{}", self.lock_timeout, self.settings)),
            (true, false) => self.note(index, StepState::Done),
            (false, false) => Ok(()),
        }
    }

    /// What ends a migration: it is recorded, and its steps are forgotten.
    fn finish(&self, queue: &mut Queue, record: &dyn Record) -> Result<(), Stop> {
        self.job.finish(queue, record, Some(self.job.milliseconds()))?;
        match &self.job.steps {
            Some(steps) => Ok(steps.forget(queue, 0)?),
            None => Ok(()),
        }
    }

    /// Writes down how a statement stands, for itself.
    fn note(&mut self, index: usize, state: StepState) -> Result<(), Stop> {
        if self.job.steps.is_none() {
            return Ok(());
        }
        let queue = self.queue(&[&self.job.begin, AS_OURSELVES], |queue| {
            self.mark(queue, &self.step(index, state))?;
            Ok(queue.script("COMMIT")?)
        })?;
        send(self.connection, &queue)
    }

    /// Begins a transaction of ours.
    pub(super) fn head(&self) -> String {
        format!("{}{}{}", self.job.begin, self.lock_timeout, self.settings)
    }

    /// Role and settings as those of a new connection, where they are those of the connection.
    fn reset(&self) -> &'static str {
        if self.connection.is_pooled() { "" } else { RESET }
    }

    /// Behind a pooler there is no session to set up.
    fn refuse_pooled(&self, statement: &Statement<'_>) -> Result<(), Stop> {
        if self.connection.is_pooled() {
            return Err(Cause::Pooled { line: self.job.sql.line + statement.start.line - 1 }.into());
        }
        Ok(())
    }

    pub(super) fn step(&self, statement: usize, state: StepState) -> Step {
        let digest = self.digests.get(statement).cloned().unwrap_or_default();
        Step { statement, digest, state, cursor: None, rows: 0 }
    }

    pub(super) fn mark(&self, queue: &mut Queue, step: &Step) -> Result<(), Stop> {
        match &self.job.steps {
            Some(steps) => Ok(steps.mark(queue, step)?),
            None => Ok(()),
        }
    }

    /// Statements of ours and what `more` adds, as one message.
    pub(super) fn queue(
        &self,
        statements: &[&str],
        more: impl FnOnce(&mut Queue) -> Result<(), Stop>,
    ) -> Result<Queue, Stop> {
        let mut queue = Queue::default();
        for statement in statements {
            queue.script(statement)?;
        }
        more(&mut queue)?;
        Ok(queue)
    }
}

/// The digest of a script up to and with each of its statements; comments between them do not count.
fn digests(script: &Script<'_>) -> Vec<String> {
    let mut digest = String::new();
    let of = |statement: &Statement<'_>| {
        let data = statement.copy_data.unwrap_or_default();
        digest = Checksum::of(format!("{digest}\n{}\n{data}", statement.sql).as_bytes()).to_string();
        digest.clone()
    };
    script.statements.iter().map(of).collect()
}

/// Whether a script is written for a runner that puts a transaction around it: `…; COMMIT; …; BEGIN; …`. The last one is
/// that runner's to commit.
fn ends_what_it_did_not_begin(script: &Script<'_>) -> bool {
    let control = |statement: &&Statement<'_>| TransactionUse::of(statement.sql) == TransactionUse::Control;
    script.statements.iter().find(control).is_some_and(|statement| is_commit(statement.sql))
}

fn words(statement: &str) -> Vec<String> {
    statement.split_whitespace().map(str::to_ascii_lowercase).collect()
}

/// `COMMIT` and `END`, also those that begin another transaction.
fn is_commit(statement: &str) -> bool {
    matches!(words(statement).first().map(String::as_str), Some("commit" | "end"))
}

/// `COMMIT` and `END`, after which no transaction is open.
fn is_plain_commit(statement: &str) -> bool {
    match words(statement).iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["commit" | "end", rest @ ..] => matches!(rest, [] | ["work" | "transaction"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use pggit_migrate::scan;

    use super::*;

    #[test]
    fn the_last_commit() {
        for text in ["COMMIT", "end", "commit\n work", "END TRANSACTION"] {
            assert!(is_plain_commit(text) && is_commit(text), "{text}");
        }
        for text in ["COMMIT AND CHAIN", "COMMIT PREPARED 'x'", "ROLLBACK", "SELECT 1"] {
            assert!(!is_plain_commit(text), "{text}");
        }
    }

    #[test]
    fn digests_tell_statements_and_their_order() {
        let of = |text: &str| digests(&scan(text).expect(text));
        let digests = of("SELECT 1; SELECT 2;");
        assert_eq!(of("-- more\nSELECT 1;\n\nSELECT 2; SELECT 3")[..2], digests);
        assert_ne!(of("SELECT 2; SELECT 1")[1], digests[1]);
        assert_ne!(of("SELECT 3; SELECT 2")[1], digests[1]);
        assert_ne!(of("COPY t FROM stdin;\n1\n\\.\n"), of("COPY t FROM stdin;\n2\n\\.\n"));
    }
}
