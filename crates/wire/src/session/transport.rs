//! Opens a connection. The one place that knows of transport security.

use std::time::Duration;

use pggit_db::session::SessionError;
use postgres::config::TargetSessionAttrs;
use postgres::{Client, Config, NoTls};

use super::notice::NoticeSink;
use super::{APPLICATION_NAME, error, unusable_settings};
use crate::settings::{ConnectionSettings, DEFAULT_PORT, Host, Password, SettingsError, SslMode};

/// Connects with settings whose defaults are filled in.
pub(super) fn open(settings: &ConnectionSettings, notices: NoticeSink) -> Result<Client, SessionError> {
    if settings.ssl_mode.is_some_and(|mode| mode >= SslMode::Require) {
        return Err(SessionError {
            sqlstate: "0A000".into(),
            message: "connections over TLS are not supported".into(),
            hint: Some("Use a unix socket, or \"sslmode=prefer\" on a network that you trust.".into()),
            ..SessionError::default()
        });
    }
    let mut config = configure(settings).map_err(|error| unusable_settings(&error))?;
    config.notice_callback(move |notice| notices.push(&notice));
    config.connect(NoTls).map_err(|error| error::from_connecting(&error, settings))
}

fn configure(settings: &ConnectionSettings) -> Result<Config, SettingsError> {
    let mut config = Config::new();
    for endpoint in &settings.endpoints {
        match &endpoint.host {
            Some(Host::Socket(directory)) => config.host_path(directory),
            Some(Host::Name(name)) => config.host(name),
            None => config.host("localhost"),
        };
        config.port(endpoint.port.unwrap_or(DEFAULT_PORT));
    }
    if let Some(user) = &settings.user {
        config.user(user);
    }
    if let Some(password) = settings.password.as_ref().map(Password::reveal) {
        config.password(password);
    }
    if let Some(dbname) = &settings.dbname {
        config.dbname(dbname);
    }
    config.ssl_mode(postgres::config::SslMode::Disable);
    let parameter = |keyword: &str| settings.parameters.get(keyword).map(String::as_str);
    let invalid = |keyword: &str, expected| SettingsError::InvalidValue { keyword: keyword.into(), expected };
    let seconds = |keyword: &str| -> Result<Option<u64>, SettingsError> {
        // libpq takes zero and less for "no limit".
        let number = parameter(keyword).map(str::parse::<i64>).transpose();
        let number = number.map_err(|_| invalid(keyword, "a number"))?;
        Ok(number.and_then(|number| u64::try_from(number).ok()).filter(|&number| number > 0))
    };
    config.application_name(
        parameter("application_name").or(parameter("fallback_application_name")).unwrap_or(APPLICATION_NAME),
    );
    if let Some(options) = parameter("options") {
        config.options(options);
    }
    if let Some(limit) = seconds("connect_timeout")? {
        config.connect_timeout(Duration::from_secs(limit));
    }
    if let Some(idle) = seconds("keepalives_idle")? {
        config.keepalives_idle(Duration::from_secs(idle));
    }
    if let Some(interval) = seconds("keepalives_interval")? {
        config.keepalives_interval(Duration::from_secs(interval));
    }
    if let Some(milliseconds) = seconds("tcp_user_timeout")? {
        config.tcp_user_timeout(Duration::from_millis(milliseconds));
    }
    if parameter("keepalives") == Some("0") {
        config.keepalives(false);
    }
    match parameter("target_session_attrs") {
        None | Some("any") => {}
        Some("read-write" | "primary") => {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        Some("read-only" | "standby") => {
            config.target_session_attrs(TargetSessionAttrs::ReadOnly);
        }
        Some(_) => {
            return Err(invalid("target_session_attrs", "any, read-write, read-only, primary or standby"));
        }
    }
    Ok(config)
}
