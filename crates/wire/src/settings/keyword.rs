//! libpq's parameters: their keywords, their environment variables, and what their values may be.

use super::{ConnectionSettings, Password, SettingsError, SslMode};

/// Environment variables of libpq and the parameters they stand for (manual: "Environment Variables").
pub(super) const VARIABLES: &[(&str, &str)] = &[
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGOPTIONS", "options"),
    ("PGAPPNAME", "application_name"),
    ("PGSSLMODE", "sslmode"),
    ("PGREQUIRESSL", "requiressl"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLCERTMODE", "sslcertmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGSSLSNI", "sslsni"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
    ("PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
];

/// Parameters that are kept as text.
const KEYWORDS: &[&str] = &[
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "options",
    "passfile",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "service",
    "servicefile",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
];

/// Parameters whose value is one of a few words, with what an error says of them.
const CHOICES: &[(&str, &[&str], &str)] = &[
    ("channel_binding", &["disable", "prefer", "require"], "disable, prefer or require"),
    ("gssencmode", &["disable", "prefer", "require"], "disable, prefer or require"),
    ("load_balance_hosts", &["disable", "random"], "disable or random"),
    ("ssl_max_protocol_version", PROTOCOLS, "TLSv1.2 or TLSv1.3"),
    ("ssl_min_protocol_version", PROTOCOLS, "TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3"),
    ("sslcertmode", &["disable", "allow", "require"], "disable, allow or require"),
    ("sslnegotiation", &["postgres", "direct"], "postgres or direct"),
    ("sslsni", &["0", "1"], "0 or 1"),
    (
        "target_session_attrs",
        &["any", "read-write", "read-only", "primary", "standby", "prefer-standby"],
        "any, read-write, read-only, primary, standby or prefer-standby",
    ),
];

const PROTOCOLS: &[&str] = &["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/// Parameters that are numbers.
const NUMBERS: &[(&str, &str)] = &[
    ("connect_timeout", "a number of seconds"),
    ("keepalives", "0 or 1"),
    ("keepalives_count", "a number"),
    ("keepalives_idle", "a number of seconds"),
    ("keepalives_interval", "a number of seconds"),
    ("tcp_user_timeout", "a number of milliseconds"),
];

impl ConnectionSettings {
    /// Sets one parameter by libpq's keyword; hosts, addresses and ports are set together, see
    /// [`set_endpoints`](Self::set_endpoints).
    pub(crate) fn set(&mut self, keyword: &str, value: String) -> Result<(), SettingsError> {
        let not_empty = |value: String| (!value.is_empty()).then_some(value);
        match keyword {
            "user" => self.user = not_empty(value),
            "password" => self.password = not_empty(value).map(Password),
            "dbname" => self.dbname = not_empty(value),
            "sslmode" => self.ssl_mode = Some(value.parse()?),
            "ssl" if value == "true" => self.ssl_mode = Some(SslMode::Require),
            _ if KEYWORDS.contains(&keyword) => {
                check(keyword, &value)?;
                self.parameters.insert(keyword.into(), value);
            }
            _ => return Err(SettingsError::UnknownKeyword { keyword: keyword.into() }),
        }
        Ok(())
    }

    /// The text of a parameter that was given one.
    pub(crate) fn parameter(&self, keyword: &str) -> Option<&str> {
        self.parameters.get(keyword).map(String::as_str).filter(|value| !value.is_empty())
    }
}

fn check(keyword: &str, value: &str) -> Result<(), SettingsError> {
    let invalid = |expected| SettingsError::InvalidValue { keyword: keyword.into(), expected };
    if value.is_empty() {
        return Ok(());
    }
    if let Some((_, choices, expected)) = CHOICES.iter().find(|(known, ..)| *known == keyword)
        && !choices.contains(&value)
    {
        return Err(invalid(expected));
    }
    if let Some((_, expected)) = NUMBERS.iter().find(|(known, _)| *known == keyword) {
        value.trim().parse::<i64>().map_err(|_| invalid(expected))?;
    }
    Ok(())
}
