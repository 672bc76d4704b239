//! Schemas on which the main job is known to fail, and where. One that gets further, or fails elsewhere, fails the run.

use super::flow::Step;

/// A known failure.
#[derive(Debug, Clone, Copy)]
pub struct KnownFailure {
    /// The schema.
    pub name: &'static str,
    /// The step that fails.
    pub step: Step,
    /// Why.
    pub reason: &'static str,
}

/// All of them, by name.
pub const KNOWN_FAILURES: &[KnownFailure] = &[];

/// The known failure of the schema `name`.
#[must_use]
pub fn known_failure(name: &str) -> Option<&'static KnownFailure> {
    KNOWN_FAILURES.iter().find(|known| known.name == name)
}
