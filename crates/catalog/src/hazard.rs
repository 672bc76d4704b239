//! Hazards: the closed list of dangers that a step can carry.

use std::fmt;

/// A named danger of a step on a live database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hazard {
    /// Rows, values or counters are gone afterwards.
    DataLoss,
    /// The table is written anew, with its indexes.
    TableRewrite,
    /// All rows are read while the lock is held.
    FullScan,
    /// An index is built while the lock is held.
    IndexBuild,
    /// Readers wait for the step.
    BlocksReads,
    /// Writers wait for the step.
    BlocksWrites,
    /// Rows that are there can make the step fail.
    MayFailOnRows,
    /// Applications that use the old name or form fail.
    BreaksApplications,
    /// Who may do what, or sees which rows, changes.
    ChangesPrivileges,
    /// Queries that used the index get slower.
    SlowsQueries,
    /// Members of an extension change by its own scripts, which are not known.
    ExtensionScript,
    /// The step cannot run inside a transaction.
    NotTransactional,
}

impl Hazard {
    /// Every hazard.
    pub const ALL: [Self; 12] = [
        Self::DataLoss,
        Self::TableRewrite,
        Self::FullScan,
        Self::IndexBuild,
        Self::BlocksReads,
        Self::BlocksWrites,
        Self::MayFailOnRows,
        Self::BreaksApplications,
        Self::ChangesPrivileges,
        Self::SlowsQueries,
        Self::ExtensionScript,
        Self::NotTransactional,
    ];

    /// The name by which a hazard is shown and allowed. Never changes.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::DataLoss => "data-loss",
            Self::TableRewrite => "table-rewrite",
            Self::FullScan => "full-scan",
            Self::IndexBuild => "index-build",
            Self::BlocksReads => "blocks-reads",
            Self::BlocksWrites => "blocks-writes",
            Self::MayFailOnRows => "may-fail-on-rows",
            Self::BreaksApplications => "breaks-applications",
            Self::ChangesPrivileges => "changes-privileges",
            Self::SlowsQueries => "slows-queries",
            Self::ExtensionScript => "extension-script",
            Self::NotTransactional => "not-transactional",
        }
    }

    /// The hazard with this id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hazard| hazard.id() == id)
    }

    /// What happens, in one line.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::DataLoss => "rows, values or counters are lost",
            Self::TableRewrite => "the table and its indexes are written anew",
            Self::FullScan => "all rows are read while the lock is held",
            Self::IndexBuild => "an index is built while the lock is held",
            Self::BlocksReads => "readers wait until the transaction ends",
            Self::BlocksWrites => "writers wait until the transaction ends",
            Self::MayFailOnRows => "existing rows can make the step fail",
            Self::BreaksApplications => "applications that use the old name or form fail",
            Self::ChangesPrivileges => "who may do what changes",
            Self::SlowsQueries => "queries that used the index become slower",
            Self::ExtensionScript => "the scripts of the extension change its members",
            Self::NotTransactional => "the step cannot run inside a transaction",
        }
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_apart() {
        for hazard in Hazard::ALL {
            assert_eq!(Hazard::from_id(hazard.id()), Some(hazard));
        }
        assert_eq!(Hazard::from_id("nothing"), None);
    }
}
