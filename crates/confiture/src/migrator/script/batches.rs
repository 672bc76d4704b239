//! A statement in batches.

use std::thread;

use pggit_db::connection::Connection;
use pggit_db::session::{Session, SessionError};
use pggit_db::steps::{Step, StepState};
use pggit_migrate::Statement;
use pggit_migrate::batch::{Batch, BatchForm, Limited};

use super::stepwise::{AS_OURSELVES, Stepwise};
use super::{begin, execute, send};
use crate::migrator::event::Event;
use crate::migrator::failure::{Cause, Stop};

/// What one batch did.
struct Turn {
    /// Rows that it changed.
    changed: i64,
    /// Where the next one starts.
    next: Next,
}

/// Where the next batch starts.
enum Next {
    /// Behind this place of the table.
    Behind(i64),
    /// There is nothing from where this one started to the end of the table.
    End,
}

impl<C: Connection> Stepwise<'_, '_, C> {
    /// Runs a statement until nothing is left for it to do; every batch is a transaction with the note of how far it has
    /// come.
    pub(super) fn in_batches(
        &mut self,
        index: usize,
        statement: &Statement<'_>,
        batch: &Batch,
    ) -> Result<(), Stop> {
        let mut rows = self.steps.get(&index).map_or(0, |step| step.rows);
        let result = self.turns(index, statement, batch, &mut rows);
        result.map_err(|stop| if rows > 0 { stop.partly() } else { stop })
    }

    fn turns(
        &mut self,
        index: usize,
        statement: &Statement<'_>,
        batch: &Batch,
        rows: &mut i64,
    ) -> Result<(), Stop> {
        let failed = |error| Stop::statement(self.job.sql, statement, index, error);
        let form = batch.form(statement.sql).map_err(|message| failed(plain(message)))?;
        let earlier = self.steps.get(&index);
        let mut from = earlier.and_then(|step| step.cursor).unwrap_or(0);
        // Whether anything changed since the start of the table; of earlier runs we do not know.
        let mut has_changed = from > 0;
        loop {
            (self.job.check)().map_err(|error| Stop::from(Cause::Lock(error)))?;
            begin(self.connection, &self.head())?;
            let turn = match &form {
                BatchForm::Repeated(sql) => {
                    let changed = self.connection.execute(sql, &[]).map_err(failed)?;
                    let changed = i64::try_from(changed).unwrap_or(i64::MAX);
                    Turn { changed, next: if changed > 0 { Next::Behind(0) } else { Next::End } }
                }
                BatchForm::Limited(limited) => {
                    // The server's complaints are about the statement as it is written.
                    execute(self.connection, self.job, statement, index, "EXPLAIN ")?;
                    let failed = |error| Stop::statement(self.job.sql, statement, index, error);
                    limited_turn(self.connection, limited, from).map_err(failed)?
                }
            };
            *rows += turn.changed;
            has_changed |= turn.changed > 0;
            let next = match turn.next {
                Next::Behind(place) => Some(place),
                // Once more from the start, for what has come since.
                Next::End if from > 0 && has_changed => {
                    has_changed = false;
                    Some(0)
                }
                Next::End => None,
            };
            let state = if next.is_some() { StepState::Running } else { StepState::Done };
            let step = Step { cursor: next, rows: *rows, ..self.step(index, state) };
            let queue = self.queue(&["SET CONSTRAINTS ALL IMMEDIATE", AS_OURSELVES], |queue| {
                self.mark(queue, &step)?;
                Ok(queue.script("COMMIT")?)
            })?;
            send(self.connection, &queue)?;
            self.attempts.reset();
            (self.notify)(&Event::Batch {
                file: &self.job.sql.file,
                line: self.job.sql.line + statement.start.line - 1,
                rows: u64::try_from(*rows).unwrap_or_default(),
                done: next.is_none(),
            });
            match next {
                Some(next) => from = next,
                None => return Ok(()),
            }
            thread::sleep(batch.pause);
        }
    }
}

fn limited_turn<C: Connection>(
    connection: &mut C,
    limited: &Limited,
    from: i64,
) -> Result<Turn, SessionError> {
    // Rows are to be found in the order in which they are stored.
    connection.script("SET LOCAL synchronize_seqscans = off")?;
    let rows = connection.query(&limited.statement(from), &[]).map_err(|error| SessionError {
        // A place in our text says nothing about theirs.
        position: None,
        ..error
    })?;
    let number = |column: usize| {
        let number = rows.first().map(|row| row.optional_int(column)).transpose();
        number.map(|number| number.flatten().unwrap_or(0)).map_err(|error| plain(error.to_string()))
    };
    let (found, changed, again, last) = (number(0)?, number(1)?, number(2)?, number(3)?);
    if again > 0 {
        return Err(SessionError {
            detail: Some(format!("{again} rows that it changed still meet its WHERE.")),
            hint: Some("Write a WHERE that rows meet no longer once they are changed.".into()),
            ..plain("the statement would be repeated for ever".into())
        });
    }
    let next = match found {
        0 => Next::End,
        _ if limited.has_cursor() => Next::Behind(last),
        // Rows that a trigger keeps as they are would be found for ever.
        _ if changed == 0 => Next::End,
        _ => Next::Behind(0),
    };
    Ok(Turn { changed, next })
}

fn plain(message: String) -> SessionError {
    SessionError { sqlstate: "22023".into(), message, ..SessionError::default() }
}
