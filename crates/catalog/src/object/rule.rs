//! Rules.

use super::TriggerState;
use crate::canonical::record;
use crate::ident::QualifiedName;

record! {
    /// A rule other than the one that makes a view.
    pub struct Rule {
        /// Table or view.
        1 => table: QualifiedName,
        /// `pg_get_ruledef`, without the semicolon at its end.
        2 => definition: String,
        /// When it applies.
        3 => state: TriggerState,
    }
}
