//! Indexes that no constraint stands behind.

use std::collections::BTreeMap;

use crate::canonical::record;
use crate::ident::QualifiedName;

record! {
    /// An index.
    pub struct Index {
        /// Table or materialized view.
        1 => table: QualifiedName,
        /// `pg_get_indexdef`; `ON ONLY` for an index of a partitioned table.
        2 => definition: String,
        /// `UNIQUE`.
        3 => unique: bool,
        /// The index is not usable: a concurrent build that failed, or a partitioned index that lacks a partition.
        4 => invalid: bool,
        /// Index of the partitioned parent that it is attached to.
        5 => parent: Option<QualifiedName>,
        /// Tablespace where it is not the database's.
        6 => tablespace: Option<String>,
        /// Statistics targets of expression columns, by column number.
        7 => statistics: BTreeMap<String, String>,
    }
}
