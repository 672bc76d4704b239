//! What a run tells while it goes on.

use std::time::Duration;

use pggit_catalog::ident::QualifiedName;
use pggit_migrate::Migration;

/// Which way a migration runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It is applied.
    Up,
    /// It is undone.
    Down,
}

/// Something that happened in a run.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Another runner is at work on this database.
    WaitingForLock,
    /// There was no ledger; now there is one.
    LedgerMade {
        /// Its name.
        name: &'a QualifiedName,
    },
    /// A migration starts.
    Started {
        /// Which way.
        direction: Direction,
        /// Which one.
        migration: &'a Migration,
        /// Its place in the run, from 0.
        index: usize,
        /// How many the run has.
        count: usize,
    },
    /// A migration is done and recorded.
    Finished {
        /// Which way.
        direction: Direction,
        /// Which one.
        migration: &'a Migration,
        /// Its place in the run, from 0.
        index: usize,
        /// How many the run has.
        count: usize,
        /// How long it took.
        duration: Duration,
    },
}
