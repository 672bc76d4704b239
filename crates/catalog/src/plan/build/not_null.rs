//! `NOT NULL` of columns, with tables above and below.
//!
//! Until PostgreSQL 17 it is a property of each column of each table; a statement can change those of a table and of all
//! below it at once. Since 18 it is a constraint that children inherit: they can't lose what comes from above, and one that
//! a table with children gets alone is `NO INHERIT`. So a table and what is below it are changed together where all of it
//! changes in the same way, which is the same on all.

use std::collections::BTreeSet;

use super::Build;
use crate::address::{ObjectAddress, Part};
use crate::ident::QualifiedName;
use crate::object::{Column, Table};
use crate::plan::Step;
use crate::plan::id::Id;
use crate::render::table;

impl Build<'_> {
    /// `SET NOT NULL` or `DROP NOT NULL`, of the children too where they all become the same.
    pub(super) fn not_null(&self, address: &ObjectAddress, name: &str, not_null: bool) -> Step {
        table::column::set_not_null(address, name, not_null, self.passes_on(address, name, not_null))
    }

    /// Whether the column of all tables below this one is, or is not, `NOT NULL` at the end.
    fn passes_on(&self, address: &ObjectAddress, name: &str, not_null: bool) -> bool {
        let partitioned =
            Self::table_of(self.to, &address.qualified()).is_some_and(|table| table.partition_key.is_some());
        let mut pending = vec![address.qualified()];
        let mut seen: BTreeSet<QualifiedName> = BTreeSet::new();
        while let Some(next) = pending.pop().filter(|_| !partitioned) {
            for heir in
                [&self.heirs, &self.to_heirs].into_iter().filter_map(|heirs| heirs.get(&next)).flatten()
            {
                let heir = heir.qualified();
                let column = Self::table_of(self.to, &heir).and_then(|table| table.columns.get(name));
                if column.is_some_and(|column| column.not_null != not_null) {
                    return false;
                }
                if seen.insert(heir.clone()) {
                    pending.push(heir);
                }
            }
        }
        true
    }

    /// The step that makes a column that stays `NOT NULL` or frees it, with what must have happened before.
    pub(super) fn alter_not_null(
        &self,
        address: &ObjectAddress,
        (a, b): (&Table, &Table),
        name: &str,
        (old, new): (&Column, &Column),
    ) -> (Option<Step>, Vec<Id>) {
        if old.not_null == new.not_null && !self.is_freed_by_parent(address, (a, b), name, (old, new)) {
            return (None, Vec::new());
        }
        let by_parent = self.parent_stays_and(address, a, b, &|parent| {
            let not_null = |catalog| {
                let table = Self::table_of(catalog, &parent.qualified())?;
                table.columns.get(name).map(|column| column.not_null)
            };
            not_null(self.from) == Some(old.not_null)
                && not_null(self.to) == Some(new.not_null)
                && self.passes_on(parent, name, new.not_null)
        });
        let declared = if new.not_null { new } else { old }.not_null_declared.0;
        if by_parent && !declared {
            return (None, Vec::new());
        }
        let stays = |parent: &&QualifiedName| {
            b.inherits.contains(parent) || b.partition.as_ref().is_some_and(|place| place.parent == **parent)
        };
        let parents = a.inherits.iter().chain(a.partition.iter().map(|place| &place.parent)).filter(stays);
        let above = parents.map(|parent| (Self::table_address(parent), Some(Part::column(name))));
        (Some(self.not_null(address, name, new.not_null)), above.collect())
    }

    /// Whether a column of a partition that is `NOT NULL` and stays so loses that with the column of the parent.
    fn is_freed_by_parent(
        &self,
        address: &ObjectAddress,
        (a, b): (&Table, &Table),
        name: &str,
        (old, new): (&Column, &Column),
    ) -> bool {
        let not_null = |catalog, parent: &ObjectAddress| {
            let column =
                Self::table_of(catalog, &parent.qualified()).and_then(|table| table.columns.get(name));
            column.is_some_and(|column| column.not_null)
        };
        old.not_null
            && new.not_null
            && !old.not_null_declared.0
            && a.partition.is_some()
            && self.parent_stays_and(address, a, b, &|parent| {
                not_null(self.from, parent) && !not_null(self.to, parent)
            })
    }
}
