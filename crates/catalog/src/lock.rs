//! Locks on relations that a step takes.

use std::fmt;

use crate::ident::QualifiedName;

/// Modes of table-level locks, weakest first (manual, "Explicit Locking").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LockMode {
    /// Taken by reading.
    AccessShare,
    /// Taken by `SELECT FOR UPDATE`, and on the referenced table while a foreign key is validated.
    RowShare,
    /// Taken by writing.
    RowExclusive,
    /// Taken by `VALIDATE CONSTRAINT`, `CREATE INDEX CONCURRENTLY`; readers and writers go on.
    ShareUpdateExclusive,
    /// Taken by `CREATE INDEX`: writers wait.
    Share,
    /// Taken by `CREATE TRIGGER` and `ADD FOREIGN KEY`: writers wait.
    ShareRowExclusive,
    /// Only readers go on.
    Exclusive,
    /// Everybody waits.
    AccessExclusive,
}

impl LockMode {
    /// Every mode, weakest first.
    pub const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// The name in the manual and in `LOCK TABLE … IN … MODE`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// The name in `pg_locks`: `AccessExclusiveLock`.
    #[must_use]
    pub fn server_name(self) -> String {
        let words = self.name().split(' ').map(|word| word[..1].to_owned() + &word[1..].to_lowercase());
        words.chain(["Lock".to_owned()]).collect()
    }

    /// Whether `SELECT` waits for it.
    #[must_use]
    pub fn blocks_reads(self) -> bool {
        self >= Self::AccessExclusive
    }

    /// Whether `INSERT`, `UPDATE` and `DELETE` wait for it.
    #[must_use]
    pub fn blocks_writes(self) -> bool {
        self >= Self::Share
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A lock on one relation that was there before the plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lock {
    /// How strong it is.
    pub mode: LockMode,
    /// What it is on, by the name that the relation has when the step runs.
    pub relation: QualifiedName,
}

impl Lock {
    /// A lock of this mode on `relation`.
    #[must_use]
    pub fn new(mode: LockMode, relation: QualifiedName) -> Self {
        Self { mode, relation }
    }
}

/// `ACCESS EXCLUSIVE on public.users`.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.mode, self.relation)
    }
}
