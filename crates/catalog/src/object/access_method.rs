//! Access methods.

use crate::canonical::{choice, record};

record! {
    /// An access method.
    pub struct AccessMethod {
        /// Of what.
        1 => of: AccessMethodKind,
        /// The function behind it, quoted and qualified.
        2 => handler: String,
    }
}

choice! {
    /// What an access method is for.
    pub enum AccessMethodKind {
        /// Indexes.
        0 => Index,
        /// Tables.
        1 => Table,
    }
}

impl crate::parts::PropertyField for AccessMethodKind {}
