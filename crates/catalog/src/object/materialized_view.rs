//! Materialized views.

use std::collections::BTreeMap;

use super::{OutputColumn, ViewColumn};
use crate::canonical::{Remembered, record};

record! {
    /// A materialized view.
    pub struct MaterializedView {
        /// `pg_get_viewdef`, without the final semicolon.
        1 => definition: String,
        /// Columns it returns.
        2 => output: Vec<OutputColumn>,
        /// What is attached to columns, by name; columns with nothing are left out.
        3 => columns: BTreeMap<String, ViewColumn>,
        /// Storage parameters; those of the TOAST table are called `toast.…`.
        4 => options: BTreeMap<String, String>,
        /// Access method where it is not `heap`.
        5 => access_method: Option<String>,
        /// Tablespace where it is not the database's.
        6 => tablespace: Option<String>,
        /// Whether it holds rows: state, not schema.
        7 => populated: Remembered<bool>,
        /// The index that `CLUSTER` uses.
        8 => cluster_on: Option<String>,
    }
}
