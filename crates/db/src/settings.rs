//! Settings that the text of definitions depends on, pinned while we read them.

use crate::session::{Param, RowError, Session, SessionError};

/// Names and values.
///
/// Under this search path objects of users are always qualified and those of `pg_catalog` never; `pg_temp` stands last
/// so that a temporary table never hides a system catalog. The others fix how constants and identifiers are written.
const PINNED: [(&str, &str); 11] = [
    ("search_path", "pg_catalog, pg_temp"),
    ("quote_all_identifiers", "off"),
    ("standard_conforming_strings", "on"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
    ("xmlbinary", "base64"),
    ("lc_monetary", "C"),
    // Costs more than it gains on catalog queries.
    ("jit", "off"),
];

/// Runs `work` under pinned settings and puts back what was set before.
///
/// Belongs inside a transaction, else every statement has the settings of the session again.
///
/// # Errors
/// Whatever `work` returns, or the error of changing a setting.
pub fn with_pinned_settings<S, T, E>(
    session: &mut S,
    work: impl FnOnce(&mut S) -> Result<T, E>,
) -> Result<T, E>
where
    S: Session,
    E: From<SessionError> + From<RowError>,
{
    let (names, values): (Vec<String>, Vec<String>) =
        PINNED.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).unzip();
    let before = set::<S, E>(session, &names, &values)?;
    let result = work(session);
    let restored = set::<S, E>(session, &names, &before);
    // After an error of the server the transaction can't go on, and its end puts the settings back.
    match result {
        Ok(value) => restored.map(|_| value),
        Err(error) => Err(error),
    }
}

fn set<S, E>(session: &mut S, names: &[String], values: &[String]) -> Result<Vec<String>, E>
where
    S: Session,
    E: From<SessionError> + From<RowError>,
{
    let rows = session
        .query(include_str!("settings/pin.sql"), &[Param::TextArray(names), Param::TextArray(values)])?;
    rows.iter().map(|row| Ok(row.text(1)?.to_owned())).collect()
}
