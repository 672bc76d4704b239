//! Renames that a person gives, and those that only look so.

use clap::Args;
use confiture::catalog::catalog::Catalog;
use confiture::catalog::rename::{GivenRename, GivenRenameError, Renames, likely};

use crate::exit::Failure;
use crate::output;

/// What was renamed between two states that have no history in common.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which differences")]
pub struct RenameArgs {
    /// What is called OLD in FROM is NEW in TO, and keeps its rows: schema.table=name, schema.table.column=name;
    /// can be repeated
    #[arg(long = "rename", value_name = "OLD=NEW")]
    given: Vec<GivenRename>,
}

/// How many likely renames are named.
const NAMED: usize = 10;

impl RenameArgs {
    /// What is known to be renamed, with what was given.
    pub fn follow(&self, known: Renames, from: &Catalog, to: &Catalog) -> Result<Renames, Failure> {
        if self.given.is_empty() {
            return Ok(known);
        }
        known.with_given(&self.given, from, to).map_err(Failure::from)
    }
}

/// Names what is dropped and made as if it had been renamed: its rows would be lost.
pub fn note_likely(from: &Catalog, to: &Catalog, renames: &Renames) {
    let found = likely(from, to, renames);
    for rename in found.iter().take(NAMED) {
        let (kind, given) = (rename.kind, shell_word(&format!("{}={}", rename.old, rename.new)));
        output::note(&format!(
            "note: {kind} {} is dropped and {kind} {} is made, and they look alike; if it was renamed: --rename {given}",
            rename.old, rename.new
        ));
    }
    if found.len() > NAMED {
        output::note(&format!("note: and {} more look as if they had been renamed", found.len() - NAMED));
    }
}

/// A word as a shell takes it.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.=/-".contains(c);
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

impl From<GivenRenameError> for Failure {
    fn from(error: GivenRenameError) -> Self {
        let sqlstate = match &error {
            GivenRenameError::Form { .. } => "42601",
            GivenRenameError::NoOld { .. } | GivenRenameError::NoNew { .. } => "42704",
            GivenRenameError::Ambiguous { .. } => "42725",
            GivenRenameError::Twice { .. } => "22023",
        };
        let failure = Self::new(error.to_string()).sqlstate(sqlstate);
        match &error {
            GivenRenameError::Ambiguous { found, .. } => failure
                .detail(format!("They are: {}.", found.join(", ")))
                .hint("Write the schema too, and after a function the types of its arguments."),
            GivenRenameError::NoOld { .. } | GivenRenameError::NoNew { .. } => failure.hint(
                "OLD is the name in FROM, NEW that in TO: schema.table=name, schema.table.column=name. Case matters.",
            ),
            GivenRenameError::Form { .. } | GivenRenameError::Twice { .. } => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_a_shell_takes_them() {
        assert_eq!(shell_word("public.a=b"), "public.a=b");
        assert_eq!(shell_word("public.\"it's\"=b"), r#"'public."it'\''s"=b'"#);
    }
}
