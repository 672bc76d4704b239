//! Extended statistics.

use crate::canonical::record;
use crate::ident::QualifiedName;

record! {
    /// A statistics object.
    pub struct Statistics {
        /// Table or materialized view.
        1 => table: QualifiedName,
        /// `pg_get_statisticsobjdef`.
        2 => definition: String,
        /// The statistics target; `None` for that of the columns.
        3 => target: Option<i64>,
    }
}
