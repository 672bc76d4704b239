//! Conversions between encodings.

use crate::canonical::record;

record! {
    /// A conversion between encodings.
    pub struct Conversion {
        /// Encoding that it reads.
        1 => source: String,
        /// Encoding that it writes.
        2 => destination: String,
        /// The function, quoted and qualified.
        3 => function: String,
        /// `DEFAULT`.
        4 => default: bool,
    }
}
