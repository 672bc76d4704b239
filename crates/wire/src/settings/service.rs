//! Service files: named sets of parameters (manual: "The Connection Service File").

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::SettingsError;
use super::environment::Surroundings;

/// Where distributions have the system's `pg_service.conf`, if `PGSYSCONFDIR` does not say: Debian, the others.
const SYSTEM_DIRECTORIES: &[&str] = &["/etc/postgresql-common", "/etc"];

/// The parameters of the service `name`, in the order of its file. The user's file goes before the system's.
pub(super) fn find(
    name: &str,
    file: Option<&str>,
    surroundings: &Surroundings<'_>,
) -> Result<Vec<(String, String)>, SettingsError> {
    for path in files(file, surroundings) {
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(error) => return Err(SettingsError::unreadable("service file", &path, &error)),
        };
        if let Some(parameters) = parse(name, &text)
            .map_err(|line| SettingsError::ServiceFile { file: path.display().to_string(), line })?
        {
            return Ok(parameters);
        }
    }
    Err(SettingsError::NoService { name: name.to_owned() })
}

fn files(file: Option<&str>, surroundings: &Surroundings<'_>) -> Vec<PathBuf> {
    let own = file
        .map(PathBuf::from)
        .or_else(|| surroundings.variable("PGSERVICEFILE").map(PathBuf::from))
        .or_else(|| surroundings.in_home(".pg_service.conf"));
    let system = match surroundings.variable("PGSYSCONFDIR") {
        Some(directory) => vec![PathBuf::from(directory)],
        None => SYSTEM_DIRECTORIES.iter().map(PathBuf::from).collect(),
    };
    own.into_iter().chain(system.iter().map(|path| Path::join(path, "pg_service.conf"))).collect()
}

/// The parameters of the first section called `name`; an error is the number of a line.
fn parse(name: &str, text: &str) -> Result<Option<Vec<(String, String)>>, usize> {
    let mut found: Option<Vec<(String, String)>> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if section.split(']').next() == Some(name) {
                found = Some(Vec::new());
            }
        } else if let Some(found) = &mut found {
            let (keyword, value) = line.split_once('=').ok_or(index + 1)?;
            if matches!(keyword, "service" | "servicefile") {
                return Err(index + 1);
            }
            found.push((keyword.to_owned(), value.to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let text = "# comment\nnothing here\n[other]\nhost=x\n[my shop]\n  host=db \n\n#port=1\nport=5433\n\
                    options=-c a=b\n[my shop]\nuser=late\n";
        let found = parse("my shop", text).expect("well formed").expect("there");
        let expected = [("host", "db"), ("port", "5433"), ("options", "-c a=b")];
        assert_eq!(found, expected.map(|(keyword, value)| (keyword.to_owned(), value.to_owned())));
        assert_eq!(parse("none", text), Ok(None));
        assert_eq!(parse("a", "[a]\nhost\n"), Err(2));
        assert_eq!(parse("a", "[a]\n\nservice=b\n"), Err(3));
    }
}
