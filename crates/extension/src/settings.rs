//! The settings that all our work in a session rests on.

use std::ffi::CStr;

use pgrx::pg_sys;

/// What is pinned: how definitions are read, and what the statements that make them are run under. Temporary objects come last in the search path, so that none can stand in for a catalog's object.
const PINNED: &[(&CStr, &CStr)] = &[
    (c"search_path", c"pg_catalog, pg_temp"),
    (c"jit", c"off"),
    (c"client_min_messages", c"warning"),
    (c"check_function_bodies", c"off"),
    (c"row_security", c"off"),
    (c"standard_conforming_strings", c"on"),
    (c"transform_null_equals", c"off"),
    (c"quote_all_identifiers", c"off"),
    (c"DateStyle", c"ISO, MDY"),
    (c"IntervalStyle", c"postgres"),
    (c"TimeZone", c"UTC"),
    (c"extra_float_digits", c"1"),
    (c"bytea_output", c"hex"),
    (c"xmlbinary", c"base64"),
    (c"xmloption", c"content"),
    (c"lc_monetary", c"C"),
    (c"default_tablespace", c""),
    (c"default_table_access_method", c"heap"),
];

/// Settings of ours, in force from [`PinnedSettings::pin`] until the value is dropped.
///
/// After an error the server itself puts the caller's settings back, when it ends the (sub)transaction.
#[derive(Debug)]
#[must_use = "the settings end when the value is dropped"]
pub struct PinnedSettings {
    nest_level: i32,
}

impl PinnedSettings {
    /// Pins the settings.
    pub fn pin() -> Self {
        // SAFETY: called in a transaction, as every SQL function is; the level is closed by drop or by the server.
        let nest_level = unsafe { pg_sys::NewGUCNestLevel() };
        let pinned = Self { nest_level };
        for (name, value) in PINNED {
            // SAFETY: both strings are NUL-terminated and outlive the call, which copies them.
            unsafe {
                pg_sys::set_config_option(
                    name.as_ptr(),
                    value.as_ptr(),
                    pg_sys::GucContext::PGC_USERSET,
                    pg_sys::GucSource::PGC_S_SESSION,
                    pg_sys::GucAction::GUC_ACTION_SAVE,
                    true,
                    0,
                    false,
                );
            }
        }
        pinned
    }
}

impl Drop for PinnedSettings {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: closes the level opened in `pin`; levels opened above it are closed with it.
            unsafe { pg_sys::AtEOXact_GUC(true, self.nest_level) };
        }
    }
}
