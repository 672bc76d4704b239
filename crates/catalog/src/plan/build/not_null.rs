//! `NOT NULL` of columns, with tables above and below.
//!
//! Until PostgreSQL 17 it is a property of each column of each table; a statement can change those of a table and of all
//! below it at once. Since 18 it is a constraint that children inherit: they can't lose what comes from above, and one that
//! a table with children gets alone is `NO INHERIT`. So a table and what is below it are changed together where all of it
//! changes in the same way, which is the same on all.

use std::collections::BTreeSet;

use super::Build;
use crate::address::{ObjectAddress, Part};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Column, Table};
use crate::plan::Step;
use crate::plan::id::{self, Id};
use crate::plan::op::Op;
use crate::render::table;

impl Build<'_> {
    /// `SET NOT NULL` or `DROP NOT NULL`, of the children too where they all become the same.
    pub(super) fn not_null(&self, address: &ObjectAddress, name: &str, not_null: bool) -> Step {
        let column = Self::column_of(self.to, &address.qualified(), name);
        if let Some(column) = column.filter(|column| not_null && column.has_not_null_constraint()) {
            return table::column::add_not_null(address, name, column, column.not_null_no_inherit);
        }
        table::column::set_not_null(address, name, not_null, self.passes_on(address, name, not_null))
    }

    /// Whether the column of all tables below this one is, or is not, `NOT NULL` at the end.
    fn passes_on(&self, address: &ObjectAddress, name: &str, not_null: bool) -> bool {
        self.all_below(address, name, &|column| column.not_null == not_null)
    }

    /// Whether the column of all tables below this one satisfies `test` at the end; of partitions it does.
    fn all_below(&self, address: &ObjectAddress, name: &str, test: &dyn Fn(&Column) -> bool) -> bool {
        let partitioned =
            Self::table_of(self.to, &address.qualified()).is_some_and(|table| table.partition_key.is_some());
        let mut pending = vec![address.qualified()];
        let mut seen: BTreeSet<QualifiedName> = BTreeSet::new();
        while let Some(next) = pending.pop().filter(|_| !partitioned) {
            for heir in
                [&self.heirs, &self.to_heirs].into_iter().filter_map(|heirs| heirs.get(&next)).flatten()
            {
                let heir = heir.qualified();
                let column = Self::column_of(self.to, &heir, name);
                if column.is_some_and(|column| !test(column)) {
                    return false;
                }
                if seen.insert(heir.clone()) {
                    pending.push(heir);
                }
            }
        }
        true
    }

    /// The steps that change `NOT NULL` of a column that stays, with what must have happened before.
    pub(super) fn alter_not_null(
        &self,
        address: &ObjectAddress,
        (a, b): (&Table, &Table),
        name: &str,
        (old, new): (&Column, &Column),
    ) -> (Vec<Step>, Vec<Id>) {
        let freed = self.is_freed_by_parent(address, (a, b), name, (old, new));
        let constraint = old.not_null_constraint(&address.name, name);
        let mut anew = !old.not_null;
        let mut steps = Vec::new();
        let by_parent = || self.comes_with_parent(address, (a, b), name, (old, new));
        match (old.not_null, new.not_null) {
            (false, false) => {}
            (true, true) if freed => steps.push(self.not_null(address, name, true)),
            (false, true) if by_parent() => {
                steps.extend(new.not_null_declared.0.then(|| self.declared(address, name)));
            }
            (false, true) => steps.push(self.not_null(address, name, true)),
            (true, false) if by_parent() && !old.not_null_declared.0 => {}
            (true, false) => steps.push(self.not_null(address, name, false)),
            (true, true) if new.not_null_not_valid && !old.not_null_not_valid => {
                anew = true;
                if !by_parent() || old.not_null_declared.0 {
                    let with_children = self.all_below(address, name, &|column| column.not_null_not_valid);
                    steps.push(table::column::set_not_null(address, name, false, with_children));
                    steps.push(self.not_null(address, name, true));
                }
            }
            (true, true) => {
                if old.not_null_not_valid && !new.not_null_not_valid && !by_parent() {
                    steps.push(table::column::validate_not_null(address, name, &constraint));
                }
                if old.not_null_no_inherit != new.not_null_no_inherit {
                    let inherit = !new.not_null_no_inherit;
                    steps.push(table::column::inherit_not_null(address, name, &constraint, inherit));
                }
            }
        }
        let comment = new.not_null_comment.as_ref();
        if new.not_null && comment != old.not_null_comment.as_ref().filter(|_| !anew) {
            let own = if anew { new.not_null_constraint(&address.name, name) } else { constraint };
            steps.push(table::column::comment_not_null(address, name, &own, comment));
        }
        let mut before = Vec::new();
        if !steps.is_empty() {
            // What becomes stronger does so from below.
            before = if is_stronger(old, new) { Vec::new() } else { parents_that_stay(a, b, name) };
            for heir in self.to_heirs.get(&address.qualified()).into_iter().flatten() {
                let column = |catalog| Self::column_of(catalog, &heir.qualified(), name);
                if let (Some(old), Some(new)) = (column(self.from), column(self.to))
                    && is_stronger(old, new)
                {
                    before.push((heir.clone(), Some(Part::column(name))));
                }
            }
        }
        (steps, before)
    }

    /// `NOT NULL` of a column that has it from a parent, declared here too.
    fn declared(&self, address: &ObjectAddress, name: &str) -> Step {
        table::column::set_not_null(address, name, true, self.passes_on(address, name, true))
    }

    /// Whether the same change of a parent's column is one of this column too.
    fn comes_with_parent(
        &self,
        address: &ObjectAddress,
        (a, b): (&Table, &Table),
        name: &str,
        (old, new): (&Column, &Column),
    ) -> bool {
        // What children have of a column, and whether that is valid.
        let given = |column: &Column| column.gives_not_null().then_some(column.not_null_not_valid);
        let has = |column: &Column| column.not_null.then_some(column.not_null_not_valid);
        self.parent_stays_and(address, a, b, &|parent| {
            let column = |catalog| Self::column_of(catalog, &parent.qualified(), name);
            let (Some(before), Some(after)) = (column(self.from), column(self.to)) else { return false };
            // Children keep what the parent has no longer for them but for itself.
            let keeps = after.not_null && !after.gives_not_null();
            given(before) == has(old)
                && given(after) == has(new)
                && !keeps
                && self.passes_on(parent, name, new.not_null)
        })
    }

    /// The step that makes the column of a new table `NOT NULL` once its rows are there, unless a parent's does.
    pub(super) fn leave_unchecked(&mut self, address: &ObjectAddress, body: &Table) {
        for (name, column) in body.columns_in_order().filter(|(_, column)| column.not_null_not_valid) {
            let above: Vec<&QualifiedName> = body.inherits.iter().collect();
            let given = above.iter().any(|parent| {
                let above = Self::column_of(self.to, parent, name);
                above.is_some_and(Column::gives_not_null)
            });
            let mut steps = Vec::new();
            if !given {
                steps.push(self.not_null(address, name, true));
            } else if column.not_null_declared.0 {
                steps.push(self.declared(address, name));
            }
            steps.extend(Self::not_null_comment(address, name, column));
            self.plain(address, &mut steps);
            let mut op = Op::new(steps).makes((address.clone(), Some(id::not_null_part(name))));
            op = op.needs((address.clone(), None));
            for parent in above {
                op = op.follows((Self::table_address(parent), Some(id::not_null_part(name))));
            }
            // In a child that is made afterwards it would be valid.
            for heir in self.heirs_to_be(&address.qualified(), name) {
                op = op.needs(heir);
            }
            self.push(op);
        }
    }

    /// A child whose column holds, though the parent's was not checked, is made after that: it is of no rows then.
    pub(super) fn after_unchecked_columns(&self, parent: &QualifiedName, body: &Table, mut op: Op) -> Op {
        let Some(above) = Self::table_of(self.to, parent) else { return op };
        for (name, _) in above.columns.iter().filter(|(_, column)| column.not_null_not_valid) {
            if body.columns.get(name).is_some_and(|own| own.not_null && !own.not_null_not_valid) {
                op = op.follows((Self::table_address(parent), Some(id::not_null_part(name))));
            }
        }
        op
    }

    /// Children that the plan makes and whose column is unchecked too.
    fn heirs_to_be(&self, table: &QualifiedName, name: &str) -> Vec<Id> {
        let mut all = Vec::new();
        for heir in self.to_heirs.get(table).into_iter().flatten() {
            let id = (heir.clone(), None);
            let heir = heir.qualified();
            let own = Self::column_of(self.to, &heir, name);
            if self.is_made(&id) && own.is_some_and(|own| own.not_null_not_valid) {
                all.push(id);
                all.extend(self.heirs_to_be(&heir, name));
            }
        }
        all
    }

    /// The comment on the not-null constraint of a column that is made.
    pub(super) fn not_null_comment(address: &ObjectAddress, name: &str, column: &Column) -> Option<Step> {
        let comment = column.not_null_comment.as_ref()?;
        let constraint = column.not_null_constraint(&address.name, name);
        Some(table::column::comment_not_null(address, name, &constraint, Some(comment)))
    }

    /// A column of a table.
    fn column_of<'c>(catalog: &'c Catalog, table: &QualifiedName, name: &str) -> Option<&'c Column> {
        Self::table_of(catalog, table)?.columns.get(name)
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
            Self::column_of(catalog, &parent.qualified(), name).is_some_and(|column| column.not_null)
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

/// Whether a not-null constraint that stays says more than before.
const fn is_stronger(old: &Column, new: &Column) -> bool {
    old.not_null
        && new.not_null
        && ((old.not_null_no_inherit && !new.not_null_no_inherit)
            || (old.not_null_not_valid && !new.not_null_not_valid))
}

/// The column in parents that a table has before and afterwards.
fn parents_that_stay(a: &Table, b: &Table, name: &str) -> Vec<Id> {
    let stays = |parent: &&QualifiedName| {
        b.inherits.contains(parent) || b.partition.as_ref().is_some_and(|place| place.parent == **parent)
    };
    let parents = a.inherits.iter().chain(a.partition.iter().map(|place| &place.parent)).filter(stays);
    parents.map(|parent| (Build::table_address(parent), Some(Part::column(name)))).collect()
}
