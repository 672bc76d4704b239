//! Domains.

use std::collections::BTreeMap;

use crate::address::PartKind;
use crate::canonical::record;
use crate::parts::PartItem;

record! {
    /// A domain.
    pub struct Domain {
        /// The type it is made of.
        1 => base_type: String,
        /// Collation, quoted and qualified, where it is not the base type's own.
        2 => collation: Option<String>,
        /// Default expression.
        3 => default: Option<String>,
        /// `NOT NULL`.
        4 => not_null: bool,
        /// Check constraints by name.
        5 => constraints: BTreeMap<String, DomainConstraint>,
    }
}

record! {
    /// A check constraint of a domain.
    pub struct DomainConstraint {
        /// `pg_get_constraintdef`, with `NOT VALID` where it is.
        1 => definition: String,
        /// Whether existing values were checked.
        2 => validated: bool,
        /// The comment.
        3 => comment: Option<String>,
    }
}

impl PartItem for DomainConstraint {
    const KIND: PartKind = PartKind::Constraint;
}
