//! The audit log: event triggers that record every DDL command in `pggit.audit_entry`.
//!
//! The functions are SECURITY DEFINER with a fixed search path, so that they record for roles without any rights on
//! pggit. They never fail a command for want of a place to record it: while the extension itself is made or dropped,
//! or an extension's script runs, they do nothing.

mod statement;

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::ptr;

use pgrx::pg_sys;
use pgrx::prelude::pg_extern;

use crate::error::raise;

/// `pggit.audit_ddl_command_end()`, event trigger.
#[pg_extern(sql = false)]
fn audit_ddl_command_end(fcinfo: pg_sys::FunctionCallInfo) {
    thread_local! {
        static PLANS: Plans = const { Plans::new(include_str!("audit/record_commands.sql")) };
    }
    PLANS.with(|plans| record(fcinfo, plans));
}

/// `pggit.audit_sql_drop()`, event trigger.
#[pg_extern(sql = false)]
fn audit_sql_drop(fcinfo: pg_sys::FunctionCallInfo) {
    thread_local! {
        static PLANS: Plans = const { Plans::new(include_str!("audit/record_drops.sql")) };
    }
    PLANS.with(|plans| record(fcinfo, plans));
}

/// `pggit.audit_refuse_change()`, trigger: what is recorded stays.
#[pg_extern(sql = false)]
fn audit_refuse_change(_fcinfo: pg_sys::FunctionCallInfo) {
    raise("42501", "the audit log cannot be changed", Some("Entries are only ever added."), None);
}

/// Plans of one statement that records, kept for the life of the backend. The server itself brings them up to date
/// when tables change or the extension is made anew.
struct Plans {
    template: &'static str,
    /// With the branch from the repository.
    with_branch: Cell<pg_sys::SPIPlanPtr>,
    /// For a database whose repository is not there (yet).
    without_branch: Cell<pg_sys::SPIPlanPtr>,
}

impl Plans {
    const fn new(template: &'static str) -> Self {
        Self { template, with_branch: Cell::new(ptr::null_mut()), without_branch: Cell::new(ptr::null_mut()) }
    }

    /// The plan, made on first use.
    ///
    /// # Safety
    /// Needs a connection of SPI.
    unsafe fn get(&self, has_repository: bool) -> pg_sys::SPIPlanPtr {
        let (plan, branch) = if has_repository {
            (&self.with_branch, "(SELECT r.head_branch FROM pggit.repository AS r LIMIT 1)")
        } else {
            (&self.without_branch, "NULL")
        };
        if plan.get().is_null() {
            let sql = CString::new(self.template.replace("{branch}", branch))
                .expect("the statements of this module contain no zero byte");
            let mut types = [pg_sys::TEXTOID; 5];
            // SAFETY: by the caller's promise; the types are copied. Without custom plans a command is not planned
            // anew each time.
            unsafe {
                let made = pg_sys::SPI_prepare_cursor(
                    sql.as_ptr(),
                    types.len() as i32,
                    types.as_mut_ptr(),
                    pg_sys::CURSOR_OPT_GENERIC_PLAN as i32,
                );
                if made.is_null() || pg_sys::SPI_keepplan(made) != 0 {
                    raise("XX000", "the statement that records commands could not be prepared", None, None);
                }
                plan.set(made);
            }
        }
        plan.get()
    }
}

fn record(fcinfo: pg_sys::FunctionCallInfo, plans: &Plans) {
    // SAFETY: the argument of a function call; its context is an event trigger's when its node tag says so.
    let event = unsafe {
        let context = (*fcinfo).context;
        if context.is_null() || (*context).type_ != pg_sys::NodeTag::T_EventTriggerData {
            raise("39P03", "this function can only be called as an event trigger", None, None);
        }
        &*context.cast::<pg_sys::EventTriggerData>()
    };
    // SAFETY: plain reads of the backend's own state. A read-only transaction has no DDL, but may have REINDEX.
    if unsafe { pg_sys::creating_extension || pg_sys::IsBinaryUpgrade || pg_sys::XactReadOnly } {
        return;
    }
    // SAFETY: look-ups by name in the catalog's cache.
    let (has_log, has_repository) = unsafe {
        let schema = pg_sys::get_namespace_oid(c"pggit".as_ptr(), true);
        let has_column = |table: &CStr, column: &CStr| {
            let table = pg_sys::get_relname_relid(table.as_ptr(), schema);
            table != pg_sys::InvalidOid && pg_sys::get_attnum(table, column.as_ptr()) != 0
        };
        (has_column(c"audit_entry", c"dropped"), has_column(c"repository", c"head_branch"))
    };
    if !has_log {
        return;
    }
    // SAFETY: called in a transaction. Values are made after connecting, in the connection's own context, and freed
    // with it. After an error the server disconnects.
    unsafe {
        if pg_sys::SPI_connect() < 0 {
            raise("XX000", "the statement that records commands could not be run", None, None);
        }
        let plan = plans.get(has_repository);
        let tag = pg_sys::GetCommandTagName(event.tag);
        let statement = if statement::is_secret(CStr::from_ptr(tag)) { None } else { statement::current() };
        let values = [
            c_text(pg_sys::GetUserNameFromId(pg_sys::GetSessionUserId(), true)),
            c_text(pg_sys::GetUserNameFromId(pg_sys::GetOuterUserId(), true)),
            c_text(pg_sys::application_name),
            statement,
            c_text(tag),
        ];
        let nulls = values.map(|value| if value.is_some() { b' ' } else { b'n' });
        let mut datums = values.map(|value| value.unwrap_or(pg_sys::Datum::null()));
        let code = pg_sys::SPI_execute_plan(plan, datums.as_mut_ptr(), nulls.as_ptr().cast(), false, 0);
        if code < 0 {
            raise("XX000", "the statement that records commands could not be run", None, None);
        }
        pg_sys::SPI_finish();
    }
}

/// A string of the server's as `text`; none for a null pointer.
///
/// # Safety
/// `string` is null or NUL-terminated.
unsafe fn c_text(string: *const std::ffi::c_char) -> Option<pg_sys::Datum> {
    // SAFETY: by the caller's promise; the bytes are copied.
    (!string.is_null()).then(|| pg_sys::Datum::from(unsafe { pg_sys::cstring_to_text(string) }))
}
