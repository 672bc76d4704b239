//! `cargo xtask bench`: what pgGit costs, as tables in Markdown beside what is aimed at. It measures, it does not judge.

mod database;
mod diff;
mod fleet;
mod incremental;
mod large_schema;
mod process;
mod recording;
mod runner;
mod start_up;
mod statistics;

use crate::{extension, server, system};

/// What to measure.
#[derive(Debug, clap::Args)]
pub struct Bench {
    /// Major version of PostgreSQL.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u8).range(15..=18))]
    pub pg: u8,
    /// How often each thing is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only these parts.
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Migrations on many databases.
    Fleet,
    /// `status` and `commit` after one change, with few and with many tables.
    Incremental,
    /// `init`, `status` and `diff` on a large schema.
    Large,
    /// Recording commands.
    Recording,
    /// Running migrations.
    Runner,
    /// `confiture diff` of two databases.
    Diff,
    /// Starting a private server.
    Server,
}

impl Bench {
    /// Builds for release what is measured, starts servers, measures and prints.
    ///
    /// # Errors
    /// When something cannot be measured.
    pub fn run(self) -> anyhow::Result<()> {
        system::require_packages()?;
        let wanted = |part| self.only.is_empty() || self.only.contains(&part);
        if wanted(Part::Fleet) {
            fleet::run(self.pg, self.rounds)?;
        }
        if wanted(Part::Runner) {
            runner::run(self.pg, self.rounds)?;
        }
        if wanted(Part::Server) {
            start_up::run(self.pg, self.rounds)?;
        }
        if wanted(Part::Diff) {
            diff::run(self.pg, self.rounds)?;
        }
        if ![Part::Incremental, Part::Large, Part::Recording].into_iter().any(wanted) {
            return Ok(());
        }
        let extension = extension::Build { pg: self.pg, release: true, pg_config: None }.run()?;
        if wanted(Part::Incremental) {
            incremental::run(&server::throw_away(self.pg, &extension)?, self.rounds)?;
        }
        if wanted(Part::Large) {
            large_schema::run(&server::throw_away(self.pg, &extension)?, self.rounds)?;
        }
        if wanted(Part::Recording) {
            recording::run(&server::for_measuring(self.pg, &extension)?, self.rounds)?;
        }
        Ok(())
    }
}
