//! Operator families.

use std::collections::BTreeMap;

use crate::canonical::record;

record! {
    /// An operator family; its access method is in its address.
    pub struct OperatorFamily {
        /// Operators and functions that belong to no class of the family: `OPERATOR 1 (integer, bigint)` with what adds
        /// it.
        1 => members: BTreeMap<String, String>,
    }
}
