//! libpq's `target_session_attrs`: which of several servers will do.

use tokio_postgres::Error;

use crate::session::client::Client;
use crate::settings::{ConnectionSettings, SettingsError};

/// The kind of server that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

/// One round over the servers; there are two when a kind is only preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass(Target);

impl Target {
    pub(super) fn of(settings: &ConnectionSettings) -> Result<Self, SettingsError> {
        Ok(match settings.parameter("target_session_attrs") {
            None | Some("any") => Self::Any,
            Some("read-write") => Self::ReadWrite,
            Some("read-only") => Self::ReadOnly,
            Some("primary") => Self::Primary,
            Some("standby") => Self::Standby,
            Some("prefer-standby") => Self::PreferStandby,
            Some(_) => {
                return Err(SettingsError::InvalidValue {
                    keyword: "target_session_attrs".into(),
                    expected: "any, read-write, read-only, primary, standby or prefer-standby",
                });
            }
        })
    }

    pub(super) fn passes(self) -> Vec<Pass> {
        match self {
            Self::PreferStandby => vec![Pass(Self::Standby), Pass(Self::Any)],
            target => vec![Pass(target)],
        }
    }
}

impl Pass {
    /// Why a server won't do, if it won't.
    pub(super) fn refuses(self, client: &mut Client) -> Result<Option<&'static str>, Error> {
        if self.0 == Target::Any {
            return Ok(None);
        }
        let sql =
            "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')";
        let row = client.first_row(sql)?;
        let is = |column, value| row.as_ref().and_then(|row| row.get(column)) == Some(value);
        let is_standby = is(0, "t");
        let is_read_only = is_standby || is(1, "on");
        Ok(match self.0 {
            Target::ReadWrite if is_read_only => Some("session is read-only"),
            Target::ReadOnly if !is_read_only => Some("session is not read-only"),
            Target::Primary if is_standby => Some("server is in hot standby mode"),
            Target::Standby if !is_standby => Some("server is not in hot standby mode"),
            _ => None,
        })
    }
}
