//! Opens a connection: servers, addresses and ways to them in libpq's order.

mod config;
mod target;

use std::net::{IpAddr, ToSocketAddrs};

use pggit_db::session::SessionError;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::client::{Client, ConnectError};
use super::notice::NoticeSink;
use super::{error, tls, unusable_settings};
use crate::settings::{
    ConnectionSettings, DEFAULT_PORT, Endpoint, Host, Password, PasswordFile, SslMode, Surroundings,
};
use config::{Security, configure};
use target::{Pass, Target};

/// SQLSTATE of a server that does not take this kind of connection, above all by a line of `pg_hba.conf`.
const NOT_AUTHORIZED: &str = "28000";

/// SQLSTATE of a server that is starting up or shutting down.
const NOT_NOW: &str = "57P03";

/// Connects with settings whose defaults are filled in.
pub(super) fn open(settings: &ConnectionSettings, notices: &NoticeSink) -> Result<Opened, SessionError> {
    let variable = |name: &str| std::env::var(name).ok();
    let surroundings = Surroundings::new(&variable);
    config::refuse_unsupported(settings)?;
    let target = Target::of(settings).map_err(|error| unusable_settings(&error))?;
    let passwords = match settings.password {
        Some(_) => PasswordFile::default(),
        None => PasswordFile::of(settings, &surroundings),
    };
    if let Some(warning) = &passwords.warning {
        notices.warn(warning);
    }
    let mut door = Door { settings, surroundings: &surroundings, passwords: &passwords, notices, tls: None };
    let mut refusals = Vec::new();
    for pass in target.passes() {
        for endpoint in config::in_order(settings) {
            match door.endpoint(&endpoint, pass) {
                Ok(opened) => return Ok(opened),
                Err(Refusal::Final(error)) => return Err(error),
                Err(Refusal::Next(error)) => refusals.push((endpoint, error)),
            }
        }
    }
    Err(error::of_all(refusals, settings))
}

/// A connection that was opened.
pub(super) struct Opened {
    pub client: Client,
    pub tls: Option<MakeRustlsConnect>,
    /// The password that was used.
    pub password: Option<Password>,
}

/// What an attempt led to when not to a connection.
enum Refusal {
    /// The next address or server may do.
    Next(SessionError),
    /// No other will be asked.
    Final(SessionError),
}

/// Everything that attempts need.
struct Door<'a> {
    settings: &'a ConnectionSettings,
    surroundings: &'a Surroundings<'a>,
    passwords: &'a PasswordFile,
    notices: &'a NoticeSink,
    /// Made when it is needed first.
    tls: Option<MakeRustlsConnect>,
}

impl Door<'_> {
    /// One server: all its addresses.
    fn endpoint(&mut self, endpoint: &Endpoint, pass: Pass) -> Result<Opened, Refusal> {
        let mut refused = None;
        for address in addresses(endpoint)? {
            match self.address(endpoint, address, pass) {
                Err(Refusal::Next(error)) => refused = Some(Refusal::Next(error)),
                other => return other,
            }
        }
        Err(refused.unwrap_or_else(|| Refusal::Next(error::unresolved(endpoint, "it has no address"))))
    }

    /// One address: over TLS and without, as `sslmode` says.
    fn address(
        &mut self,
        endpoint: &Endpoint,
        address: Option<IpAddr>,
        pass: Pass,
    ) -> Result<Opened, Refusal> {
        let mode = self.settings.ssl_mode.unwrap_or(SslMode::Prefer);
        let is_socket = matches!(endpoint.host, Some(Host::Socket(_)));
        let (first, second) = match mode {
            _ if is_socket => (Security::Plain, None),
            SslMode::Disable => (Security::Plain, None),
            SslMode::Allow => (Security::Plain, Some(Security::Tls)),
            SslMode::Prefer => (Security::TlsIfOffered, Some(Security::Plain)),
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => (Security::Tls, None),
        };
        let failed = match self.attempt(endpoint, address, first) {
            Ok(opened) => return self.checked(opened, pass),
            Err(failed) => failed,
        };
        let other_way = failed.is_of_tls || failed.error.sqlstate == NOT_AUTHORIZED && failed.is_from_server;
        if let Some(second) = second.filter(|_| other_way) {
            match self.attempt(endpoint, address, second) {
                Ok(opened) => return self.checked(opened, pass),
                // Where the other way is none, the first answer tells more.
                Err(again) if again.is_from_server => return Err(again.into_refusal()),
                Err(_) => {}
            }
        }
        Err(failed.into_refusal())
    }

    fn attempt(
        &mut self,
        endpoint: &Endpoint,
        address: Option<IpAddr>,
        security: Security,
    ) -> Result<Opened, Failed> {
        let password =
            self.settings.password.clone().or_else(|| self.passwords.password(self.settings, endpoint));
        let config = configure(self.settings, endpoint, address, password.as_ref(), security)
            .map_err(|error| Failed::of_settings(unusable_settings(&error)))?;
        let tls = match security {
            Security::Plain => None,
            Security::Tls | Security::TlsIfOffered => Some(self.connector()?),
        };
        let limit =
            config::timeout(self.settings).map_err(|error| Failed::of_settings(unusable_settings(&error)))?;
        let error = match Client::connect(&config, tls.clone(), self.notices.clone(), limit) {
            Ok(client) => return Ok(Opened { client, tls, password }),
            Err(error) => error,
        };
        let reason = match error {
            ConnectError::Library(error) => {
                return Err(Failed {
                    is_from_server: error.as_db_error().is_some(),
                    is_of_tls: error::is_of_tls(&error),
                    is_of_settings: false,
                    error: error::from_connecting(
                        &error,
                        self.settings,
                        endpoint,
                        password.is_some().then_some(self.passwords.path.as_deref()),
                    ),
                });
            }
            error @ (ConnectError::TimedOut { .. } | ConnectError::Runtime(_)) => error.to_string(),
        };
        Err(Failed {
            error: error::unreachable(endpoint, self.settings, &reason),
            is_from_server: false,
            is_of_tls: false,
            is_of_settings: false,
        })
    }

    fn connector(&mut self) -> Result<MakeRustlsConnect, Failed> {
        if let Some(tls) = &self.tls {
            return Ok(tls.clone());
        }
        let made = tls::connector(self.settings, self.surroundings).map_err(Failed::of_settings)?;
        Ok(self.tls.insert(made).clone())
    }

    /// The connection, if its server is of the kind that is wanted.
    fn checked(&self, mut opened: Opened, pass: Pass) -> Result<Opened, Refusal> {
        match pass.refuses(&mut opened.client) {
            Ok(None) => Ok(opened),
            Ok(Some(reason)) => Err(Refusal::Next(SessionError {
                sqlstate: "08001".into(),
                message: reason.to_owned(),
                ..SessionError::default()
            })),
            Err(error) => Err(Refusal::Next(error::plain(&error))),
        }
    }
}

/// An attempt that failed.
struct Failed {
    error: SessionError,
    is_from_server: bool,
    is_of_tls: bool,
    is_of_settings: bool,
}

impl Failed {
    fn of_settings(error: SessionError) -> Self {
        Self { error, is_from_server: false, is_of_tls: false, is_of_settings: true }
    }

    /// As in libpq the next server is asked unless this one has said no to who we are.
    fn into_refusal(self) -> Refusal {
        if self.is_of_settings || self.is_from_server && self.error.sqlstate != NOT_NOW {
            Refusal::Final(self.error)
        } else {
            Refusal::Next(self.error)
        }
    }
}

/// Where a server is; one `None` for a socket.
fn addresses(endpoint: &Endpoint) -> Result<Vec<Option<IpAddr>>, Refusal> {
    let name = match (&endpoint.host, endpoint.address) {
        (_, Some(address)) => return Ok(vec![Some(address)]),
        (Some(Host::Socket(_)), None) => return Ok(vec![None]),
        (Some(Host::Name(name)), None) => name.as_str(),
        (None, None) => "localhost",
    };
    let port = endpoint.port.unwrap_or(DEFAULT_PORT);
    let found = (name, port)
        .to_socket_addrs()
        .map_err(|reason| Refusal::Next(error::unresolved(endpoint, &reason.to_string())))?;
    Ok(found.map(|address| Some(address.ip())).collect())
}
