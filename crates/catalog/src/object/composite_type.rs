//! Composite types made by `CREATE TYPE … AS`.

use std::collections::BTreeMap;

use super::SecurityLabels;
use crate::address::PartKind;
use crate::canonical::record;
use crate::parts::PartItem;

record! {
    /// A composite type.
    pub struct CompositeType {
        /// Attributes by name.
        1 => attributes: BTreeMap<String, Attribute>,
        /// Names of the attributes in order. Unlike that of a table's columns the order matters to every user of the type.
        2 => order: Vec<String>,
    }
}

record! {
    /// One attribute.
    pub struct Attribute {
        /// Type (`format_type` under an empty search path).
        1 => type_name: String,
        /// Collation, quoted and qualified, where it is not the type's own.
        2 => collation: Option<String>,
        /// The comment.
        3 => comment: Option<String>,
        /// Security labels, by their providers.
        4 => security_labels: SecurityLabels,
    }
}

impl PartItem for Attribute {
    const KIND: PartKind = PartKind::Column;
}
