//! What each step does to the relations that were there before the plan: locks, rewrites, scans, index builds.
//!
//! A statement says which relation it is about and how strongly it locks that; `render` puts that into the step. What
//! else happens depends on what is there when the step runs: partitions and children, referenced tables, indexes, checks
//! that prove what would else be looked for. That is found here, by following the plan step by step. Locks count on
//! tables, views and materialized views; not on catalogs, indexes, sequences and TOAST tables, which come with them.
//! `testkit/tests/locks.rs` compares all of it with a server.

pub(super) mod proof;
mod query;
mod retype;
pub(super) mod scene;
mod volatility;

use std::collections::BTreeSet;

use super::online::{Online, Temporary};
use super::{Action, Hazard, Lock, LockMode, PlanOptions, Step};
use crate::address::{ObjectAddress, ObjectKind, Part, PartKind};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Column, Constraint, ConstraintKind, Object, Table};
use scene::{Place, Scene};

/// What one step does.
#[derive(Default)]
struct Effect {
    locks: BTreeSet<(LockMode, Place)>,
    rewritten: BTreeSet<Place>,
    scanned: BTreeSet<Place>,
    /// Tables and views that get an index.
    indexed: BTreeSet<Place>,
    /// Whether rows can make it fail; what the renderer says where this says nothing.
    may_fail: Option<bool>,
}

impl Effect {
    fn lock(&mut self, mode: LockMode, places: impl IntoIterator<Item = Place>) {
        self.locks.extend(places.into_iter().map(|place| (mode, place)));
    }
}

/// Puts locks and hazards into the steps of a plan from `from` to `to`; the first `renames` of them rename `from` to `start`.
///
/// With `online` among the options steps become forms that let readers and writers go on.
pub(super) fn assess(
    steps: &[Step],
    renames: usize,
    (from, start, to): (&Catalog, &Catalog, &Catalog),
    options: &PlanOptions,
) -> Vec<Step> {
    let mut scene = Scene::of(from, options.major);
    let mut forms = options.online.then(|| Online::new(start, to));
    let mut assessed = Vec::with_capacity(steps.len());
    for (number, step) in steps.iter().enumerate() {
        if number == renames {
            scene.settle(start);
        }
        let place = subject(step, &scene);
        let variants = match (&mut forms, place) {
            (Some(forms), Some(place)) if number >= renames => {
                forms.forms(step.clone(), place, &steps[number + 1..], &scene)
            }
            _ => vec![step.clone()],
        };
        for mut step in variants {
            let subject = subject(&step, &scene);
            let none = Temporary::new();
            let temporary = forms.as_ref().map_or(&none, |forms| &forms.temporary);
            let effect = World { scene: &scene, from: start, to, temporary }.effect(&step, subject);
            if subject.is_some_and(|place| scene.at(place).is_foreign()) {
                step.hazards.retain(|hazard| !matches!(hazard, Hazard::DataLoss | Hazard::MayFailOnRows));
            }
            put(&mut step, &effect, &scene);
            scene.apply(&step, subject, to, temporary);
            assessed.push(step);
        }
    }
    assessed
}

/// The relation that the step is about, if it was there before.
fn subject(step: &Step, scene: &Scene) -> Option<Place> {
    let own =
        matches!(step.address.kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView)
            && !matches!(step.action, Action::Rename { .. } | Action::SetSchema { .. });
    if own {
        return scene.place(&step.address.qualified());
    }
    if step.part.is_some() && step.address.kind.is_relation() {
        return scene.place(&step.address.qualified());
    }
    step.locks.first().and_then(|lock| scene.place(&lock.relation))
}

fn put(step: &mut Step, effect: &Effect, scene: &Scene) {
    let locked = !step.locks.is_empty();
    step.locks.retain(|lock| scene.place(&lock.relation).is_some());
    step.locks
        .extend(effect.locks.iter().map(|(mode, place)| Lock::new(*mode, scene.at(*place).name.clone())));
    // The strongest says it all.
    step.locks.sort_by(|a, b| (&a.relation, b.mode).cmp(&(&b.relation, a.mode)));
    step.locks.dedup_by(|next, first| next.relation == first.relation);
    if locked && step.locks.is_empty() {
        // Nobody waits for or loses something in what is new.
        step.hazards.clear();
    }
    let stored = |places: &BTreeSet<Place>| places.iter().any(|&place| scene.at(place).has_storage());
    let rewritten = stored(&effect.rewritten);
    let indexed = effect.rewritten.iter().any(|&place| {
        let relation = scene.at(place);
        relation.has_storage() && !relation.indexes.is_empty()
    });
    let mut set = |hazard: Hazard, is: bool| {
        step.hazards.retain(|other| *other != hazard);
        if is {
            step.hazards.push(hazard);
        }
    };
    // The scans of domains have no relation to be found by.
    if step.address.kind != ObjectKind::Domain {
        set(Hazard::TableRewrite, rewritten);
        set(Hazard::FullScan, stored(&effect.scanned));
        set(Hazard::IndexBuild, indexed || stored(&effect.indexed));
    }
    if let Some(may_fail) = effect.may_fail {
        set(Hazard::MayFailOnRows, may_fail);
    }
    if !step.transactional {
        step.hazards.push(Hazard::NotTransactional);
    }
    if step.locks.iter().any(|lock| lock.mode.blocks_writes()) {
        step.hazards.push(Hazard::BlocksWrites);
    }
    if step.locks.iter().any(|lock| lock.mode.blocks_reads()) {
        step.hazards.push(Hazard::BlocksReads);
    }
    step.hazards.sort();
    step.hazards.dedup();
}

struct World<'a> {
    scene: &'a Scene,
    from: &'a Catalog,
    to: &'a Catalog,
    temporary: &'a Temporary,
}

impl World<'_> {
    fn effect(&self, step: &Step, subject: Option<Place>) -> Effect {
        let mut effect = Effect::default();
        match (step.address.kind, &step.action) {
            (ObjectKind::Domain, _) => self.domain(step, &mut effect),
            (_, Action::CreateView | Action::CreatePolicy | Action::AlterPolicy | Action::CreateRule)
            | (_, Action::CreateRoutine | Action::CreateMaterializedView) => self.query(step, &mut effect),
            (_, Action::CreateTable) => self.create_table(step, &mut effect),
            (ObjectKind::Composite, _) => {
                let name = step.address.qualified();
                let typed = self.scene.of_type(&name);
                effect.lock(LockMode::AccessExclusive, typed.flat_map(|place| self.scene.tree(place)));
            }
            _ => {}
        }
        if let Some(place) = subject {
            self.on_relation(step, place, &mut effect);
        } else if matches!(step.action, Action::AttachPartition) {
            self.attach(step, None, &mut effect);
        } else if matches!(&step.action, Action::AddConstraint { .. }) {
            self.new_reference(step, &mut effect);
        }
        effect
    }

    fn on_relation(&self, step: &Step, place: Place, effect: &mut Effect) {
        let scene = self.scene;
        let relation = scene.at(place);
        let mode = step.locks.first().map_or(LockMode::AccessExclusive, |lock| lock.mode);
        let reach = scene.reach(step, place);
        match &step.action {
            Action::AddColumn { column } => self.add_column(step, place, column, effect),
            Action::AlterColumnType { column } => self.alter_type(step, place, column, effect),
            Action::SetNotNull { column } => {
                let reach = scene.set_not_null_reach(step, place, column);
                effect.lock(mode, reach.iter().copied());
                let unchecked = step.sql.ends_with(" NOT VALID");
                self.look_for_nulls(reach.into_iter().filter(|_| !unchecked), column, effect);
            }
            Action::AlterColumn { column } if step.sql.ends_with(" INHERIT") => {
                let reach = scene.inherit_not_null_reach(step, place, column);
                effect.lock(mode, reach.iter().copied());
                let given = reach.into_iter().filter(|_| !step.sql.ends_with(" NO INHERIT"));
                self.look_for_nulls(given.filter(|&other| other != place), column, effect);
            }
            Action::ValidateConstraint { .. } if scene.not_null_of(step).is_some() => {
                effect.lock(mode, reach.iter().copied());
                let column = scene.not_null_of(step).unwrap_or_default();
                self.look_for_nulls(reach.into_iter(), column, effect);
            }
            Action::DropColumn { column } => {
                let goes = |other: Place| other == place || scene.goes_with_parent(other, column);
                effect.lock(mode, scene.spread(place, &reach, &goes));
                // Where it goes alone, the children are told that theirs is not inherited any more.
                effect.lock(mode, relation.children.iter().copied());
            }
            Action::DropNotNull { column } => {
                effect.lock(mode, scene.drop_not_null_reach(step, place, column).locked);
            }
            Action::Grant | Action::Revoke if scene.is_since(18) => {
                effect.lock(LockMode::AccessShare, [place]);
            }
            Action::CountOn { column } => {
                let places = scene.tree(place);
                effect.lock(LockMode::AccessShare, places.iter().copied());
                effect.scanned =
                    places.into_iter().filter(|&place| !self.is_sorted_by(place, column)).collect();
            }
            // The sequence of an identity is altered by itself.
            Action::AlterIdentity { .. } if !step.locks.is_empty() => {
                let shared = relation.is_partitioned() && scene.is_since(17);
                effect.lock(mode, if shared { reach } else { BTreeSet::from([place]) });
            }
            Action::AlterColumn { .. } if !step.locks.is_empty() => effect.lock(mode, reach),
            Action::AddConstraint { constraint } => self.add_constraint(step, place, constraint, effect),
            Action::ValidateConstraint { constraint: name } => {
                let Some(constraint) = relation.constraint(name) else { return };
                if constraint.kind == ConstraintKind::Check && !no_inherit(constraint) {
                    effect.lock(mode, reach.iter().copied());
                    let open = |place: &Place| scene.at(*place).constraint(name).is_none_or(|c| !c.validated);
                    effect.scanned.extend(reach.into_iter().filter(open));
                } else {
                    effect.scanned.extend(reach);
                }
            }
            Action::DropConstraint { constraint: name } => {
                let Some(constraint) = relation.constraint(name) else { return };
                match constraint.kind {
                    ConstraintKind::Check if no_inherit(constraint) => {}
                    ConstraintKind::Check => effect.lock(mode, reach),
                    ConstraintKind::ForeignKey => {
                        effect.lock(mode, with_partitions(scene, place));
                        if let Some(&references) = relation.references.get(name) {
                            effect.lock(mode, with_partitions(scene, references));
                        }
                    }
                    _ if relation.is_partitioned() => effect.lock(mode, reach),
                    _ => {}
                }
            }
            Action::AttachPartition => self.attach(step, Some(place), effect),
            Action::DetachPartition if !step.transactional => {}
            Action::DetachPartition => {
                if let Some(parent) = scene.partition_parent(place) {
                    effect.lock(LockMode::AccessExclusive, scene.default_partition(parent));
                    effect.lock(LockMode::AccessExclusive, scene.referring(parent));
                }
                effect.lock(LockMode::AccessExclusive, scene.tree(place));
                for &references in relation.references.values() {
                    effect.lock(LockMode::ShareRowExclusive, with_partitions(scene, references));
                }
            }
            Action::DropTable => {
                for &references in relation.references.values() {
                    effect.lock(LockMode::AccessExclusive, with_partitions(scene, references));
                }
                if let Some(parent) = scene.partition_parent(place) {
                    effect.lock(LockMode::AccessExclusive, [parent]);
                    effect.lock(LockMode::AccessExclusive, scene.default_partition(parent));
                }
                effect.lock(LockMode::AccessExclusive, partitions(scene, place));
            }
            Action::CreateIndex | Action::DropIndex if !step.transactional => {}
            Action::CreateIndex => {
                let recurses = !step.sql.contains(" ON ONLY ");
                let places = if recurses { scene.tree(place) } else { BTreeSet::from([place]) };
                effect.lock(mode, places.iter().copied());
                effect.indexed = places;
            }
            Action::DropIndex => effect.lock(mode, partitions(scene, place)),
            Action::CreateTrigger | Action::DropTrigger if self.is_row_trigger(step) => {
                effect.lock(mode, partitions(scene, place));
            }
            Action::SetTriggerState => effect.lock(mode, partitions(scene, place)),
            Action::AlterTable => self.alter_table(step, place, mode, effect),
            Action::AlterMaterializedView => {
                if matches!(&step.part, Some(part) if part.name == "rows") {
                    self.read_through(step, effect);
                    effect.indexed.extend((!relation.indexes.is_empty()).then_some(place));
                } else if matches!(&step.part, Some(part) if part.name == "access_method" || part.name == "tablespace")
                {
                    effect.rewritten.insert(place);
                }
            }
            Action::Rename { .. } => match &step.part {
                Some(part) if part.kind == PartKind::Constraint => {
                    let Action::Rename { from, .. } = &step.action else { return };
                    let check = relation.constraint(from).filter(|c| c.kind == ConstraintKind::Check);
                    if check.is_some_and(|check| !no_inherit(check)) {
                        effect.lock(mode, reach);
                    }
                }
                Some(_) => effect.lock(mode, reach),
                None if step.address.kind == ObjectKind::Trigger => {
                    effect.lock(mode, partitions(scene, place));
                }
                None => {}
            },
            _ => {}
        }
    }

    /// Rows are read where nothing proves that there are no nulls in the column.
    fn look_for_nulls(&self, places: impl Iterator<Item = Place>, column: &str, effect: &mut Effect) {
        let open = |place: &Place| {
            self.scene.at(*place).table().is_some_and(|table| !proof::never_null(table, column))
        };
        effect.scanned.extend(places.filter(open));
        effect.may_fail = Some(effect.scanned.iter().any(|&place| self.scene.at(place).has_storage()));
    }

    fn alter_table(&self, step: &Step, place: Place, mode: LockMode, effect: &mut Effect) {
        let name = step.part.as_ref().map(|part| (part.kind, part.name.as_str()));
        match name {
            Some((PartKind::Property, "persistence" | "access_method" | "tablespace")) => {
                effect.rewritten.insert(place);
            }
            Some((PartKind::Constraint, _)) => effect.lock(mode, self.scene.tree(place)),
            Some((PartKind::Property, "inherits")) if !step.sql.contains(" NO INHERIT ") => {
                // The server looks whether the parent is below.
                effect.lock(LockMode::AccessShare, self.scene.descendants(place));
            }
            _ => {}
        }
    }

    fn table_after(&self, step: &Step) -> Option<&Table> {
        match &self.to.get(&step.address)?.body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }

    fn add_column(&self, step: &Step, place: Place, name: &str, effect: &mut Effect) {
        let lacks = |place: Place| self.scene.at(place).column(name).is_none();
        let mut tree = self.scene.spread(place, &self.scene.tree(place), &lacks);
        effect.lock(LockMode::AccessExclusive, tree.iter().copied());
        tree.retain(|&place| lacks(place));
        let Some(column) = self.table_after(step).and_then(|table| table.columns.get(name)) else { return };
        let default =
            column.default.as_ref().filter(|default| step.sql.contains(&format!(" DEFAULT {default}")));
        let constrained = retype::is_constrained(self.to, &column.type_name);
        let computed = (column.generated.is_some() && !column.is_virtual)
            || column.identity.is_some()
            || default.is_some_and(|default| volatility::may_be_volatile(default, self.to));
        let held = computed || default.is_some();
        let required = column.not_null && !held && step.sql.ends_with(" NOT NULL");
        if computed || constrained {
            effect.rewritten = tree;
        } else if required {
            effect.scanned = tree;
        }
        effect.may_fail = Some(required || constrained);
    }

    fn alter_type(&self, step: &Step, place: Place, name: &str, effect: &mut Effect) {
        let tree = self.scene.tree(place);
        effect.lock(LockMode::AccessExclusive, tree.iter().copied());
        let Some(new) = self.table_after(step).and_then(|table| table.columns.get(name)) else { return };
        let mut may_fail = false;
        for &place in &tree {
            let Some(old) = self.scene.at(place).column(name) else { continue };
            let instant = retype::is_instant((self.from, &old.type_name), (self.to, &new.type_name))
                && !self.is_rebuilt(step);
            if instant {
                self.recheck(place, name, (old, new), effect);
            } else {
                effect.rewritten.insert(place);
            }
            may_fail |= !instant;
        }
        effect.may_fail = Some(may_fail);
    }

    /// Whether values are made by more than a cast: the type was made anew.
    fn is_rebuilt(&self, step: &Step) -> bool {
        step.hazards.contains(&Hazard::TableRewrite)
    }

    /// What the server makes again although the rows stay: checks of the column, and indexes that see it otherwise.
    fn recheck(&self, place: Place, name: &str, (old, new): (&Column, &Column), effect: &mut Effect) {
        let relation = self.scene.at(place);
        let Some(table) = relation.table() else { return };
        let uses = |constraint: &Constraint| constraint.columns.iter().any(|column| column == name);
        let checks = table.constraints.values().filter(|c| c.kind == ConstraintKind::Check && c.validated);
        if checks.into_iter().any(uses) {
            effect.scanned.insert(place);
        }
        let keeps = old.collation == new.collation && retype::keeps_indexes(&old.type_name, &new.type_name);
        let keys = table.constraints.values().filter(|constraint| constraint.kind.has_index());
        let mut rebuilt = !keeps && keys.into_iter().any(uses);
        for index in &relation.indexes {
            let address = ObjectAddress::new(ObjectKind::Index, &relation.name.schema, index);
            let Some(object) = self.from.get(&address) else { continue };
            let Body::Index(body) = &object.body else { continue };
            let on_column = object.dependencies().iter().any(|dependency| {
                dependency.on_part.as_ref() == Some(&Part::column(name))
                    && dependency.on.qualified() == relation.name
            });
            rebuilt |= on_column && !(keeps && query::is_plain_index(&body.definition));
        }
        if rebuilt {
            effect.indexed.insert(place);
        }
    }

    fn add_constraint(&self, step: &Step, place: Place, name: &str, effect: &mut Effect) {
        let scene = self.scene;
        let temporary = self.temporary.get(&(step.address.qualified(), name.to_owned()));
        let end = || self.table_after(step).and_then(|table| table.constraints.get(name));
        let Some(constraint) = temporary.or_else(end) else { return };
        let valid = !step.sql.ends_with(" NOT VALID");
        match constraint.kind {
            ConstraintKind::Check => {
                let new = |place: Place| scene.at(place).constraint(name).is_none();
                let places = match no_inherit(constraint) {
                    true => BTreeSet::from([place]),
                    false => scene.spread(place, &scene.reach(step, place), &new),
                };
                effect.lock(LockMode::AccessExclusive, self.locked_to_add(step, place, &places));
                if valid {
                    effect.scanned.extend(places.into_iter().filter(|&place| new(place)));
                }
            }
            ConstraintKind::ForeignKey => {
                let places = with_partitions(scene, place);
                effect.lock(LockMode::ShareRowExclusive, self.locked_to_add(step, place, &places));
                if let Some(references) = constraint.references.as_ref().and_then(|name| scene.place(name)) {
                    effect.lock(LockMode::ShareRowExclusive, with_partitions(scene, references));
                }
                if valid {
                    effect.scanned = places;
                }
            }
            kind => {
                let places = if scene.at(place).is_partitioned() {
                    scene.reach(step, place)
                } else {
                    BTreeSet::from([place])
                };
                // The columns of a primary key are made not null below it too, or looked at for that.
                let locked = match kind {
                    ConstraintKind::PrimaryKey => scene.reach(step, place),
                    _ => self.locked_to_add(step, place, &places),
                };
                effect.lock(LockMode::AccessExclusive, locked);
                if !query::uses_index(&step.sql) {
                    effect.indexed = places;
                }
                if kind == ConstraintKind::PrimaryKey {
                    let open = |place: &Place| {
                        scene.at(*place).table().is_some_and(|table| {
                            constraint.columns.iter().any(|column| !proof::never_null(table, column))
                        })
                    };
                    effect.scanned.extend(scene.tree(place).into_iter().filter(open));
                }
            }
        }
    }

    /// What `ADD CONSTRAINT` locks where the constraint comes to `places`: since PostgreSQL 18 all that it could come to,
    /// before that is known.
    fn locked_to_add(&self, step: &Step, place: Place, places: &BTreeSet<Place>) -> BTreeSet<Place> {
        if self.scene.is_since(18) { self.scene.reach(step, place) } else { places.clone() }
    }

    /// A foreign key of a table that is new.
    fn new_reference(&self, step: &Step, effect: &mut Effect) {
        let roots = |name: &QualifiedName| {
            self.scene.place(name).map_or_else(|| self.below_new(name), |place| vec![place])
        };
        for lock in &step.locks {
            for root in roots(&lock.relation) {
                effect.lock(lock.mode, with_partitions(self.scene, root));
            }
        }
        effect.may_fail = Some(!roots(&step.address.qualified()).is_empty());
    }

    /// `ATTACH PARTITION` of a table (`place`, unless it is new) or an index.
    fn attach(&self, step: &Step, place: Option<Place>, effect: &mut Effect) {
        let scene = self.scene;
        if step.part.as_ref().is_none_or(|part| *part != super::id::partition_part()) {
            if let Some(table) = self.table_of(step) {
                let parent = table.1.and_then(|table| table.partition.as_ref()).map(|of| &of.parent);
                let read = [Some(&table.0), parent].into_iter().flatten();
                effect.lock(LockMode::AccessShare, read.filter_map(|name| scene.place(name)));
            }
            return;
        }
        let Some(partition) = self.table_after(step).and_then(|table| table.partition.as_ref()) else {
            return;
        };
        let parent = scene.place(&partition.parent);
        if let Some(parent) = parent {
            effect.lock(LockMode::ShareUpdateExclusive, [parent]);
            effect.lock(LockMode::ShareRowExclusive, scene.referring(parent));
            for &references in scene.at(parent).references.values() {
                // A foreign key that the partition has already becomes part of the parent's, and loses triggers of its own.
                let has =
                    place.is_some_and(|place| scene.at(place).references.values().any(|&r| r == references));
                let mode = if has { LockMode::AccessExclusive } else { LockMode::ShareRowExclusive };
                effect.lock(mode, with_partitions(scene, references));
            }
            if let Some(default) = scene.default_partition(parent) {
                effect.lock(LockMode::AccessExclusive, scene.tree(default));
                effect.scanned.extend(scene.tree(default));
            }
        }
        let roots = place.map_or_else(|| self.below_new(&step.address.qualified()), |place| vec![place]);
        let above = match parent {
            Some(parent) => {
                scene.at(parent).table().map(|table| (table, scene.partition_parent(parent).is_some()))
            }
            None => self.new_table(&partition.parent).map(|table| (table, table.partition.is_some())),
        };
        // What a default partition must not hold is what the others have, and what the parent itself must not.
        let is_free = partition.bound == "DEFAULT"
            && above.is_some_and(|(_, is_partition)| !is_partition)
            && !self.has_others(&partition.parent, &step.address);
        for root in roots {
            effect.lock(LockMode::AccessExclusive, scene.tree(root));
            if is_free {
                continue;
            }
            let proven = above.is_some_and(|(above, is_partition)| {
                let key = above.partition_key.as_deref().filter(|_| !is_partition);
                let table = scene.at(root).table();
                table.zip(key).is_some_and(|(table, key)| proof::lies_within(table, key, &partition.bound))
            });
            if !proven {
                effect.scanned.extend(scene.tree(root));
            }
        }
        effect.may_fail = Some(effect.scanned.iter().any(|&place| scene.at(place).has_storage()));
    }

    /// Tables of before that have become partitions of one that is new, at any level.
    fn below_new(&self, name: &QualifiedName) -> Vec<Place> {
        let parent = |table: &Table| table.partition.as_ref().map(|place| place.parent.clone());
        let is_below = |table: &Table| {
            let mut next = parent(table);
            while let Some(above) = next.filter(|above| self.scene.place(above).is_none()) {
                if above == *name {
                    return true;
                }
                next = self.new_table(&above).and_then(parent);
            }
            false
        };
        let tables = self.scene.all().filter(|(_, relation)| relation.table().is_some_and(is_below));
        tables.map(|(place, _)| place).collect()
    }

    /// Whether a partitioned table, of before or new, has other partitions.
    fn has_others(&self, name: &QualifiedName, than: &ObjectAddress) -> bool {
        let is_of = |table: &Table| table.partition.as_ref().is_some_and(|place| place.parent == *name);
        match self.scene.place(name) {
            Some(place) => !self.scene.at(place).children.is_empty(),
            None => self.to.iter().any(|object| match &object.body {
                Body::Table(table) if is_of(table) && object.address != *than => {
                    match self.scene.place(&object.address.qualified()) {
                        Some(place) => self.scene.at(place).table().is_some_and(is_of),
                        None => true,
                    }
                }
                _ => false,
            }),
        }
    }

    /// A table as it will be.
    fn new_table(&self, name: &QualifiedName) -> Option<&Table> {
        let address = ObjectAddress::new(ObjectKind::Table, &name.schema, &name.name);
        match &self.to.get(&address)?.body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table whose index, of its own or of a constraint, a step is about, as it will be.
    fn table_of(&self, step: &Step) -> Option<(QualifiedName, Option<&Table>)> {
        let name = match &self.to.get(&step.address)?.body {
            Body::Index(index) => index.table.clone(),
            Body::Table(_) => step.address.qualified(),
            _ => return None,
        };
        let table = self.new_table(&name);
        Some((name, table))
    }

    fn create_table(&self, step: &Step, effect: &mut Effect) {
        if let Some(table) = self.table_after(step) {
            // Others it gets later.
            let at_once = |parent: &&QualifiedName| query::inherits(&step.sql, parent);
            let parents = table.inherits.iter().filter(at_once).filter_map(|parent| self.scene.place(parent));
            effect.lock(LockMode::ShareUpdateExclusive, parents);
        }
    }

    fn domain(&self, step: &Step, effect: &mut Effect) {
        let checks = match &step.action {
            Action::AddConstraint { .. } => !step.sql.ends_with(" NOT VALID"),
            Action::ValidateConstraint { .. } => true,
            Action::AlterType => step.sql.ends_with(" SET NOT NULL"),
            _ => false,
        };
        if !checks {
            return;
        }
        let domain = step.address.qualified().to_string();
        let users = self.scene.all().filter(|(_, relation)| {
            let columns = relation.table().into_iter().flat_map(|table| table.columns.values());
            relation.has_storage() && columns.into_iter().any(|column| self.is_of(&column.type_name, &domain))
        });
        effect.lock(LockMode::Share, users.map(|(place, _)| place));
        effect.may_fail = Some(!effect.locks.is_empty());
    }

    /// Whether a type is the domain, or a domain that is made of it.
    fn is_of(&self, type_name: &str, domain: &str) -> bool {
        type_name == domain
            || retype::domain(self.from, type_name).is_some_and(|of| self.is_of(&of.base_type, domain))
    }

    /// Whether an index finds the least and the greatest value of a column.
    fn is_sorted_by(&self, place: Place, column: &str) -> bool {
        let relation = self.scene.at(place);
        let Some(table) = relation.table() else { return false };
        let is_first = |constraint: &Constraint| {
            matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
                && constraint.columns.first().is_some_and(|first| first == column)
        };
        let is_of_index = |name: &String| {
            let address = ObjectAddress::new(ObjectKind::Index, &relation.name.schema, name);
            match self.from.get(&address).map(|object| &object.body) {
                Some(Body::Index(index)) => query::is_sorted_by(&index.definition, column),
                _ => false,
            }
        };
        table.constraints.values().any(is_first) || relation.indexes.iter().any(is_of_index)
    }

    fn is_row_trigger(&self, step: &Step) -> bool {
        let of = |catalog: &Catalog| match catalog.get(&step.address).map(|object| &object.body) {
            Some(Body::Trigger(trigger)) => Some(trigger.definition.contains(" FOR EACH ROW ")),
            _ => None,
        };
        of(self.to).or_else(|| of(self.from)).unwrap_or_default()
    }

    /// The relations that a stored query reads and writes.
    fn query(&self, step: &Step, effect: &mut Effect) {
        let Some(object) = self.to.get(&step.address) else { return };
        match &object.body {
            Body::MaterializedView(view) if view.populated.0 => self.read_through(step, effect),
            Body::Routine(routine) if !routine.parsed_body => {}
            _ => self.read(object, effect),
        }
        // Until PostgreSQL 16 the rows that are values of a column are looked at.
        if let Body::View(view) = &object.body
            && !self.scene.is_since(17)
        {
            let is_value = |name: &QualifiedName| {
                let name = name.to_string();
                view.output.iter().any(|column| column.type_name == name)
            };
            let rows = relations_of(object).filter(is_value).filter_map(|name| self.scene.place(&name));
            effect.lock(LockMode::AccessShare, rows);
        }
    }

    fn read(&self, object: &Object, effect: &mut Effect) {
        for name in relations_of(object).filter(|name| query::uses(&object.body, name)) {
            if let Some(place) = self.scene.place(&name) {
                let writes = query::writes(&object.body, &name);
                let mode = if writes { LockMode::RowExclusive } else { LockMode::AccessShare };
                effect.lock(mode, [place]);
            }
        }
    }

    /// The relations that a query reads when it runs: those of views in it too.
    fn read_through(&self, step: &Step, effect: &mut Effect) {
        let Some(object) = self.to.get(&step.address) else { return };
        let mut pending = vec![object];
        let mut seen = BTreeSet::new();
        while let Some(object) = pending.pop() {
            self.read(object, effect);
            for name in relations_of(object).filter(|name| seen.insert(name.clone())) {
                let view = ObjectAddress::new(ObjectKind::View, &name.schema, &name.name);
                pending.extend(self.to.get(&view));
                if let Some(place) = self.scene.place(&name) {
                    effect.lock(LockMode::AccessShare, partitions(self.scene, place));
                }
            }
        }
    }
}

/// The partitions of a partitioned table, of all levels.
fn partitions(scene: &Scene, place: Place) -> BTreeSet<Place> {
    if scene.at(place).is_partitioned() { scene.descendants(place) } else { BTreeSet::new() }
}

/// The table and, of a partitioned one, its partitions.
fn with_partitions(scene: &Scene, place: Place) -> BTreeSet<Place> {
    let mut places = partitions(scene, place);
    places.insert(place);
    places
}

/// Relations that the object depends on.
fn relations_of(object: &Object) -> impl Iterator<Item = QualifiedName> {
    let on = object.dependencies().iter().map(|dependency| &dependency.on);
    on.filter(|on| matches!(on.kind, ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView))
        .map(|on| on.qualified())
}

fn no_inherit(constraint: &Constraint) -> bool {
    constraint.definition.trim_end_matches(" NOT VALID").ends_with(" NO INHERIT")
}
