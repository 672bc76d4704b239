//! Enum types.

use crate::canonical::record;

record! {
    /// An enum type.
    pub struct EnumType {
        /// Labels in sort order.
        1 => labels: Vec<String>,
    }
}
