//! Foreign-data wrappers.

use std::collections::BTreeMap;

use crate::canonical::record;

record! {
    /// A foreign-data wrapper.
    pub struct ForeignDataWrapper {
        /// The function that does the work, quoted and qualified.
        1 => handler: Option<String>,
        /// The function that checks options, quoted and qualified.
        2 => validator: Option<String>,
        /// Options by name.
        3 => options: BTreeMap<String, String>,
    }
}
