//! Triggers.

use crate::canonical::{choice, record};
use crate::ident::QualifiedName;

record! {
    /// A trigger. Those that partitions get from their parent are objects only where they fire otherwise than their
    /// parent's.
    pub struct Trigger {
        /// Table or view.
        1 => table: QualifiedName,
        /// `pg_get_triggerdef`; empty if it comes from the parent.
        2 => definition: String,
        /// When it fires.
        3 => state: TriggerState,
        /// It comes from the table that the table is a partition of.
        4 => inherited: bool,
    }
}

choice! {
    /// When a trigger fires (`tgenabled`) or a rule applies (`ev_enabled`).
    pub enum TriggerState {
        /// `ENABLE`.
        0 => Origin,
        /// `DISABLE`.
        1 => Disabled,
        /// `ENABLE REPLICA`.
        2 => Replica,
        /// `ENABLE ALWAYS`.
        3 => Always,
    }
}

impl crate::parts::PropertyField for TriggerState {}

impl TriggerState {
    /// What `ALTER TABLE` says before `TRIGGER` or `RULE`.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Origin => "ENABLE",
            Self::Disabled => "DISABLE",
            Self::Replica => "ENABLE REPLICA",
            Self::Always => "ENABLE ALWAYS",
        }
    }
}
