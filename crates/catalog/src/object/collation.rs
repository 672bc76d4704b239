//! Collations.

use crate::canonical::{choice, record};

record! {
    /// A collation.
    pub struct Collation {
        /// Whose rules it follows.
        1 => provider: CollationProvider,
        /// The locale, of providers other than the C library.
        2 => locale: Option<String>,
        /// `LC_COLLATE`, of the C library.
        3 => lc_collate: Option<String>,
        /// `LC_CTYPE`, of the C library.
        4 => lc_ctype: Option<String>,
        /// `DETERMINISTIC = false`.
        5 => nondeterministic: bool,
        /// Rules of its own.
        6 => rules: Option<String>,
    }
}

choice! {
    /// Whose rules a collation follows (`collprovider`).
    pub enum CollationProvider {
        /// ICU.
        0 => Icu,
        /// The C library.
        1 => Libc,
        /// The server itself, from PostgreSQL 17.
        2 => Builtin,
    }
}

impl crate::parts::PropertyField for CollationProvider {}

impl CollationProvider {
    /// What `CREATE COLLATION` calls it.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Icu => "icu",
            Self::Libc => "libc",
            Self::Builtin => "builtin",
        }
    }
}
