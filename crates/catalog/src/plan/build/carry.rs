//! Rows of tables that are dropped and made again, as nothing turns a table into a partitioned one or back: they are
//! copied before the table goes, and into the one that comes. Rows of partitions that go with a partitioned table which
//! comes back are copied too.

use std::collections::{BTreeMap, BTreeSet};

use super::{Build, counter};
use crate::address::{ObjectAddress, ObjectKind, Scope};
use crate::ident::{QualifiedName, quote_ident};
use crate::object::{Body, Column, Object, Table};
use crate::plan::id::{self, Id};
use crate::plan::op::{Op, Phase};
use crate::plan::{Action, Hazard, LockMode, Step};

/// Rows that are carried from a table of the start to one of the end.
#[derive(Debug)]
pub(super) struct Carried {
    /// The table that they come into.
    to: ObjectAddress,
    /// The table that they are in between.
    aside: QualifiedName,
}

/// The identity of "the rows of the table are aside".
fn saved(from: &ObjectAddress) -> Id {
    rows(from, "aside")
}

/// The identity of "the rows of this table of the start are where they belong".
fn filled(from: &ObjectAddress) -> Id {
    rows(from, "back")
}

/// An address of its own: rows are there before a table of the same name is made, and after one was dropped.
fn rows(from: &ObjectAddress, place: &str) -> Id {
    (ObjectAddress { scope: Scope::Relation(format!("rows {place}")), ..from.clone() }, None)
}

/// Columns whose values are carried: those of the start that the end has and does not compute.
fn shared<'t>(from: &'t Table, to: &'t Table) -> Vec<(&'t String, &'t Column, &'t Column)> {
    from.columns_in_order()
        .filter_map(|(name, old)| to.columns.get(name).map(|new| (name, old, new)))
        .filter(|(_, _, new)| new.generated.is_none())
        .collect()
}

/// Whether a type may be dropped in between: its values are kept as text.
fn may_go(type_name: &str) -> bool {
    type_name.contains('.')
}

impl Build<'_> {
    /// Finds the tables whose rows are carried.
    pub(super) fn find_carried(&mut self) {
        if self.options.rows_put_aside {
            return;
        }
        let mut carried = BTreeMap::new();
        let mut taken: BTreeSet<QualifiedName> = BTreeSet::new();
        for object in self.from.iter().filter(|object| self.fates.drops(&object.address)) {
            let Body::Table(table) = &object.body else { continue };
            let by_executor = self.options.rows_return.contains(&(object.address.clone(), None));
            if table.partition_key.is_some() || table.server.is_some() || by_executor {
                continue;
            }
            let Some((to, body)) = self.successor(object) else { continue };
            if body.server.is_some() || shared(table, body).is_empty() {
                continue;
            }
            let is_taken = |name: &str| {
                let name = QualifiedName::new(&to.schema, name);
                let there = |catalog: &crate::catalog::Catalog| {
                    catalog.iter().any(|o| o.address.schema == name.schema && o.address.name == name.name)
                };
                taken.contains(&name) || there(self.from) || there(self.to)
            };
            let name = crate::plan::rename::free_name(&object.address.name, &is_taken);
            let aside = QualifiedName::new(&to.schema, name);
            taken.insert(aside.clone());
            carried.insert(object.address.clone(), Carried { to, aside });
        }
        self.carried = carried;
    }

    /// The table of the end that has the place of one that goes: itself, or what it is a partition of.
    fn successor(&self, object: &Object) -> Option<(ObjectAddress, &Table)> {
        let mut address = object.address.clone();
        loop {
            if self.options.replaced.contains(&address) || !self.fates.drops(&address) {
                return None;
            }
            if let Some(table) = Self::table_of(self.to, &address.qualified()) {
                return Some((address, table));
            }
            let partition = Self::table_of(self.from, &address.qualified())?.partition.as_ref()?;
            address = Self::table_address(&partition.parent);
        }
    }

    /// Whether the rows of a table that goes are carried.
    pub(super) fn is_carried(&self, from: &ObjectAddress) -> bool {
        self.carried.contains_key(from)
    }

    /// What drops a table comes after its rows are aside.
    pub(super) fn after_saving(&self, op: Op, from: &ObjectAddress) -> Op {
        if self.is_carried(from) { op.needs(saved(from)) } else { op }
    }

    /// What is made on a table, or reads it, comes after its rows are back: triggers, rules, materialized views.
    pub(super) fn after_filling(&self, op: Op, object: &Object) -> Op {
        let mut op = op;
        if matches!(
            object.address.kind,
            ObjectKind::Trigger | ObjectKind::Rule | ObjectKind::MaterializedView
        ) {
            let on = object.body.relation().cloned();
            for (from, carried) in &self.carried {
                let on_it = on.as_ref().is_some_and(|on| self.is_in(on, &carried.to.qualified()));
                if on_it || object.dependencies().iter().any(|dependency| dependency.on == carried.to) {
                    op = op.needs(filled(from));
                }
            }
        }
        op
    }

    /// Whether a table is the other one, or a partition of it at any level.
    fn is_in(&self, name: &QualifiedName, of: &QualifiedName) -> bool {
        name == of
            || Self::table_of(self.to, name)
                .and_then(|table| table.partition.as_ref())
                .is_some_and(|partition| self.is_in(&partition.parent, of))
    }

    /// The statements that carry rows.
    pub(super) fn carry_rows(&mut self) {
        let ops: Vec<Op> =
            self.carried.iter().flat_map(|(from, carried)| self.carry(from, carried)).collect();
        self.ops.extend(ops);
    }

    fn carry(&self, from: &ObjectAddress, carried: &Carried) -> Vec<Op> {
        let (Some(old), Some(new)) =
            (Self::table_of(self.from, &from.qualified()), Self::table_of(self.to, &carried.to.qualified()))
        else {
            return Vec::new();
        };
        let (to, aside) = (&carried.to, &carried.aside);
        let columns = shared(old, new);
        let kept = |column: &Column| {
            may_go(&column.type_name).then_some(if column.type_name.ends_with("[]") {
                "text[]"
            } else {
                "text"
            })
        };
        let step = |sql: String| Step::alter(to, Action::CopyRows, sql);

        let values: Vec<String> = columns
            .iter()
            .map(|(name, old, _)| {
                let name = quote_ident(name);
                kept(old).map_or_else(|| name.clone(), |text| format!("{name}::{text} AS {name}"))
            })
            .collect();
        // Policies must not hide rows from their owner; and from here on nobody writes: a row that came after the copy would
        // be lost. It has to be a statement that may stand outside a transaction, as LOCK TABLE may not.
        let sql = format!("ALTER TABLE ONLY {from} NO FORCE ROW LEVEL SECURITY");
        let mut save = vec![step(sql).lock(LockMode::AccessExclusive, from.qualified())];
        let sql = format!("CREATE TABLE {aside} AS\n SELECT {}\n   FROM ONLY {from}", values.join(", "));
        save.push(step(sql).lock(LockMode::AccessShare, from.qualified()).hazard(Hazard::TableRewrite));
        let mut save = Op::new(save).makes(saved(from));
        save.phase = Phase::Drop;

        let names: Vec<String> = columns.iter().map(|(name, ..)| quote_ident(name)).collect();
        let values: Vec<String> = columns
            .iter()
            .map(|(name, old, new)| {
                let mut stored = (*old).clone();
                if let Some(text) = kept(old) {
                    text.clone_into(&mut stored.type_name);
                }
                self.converted(name, &stored, new).unwrap_or_else(|| quote_ident(name))
            })
            .collect();
        let names = names.join(", ");
        let mut fill = vec![
            step(format!(
                "INSERT INTO {to} ({names}) OVERRIDING SYSTEM VALUE\n SELECT {}\n   FROM {aside}",
                values.join(", ")
            ))
            .hazard(Hazard::MayFailOnRows),
        ];
        for (name, _, column) in &columns {
            let Some(identity) = &column.identity else { continue };
            fill.push(counter::behind_rows(&identity.sequence, &identity.options, to, name));
        }
        fill.push(step(format!("DROP TABLE {aside}")));
        let mut fill = Op::new(fill)
            .makes(filled(from))
            .needs(saved(from))
            .needs((to.clone(), None))
            .in_phase(Phase::Attach);
        for (partition, _) in self.to.iter().filter_map(|object| match &object.body {
            Body::Table(table) => Some((&object.address, table.partition.as_ref()?)),
            _ => None,
        }) {
            if self.is_in(&partition.qualified(), &to.qualified()) {
                fill = fill.needs((partition.clone(), Some(id::partition_part())));
            }
        }
        vec![save, fill]
    }
}
