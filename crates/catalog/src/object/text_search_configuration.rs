//! Text search configurations.

use std::collections::BTreeMap;

use crate::canonical::record;

record! {
    /// A text search configuration.
    pub struct TextSearchConfiguration {
        /// The parser, quoted and qualified.
        1 => parser: String,
        /// Dictionaries, quoted and in order, by the type of token.
        2 => mappings: BTreeMap<String, String>,
    }
}
