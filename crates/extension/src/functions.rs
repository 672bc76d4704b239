//! The SQL functions of the repository. Each is one call to the facade; the types of rows and the errors change, nothing
//! else.

mod branch;
mod history;
mod merge;

use std::cell::Cell;

use confiture::{Error, Repository};
use pgrx::datum::TimestampWithTimeZone;

use crate::error::raise;
use crate::spi::SpiSession;

thread_local! {
    static OPERATION: Cell<bool> = const { Cell::new(false) };
}

/// Whether an operation of ours runs in this session: it puts rows aside itself.
pub(crate) fn in_operation() -> bool {
    OPERATION.get()
}

/// Marks an operation of ours, until it ends, also by an error.
struct Operation {
    outer: bool,
}

impl Operation {
    fn begin() -> Self {
        Self { outer: OPERATION.replace(true) }
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        OPERATION.set(self.outer);
    }
}

/// Runs one call to the facade, with our settings in force.
fn run<T>(work: impl FnOnce(&mut Repository<'_, SpiSession>) -> confiture::Result<T>) -> T {
    // Everything that has to end with an error belongs inside: see `SpiSession::with`.
    SpiSession::with(|session| {
        let _operation = Operation::begin();
        work(&mut Repository::new(session)).unwrap_or_else(|error| fail(&error))
    })
}

fn fail(error: &Error) -> ! {
    raise(&error.sqlstate, &error.message, error.detail.as_deref(), error.hint.as_deref())
}

/// The value of an argument that must not be NULL.
fn required<'a>(value: Option<&'a str>, name: &str) -> &'a str {
    value.unwrap_or_else(|| raise("22004", &format!("argument \"{name}\" must not be null"), None, None))
}

/// A limit on the number of rows; NULL is none.
fn limit(max_count: Option<i32>) -> usize {
    match max_count {
        None => usize::MAX,
        Some(count) => usize::try_from(count)
            .unwrap_or_else(|_| raise("22023", "argument \"max_count\" must not be negative", None, None)),
    }
}

/// The server's time for microseconds since the Unix epoch.
fn timestamp(unix_microseconds: i64) -> TimestampWithTimeZone {
    /// 2000-01-01, the server's epoch, in microseconds since the Unix epoch.
    const POSTGRES_EPOCH: i64 = 946_684_800_000_000;
    TimestampWithTimeZone::try_from(unix_microseconds - POSTGRES_EPOCH)
        .unwrap_or_else(|_| raise("22008", "a time of the repository is out of range", None, None))
}
