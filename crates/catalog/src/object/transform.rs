//! Transforms between types and languages.

use crate::canonical::record;
use crate::ident::quote_ident;

record! {
    /// A transform. The name of the object says what of: `for hstore language plperl`.
    pub struct Transform {
        /// Type.
        1 => type_name: String,
        /// Name of the language.
        2 => language: String,
        /// Function that gives a value to the language, with its argument types.
        3 => from_sql: Option<String>,
        /// Function that takes a value from the language, with its argument types.
        4 => to_sql: Option<String>,
    }
}

impl Transform {
    /// The name in an address, which is what its statements call it too: `for hstore language plperl`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("for {} language {}", self.type_name, quote_ident(&self.language))
    }
}
