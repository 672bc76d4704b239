//! SQL files as a description of a schema: found, read, and loaded into a database.

use std::fs;
use std::path::{Path, PathBuf};

use confiture::db::session::{Session, SessionError};
use confiture::migrate::statements::{Position, ScanError, Statement, scan};
use pggit_wire::WireSession;

use crate::exit::Failure;

/// Words of psql that pg_dump puts around its output, and that mean nothing here.
const IGNORED_COMMANDS: [&str; 2] = ["\\restrict", "\\unrestrict"];

/// The files that a path stands for: itself, or the `.sql` files in a directory in the order of their names, without
/// the ways down of migrations.
pub fn find(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let found = fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
    if !found.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| Failure::file("read", path, &error))? {
        let file = entry.map_err(|error| Failure::file("read", path, &error))?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".sql") && !name.ends_with(".down.sql") && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(
            Failure::new(format!("directory \"{}\" has no .sql files", path.display())).sqlstate("58P01")
        );
    }
    Ok(files)
}

/// Runs every statement of a file, each in its own transaction unless the file says otherwise, as psql does.
pub fn load(session: &mut WireSession, path: &Path) -> Result<(), Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        Failure::new(format!("{}:{line}: the file is not UTF-8", path.display())).sqlstate("22021")
    })?;
    let mut text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
    let script = loop {
        match scan(&text) {
            Ok(script) => break script,
            Err(ScanError::MetaCommand { command, at }) if IGNORED_COMMANDS.contains(&command.as_str()) => {
                blank_line(&mut text, at.offset);
            }
            Err(error) => return Err(unreadable(path, &error)),
        }
    };
    for statement in &script.statements {
        let done = match statement.copy_data {
            Some(data) => session.copy_in(statement.sql, data.as_bytes()).map(|_| ()),
            None => session.script(statement.sql),
        };
        done.map_err(|error| failed(path, statement, error))?;
    }
    if session.in_transaction()? {
        return Err(Failure::new(format!("{}: the file ends inside a transaction", path.display()))
            .sqlstate("25001")
            .hint("Its BEGIN has no COMMIT."));
    }
    Ok(())
}

/// Puts spaces in place of the rest of a line, so that every other place stays where it is.
fn blank_line(text: &mut String, offset: usize) {
    let end = text[offset..].find('\n').map_or(text.len(), |length| offset + length);
    text.replace_range(offset..end, &" ".repeat(end - offset));
}

fn unreadable(path: &Path, error: &ScanError) -> Failure {
    let Position { line, column, .. } = error.position();
    Failure::new(error.to_string()).sqlstate("42601").at(path, line, column)
}

/// An error of the server, at its place in the file.
fn failed(path: &Path, statement: &Statement<'_>, error: SessionError) -> Failure {
    let (line, column) = place(statement, error.position);
    let text = statement.sql.lines().next().unwrap_or_default();
    let mut failure = Failure::from(error).at(path, line, column);
    if failure.detail.is_none() {
        failure.detail = Some(format!("The statement begins: {text}"));
    }
    failure
}

/// Line and column of a position, which counts characters of the statement from 1.
fn place(statement: &Statement<'_>, position: Option<u32>) -> (u32, u32) {
    let Position { mut line, mut column, .. } = statement.start;
    let before = position.map_or(0, |position| position.saturating_sub(1) as usize);
    for character in statement.sql.chars().take(before) {
        if character == '\n' {
            line += 1;
            column = 1;
        } else {
            column += 1;
        }
    }
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_file() {
        let script = scan("-- x\n  SELECT 'ü',\n y;").expect("a script");
        let statement = &script.statements[0];
        assert_eq!(place(statement, None), (2, 3));
        assert_eq!(place(statement, Some(1)), (2, 3));
        assert_eq!(place(statement, Some(14)), (3, 2));
    }

    #[test]
    fn commands_of_pg_dump_are_blanked() {
        let mut text = "a\n\\restrict xyz\nb".to_owned();
        blank_line(&mut text, 2);
        assert_eq!(text, "a\n             \nb");
    }
}
