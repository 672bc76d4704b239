//! Batches: a statement that is run again and again, in a transaction each, until nothing is left to do.
//!
//! The directive stands in a line of its own before the statement:
//!
//! ```sql
//! -- batch: size=1000, pause=100ms
//! UPDATE users SET email_lower = lower(email) WHERE email_lower IS NULL;
//! ```
//!
//! An `UPDATE` or `DELETE` with a `WHERE` is limited to so many rows each time. In any other statement `:batch_size` says
//! where the number goes; one with a `LIMIT` of its own runs as it is.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::directive::{self, DirectiveError};
use crate::statements::Script;
use crate::token::{Lexer, Token, TokenKind};

/// What stands for the size of a batch in a statement.
pub const PLACEHOLDER: &str = ":batch_size";

const USUAL_SIZE: u32 = 1000;

/// What the directive asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// How many rows at most.
    pub size: u32,
    /// How long to rest after each.
    pub pause: Duration,
}

/// How a statement is run in batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchForm {
    /// As this text says, until it changes no row. Characters stand where they stand in the statement.
    Repeated(String),
    /// An `UPDATE` or `DELETE`, limited by us.
    Limited(Limited),
}

/// The parts of an `UPDATE` or `DELETE` that is limited by us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limited {
    size: u32,
    is_update: bool,
    /// The table with `ONLY` and alias, as written.
    target: String,
    /// What its columns are qualified with.
    alias: String,
    /// From `SET` to before `WHERE`, for an `UPDATE`; `USING …` for a `DELETE`.
    middle: String,
    /// Other tables, where there are any.
    others: Option<String>,
    condition: String,
}

impl Limited {
    /// Whether rows are found in the order in which they are stored, so that each batch can start where the last ended.
    #[must_use]
    pub fn has_cursor(&self) -> bool {
        self.others.is_none()
    }

    /// The statement of one batch, of rows behind the place `from`: the block times 65536, and the number in the block. It
    /// gives the numbers of rows found, of rows changed, and of rows changed that still meet the condition, and the place
    /// of the last one found.
    #[must_use]
    pub fn statement(&self, from: i64) -> String {
        let Self { size, target, alias, middle, condition, .. } = self;
        let start = if from > 0 && self.has_cursor() {
            let (block, number) = (from >> 16, from & 0xffff);
            format!("{alias}.ctid OPERATOR(pg_catalog.>) '({block},{number})'::pg_catalog.tid AND ")
        } else {
            String::new()
        };
        let others = self.others.as_ref().map(|others| format!(", {others}\n")).unwrap_or_default();
        let verb = if self.is_update { "UPDATE" } else { "DELETE FROM" };
        let again = if self.is_update { format!("(({condition}\n) IS TRUE)") } else { "false".to_owned() };
        format!(
            "WITH pggit_found AS MATERIALIZED (SELECT {alias}.ctid AS at FROM {target}{others} WHERE {start}({condition}\n) \
             LIMIT {size}), \
             pggit_done AS ({verb} {target} {middle}\n WHERE {alias}.ctid OPERATOR(pg_catalog.=) \
             ANY (ARRAY(SELECT at FROM pggit_found)) AND ({condition}\n) RETURNING {again} AS again) \
             SELECT (SELECT pg_catalog.count(*) FROM pggit_found), (SELECT pg_catalog.count(*) FROM pggit_done), \
             (SELECT pg_catalog.count(*) FROM pggit_done WHERE again), \
             (SELECT pg_catalog.max(pg_catalog.split_part(pg_catalog.btrim(at::pg_catalog.text, '()'), ',', 1)\
             ::pg_catalog.int8 OPERATOR(pg_catalog.*) 65536 OPERATOR(pg_catalog.+) \
             pg_catalog.split_part(pg_catalog.btrim(at::pg_catalog.text, '()'), ',', 2)::pg_catalog.int8) \
             FROM pggit_found)"
        )
    }
}

/// The batches of a script, by the numbers of their statements from 0; all errors together.
///
/// # Errors
/// A [`DirectiveError`] for each directive that can't be followed.
pub fn read(script: &Script<'_>) -> Result<BTreeMap<usize, Batch>, Vec<DirectiveError>> {
    let mut batches = BTreeMap::new();
    let mut errors = Vec::new();
    for comment in &script.comments {
        let Some(value) = comment.line_text().and_then(value) else { continue };
        let next = script.statements.iter().position(|s| s.start.offset > comment.start.offset);
        let result = match (parse(value), next) {
            (Err(message), _) => Err(message),
            (Ok(_), _) if !comment.whole_line => {
                Err("directive \"batch\" must stand in a line of its own".to_owned())
            }
            (Ok(_), None) => Err("directive \"batch\" must stand before a statement".to_owned()),
            (Ok(batch), Some(index)) => {
                let statement = &script.statements[index];
                if statement.start.offset > comment.start.offset && is_inside(script, comment.start.offset) {
                    Err("directive \"batch\" must stand before a statement, not inside it".to_owned())
                } else {
                    batch.form(statement.sql).and_then(|_| match batches.insert(index, batch) {
                        None => Ok(()),
                        Some(_) => Err("directive \"batch\" is given twice for one statement".to_owned()),
                    })
                }
            }
        };
        if let Err(message) = result {
            errors.push(DirectiveError { message, line: comment.start.line });
        }
    }
    if errors.is_empty() { Ok(batches) } else { Err(errors) }
}

fn is_inside(script: &Script<'_>, offset: usize) -> bool {
    script.statements.iter().any(|s| s.start.offset < offset && offset < s.start.offset + s.sql.len())
}

/// The value of the directive, where a comment is one: `batch: …` in lower case, with a number or options.
fn value(comment: &str) -> Option<&str> {
    let text = comment.trim();
    let prefix = text.get(..10).filter(|prefix| prefix.eq_ignore_ascii_case("confiture:"));
    let rest = prefix.map_or(text, |prefix| text[prefix.len()..].trim_start()).strip_prefix("batch")?;
    let value = rest.trim_start().strip_prefix([':', '='])?.trim();
    let first: String = value.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let is_option = value[first.len()..].trim_start().starts_with('=');
    let is_number = value.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    (prefix.is_some() || is_option || is_number || value.is_empty()).then_some(value)
}

fn parse(value: &str) -> Result<Batch, String> {
    let mut batch = Batch { size: USUAL_SIZE, pause: Duration::ZERO };
    for option in value.split([',', ' ']).map(str::trim).filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once('=').unwrap_or(("size", option));
        match name {
            "size" => {
                let size = value.parse().ok().filter(|size| *size > 0);
                let message = || format!("\"{value}\" is no size of a batch: a number from 1 is expected");
                batch.size = size.ok_or_else(message)?;
            }
            "pause" => batch.pause = directive::timeout("pause", value)?,
            _ => return Err(format!("\"{name}\" is no option of \"batch\"; known are size, pause")),
        }
    }
    Ok(batch)
}

impl Batch {
    /// How a statement is run in batches like this.
    ///
    /// # Errors
    /// A message where it would not come to an end, or not run in batches.
    pub fn form(&self, statement: &str) -> Result<BatchForm, String> {
        let words = Words::of(statement);
        let verb = words.verb();
        if !["insert", "update", "delete", "merge"].contains(&verb.as_str()) {
            return Err("directive \"batch\" is for INSERT, UPDATE, DELETE and MERGE".to_owned());
        }
        if let Some(text) = self.with_size(statement, &words) {
            return Ok(BatchForm::Repeated(text));
        }
        if words.all.iter().any(|word| word.is("limit") || word.is("fetch")) {
            return Ok(BatchForm::Repeated(statement.to_owned()));
        }
        match words.limited(self.size) {
            Some(limited) if limited.condition.is_empty() => {
                Err("a statement in batches needs a WHERE that rows meet no longer once they are changed"
                    .to_owned())
            }
            Some(limited) => Ok(BatchForm::Limited(limited)),
            None => {
                Err(format!("a statement in batches needs \"LIMIT {PLACEHOLDER}\" where the rows come from"))
            }
        }
    }

    /// With the size in place of `:batch_size`, as wide as that; `None` where it does not occur.
    fn with_size(&self, statement: &str, words: &Words<'_>) -> Option<String> {
        let size = format!("{:>width$}", self.size, width = PLACEHOLDER.len());
        let mut text = String::new();
        let mut rest = 0;
        for word in words.all.iter().filter(|word| word.text == "batch_size") {
            let colon = word.start.checked_sub(1).filter(|at| statement[*at..].starts_with(':'));
            let Some(colon) = colon.filter(|at| !statement[..*at].ends_with(':')) else { continue };
            text.push_str(&statement[rest..colon]);
            text.push_str(&size);
            rest = word.end;
        }
        (rest > 0).then(|| text + &statement[rest..])
    }
}

/// A token with its text, and how many parentheses it is in.
struct Word<'a> {
    kind: TokenKind,
    text: &'a str,
    start: usize,
    end: usize,
    depth: usize,
}

impl Word<'_> {
    fn is(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(keyword)
    }
}

struct Words<'a> {
    statement: &'a str,
    all: Vec<Word<'a>>,
}

impl<'a> Words<'a> {
    fn of(statement: &'a str) -> Self {
        let mut lexer = Lexer::new(statement);
        let mut all = Vec::new();
        let mut depth = 0_usize;
        while let Ok(Some(Token { kind, start, end })) = lexer.token() {
            match kind {
                TokenKind::LineComment | TokenKind::BlockComment => continue,
                TokenKind::Symbol(')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            all.push(Word { kind, text: &statement[start..end], start, end, depth });
            if kind == TokenKind::Symbol('(') {
                depth += 1;
            }
        }
        Self { statement, all }
    }

    /// What the statement does; behind `WITH`, the first verb outside parentheses.
    fn verb(&self) -> String {
        let verbs = ["insert", "update", "delete", "merge", "select", "values", "table"];
        let first = self.all.first().map(|word| word.text.to_lowercase()).unwrap_or_default();
        if first != "with" {
            return first;
        }
        let found = self.all.iter().find(|word| word.depth == 0 && verbs.iter().any(|verb| word.is(verb)));
        found.map(|word| word.text.to_lowercase()).unwrap_or_default()
    }

    /// The first of these words from `from` on outside parentheses, `IS DISTINCT FROM` passed over.
    fn find(&self, from: usize, keyword: &str) -> Option<usize> {
        (from..self.all.len()).find(|at| {
            let word = &self.all[*at];
            let before = at.checked_sub(1).map(|before| &self.all[before]);
            word.depth == 0
                && word.is(keyword)
                && !(keyword == "from" && before.is_some_and(|before| before.is("distinct")))
        })
    }

    fn slice(&self, from: usize, to: usize) -> String {
        match (self.all.get(from), to.checked_sub(1).and_then(|last| self.all.get(last))) {
            (Some(first), Some(last)) if first.start <= last.start => {
                self.statement[first.start..last.end].to_owned()
            }
            _ => String::new(),
        }
    }

    /// The parts of an `UPDATE` or `DELETE`; the condition is empty where there is none.
    fn limited(&self, size: u32) -> Option<Limited> {
        let is_update = self.all.first()?.is("update");
        let is_delete = self.all.first()?.is("delete") && self.all.get(1)?.is("from");
        if !is_update && !is_delete {
            return None;
        }
        let start = if is_update { 1 } else { 2 };
        let end = self.find(start, "returning").unwrap_or(self.all.len());
        let where_ = self.find(start, "where").filter(|at| *at < end);
        let clauses = where_.unwrap_or(end);
        let (target_end, others) = if is_update {
            let set = self.find(start, "set").filter(|at| *at < clauses)?;
            (set, self.find(set, "from").filter(|at| *at < clauses))
        } else {
            let using = self.find(start, "using").filter(|at| *at < clauses);
            (using.unwrap_or(clauses), using)
        };
        Some(Limited {
            size,
            is_update,
            target: self.slice(start, target_end),
            alias: self.alias(start, target_end)?,
            middle: self.slice(target_end, clauses),
            others: others.map(|at| self.slice(at + 1, clauses)),
            condition: where_.map(|at| self.slice(at + 1, end)).unwrap_or_default(),
        })
    }

    /// What qualifies the columns of `[ONLY] schema.table [*] [[AS] alias]`: the last name of it.
    fn alias(&self, start: usize, end: usize) -> Option<String> {
        let names = self.all.get(start..end)?;
        let last = names.iter().rfind(|word| matches!(word.kind, TokenKind::Word | TokenKind::QuotedWord))?;
        Some(last.text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::scan;

    fn batches(text: &str) -> Result<Vec<(usize, u32, u64)>, String> {
        let script = scan(text).expect(text);
        match read(&script) {
            Ok(found) => Ok(found
                .into_iter()
                .map(|(index, batch)| {
                    (index, batch.size, u64::try_from(batch.pause.as_millis()).unwrap_or(0))
                })
                .collect()),
            Err(errors) => Err(format!("{}: {}", errors[0].line, errors[0].message)),
        }
    }

    #[test]
    fn directives_belong_to_the_next_statement() {
        let update = "UPDATE t SET a = 1 WHERE a IS NULL;";
        for (text, expected) in [
            (format!("-- batch: size=5\n{update}"), vec![(0, 5, 0)]),
            (
                format!("SELECT 1;\n\n-- batch: size=5, pause=10ms\n-- why\n{update}\nSELECT 2;"),
                vec![(1, 5, 10)],
            ),
            (
                format!("-- confiture: batch = 7\n{update}\n--batch: pause=1s\n{update}"),
                vec![(0, 7, 0), (1, 1000, 1000)],
            ),
            (format!("-- batch: the first half of the users\n{update}"), vec![]),
            (format!("-- Batch: size=5\n-- batches are fine\n{update}"), vec![]),
        ] {
            assert_eq!(batches(&text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn errors_say_where() {
        for (text, expected) in [
            (
                "-- batch: size=0\nDELETE FROM t WHERE a",
                "1: \"0\" is no size of a batch: a number from 1 is expected",
            ),
            (
                "-- batch: sise=1\nDELETE FROM t WHERE a",
                "1: \"sise\" is no option of \"batch\"; known are size, pause",
            ),
            (
                "SELECT 1; -- batch: size=1\nDELETE FROM t WHERE a",
                "1: directive \"batch\" must stand in a line of its own",
            ),
            ("SELECT 1;\n-- batch: size=1", "2: directive \"batch\" must stand before a statement"),
            (
                "DELETE\n-- batch: size=1\nFROM t; SELECT 1",
                "2: directive \"batch\" must stand before a statement, not inside it",
            ),
            (
                "-- batch: size=1\n-- batch: size=2\nDELETE FROM t WHERE a",
                "2: directive \"batch\" is given twice for one statement",
            ),
            (
                "-- batch: size=1\nUPDATE t SET a = 1",
                "1: a statement in batches needs a WHERE that rows meet no longer once they are changed",
            ),
            ("-- batch: size=1\nSELECT 1", "1: directive \"batch\" is for INSERT, UPDATE, DELETE and MERGE"),
            (
                "-- batch: size=1\nINSERT INTO t SELECT 1",
                "1: a statement in batches needs \"LIMIT :batch_size\" where the rows come from",
            ),
        ] {
            assert_eq!(batches(text), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn forms() {
        let batch = Batch { size: 50, pause: Duration::ZERO };
        let repeated = |text: &str| match batch.form(text) {
            Ok(BatchForm::Repeated(text)) => text,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(
            repeated("INSERT INTO t SELECT a::batch_size FROM u LIMIT :batch_size -- x"),
            "INSERT INTO t SELECT a::batch_size FROM u LIMIT          50 -- x"
        );
        let own = "DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 10)";
        assert_eq!(repeated(own), own);
        let limited = |text: &str| match batch.form(text) {
            Ok(BatchForm::Limited(limited)) => limited,
            other => panic!("{text}: {other:?}"),
        };
        let found = limited(
            "UPDATE ONLY app.\"T\" AS x SET a = b IS DISTINCT FROM c FROM u, v WHERE x.id = u.id -- y\n RETURNING 1",
        );
        assert_eq!(
            (found.target.as_str(), found.alias.as_str(), found.middle.as_str(), found.others.as_deref()),
            ("ONLY app.\"T\" AS x", "x", "SET a = b IS DISTINCT FROM c FROM u, v", Some("u, v"))
        );
        assert_eq!(found.condition, "x.id = u.id");
        assert!(!found.has_cursor());
        let found = limited("DELETE FROM a.t WHERE x IN (SELECT y FROM z WHERE w)");
        assert_eq!((found.alias.as_str(), found.condition.as_str()), ("t", "x IN (SELECT y FROM z WHERE w)"));
        assert!(
            found.has_cursor()
                && found.statement((7 << 16) + 3).contains("t.ctid OPERATOR(pg_catalog.>) '(7,3)'")
        );
        assert!(!found.statement(0).contains("(pg_catalog.>)"));
    }
}
