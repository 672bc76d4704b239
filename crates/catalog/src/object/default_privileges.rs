//! Default privileges.

use crate::canonical::{choice, record};

record! {
    /// The privileges that what a role makes has from the start, everywhere or in one schema. They are the `grants`:
    /// everywhere as differences from what the kind grants by default, in a schema as what is added.
    pub struct DefaultPrivileges {
        /// The role that makes objects.
        1 => role: String,
        /// What they are.
        2 => objects: DefaultObjects,
    }
}

choice! {
    /// Kinds of objects that default privileges are about (`defaclobjtype`).
    pub enum DefaultObjects {
        /// Tables and views.
        0 => Tables,
        /// Sequences.
        1 => Sequences,
        /// Functions, procedures and aggregates.
        2 => Functions,
        /// Types and domains.
        3 => Types,
        /// Schemas.
        4 => Schemas,
        /// Large objects.
        5 => LargeObjects,
    }
}

impl crate::parts::PropertyField for DefaultObjects {}

impl DefaultObjects {
    /// What `ALTER DEFAULT PRIVILEGES` calls them.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Tables => "TABLES",
            Self::Sequences => "SEQUENCES",
            Self::Functions => "FUNCTIONS",
            Self::Types => "TYPES",
            Self::Schemas => "SCHEMAS",
            Self::LargeObjects => "LARGE OBJECTS",
        }
    }

    /// The name of the object in its schema.
    #[must_use]
    pub fn name(self, role: &str) -> String {
        format!("for role {} on {}", crate::ident::quote_ident(role), self.keyword().to_ascii_lowercase())
    }
}
