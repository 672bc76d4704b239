//! What is known to fail, and where. What passes, or fails elsewhere, fails the run.

use super::case::Corpus;

/// A known failure.
#[derive(Debug, Clone, Copy)]
pub struct KnownFailure {
    /// The corpus.
    pub corpus: Corpus,
    /// The case.
    pub name: &'static str,
    /// The steps that fail.
    pub steps: &'static [&'static str],
    /// Why.
    pub reason: &'static str,
}

/// All of them, by corpus and name.
pub const KNOWN_FAILURES: &[KnownFailure] = &[
    KnownFailure {
        corpus: Corpus::Runs,
        name: "habitat_builder",
        steps: &["0001_corpus_prelude.up.sql"],
        reason: "it makes the ledger of diesel, which stays out of sight and so is not undone",
    },
    KnownFailure {
        corpus: Corpus::Runs,
        name: "ledgersmb",
        steps: &["0142_1_12_migrate_to_identity.up.sql"],
        reason: "where its identity columns start depends on counters, which the way down does not keep",
    },
    KnownFailure {
        corpus: Corpus::Pairs,
        name: "migra/inherit2",
        steps: &["b to a"],
        reason: "a column that a child declares stays declared there when its parent gets one too; only dropping it \
                 with its values could change that",
    },
];

/// The known failure of a case.
#[must_use]
pub fn known_failure(corpus: Corpus, name: &str) -> Option<&'static KnownFailure> {
    KNOWN_FAILURES.iter().find(|known| known.corpus == corpus && known.name == name)
}
