//! Where and as whom to connect: [`ConnectionSettings`].

mod environment;
mod keyvalue;
mod keyword;
mod password_file;
mod service;
mod url;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::str::FromStr;

use thiserror::Error;

pub(crate) use environment::Surroundings;
pub(crate) use password_file::PasswordFile;

/// The port of PostgreSQL where none is given.
pub const DEFAULT_PORT: u16 = 5432;

/// Where and as whom to connect.
///
/// Parsed from a `postgresql://` URL or a `key=value` string as libpq reads them (manual: "Connection Strings").
/// What is left open is taken from libpq's environment variables and defaults by
/// [`resolved`](ConnectionSettings::resolved), which connecting does by itself.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// Servers to try, in order. Empty: the default one.
    pub endpoints: Vec<Endpoint>,
    /// Role to connect as.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Password>,
    /// Database to connect to.
    pub dbname: Option<String>,
    /// Whether to use TLS.
    pub ssl_mode: Option<SslMode>,
    /// The other parameters of libpq, by keyword.
    pub parameters: BTreeMap<String, String>,
}

/// One server: host, address and port, all optional.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// Host; the default one if `None`.
    pub host: Option<Host>,
    /// Address to connect to, so that the host's name need not be looked up.
    pub address: Option<IpAddr>,
    /// Port; [`DEFAULT_PORT`] if `None`.
    pub port: Option<u16>,
}

/// A host name or address, or the directory of a unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// Name or IP address.
    Name(String),
    /// Directory that the socket `.s.PGSQL.PORT` is in.
    Socket(String),
}

/// A password, which shows itself to nobody but [`reveal`](Password::reveal).
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SslMode {
    /// Never.
    Disable,
    /// Only if the server insists.
    Allow,
    /// If the server can.
    Prefer,
    /// Always, whoever the server is.
    Require,
    /// Always, with a certificate of a known authority.
    VerifyCa,
    /// Always, with a certificate for this host.
    VerifyFull,
}

/// Why a connection string can't be read. Never holds a value of it: any may be a misplaced password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// Neither URL nor `key=value`.
    #[error("connection string is neither a postgresql:// URL nor key=value pairs")]
    NotAConnectionString,
    /// A `%` without two hexadecimal digits, or bytes that are not UTF-8.
    #[error("connection string has an invalid percent-encoded sequence")]
    Encoding,
    /// A `[` without `]`.
    #[error("connection string has an unterminated IPv6 address")]
    Bracket,
    /// A pair without `=`.
    #[error("connection string has a parameter without \"=\"")]
    MissingEquals,
    /// A quoted value without its end.
    #[error("connection string has an unterminated quoted value")]
    Unterminated,
    /// A keyword that libpq does not know.
    #[error("connection string has an unknown parameter \"{keyword}\"")]
    UnknownKeyword {
        /// The keyword.
        keyword: String,
    },
    /// A value that its parameter can't take.
    #[error("connection parameter \"{keyword}\" is invalid, expected {expected}")]
    InvalidValue {
        /// The keyword.
        keyword: String,
        /// What would be valid.
        expected: &'static str,
    },
    /// As many ports as hosts, or one for all.
    #[error("connection string names {hosts} hosts but {ports} ports")]
    PortCount {
        /// Number of hosts.
        hosts: usize,
        /// Number of ports.
        ports: usize,
    },
    /// As many addresses as hosts.
    #[error("connection string names {hosts} hosts but {addresses} addresses")]
    AddressCount {
        /// Number of hosts.
        hosts: usize,
        /// Number of addresses.
        addresses: usize,
    },
    /// No service of that name in any service file.
    #[error("definition of service \"{name}\" not found")]
    NoService {
        /// The service.
        name: String,
    },
    /// A line of a service file that is no `keyword=value`, or names another service.
    #[error("syntax error in service file \"{file}\", line {line}")]
    ServiceFile {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A file that is there and can't be read.
    #[error("could not read {what} \"{file}\": {reason}")]
    Unreadable {
        /// What it is.
        what: &'static str,
        /// The file.
        file: String,
        /// The system's reason.
        reason: String,
    },
}

impl SettingsError {
    fn unreadable(what: &'static str, file: &Path, error: &io::Error) -> Self {
        Self::Unreadable { what, file: file.display().to_string(), reason: error.to_string() }
    }
}

impl ConnectionSettings {
    /// Reads a `postgresql://` or `postgres://` URL, or `key=value` pairs.
    ///
    /// # Errors
    /// [`SettingsError`], which never quotes a value.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let text = text.trim();
        match text.strip_prefix("postgresql://").or_else(|| text.strip_prefix("postgres://")) {
            Some(rest) => url::parse(rest),
            None if text.contains('=') => keyvalue::parse(text),
            None => Err(SettingsError::NotAConnectionString),
        }
    }

    /// Settings for the socket in `directory`.
    #[must_use]
    pub fn socket(directory: &str, port: u16, user: &str, dbname: &str) -> Self {
        Self {
            endpoints: vec![Endpoint {
                host: Some(Host::Socket(directory.into())),
                address: None,
                port: Some(port),
            }],
            user: Some(user.into()),
            dbname: Some(dbname.into()),
            ..Self::default()
        }
    }

    /// The same server and role, another database.
    #[must_use]
    pub fn with_dbname(&self, dbname: &str) -> Self {
        Self { dbname: Some(dbname.into()), ..self.clone() }
    }

    /// The same server and database, another role without a password.
    #[must_use]
    pub fn with_user(&self, user: &str) -> Self {
        Self { user: Some(user.into()), password: None, ..self.clone() }
    }

    /// A URL that [`parse`](Self::parse) reads back to the same settings. The password is in it.
    #[must_use]
    pub fn to_url(&self) -> String {
        url::write(self, url::Secrets::Written)
    }

    /// Sets the endpoints from comma-separated lists, as `host=`, `hostaddr=` and `port=` take them.
    pub(crate) fn set_endpoints(
        &mut self,
        hosts: Option<&str>,
        addresses: Option<&str>,
        ports: Option<&str>,
    ) -> Result<(), SettingsError> {
        let hosts: Vec<Option<Host>> =
            hosts.map_or_else(Vec::new, |list| list.split(',').map(Host::from_text).collect());
        let addresses = list(addresses, parse_address)?;
        let ports = list(ports, parse_port)?;
        if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
            return Err(SettingsError::AddressCount { hosts: hosts.len(), addresses: addresses.len() });
        }
        let servers = hosts.len().max(addresses.len());
        if ports.len() > 1 && ports.len() != servers {
            return Err(SettingsError::PortCount { hosts: servers, ports: ports.len() });
        }
        let one_port = if ports.len() == 1 { ports.first() } else { None };
        self.endpoints = (0..servers.max(ports.len()))
            .map(|index| Endpoint {
                host: hosts.get(index).cloned().flatten(),
                address: addresses.get(index).copied().flatten(),
                port: ports.get(index).or(one_port).copied().flatten(),
            })
            .collect();
        if self.endpoints == [Endpoint::default()] {
            self.endpoints.clear();
        }
        Ok(())
    }
}

fn list<T>(
    text: Option<&str>,
    parse: impl Fn(&str) -> Result<Option<T>, SettingsError>,
) -> Result<Vec<Option<T>>, SettingsError> {
    text.map_or_else(|| Ok(Vec::new()), |list| list.split(',').map(parse).collect())
}

fn parse_address(text: &str) -> Result<Option<IpAddr>, SettingsError> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| SettingsError::InvalidValue {
            keyword: "hostaddr".into(),
            expected: "an IP address",
        }),
    }
}

fn parse_port(text: &str) -> Result<Option<u16>, SettingsError> {
    match text.trim() {
        "" => Ok(None),
        text => match text.parse::<u16>() {
            Ok(port) if port > 0 => Ok(Some(port)),
            _ => Err(SettingsError::InvalidValue {
                keyword: "port".into(),
                expected: "a number from 1 to 65535",
            }),
        },
    }
}

impl Host {
    /// A socket directory if `text` is an absolute path, else a name; empty text is no host.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "" => None,
            path if path.starts_with('/') => Some(Self::Socket(path.into())),
            name => Some(Self::Name(name.into())),
        }
    }

    /// The name, or the directory.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Name(text) | Self::Socket(text) => text,
        }
    }
}

impl Password {
    /// Wraps a password.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

impl SslMode {
    /// libpq's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl FromStr for SslMode {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        use SslMode::{Allow, Disable, Prefer, Require, VerifyCa, VerifyFull};
        [Disable, Allow, Prefer, Require, VerifyCa, VerifyFull]
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or_else(|| SettingsError::InvalidValue {
                keyword: "sslmode".into(),
                expected: "disable, allow, prefer, require, verify-ca or verify-full",
            })
    }
}

impl FromStr for ConnectionSettings {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        Self::parse(text)
    }
}

/// The URL with `***` in place of secrets, for messages.
impl fmt::Display for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&url::write(self, url::Secrets::Hidden))
    }
}

impl fmt::Debug for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionSettings({self})")
    }
}

#[cfg(test)]
mod tests;
