//! What a merge of two commits amounts to.

use crate::graph::Graph;
use crate::id::ObjectId;
use crate::store::{HistoryError, Store};

/// How the source of a merge stands to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeAnalysis {
    /// The target has everything that the source has.
    UpToDate,
    /// The source has everything that the target has: the target only has to move.
    FastForward,
    /// Each has something that the other has not.
    Diverged {
        /// The best common ancestor; none when the histories are unrelated.
        base: Option<ObjectId>,
    },
}

impl MergeAnalysis {
    /// How `source` stands to `target`, which it is merged into.
    ///
    /// # Errors
    /// [`HistoryError`] when a commit cannot be had.
    pub fn of<S: Store>(
        graph: &mut Graph<'_, S>,
        target: ObjectId,
        source: ObjectId,
    ) -> Result<Self, HistoryError<S::Error>> {
        if graph.is_ancestor(source, target)? {
            return Ok(Self::UpToDate);
        }
        if graph.is_ancestor(target, source)? {
            return Ok(Self::FastForward);
        }
        Ok(Self::Diverged { base: graph.merge_base(target, source)? })
    }
}
