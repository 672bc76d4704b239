//! Views.

use std::collections::BTreeMap;

use super::{Grant, SecurityLabels};
use crate::address::PartKind;
use crate::canonical::record;
use crate::parts::PartItem;

record! {
    /// A view.
    pub struct View {
        /// `pg_get_viewdef`, without the final semicolon.
        1 => definition: String,
        /// Columns it returns; `CREATE OR REPLACE VIEW` may only add some at the end.
        2 => output: Vec<OutputColumn>,
        /// What is attached to columns, by name; columns with nothing are left out.
        3 => columns: BTreeMap<String, ViewColumn>,
        /// `security_barrier`, `security_invoker`, `check_option`.
        4 => options: BTreeMap<String, String>,
    }
}

record! {
    /// A column that a view returns.
    pub struct OutputColumn {
        /// Name.
        1 => name: String,
        /// Type (`format_type` under an empty search path).
        2 => type_name: String,
        /// Collation, quoted and qualified, where it is not the type's own.
        3 => collation: Option<String>,
    }
}

record! {
    /// What is attached to a column of a view or materialized view.
    pub struct ViewColumn {
        /// The comment.
        1 => comment: Option<String>,
        /// Privileges on the column, by `PRIVILEGE TO grantee`.
        2 => grants: BTreeMap<String, Grant>,
        /// Default for inserts through the view.
        3 => default: Option<String>,
        /// `SET STATISTICS` (materialized views).
        4 => statistics: Option<i64>,
        /// Storage where it is not the type's own (materialized views).
        5 => storage: Option<String>,
        /// Compression where it is set (materialized views).
        6 => compression: Option<String>,
        /// `n_distinct` (materialized views).
        7 => options: BTreeMap<String, String>,
        /// Security labels, by their providers.
        8 => security_labels: SecurityLabels,
    }
}

impl PartItem for ViewColumn {
    const KIND: PartKind = PartKind::Column;
}
