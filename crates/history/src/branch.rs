//! [`Branch`], [`Tag`] and [`ReflogEntry`]: what points at commits.

use std::fmt;

use crate::id::ObjectId;
use crate::name::RefName;

/// How a branch stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BranchStatus {
    /// Work goes on.
    #[default]
    Active,
    /// Merged into another branch, and nothing committed since.
    Merged,
    /// A merge of it waits for conflicts to be resolved.
    Conflicted,
}

impl BranchStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Active, Self::Merged, Self::Conflicted];

    /// The name users see and the tables hold.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Merged => "MERGED",
            Self::Conflicted => "CONFLICTED",
        }
    }

    /// The status of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

impl fmt::Display for BranchStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that moves along with new commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Its name.
    pub name: RefName,
    /// Its last commit.
    pub head: ObjectId,
    /// The commit it began at; none for the branch that `init` makes.
    pub base: Option<ObjectId>,
    /// The branch or other ref it was made from, as text; none for the branch that `init` makes.
    pub from_branch: Option<String>,
    /// How it stands.
    pub status: BranchStatus,
    /// The role that made it.
    pub created_by: String,
    /// When it was made: microseconds since 1970-01-01 00:00:00 UTC.
    pub created_at: i64,
}

/// A name that stays where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: RefName,
    /// The commit.
    pub commit: ObjectId,
    /// The role that made it.
    pub created_by: String,
    /// When it was made: microseconds since 1970-01-01 00:00:00 UTC.
    pub created_at: i64,
}

/// One move of a ref, or of HEAD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReflogEntry {
    /// Number of the entry; later ones are higher.
    pub number: i64,
    /// The ref that moved; `HEAD` for a checkout.
    pub ref_name: String,
    /// Where it was; none when it was made.
    pub before: Option<ObjectId>,
    /// Where it is now; none when it was deleted.
    pub after: Option<ObjectId>,
    /// What was done: `commit`, `checkout`, `merge`, `branch`, `delete`, …
    pub action: String,
    /// More of what was done, for people.
    pub message: String,
    /// When: microseconds since 1970-01-01 00:00:00 UTC.
    pub recorded_at: i64,
    /// The role that did it.
    pub recorded_by: String,
}
