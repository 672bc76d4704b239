//! [`ScratchDatabase`]: a database that lives as long as a value.

use std::sync::atomic::{AtomicU32, Ordering};

use pggit_db::session::{Param, Row, RowError, Session, SessionError};

use crate::process::{self, ProcessIdentity};
use crate::session::WireSession;
use crate::settings::ConnectionSettings;

/// What the names of scratch databases begin with.
pub const PREFIX: &str = "pggit_scratch_";

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A database with a unique name beside a given one, dropped with this value.
///
/// Its name says which process of which host made it, so that one whose process was killed is recognised and dropped
/// when the next one is made from that host.
#[derive(Debug)]
pub struct ScratchDatabase {
    /// For the database that it stands beside.
    server: ConnectionSettings,
    settings: ConnectionSettings,
    name: String,
}

impl ScratchDatabase {
    /// Makes an empty database (from `template0`) with the encoding and locale of the database of `settings`.
    ///
    /// # Errors
    /// The server's error; `42501` when the role may not create databases.
    pub fn create(settings: &ConnectionSettings) -> Result<Self, SessionError> {
        Self::make(settings, include_str!("scratch/create.sql"), None)
    }

    /// Makes a copy of database `template` of the same server, to which nobody may be connected.
    ///
    /// # Errors
    /// As [`create`](Self::create); `55006` when someone is connected to `template`.
    pub fn copy_of(settings: &ConnectionSettings, template: &str) -> Result<Self, SessionError> {
        Self::make(settings, include_str!("scratch/copy.sql"), Some(template))
    }

    fn make(
        settings: &ConnectionSettings,
        statement: &str,
        template: Option<&str>,
    ) -> Result<Self, SessionError> {
        let mut session = WireSession::connect(settings)?;
        drop_stale(&mut session)?;
        let owner = ProcessIdentity::current();
        let host = process::host_id();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{host}_{}_{}_{number}", owner.pid, owner.started);
        let comment = format!(
            "scratch database of process {} on host {host}, started at tick {}",
            owner.pid, owner.started
        );
        let mut params = vec![Param::Text(&name), Param::Text(&comment)];
        params.extend(template.map(Param::Text));
        let statements = session.query(statement, &params)?;
        // From here on dropping the value cleans up, should the second statement fail.
        let scratch = Self { server: settings.clone(), settings: settings.with_dbname(&name), name };
        for row in &statements {
            session.script(row.text(0).map_err(|error| unexpected(&error))?)?;
        }
        Ok(scratch)
    }

    /// Settings to connect to it.
    #[must_use]
    pub fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Drops it, cutting off its sessions, and says whether that worked, which dropping the value can't.
    ///
    /// # Errors
    /// The server's error.
    pub fn remove(self) -> Result<(), SessionError> {
        let result = self.drop_database();
        // The value's own drop would only try the same again.
        std::mem::forget(self);
        result
    }

    fn drop_database(&self) -> Result<(), SessionError> {
        drop_database(&mut WireSession::connect(&self.server)?, &self.name)
    }
}

impl Drop for ScratchDatabase {
    fn drop(&mut self) {
        // A server that is gone or refuses can't be reported from here; the next scratch database tries again.
        let _ = self.drop_database();
    }
}

fn drop_database(session: &mut WireSession, name: &str) -> Result<(), SessionError> {
    let rows = session.query(include_str!("scratch/drop.sql"), &[Param::Text(name)])?;
    rows.iter().try_for_each(|row| session.script(row.text(0).map_err(|error| unexpected(&error))?))
}

/// Drops the scratch databases that processes of this host have left behind.
fn drop_stale(session: &mut WireSession) -> Result<(), SessionError> {
    let found = session.query(include_str!("scratch/list.sql"), &[Param::Text(PREFIX)])?;
    let host = process::host_id();
    for name in found.iter().filter_map(|row| stale_name(row, &host)) {
        match drop_database(session, name) {
            // Another process is dropping it, or it is another role's.
            Err(error) if ["42501", "3D000", "55006", "XX000"].contains(&error.sqlstate.as_str()) => {}
            result => result?,
        }
    }
    Ok(())
}

/// The name, if it is one that a process of this host gave and that process is gone.
fn stale_name<'a>(row: &'a Row, host: &str) -> Option<&'a str> {
    let name = row.text(0).ok()?;
    let mut parts = name.strip_prefix(PREFIX)?.split('_');
    let made_here = parts.next()? == host;
    let owner = ProcessIdentity { pid: parts.next()?.parse().ok()?, started: parts.next()?.parse().ok()? };
    parts.next()?.parse::<u32>().ok()?;
    (parts.next().is_none() && made_here && !owner.is_alive()).then_some(name)
}

fn unexpected(error: &RowError) -> SessionError {
    SessionError { sqlstate: "XX000".into(), message: error.to_string(), ..SessionError::default() }
}

#[cfg(test)]
mod tests {
    use pggit_db::session::Value;

    use super::*;

    #[test]
    fn only_names_of_dead_processes_of_this_host_are_stale() {
        let me = ProcessIdentity::current();
        let stale = |name: String| stale_name(&Row(vec![Value::Text(name)]), "0000beef").is_some();
        assert!(!stale(format!("{PREFIX}0000beef_{}_{}_0", me.pid, me.started)));
        assert!(stale(format!("{PREFIX}0000beef_{}_{}_0", me.pid, me.started + 1)));
        assert!(stale(format!("{PREFIX}0000beef_{}_7_0", i32::MAX)));
        assert!(!stale(format!("{PREFIX}0000dead_{}_7_0", i32::MAX)));
        for name in [
            "production",
            "pggit_scratch_",
            "pggit_scratch_0000beef",
            "pggit_scratch_0000beef_2147483647_7_0_x",
        ] {
            assert!(!stale(name.into()), "{name}");
        }
    }
}
