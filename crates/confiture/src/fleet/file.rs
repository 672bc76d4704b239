//! Files that list databases.
//!
//! Plain text has a database a line: a connection string, or the name of a database on the base's server, with a name to
//! call it by before it if one is wanted. TOML (`.toml`) has the same as tables:
//!
//! ```toml
//! [[database]]
//! name = "acme"
//! url = "postgresql://db1/acme"
//!
//! [[database]]
//! database = "shared"
//! schema = "tenant_7"
//! ```
//!
//! In every text `${VARIABLE}` stands for an environment variable, see [`crate::environment`].

use serde::Deserialize;
use toml::Spanned;

use super::{Member, is_connection_string};
use crate::config::Source;
use crate::environment::Lookup;
use crate::error::Result;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    database: Vec<Table>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Table {
    name: Option<Spanned<String>>,
    url: Option<Spanned<String>>,
    database: Option<Spanned<String>>,
    schema: Option<Spanned<String>>,
}

/// Reads the text of a file called `file`; `lookup` gives the values of variables.
///
/// # Errors
/// [`crate::ErrorCode::Project`] with file and line; a file without any database is one too.
pub fn parse_file(file: &str, text: &str, lookup: &Lookup<'_>) -> Result<Vec<Member>> {
    let source = Source { file, text };
    let members = if file.ends_with(".toml") { tables(&source, lookup)? } else { lines(&source, lookup)? };
    if members.is_empty() {
        return Err(source.error(None, "the file names no database"));
    }
    Ok(members)
}

fn tables(source: &Source<'_>, lookup: &Lookup<'_>) -> Result<Vec<Member>> {
    let parsed: File = source.parse()?;
    let member = |table: &Table| {
        let value = |key: &str, value: &Option<Spanned<String>>| {
            value.as_ref().map(|value| source.value(key, value, lookup)).transpose()
        };
        if let (Some(_), Some(database)) = (&table.url, &table.database) {
            return Err(source.error(Some(database.span()), "\"database\" and \"url\" exclude each other"));
        }
        Ok(Member {
            name: value("name", &table.name)?,
            url: value("url", &table.url)?,
            database: value("database", &table.database)?,
            schema: value("schema", &table.schema)?,
        })
    };
    parsed.database.iter().map(member).collect()
}

fn lines(source: &Source<'_>, lookup: &Lookup<'_>) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let place = start..start;
        start += line.len();
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, text) = match line.split_once(char::is_whitespace) {
            Some((name, text)) if !is_connection_string(name) => {
                // In `host = db` the first word is a keyword.
                if text.trim_start().starts_with('=') {
                    (None, line)
                } else {
                    (Some(name), text.trim_start())
                }
            }
            _ => (None, line),
        };
        let text = source.text("the line", text, &place, lookup)?;
        if !is_connection_string(&text) && text.contains(char::is_whitespace) {
            return Err(source.error(
                Some(place),
                "the line is no connection string, no name of a database, and not one of these after a name",
            ));
        }
        members.push(Member { name: name.map(str::to_owned), ..Member::of_text(&text) });
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(file: &str, text: &str) -> Result<Vec<Member>> {
        parse_file(file, text, &|name| (name == "HOST").then(|| "db1".to_owned()))
    }

    fn member(name: &str, url: &str, database: &str, schema: &str) -> Member {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Member { name: given(name), url: given(url), database: given(database), schema: given(schema) }
    }

    #[test]
    fn a_database_a_line() {
        let text = "# fleet\n\npostgresql://${HOST}/acme\r\n  globex\tpostgresql://db2/globex?sslmode=require \n\
                    host=db3 dbname=x\nhost = db4\ninitech host=db5 dbname=y\numbrella\nu2 umbrella_two\n";
        let found = parse("fleet.txt", text).expect("a fleet");
        let expected = [
            member("", "postgresql://db1/acme", "", ""),
            member("globex", "postgresql://db2/globex?sslmode=require", "", ""),
            member("", "host=db3 dbname=x", "", ""),
            member("", "host = db4", "", ""),
            member("initech", "host=db5 dbname=y", "", ""),
            member("", "", "umbrella", ""),
            member("u2", "", "umbrella_two", ""),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn tables() {
        let text = "[[database]]\nname = \"acme\"\nurl = \"postgresql://${HOST}/acme\"\n\n[[database]]\n\
                    database = \"shared\"\nschema = \"tenant 7\"\n";
        let expected =
            [member("acme", "postgresql://db1/acme", "", ""), member("", "", "shared", "tenant 7")];
        assert_eq!(parse("fleet.toml", text).expect("a fleet"), expected);
    }

    #[test]
    fn errors_say_where() {
        for (file, text, expected) in [
            ("f", "", "f: the file names no database"),
            ("f", "# x\n", "f: the file names no database"),
            ("f.toml", "", "f.toml: the file names no database"),
            ("f", "a\nb c d\n", "f:2:1: the line is no connection string, no name of a database"),
            (
                "f",
                "x\npostgresql://${NONE}/\n",
                "f:2:1: \"the line\": environment variable \"NONE\" is not set",
            ),
            ("f.toml", "[[database]]\nurll = \"x\"\n", "f.toml:2:1: unknown field `urll`"),
            (
                "f.toml",
                "[[database]]\nurl = \"a\"\ndatabase = \"b\"\n",
                "f.toml:3:12: \"database\" and \"url\" exclude each other",
            ),
        ] {
            let message = parse(file, text).expect_err(text).message;
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
