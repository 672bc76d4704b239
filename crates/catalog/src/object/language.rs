//! Procedural languages.

use crate::canonical::record;

record! {
    /// A procedural language.
    pub struct Language {
        /// `TRUSTED`.
        1 => trusted: bool,
        /// The function that runs functions in it, quoted and qualified.
        2 => handler: Option<String>,
        /// The function that runs `DO` blocks.
        3 => inline: Option<String>,
        /// The function that checks definitions.
        4 => validator: Option<String>,
    }
}
