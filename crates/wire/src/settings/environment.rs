//! libpq's environment variables, service files and defaults.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::keyword::VARIABLES;
use super::{ConnectionSettings, Endpoint, Host, SettingsError, SslMode, service};
use crate::process;

/// Where servers put their sockets: Debian and Red Hat, and PostgreSQL's own default.
pub(super) const SOCKET_DIRECTORIES: &[&str] = &["/var/run/postgresql", "/tmp"];

/// One part of a server, as text.
type Part = fn(&Endpoint) -> Option<String>;

/// The environment that settings are completed from.
pub(crate) struct Surroundings<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Surroundings<'a> {
    /// Those with these variables.
    pub(crate) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { variable }
    }

    /// A variable that is not empty.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    /// A file in the user's home directory.
    pub(crate) fn in_home(&self, file: &str) -> Option<PathBuf> {
        let home = self.variable("HOME").or_else(process::home)?;
        Some(Path::new(&home).join(file))
    }
}

impl ConnectionSettings {
    /// What is left open filled in as libpq does: from the service that is named here or by `PGSERVICE`, then from the
    /// environment of this process, then from libpq's defaults. Passwords of the password file are looked up when it
    /// comes to connecting.
    ///
    /// # Errors
    /// [`SettingsError`] when a variable or a service holds what its parameter can't take, or there is no such service.
    pub fn resolved(&self) -> Result<Self, SettingsError> {
        self.resolved_from(|name| std::env::var(name).ok())
    }

    /// The same with another environment.
    ///
    /// # Errors
    /// As [`resolved`](Self::resolved).
    pub fn resolved_from(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let surroundings = Surroundings::new(&variable);
        let mut values = self.values();
        let service = values.get("service").cloned().filter(|name| !name.is_empty());
        if let Some(name) = service.or_else(|| surroundings.variable("PGSERVICE")) {
            let file = values.get("servicefile").cloned();
            for (keyword, value) in service::find(&name, file.as_deref(), &surroundings)? {
                values.entry(keyword).or_insert(value);
            }
        }
        let has_mode = values.contains_key("sslmode");
        for (name, keyword) in VARIABLES {
            if let Some(value) = surroundings.variable(name) {
                values.entry((*keyword).to_owned()).or_insert(value);
            }
        }
        let mut settings = Self::from_values(values)?;
        if !has_mode && surroundings.variable("PGSSLMODE").is_none() {
            settings.ssl_mode = match settings.parameter("requiressl") {
                Some("1") => Some(SslMode::Require),
                _ if settings.parameter("sslrootcert") == Some("system") => Some(SslMode::VerifyFull),
                _ => settings.ssl_mode,
            };
        }
        if settings.endpoints.is_empty() {
            settings.endpoints.push(Endpoint::default());
        }
        for endpoint in &mut settings.endpoints {
            if endpoint.address.is_none() {
                endpoint.host.get_or_insert_with(default_host);
            }
        }
        if settings.user.is_none() {
            settings.user = process::user_name();
        }
        if settings.dbname.is_none() {
            settings.dbname.clone_from(&settings.user);
        }
        Ok(settings)
    }

    /// The same server, database and role, with a search path of its own from the start, which `RESET ALL` comes back to.
    /// What stands in the path has to be quoted.
    ///
    /// # Errors
    /// As [`resolved`](Self::resolved): options that the environment gives stay.
    pub fn with_search_path(&self, path: &str) -> Result<Self, SettingsError> {
        let mut settings = self.resolved()?;
        let escaped: String = path
            .chars()
            .flat_map(|c| (c == '\\' || c.is_whitespace()).then_some('\\').into_iter().chain([c]))
            .collect();
        let options = settings.parameters.entry("options".into()).or_default();
        if !options.is_empty() {
            options.push(' ');
        }
        options.push_str("-csearch_path=");
        options.push_str(&escaped);
        Ok(settings)
    }

    /// All that is given, by keyword.
    fn values(&self) -> BTreeMap<String, String> {
        let mut values = self.parameters.clone();
        let lists: [(&str, Part); 3] = [
            ("host", |endpoint| endpoint.host.as_ref().map(|host| host.as_str().to_owned())),
            ("hostaddr", |endpoint| endpoint.address.map(|address| address.to_string())),
            ("port", |endpoint| endpoint.port.map(|port| port.to_string())),
        ];
        for (keyword, value) in lists {
            let list: Vec<Option<String>> = self.endpoints.iter().map(value).collect();
            if list.iter().any(Option::is_some) {
                let list: Vec<String> = list.into_iter().map(Option::unwrap_or_default).collect();
                values.insert(keyword.to_owned(), list.join(","));
            }
        }
        let rest = [
            ("user", self.user.clone()),
            ("password", self.password.as_ref().map(|password| password.reveal().to_owned())),
            ("dbname", self.dbname.clone()),
            ("sslmode", self.ssl_mode.map(|mode| mode.as_str().to_owned())),
        ];
        values.extend(rest.into_iter().filter_map(|(keyword, value)| Some((keyword.to_owned(), value?))));
        values
    }

    fn from_values(mut values: BTreeMap<String, String>) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        let lists = ["host", "hostaddr", "port"].map(|keyword| values.remove(keyword));
        let [hosts, addresses, ports] = lists.each_ref().map(Option::as_deref);
        settings.set_endpoints(hosts, addresses, ports)?;
        for (keyword, value) in values {
            settings.set(&keyword, value)?;
        }
        Ok(settings)
    }
}

fn default_host() -> Host {
    let directory = SOCKET_DIRECTORIES.iter().find(|directory| Path::new(directory).is_dir());
    directory.map_or_else(|| Host::Name("localhost".into()), |directory| Host::Socket((*directory).into()))
}
