//! Errors: of ours, raised as errors of the server, and of the server, passed on whole.
//!
//! pgrx turns an error of the server into a Rust panic and back, and keeps five of its fields on the way. The
//! statements of users run through [`guarded`] and [`boundary`] instead, which keep it as it is: SQLSTATE, position,
//! context, names of constraint and table.

use std::any::Any;
use std::ffi::CString;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;

use cee_scape::{SigJmpBufFields, call_with_sigsetjmp};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{PgLogLevel, PgSqlErrorCode, pg_sys};

// The server's functions themselves, not pgrx's guarded bindings, which would catch what is raised.
unsafe extern "C-unwind" {
    fn ReThrowError(error: *mut pg_sys::ErrorData) -> !;
    fn ThrowErrorData(error: *mut pg_sys::ErrorData);
}

/// An error on its way to [`boundary`]; the data live until the end of the transaction.
#[derive(Debug)]
pub(crate) enum Raised {
    /// Caught from the server.
    Server(*mut pg_sys::ErrorData),
    /// Made by [`raise`], not seen by the server yet.
    Own(*mut pg_sys::ErrorData),
}

// SAFETY: a payload of unwinding has to be Send; a backend has one thread.
unsafe impl Send for Raised {}

/// Ends the current statement with an error.
///
/// Style of the server: `message` is one line, starts in lower case and has no final period; `detail` and `hint` are
/// sentences. A `sqlstate` that is not in PostgreSQL's own list can be raised inside [`boundary`] only.
pub fn raise(sqlstate: &str, message: &str, detail: Option<&str>, hint: Option<&str>) -> ! {
    let number = encode_sqlstate(sqlstate);
    let code = PgSqlErrorCode::from(number);
    if code as i32 != number {
        resume_unwind(Box::new(Raised::Own(error_data(number, message, detail, hint))));
    }
    let mut report = ErrorReport::new(code, message.to_owned(), "pggit");
    if let Some(detail) = detail {
        report = report.set_detail(detail);
    }
    if let Some(hint) = hint {
        report = report.set_hint(hint);
    }
    report.report(PgLogLevel::ERROR);
    unreachable!("an error report of level ERROR does not return")
}

/// Runs `call`, and turns an error of the server into unwinding that only [`boundary`] and subtransactions stop.
///
/// # Safety
/// `call` calls functions of the server that are not guarded by pgrx, and owns nothing that has to be dropped. All of it
/// happens inside [`boundary`].
pub(crate) unsafe fn guarded<T>(call: impl FnOnce() -> T) -> T {
    let mut result = MaybeUninit::uninit();
    // SAFETY: what PG_TRY does: the handler is in force while `call` runs, and the stacks of handlers and of contexts
    // are put back on both ways out.
    unsafe {
        let context = pg_sys::CurrentMemoryContext;
        let handlers = pg_sys::PG_exception_stack;
        let contexts = pg_sys::error_context_stack;
        let jumped = call_with_sigsetjmp(false, |buffer| {
            pg_sys::PG_exception_stack = ptr::from_ref::<SigJmpBufFields>(buffer).cast_mut().cast();
            result.write(call());
            0
        });
        pg_sys::PG_exception_stack = handlers;
        pg_sys::error_context_stack = contexts;
        if jumped == 0 {
            return result.assume_init();
        }
        pg_sys::CurrentMemoryContext = pg_sys::TopTransactionContext;
        let error = pg_sys::CopyErrorData();
        pg_sys::FlushErrorState();
        pg_sys::CurrentMemoryContext = context;
        resume_unwind(Box::new(Raised::Server(error)))
    }
}

/// Runs `work` and raises the error that has ended it, if any, as it was.
pub fn boundary<T>(work: impl FnOnce() -> T) -> T {
    let payload: Box<dyn Any + Send> = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => return value,
        Err(payload) => payload,
    };
    let raised = match payload.downcast::<Raised>() {
        Ok(raised) => *raised,
        Err(payload) => resume_unwind(payload),
    };
    // SAFETY: the data live until the end of the transaction, and the server copies them. All frames of `work` are
    // gone; those between here and the server's handler are pgrx's and the SQL function's, which owns nothing.
    unsafe {
        match raised {
            Raised::Server(error) => ReThrowError(error),
            Raised::Own(error) => {
                ThrowErrorData(error);
                unreachable!("an error of level ERROR does not return")
            }
        }
    }
}

fn error_data(
    sqlstate: i32,
    message: &str,
    detail: Option<&str>,
    hint: Option<&str>,
) -> *mut pg_sys::ErrorData {
    // SAFETY: zeroed data are an error without any field; strings are copied into the same context.
    unsafe {
        let context = pg_sys::TopTransactionContext;
        let copy = |text: &str| {
            let text = CString::new(text.replace('\0', "")).expect("zero bytes have been taken out");
            pg_sys::MemoryContextStrdup(context, text.as_ptr())
        };
        let error: *mut pg_sys::ErrorData =
            pg_sys::MemoryContextAllocZero(context, size_of::<pg_sys::ErrorData>()).cast();
        (*error).elevel = PgLogLevel::ERROR as i32;
        (*error).sqlerrcode = sqlstate;
        (*error).message = copy(message);
        (*error).detail = detail.map_or(ptr::null_mut(), copy);
        (*error).hint = hint.map_or(ptr::null_mut(), copy);
        (*error).assoc_context = context;
        error
    }
}

/// The server's number for a SQLSTATE: six bits for each character, the first one lowest.
pub fn encode_sqlstate(sqlstate: &str) -> i32 {
    let code = if sqlstate.len() == 5 { sqlstate } else { "XX000" };
    code.bytes()
        .enumerate()
        .fold(0, |sum, (position, byte)| sum | ((i32::from(byte) - i32::from(b'0')) & 0x3f) << (6 * position))
}

/// The SQLSTATE of the server's number for it.
pub fn decode_sqlstate(code: i32) -> String {
    (0..5).map(|position| char::from(((code >> (6 * position)) & 0x3f) as u8 + b'0')).collect()
}
