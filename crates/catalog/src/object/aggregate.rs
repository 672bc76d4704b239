//! Aggregates.

use crate::canonical::record;

record! {
    /// An aggregate: an ordinary, an ordered-set or a hypothetical-set one.
    pub struct Aggregate {
        /// The whole `CREATE AGGREGATE`.
        1 => definition: String,
        /// Arguments with names, modes and `ORDER BY` (`pg_get_function_arguments`).
        2 => arguments: String,
        /// Result (`pg_get_function_result`).
        3 => result: String,
    }
}
