//! What a statement does to the relations that are there: seen by running it.
//!
//! Locks are read from `pg_locks` before the transaction ends. Rewrites, scans and index builds are told by messages of
//! level DEBUG1, which the server does not translate.

use std::collections::{BTreeMap, BTreeSet};

use pggit_db::session::{RowError, Session, SessionError};

use crate::session::WireSession;

/// A relation by schema and name.
pub type Name = (String, String);

/// What one statement did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observation {
    /// The strongest lock on each table, view and materialized view that was there before, by the names that they had
    /// before the statement; modes as `pg_locks` calls them.
    pub locks: BTreeMap<Name, String>,
    /// Tables that were written anew, by their names alone.
    pub rewritten: BTreeSet<String>,
    /// Tables all of whose rows were read to see whether they fit.
    pub scanned: BTreeSet<String>,
    /// Foreign keys that were checked.
    pub checked_keys: BTreeSet<String>,
    /// Indexes that were built, and on which tables.
    pub built: BTreeSet<(String, String)>,
}

/// Modes of locks as `pg_locks` calls them, weakest first.
const MODES: [&str; 8] = [
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
];

/// Watches statements in one database.
#[derive(Debug)]
pub struct Observer {
    there: BTreeSet<i64>,
}

impl Observer {
    /// An observer of the relations that are there now.
    ///
    /// # Errors
    /// The server's error.
    pub fn of(session: &mut WireSession) -> Result<Self, SessionError> {
        Ok(Self { there: relations(session)?.into_keys().collect() })
    }

    /// Those of its relations that are there still, by OID.
    ///
    /// # Errors
    /// The server's error.
    pub fn present(&self, session: &mut WireSession) -> Result<BTreeMap<i64, Name>, SessionError> {
        let mut present = relations(session)?;
        present.retain(|oid, _| self.there.contains(oid));
        Ok(present)
    }

    /// Runs `sql` in a transaction and says what it did to the relations of the observer.
    ///
    /// # Errors
    /// The server's error; the transaction is then rolled back.
    pub fn run(&self, session: &mut WireSession, sql: &str) -> Result<Observation, SessionError> {
        let names = self.present(session)?;
        session.transaction(|session| {
            session.script("SET LOCAL client_min_messages = debug1")?;
            session.take_notices();
            session.script(sql)?;
            let mut observation = Observation::default();
            for notice in session.take_notices() {
                observation.take(&notice.message);
            }
            session.script("SET LOCAL client_min_messages = warning")?;
            for row in session.query(include_str!("observation/locks.sql"), &[])? {
                let oid = row.int(0).map_err(|error| unexpected(&error))?;
                let mode = row.text(1).map_err(|error| unexpected(&error))?;
                let Some(name) = names.get(&oid) else { continue };
                let strength = |mode: &str| MODES.iter().position(|other| *other == mode);
                let held = observation.locks.entry(name.clone()).or_insert_with(|| mode.to_owned());
                if strength(mode) > strength(held) {
                    mode.clone_into(held);
                }
            }
            Ok(observation)
        })
    }
}

impl Observation {
    fn take(&mut self, message: &str) {
        let mut quoted = message.split('"').skip(1).step_by(2).map(str::to_owned);
        let (first, second) = (quoted.next(), quoted.next());
        let Some(first) = first else { return };
        if message.starts_with("rewriting table") {
            self.rewritten.insert(first);
        } else if message.starts_with("verifying table") {
            self.scanned.insert(first);
        } else if message.starts_with("validating foreign key constraint") {
            self.checked_keys.insert(first);
        } else if let ("building index", Some(table)) = (message.get(..14).unwrap_or_default(), second)
            && !table.starts_with("pg_toast")
        {
            self.built.insert((first, table));
        }
    }
}

fn relations(session: &mut WireSession) -> Result<BTreeMap<i64, Name>, SessionError> {
    let rows = session.query(include_str!("observation/relations.sql"), &[])?;
    rows.iter()
        .map(|row| Ok((row.int(0)?, (row.text(1)?.to_owned(), row.text(2)?.to_owned()))))
        .collect::<Result<_, RowError>>()
        .map_err(|error| unexpected(&error))
}

fn unexpected(error: &RowError) -> SessionError {
    SessionError { sqlstate: "XX000".into(), message: error.to_string(), ..SessionError::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_the_server_are_understood() {
        let mut seen = Observation::default();
        for message in [
            "rewriting table \"t\"",
            "verifying table \"u\"",
            "validating foreign key constraint \"f\"",
            "building index \"i\" on table \"t\" serially",
            "building index \"pg_toast_1_index\" on table \"pg_toast_1\" serially",
            "CREATE TABLE will create implicit sequence \"s\" for serial column \"t.c\"",
        ] {
            seen.take(message);
        }
        assert_eq!(seen.rewritten, BTreeSet::from(["t".to_owned()]));
        assert_eq!(seen.scanned, BTreeSet::from(["u".to_owned()]));
        assert_eq!(seen.checked_keys, BTreeSet::from(["f".to_owned()]));
        assert_eq!(seen.built, BTreeSet::from([("i".to_owned(), "t".to_owned())]));
    }
}
