//! Recording how migrations are undone.

use pggit_db::connection::Connection;
use pggit_db::ledger::{Ledger, LedgerError};

use super::Migrator;
use crate::error::{Error, ErrorCode, Result};

impl<C: Connection> Migrator<'_, C> {
    /// Records the SQL that undoes the migration with this number in the ledger, in place of what was recorded before.
    /// [`Migrator::down`] runs it where the files say nothing.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] when there is no migration of that number.
    pub fn record_rollback(&mut self, number: i64, rollback_sql: &str) -> Result<()> {
        let Some(ledger) = Ledger::find(self.connection, &self.ledger)? else {
            let message = format!("there is no migration {number}");
            return Err(Error::new(ErrorCode::InvalidArgument, message).detail("Nothing is applied yet."));
        };
        self.locked(|migrator| {
            let recorded: std::result::Result<(), LedgerError> = migrator
                .connection
                .transaction(|connection| ledger.record_rollback(connection, number, rollback_sql));
            Ok(recorded?)
        })
    }
}
