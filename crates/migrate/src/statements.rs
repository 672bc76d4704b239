//! Splits a SQL script into statements, as psql does.
//!
//! Semicolons end a statement unless they stand in quotes, comments, parentheses (`CREATE RULE`) or the body of
//! a routine between `BEGIN ATOMIC` and `END`. After `COPY … FROM stdin;` come lines of data up to `\.`. The
//! meaning of the statements is left to the server.

use crate::token::{Lexer, Token, TokenKind};

/// A script taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script<'a> {
    /// The statements in order; empty ones are left out.
    pub statements: Vec<Statement<'a>>,
    /// All comments in order, those inside statements included.
    pub comments: Vec<Comment<'a>>,
}

/// One statement of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// From the first token to the last, without comments before or after it and without the semicolon.
    pub sql: &'a str,
    /// Where it starts in the script.
    pub start: Position,
    /// Whether a semicolon ends it.
    pub terminated: bool,
    /// The lines after a `COPY … FROM stdin`, without the `\.` that ends them.
    pub copy_data: Option<&'a str>,
}

/// One comment of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment<'a> {
    /// The comment with its marks (`-- …` without the line end, or `/* … */`).
    pub text: &'a str,
    /// Where it starts in the script.
    pub start: Position,
    /// Whether nothing but space stands before it on its line.
    pub whole_line: bool,
}

impl<'a> Comment<'a> {
    /// What follows the two dashes; `None` for a comment in `/* */`.
    #[must_use]
    pub fn line_text(&self) -> Option<&'a str> {
        self.text.strip_prefix("--")
    }
}

/// A place in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Bytes from the start.
    pub offset: usize,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// A script that can't be split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// A quote, dollar quote or comment is never closed.
    #[error("unterminated {what}")]
    Unterminated {
        /// What was opened.
        what: &'static str,
        /// Where it was opened.
        at: Position,
    },
    /// A backslash outside quotes: a command to psql, which is not SQL.
    #[error("psql command \"{command}\" in a script that psql does not run")]
    MetaCommand {
        /// The backslash and the word after it.
        command: String,
        /// Where it stands.
        at: Position,
    },
    /// Something follows `COPY … FROM stdin;` on its line; the data starts on the next.
    #[error("data of COPY must start on the line after the statement")]
    TextBeforeCopyData {
        /// The first character that is too much.
        at: Position,
    },
}

impl ScanError {
    /// Where in the script.
    #[must_use]
    pub fn position(&self) -> Position {
        match self {
            Self::Unterminated { at, .. }
            | Self::MetaCommand { at, .. }
            | Self::TextBeforeCopyData { at } => *at,
        }
    }
}

/// Splits a script.
///
/// # Errors
/// [`ScanError`] with the place where the script stops to make sense.
pub fn scan(text: &str) -> Result<Script<'_>, ScanError> {
    let mut splitter = Splitter {
        text,
        script: Script::default(),
        place: Position { offset: 0, line: 1, column: 1 },
        line_has_tokens: false,
        open: None,
    };
    let mut lexer = Lexer::new(text);
    loop {
        let token = lexer.token().map_err(|unterminated| ScanError::Unterminated {
            what: unterminated.what,
            at: splitter.advance(unterminated.start),
        })?;
        let Some(token) = token else { break };
        if let Some(skip_to) = splitter.take(token)? {
            lexer.at = skip_to;
        }
    }
    splitter.close(false);
    Ok(splitter.script)
}

struct Splitter<'a> {
    text: &'a str,
    script: Script<'a>,
    place: Position,
    line_has_tokens: bool,
    open: Option<OpenStatement<'a>>,
}

/// The statement being read.
struct OpenStatement<'a> {
    start: Position,
    end: usize,
    parentheses: u32,
    /// Depth of `BEGIN ATOMIC` and `CASE` in the body of a routine.
    blocks: u32,
    /// The first words, as many as tell what the statement is; empty strings for what is no word.
    first_words: Vec<&'a str>,
    last_word: &'a str,
    copies_from_stdin: bool,
}

impl<'a> Splitter<'a> {
    /// Moves to a later offset and says where that is.
    fn advance(&mut self, offset: usize) -> Position {
        let passed = &self.text[self.place.offset..offset];
        if let Some(line_end) = passed.rfind('\n') {
            self.place.line += count(passed.matches('\n').count());
            self.place.column = 1;
            self.line_has_tokens = false;
            self.place.column += count(passed[line_end + 1..].chars().count());
        } else {
            self.place.column += count(passed.chars().count());
        }
        self.place.offset = offset;
        self.place
    }

    /// Takes the next token; returns where to go on reading when that is not right after it.
    fn take(&mut self, token: Token) -> Result<Option<usize>, ScanError> {
        let at = self.advance(token.start);
        let whole_line = !self.line_has_tokens;
        self.line_has_tokens = true;
        match token.kind {
            TokenKind::LineComment | TokenKind::BlockComment => {
                let text = &self.text[token.start..token.end];
                self.script.comments.push(Comment { text, start: at, whole_line });
                return Ok(None);
            }
            TokenKind::Symbol('\\') => {
                let rest = &self.text[token.start..];
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                return Err(ScanError::MetaCommand { command: rest[..end].to_owned(), at });
            }
            TokenKind::Symbol(';') if self.open.as_ref().is_none_or(OpenStatement::may_end) => {
                return match self.close(true) {
                    true => self.copy_data(token.end).map(Some),
                    false => Ok(None),
                };
            }
            _ => {}
        }
        let text = self.text;
        let open = self.open.get_or_insert_with(|| OpenStatement::new(at));
        open.take(token, &text[token.start..token.end]);
        Ok(None)
    }

    /// Ends the statement being read; true when lines of data follow.
    fn close(&mut self, terminated: bool) -> bool {
        let Some(open) = self.open.take() else { return false };
        let sql = &self.text[open.start.offset..open.end];
        self.script.statements.push(Statement { sql, start: open.start, terminated, copy_data: None });
        terminated && open.copies_from_stdin
    }

    /// Adds the data from the line after `from` to the last statement; returns where the script goes on.
    fn copy_data(&mut self, from: usize) -> Result<usize, ScanError> {
        let line_end = self.text[from..].find('\n').map_or(self.text.len(), |length| from + length);
        let rest = &self.text[from..line_end];
        let start = (line_end + 1).min(self.text.len());
        let trimmed = rest.trim_start();
        if trimmed.starts_with("--") {
            let at = self.advance(line_end - trimmed.len());
            let text = trimmed.trim_end_matches('\r');
            self.script.comments.push(Comment { text, start: at, whole_line: false });
        } else if !trimmed.is_empty() {
            return Err(ScanError::TextBeforeCopyData { at: self.advance(line_end - trimmed.len()) });
        }
        let (mut end, mut next) = (self.text.len(), self.text.len());
        let mut line_start = start;
        for line in self.text[start..].split_inclusive('\n') {
            if line.trim_end_matches('\n').trim_end_matches('\r') == "\\." {
                (end, next) = (line_start, line_start + line.len());
                break;
            }
            line_start += line.len();
        }
        if let Some(statement) = self.script.statements.last_mut() {
            statement.copy_data = Some(&self.text[start..end]);
        }
        Ok(next)
    }
}

impl<'a> OpenStatement<'a> {
    fn new(start: Position) -> Self {
        Self {
            start,
            end: start.offset,
            parentheses: 0,
            blocks: 0,
            first_words: Vec::new(),
            last_word: "",
            copies_from_stdin: false,
        }
    }

    fn may_end(&self) -> bool {
        self.parentheses == 0 && self.blocks == 0
    }

    fn take(&mut self, token: Token, text: &'a str) {
        self.end = token.end;
        match token.kind {
            TokenKind::Symbol('(') => self.parentheses += 1,
            TokenKind::Symbol(')') => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        let word = if token.kind == TokenKind::Word { text } else { "" };
        if self.first_words.len() < 4 {
            self.first_words.push(word);
        }
        if self.parentheses == 0 {
            let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
            let begins_body =
                is("atomic") && self.last_word.eq_ignore_ascii_case("begin") && self.is_routine();
            if begins_body || (is("case") && self.blocks > 0) {
                self.blocks += 1;
            } else if is("end") {
                self.blocks = self.blocks.saturating_sub(1);
            } else if is("stdin") && self.last_word.eq_ignore_ascii_case("from") {
                self.copies_from_stdin |= self.starts_with(&["copy"]);
            }
        }
        self.last_word = word;
    }

    fn starts_with(&self, keywords: &[&str]) -> bool {
        self.first_words.len() >= keywords.len()
            && self.first_words.iter().zip(keywords).all(|(word, keyword)| word.eq_ignore_ascii_case(keyword))
    }

    fn is_routine(&self) -> bool {
        ["function", "procedure"].iter().any(|kind| {
            self.starts_with(&["create", kind]) || self.starts_with(&["create", "or", "replace", kind])
        })
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        scan(text).expect(text).statements.iter().map(|statement| statement.sql).collect()
    }

    #[test]
    fn statements() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" ;; \n-- nothing\n/* at all */ ;", &[]),
            ("SELECT 1", &["SELECT 1"]),
            ("SELECT 1;SELECT 2 ;\n SELECT 3\n", &["SELECT 1", "SELECT 2", "SELECT 3"]),
            ("-- a; b\nSELECT 1 -- c; d\n, 2; -- e", &["SELECT 1 -- c; d\n, 2"]),
            ("SELECT 1 -- end\n", &["SELECT 1"]),
            ("SELECT /* a /* b; */ ; */ 1; SELECT 2", &["SELECT /* a /* b; */ ; */ 1", "SELECT 2"]),
            ("SELECT 'a;''b;'; SELECT ';'", &["SELECT 'a;''b;'", "SELECT ';'"]),
            (r"SELECT 'a\'; SELECT 2", &[r"SELECT 'a\'", "SELECT 2"]),
            (r"SELECT E'a\';b'; SELECT e'\\'; SELECT 3", &[r"SELECT E'a\';b'", r"SELECT e'\\'", "SELECT 3"]),
            ("SELECT E'a'\n -- c\n '\\';'; SELECT 2", &["SELECT E'a'\n -- c\n '\\';'", "SELECT 2"]),
            (r"SELECT E'a' '\'; SELECT 2", &[r"SELECT E'a' '\'", "SELECT 2"]),
            (r"SELECT name'\'; SELECT 2", &[r"SELECT name'\'", "SELECT 2"]),
            (
                "SELECT U&'\\0041;', B'1', x'ff', N';'; SELECT 2",
                &["SELECT U&'\\0041;', B'1', x'ff', N';'", "SELECT 2"],
            ),
            ("SELECT \"a;\"\"b\", U&\"c;\"; SELECT 2", &["SELECT \"a;\"\"b\", U&\"c;\"", "SELECT 2"]),
            ("DO $$ BEGIN; END $$; SELECT 2", &["DO $$ BEGIN; END $$", "SELECT 2"]),
            ("DO $a$ $$ ; $b$ ; $a $a$; SELECT 2", &["DO $a$ $$ ; $b$ ; $a $a$", "SELECT 2"]),
            ("SELECT $größe$;$größe$; SELECT 2", &["SELECT $größe$;$größe$", "SELECT 2"]),
            ("SELECT a$b$c; SELECT $1; SELECT 2", &["SELECT a$b$c", "SELECT $1", "SELECT 2"]),
            ("SELECT 'ü;', größe; SELECT ü", &["SELECT 'ü;', größe", "SELECT ü"]),
            ("SELECT 1--2;\n; SELECT 3*/* ; */4", &["SELECT 1", "SELECT 3*/* ; */4"]),
            (
                "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3",
                &["CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)", "SELECT 3"],
            ),
            ("SELECT 1); SELECT 2", &["SELECT 1)", "SELECT 2"]),
            (
                "CREATE TABLE {{tables.a}} (x ${TYPE}); SELECT 2",
                &["CREATE TABLE {{tables.a}} (x ${TYPE})", "SELECT 2"],
            ),
            ("BEGIN; SELECT 1; END; COMMIT", &["BEGIN", "SELECT 1", "END", "COMMIT"]),
            (
                "CREATE FUNCTION begin() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3",
                &[
                    "CREATE FUNCTION begin() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
                    "SELECT 3",
                ],
            ),
            (
                "create or replace procedure p() begin /* ; */ atomic insert into t values (1); end; SELECT 3",
                &[
                    "create or replace procedure p() begin /* ; */ atomic insert into t values (1); end",
                    "SELECT 3",
                ],
            ),
            (
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; BEGIN ATOMIC'; SELECT 3",
                &["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; BEGIN ATOMIC'", "SELECT 3"],
            ),
            ("CREATE TABLE begin (atomic int); SELECT 3", &["CREATE TABLE begin (atomic int)", "SELECT 3"]),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text), *expected, "{text}");
        }
    }

    #[test]
    fn copy_data() {
        type Found<'a> = (&'a str, Option<&'a str>);
        let cases: &[(&str, &[Found<'_>])] = &[
            (
                "COPY t FROM stdin;\na;'b\n\\N\t\\\\.\n\\.\nSELECT 2;",
                &[("COPY t FROM stdin", Some("a;'b\n\\N\t\\\\.\n")), ("SELECT 2", None)],
            ),
            (
                "copy t (a, b)\nFROM STDIN WITH (FORMAT csv); -- data\r\n1,2\r\n\\.\r\nSELECT 2",
                &[("copy t (a, b)\nFROM STDIN WITH (FORMAT csv)", Some("1,2\r\n")), ("SELECT 2", None)],
            ),
            ("COPY t FROM stdin;\n\\.", &[("COPY t FROM stdin", Some(""))]),
            ("COPY t FROM stdin;", &[("COPY t FROM stdin", Some(""))]),
            ("COPY t FROM stdin;\n1\n", &[("COPY t FROM stdin", Some("1\n"))]),
            ("COPY t TO stdout; SELECT 2", &[("COPY t TO stdout", None), ("SELECT 2", None)]),
            ("COPY t FROM '/stdin'; SELECT 2", &[("COPY t FROM '/stdin'", None), ("SELECT 2", None)]),
            (
                "COPY (SELECT a FROM stdin) TO stdout; SELECT 2",
                &[("COPY (SELECT a FROM stdin) TO stdout", None), ("SELECT 2", None)],
            ),
            ("SELECT a FROM stdin; SELECT 2", &[("SELECT a FROM stdin", None), ("SELECT 2", None)]),
        ];
        for (text, expected) in cases {
            let script = scan(text).expect(text);
            let found: Vec<_> = script.statements.iter().map(|s| (s.sql, s.copy_data)).collect();
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn positions() {
        let text = "-- größe\n  SELECT 'ü'; SELECT\n 2;\r\nCOPY t FROM stdin;\nx\n\\.\n  SELECT 3";
        let found: Vec<_> = scan(text)
            .expect(text)
            .statements
            .iter()
            .map(|s| (s.start.line, s.start.column, s.terminated, text[s.start.offset..].starts_with(s.sql)))
            .collect();
        assert_eq!(found, [(2, 3, true, true), (2, 15, true, true), (4, 1, true, true), (7, 3, false, true)]);
    }

    #[test]
    fn comments() {
        let text = "-- a\nSELECT 1 -- b\n, '-- no' /* c\n */ , $$ -- no $$; /* d */ -- e\r\n  --f";
        let found: Vec<_> = scan(text)
            .expect(text)
            .comments
            .iter()
            .map(|comment| (comment.text, comment.start.line, comment.whole_line))
            .collect();
        assert_eq!(
            found,
            [
                ("-- a", 1, true),
                ("-- b", 2, false),
                ("/* c\n */", 3, false),
                ("/* d */", 4, false),
                ("-- e", 4, false),
                ("--f", 5, true),
            ]
        );
    }

    #[test]
    fn errors_say_where() {
        let cases = [
            ("SELECT 1;\n  SELECT 'a", "unterminated string constant", 2, 10),
            ("SELECT E'a\\", "unterminated string constant", 1, 8),
            ("SELECT E'a\\'", "unterminated string constant", 1, 8),
            ("SELECT \"a", "unterminated quoted identifier", 1, 8),
            ("DO $x$ $$", "unterminated dollar-quoted string", 1, 4),
            ("SELECT 1; /* /* */", "unterminated comment", 1, 11),
            ("SELECT 1;\n\\set x 1", "psql command \"\\set\" in a script that psql does not run", 2, 1),
            ("COPY t FROM stdin; 1\n", "data of COPY must start on the line after the statement", 1, 20),
        ];
        for (text, message, line, column) in cases {
            let error = scan(text).expect_err(text);
            let at = error.position();
            assert_eq!((error.to_string().as_str(), at.line, at.column), (message, line, column), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_split_or_refused(text in r#"([a-zE;'"$\\()\n \-/*ü]|COPY t FROM stdin;|BEGIN ATOMIC|\$a\$){0,40}"#) {
            if let Ok(script) = scan(&text) {
                let mut end = 0;
                for statement in &script.statements {
                    assert!(statement.start.offset >= end);
                    assert_eq!(&text[statement.start.offset..][..statement.sql.len()], statement.sql);
                    end = statement.start.offset + statement.sql.len();
                }
            }
        }
    }
}
