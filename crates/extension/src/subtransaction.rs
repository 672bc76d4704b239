//! Work that may fail without taking the caller's transaction with it.

use std::ffi::{CStr, c_char};
use std::panic::{AssertUnwindSafe, resume_unwind};

use pggit_db::session::SessionError;
use pgrx::pg_sys::panic::{CaughtError, ErrorReportWithLevel};
use pgrx::{PgSqlErrorCode, PgTryBuilder, pg_sys};

use crate::error::{Raised, decode_sqlstate};

/// Runs `work` in a subtransaction, which is kept when `work` returns and rolled back when it raises an error.
///
/// As in PL/pgSQL, a cancelled query is not caught but goes on to the caller; neither is a panic of ours.
///
/// # Errors
/// The error of the server that ended `work`.
pub fn in_subtransaction<T>(work: impl FnOnce() -> T) -> Result<T, SessionError> {
    // SAFETY: plain reads of the backend's own state, on its only thread.
    let (context, owner) = unsafe { (pg_sys::CurrentMemoryContext, pg_sys::CurrentResourceOwner) };
    // SAFETY: called in a transaction; ended on both ways below.
    unsafe {
        pg_sys::BeginInternalSubTransaction(std::ptr::null());
        pg_sys::MemoryContextSwitchTo(context);
    }
    let outcome = PgTryBuilder::new(AssertUnwindSafe(|| Ok(work()))).catch_others(Err).execute();
    // SAFETY: ends the subtransaction begun above, which is the current one: `work` has ended all that it began, and
    // after an error the server ends those inside with it. Context and owner are those of before.
    unsafe {
        match &outcome {
            Ok(_) => pg_sys::ReleaseCurrentSubTransaction(),
            Err(_) => pg_sys::RollbackAndReleaseCurrentSubTransaction(),
        }
        pg_sys::MemoryContextSwitchTo(context);
        pg_sys::CurrentResourceOwner = owner;
    }
    outcome.or_else(|caught| match caught {
        CaughtError::PostgresError(report) | CaughtError::ErrorReport(report) => {
            if report.sql_error_code() == PgSqlErrorCode::ERRCODE_QUERY_CANCELED {
                CaughtError::PostgresError(report).rethrow();
            }
            Err(reported(&report))
        }
        // What is not of pgrx's making comes as a panic.
        CaughtError::RustPanic { payload, .. } => match payload.downcast::<Raised>() {
            Ok(raised) => {
                let (Raised::Server(error) | Raised::Own(error)) = *raised;
                // SAFETY: the data live until the end of the transaction, which has not ended.
                let error = unsafe { &*error };
                if error.sqlerrcode == PgSqlErrorCode::ERRCODE_QUERY_CANCELED as i32 {
                    resume_unwind(raised);
                }
                Err(server_error(error))
            }
            Err(payload) => resume_unwind(payload),
        },
    })
}

fn server_error(error: &pg_sys::ErrorData) -> SessionError {
    let text = |field: *const c_char| {
        // SAFETY: a field of an error is null or NUL-terminated.
        (!field.is_null()).then(|| unsafe { CStr::from_ptr(field) }.to_string_lossy().into_owned())
    };
    SessionError {
        sqlstate: decode_sqlstate(error.sqlerrcode),
        message: text(error.message).unwrap_or_default(),
        detail: text(error.detail),
        hint: text(error.hint),
        position: [error.cursorpos, error.internalpos]
            .into_iter()
            .find_map(|position| u32::try_from(position).ok().filter(|position| *position > 0)),
        context: text(error.context),
    }
}

fn reported(report: &ErrorReportWithLevel) -> SessionError {
    SessionError {
        sqlstate: decode_sqlstate(report.sql_error_code() as i32),
        message: report.message().to_owned(),
        detail: report.detail().map(str::to_owned),
        hint: report.hint().map(str::to_owned),
        ..SessionError::default()
    }
}
