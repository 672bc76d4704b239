//! Range types.

use crate::canonical::record;
use crate::ident::QualifiedName;

record! {
    /// A range type with its multirange type.
    pub struct RangeType {
        /// Type of the bounds.
        1 => subtype: String,
        /// Operator class of the subtype, quoted and qualified.
        2 => operator_class: String,
        /// Collation of the bounds, quoted and qualified, where it is not the subtype's own.
        3 => collation: Option<String>,
        /// Canonical function, quoted and qualified.
        4 => canonical: Option<String>,
        /// Subtype difference function, quoted and qualified.
        5 => subtype_diff: Option<String>,
        /// Name of the multirange type.
        6 => multirange: Option<QualifiedName>,
    }
}
