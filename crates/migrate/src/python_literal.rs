//! Reads `UP_SQL` and `DOWN_SQL` of a Python migration as literals; no Python is run.
//!
//! Read are: a module docstring, comments, and assignments (`NAME = …`, `NAME: str = …`) of string literals or
//! `None`, where a string is plain or triple-quoted, raw or not, in parentheses or not, and may be made of
//! several literals that stand next to each other. A class, as Confiture for Python generates it, is read by [`class`].
//! Anything else (f-strings, bytes, expressions, calls) is an error, since its value could only be known by running it.
//! Source: Python's language reference, "Lexical analysis".

mod class;

use std::collections::BTreeMap;

/// The values of a Python migration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PythonMigration {
    /// The module's docstring.
    pub docstring: Option<PythonText>,
    /// `UP_SQL`.
    pub up: Option<PythonText>,
    /// `DOWN_SQL`; `None` too when it is Python's `None`.
    pub down: Option<PythonText>,
    /// `transactional = False` of a class.
    pub no_transaction: bool,
}

/// The value of a string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonText {
    /// The text.
    pub value: String,
    /// The line of the file on which the text starts, from 1.
    pub line: u32,
}

/// A Python migration that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PythonError {
    /// What is wrong.
    pub message: String,
    /// Where, from 1.
    pub line: u32,
}

/// Reads the source of a Python migration.
///
/// # Errors
/// [`PythonError`] with the line of what is not a literal.
pub fn read(source: &str) -> Result<PythonMigration, PythonError> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut reader =
        Reader { chars: source.replace("\r\n", "\n").replace('\r', "\n").chars().collect(), at: 0, line: 1 };
    if class::is_class(source) {
        return class::read(reader);
    }
    let mut migration = PythonMigration::default();
    let mut assigned = BTreeMap::new();
    let mut first = true;
    while reader.next_statement()? {
        let line = reader.line;
        if reader.at_string() {
            let text = reader.strings(false)?;
            if first {
                migration.docstring = Some(text);
            }
        } else {
            let name = reader.assignment_target()?;
            let value = reader.value()?;
            if let Some(earlier) = assigned.insert(name.clone(), line) {
                return Err(error(line, format!("\"{name}\" was assigned on line {earlier} already")));
            }
            match name.as_str() {
                "UP_SQL" => migration.up = value,
                "DOWN_SQL" => migration.down = value,
                _ => {}
            }
        }
        reader.end_of_statement()?;
        first = false;
    }
    Ok(migration)
}

fn error(line: u32, message: impl Into<String>) -> PythonError {
    PythonError { message: message.into(), line }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: u32,
}

/// How a string literal starts.
struct Opening {
    raw: bool,
    quote: char,
    triple: bool,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn take(&mut self) -> Option<char> {
        let taken = self.peek(0)?;
        self.at += 1;
        self.line += u32::from(taken == '\n');
        Some(taken)
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, PythonError> {
        Err(error(self.line, message))
    }

    /// Skips space, comments and joined lines; with `lines` (between statements, in parentheses) also line ends.
    fn skip_space(&mut self, lines: bool) -> Result<(), PythonError> {
        while let Some(next) = self.peek(0) {
            match next {
                ' ' | '\t' | '\u{c}' => self.at += 1,
                '\n' if lines => {
                    self.take();
                }
                '\\' if self.peek(1) == Some('\n') => {
                    self.take();
                    self.take();
                }
                '#' => self.comment()?,
                _ => break,
            }
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<(), PythonError> {
        let mut text = String::new();
        while let Some(next) = self.peek(0).filter(|next| *next != '\n') {
            text.push(next);
            self.at += 1;
        }
        if self.line <= 2
            && let Some((_, rest)) = text.split_once("coding")
            && let Some(name) = rest.strip_prefix([':', '='])
        {
            let name = name.trim().to_lowercase().replace('_', "-");
            if !["utf-8", "utf8"].iter().any(|utf8| name.starts_with(utf8)) {
                return self.fail("the encoding of the file must be UTF-8");
            }
        }
        Ok(())
    }

    /// Goes to the start of the next statement; false at the end of the file.
    fn next_statement(&mut self) -> Result<bool, PythonError> {
        self.skip_space(true)?;
        if self.peek(0).is_none() {
            return Ok(false);
        }
        let line_start = self.chars[..self.at].iter().rposition(|c| *c == '\n').map_or(0, |end| end + 1);
        if self.chars[line_start..self.at].iter().any(|c| matches!(c, ' ' | '\t'))
            && self.chars[line_start..self.at].iter().all(|c| c.is_whitespace())
        {
            return self.fail("unexpected indent");
        }
        Ok(true)
    }

    fn end_of_statement(&mut self) -> Result<(), PythonError> {
        self.skip_space(false)?;
        match self.peek(0) {
            None => Ok(()),
            Some('\n' | ';') => {
                self.take();
                self.skip_space(false)
            }
            Some(_) => self.fail("only string literals are read from a Python migration, not expressions"),
        }
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(next) = self.peek(0).filter(|c| c.is_alphanumeric() || *c == '_') {
            name.push(next);
            self.at += 1;
        }
        name
    }

    /// `NAME =` or `NAME: str =`.
    fn assignment_target(&mut self) -> Result<String, PythonError> {
        let what = "only assignments of string literals, such as UP_SQL = \"\"\"…\"\"\", are read from a Python migration";
        let name = self.name();
        self.skip_space(false)?;
        if self.peek(0) == Some(':') {
            while self
                .peek(0)
                .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '|' | ' ' | ':' | '[' | ']'))
            {
                self.at += 1;
            }
        }
        if name.is_empty() || self.peek(0) != Some('=') || self.peek(1) == Some('=') {
            return self.fail(what);
        }
        self.at += 1;
        self.skip_space(false)?;
        Ok(name)
    }

    fn value(&mut self) -> Result<Option<PythonText>, PythonError> {
        if self.at_string() {
            return self.strings(false).map(Some);
        }
        if self.peek(0) == Some('(') {
            let line = self.line;
            self.at += 1;
            self.skip_space(true)?;
            let value = if self.at_string() { Some(self.strings(true)?) } else { self.none()? };
            self.skip_space(true)?;
            if self.peek(0).is_none() {
                return Err(error(line, "\"(\" is never closed"));
            }
            if self.take() != Some(')') {
                return self.fail("only string literals are read from a Python migration, not expressions");
            }
            return Ok(value);
        }
        self.none()
    }

    fn none(&mut self) -> Result<Option<PythonText>, PythonError> {
        let line = self.line;
        match self.name().as_str() {
            "None" => Ok(None),
            _ => Err(error(line, "only string literals are read from a Python migration, not expressions")),
        }
    }

    /// The letters before a quote, when a string literal starts here.
    fn prefix(&self) -> Option<String> {
        let letters: String =
            (0..).map_while(|i| self.peek(i).filter(char::is_ascii_alphabetic)).take(3).collect();
        let quoted = matches!(self.peek(letters.len()), Some('"' | '\''));
        (quoted && letters.len() < 3).then(|| letters.to_ascii_lowercase())
    }

    fn at_string(&self) -> bool {
        self.prefix().is_some()
    }

    /// String literals next to each other, which are one text.
    fn strings(&mut self, lines: bool) -> Result<PythonText, PythonError> {
        let mut text = self.string()?;
        loop {
            let (at, line) = (self.at, self.line);
            self.skip_space(lines)?;
            if !self.at_string() {
                (self.at, self.line) = (at, line);
                return Ok(text);
            }
            let more = self.string()?;
            if text.value.is_empty() {
                text.line = more.line;
            }
            text.value.push_str(&more.value);
        }
    }

    fn string(&mut self) -> Result<PythonText, PythonError> {
        let start = self.line;
        let opening = self.opening()?;
        let mut value = String::new();
        let line = self.line;
        loop {
            let Some(next) = self.take() else {
                return Err(error(start, "unterminated string literal"));
            };
            let closes = next == opening.quote
                && (!opening.triple || (self.peek(0) == Some(next) && self.peek(1) == Some(next)));
            if closes {
                self.at += if opening.triple { 2 } else { 0 };
                return Ok(PythonText { value, line });
            }
            match next {
                '\n' if !opening.triple => return Err(error(start, "unterminated string literal")),
                '\\' if opening.raw => {
                    value.push('\\');
                    match self.peek(0) {
                        Some(escaped) => {
                            self.take();
                            value.push(escaped);
                        }
                        None => return Err(error(start, "unterminated string literal")),
                    }
                }
                '\\' => self.escape(&mut value)?,
                other => value.push(other),
            }
        }
    }

    fn opening(&mut self) -> Result<Opening, PythonError> {
        let prefix = self.prefix().unwrap_or_default();
        let raw = match prefix.as_str() {
            "" | "u" => false,
            "r" => true,
            "f" | "fr" | "rf" => return self.fail("an f-string can't be read without running Python"),
            "t" | "tr" | "rt" => return self.fail("a t-string can't be read without running Python"),
            "b" | "br" | "rb" => return self.fail("bytes are not SQL: a string literal is expected"),
            _ => return self.fail(format!("unknown prefix \"{prefix}\" of a string literal")),
        };
        self.at += prefix.len();
        let quote = self.take().unwrap_or('"');
        let triple = self.peek(0) == Some(quote) && self.peek(1) == Some(quote);
        self.at += if triple { 2 } else { 0 };
        Ok(Opening { raw, quote, triple })
    }

    fn escape(&mut self, value: &mut String) -> Result<(), PythonError> {
        let Some(escaped) = self.take() else { return self.fail("unterminated string literal") };
        let character = match escaped {
            '\n' => return Ok(()),
            '\\' | '\'' | '"' => escaped,
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '0'..='7' => {
                self.at -= 1;
                self.code(8, 1, 3)?
            }
            'x' => self.code(16, 2, 2)?,
            'u' => self.code(16, 4, 4)?,
            'U' => self.code(16, 8, 8)?,
            'N' => return self.fail("characters by name (\\N{…}) are not read: write the character itself"),
            other => {
                value.push('\\');
                other
            }
        };
        value.push(character);
        Ok(())
    }

    /// A character by its number of `least` to `most` digits.
    fn code(&mut self, radix: u32, least: usize, most: usize) -> Result<char, PythonError> {
        let digits: Vec<u32> =
            (0..most).map_while(|i| self.peek(i).and_then(|digit| digit.to_digit(radix))).collect();
        if digits.len() < least {
            return self.fail(format!("an escape of {least} digits is too short"));
        }
        self.at += digits.len();
        let code = digits.iter().fold(0_u32, |code, digit| (code << radix.ilog2()) | digit);
        match char::from_u32(code) {
            Some(character) => Ok(character),
            None => self.fail(format!("\\U{code:08x} is not a character")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn up(source: &str) -> String {
        read(source).expect(source).up.expect(source).value
    }

    #[test]
    fn literals() {
        let cases = [
            ("UP_SQL = \"a\"", "a"),
            ("UP_SQL = 'a\"b'", "a\"b"),
            ("UP_SQL='''a\n'b' ''c'''", "a\n'b' ''c"),
            ("UP_SQL: str = \"\"\"\na\"b\"\"c\n\"\"\"\n", "\na\"b\"\"c\n"),
            ("UP_SQL = r'a\\n\\'b'", "a\\n\\'b"),
            ("UP_SQL = R\"\"\"\\d+\"\"\"", "\\d+"),
            ("UP_SQL = u'a' \"b\" r'\\c'  # and\n", "ab\\c"),
            ("UP_SQL = (  # so\n  'a'\n\n  'b' # c\n)", "ab"),
            ("UP_SQL = 'a' \\\n 'b'", "ab"),
            ("UP_SQL = \\\n 'b'", "b"),
            (r"UP_SQL = '\\ \' \x41 \101 \0 \u00fc \U0001F600 \q'", "\\ ' A A \0 ü 😀 \\q"),
            (r"UP_SQL = '\a\b\f\n\r\t\v'", "\x07\x08\x0c\n\r\t\x0b"),
            ("UP_SQL = 'a\\\nb'", "ab"),
            ("UP_SQL = '''a\r\nb\rc'''", "a\nb\nc"),
            ("UP_SQL = '\\\r\n'", ""),
            ("UP_SQL = ''", ""),
            ("\u{feff}# -*- coding: utf-8 -*-\n'doc'\nX = None; UP_SQL = 'a';\n", "a"),
            ("x = 'UP_SQL = 1'; UP_SQL = '#'", "#"),
            ("UP_SQL = '''\\'''a'''", "'''a"),
        ];
        for (source, expected) in cases {
            assert_eq!(up(source), expected, "{source}");
        }
    }

    #[test]
    fn the_documented_file() {
        let source = "\"\"\"add\n\nGenerated\n\"\"\"\n\nUP_SQL = \"\"\"\nSELECT 1;\n\"\"\"\n\nDOWN_SQL = \"\"\"\nSELECT 2;\n\"\"\"\n";
        let migration = read(source).expect(source);
        let text = |value: &str, line| Some(PythonText { value: value.to_owned(), line });
        assert_eq!(migration.docstring, text("add\n\nGenerated\n", 1));
        assert_eq!(migration.up, text("\nSELECT 1;\n", 6));
        assert_eq!(migration.down, text("\nSELECT 2;\n", 10));
        assert_eq!(read("UP_SQL = 'a'\nDOWN_SQL = None").expect("none").down, None);
        assert_eq!(read("").expect("empty"), PythonMigration::default());
    }

    #[test]
    fn errors_say_where() {
        let expressions = "only string literals are read from a Python migration, not expressions";
        let assignments = "only assignments of string literals, such as UP_SQL = \"\"\"…\"\"\", are read from a Python migration";
        let cases = [
            ("'doc'\nUP_SQL = f'{x}'", "an f-string can't be read without running Python", 2),
            ("UP_SQL = 'a' rF'b'", "an f-string can't be read without running Python", 1),
            ("UP_SQL = b'a'", "bytes are not SQL: a string literal is expected", 1),
            ("UP_SQL = ur'a'", "unknown prefix \"ur\" of a string literal", 1),
            ("UP_SQL = 'a' + 'b'", expressions, 1),
            ("\nUP_SQL = 'a'.strip()", expressions, 2),
            ("UP_SQL = 'a' % x", expressions, 1),
            ("UP_SQL = ('a', 'b')", expressions, 1),
            ("UP_SQL = open('x').read()", expressions, 1),
            ("UP_SQL = 1", expressions, 1),
            ("UP_SQL = ", expressions, 1),
            ("UP_SQL = ('a'", "\"(\" is never closed", 1),
            ("import os", assignments, 1),
            ("UP_SQL == 'a'", assignments, 1),
            ("UP_SQL += 'a'", assignments, 1),
            ("UP_SQL = 'a'\n\nUP_SQL = 'b'", "\"UP_SQL\" was assigned on line 1 already", 3),
            ("UP_SQL = 'a\nb'", "unterminated string literal", 1),
            ("\nUP_SQL = '''a\nb", "unterminated string literal", 2),
            ("UP_SQL = 'a\\", "unterminated string literal", 1),
            ("UP_SQL = r'a\\'", "unterminated string literal", 1),
            ("UP_SQL = '\\x4'", "an escape of 2 digits is too short", 1),
            ("UP_SQL = '\\ud800'", "\\U0000d800 is not a character", 1),
            (
                "UP_SQL = '\\N{DASH}'",
                "characters by name (\\N{…}) are not read: write the character itself",
                1,
            ),
            ("  UP_SQL = 'a'", "unexpected indent", 1),
            ("# coding: latin-1\nUP_SQL = 'a'", "the encoding of the file must be UTF-8", 1),
        ];
        for (source, message, line) in cases {
            assert_eq!(read(source), Err(error(line, message)), "{source}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_source_is_read_or_refused(source in r#"((UP_SQL = )?[a-z'"\\()\n #=rfN{}0-9ü]){0,30}"#) {
            let _either = read(&source);
        }
    }
}
