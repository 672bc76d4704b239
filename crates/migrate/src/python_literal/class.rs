//! Migrations of Confiture for Python that are classes: the string literals that `up` and `down` hand to `self.execute`.
//!
//! Read are `self.execute("…")` with literals, or with the name of a literal of the module, and the attributes `up_sql`,
//! `down_sql` and `transactional = False`. Other methods, attributes and imports say nothing about the SQL and are passed
//! over; anything else in `up` and `down` is an error.

use std::collections::BTreeMap;

use super::{PythonError, PythonMigration, PythonText, Reader, error};

const WHAT: &str =
    "only self.execute(\"…\") with string literals is read from the methods of a Python migration";

/// Whether there is a class.
pub(super) fn is_class(source: &str) -> bool {
    source.lines().any(|line| line.starts_with("class ") && line.contains('('))
}

/// Reads a module with a class.
pub(super) fn read(mut reader: Reader) -> Result<PythonMigration, PythonError> {
    let mut module = Module::default();
    let mut first = true;
    while let Some(column) = reader.next_column()? {
        if reader.at_string() && first {
            module.migration.docstring = Some(reader.strings(false)?);
            reader.end_of_statement()?;
        } else if reader.take_word("class") {
            if module.has_class {
                return reader.fail("a second class: a migration is one");
            }
            module.has_class = true;
            reader.skip_header()?;
            module.class(&mut reader, column)?;
        } else {
            module.assignment(&mut reader)?;
        }
        first = false;
    }
    Ok(module.migration)
}

#[derive(Default)]
struct Module {
    migration: PythonMigration,
    /// Literals of the module, by name.
    literals: BTreeMap<String, PythonText>,
    has_class: bool,
}

impl Module {
    /// The body of the class, whose header stands at `column`.
    fn class(&mut self, reader: &mut Reader, column: usize) -> Result<(), PythonError> {
        while let Some(inner) = reader.next_column()?.filter(|inner| *inner > column) {
            if reader.take_word("def") {
                reader.skip_space(false)?;
                let name = reader.name();
                reader.skip_header()?;
                match name.as_str() {
                    "up" => self.migration.up = self.method(reader, inner)?,
                    "down" => self.migration.down = self.method(reader, inner)?,
                    _ => {
                        while reader.next_column()?.is_some_and(|line| line > inner) {
                            reader.skip_line()?;
                        }
                    }
                }
            } else {
                self.attribute(reader)?;
            }
        }
        Ok(())
    }

    /// An assignment in the module. Of others than literals nothing is known; what uses them fails.
    fn assignment(&mut self, reader: &mut Reader) -> Result<(), PythonError> {
        if let Some((name, value)) = reader.literal_assignment()? {
            self.literals.insert(name, value);
        }
        reader.skip_line()
    }

    fn attribute(&mut self, reader: &mut Reader) -> Result<(), PythonError> {
        let (at, line) = (reader.at, reader.line);
        if let Some((name, value)) = reader.literal_assignment()? {
            match name.as_str() {
                "up_sql" => self.migration.up = Some(value),
                "down_sql" => self.migration.down = Some(value),
                _ => {}
            }
        } else if reader.at_string() {
            reader.strings(false)?;
        } else {
            (reader.at, reader.line) = (at, line);
            let text: String = reader.chars[at..].iter().take_while(|c| !matches!(c, '\n' | '#')).collect();
            let (name, value) = text.split_once('=').unwrap_or((&text, ""));
            let name = name.split(':').next().unwrap_or(name).trim();
            self.migration.no_transaction |= name == "transactional" && value.trim() == "False";
        }
        reader.skip_line()
    }

    /// The SQL of a method; `None` for one without.
    fn method(&self, reader: &mut Reader, column: usize) -> Result<Option<PythonText>, PythonError> {
        let mut sql: Option<PythonText> = None;
        while reader.next_column()?.is_some_and(|inner| inner > column) {
            let line = reader.line;
            if reader.at_string() {
                reader.strings(false)?;
            } else if reader.take_word("pass") || reader.take_word("return") {
                reader.skip_space(false)?;
            } else if reader.take_text("self.execute(") {
                reader.skip_space(true)?;
                let text = self.argument(reader, line)?;
                reader.skip_space(true)?;
                if reader.peek(0) == Some(',') {
                    reader.at += 1;
                    reader.skip_space(true)?;
                }
                if reader.take() != Some(')') {
                    return Err(error(line, WHAT));
                }
                match &mut sql {
                    None => sql = Some(text),
                    Some(sql) => append(sql, &text),
                }
            } else {
                return Err(error(line, WHAT));
            }
            reader.skip_space(false)?;
            if reader.peek(0).is_some_and(|next| !matches!(next, '\n' | ';')) {
                return Err(error(line, WHAT));
            }
            reader.at += usize::from(reader.peek(0) == Some(';'));
        }
        Ok(sql)
    }

    fn argument(&self, reader: &mut Reader, line: u32) -> Result<PythonText, PythonError> {
        if reader.at_string() {
            return reader.strings(true);
        }
        let name = reader.name();
        self.literals.get(&name).cloned().ok_or_else(|| error(line, WHAT))
    }
}

/// Adds a statement, on its own line where that can be.
fn append(sql: &mut PythonText, more: &PythonText) {
    let last = sql.value.trim_end().rsplit('\n').next().unwrap_or_default();
    if last.contains("--") {
        sql.value.push_str("\n;");
    } else if !last.ends_with(';') {
        sql.value.push(';');
    }
    sql.value.push('\n');
    let lines = |text: &str| u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
    for _ in (sql.line + lines(&sql.value))..more.line {
        sql.value.push('\n');
    }
    sql.value.push_str(&more.value);
}

impl Reader {
    /// Goes to the next statement; its column, from 0. `None` at the end of the file.
    fn next_column(&mut self) -> Result<Option<usize>, PythonError> {
        self.skip_space(true)?;
        if self.peek(0).is_none() {
            return Ok(None);
        }
        Ok(Some(self.chars[..self.at].iter().rev().take_while(|c| **c != '\n').count()))
    }

    fn take_text(&mut self, text: &str) -> bool {
        let is_here = text.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c));
        if is_here {
            self.at += text.chars().count();
        }
        is_here
    }

    fn take_word(&mut self, word: &str) -> bool {
        let after = self.peek(word.chars().count());
        let ends = after.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        ends && self.take_text(word)
    }

    /// `NAME = "…"` or `NAME: str = "…"`; otherwise nothing is taken.
    fn literal_assignment(&mut self) -> Result<Option<(String, PythonText)>, PythonError> {
        let (at, line) = (self.at, self.line);
        if let Ok(name) = self.assignment_target() {
            let in_parentheses = self.peek(0) == Some('(');
            if in_parentheses {
                self.at += 1;
                self.skip_space(true)?;
            }
            let is_plain = self.prefix().is_some_and(|prefix| matches!(prefix.as_str(), "" | "r" | "u"));
            if is_plain {
                let value = self.strings(in_parentheses)?;
                self.skip_space(in_parentheses)?;
                let closed = !in_parentheses || self.take() == Some(')');
                self.skip_space(false)?;
                if closed && matches!(self.peek(0), None | Some('\n' | ';')) {
                    return Ok(Some((name, value)));
                }
            }
        }
        (self.at, self.line) = (at, line);
        Ok(None)
    }

    /// Passes over the rest of a statement, with all lines of its parentheses and strings.
    fn skip_line(&mut self) -> Result<(), PythonError> {
        self.skip_until(|next| next == '\n')
    }

    /// Passes over the rest of `class …:` or `def …:`.
    fn skip_header(&mut self) -> Result<(), PythonError> {
        self.skip_until(|next| next == ':')
    }

    fn skip_until(&mut self, is_end: impl Fn(char) -> bool) -> Result<(), PythonError> {
        let mut depth = 0_u32;
        loop {
            self.skip_space(depth > 0)?;
            let Some(next) = self.peek(0) else { return Ok(()) };
            if depth == 0 && is_end(next) {
                self.take();
                return Ok(());
            }
            match next {
                '"' | '\'' => self.skip_string()?,
                _ => {
                    match next {
                        '(' | '[' | '{' => depth += 1,
                        ')' | ']' | '}' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    self.take();
                }
            }
        }
    }

    /// Passes over a string of any kind.
    fn skip_string(&mut self) -> Result<(), PythonError> {
        let line = self.line;
        let quote = self.take().unwrap_or('"');
        let is_triple = self.peek(0) == Some(quote) && self.peek(1) == Some(quote);
        self.at += if is_triple { 2 } else { 0 };
        loop {
            match self.take() {
                None => return Err(error(line, "unterminated string literal")),
                Some('\n') if !is_triple => return Err(error(line, "unterminated string literal")),
                Some('\\') => {
                    self.take();
                }
                Some(next) if next == quote => {
                    if !is_triple {
                        return Ok(());
                    }
                    if self.peek(0) == Some(quote) && self.peek(1) == Some(quote) {
                        self.at += 2;
                        return Ok(());
                    }
                }
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;

    const GENERATED: &str = r#""""Migration: add_users

Version: 20261121003828
"""

from confiture.models.migration import (
    Migration,
)

NAMES = ["a", "b"]
INDEX = "CREATE INDEX i ON users (note)"


class AddUsers(Migration):
    """Migration: add_users."""

    version = "20261121003828"
    name: str = "add_users"
    transactional = False  # why

    def up(self) -> None:
        """Apply migration."""
        # self.execute("not this")
        self.execute("CREATE TABLE users (note text DEFAULT 'it''s')")
        self.execute(
            """
            INSERT INTO users VALUES ('x') -- why
            """,
        )
        self.execute(INDEX)

    def helper(self, x: int = 1) -> str:
        if x:
            return f"{x}"

    def down(self) -> None:
        self.execute("DROP TABLE users")
"#;

    #[test]
    fn what_the_generator_writes() {
        let migration = read(GENERATED).expect("read");
        let up = migration.up.expect("a way up");
        assert_eq!(up.line, 24);
        assert_eq!(
            up.value,
            "CREATE TABLE users (note text DEFAULT 'it''s');\n\n\n            INSERT INTO users VALUES ('x') -- why\n            \
             \n;\nCREATE INDEX i ON users (note)"
        );
        assert_eq!(
            migration.down.map(|down| (down.value, down.line)),
            Some(("DROP TABLE users".to_owned(), 37))
        );
        assert!(migration.no_transaction);
        assert!(migration.docstring.is_some_and(|text| text.value.starts_with("Migration: add_users")));
    }

    #[test]
    fn other_forms() {
        for (body, up, down) in [
            (
                "    up_sql = \"SELECT 1\"\n    down_sql = (\n        \"SELECT \"\n        \"2\"\n    )\n",
                Some("SELECT 1"),
                Some("SELECT 2"),
            ),
            (
                "    def up(self): self.execute('SELECT 1')\n    def down(self):\n        pass\n",
                Some("SELECT 1"),
                None,
            ),
            (
                "    def up(self):\n        self.execute(\"a\"); self.execute(\"b\")\n        return\n",
                Some("a;\nb"),
                None,
            ),
        ] {
            let migration = read(&format!("class A(Migration):\n{body}")).expect(body);
            assert_eq!(migration.up.map(|text| text.value).as_deref(), up, "{body}");
            assert_eq!(migration.down.map(|text| text.value).as_deref(), down, "{body}");
            assert!(!migration.no_transaction);
        }
    }

    #[test]
    fn what_has_to_run_is_refused() {
        for body in [
            "self.execute(f\"x\")",
            "self.execute(sql)",
            "self.execute(\"a\", (1,))",
            "self.execute(\"a\" + \"b\")",
            "for x in y: self.execute(\"a\")",
            "x = 1",
            "self.connection.execute(\"a\")",
            "self.execute(\"a\") if x else None",
        ] {
            let source = format!("class A(Migration):\n    def up(self):\n        {body}\n");
            let error = read(&source).expect_err(body);
            assert_eq!(error.line, 3, "{body}");
        }
    }
}
