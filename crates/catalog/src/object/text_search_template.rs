//! Text search templates.

use crate::canonical::record;

record! {
    /// A text search template. Functions are quoted and qualified.
    pub struct TextSearchTemplate {
        /// `INIT`.
        1 => init: Option<String>,
        /// `LEXIZE`.
        2 => lexize: String,
    }
}
