//! `fraiseql migrate down`.

use std::io::{self, BufRead, Write};

use clap::Args;
use confiture::migrate::DownRequest;
use confiture::rehearsal::ScratchOn;

use super::{DONE, Database, Directory, count, runner};
use crate::command::migrate::derived_ways;
use crate::exit::{Failure, Outcome};
use crate::scratch_server::ScratchServer;

/// Roll back the last migration
///
/// What is run is the comment "-- Rollback:" of the file, or its ".down.sql"; where there is neither, what is derived on a
/// scratch database, after it was shown.
#[derive(Debug, Args)]
pub struct Down {
    /// Roll back N migrations
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,
    /// Skip confirmation prompt
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    directory: Directory,
    #[command(flatten)]
    pub database: Database,
}

impl Down {
    pub fn run(&self) -> Outcome {
        let set = self.directory.read()?;
        let mut session = self.database.connect()?;
        let request = DownRequest::Steps(self.steps as usize);
        let settings = session.settings().clone();
        let mut migrator = runner(&mut session);
        let derived = derived_ways(&mut migrator, &set, &request, || {
            Ok((ScratchServer::given(settings), ScratchOn::SharedServer))
        })?;
        let mut migrator = migrator.derived(derived);
        let undoable: Vec<String> = migrator
            .undoable(&set, &request)?
            .iter()
            .map(|migration| migration.file_name().to_owned())
            .collect();
        if !self.force && !confirmed(&undoable)? {
            return Err(Failure::new("nothing was rolled back: it was not confirmed")
                .sqlstate("57014")
                .hint("Answer with \"y\", or use --force."));
        }
        migrator.down(&set, &request)?;
        DONE
    }
}

/// Asks on stderr; the answer comes from stdin, and its end is a no.
fn confirmed(files: &[String]) -> Result<bool, Failure> {
    let mut stderr = io::stderr().lock();
    for file in files {
        writeln!(stderr, "  {file}")?;
    }
    write!(stderr, "Roll back {}? [y/N] ", count(files.len()))?;
    stderr.flush()?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if !answer.ends_with('\n') {
        writeln!(stderr)?;
    }
    let read = read.map_err(|error| Failure::new(format!("could not read the answer: {error}")))?;
    Ok(read > 0 && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
