//! Extensions.

use crate::canonical::record;

record! {
    /// An extension; its members are not objects of the catalog.
    pub struct Extension {
        /// Version (`pg_extension.extversion`).
        1 => version: String,
        /// Schema of its members (`extnamespace`).
        2 => schema: String,
        /// Whether `ALTER EXTENSION … SET SCHEMA` can move it.
        3 => relocatable: bool,
    }
}
