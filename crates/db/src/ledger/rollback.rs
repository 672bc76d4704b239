//! SQL that undoes migrations, recorded beside the ledger.

use std::collections::BTreeMap;

use pggit_catalog::ident::QualifiedName;

use super::{Ledger, LedgerError, LedgerKind, located, pgdbm};
use crate::session::{Param, Session};

/// Columns of the table beside a ledger.
const COLUMNS: [&str; 2] = ["id", "rollback_sql"];

/// The longest name that a table can have, in bytes.
const NAME_LENGTH: usize = 63;

impl Ledger {
    /// The table with rollback SQL: `migration_history` beside pgdbm's ledger, `…_rollback` beside others.
    #[must_use]
    pub fn rollbacks_name(&self) -> QualifiedName {
        let ledger = self.name();
        let name = match self.kind() {
            LedgerKind::Pgdbm { .. } => pgdbm::ROLLBACKS.to_owned(),
            LedgerKind::Confiture | LedgerKind::Fraiseql => {
                let suffix = "_rollback";
                let mut end = ledger.name.len().min(NAME_LENGTH - suffix.len());
                while !ledger.name.is_char_boundary(end) {
                    end -= 1;
                }
                format!("{}{suffix}", &ledger.name[..end])
            }
        };
        QualifiedName::new(&ledger.schema, name)
    }

    /// Rollback SQL by the numbers of its migrations.
    ///
    /// # Errors
    /// [`LedgerError`]; [`LedgerError::NotRollbacks`] for another table of that name.
    pub fn rollbacks<S: Session>(&self, session: &mut S) -> Result<BTreeMap<i64, String>, LedgerError> {
        if !self.has_rollbacks(session)? {
            return Ok(BTreeMap::new());
        }
        let rows = session.query(&self.sql(include_str!("rollback/rows.sql")), &[])?;
        rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?.to_owned()))).collect()
    }

    /// Records the SQL that undoes the migration with this number, in place of what was recorded before. The table is
    /// made where there is none; that belongs under the lock of [`crate::migrate_lock`].
    ///
    /// # Errors
    /// [`LedgerError::NoSuchRow`] when there is no such migration.
    pub fn record_rollback<S: Session>(
        &self,
        session: &mut S,
        number: i64,
        rollback_sql: &str,
    ) -> Result<(), LedgerError> {
        let found = session.query(&self.sql(include_str!("rollback/has_row.sql")), &[Param::Int(number)])?;
        if !found.first().map(|row| row.bool(0)).transpose()?.unwrap_or(false) {
            return Err(LedgerError::NoSuchRow { table: self.name().clone(), number });
        }
        if !self.has_rollbacks(session)? {
            session.script(&self.sql(include_str!("rollback/create.sql")))?;
        }
        let params = [Param::Int(number), Param::Text(rollback_sql)];
        session.execute(&self.sql(include_str!("rollback/record.sql")), &params)?;
        Ok(())
    }

    fn has_rollbacks<S: Session>(&self, session: &mut S) -> Result<bool, LedgerError> {
        let table = self.rollbacks_name();
        let Some((_, columns)) = located(session, Some(&table.schema), &table.name)? else {
            return Ok(false);
        };
        if COLUMNS.iter().all(|column| columns.contains(*column)) {
            Ok(true)
        } else {
            Err(LedgerError::NotRollbacks { table })
        }
    }
}
