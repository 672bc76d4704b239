//! The text of the statement at hand.

use std::ffi::{CStr, c_char};

use pgrx::pg_sys;

/// How much of a statement is recorded, in bytes. A block that runs a thousand commands is recorded a thousand times.
const LIMIT: usize = 64 * 1024;

/// Whether statements with this command tag are likely to carry a password and are not recorded.
pub(super) fn is_secret(tag: &CStr) -> bool {
    matches!(
        tag.to_bytes(),
        b"CREATE USER MAPPING"
            | b"ALTER USER MAPPING"
            | b"CREATE SUBSCRIPTION"
            | b"ALTER SUBSCRIPTION"
            | b"CREATE SERVER"
            | b"ALTER SERVER"
    )
}

/// The statement that the client sent, without its neighbours in the same message; at most `LIMIT` bytes of it.
///
/// # Safety
/// Only while a statement is executed.
pub(super) unsafe fn current() -> Option<pg_sys::Datum> {
    // SAFETY: the text is NUL-terminated and lives as long as the statement is executed; location and length have been
    // checked against it; the bytes are copied.
    unsafe {
        let (source, location, length) = source()?;
        let text = CStr::from_ptr(source).to_bytes();
        let text = text.get(location..).unwrap_or(text);
        let text = text.get(..length).unwrap_or(text).trim_ascii();
        if text.is_empty() {
            return None;
        }
        let (start, full) = (text.as_ptr().cast::<c_char>(), text.len() as i32);
        let kept = if text.len() > LIMIT { pg_sys::pg_mbcliplen(start, full, LIMIT as i32) } else { full };
        Some(pg_sys::Datum::from(pg_sys::cstring_to_text_with_len(start, kept)))
    }
}

/// Text, start and length (the rest, if there is none) of the outermost statement, in bytes.
///
/// # Safety
/// As [`current`].
unsafe fn source() -> Option<(*const c_char, usize, usize)> {
    // SAFETY: the portal that is being executed, its text and its list of statements are the server's own.
    unsafe {
        let portal = pg_sys::ActivePortal;
        if portal.is_null() || (*portal).sourceText.is_null() {
            let sent = pg_sys::debug_query_string;
            return (!sent.is_null()).then_some((sent, 0, usize::MAX));
        }
        let text = (*portal).sourceText;
        let statements = (*portal).stmts;
        if statements.is_null() || (*statements).length == 0 {
            return Some((text, 0, usize::MAX));
        }
        let statement = (*(*statements).elements).ptr_value.cast::<pg_sys::PlannedStmt>();
        let location = usize::try_from((*statement).stmt_location).unwrap_or(0);
        let length = match (*statement).stmt_len {
            length if length > 0 => length as usize,
            _ => usize::MAX,
        };
        Some((text, location, length))
    }
}
