//! libpq's environment variables and defaults.

use std::path::Path;

use super::{ConnectionSettings, Endpoint, Host, SettingsError};
use crate::process;

/// Environment variables of libpq and the parameters they stand for (manual: "Environment Variables").
const VARIABLES: &[(&str, &str)] = &[
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGDATABASE", "dbname"),
    ("PGSSLMODE", "sslmode"),
    ("PGAPPNAME", "application_name"),
    ("PGOPTIONS", "options"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
];

/// Where servers put their sockets: Debian and Red Hat, and PostgreSQL's own default.
const SOCKET_DIRECTORIES: &[&str] = &["/var/run/postgresql", "/tmp"];

impl ConnectionSettings {
    /// What is left open filled in from this process's environment and libpq's defaults.
    ///
    /// # Errors
    /// [`SettingsError`] when a variable holds what its parameter can't take.
    pub fn resolved(&self) -> Result<Self, SettingsError> {
        self.resolved_from(|name| std::env::var(name).ok())
    }

    /// The same with another environment.
    ///
    /// # Errors
    /// As [`resolved`](Self::resolved).
    pub fn resolved_from(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let mut settings = self.clone();
        for (name, keyword) in VARIABLES {
            if !self.has(keyword)
                && let Some(value) = variable(name)
            {
                settings.set(keyword, value)?;
            }
        }
        if self.endpoints.iter().all(|endpoint| endpoint.host.is_none()) {
            let ports: Vec<String> = self
                .endpoints
                .iter()
                .filter_map(|endpoint| endpoint.port)
                .map(|port| port.to_string())
                .collect();
            let ports = if ports.is_empty() { variable("PGPORT") } else { Some(ports.join(",")) };
            settings.set_endpoints(variable("PGHOST").as_deref(), ports.as_deref())?;
        } else if let Some(port) = variable("PGPORT") {
            let mut other = Self::default();
            other.set_endpoints(None, Some(&port))?;
            if let [Endpoint { port: Some(port), .. }] = other.endpoints[..] {
                for endpoint in &mut settings.endpoints {
                    endpoint.port.get_or_insert(port);
                }
            }
        }
        if settings.endpoints.is_empty() {
            settings.endpoints.push(Endpoint::default());
        }
        for endpoint in &mut settings.endpoints {
            endpoint.host.get_or_insert_with(default_host);
        }
        if settings.user.is_none() {
            settings.user = process::user_name();
        }
        if settings.dbname.is_none() {
            settings.dbname.clone_from(&settings.user);
        }
        Ok(settings)
    }

    fn has(&self, keyword: &str) -> bool {
        match keyword {
            "user" => self.user.is_some(),
            "password" => self.password.is_some(),
            "dbname" => self.dbname.is_some(),
            "sslmode" => self.ssl_mode.is_some(),
            keyword => self.parameters.contains_key(keyword),
        }
    }
}

fn default_host() -> Host {
    let directory = SOCKET_DIRECTORIES.iter().find(|directory| Path::new(directory).is_dir());
    directory.map_or_else(|| Host::Name("localhost".into()), |directory| Host::Socket((*directory).into()))
}
