//! All that is pending as one transaction.

use std::thread;

use pggit_db::connection::Connection;
use pggit_db::ledger::{Ledger, NewRow, RecordedNames};
use pggit_db::queue::Queue;
use pggit_db::session::Session;
use pggit_migrate::Migration;

use super::failure::append;
use super::retry::Attempts;
use super::{Direction, Event, Job, Migrator, Patience, Ran, Step};
use crate::error::{Error, Result};

impl<C: Connection> Migrator<'_, C> {
    /// All that is pending is one transaction: all of it is applied, or nothing.
    #[must_use]
    pub fn single_transaction(mut self, single: bool) -> Self {
        self.single_transaction = single;
        self
    }

    /// Runs migrations as one transaction; what fails for want of a lock is tried again, all of it.
    pub(super) fn in_one_transaction(
        &mut self,
        to_run: &[&Migration],
        ledger: &Ledger,
        names: &RecordedNames<'_>,
        patience: &Patience,
    ) -> Result<Vec<Ran>> {
        let mut attempts = Attempts::new(patience.of_whole_run());
        loop {
            let begin = self.begin()?;
            self.connection.script(&begin)?;
            let mut ran = Vec::new();
            let error = match self.all_of(to_run, ledger, names.clone(), patience, &mut ran) {
                Ok(()) => {
                    for (index, (migration, ran)) in to_run.iter().zip(&ran).enumerate() {
                        self.notify(&Event::Finished {
                            direction: Direction::Up,
                            migration,
                            index,
                            count: to_run.len(),
                            duration: ran.duration,
                        });
                    }
                    return Ok(ran);
                }
                Err(error) => error,
            };
            // The error is the one to report; should the connection be gone, so is the transaction.
            let _ = self.connection.script("ROLLBACK");
            let Some(pause) = attempts.pause_after(&error.sqlstate) else { return Err(error) };
            let file = to_run.get(ran.len()).map_or("", |migration| migration.file());
            self.notify(&Event::Retrying {
                file,
                reason: &error.message,
                retry: attempts.made(),
                retries: attempts.retries(),
                pause,
            });
            thread::sleep(pause);
        }
    }

    fn all_of(
        &mut self,
        to_run: &[&Migration],
        ledger: &Ledger,
        mut names: RecordedNames<'_>,
        patience: &Patience,
        ran: &mut Vec<Ran>,
    ) -> Result<()> {
        let rolled_back = |mut error: Error| {
            append(&mut error.detail, "The run is one transaction: nothing of it was applied.");
            error
        };
        for (index, migration) in to_run.iter().enumerate() {
            let job = Job {
                patience: patience.of(&migration.directives),
                enclosed: true,
                ..Job::new(&migration.up, &migration.directives)
            };
            let step = Step { direction: Direction::Up, migration, index, count: to_run.len() };
            self.step(&step, job, ran, &|_: &mut Queue, _| Ok(())).map_err(rolled_back)?;
        }
        let rows = to_run.iter().zip(&*ran).map(|(migration, ran)| NewRow {
            execution_time_ms: i64::try_from(ran.duration.as_millis()).ok(),
            ..names.row(migration)
        });
        // All rows at once: it is one transaction, and statements of ours between theirs would take their time.
        let mut end = Queue::default();
        ledger.record(&mut end, &rows.collect::<Vec<_>>()).map_err(Error::from).map_err(rolled_back)?;
        end.script("COMMIT").map_err(|error| rolled_back(error.into()))?;
        self.connection.script(end.as_str()).map_err(|error| rolled_back(error.into()))
    }
}
