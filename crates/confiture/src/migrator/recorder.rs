//! Writes migrations that ran into the ledger.

use std::cell::Cell;

use pggit_db::connection::Connection;
use pggit_db::ledger::{Ledger, LedgerError, NewRow};
use pggit_db::queue::Queue;

use super::script::Record;

/// So many migrations that it is worth while to have the statement prepared.
const WORTH_PREPARING: usize = 16;

/// Records the migrations of one run.
pub(super) struct Recorder<'l> {
    ledger: &'l Ledger,
    /// Whether the session has the statement prepared, for all that is known.
    is_prepared: Cell<bool>,
}

impl<'l> Recorder<'l> {
    /// For so many migrations.
    pub(super) fn new<C: Connection>(
        connection: &mut C,
        ledger: &'l Ledger,
        migrations: usize,
    ) -> Result<Self, LedgerError> {
        let is_prepared = migrations >= WORTH_PREPARING && !connection.is_pooled();
        if is_prepared {
            ledger.prepare(connection)?;
        }
        Ok(Self { ledger, is_prepared: Cell::new(is_prepared) })
    }

    /// Records one.
    pub(super) fn entry<'r>(&'r self, row: NewRow<'r>) -> Entry<'r> {
        Entry { recorder: self, row }
    }
}

/// One migration to record.
pub(super) struct Entry<'r> {
    recorder: &'r Recorder<'r>,
    row: NewRow<'r>,
}

impl Record for Entry<'_> {
    fn record(&self, queue: &mut Queue, milliseconds: Option<i64>) -> Result<(), LedgerError> {
        let Recorder { ledger, is_prepared } = self.recorder;
        let row = NewRow { execution_time_ms: milliseconds, ..self.row.clone() };
        // What is not one transaction can't be run again, should the statement be gone.
        if milliseconds.is_none() && is_prepared.get() {
            return ledger.record_prepared(queue, &row);
        }
        ledger.record(queue, &[row])
    }

    fn unprepare(&self) -> bool {
        self.recorder.is_prepared.replace(false)
    }
}
