//! Operators.

use crate::canonical::record;

record! {
    /// An operator; the types of its sides are in its address.
    pub struct Operator {
        /// The function that it calls.
        1 => function: String,
        /// The commutator: `OPERATOR(schema.===)`.
        2 => commutator: Option<String>,
        /// The negator.
        3 => negator: Option<String>,
        /// The estimator of restrictions.
        4 => restrict: Option<String>,
        /// The estimator of joins.
        5 => join: Option<String>,
        /// `HASHES`.
        6 => hashes: bool,
        /// `MERGES`.
        7 => merges: bool,
        /// Commutator and negator that are only announced by this operator, as `DROP OPERATOR` calls them.
        8 => announced: Vec<String>,
    }
}
