//! Servers of foreign-data wrappers.

use std::collections::BTreeMap;

use crate::canonical::record;

record! {
    /// A server.
    pub struct Server {
        /// Name of the foreign-data wrapper.
        1 => wrapper: String,
        /// `TYPE`.
        2 => server_type: Option<String>,
        /// `VERSION`.
        3 => version: Option<String>,
        /// Options by name.
        4 => options: BTreeMap<String, String>,
    }
}
