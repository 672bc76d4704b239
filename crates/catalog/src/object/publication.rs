//! Publications; what they publish are objects of their own, see [`super::PublicationTable`].

use crate::canonical::record;

record! {
    /// A publication.
    pub struct Publication {
        /// `FOR ALL TABLES`.
        1 => all_tables: bool,
        /// What is published: `insert`, `update`, `delete`, `truncate`.
        2 => publish: Vec<String>,
        /// `publish_via_partition_root`.
        3 => via_root: bool,
        /// `publish_generated_columns`, where it is not `none` (PostgreSQL 18).
        4 => generated_columns: Option<String>,
    }
}
