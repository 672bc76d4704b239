//! Blobs, trees, commits and refs over a store; merge base and merge.
//!
//! Pure: the caller brings a [`Store`], the time and the author.

pub mod branch;
pub mod commit;
pub mod graph;
pub mod id;
pub mod lineage;
pub mod merge;
pub mod name;
pub mod revision;
pub mod snapshot;
pub mod store;
pub mod tree;

pub use branch::{Branch, BranchStatus, ReflogEntry, Tag};
pub use commit::Commit;
pub use graph::Graph;
pub use id::{IdPrefix, ObjectId, StoredKind};
pub use merge::MergeAnalysis;
pub use name::{NameError, RefName};
pub use revision::{Revision, RevisionBase, RevisionError, Step};
pub use store::{HistoryError, MemoryStore, Store, StoreExt};
pub use tree::TreeChange;
