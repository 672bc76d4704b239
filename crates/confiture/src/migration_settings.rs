//! [`MigrationSettings`]: how migrations run, `[migrations]` of `confiture.toml` and of environments.
//!
//! A new setting is a field here, a key of [`Section`] with its line in [`Section::read`], and what
//! [`MigrationSettings::apply`] does with it.

use std::collections::BTreeSet;
use std::time::Duration;

use pggit_catalog::hazard::Hazard;
use pggit_db::connection::Connection;
use pggit_db::ledger::LedgerName;
use pggit_migrate::{TemplateUse, directive};
use serde::Deserialize;
use toml::Spanned;

use crate::config::Source;
use crate::environment::Lookup;
use crate::error::Result;
use crate::migrator::{Migrator, TemplateSettings};

/// How migrations run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationSettings {
    /// Directory of the migrations, from the root of the project.
    pub directory: String,
    /// The ledger.
    pub ledger: LedgerName,
    /// How long to wait for another runner; `None`: as long as it takes.
    pub lock_wait: Option<Duration>,
    /// Templates in the files; environment variables are the caller's to give.
    pub templates: TemplateSettings,
    /// How long a statement waits for a lock; `None`: as the server or the role has it, else two seconds.
    pub lock_timeout: Option<Duration>,
    /// How often what fails for want of a lock is tried again; `None`: ten times.
    pub lock_retries: Option<u32>,
    /// Whether ways down are derived and recorded while migrations run.
    pub record_down: bool,
    /// The hazards that migrations may have; `None`: any.
    pub allow_hazards: Option<BTreeSet<Hazard>>,
}

impl Default for MigrationSettings {
    fn default() -> Self {
        Self {
            directory: "db/migrations".to_owned(),
            ledger: LedgerName::default(),
            lock_wait: None,
            templates: TemplateSettings::default(),
            lock_timeout: None,
            lock_retries: None,
            record_down: false,
            allow_hazards: None,
        }
    }
}

impl MigrationSettings {
    /// A runner that runs migrations so.
    #[must_use]
    pub fn apply<'s, C: Connection>(&self, mut migrator: Migrator<'s, C>) -> Migrator<'s, C> {
        migrator = migrator
            .ledger(self.ledger.clone())
            .templates(self.templates.clone())
            .record_down(self.record_down);
        if let Some(patience) = self.lock_wait {
            migrator = migrator.lock_wait(patience);
        }
        if let Some(timeout) = self.lock_timeout {
            migrator = migrator.usual_lock_timeout(timeout);
        }
        if let Some(retries) = self.lock_retries {
            migrator = migrator.lock_retries(retries);
        }
        migrator
    }
}

/// The keys of `[migrations]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Section {
    directory: Option<Spanned<String>>,
    /// Of `confiture.toml` alone.
    pub(crate) environments: Option<Spanned<String>>,
    ledger: Option<Spanned<String>>,
    module: Option<Spanned<String>>,
    lock_wait: Option<Spanned<String>>,
    templates: Option<bool>,
    schema: Option<Spanned<String>>,
    lock_timeout: Option<Spanned<String>>,
    lock_retries: Option<u32>,
    record_down: Option<bool>,
    allow_hazards: Option<Vec<Spanned<String>>>,
}

impl Section {
    /// The settings; what is left open is as `usual`.
    pub(crate) fn read(
        &self,
        source: &Source<'_>,
        usual: &MigrationSettings,
        lookup: &Lookup<'_>,
    ) -> Result<MigrationSettings> {
        let mut settings = usual.clone();
        if let Some(directory) = &self.directory {
            settings.directory = source.value("migrations.directory", directory, lookup)?;
        }
        if let Some(ledger) = &self.ledger {
            settings.ledger =
                source.ledger_name("migrations.ledger", ledger.as_ref(), &ledger.span(), lookup)?;
        }
        if let Some(module) = &self.module {
            let name = source.value("migrations.module", module, lookup)?;
            settings.ledger = settings.ledger.of_module(name).ok_or_else(|| {
                source
                    .error(Some(module.span()), "\"migrations.module\": the ledger has no modules")
                    .hint("That of pgdbm has: ledger = \"schema_migrations\".")
            })?;
        }
        if let Some(time) = &self.lock_wait {
            settings.lock_wait = Some(timeout(source, "lock_wait", time, lookup)?);
        }
        match self.templates {
            Some(true) => settings.templates.files = TemplateUse::Always,
            Some(false) => settings.templates.files = TemplateUse::Never,
            None => {}
        }
        if let Some(schema) = &self.schema {
            settings.templates.schema = Some(source.value("migrations.schema", schema, lookup)?);
        }
        if let Some(time) = &self.lock_timeout {
            settings.lock_timeout = Some(timeout(source, "lock_timeout", time, lookup)?);
        }
        settings.lock_retries = self.lock_retries.or(settings.lock_retries);
        settings.record_down = self.record_down.unwrap_or(settings.record_down);
        if let Some(names) = &self.allow_hazards {
            settings.allow_hazards =
                Some(names.iter().map(|name| hazard(source, name)).collect::<Result<_>>()?);
        }
        Ok(settings)
    }
}

/// A hazard by its id.
fn hazard(source: &Source<'_>, name: &Spanned<String>) -> Result<Hazard> {
    Hazard::from_id(name.as_ref()).ok_or_else(|| {
        let known: Vec<&str> = Hazard::ALL.iter().map(|hazard| hazard.id()).collect();
        let message = format!("\"migrations.allow_hazards\": there is no hazard \"{}\"", name.as_ref());
        source.error(Some(name.span()), &message).hint(format!("Known are {}.", known.join(", ")))
    })
}

/// A time such as `5s`.
fn timeout(source: &Source<'_>, key: &str, value: &Spanned<String>, lookup: &Lookup<'_>) -> Result<Duration> {
    let text = source.value(&format!("migrations.{key}"), value, lookup)?;
    directive::timeout(key, &text).map_err(|message| source.error(Some(value.span()), &message))
}
