//! Environments of Confiture for Python: `db/environments/NAME.yaml`.
//!
//! Most of such a file is about other things than migrations. Keys that are not known here are for that program, which
//! ignores unknown keys too; what would lead to another database than it would use is refused.

use std::time::Duration;

use saphyr::{LoadableYamlNode, MarkedYaml};

use super::{Environment, Lookup};
use crate::config::{Config, Source};
use crate::error::{Error, Result};

/// Reads the environment `name`; what it leaves open is as in `config`.
pub(super) fn parse(
    name: &str,
    source: &Source<'_>,
    config: &Config,
    lookup: &Lookup<'_>,
) -> Result<Environment> {
    let documents = MarkedYaml::load_from_str(source.text)
        .map_err(|error| at(source, error.marker().index(), error.info()))?;
    let Some(root) = documents.first().filter(|root| root.data.is_mapping()) else {
        return Err(source.error(None, "the file is not a mapping of keys to values"));
    };
    let file = File { source, lookup };
    if let Some(tunnel) = get(root, "ssh_tunnel") {
        return Err(file
            .error(tunnel, "\"ssh_tunnel\" is not supported")
            .hint("Open the tunnel with ssh, and name its local end in a .toml file of this environment."));
    }
    let database_url = match (get(root, "database_url"), get(root, "database")) {
        (Some(url), _) => Some(file.text("database_url", url)?),
        (None, Some(block)) => Some(file.database(block)?),
        (None, None) => None,
    };
    let mut migrations = config.migrations.clone();
    if let Some(section) = get(root, "migration") {
        if let Some(table) = get(section, "tracking_table") {
            let text = file.string("migration.tracking_table", table)?;
            let place = file.place(table);
            migrations.ledger =
                source.ledger_name("migration.tracking_table", text, &(place..place), lookup)?;
        }
        if let Some(time) = get(section, "locking").and_then(|locking| get(locking, "timeout_ms")) {
            let milliseconds = time.data.as_integer().and_then(|number| u64::try_from(number).ok());
            let milliseconds = milliseconds.ok_or_else(|| {
                file.error(time, "\"migration.locking.timeout_ms\" is not a number of milliseconds")
            })?;
            migrations.lock_wait = Some(Duration::from_millis(milliseconds));
        }
    }
    Ok(Environment { name: name.to_owned(), database_url, migrations })
}

struct File<'a> {
    source: &'a Source<'a>,
    lookup: &'a Lookup<'a>,
}

impl File<'_> {
    /// The older form: host, port and so on, each with a default.
    fn database(&self, block: &MarkedYaml<'_>) -> Result<String> {
        let part = |key: &str, usual: &str| match get(block, key) {
            Some(value) if value.data.as_integer().is_some() => {
                Ok(value.data.as_integer().unwrap_or_default().to_string())
            }
            // An empty password is none.
            Some(value) if value.data.as_str() == Some("") || value.data.is_null() => Ok(usual.to_owned()),
            Some(value) => self.text(&format!("database.{key}"), value),
            None => Ok(usual.to_owned()),
        };
        let pairs = [
            ("host", part("host", "localhost")?),
            ("port", part("port", "5432")?),
            ("dbname", part("database", "postgres")?),
            ("user", part("user", "postgres")?),
            ("password", part("password", "")?),
        ];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let quoted = |value: &str| value.replace('\\', "\\\\").replace('\'', "\\'");
        Ok(pairs
            .map(|(keyword, value)| format!("{keyword}='{}'", quoted(&value)))
            .collect::<Vec<_>>()
            .join(" "))
    }

    /// A text, variables replaced.
    fn text(&self, key: &str, value: &MarkedYaml<'_>) -> Result<String> {
        let place = self.place(value);
        self.source.text(key, self.string(key, value)?, &(place..place), self.lookup)
    }

    /// A text as it stands there.
    fn string<'v>(&self, key: &str, value: &'v MarkedYaml<'_>) -> Result<&'v str> {
        value.data.as_str().ok_or_else(|| self.error(value, &format!("\"{key}\" is not a text")))
    }

    fn place(&self, value: &MarkedYaml<'_>) -> usize {
        byte(self.source.text, value.span.start.index())
    }

    fn error(&self, value: &MarkedYaml<'_>, message: &str) -> Error {
        at(self.source, value.span.start.index(), message)
    }
}

fn get<'v, 'i>(node: &'v MarkedYaml<'i>, key: &str) -> Option<&'v MarkedYaml<'i>> {
    node.data.as_mapping_get(key)
}

fn at(source: &Source<'_>, character: usize, message: &str) -> Error {
    let place = byte(source.text, character);
    source.error(Some(place..place), message)
}

/// Where a character stands.
fn byte(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(place, _)| place)
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::environment::Environment;
    use crate::error::Result;

    fn environment(text: &str) -> Result<Environment> {
        let lookup = |name: &str| (name == "PASSWORD").then(|| "it's".to_owned());
        Environment::parse("local", "local.yaml", text, &Config::default(), &lookup)
    }

    #[test]
    fn a_file_of_the_other_program() {
        let text = "# é\nname: local\ndatabase_url: postgresql://me:${PASSWORD}@db/shop\ninclude_dirs:\n  - db/schema\n\
                    exclude_dirs: []\n\nmigration:\n  strict_mode: false\n  tracking_table: Ops.tb\n  locking:\n    \
                    enabled: true\n    timeout_ms: 1500\nbuild:\n  lint: {enabled: true}\n";
        let found = environment(text).expect("an environment");
        assert_eq!(found.database_url.as_deref(), Some("postgresql://me:it's@db/shop"));
        assert_eq!(found.migrations.ledger.schema.as_deref(), Some("Ops"));
        assert_eq!(found.migrations.lock_wait.map(|time| time.as_millis()), Some(1500));
        assert_eq!(found.migrations.directory, "db/migrations");
    }

    #[test]
    fn the_older_block() {
        let text =
            "database:\n  host: db\n  port: 5433\n  database: shop\n  user: me\n  password: ${PASSWORD}\n";
        let found = environment(text).expect("an environment");
        assert_eq!(
            found.database_url.as_deref(),
            Some("host='db' port='5433' dbname='shop' user='me' password='it\\'s'")
        );
        let found = environment("database: {password: ''}").expect("an environment");
        assert_eq!(
            found.database_url.as_deref(),
            Some("host='localhost' port='5432' dbname='postgres' user='postgres'")
        );
    }

    #[test]
    fn errors_say_where() {
        for (text, expected) in [
            (
                "# é\ndatabase_url: ${NONE}\n",
                "local.yaml:2:15: \"database_url\": environment variable \"NONE\" is not set",
            ),
            ("database_url: [x]\n", "local.yaml:1:15: \"database_url\" is not a text"),
            ("ssh_tunnel:\n  host: x\n", "local.yaml:2:3: \"ssh_tunnel\" is not supported"),
            ("- a\n", "local.yaml: the file is not a mapping of keys to values"),
            ("", "local.yaml: the file is not a mapping of keys to values"),
            (
                "migration:\n  locking:\n    timeout_ms: soon\n",
                "local.yaml:3:17: \"migration.locking.timeout_ms\" is not a number of milliseconds",
            ),
            (
                "migration: {tracking_table: a.b.c}",
                "local.yaml:1:29: \"migration.tracking_table\" is not the name of a table",
            ),
        ] {
            assert_eq!(environment(text).expect_err(text).message, expected);
        }
        let error = environment("a: [1\nb: 2\n").expect_err("a bracket is missing").message;
        assert!(error.starts_with("local.yaml:2:"), "{error}");
    }
}
