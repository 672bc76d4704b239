//! Text search parsers.

use crate::canonical::record;

record! {
    /// A text search parser. Functions are quoted and qualified.
    pub struct TextSearchParser {
        /// `START`.
        1 => start: String,
        /// `GETTOKEN`.
        2 => token: String,
        /// `END`.
        3 => end: String,
        /// `HEADLINE`.
        4 => headline: Option<String>,
        /// `LEXTYPES`.
        5 => types: String,
    }
}
