//! Text search dictionaries.

use std::collections::BTreeMap;

use crate::canonical::record;

record! {
    /// A text search dictionary.
    pub struct TextSearchDictionary {
        /// The template, quoted and qualified.
        1 => template: String,
        /// Options of the template: name and value, both quoted.
        2 => options: BTreeMap<String, String>,
    }
}
