//! Privileges on what is no object of its own in a catalog.

use std::collections::BTreeMap;

use super::ViewColumn;
use crate::canonical::record;

record! {
    /// Privileges on a member of an extension or on an object of the system that are not those it came with. The name of
    /// the object is what `GRANT` calls it: `FUNCTION public.hstore(text, text)`; the privileges are the `grants`, as
    /// differences from those it came with.
    pub struct Privileges {
        /// Those on columns.
        1 => columns: BTreeMap<String, ViewColumn>,
    }
}
