//! What a run tells while it goes on.

use std::time::Duration;

use pggit_catalog::catalog::Unmodelled;
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

impl Direction {
    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Up, Self::Down].into_iter().find(|direction| direction.name() == name)
    }

    /// `up` or `down`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }
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
    /// The way down of a migration was to be recorded, and can't be derived.
    NoWayDown {
        /// Which one.
        migration: &'a Migration,
        /// Why not.
        reason: &'a str,
    },
    /// A scratch database is made as the connected one is, without these objects.
    NotBuilt {
        /// What is not modelled.
        unmodelled: &'a [Unmodelled],
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
    /// A file that is not one transaction was begun by an earlier run, and goes on.
    Resumed {
        /// The file.
        file: &'a str,
        /// Line of the statement that comes next.
        line: u32,
        /// Its number, from 0: so many have run.
        statement: usize,
        /// How many the file has.
        count: usize,
    },
    /// A lock was not to be had in time, or there was a deadlock; after a pause it is tried again.
    Retrying {
        /// The file.
        file: &'a str,
        /// The server's message.
        reason: &'a str,
        /// Which retry this is, from 1.
        retry: u32,
        /// How many there are at most.
        retries: u32,
        /// How long the pause is.
        pause: Duration,
    },
    /// A batch of a statement is done.
    Batch {
        /// The file.
        file: &'a str,
        /// Line of the statement.
        line: u32,
        /// How many rows its batches have changed so far.
        rows: u64,
        /// Whether it was the last.
        done: bool,
    },
}
