//! What is tried, and what came of it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A part of the corpus, and what is tried on its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Corpus {
    /// The main job on every schema: a change from a branch to production
    MainJob,
    /// Every schema built from nothing by a plan, taken down, and compared with itself
    Schemas,
    /// The same with what PostgreSQL's regression tests leave behind; and the two states of a test, both ways
    Regress,
    /// Each step of a history of migrations planned, forth and back
    Histories,
    /// Each history run up, all the way down with ways down that are derived where there are none, and up again
    Runs,
    /// Projects that the original tools of PyPI have made, taken over and continued
    Takeover,
    /// Pairs of states from the tests of other tools, both ways
    Pairs,
}

impl Corpus {
    /// All, in the order in which they run.
    pub const ALL: [Self; 7] = [
        Self::MainJob,
        Self::Schemas,
        Self::Regress,
        Self::Histories,
        Self::Runs,
        Self::Takeover,
        Self::Pairs,
    ];
}

impl fmt::Display for Corpus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MainJob => "main job",
            Self::Schemas => "schemas",
            Self::Regress => "regress",
            Self::Histories => "histories",
            Self::Runs => "runs",
            Self::Takeover => "takeover",
            Self::Pairs => "pairs",
        })
    }
}

/// Where and why a case failed.
#[derive(Debug)]
pub struct Failure {
    /// The step.
    pub step: String,
    /// What went wrong, in several lines.
    pub reason: String,
}

impl Failure {
    /// A failure at `step`.
    pub fn at(step: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self { step: step.to_string(), reason: reason.to_string() }
    }
}

/// How a case went.
#[derive(Debug)]
pub enum Outcome {
    /// It ran to the end, with this to tell.
    Passed(String),
    /// The server lacks what the case needs.
    Skipped(String),
    /// Something does not hold; a case of several steps may have several failures.
    Failed(Vec<Failure>),
}

/// Runs what may panic, as comparisons of `testkit` do; a panic is a failure at `step`.
pub fn guarded<T>(step: &str, run: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "a panic without a message".to_owned());
        Err(Failure::at(step, text))
    })
}
