//! The session inside the server: [`SpiSession`].

mod parameter;
mod result;

use std::ffi::{CStr, CString, c_char, c_int, c_long};

use pggit_db::session::{Param, Row, Session, SessionError};
use pgrx::pg_sys;

use self::parameter::Parameters;
use crate::error::{self, raise};
use crate::settings::PinnedSettings;

// The server's functions themselves, not pgrx's guarded bindings: see `error::guarded`.
unsafe extern "C-unwind" {
    fn SPI_execute(text: *const c_char, read_only: bool, limit: c_long) -> c_int;
    fn SPI_execute_with_args(
        text: *const c_char,
        count: c_int,
        types: *mut pg_sys::Oid,
        values: *mut pg_sys::Datum,
        nulls: *const c_char,
        read_only: bool,
        limit: c_long,
    ) -> c_int;
}

/// Statements run on the server's own programming interface, in the caller's transaction.
///
/// An error of the server does not come back as a [`SessionError`]: it unwinds to the caller's statement.
#[derive(Debug)]
pub struct SpiSession {
    /// Parameters, converted text and detoasted values of the statement at hand.
    scratch: pg_sys::MemoryContext,
    /// Levels of [`Session::in_one_snapshot`].
    snapshots: u32,
    /// Owner of the extension, once looked up.
    owner: Option<pg_sys::Oid>,
}

impl SpiSession {
    /// Pins the settings, connects, hands the session to `work`, disconnects, and gives the caller's settings back.
    ///
    /// The one entry of every SQL function that does more than return a constant. An error of the server leaves from
    /// here as the server raised it, so nothing that has to be dropped may be owned by the caller's frame: `work`
    /// takes the arguments of the function by value.
    pub fn with<T>(work: impl FnOnce(&mut Self) -> T) -> T {
        error::boundary(|| {
            let _settings = PinnedSettings::pin();
            Self::connected(work)
        })
    }

    fn connected<T>(work: impl FnOnce(&mut Self) -> T) -> T {
        // SAFETY: called in a transaction. After an error the server itself disconnects, and frees the memory context
        // below as a child of the connection's own.
        let scratch = unsafe {
            check(pg_sys::SPI_connect(), "SPI_connect");
            pg_sys::AllocSetContextCreateInternal(
                pg_sys::CurrentMemoryContext,
                c"pggit statement".as_ptr(),
                0,
                8 * 1024,
                8 * 1024 * 1024,
            )
        };
        let mut session = Self { scratch, snapshots: 0, owner: None };
        let outcome = work(&mut session);
        // SAFETY: connected above; `work` has left the connection stack as it found it.
        unsafe { check(pg_sys::SPI_finish(), "SPI_finish") };
        outcome
    }

    fn run<T>(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        read_only: bool,
        outcome: impl FnOnce(pg_sys::MemoryContext) -> T,
    ) -> T {
        let statement = statement_text(sql);
        let mut parameters = Parameters::build(params, self.scratch);
        // SAFETY: the arrays have one element for each parameter and live until the call returns; the values live in
        // `scratch`, which is reset after the result has been read.
        unsafe {
            let (text, count) = (statement.as_ptr(), parameters.types.len() as i32);
            let (types, values) = (parameters.types.as_mut_ptr(), parameters.values.as_mut_ptr());
            let nulls = parameters.nulls.as_ptr().cast::<c_char>();
            let code =
                error::guarded(|| SPI_execute_with_args(text, count, types, values, nulls, read_only, 0));
            check(code, "SPI_execute_with_args");
            let outcome = outcome(self.scratch);
            pg_sys::SPI_freetuptable(pg_sys::SPI_tuptable);
            pg_sys::MemoryContextReset(self.scratch);
            outcome
        }
    }

    fn extension_owner(&mut self) -> pg_sys::Oid {
        if let Some(owner) = self.owner {
            return owner;
        }
        let rows = self.run(include_str!("spi/extension_owner.sql"), &[], self.snapshots > 0, result::rows);
        let owner = rows.first().and_then(|row| row.int(0).ok()).and_then(|oid| u32::try_from(oid).ok());
        let Some(owner) = owner.map(pg_sys::Oid::from) else {
            raise(
                "55000",
                "extension \"pggit\" is not installed in this database",
                None,
                Some("Run CREATE EXTENSION pggit."),
            );
        };
        self.owner = Some(owner);
        owner
    }
}

impl Session for SpiSession {
    fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, SessionError> {
        Ok(self.run(sql, params, self.snapshots > 0, result::rows))
    }

    fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, SessionError> {
        // SAFETY: a plain read of the backend's own state.
        Ok(self.run(sql, params, false, |_| unsafe { pg_sys::SPI_processed }))
    }

    fn script(&mut self, sql: &str) -> Result<(), SessionError> {
        let script = statement_text(sql);
        // SAFETY: the text is NUL-terminated and lives until the call returns.
        unsafe {
            let text = script.as_ptr();
            check(error::guarded(|| SPI_execute(text, false, 0)), "SPI_execute");
            pg_sys::SPI_freetuptable(pg_sys::SPI_tuptable);
        }
        Ok(())
    }

    fn as_owner<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let _identity = Identity::of_owner(self.extension_owner());
        work(self)
    }

    fn as_role<T, E>(&mut self, role: i64, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let Ok(role) = u32::try_from(role) else { raise("XX000", "an OID is out of range", None, None) };
        // SAFETY: a level of settings of its own, so that what users' code sets ends with it; after an error the server
        // closes it.
        let nest_level = unsafe { pg_sys::NewGUCNestLevel() };
        let outcome = {
            let _identity = Identity::restricted(pg_sys::Oid::from(role));
            work(self)
        };
        // SAFETY: closes the level opened above and those inside.
        unsafe { pg_sys::AtEOXact_GUC(false, nest_level) };
        outcome
    }

    fn sees_pages(&self) -> bool {
        true
    }

    fn in_one_snapshot<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<SessionError>,
    {
        // SAFETY: called in a transaction. Popped below; after an error the server pops it, and not we: there may be
        // snapshots of the failed statement above it.
        unsafe {
            pg_sys::CommandCounterIncrement();
            pg_sys::PushActiveSnapshot(pg_sys::GetTransactionSnapshot());
        }
        self.snapshots += 1;
        let outcome = work(self);
        self.snapshots -= 1;
        // SAFETY: the snapshot pushed above is on top again, since `work` has returned.
        unsafe { pg_sys::PopActiveSnapshot() };
        outcome
    }
}

/// The rights of another role, given back when the value is dropped, also by unwinding.
struct Identity {
    role: pg_sys::Oid,
    security_context: i32,
}

impl Identity {
    /// For statements of ours on tables of ours.
    fn of_owner(owner: pg_sys::Oid) -> Self {
        Self::assume(owner, pg_sys::SECURITY_LOCAL_USERID_CHANGE)
    }

    /// For statements that run code of users, as the server does it for indexes and materialized views.
    fn restricted(role: pg_sys::Oid) -> Self {
        Self::assume(role, pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION)
    }

    fn assume(role: pg_sys::Oid, context: u32) -> Self {
        let mut before = Self { role: pg_sys::InvalidOid, security_context: 0 };
        // SAFETY: both pointers are to fields that live through the call; the caller's identity is put back by drop.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&raw mut before.role, &raw mut before.security_context);
            pg_sys::SetUserIdAndSecContext(role, before.security_context | context as i32);
        }
        before
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        // SAFETY: the identity of before; the call raises no error.
        unsafe { pg_sys::SetUserIdAndSecContext(self.role, self.security_context) };
    }
}

/// The text of a statement as the server takes it.
fn statement_text(sql: &str) -> CString {
    CString::new(parameter::to_server_encoding(sql))
        .unwrap_or_else(|_| raise("22021", "a statement contains a zero byte", None, None))
}

/// Raises an error unless `code` is a success.
fn check(code: i32, call: &str) {
    if code >= 0 {
        return;
    }
    match code {
        pg_sys::SPI_ERROR_TRANSACTION => raise(
            "2D000",
            "a script that runs inside the server cannot begin or end a transaction",
            None,
            None,
        ),
        pg_sys::SPI_ERROR_COPY => raise(
            "0A000",
            "a script that runs inside the server cannot COPY to or from the client",
            None,
            None,
        ),
        _ => {
            // SAFETY: returns a NUL-terminated string that is constant or lives in a static buffer.
            let reason = unsafe { CStr::from_ptr(pg_sys::SPI_result_code_string(code)) };
            raise("XX000", &format!("{call} failed: {}", reason.to_string_lossy()), None, None)
        }
    }
}
