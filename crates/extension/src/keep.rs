//! Rows kept when a user's command drops what the checked-out commit knows, so that a checkout can bring them back.
//!
//! Runs at `ddl_command_start`, before anything is gone. Operations of ours put rows aside themselves.

mod parse_tree;

use pggit_db::aside::{self, AsideError};
use pggit_db::session::{Param, Session};
use pgrx::pg_sys;
use pgrx::prelude::*;

use crate::error::raise;
use crate::functions::in_operation;
use crate::spi::SpiSession;

/// `pggit.keep_rows()`, event trigger.
#[pg_extern(sql = false)]
fn keep_rows(fcinfo: pg_sys::FunctionCallInfo) {
    // SAFETY: plain reads of the backend's own state.
    if in_operation()
        || unsafe { pg_sys::creating_extension || pg_sys::IsBinaryUpgrade || pg_sys::XactReadOnly }
    {
        return;
    }
    // SAFETY: the argument of a function call; its context is an event trigger's when its node tag says so.
    let statement = unsafe {
        let context = (*fcinfo).context;
        if context.is_null() || (*context).type_ != pg_sys::NodeTag::T_EventTriggerData {
            raise("39P03", "this function can only be called as an event trigger", None, None);
        }
        (*context.cast::<pg_sys::EventTriggerData>()).parsetree
    };
    // SAFETY: the statement that the server is about to run.
    let going = unsafe { parse_tree::objects_going(statement) };
    if going.is_empty() {
        return;
    }
    SpiSession::with(move |session| {
        if let Err(error) = keep(session, &going) {
            raise("XX000", &format!("rows could not be put aside: {error}"), None, None);
        }
    });
}

/// An object that a statement names: catalog, OID, column number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Going {
    class: u32,
    oid: u32,
    column: i32,
}

fn keep(session: &mut SpiSession, going: &[Going]) -> Result<(), AsideError> {
    // Whoever runs DDL need not have any rights on pggit.
    let ready = session.as_owner(|session| {
        session.query("SELECT pg_catalog.to_regclass('pggit.aside_row') IS NOT NULL", &[])
    })?;
    if !ready.first().map(|row| row.bool(0)).transpose()?.unwrap_or(false) {
        return Ok(());
    }
    let numbers = |pick: fn(&Going) -> i64| going.iter().map(pick).collect::<Vec<i64>>();
    let rows = session.query(
        include_str!("keep/dependents.sql"),
        &[
            Param::IntArray(&numbers(|going| going.class.into())),
            Param::IntArray(&numbers(|going| going.oid.into())),
            Param::IntArray(&numbers(|going| going.column.into())),
        ],
    )?;
    for row in &rows {
        let (oid, column, sequence, owned, name) =
            (row.int(0)?, row.int(1)?, row.bool(2)?, row.bool(3)?, row.text(4)?.to_owned());
        if owned && !sequence {
            // The command takes this lock anyway; from here on nobody adds rows that would not be kept.
            session.script(&format!("LOCK TABLE ONLY {name} IN ACCESS EXCLUSIVE MODE"))?;
        }
        let kept = match (sequence, column) {
            (true, _) => aside::put_sequence(session, oid),
            (false, 0) => aside::put_table(session, oid),
            (false, column) => aside::put_column(session, oid, column),
        };
        match kept {
            Ok(_) => {}
            // The user's own command goes on; only a checkout refuses to lose such values.
            Err(AsideError::NoKey { column, rows, .. }) => {
                ereport!(
                    PgLogLevel::WARNING,
                    PgSqlErrorCode::ERRCODE_WARNING,
                    format!("{rows} values of column \"{column}\" of table {name} go for good"),
                    "The table has no key to keep them by."
                );
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
