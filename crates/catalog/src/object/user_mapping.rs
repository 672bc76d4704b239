//! User mappings.

use std::collections::BTreeMap;

use crate::canonical::record;
use crate::ident::quote_ident;

record! {
    /// Who a role is on a server. The name of the object says both: `for app server far`.
    pub struct UserMapping {
        /// The role; `None` for `PUBLIC`.
        1 => role: Option<String>,
        /// Name of the server.
        2 => server: String,
        /// Options by name; passwords among them.
        3 => options: BTreeMap<String, String>,
    }
}

impl UserMapping {
    /// The name in an address, which is what its statements call it too: `for app server far`.
    #[must_use]
    pub fn name(&self) -> String {
        let role = self.role.as_deref().map_or("PUBLIC".to_owned(), quote_ident);
        format!("for {role} server {}", quote_ident(&self.server))
    }
}
