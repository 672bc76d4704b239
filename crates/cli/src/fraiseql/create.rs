//! `fraiseql migrate create`.

use std::fs;

use clap::Args;
use confiture::clock;
use confiture::migrate::slug::slug;
use confiture::migrate::{FileName, OutputFile, Version};

use super::{DONE, Directory};
use crate::exit::{Failure, Outcome};
use crate::migration_files;
use crate::output;

/// Create a new migration file, with the next number
#[derive(Debug, Args)]
pub struct Create {
    /// What the migration does, in snake_case: add_comments_table
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    directory: Directory,
}

impl Create {
    pub fn run(&self) -> Outcome {
        let number = next(&self.versions()?)?;
        let slug = slug(&self.name);
        let mut title = slug.replace('_', " ");
        if let Some(first) = title.get(..1) {
            title.replace_range(..1, &first.to_uppercase());
        }
        let (_, date) = clock::now();
        let text = format!("-- Migration {number}: {title}\n--\n-- Date: {date}\n\n");
        let file = OutputFile { name: format!("{number}_{slug}.sql"), text };
        migration_files::write(&self.directory.path, std::slice::from_ref(&file))?;
        output::print(&format!("✓ Created migration: {}/{}", self.directory.shown(), file.name))?;
        DONE
    }

    /// The versions of the files that there are, whatever else is wrong with these.
    fn versions(&self) -> Result<Vec<Version>, Failure> {
        let path = self.directory.require()?;
        let failed = |error| Failure::file("read", path, &error);
        let mut versions = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            if let Ok(Some(name)) = FileName::parse(&name.to_string_lossy()) {
                versions.extend(name.identity.version().cloned());
            }
        }
        Ok(versions)
    }
}

/// The number after the highest: `001` for the first. Times as versions do not count, unless there is nothing else.
fn next(versions: &[Version]) -> Result<String, Failure> {
    let highest = versions.iter().max();
    let Some(highest) = highest else { return Ok("001".to_owned()) };
    if highest.is_timestamp() {
        let (time, _) = clock::now();
        let later = Version::parse(&time).is_ok_and(|time| time > *highest);
        return if later { Ok(time) } else { increased(highest) };
    }
    increased(highest)
}

fn increased(highest: &Version) -> Result<String, Failure> {
    let text = highest.as_str();
    let first = text.split(['.', '_']).next().unwrap_or(text);
    let width = first.len().max(3);
    let number: u64 = first.parse().map_err(|_| too_high(highest))?;
    let number = number.checked_add(1).ok_or_else(|| too_high(highest))?;
    Ok(format!("{number:0width$}"))
}

fn too_high(version: &Version) -> Failure {
    Failure::new(format!("there is no number after version \"{}\"", version.as_str())).sqlstate("22003")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (versions, expected) in [
            (&[][..], "001"),
            (&["001", "003", "002"], "004"),
            (&["9"], "010"),
            (&["0099"], "0100"),
            (&["999"], "1000"),
            (&["1.2", "1.10"], "002"),
            (&["29991231235959"], "29991231235960"),
        ] {
            let versions: Vec<Version> =
                versions.iter().map(|text| Version::parse(text).expect("a version")).collect();
            assert_eq!(next(&versions).expect("a number"), expected);
        }
        let time = next(&[Version::parse("20200101000000").expect("a version")]).expect("a time");
        assert!(time.len() == 14 && time.as_str() > "20200101000000");
        assert!(next(&[Version::parse("18446744073709551615").expect("a version")]).is_err());
    }
}
