//! From our settings to the client library's.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pggit_db::session::SessionError;
use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, SslMode, SslNegotiation};

use crate::session::APPLICATION_NAME;
use crate::settings::{ConnectionSettings, DEFAULT_PORT, Endpoint, Host, Password, SettingsError};

/// How the line to a server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// Not at all.
    Plain,
    /// By TLS if the server can.
    TlsIfOffered,
    /// By TLS.
    Tls,
}

/// Parameters that change who is trusted, or what a connection is for. To ignore one that we can't honour would be
/// wrong; the values are those that change nothing.
const UNSUPPORTED: &[(&str, &[&str])] = &[
    ("gssencmode", &["disable", "prefer"]),
    ("replication", &["false", "off", "no", "0"]),
    ("require_auth", &[]),
    ("requirepeer", &[]),
];

/// Fails for parameters that are not supported.
pub(super) fn refuse_unsupported(settings: &ConnectionSettings) -> Result<(), SessionError> {
    let unsupported = |message: String, hint: Option<&str>| SessionError {
        sqlstate: "0A000".into(),
        message,
        hint: hint.map(ToOwned::to_owned),
        ..SessionError::default()
    };
    for (keyword, harmless) in UNSUPPORTED {
        if let Some(value) = settings.parameter(keyword)
            && !harmless.contains(&value)
        {
            return Err(unsupported(format!("connection parameter \"{keyword}\" is not supported"), None));
        }
    }
    let is_direct = settings.parameter("sslnegotiation") == Some("direct");
    if is_direct && settings.ssl_mode.is_none_or(|mode| mode < crate::settings::SslMode::Require) {
        return Err(unsupported(
            "weak sslmode can't be used with sslnegotiation=direct".into(),
            Some("Use \"sslmode=require\", \"verify-ca\" or \"verify-full\"."),
        ));
    }
    Ok(())
}

/// The servers in the order in which they are tried.
pub(super) fn in_order(settings: &ConnectionSettings) -> Vec<Endpoint> {
    let mut endpoints = settings.endpoints.clone();
    if settings.parameter("load_balance_hosts") == Some("random") {
        // Spread, not secret: the clock and the process will do.
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
        let mut state = u64::from(clock) ^ u64::from(std::process::id()) << 32;
        for last in (1..endpoints.len()).rev() {
            state = crate::process::fnv1a(&state.to_le_bytes());
            let chosen = usize::try_from(state % (last as u64 + 1)).unwrap_or(last);
            endpoints.swap(last, chosen);
        }
    }
    endpoints
}

/// How long one attempt may take. libpq takes zero and less for "no limit", and 1 for 2.
pub(super) fn timeout(settings: &ConnectionSettings) -> Result<Option<Duration>, SettingsError> {
    Ok(number(settings, "connect_timeout")?.map(|seconds| Duration::from_secs(seconds.max(2))))
}

/// A number above zero.
fn number(settings: &ConnectionSettings, keyword: &str) -> Result<Option<u64>, SettingsError> {
    let number = settings.parameter(keyword).map(|text| text.trim().parse::<i64>()).transpose();
    let number =
        number.map_err(|_| SettingsError::InvalidValue { keyword: keyword.into(), expected: "a number" })?;
    Ok(number.and_then(|number| u64::try_from(number).ok()).filter(|&number| number > 0))
}

/// The client library's settings for one address of one server.
pub(super) fn configure(
    settings: &ConnectionSettings,
    endpoint: &Endpoint,
    address: Option<IpAddr>,
    password: Option<&Password>,
    security: Security,
) -> Result<Config, SettingsError> {
    let mut config = Config::new();
    match (&endpoint.host, address) {
        (Some(Host::Name(name)), _) => config.host(name),
        (None, Some(address)) => config.host(address.to_string()),
        (Some(Host::Socket(directory)), None) => config.host_path(directory),
        (Some(Host::Socket(_)), Some(address)) => config.host(address.to_string()),
        (None, None) => config.host("localhost"),
    };
    if let Some(address) = address {
        config.hostaddr(address);
    }
    config.port(endpoint.port.unwrap_or(DEFAULT_PORT));
    config.ssl_mode(match security {
        Security::Plain => SslMode::Disable,
        Security::TlsIfOffered => SslMode::Prefer,
        Security::Tls => SslMode::Require,
    });
    if settings.parameter("sslnegotiation") == Some("direct") && security == Security::Tls {
        config.ssl_negotiation(SslNegotiation::Direct);
    }
    config.channel_binding(match settings.parameter("channel_binding") {
        Some("require") => ChannelBinding::Require,
        Some("disable") => ChannelBinding::Disable,
        _ => ChannelBinding::Prefer,
    });
    if let Some(user) = &settings.user {
        config.user(user);
    }
    if let Some(password) = password {
        config.password(password.reveal());
    }
    if let Some(dbname) = &settings.dbname {
        config.dbname(dbname);
    }
    let name = settings.parameter("application_name");
    let name = name.or_else(|| settings.parameter("fallback_application_name"));
    config.application_name(name.unwrap_or(APPLICATION_NAME));
    if let Some(options) = settings.parameter("options") {
        config.options(options);
    }
    if let Some(idle) = number(settings, "keepalives_idle")? {
        config.keepalives_idle(Duration::from_secs(idle));
    }
    if let Some(interval) = number(settings, "keepalives_interval")? {
        config.keepalives_interval(Duration::from_secs(interval));
    }
    if let Some(count) = number(settings, "keepalives_count")? {
        config.keepalives_retries(u32::try_from(count).unwrap_or(u32::MAX));
    }
    if let Some(milliseconds) = number(settings, "tcp_user_timeout")? {
        config.tcp_user_timeout(Duration::from_millis(milliseconds));
    }
    if settings.parameter("keepalives") == Some("0") {
        config.keepalives(false);
    }
    Ok(config)
}
