//! Records migrations in a ledger.

use super::{Ledger, LedgerError, LedgerKind, NewRow, confiture, fraiseql, pgdbm};
use crate::session::{Param, Session};

/// Rows in one statement; the server takes 65,535 parameters.
const ROWS: usize = 1_000;
/// Parameters of one row.
const WIDTH: usize = 5;
/// Goes before the statement for one row.
const PREPARE: &str = "PREPARE pggit_record (pg_catalog.text, pg_catalog.text, pg_catalog.int8, pg_catalog.text, pg_catalog.text) AS\n";
const EXECUTE: &str = "EXECUTE pggit_record ($1, $2, $3, $4, $5)";
/// Milliseconds that a column takes.
const LONGEST: i64 = i32::MAX as i64;
/// Stands for how long a migration took: $3, or else the time since the transaction began.
const MILLISECONDS: (&str, &str) = (
    "{milliseconds}",
    "COALESCE($3::pg_catalog.int8, LEAST(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() \
     OPERATOR(pg_catalog.-) pg_catalog.now()) OPERATOR(pg_catalog.*) 1000, 2147483647)::pg_catalog.int8)",
);

impl Ledger {
    /// Records that migrations were applied, in this order; of those that are recorded, that they were applied again. The
    /// ledger has to be an [opened](Self::open) one. More than a thousand take more than one statement.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn record<S: Session>(&self, session: &mut S, rows: &[NewRow<'_>]) -> Result<(), LedgerError> {
        for rows in rows.chunks(ROWS) {
            let params: Vec<Param<'_>> = rows.iter().flat_map(|row| self.params(row)).collect();
            session.execute(&self.sql(&for_rows(self.template(), rows.len())), &params)?;
        }
        Ok(())
    }

    /// Has the session's server read and plan once what [`record_prepared`](Self::record_prepared) then runs. The ledger has
    /// to be an [opened](Self::open) one.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn prepare<S: Session>(&self, session: &mut S) -> Result<(), LedgerError> {
        Ok(session.script(&format!("{PREPARE}{}", self.sql(&for_rows(self.template(), 1))))?)
    }

    /// Records one migration as [`record`](Self::record) does, in a session where that is [prepared](Self::prepare).
    ///
    /// # Errors
    /// [`LedgerError`]; with SQLSTATE `26000` where it is not prepared any more, after `DISCARD ALL` or `DEALLOCATE ALL`.
    pub fn record_prepared<S: Session>(&self, session: &mut S, row: &NewRow<'_>) -> Result<(), LedgerError> {
        session.execute(EXECUTE, &self.params(row))?;
        Ok(())
    }

    fn template(&self) -> &'static str {
        match &self.kind {
            LedgerKind::Confiture => confiture::RECORD,
            LedgerKind::Fraiseql => fraiseql::RECORD,
            LedgerKind::Pgdbm { .. } if self.columns.contains("version") => pgdbm::RECORD,
            LedgerKind::Pgdbm { .. } => pgdbm::RECORD_BY_FILE,
        }
    }

    fn params<'a>(&'a self, row: &'a NewRow<'_>) -> [Param<'a>; WIDTH] {
        let by = match &self.kind {
            LedgerKind::Confiture | LedgerKind::Fraiseql => row.role.map_or(Param::Null, Param::Text),
            LedgerKind::Pgdbm { module } => Param::Text(module),
        };
        let milliseconds =
            row.execution_time_ms.map_or(Param::Null, |time| Param::Int(time.clamp(0, LONGEST)));
        let (version, name) = (Param::Text(&row.version), Param::Text(&row.name));
        [version, name, milliseconds, Param::Text(&row.checksum), by]
    }
}

/// The statement for so many rows: its line with `{row}` is there for each, with parameters of its own.
fn for_rows(template: &str, count: usize) -> String {
    let line = |line: &str| match line.strip_prefix("{row}") {
        Some(row) => {
            let row = row.replace(MILLISECONDS.0, MILLISECONDS.1);
            (0..count).map(|index| shifted(&row, index * WIDTH)).collect::<Vec<_>>().join(",\n")
        }
        None => line.to_owned(),
    };
    template.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// SQL whose parameters have numbers that are higher.
fn shifted(sql: &str, by: usize) -> String {
    let mut pieces = sql.split('$');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = piece.split_at(digits);
        let number = number.parse::<usize>().map_or_else(|_| number.to_owned(), |n| (n + by).to_string());
        text += &format!("${number}{rest}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_for_each() {
        let template = "INSERT\n{row} ($1, f($2), $2)\nRETURNING 1";
        assert_eq!(for_rows(template, 1), "INSERT\n ($1, f($2), $2)\nRETURNING 1");
        assert_eq!(for_rows(template, 2), "INSERT\n ($1, f($2), $2),\n ($6, f($7), $7)\nRETURNING 1");
    }
}
