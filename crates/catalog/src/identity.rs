//! What stays when a name changes: OIDs of objects and numbers of columns, inside one database.

use std::collections::BTreeMap;

use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::rename::Renames;

/// The row of a system catalog that an object is: `pg_class` 1259 and its OID, and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CatalogRow {
    /// OID of the system catalog.
    pub class: u32,
    /// OID of the row in it.
    pub oid: u32,
}

/// The identity of one object and of those parts of it that can be renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The object.
    pub row: CatalogRow,
    /// Its columns by `attnum`, and its constraints by OID.
    pub parts: BTreeMap<u32, Part>,
}

/// The identities of the objects of one database at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identities(pub BTreeMap<ObjectAddress, Identity>);

impl Identities {
    /// What was renamed between `self`, taken earlier, and `later`, and which tables were made anew.
    ///
    /// Only objects of one kind are the same object: a table that became something else was replaced.
    #[must_use]
    pub fn renames_to(&self, later: &Self) -> Renames {
        let mut renames = Renames::default();
        let by_row: BTreeMap<CatalogRow, &ObjectAddress> =
            later.0.iter().map(|(address, identity)| (identity.row, address)).collect();
        for (before, identity) in &self.0 {
            let Some(&after) = by_row.get(&identity.row) else { continue };
            if after.kind != before.kind {
                continue;
            }
            if after != before {
                renames.add_object(before.clone(), after.clone());
            }
            let Some(now) = later.0.get(after) else { continue };
            for (number, part) in &identity.parts {
                match now.parts.get(number) {
                    Some(renamed) if renamed.kind == part.kind && renamed.name != part.name => {
                        renames.add_part(after.clone(), part.clone(), renamed.name.clone());
                    }
                    _ => {}
                }
            }
        }
        // Only tables hold rows, which belong to one of the two.
        for (address, identity) in self.0.iter().filter(|(address, _)| address.kind == ObjectKind::Table) {
            if later.0.get(address).is_some_and(|other| other.row != identity.row) {
                renames.add_replaced(address.clone());
            }
        }
        renames
    }
}
