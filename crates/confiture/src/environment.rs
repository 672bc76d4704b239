//! [`Environment`]: a database that migrations are applied to, `db/environments/NAME.toml`.
//!
//! ```toml
//! database_url = "${STAGING_DATABASE_URL}"
//! record_down = true                  # default: false
//!
//! [migrations]                        # only where the project's settings do not fit
//! directory = "db/migrations"
//! ledger = "tb_confiture"
//! templates = true
//! schema = "myapp_staging"
//! ```
//!
//! The files of Confiture for Python, `NAME.yaml`, are read too: of these the database, `migration.tracking_table` and
//! `migration.locking`.
//!
//! In every text `${VARIABLE}` stands for an environment variable, `${VARIABLE:-default}` for one that may be missing or
//! empty, and `$${` for `${` itself.

mod yaml;

use serde::Deserialize;
use toml::Spanned;

use crate::config::{Config, Source};
use crate::error::Result;
use crate::migration_settings::{MigrationSettings, Section};

/// Gives the value of an environment variable.
pub type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Where migrations go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// URL of its database; `None`: from `DATABASE_URL` or libpq's variables.
    pub database_url: Option<String>,
    /// How migrations run there.
    pub migrations: MigrationSettings,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    database_url: Option<Spanned<String>>,
    /// The same as in `[migrations]`.
    record_down: Option<bool>,
    migrations: Section,
}

impl Environment {
    /// Reads the text of the file of the environment `name`; what it leaves open is as in `config`.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Project`] with file and line.
    pub fn parse(name: &str, file: &str, text: &str, config: &Config, lookup: &Lookup<'_>) -> Result<Self> {
        let source = Source { file, text };
        if !file.ends_with(".toml") {
            return yaml::parse(name, &source, config, lookup);
        }
        let parsed: File = source.parse()?;
        let value = |key: &str, value: &Spanned<String>| source.value(key, value, lookup);
        if let Some(environments) = &parsed.migrations.environments {
            return Err(source.error(
                Some(environments.span()),
                "\"migrations.environments\" is a setting of confiture.toml, not of an environment",
            ));
        }
        let database_url = parsed.database_url.map(|url| value("database_url", &url)).transpose()?;
        let mut migrations = parsed.migrations.read(&source, &config.migrations, lookup)?;
        migrations.record_down = parsed.record_down.unwrap_or(migrations.record_down);
        Ok(Self { name: name.to_owned(), database_url, migrations })
    }
}

/// Puts the values of variables into a text; an error is a message.
pub(crate) fn expand(text: &str, lookup: &Lookup<'_>) -> std::result::Result<String, String> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            expanded.push_str(&rest[..at]);
            expanded.push('{');
            rest = &rest[at + 2..];
            continue;
        }
        expanded.push_str(&rest[..at]);
        let inside = &rest[at + 2..];
        let end = inside.find('}').ok_or_else(|| "\"${\" without \"}\"".to_owned())?;
        let (name, default) = match inside[..end].split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (&inside[..end], None),
        };
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name.starts_with(|c: char| !c.is_ascii_digit());
        if !is_name {
            return Err(format!("\"{name}\" is not the name of an environment variable"));
        }
        let value = lookup(name).filter(|value| default.is_none() || !value.is_empty());
        match value.as_deref().or(default) {
            Some(value) => expanded.push_str(value),
            None => return Err(format!("environment variable \"{name}\" is not set")),
        }
        rest = &inside[end + 1..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Option<String> {
        match name {
            "URL" => Some("postgresql://db/x?a=${URL}".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    fn environment(text: &str) -> Result<Environment> {
        Environment::parse("staging", "staging.toml", text, &Config::default(), &lookup)
    }

    #[test]
    fn what_is_left_open_is_as_in_the_project() {
        let found = environment("database_url = \"${URL}\"").expect("an environment");
        for text in ["record_down = true", "[migrations]\nrecord_down = true"] {
            assert!(environment(text).expect("an environment").migrations.record_down, "{text}");
        }
        assert_eq!(found.database_url.as_deref(), Some("postgresql://db/x?a=${URL}"));
        assert_eq!(found.migrations, MigrationSettings::default());
        let found = environment("[migrations]\ndirectory = \"x\"\nledger = \"s.t\"").expect("an environment");
        assert_eq!((found.database_url, found.migrations.directory.as_str()), (None, "x"));
        assert_eq!(found.migrations.ledger.schema.as_deref(), Some("s"));
    }

    #[test]
    fn variables() {
        for (text, expected) in [
            ("a${EMPTY}b", Ok("ab")),
            ("${EMPTY:-x}${NONE:-y}", Ok("xy")),
            ("pa$$word$${URL}$", Ok("pa$$word${URL}$")),
            ("${NONE}", Err("environment variable \"NONE\" is not set")),
            ("${URL", Err("\"${\" without \"}\"")),
            ("${}", Err("\"\" is not the name of an environment variable")),
            ("${A B}", Err("\"A B\" is not the name of an environment variable")),
        ] {
            let found = expand(text, &lookup);
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text}");
        }
    }

    #[test]
    fn errors_say_where() {
        for (text, expected) in [
            (
                "database_url = \"x\"\n\ndatabase-url = \"y\"",
                "staging.toml:3:1: unknown field `database-url`, expected one of `database_url`, `record_down`, `migrations`",
            ),
            ("database_url = \"${EMPTY}\"", "staging.toml:1:16: \"database_url\" is empty"),
            (
                "[migrations]\nenvironments = \"x\"",
                "staging.toml:2:16: \"migrations.environments\" is a setting of confiture.toml, not of an environment",
            ),
        ] {
            assert_eq!(environment(text).expect_err(text).message, expected);
        }
    }
}
