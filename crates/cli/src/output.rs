//! What is written, and how: data to stdout as text or JSON, everything else to stderr.

use std::io::{self, IsTerminal, Write};

use clap::{Args, ValueEnum};
use confiture::db::session::{Param, Row, Session, Value};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use unicode_width::UnicodeWidthStr;

use crate::exit::Failure;

/// How data is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// `--format`, of every command that reads.
#[derive(Debug, Clone, Copy, Args)]
pub struct FormatArgs {
    /// How to write the result
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,
}

/// What a piece of text is, for colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A heading.
    Heading,
    /// The id of a commit.
    Commit,
    /// Something went wrong.
    Error,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Heading => "1",
            Self::Commit => "33",
            Self::Error => "1;31",
        }
    }
}

/// Text for stdout, in colour if that is a terminal that wants it.
pub fn paint(style: Style, text: &str) -> String {
    paint_if(io::stdout().is_terminal(), style, text)
}

/// Text for stderr, in colour if that is a terminal that wants it.
pub fn paint_error(style: Style, text: &str) -> String {
    paint_if(io::stderr().is_terminal(), style, text)
}

fn paint_if(terminal: bool, style: Style, text: &str) -> String {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let plain = variable("NO_COLOR").is_some() || variable("TERM").is_some_and(|term| term == "dumb");
    if terminal && !plain { format!("\x1b[{}m{text}\x1b[0m", style.code()) } else { text.to_owned() }
}

/// Writes text to stdout, with a line end if it has none.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    if !text.is_empty() && !text.ends_with('\n') {
        stdout.write_all(b"\n")?;
    }
    Ok(stdout.flush()?)
}

/// Writes a value to stdout as JSON.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new(error.to_string()))?;
    print(&text)
}

/// Writes a line to stderr; that it can't be written there can't be reported anywhere.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Text in one line: control characters are shown as escapes.
pub fn one_line(text: &str) -> String {
    text.chars().fold(String::new(), |mut line, c| {
        if c.is_control() {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
        line
    })
}

/// Rows with named columns: the result of a function of the repository.
#[derive(Debug, Clone)]
pub struct Records {
    columns: &'static [&'static str],
    rows: Vec<Row>,
}

impl Records {
    /// Runs a query that returns `columns`.
    pub fn query<S: Session>(
        session: &mut S,
        columns: &'static [&'static str],
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Self, Failure> {
        Ok(Self::new(columns, session.query(sql, params)?))
    }

    /// Rows that came about in another way.
    pub fn new(columns: &'static [&'static str], rows: Vec<Row>) -> Self {
        Self { columns, rows }
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text in a column of a row; empty where it is NULL.
    pub fn text(&self, row: usize, column: &str) -> String {
        let column =
            self.columns.iter().position(|name| *name == column).expect("one of the columns named above");
        self.rows.get(row).map(|row| cell(row.0.get(column))).unwrap_or_default()
    }

    /// The rows with some of the columns as a table, under headings.
    pub fn table(&self, columns: &[(&str, &str)]) -> Table {
        let mut table = Table::new(columns.iter().map(|(_, heading)| *heading));
        for row in 0..self.rows.len() {
            table.row(columns.iter().map(|(column, _)| self.text(row, column)));
        }
        table
    }

    /// Writes the rows to stdout as a JSON array of objects.
    pub fn print_json(&self) -> Result<(), Failure> {
        print_json(self)
    }
}

impl Serialize for Records {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for row in &self.rows {
            list.serialize_element(&Record { columns: self.columns, row })?;
        }
        list.end()
    }
}

struct Record<'a> {
    columns: &'static [&'static str],
    row: &'a Row,
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (name, value) in self.columns.iter().zip(&self.row.0) {
            match value {
                Value::Null => map.serialize_entry(name, &())?,
                Value::Bool(value) => map.serialize_entry(name, value)?,
                Value::Int(value) => map.serialize_entry(name, value)?,
                Value::Text(value) => map.serialize_entry(name, value)?,
                Value::Bytes(value) => map.serialize_entry(name, value)?,
                Value::TextArray(value) => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Bool(value)) => value.to_string(),
        Some(Value::Int(value)) => value.to_string(),
        Some(Value::Text(value)) => value.clone(),
        Some(Value::Bytes(value)) => format!("{} bytes", value.len()),
        Some(Value::TextArray(values)) => {
            values.iter().map(|value| value.as_deref().unwrap_or_default()).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Aligned columns, for people.
#[derive(Debug, Clone, Default)]
pub struct Table {
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with headings and no rows.
    pub fn new<'a>(headings: impl IntoIterator<Item = &'a str>) -> Self {
        Self { headings: headings.into_iter().map(str::to_owned).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| one_line(&cell)).collect());
    }

    /// The lines without headings, indented.
    pub fn render_plain(&self) -> String {
        let table = Self { headings: Vec::new(), rows: self.rows.clone() };
        table.render().lines().map(|line| format!("  {line}\n")).collect()
    }

    /// The lines; headings only above rows, nothing for columns that are empty in all rows, no space at line ends.
    pub fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut widths: Vec<usize> = (0..columns)
            .map(|column| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max())
            .map(Option::unwrap_or_default)
            .collect();
        for (width, heading) in widths.iter_mut().zip(&self.headings) {
            if *width > 0 {
                *width = (*width).max(heading.width());
            }
        }
        let line = |cells: &[String]| {
            let mut line = String::new();
            for (cell, width) in cells.iter().zip(&widths).filter(|(_, width)| **width > 0) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
            }
            line.trim_end().to_owned()
        };
        let mut text = String::new();
        if !self.headings.is_empty() && !self.rows.is_empty() {
            text.push_str(&paint(Style::Heading, &line(&self.headings)));
            text.push('\n');
        }
        for row in &self.rows {
            text.push_str(&line(row));
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned() {
        let mut table = Table::new(["name", "nothing", "what"]);
        table.row(["a".into(), String::new(), "first\nline".into()]);
        table.row(["表".into(), String::new(), "x".into()]);
        table.row(["longer".into(), String::new(), String::new()]);
        assert_eq!(table.render(), "name    what\na       first\\nline\n表      x\nlonger\n");
        assert_eq!(Table::new(["name"]).render(), "");
    }

    #[test]
    fn records_keep_the_order_of_their_columns() {
        let row = Row(vec![Value::Text("z".into()), Value::Null, Value::TextArray(vec![Some("a".into())])]);
        let records = Records::new(&["z", "b", "a"], vec![row]);
        let text = serde_json::to_string(&records).expect("JSON");
        assert_eq!(text, r#"[{"z":"z","b":null,"a":["a"]}]"#);
    }
}
