//! Settings that sessions in the database start with.

use std::collections::BTreeMap;

use crate::canonical::record;
use crate::ident::quote_ident;

record! {
    /// What sessions in the database start with, those of one role or of all. The name of the object says whose:
    /// `for all roles`, `for role app`; that of the database is nowhere, it is where the statement runs.
    pub struct Settings {
        /// The role; `None` for all.
        1 => role: Option<String>,
        /// Values by parameter, as the server stores them.
        2 => settings: BTreeMap<String, String>,
    }
}

impl Settings {
    /// The name in an address: `for all roles`, `for role app`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.role {
            None => "for all roles".to_owned(),
            Some(role) => format!("for role {}", quote_ident(role)),
        }
    }
}
