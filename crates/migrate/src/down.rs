//! The way down of a migration, and where it comes from.
//!
//! In this order: a file of its own (`x.down.sql`, `U1__x.sql`); a block of comment lines in the way up;
//! `DOWN_SQL` of a Python file; rollback SQL that is recorded beside the ledger. The block starts with a line `-- Rollback:`, after which SQL may stand at once,
//! and ends with the first line that is no comment:
//!
//! ```sql
//! -- Rollback:
//! -- DROP TABLE tb_category;
//! ```

use crate::migration::Sql;
use crate::statements::{Comment, Script};

/// The way down of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Down {
    /// What to run.
    pub sql: Sql,
    /// Where it was found.
    pub source: DownSource,
}

/// Where a way down was found; the order is the order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DownSource {
    /// A file of its own.
    File,
    /// A `-- Rollback:` block in the way up.
    Comment,
    /// `DOWN_SQL` of a Python file.
    Python,
    /// Recorded in the database.
    Recorded,
    /// Derived from the catalogs before and after the migration.
    Derived,
}

impl DownSource {
    /// The name users see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Comment => "comment",
            Self::Python => "python",
            Self::Recorded => "recorded",
            Self::Derived => "derived",
        }
    }
}

/// The SQL of a `-- Rollback:` block, without the comment marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollbackBlock {
    /// The SQL; its lines are the lines of the file from `line` on.
    pub sql: String,
    /// The line of the marker, from 1.
    pub line: u32,
}

/// More than one `-- Rollback:` block in a script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a second \"-- Rollback:\" block; the first is on line {first}")]
pub struct SecondRollbackBlock {
    /// Line of the first block.
    pub first: u32,
    /// Line of the second block.
    pub second: u32,
}

impl Down {
    /// Of what there is, what comes first.
    #[must_use]
    pub fn choose(file: Option<Sql>, comment: Option<Sql>, python: Option<Sql>) -> Option<Self> {
        [(file, DownSource::File), (comment, DownSource::Comment), (python, DownSource::Python)]
            .into_iter()
            .find_map(|(sql, source)| sql.map(|sql| Self { sql, source }))
    }

    /// The `-- Rollback:` block of a script; `None` too when nothing stands in it.
    ///
    /// # Errors
    /// [`SecondRollbackBlock`], since their order would be a guess.
    pub fn from_comments(script: &Script<'_>) -> Result<Option<RollbackBlock>, SecondRollbackBlock> {
        let lines: Vec<(u32, &str)> = script.comments.iter().filter_map(whole_line).collect();
        let mut starts = lines.iter().enumerate().filter_map(|(i, (_, text))| Some((i, after_marker(text)?)));
        let Some((start, first_text)) = starts.next() else { return Ok(None) };
        if let Some((second, _)) = starts.next() {
            return Err(SecondRollbackBlock { first: lines[start].0, second: lines[second].0 });
        }
        let mut sql = first_text.to_owned();
        let mut last_line = lines[start].0;
        for (line, text) in &lines[start + 1..] {
            if *line != last_line + 1 {
                break;
            }
            last_line = *line;
            sql.push('\n');
            sql.push_str(text.strip_prefix(' ').unwrap_or(text));
        }
        let value = sql.trim_end().to_owned();
        Ok((!value.is_empty()).then_some(RollbackBlock { sql: value, line: lines[start].0 }))
    }
}

fn whole_line<'a>(comment: &Comment<'a>) -> Option<(u32, &'a str)> {
    let text = comment.line_text().filter(|_| comment.whole_line)?;
    Some((comment.start.line, text))
}

/// What follows `Rollback:` in a comment line.
fn after_marker(text: &str) -> Option<&str> {
    let text = text.trim();
    let marker = text.get(..9).filter(|marker| marker.eq_ignore_ascii_case("rollback:"))?;
    Some(text[marker.len()..].trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statements::scan;

    #[test]
    fn comment_blocks() {
        let cases = [
            ("CREATE TABLE a ();\n\n-- Rollback:\n-- DROP TABLE a;\n", Some(("\nDROP TABLE a;", 3))),
            ("-- rollback: DROP TABLE a;\nCREATE TABLE a ();", Some(("DROP TABLE a;", 1))),
            (
                "SELECT 1;\r\n--ROLLBACK:\r\n-- DROP TABLE a\r\n--   CASCADE;\r\n--\r\n--DROP TABLE b;\r\n\r\n-- more\r\n",
                Some(("\nDROP TABLE a\n  CASCADE;\n\nDROP TABLE b;", 2)),
            ),
            (
                "-- Rollback:\n-- -- why\n-- DROP TABLE a;\nSELECT 1;\n-- not this",
                Some(("\n-- why\nDROP TABLE a;", 1)),
            ),
            ("SELECT 1;\n-- Rollback:\n", None),
            ("SELECT 1; -- Rollback: DROP TABLE a;", None),
            ("SELECT '\n-- Rollback: DROP TABLE a;\n'", None),
            ("SELECT $$\n-- Rollback: DROP TABLE a;\n$$", None),
            ("-- Rollback is not possible", None),
            ("SELECT 1;", None),
        ];
        for (text, expected) in cases {
            let down = Down::from_comments(&scan(text).expect(text)).expect(text);
            assert_eq!(down.as_ref().map(|down| (down.sql.as_str(), down.line)), expected, "{text}");
        }
        let two = "-- Rollback: a;\nSELECT 1;\n-- Rollback: b;";
        let error = Down::from_comments(&scan(two).expect(two));
        assert_eq!(error, Err(SecondRollbackBlock { first: 1, second: 3 }));
    }

    #[test]
    fn preference() {
        let sql = |text: &str| Some(Sql { text: text.to_owned(), file: "f".to_owned(), line: 1 });
        let source = |file, comment, python| Down::choose(file, comment, python).map(|down| down.source);
        assert_eq!(source(sql("a"), sql("b"), sql("c")), Some(DownSource::File));
        assert_eq!(source(None, sql("b"), sql("c")), Some(DownSource::Comment));
        assert_eq!(source(None, None, sql("c")), Some(DownSource::Python));
        assert_eq!(source(None, None, None), None);
    }
}
