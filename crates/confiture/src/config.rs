//! [`Config`]: the file `confiture.toml` of a project.
//!
//! ```toml
//! [database]
//! url = "postgresql:///shop_dev"      # the development database
//!
//! [migrations]
//! directory = "db/migrations"
//! environments = "db/environments"
//! ledger = "tb_confiture"             # or "schema.table"; "fraiseql_migrations" and "schema_migrations" are of their tools
//! templates = true                    # in every file; false: in none; left out: where one stands outside quotes
//! schema = "myapp"                    # of {{tables.NAME}} and {{schema}}
//! ```
//!
//! Every key may be left out. Text may hold `${VARIABLE}`, see [`crate::environment`].

use std::ops::Range;

use pggit_db::ledger::LedgerName;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::environment::{Lookup, expand};
use crate::error::{Error, ErrorCode, Result};
use crate::migration_settings::{MigrationSettings, Section};

/// The name of the file.
pub const FILE_NAME: &str = "confiture.toml";

/// Endings of environments' files: ours, and those of Confiture for Python.
pub const ENVIRONMENT_ENDINGS: [&str; 3] = [".toml", ".yaml", ".yml"];

/// Settings of a project. Paths are relative to the directory of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// URL of the development database.
    pub database_url: Option<String>,
    /// Directory of the environments' files.
    pub environments: String,
    /// How migrations run where an environment does not say otherwise.
    pub migrations: MigrationSettings,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database_url: None,
            environments: "db/environments".to_owned(),
            migrations: MigrationSettings::default(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    database: DatabaseSection,
    migrations: Section,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DatabaseSection {
    url: Option<Spanned<String>>,
}

impl Config {
    /// Reads the text of a file called `file`; `lookup` gives the values of variables.
    ///
    /// # Errors
    /// [`ErrorCode::Project`] with file and line.
    pub fn parse(file: &str, text: &str, lookup: &Lookup<'_>) -> Result<Self> {
        let source = Source { file, text };
        let parsed: File = source.parse()?;
        let mut config = Self::default();
        let value = |key: &str, value: &Spanned<String>| source.value(key, value, lookup);
        if let Some(url) = &parsed.database.url {
            config.database_url = Some(value("database.url", url)?);
        }
        if let Some(environments) = &parsed.migrations.environments {
            config.environments = value("migrations.environments", environments)?;
        }
        config.migrations = parsed.migrations.read(&source, &config.migrations, lookup)?;
        Ok(config)
    }

    /// The files that may describe the environment `name`; the first that is there does.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidArgument`] for a name that would lead elsewhere.
    pub fn environment_files(&self, name: &str) -> Result<Vec<String>> {
        let is_usable = !name.is_empty()
            && !name.starts_with('.')
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !is_usable {
            let message = format!("\"{}\" is not a name of an environment", name.escape_debug());
            return Err(Error::new(ErrorCode::InvalidArgument, message)
                .hint("Names of environments have letters, digits, \"_\", \"-\" and \".\"."));
        }
        let directory = self.environments.trim_end_matches('/');
        Ok(ENVIRONMENT_ENDINGS.iter().map(|ending| format!("{directory}/{name}{ending}")).collect())
    }
}

/// A file that is being read.
pub(crate) struct Source<'a> {
    /// Its name.
    pub(crate) file: &'a str,
    /// Its content.
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// Reads TOML, unknown keys refused.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        toml::from_str(self.text).map_err(|error| {
            let mut lines = error.message().lines();
            let first = lines.next().unwrap_or_default();
            let converted = self.error(error.span(), first);
            let rest: Vec<&str> = lines.collect();
            if rest.is_empty() { converted } else { converted.detail(rest.join("\n")) }
        })
    }

    /// The text of a key, variables replaced; not empty.
    pub(crate) fn value(&self, key: &str, value: &Spanned<String>, lookup: &Lookup<'_>) -> Result<String> {
        self.text(key, value.as_ref(), &value.span(), lookup)
    }

    /// The same for a text at a place in the file.
    pub(crate) fn text(
        &self,
        key: &str,
        text: &str,
        span: &Range<usize>,
        lookup: &Lookup<'_>,
    ) -> Result<String> {
        let wrong = |message: &str| self.error(Some(span.clone()), &format!("\"{key}\"{message}"));
        let expanded = expand(text, lookup).map_err(|message| wrong(&format!(": {message}")))?;
        if expanded.is_empty() { Err(wrong(" is empty")) } else { Ok(expanded) }
    }

    /// `table` or `schema.table`.
    pub(crate) fn ledger_name(
        &self,
        key: &str,
        text: &str,
        span: &Range<usize>,
        lookup: &Lookup<'_>,
    ) -> Result<LedgerName> {
        let text = self.text(key, text, span, lookup)?;
        let (schema, table) = match text.split_once('.') {
            Some((schema, table)) => (Some(schema.to_owned()), table),
            None => (None, text.as_str()),
        };
        let is_name = |name: &str| !name.is_empty() && name.len() <= 63 && !name.contains('.');
        if !is_name(table) || !schema.as_deref().is_none_or(is_name) {
            return Err(self
                .error(Some(span.clone()), &format!("\"{key}\" is not the name of a table"))
                .hint("Write \"table\" or \"schema.table\"."));
        }
        Ok(LedgerName::of_table(schema, table))
    }

    pub(crate) fn error(&self, span: Option<Range<usize>>, message: &str) -> Error {
        let place = span.map_or_else(String::new, |span| {
            let before = self.text.get(..span.start).unwrap_or(self.text);
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            format!(":{line}:{column}")
        });
        Error::new(ErrorCode::Project, format!("{}{place}: {message}", self.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrator::TemplateSettings;

    fn config(text: &str) -> Result<Config> {
        Config::parse("confiture.toml", text, &|name| (name == "HOST").then(|| "db".to_owned()))
    }

    #[test]
    fn what_is_left_out_has_defaults() {
        assert_eq!(config(""), Ok(Config::default()));
        assert_eq!(
            Config::default().environment_files("staging"),
            Ok(["toml", "yaml", "yml"].map(|ending| format!("db/environments/staging.{ending}")).to_vec())
        );
    }

    #[test]
    fn everything_given() {
        let text = "[database]\nurl = \"postgresql://${HOST}/dev\"\n\n[migrations]\ndirectory = \"sql\"\n\
                    environments = \"env/\"\nledger = \"Ops.my ledger\"\ntemplates = true\nschema = \"My Schema\"\n";
        let config = config(text).expect("a configuration");
        assert_eq!(config.database_url.as_deref(), Some("postgresql://db/dev"));
        assert_eq!(config.migrations.directory, "sql");
        assert_eq!(config.environment_files("p-1.x").expect("a name")[0], "env/p-1.x.toml");
        assert_eq!(
            config.migrations.ledger,
            LedgerName { schema: Some("Ops".into()), table: "my ledger".into(), ..LedgerName::default() }
        );
        let templates = TemplateSettings {
            files: pggit_migrate::TemplateUse::Always,
            schema: Some("My Schema".into()),
            ..TemplateSettings::default()
        };
        assert_eq!(config.migrations.templates, templates);
    }

    #[test]
    fn errors_say_where() {
        for (text, expected) in [
            ("[database]\nurll = \"x\"\n", "confiture.toml:2:1: unknown field `urll`, expected `url`"),
            ("x = 1\n", "confiture.toml:1:1: unknown field `x`, expected `database` or `migrations`"),
            (
                "[migrations]\ndirectory = 5\n",
                "confiture.toml:2:13: invalid type: integer `5`, expected a string",
            ),
            ("[migrations]\ndirectory = \"\"\n", "confiture.toml:2:13: \"migrations.directory\" is empty"),
            (
                "[database]\nurl = \"${NONE}\"\n",
                "confiture.toml:2:7: \"database.url\": environment variable \"NONE\" is not set",
            ),
            (
                "[migrations]\nledger = \"a.b.c\"",
                "confiture.toml:2:10: \"migrations.ledger\" is not the name of a table",
            ),
        ] {
            let error = config(text).expect_err(text);
            assert_eq!((error.code, error.message.as_str()), (ErrorCode::Project, expected));
        }
        let error = config("[migrations\n").expect_err("a bracket is missing");
        assert!(error.message.starts_with("confiture.toml:1:12: "), "{}", error.message);
    }

    #[test]
    fn names_of_environments_stay_in_their_directory() {
        for name in ["", "../x", "a/b", ".hidden", "a\nb", "a\\b"] {
            assert_eq!(
                Config::default().environment_files(name).map_err(|error| error.code),
                Err(ErrorCode::InvalidArgument),
                "{name}"
            );
        }
    }
}
