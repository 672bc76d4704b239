//! Operator classes.

use std::collections::BTreeMap;

use crate::canonical::record;
use crate::ident::QualifiedName;

record! {
    /// An operator class; its access method is in its address.
    pub struct OperatorClass {
        /// Type that it is for.
        1 => type_name: String,
        /// `DEFAULT` for its type.
        2 => default: bool,
        /// Type that an index stores, where that is another.
        3 => storage: Option<String>,
        /// Family that it belongs to.
        4 => family: QualifiedName,
        /// Operators and functions: `OPERATOR 1 (integer, integer)` with the clause of `CREATE OPERATOR CLASS`.
        5 => members: BTreeMap<String, String>,
    }
}
