//! Policies of row-level security.

use crate::canonical::{choice, record};
use crate::ident::QualifiedName;

record! {
    /// A policy.
    pub struct Policy {
        /// Table.
        1 => table: QualifiedName,
        /// What it is about.
        2 => command: PolicyCommand,
        /// `AS RESTRICTIVE`.
        3 => restrictive: bool,
        /// The roles that it is for, sorted; empty for `PUBLIC`.
        4 => roles: Vec<String>,
        /// `USING`.
        5 => using: Option<String>,
        /// `WITH CHECK`.
        6 => check: Option<String>,
    }
}

choice! {
    /// The command that a policy is about (`polcmd`).
    pub enum PolicyCommand {
        /// `FOR ALL`.
        0 => All,
        /// `FOR SELECT`.
        1 => Select,
        /// `FOR INSERT`.
        2 => Insert,
        /// `FOR UPDATE`.
        3 => Update,
        /// `FOR DELETE`.
        4 => Delete,
    }
}

impl crate::parts::PropertyField for PolicyCommand {}

impl PolicyCommand {
    /// `ALL`, `SELECT`, …
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}
