//! Templates in migrations: names of tables and schemas, and environment variables, put in when a migration runs.
//!
//! | template | becomes |
//! |---|---|
//! | `{{tables.users}}` | the table `users` in the schema of the run; without one, `users` alone |
//! | `{{tables.other.users}}` | the table `users` in schema `other` |
//! | `{{schema}}` | the schema of the run; without one, `{{schema}}.` is left out and `{{schema}}` is `public` |
//! | `${NAME}`, `${NAME:-default}` | the value of an environment variable |
//!
//! Names are written as in SQL, so `{{tables.Users}}` is `users` and `{{tables."Users"}}` is not; what they become is
//! quoted where it has to be. A variable's value stands as it is outside quotes, and is one constant or one name inside.
//!
//! Templates are replaced in string constants and in the bodies of routines too, but not in comments and not in the rows
//! of `COPY`. Outside quotes neither `{{` nor `${` is SQL, so anything that is not known there is an error. Inside quotes
//! the same characters can be text: what begins like a template of ours (`{{tables`, `{{schema`) is one, `{{x}}` and
//! `'{{1,2},{3,4}}'` stay; `${NAME}` is a variable in a string constant, and in a dollar-quoted body when it is in upper
//! case; `$${NAME}` in either is the text `${NAME}`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pggit_catalog::ident::quote_ident;

use crate::distance::distance;
use crate::migration::{Migration, Sql};
use crate::migration_set::MigrationSet;
use crate::statements::scan;
use crate::token::{Lexer, TokenKind};

/// What templates become.
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a> {
    /// The schema of the run.
    pub schema: Option<&'a str>,
    /// Environment variables; without any, `${NAME}` is no template.
    pub variables: Option<&'a BTreeMap<String, String>>,
}

/// In which files there are templates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TemplateUse {
    /// In none.
    Never,
    /// In those that have one outside quotes, where nothing else can look like one, see [`has_templates`].
    #[default]
    WhereSeen,
    /// In all.
    Always,
}

/// A template that can't be replaced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct TemplateError {
    /// The file.
    pub file: String,
    /// Line of the file, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do, in sentences.
    pub hint: String,
}

const KNOWN: &str = "Known are {{tables.NAME}}, {{tables.SCHEMA.NAME}} and {{schema}}.";

/// Whether a template stands outside quotes and comments, where nothing but a template can look like one.
#[must_use]
pub fn has_templates(text: &str) -> bool {
    if !text.contains("{{") && !text.contains("${") {
        return false;
    }
    let rows = copy_rows(text);
    let mut lexer = Lexer::new(text);
    while let Ok(Some(token)) = lexer.token() {
        if let Some((_, end)) = rows.iter().find(|(start, end)| (*start..*end).contains(&token.start)) {
            lexer.at = *end;
            continue;
        }
        if opens_template(text, token.kind, token.start, token.end).is_some() {
            return true;
        }
    }
    false
}

/// Where a template opens that stands outside quotes, and whether it is a variable.
fn opens_template(text: &str, kind: TokenKind, start: usize, end: usize) -> Option<(usize, bool)> {
    match kind {
        TokenKind::Symbol('{') if text[end..].starts_with('{') => Some((start, false)),
        TokenKind::Symbol('$') if text[end..].starts_with('{') => Some((start, true)),
        TokenKind::Word if text[..end].ends_with('$') && text[end..].starts_with('{') => {
            Some((end - 1, true))
        }
        _ => None,
    }
}

impl MigrationSet {
    /// The migrations with their templates replaced, up and down. Checksums stay those of the files.
    ///
    /// # Errors
    /// All [`TemplateError`]s of those that are needed; others that have one stay as they are.
    pub fn expanded(
        &self,
        templates: &Templates<'_>,
        files: TemplateUse,
        is_needed: impl Fn(&Migration) -> bool,
    ) -> Result<Cow<'_, Self>, Vec<TemplateError>> {
        let mut set = Cow::Borrowed(self);
        let mut errors = Vec::new();
        for (index, migration) in self.migrations().iter().enumerate() {
            let down = migration.down.as_ref().map(|down| &down.sql);
            let is_template = match files {
                TemplateUse::Never => false,
                TemplateUse::WhereSeen => {
                    has_templates(&migration.up.text) || down.is_some_and(|down| has_templates(&down.text))
                }
                TemplateUse::Always => true,
            };
            if !is_template {
                continue;
            }
            match (templates.expand(&migration.up), down.map(|down| templates.expand(down)).transpose()) {
                (Ok(Cow::Borrowed(_)), Ok(None | Some(Cow::Borrowed(_)))) => {}
                (Ok(up), Ok(down)) => {
                    let (up, down) = (up.into_owned(), down.map(Cow::into_owned));
                    let expanded = set.to_mut().migration_mut(index);
                    let before = std::mem::replace(&mut expanded.up, up);
                    expanded.before_templates = Some(before.text);
                    if let (Some(place), Some(down)) = (&mut expanded.down, down) {
                        place.sql = down;
                    }
                }
                (up, down) if is_needed(migration) => errors.extend(up.err().into_iter().chain(down.err())),
                _ => {}
            }
        }
        if errors.is_empty() { Ok(set) } else { Err(errors) }
    }
}

impl Templates<'_> {
    /// The script with all templates replaced.
    ///
    /// # Errors
    /// [`TemplateError`] for the first that is unknown, not closed or not set.
    pub fn expand<'s>(&self, sql: &'s Sql) -> Result<Cow<'s, Sql>, TemplateError> {
        if !sql.text.contains("{{") && !sql.text.contains("${") {
            return Ok(Cow::Borrowed(sql));
        }
        let expansion = Expansion { templates: *self, rows: copy_rows(&sql.text) };
        let text = expansion.region(&sql.text, 0, Place::Outside).map_err(|problem| {
            let before = &sql.text[..problem.at];
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            TemplateError {
                file: sql.file.clone(),
                line: sql.line + count(before.matches('\n').count()),
                column: count(before[line_start..].chars().count() + 1),
                message: problem.message,
                hint: problem.hint,
            }
        })?;
        Ok(Cow::Owned(Sql { text, file: sql.file.clone(), line: sql.line }))
    }
}

/// The places of the rows of `COPY`. A script that can't be split has none; it fails later, with a better message.
fn copy_rows(text: &str) -> Vec<(usize, usize)> {
    let Ok(script) = scan(text) else { return Vec::new() };
    let rows = script.statements.iter().filter_map(|statement| statement.copy_data);
    rows.map(|data| {
        let start = data.as_ptr() as usize - text.as_ptr() as usize;
        (start, start + data.len())
    })
    .collect()
}

/// What stands around a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Nothing: SQL.
    Outside,
    /// The same, in a dollar-quoted body.
    Body,
    /// A constant in single quotes.
    Constant { in_body: bool, backslashes: bool },
    /// A name in double quotes.
    Name { in_body: bool },
    /// A dollar-quoted body that is not SQL.
    Text,
}

impl Place {
    fn is_quoted(self) -> bool {
        self != Self::Outside
    }

    fn is_in_body(self) -> bool {
        match self {
            Self::Outside => false,
            Self::Body | Self::Text => true,
            Self::Constant { in_body, .. } | Self::Name { in_body } => in_body,
        }
    }

    /// A text as it has to be written here.
    fn written(self, text: &str) -> String {
        match self {
            Self::Constant { backslashes: true, .. } => text.replace('\\', "\\\\").replace('\'', "''"),
            Self::Constant { backslashes: false, .. } => text.replace('\'', "''"),
            Self::Name { .. } => text.replace('"', "\"\""),
            Self::Outside | Self::Body | Self::Text => text.to_owned(),
        }
    }
}

#[derive(Debug)]
struct Problem {
    at: usize,
    message: String,
    hint: String,
}

struct Expansion<'a> {
    templates: Templates<'a>,
    /// Places that stay as they are.
    rows: Vec<(usize, usize)>,
}

impl Expansion<'_> {
    /// A text with the tokens of SQL, which stands at `offset` of the script.
    fn region(&self, text: &str, offset: usize, place: Place) -> Result<String, Problem> {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        let mut lexer = Lexer::new(text);
        while let Ok(Some(token)) = lexer.token() {
            if let Some((_, end)) =
                self.rows.iter().find(|(start, end)| (*start..*end).contains(&(offset + token.start)))
            {
                lexer.at = (end - offset).min(text.len());
                continue;
            }
            if let Some((start, is_variable)) = opens_template(text, token.kind, token.start, token.end) {
                out.push_str(&text[done..start]);
                done = self.template(text, start, offset, place, is_variable, &mut out)?;
                lexer.at = done;
                continue;
            }
            let part = &text[token.start..token.end];
            let in_body = place.is_in_body();
            let replaced = match token.kind {
                TokenKind::String if part.starts_with('$') => {
                    self.dollar_quoted(part, offset + token.start)?
                }
                TokenKind::String => {
                    let backslashes = part.starts_with(['e', 'E']);
                    self.flat(part, offset + token.start, Place::Constant { in_body, backslashes })?
                }
                TokenKind::QuotedWord => self.flat(part, offset + token.start, Place::Name { in_body })?,
                _ => continue,
            };
            out.push_str(&text[done..token.start]);
            out.push_str(&replaced);
            done = token.end;
        }
        out.push_str(&text[done..]);
        Ok(out)
    }

    /// A dollar-quoted string with its quotes.
    fn dollar_quoted(&self, part: &str, offset: usize) -> Result<String, Problem> {
        let tag_end = part[1..].find('$').map_or(part.len(), |at| at + 2);
        let (tag, rest) = part.split_at(tag_end);
        let body = rest.strip_suffix(tag).unwrap_or(rest);
        let is_sql = {
            let mut lexer = Lexer::new(body);
            loop {
                match lexer.token() {
                    Ok(Some(_)) => {}
                    Ok(None) => break true,
                    Err(_) => break false,
                }
            }
        };
        let at = offset + tag_end;
        let expanded =
            if is_sql { self.region(body, at, Place::Body)? } else { self.flat(body, at, Place::Text)? };
        if expanded.contains(tag) && !body.contains(tag) {
            return Err(Problem {
                at: offset,
                message: format!(
                    "a template here becomes a text that holds \"{tag}\", which ends the quotes around it"
                ),
                hint: "Use another tag between the dollar signs.".to_owned(),
            });
        }
        Ok(format!("{tag}{expanded}{tag}"))
    }

    /// A text of which nothing is known but the quotes around it.
    fn flat(&self, text: &str, offset: usize, place: Place) -> Result<String, Problem> {
        let mut out = String::new();
        let mut done = 0;
        while let Some(found) = text[done..].find(['{', '$']) {
            let at = done + found;
            let rest = &text[at..];
            let has_variables = self.templates.variables.is_some();
            if has_variables && rest.starts_with("$${") && is_variable_here(&rest[1..], place) {
                // Written so, it is no variable.
                out.push_str(&text[done..at]);
                out.push_str("${");
                done = at + 3;
            } else if rest.starts_with("{{") || rest.starts_with("${") {
                out.push_str(&text[done..at]);
                done = self.template(text, at, offset, place, rest.starts_with('$'), &mut out)?;
            } else {
                out.push_str(&text[done..=at]);
                done = at + 1;
            }
        }
        out.push_str(&text[done..]);
        Ok(out)
    }

    /// Replaces the template that opens at `start` and returns where the text goes on.
    fn template(
        &self,
        text: &str,
        start: usize,
        offset: usize,
        place: Place,
        is_variable: bool,
        out: &mut String,
    ) -> Result<usize, Problem> {
        let problem =
            |message: String, hint: &str| Problem { at: offset + start, message, hint: hint.to_owned() };
        let line_end = text[start..].find('\n').map_or(text.len(), |length| start + length);
        let close = if is_variable { "}" } else { "}}" };
        let inside = start + 2;
        let is_ours = match (is_variable, place.is_quoted()) {
            (true, _) if self.templates.variables.is_none() => false,
            (_, false) => true,
            (true, true) => is_variable_here(&text[start..], place),
            (false, true) => is_like_ours(&text[inside..]),
        };
        if !is_ours {
            out.push_str(&text[start..inside]);
            return Ok(inside);
        }
        let Some(length) = text[inside..line_end].find(close) else {
            let shown = text[start..line_end].split_whitespace().next().unwrap_or_default();
            return Err(problem(
                format!("template \"{shown}\" is not closed"),
                &format!("Close it with \"{close}\"."),
            ));
        };
        let content = text[inside..inside + length].trim();
        let mut end = inside + length + close.len();
        if is_variable {
            out.push_str(&place.written(self.variable(content).map_err(|(m, hint)| problem(m, &hint))?));
            return Ok(end);
        }
        let (names, is_schema) = match read_path(content) {
            Some(Path::Schema) => (Vec::new(), true),
            Some(Path::Table(names)) => (names, false),
            None => {
                let shown = format!("unknown template \"{{{{{content}}}}}\"");
                return Err(problem(shown, &hint_for(content)));
            }
        };
        let schema = self.templates.schema;
        if is_schema {
            match (schema, place) {
                (Some(schema), Place::Name { .. }) => out.push_str(&place.written(schema)),
                (Some(schema), _) => out.push_str(&place.written(&quote_ident(schema))),
                (None, _) if text[end..].starts_with('.') => end += 1,
                (None, _) => out.push_str("public"),
            }
            return Ok(end);
        }
        if matches!(place, Place::Name { .. }) {
            return Err(problem(
                format!("template \"{{{{{content}}}}}\" stands inside double quotes"),
                "Leave the quotes out: the name is quoted where it has to be.",
            ));
        }
        let qualified: Vec<String> = match (names.as_slice(), schema) {
            ([table], Some(schema)) => vec![quote_ident(schema), quote_ident(table)],
            (names, _) => names.iter().map(|name| quote_ident(name)).collect(),
        };
        out.push_str(&place.written(&qualified.join(".")));
        Ok(end)
    }

    fn variable<'t>(&'t self, content: &'t str) -> Result<&'t str, (String, String)> {
        let (name, default) = match content.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (content, None),
        };
        if !is_variable_name(name) {
            let hint = "Names have letters, digits and \"_\".".to_owned();
            return Err((format!("\"{name}\" is not the name of an environment variable"), hint));
        }
        let variables = self.templates.variables;
        let value = variables
            .and_then(|known| known.get(name))
            .filter(|value| default.is_none() || !value.is_empty());
        value.map(String::as_str).or(default).ok_or_else(|| {
            let nearest = variables
                .into_iter()
                .flat_map(BTreeMap::keys)
                .map(|known| (distance(name, known), known))
                .min()
                .filter(|(distance, _)| *distance <= 2);
            let hint = match nearest {
                Some((_, known)) => format!("Did you mean \"{known}\"?"),
                None => format!("Set it, or write \"${{{name}:-default}}\"."),
            };
            (format!("environment variable \"{name}\" is not set"), hint)
        })
    }
}

/// A template of names.
enum Path {
    Schema,
    /// The table, or its schema and the table.
    Table(Vec<String>),
}

fn read_path(content: &str) -> Option<Path> {
    if content == "schema" {
        return Some(Path::Schema);
    }
    let mut rest = content.strip_prefix("tables.")?;
    let mut names = Vec::new();
    loop {
        let (name, after) = read_name(rest)?;
        names.push(name);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None if after.is_empty() && names.len() <= 2 => return Some(Path::Table(names)),
            None => return None,
        }
    }
}

/// An identifier as in SQL, and what follows.
fn read_name(text: &str) -> Option<(String, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut name = String::new();
        let mut characters = quoted.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            if c != '"' {
                name.push(c);
            } else if characters.next_if(|(_, next)| *next == '"').is_some() {
                name.push('"');
            } else {
                return (!name.is_empty()).then(|| (name, &quoted[at + 1..]));
            }
        }
        return None;
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_ascii_lowercase(), &text[end..]))
}

/// Whether what follows `{{` inside quotes is meant as a template of ours: `tables.…` and `schema`, or nearly so.
fn is_like_ours(inside: &str) -> bool {
    let inside = inside.trim_start();
    let end = inside.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inside.len());
    let (word, after) = inside.split_at(end);
    match word {
        "tables" | "table" => after.starts_with('.'),
        "schema" | "schemas" => after.trim_start().starts_with("}}"),
        _ => false,
    }
}

/// Whether `${…}` at the start of a text is a variable where it stands.
fn is_variable_here(text: &str, place: Place) -> bool {
    let inside = text.strip_prefix("${").unwrap_or(text);
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inside.len());
    let (name, after) = inside.split_at(end);
    let ends_well = after.starts_with('}') || after.starts_with(":-");
    let is_upper = !name.contains(|c: char| c.is_ascii_lowercase());
    ends_well && is_variable_name(name) && (is_upper || !place.is_in_body())
}

fn is_variable_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn hint_for(content: &str) -> String {
    let head = content.split('.').next().unwrap_or_default();
    if head == "tables" && content.len() > "tables.".len() {
        return format!(
            "{KNOWN} A name with other characters than letters, digits and \"_\" stands in double quotes."
        );
    }
    KNOWN.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::SourceFile;

    fn expand(schema: Option<&str>, text: &str) -> Result<String, TemplateError> {
        let variables =
            [("URL", "https://x/?a='b'"), ("EMPTY", ""), ("ROLE", "App \"x\""), ("N", "5"), ("BACK", "a\\b")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let variables = BTreeMap::from(variables);
        let sql = Sql { text: text.to_owned(), file: "m/001_a.sql".to_owned(), line: 10 };
        let templates = Templates { schema, variables: Some(&variables) };
        let expanded = templates.expand(&sql)?.into_owned();
        assert_eq!((expanded.file.as_str(), expanded.line), ("m/001_a.sql", 10));
        Ok(expanded.text)
    }

    /// A template, and what it becomes without a schema, in `myapp`, and in `My "S'`.
    #[test]
    fn names() {
        for (template, standalone, plain, quoted) in [
            ("{{tables.users}}", "users", "myapp.users", r#""My ""S'".users"#),
            ("{{ tables.Users }}", "users", "myapp.users", r#""My ""S'".users"#),
            (r#"{{tables."Us""ers"}}"#, r#""Us""ers""#, r#"myapp."Us""ers""#, r#""My ""S'"."Us""ers""#),
            ("{{tables.user}}", r#""user""#, r#"myapp."user""#, r#""My ""S'"."user""#),
            ("{{tables.other.t}}", "other.t", "other.t", "other.t"),
            (r#"{{tables."O o".größe}}"#, r#""O o"."größe""#, r#""O o"."größe""#, r#""O o"."größe""#),
            ("{{schema}}.t", "t", "myapp.t", r#""My ""S'".t"#),
            ("{{schema}}", "public", "myapp", r#""My ""S'""#),
        ] {
            let text = format!("CREATE TABLE {template} (");
            let expected = |name: &str| Ok(format!("CREATE TABLE {name} ("));
            assert_eq!(expand(None, &text), expected(standalone), "{text}");
            assert_eq!(expand(Some("myapp"), &text), expected(plain), "{text}");
            assert_eq!(expand(Some("My \"S'"), &text), expected(quoted), "{text}");
        }
    }

    #[test]
    fn where_names_are_replaced() {
        for (text, expected) in [
            ("REFERENCES {{tables.d}}(id)", "REFERENCES \"a'b\".d(id)"),
            ("SELECT '{{tables.d}}'::regclass", "SELECT '\"a''b\".d'::regclass"),
            (r"SELECT E'\n{{tables.d}}'", "SELECT E'\\n\"a''b\".d'"),
            ("AS $$ SELECT {{tables.d}}, '{{tables.d}}' $$", "AS $$ SELECT \"a'b\".d, '\"a''b\".d' $$"),
            ("AS $b$ don't {{tables.d}} $b$", "AS $b$ don't \"a'b\".d $b$"),
            ("CREATE SCHEMA \"{{schema}}\"; \"{{schema}}_x\".y", "CREATE SCHEMA \"a'b\"; \"a'b_x\".y"),
            (
                "COPY {{tables.d}} FROM stdin;\n{{x}}\t${NONE}\t'\n\\.\nSELECT '{{schema}}';",
                "COPY \"a'b\".d FROM stdin;\n{{x}}\t${NONE}\t'\n\\.\nSELECT '\"a''b\"';",
            ),
        ] {
            assert_eq!(expand(Some("a'b"), text).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "-- {{tables.x}} {{nothing}} ${NONE}\n/* {{x ${ */ SELECT 1",
            "SELECT '{{1,2},{3,4}}'::int[], 'Dear {{name}}', '{{', '}}', '{\"a\":{\"b\":{}}}'",
            "DO $$ BEGIN x := '{{1,2}}'; y := {{other}}; -- {{schema}}\nEND $$",
        ] {
            assert_eq!(expand(Some("a'b"), text).as_deref(), Ok(text), "{text}");
        }
        assert!(expand(Some("a$$b"), "AS $$ {{tables.d}} $$").is_err());
        assert_eq!(expand(Some("a$$b"), "AS $x$ {{tables.d}} $x$").as_deref(), Ok("AS $x$ \"a$$b\".d $x$"));
    }

    #[test]
    fn variables() {
        for (text, expected) in [
            ("INSERT INTO c VALUES ('${URL}', ${N})", "INSERT INTO c VALUES ('https://x/?a=''b''', 5)"),
            (r"SELECT E'${BACK}', '${BACK}'", r"SELECT E'a\\b', 'a\b'"),
            ("GRANT ALL ON t TO \"${ROLE}\"", "GRANT ALL ON t TO \"App \"\"x\"\"\""),
            ("CREATE TABLE t_${N}_x (${EMPTY:-a int}${NONE:-})", "CREATE TABLE t_5_x (a int)"),
            ("CREATE TABLE a$${N}", "CREATE TABLE a$5"),
            (
                "SELECT '$${N}', '$$', '${', '${}', '${a b}', '$5'",
                "SELECT '${N}', '$$', '${', '${}', '${a b}', '$5'",
            ),
            ("SELECT $${\"a\": 1}$$, $1, $a$${N}$a$", "SELECT $${\"a\": 1}$$, $1, $a$5$a$"),
            ("AS $js$ return `${row.id} ${name}`; $js$", "AS $js$ return `${row.id} ${name}`; $js$"),
            ("AS $x$ '${URL}' '$${N}' ${N} $x$", "AS $x$ 'https://x/?a=''b''' '${N}' 5 $x$"),
            ("SELECT :x, :'x', :\"x\"", "SELECT :x, :'x', :\"x\""),
        ] {
            assert_eq!(expand(None, text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn without_variables_they_are_text() {
        let templates = Templates { schema: Some("s"), variables: None };
        let text = "SELECT '${URL} $${URL}', {{tables.t}}; ${N}".to_owned();
        let sql = Sql { text, file: "f".to_owned(), line: 1 };
        let expanded = templates.expand(&sql).expect("expanded");
        assert_eq!(expanded.text, "SELECT '${URL} $${URL}', s.t; ${N}");
    }

    #[test]
    fn sets() {
        let files = [
            ("001_a.sql", "CREATE TABLE {{tables.a}} ();\n-- Rollback: DROP TABLE {{tables.a}};"),
            ("002_b.sql", "SELECT '{{schema}}'"),
            ("003_c.sql", "SELECT {{nothing}}, {{tables.c}}"),
        ]
        .map(|(name, text)| SourceFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() });
        let set = MigrationSet::from_files(files.to_vec()).expect("a set");
        let templates = Templates { schema: Some("s"), variables: None };
        let texts = |files, needed: &str| {
            let expanded = set
                .expanded(&templates, files, |migration| migration.file() == needed)
                .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
            let texts = expanded.migrations().iter().map(|migration| {
                let original = set.get(&migration.identity).expect("the same");
                assert_eq!(original.checksum, migration.checksum);
                assert_eq!(original.trimmed_checksum(), migration.trimmed_checksum());
                migration.up.text.lines().next().unwrap_or_default().to_owned()
            });
            Ok::<_, Vec<String>>(texts.collect::<Vec<_>>())
        };
        let unchanged =
            ["CREATE TABLE {{tables.a}} ();", "SELECT '{{schema}}'", "SELECT {{nothing}}, {{tables.c}}"];
        assert_eq!(texts(TemplateUse::Never, "003_c.sql").expect("as they are"), unchanged);
        let seen = texts(TemplateUse::WhereSeen, "001_a.sql").expect("expanded");
        assert_eq!(seen, ["CREATE TABLE s.a ();", unchanged[1], unchanged[2]]);
        let all = texts(TemplateUse::Always, "001_a.sql").expect("expanded");
        assert_eq!(all, ["CREATE TABLE s.a ();", "SELECT 's'", unchanged[2]]);
        let errors = texts(TemplateUse::WhereSeen, "003_c.sql").expect_err("unknown");
        assert_eq!(errors, ["003_c.sql:1:8: unknown template \"{{nothing}}\""]);
        let expanded = set.expanded(&templates, TemplateUse::Always, |_| false).expect("expanded");
        let down = expanded.migrations()[0].down.as_ref().expect("a way down");
        assert_eq!((down.sql.text.as_str(), down.sql.line), ("DROP TABLE s.a;", 2));
    }

    #[test]
    fn errors_say_where() {
        let known = KNOWN.to_owned();
        let quotes = format!(
            "{KNOWN} A name with other characters than letters, digits and \"_\" stands in double quotes."
        );
        let close = |with: &str| format!("Close it with \"{with}\".");
        for (text, line, column, message, hint) in [
            ("SELECT 1;\n  {{tabels.users}}", 11, 3, "unknown template \"{{tabels.users}}\"", &known),
            ("{{tables.}}", 10, 1, "unknown template \"{{tables.}}\"", &known),
            ("{{tables.a.b.c}}", 10, 1, "unknown template \"{{tables.a.b.c}}\"", &quotes),
            ("{{tables.my-table}}", 10, 1, "unknown template \"{{tables.my-table}}\"", &quotes),
            ("{{}}", 10, 1, "unknown template \"{{}}\"", &known),
            ("'{{tables.a-b}}'", 10, 2, "unknown template \"{{tables.a-b}}\"", &quotes),
            ("$$\nü {{table.users}} $$", 11, 3, "unknown template \"{{table.users}}\"", &known),
            ("FROM {{tables.users x\n}}", 10, 6, "template \"{{tables.users\" is not closed", &close("}}")),
            ("'{{tables.users}'", 10, 2, "template \"{{tables.users}'\" is not closed", &close("}}")),
            ("SELECT ${N", 10, 8, "template \"${N\" is not closed", &close("}")),
            (
                "SELECT '${ULR}'",
                10,
                9,
                "environment variable \"ULR\" is not set",
                &"Did you mean \"URL\"?".to_owned(),
            ),
            (
                "SELECT ${NOTHING}",
                10,
                8,
                "environment variable \"NOTHING\" is not set",
                &"Set it, or write \"${NOTHING:-default}\".".to_owned(),
            ),
            (
                "SELECT ${A B}",
                10,
                8,
                "\"A B\" is not the name of an environment variable",
                &"Names have letters, digits and \"_\".".to_owned(),
            ),
            (
                "\"{{tables.x}}\"",
                10,
                2,
                "template \"{{tables.x}}\" stands inside double quotes",
                &"Leave the quotes out: the name is quoted where it has to be.".to_owned(),
            ),
        ] {
            let error = expand(Some("s"), text).expect_err(text);
            let found = (error.line, error.column, error.message.as_str(), &error.hint);
            assert_eq!(found, (line, column, message, hint), "{text}");
        }
        let error = expand(None, "{{x}}").expect_err("unknown");
        assert_eq!(error.to_string(), "m/001_a.sql:10:1: unknown template \"{{x}}\"");
    }

    #[test]
    fn templates_are_told_from_text() {
        for text in
            ["CREATE TABLE {{tables.x}}", "SELECT 1; SELECT ${X}", "CREATE TABLE a${X} ()", "{{nothing"]
        {
            assert!(has_templates(text), "{text}");
        }
        for text in [
            "",
            "SELECT '{{tables.x}}', '${X}', \"{{schema}}\"",
            "-- {{tables.x}}\nDO $$ BEGIN {{schema}} ${X} END $$",
            "SELECT '{{1}}'::int[]",
            "COPY t FROM stdin;\n{{x}}\n\\.\n",
        ] {
            assert!(!has_templates(text), "{text}");
        }
    }
}
