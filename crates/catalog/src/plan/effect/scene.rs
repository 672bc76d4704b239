//! The relations that were there before the plan, as they are when a step runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::address::{ObjectKind, Part, PartKind};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Column, Constraint, ConstraintKind, Object, Table};
use crate::plan::online::Temporary;
use crate::plan::{Action, ChangeKind, Step};

/// Which of the relations of a scene.
pub(in crate::plan) type Place = usize;

/// A table, view or materialized view.
pub(in crate::plan) struct Relation {
    pub(super) name: QualifiedName,
    object: Arc<Object>,
    parents: BTreeSet<Place>,
    pub(super) children: BTreeSet<Place>,
    /// Tables that its foreign keys refer to, by constraint.
    pub(super) references: BTreeMap<String, Place>,
    /// Its indexes, those of constraints included.
    pub(super) indexes: BTreeSet<String>,
}

impl Relation {
    /// The table that it is.
    pub(in crate::plan) fn table(&self) -> Option<&Table> {
        match &self.object.body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }

    fn table_mut(&mut self) -> Option<&mut Table> {
        match &mut Arc::make_mut(&mut self.object).body {
            Body::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(in crate::plan) fn column(&self, name: &str) -> Option<&Column> {
        self.table()?.columns.get(name)
    }

    pub(in crate::plan) fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.table()?.constraints.get(name)
    }

    pub(in crate::plan) fn is_partitioned(&self) -> bool {
        self.table().is_some_and(|table| table.partition_key.is_some())
    }

    /// Whether its rows are elsewhere.
    pub(in crate::plan) fn is_foreign(&self) -> bool {
        self.table().is_some_and(|table| table.server.is_some())
    }

    /// Whether rows lie in it.
    pub(in crate::plan) fn has_storage(&self) -> bool {
        match self.object.address.kind {
            ObjectKind::Table => !self.is_partitioned() && !self.is_foreign(),
            kind => kind == ObjectKind::MaterializedView,
        }
    }
}

/// All of them.
pub(in crate::plan) struct Scene {
    names: BTreeMap<QualifiedName, Place>,
    relations: Vec<Relation>,
    /// Major version of the server, where it is known.
    major: Option<u32>,
}

/// How far `DROP NOT NULL` reaches.
pub(in crate::plan) struct DropReach {
    /// The relations that it locks.
    pub(super) locked: BTreeSet<Place>,
    /// Those whose columns take nulls afterwards.
    pub(super) freed: BTreeSet<Place>,
}

fn is_seen(kind: ObjectKind) -> bool {
    kind.is_relation() && !matches!(kind, ObjectKind::Composite | ObjectKind::Sequence | ObjectKind::Index)
}

impl Scene {
    pub(in crate::plan) fn of(catalog: &Catalog, major: Option<u32>) -> Self {
        let mut scene = Self { names: BTreeMap::new(), relations: Vec::new(), major };
        for object in catalog.shared().filter(|object| is_seen(object.address.kind)) {
            scene.names.insert(object.address.qualified(), scene.relations.len());
            scene.relations.push(Relation {
                name: object.address.qualified(),
                object: Arc::clone(object),
                parents: BTreeSet::new(),
                children: BTreeSet::new(),
                references: BTreeMap::new(),
                indexes: BTreeSet::new(),
            });
        }
        for object in catalog.iter() {
            match &object.body {
                Body::Table(table) => {
                    let Some(&place) = scene.names.get(&object.address.qualified()) else { continue };
                    let parents = table.inherits.iter().chain(table.partition.iter().map(|p| &p.parent));
                    for parent in parents {
                        scene.adopt(place, parent);
                    }
                    for (name, constraint) in &table.constraints {
                        scene.constrain(place, name, constraint);
                    }
                }
                Body::Index(index) => {
                    if let Some(&place) = scene.names.get(&index.table) {
                        scene.relations[place].indexes.insert(object.address.name.clone());
                    }
                }
                _ => {}
            }
        }
        scene
    }

    /// Everything has its new name: definitions are from now on those of `start`.
    pub(in crate::plan) fn settle(&mut self, start: &Catalog) {
        for object in start.shared() {
            if let Some(&place) = self.names.get(&object.address.qualified())
                && self.relations[place].object.address.kind == object.address.kind
            {
                self.relations[place].object = Arc::clone(object);
                if let Body::Table(table) = &object.body {
                    let places: BTreeMap<String, Place> = table
                        .constraints
                        .iter()
                        .filter_map(|(name, c)| Some((name.clone(), self.place(c.references.as_ref()?)?)))
                        .collect();
                    self.relations[place].references = places;
                }
            }
        }
        let mut indexes: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
        for (place, relation) in self.relations.iter().enumerate() {
            let keys = relation.table().into_iter().flat_map(|table| &table.constraints);
            let keys = keys.filter(|(_, constraint)| constraint.kind.has_index());
            indexes.entry(place).or_default().extend(keys.map(|(name, _)| name.clone()));
        }
        for object in start.iter() {
            if let Body::Index(index) = &object.body
                && let Some(place) = self.place(&index.table)
            {
                indexes.entry(place).or_default().insert(object.address.name.clone());
            }
        }
        for (place, indexes) in indexes {
            self.relations[place].indexes = indexes;
        }
    }

    /// Whether the server is known to be of this major version or a later one.
    pub(super) fn is_since(&self, major: u32) -> bool {
        self.major.is_some_and(|own| own >= major)
    }

    pub(in crate::plan) fn place(&self, name: &QualifiedName) -> Option<Place> {
        self.names.get(name).copied()
    }

    pub(in crate::plan) fn at(&self, place: Place) -> &Relation {
        &self.relations[place]
    }

    /// All below, of all levels.
    pub(in crate::plan) fn descendants(&self, place: Place) -> BTreeSet<Place> {
        let mut found = BTreeSet::new();
        let mut pending = vec![place];
        while let Some(next) = pending.pop() {
            for &child in &self.relations[next].children {
                if found.insert(child) {
                    pending.push(child);
                }
            }
        }
        found
    }

    /// The relation and all below it.
    pub(in crate::plan) fn tree(&self, place: Place) -> BTreeSet<Place> {
        let mut tree = self.descendants(place);
        tree.insert(place);
        tree
    }

    /// What it is a partition of.
    pub(in crate::plan) fn partition_parent(&self, place: Place) -> Option<Place> {
        self.relations[place].table()?.partition.as_ref()?;
        self.relations[place].parents.first().copied()
    }

    /// The default partition of a partitioned table.
    pub(in crate::plan) fn default_partition(&self, parent: Place) -> Option<Place> {
        self.relations[parent].children.iter().copied().find(|&child| {
            let partition = self.relations[child].table().and_then(|table| table.partition.as_ref());
            partition.is_some_and(|partition| partition.bound == "DEFAULT")
        })
    }

    /// Tables with foreign keys to that one, but for partitions, whose parents have them.
    pub(in crate::plan) fn referring(&self, place: Place) -> BTreeSet<Place> {
        let refers = |(other, relation): (Place, &Relation)| {
            let constraint = |name: &String| relation.constraint(name).is_some_and(|c| !c.inherited.0);
            let here = relation.references.iter().any(|(name, on)| *on == place && constraint(name));
            here.then_some(other)
        };
        self.all().filter_map(refers).collect()
    }

    /// Tables of a composite type.
    pub(in crate::plan) fn of_type(&self, name: &QualifiedName) -> impl Iterator<Item = Place> {
        let typed = move |relation: &Relation| {
            relation.table().is_some_and(|table| table.of_type.as_ref() == Some(name))
        };
        (0..self.relations.len()).filter(move |&place| typed(&self.relations[place]))
    }

    pub(in crate::plan) fn all(&self) -> impl Iterator<Item = (Place, &Relation)> {
        self.relations.iter().enumerate().filter(|(place, r)| self.place(&r.name) == Some(*place))
    }

    fn adopt(&mut self, child: Place, parent: &QualifiedName) {
        if let Some(parent) = self.place(parent) {
            self.relations[child].parents.insert(parent);
            self.relations[parent].children.insert(child);
        }
    }

    fn leave(&mut self, child: Place, parent: Option<Place>) {
        let parents: Vec<Place> = match parent {
            Some(parent) => vec![parent],
            None => self.relations[child].parents.iter().copied().collect(),
        };
        for parent in parents {
            self.relations[child].parents.remove(&parent);
            self.relations[parent].children.remove(&child);
        }
    }

    fn constrain(&mut self, place: Place, name: &str, constraint: &Constraint) {
        if let Some(references) = constraint.references.as_ref().and_then(|name| self.place(name)) {
            self.relations[place].references.insert(name.to_owned(), references);
        }
        if constraint.kind.has_index() {
            self.relations[place].indexes.insert(name.to_owned());
        }
    }

    /// The step has run.
    pub(in crate::plan) fn apply(
        &mut self,
        step: &Step,
        subject: Option<Place>,
        to: &Catalog,
        temporary: &Temporary,
    ) {
        match &step.action {
            Action::Rename { from, to } => self.rename(step, subject, from, to),
            Action::SetSchema { to, .. } => {
                if let Some(place) = subject.filter(|_| is_seen(step.address.kind)) {
                    let name = QualifiedName::new(to, &self.relations[place].name.name);
                    self.put(place, name);
                }
            }
            _ => {}
        }
        let Some(place) = subject else { return };
        let after = match to.get(&step.address).map(|object| &object.body) {
            Some(Body::Table(table)) => Some(table),
            _ => None,
        };
        match &step.action {
            Action::DropTable | Action::DropView | Action::DropMaterializedView => {
                self.leave(place, None);
                let children: Vec<Place> = self.relations[place].children.iter().copied().collect();
                for child in children {
                    self.leave(child, Some(place));
                }
                self.names.remove(&self.relations[place].name);
            }
            Action::AddColumn { column } | Action::AlterColumnType { column } => {
                let Some(new) = after.and_then(|table| table.columns.get(column)) else { return };
                for place in self.tree(place) {
                    let Some(table) = self.relations[place].table_mut() else { continue };
                    // Another step may make it not null.
                    let not_null = match table.columns.get(column) {
                        Some(old) => old.not_null,
                        None => new.not_null && step.sql.ends_with(" NOT NULL"),
                    };
                    table.columns.insert(column.clone(), Column { not_null, ..new.clone() });
                }
            }
            Action::DropColumn { column } => {
                for place in self.tree(place) {
                    self.drop_column(place, column);
                }
            }
            Action::SetNotNull { column } => {
                let added = !step.sql.ends_with(" SET NOT NULL");
                for place in self.set_not_null_reach(step, place, column) {
                    if let Some(column) = self.column_mut(place, column) {
                        column.not_null = true;
                        column.not_null_not_valid = added && step.sql.ends_with(" NOT VALID");
                        let words = step.sql.trim_end_matches(" NOT VALID");
                        column.not_null_no_inherit = added && words.ends_with(" NO INHERIT");
                    }
                }
            }
            Action::DropNotNull { column } => {
                let DropReach { locked, freed } = self.drop_not_null_reach(step, place, column);
                for place in locked {
                    if let Some(column) = self.column_mut(place, column) {
                        column.not_null &= !freed.contains(&place);
                        column.not_null_declared.0 = false;
                    }
                }
            }
            Action::AlterColumn { column } if step.sql.ends_with(" INHERIT") => {
                let alone = step.sql.ends_with(" NO INHERIT");
                for other in self.inherit_not_null_reach(step, place, column) {
                    if let Some(column) = self.column_mut(other, column) {
                        column.not_null = true;
                        column.not_null_no_inherit = alone && other == place;
                    }
                }
            }
            Action::ValidateConstraint { .. } if self.not_null_of(step).is_some() => {
                let column = self.not_null_of(step).unwrap_or_default();
                for place in self.reach(step, place) {
                    if let Some(column) = self.column_mut(place, column) {
                        column.not_null_not_valid = false;
                    }
                }
            }
            Action::AddConstraint { constraint: name } | Action::ValidateConstraint { constraint: name } => {
                let temporary = temporary.get(&(step.address.qualified(), name.clone()));
                let end = || after.and_then(|table| table.constraints.get(name));
                let Some(constraint) = temporary.or_else(end) else { return };
                let validated = constraint.validated && !step.sql.ends_with(" NOT VALID");
                let constraint = &Constraint { validated, ..constraint.clone() };
                let reach = match constraint.kind {
                    ConstraintKind::Check | ConstraintKind::ForeignKey => self.reach(step, place),
                    _ => BTreeSet::from([place]),
                };
                for place in reach {
                    if let Some(table) = self.relations[place].table_mut() {
                        table.constraints.insert(name.clone(), constraint.clone());
                    }
                    self.constrain(place, name, constraint);
                }
            }
            Action::DropConstraint { constraint } => {
                for place in self.tree(place) {
                    let relation = &mut self.relations[place];
                    relation.indexes.remove(constraint);
                    relation.references.remove(constraint);
                    if let Some(table) = relation.table_mut() {
                        table.constraints.remove(constraint);
                    }
                }
            }
            Action::AttachPartition if step.address.kind == ObjectKind::Table => {
                let Some(partition) = after.and_then(|table| table.partition.clone()) else { return };
                if step.part.as_ref().is_some_and(|part| part.kind == PartKind::Property) {
                    self.adopt(place, &partition.parent);
                    if let Some(table) = self.relations[place].table_mut() {
                        table.partition = Some(partition);
                    }
                }
            }
            Action::DetachPartition => {
                self.leave(place, None);
                if let Some(table) = self.relations[place].table_mut() {
                    table.partition = None;
                }
            }
            Action::AlterTable if step.part == Some(Part::property("of_type")) => {
                let untyped = step.sql.ends_with(" NOT OF");
                if let Some(table) = self.relations[place].table_mut() {
                    table.of_type = after.and_then(|table| table.of_type.clone()).filter(|_| !untyped);
                }
            }
            Action::AlterTable => self.inherit(step, place),
            Action::CreateIndex if step.change != ChangeKind::Alter => {
                self.relations[place].indexes.insert(step.address.name.clone());
            }
            Action::DropIndex => {
                self.relations[place].indexes.remove(&step.address.name);
            }
            _ => {}
        }
    }

    /// The table of a statement, with all below it unless it says `ONLY`.
    pub(in crate::plan) fn reach(&self, step: &Step, place: Place) -> BTreeSet<Place> {
        let alone = ["ALTER TABLE ONLY ", "ALTER FOREIGN TABLE ONLY "]
            .iter()
            .any(|start| step.sql.starts_with(start));
        if alone { BTreeSet::from([place]) } else { self.tree(place) }
    }

    /// The relations that `SET NOT NULL` is about. Since PostgreSQL 18 what has a constraint of its own passes nothing on.
    pub(in crate::plan) fn set_not_null_reach(
        &self,
        step: &Step,
        place: Place,
        column: &str,
    ) -> BTreeSet<Place> {
        let reach = self.reach(step, place);
        if !self.is_since(18) || !step.sql.ends_with(" SET NOT NULL") {
            return reach;
        }
        self.spread(place, &reach, &|place| self.is_open(place, column))
    }

    /// Whether the column of a relation takes nulls, if it has that.
    fn is_open(&self, place: Place, column: &str) -> bool {
        self.at(place).column(column).is_none_or(|column| !column.not_null)
    }

    /// Of `reach` the relation and what a change of it comes to: the children of each that passes it on.
    pub(super) fn spread(
        &self,
        place: Place,
        reach: &BTreeSet<Place>,
        passes_on: &dyn Fn(Place) -> bool,
    ) -> BTreeSet<Place> {
        let mut found = BTreeSet::new();
        let mut pending = vec![place];
        while let Some(next) = pending.pop() {
            if found.insert(next) && passes_on(next) {
                pending.extend(self.at(next).children.iter().filter(|child| reach.contains(child)));
            }
        }
        found
    }

    /// Whether a column of a relation goes with that of its parent.
    pub(super) fn goes_with_parent(&self, place: Place, column: &str) -> bool {
        let relation = self.at(place);
        let givers = relation.parents.iter().filter(|&&parent| self.at(parent).column(column).is_some());
        relation.column(column).is_some_and(|column| column.inherited.0) && givers.count() <= 1
    }

    /// The relations that `ALTER CONSTRAINT … INHERIT` or `NO INHERIT` of a not-null constraint is about.
    pub(super) fn inherit_not_null_reach(&self, step: &Step, place: Place, column: &str) -> BTreeSet<Place> {
        let mut reach = BTreeSet::from([place]);
        for &child in &self.at(place).children {
            reach.insert(child);
            if !step.sql.ends_with(" NO INHERIT") {
                reach.extend(self.spread(child, &self.tree(child), &|place| self.is_open(place, column)));
            }
        }
        reach
    }

    /// The column whose not-null constraint a step is about, if it is about one.
    pub(super) fn not_null_of<'s>(&self, step: &'s Step) -> Option<&'s str> {
        let part = step.part.as_ref().filter(|part| part.kind == PartKind::Column)?;
        Some(&part.name)
    }

    /// How far `DROP NOT NULL` reaches. Since PostgreSQL 18 children that declare it keep it, and where it is dropped from
    /// a table alone, the children are told that it is theirs now.
    pub(in crate::plan) fn drop_not_null_reach(&self, step: &Step, place: Place, column: &str) -> DropReach {
        let reach = self.reach(step, place);
        if !self.is_since(18) {
            return DropReach { locked: reach.clone(), freed: reach };
        }
        if self.at(place).column(column).is_some_and(|column| column.not_null_no_inherit) {
            return DropReach { locked: BTreeSet::from([place]), freed: BTreeSet::from([place]) };
        }
        let keeps = |place: Place| self.at(place).column(column).is_some_and(|c| c.not_null_declared.0);
        let goes = |other: Place| other == place || (reach.contains(&other) && !keeps(other));
        let mut locked = BTreeSet::from([place]);
        let mut freed = BTreeSet::new();
        let mut pending = vec![place];
        while let Some(next) = pending.pop() {
            if goes(next) && freed.insert(next) {
                locked.extend(&self.at(next).children);
                pending.extend(&self.at(next).children);
            }
        }
        DropReach { locked, freed }
    }

    fn column_mut(&mut self, place: Place, column: &str) -> Option<&mut Column> {
        self.relations[place].table_mut()?.columns.get_mut(column)
    }

    fn put(&mut self, place: Place, name: QualifiedName) {
        self.names.remove(&self.relations[place].name);
        self.names.insert(name.clone(), place);
        self.relations[place].name = name;
    }

    fn rename(&mut self, step: &Step, subject: Option<Place>, from: &str, to: &str) {
        match (&step.part, step.address.kind) {
            (Some(part), _) => {
                let Some(place) = subject else { return };
                for place in self.tree(place) {
                    self.rename_part(place, part, from, to);
                }
            }
            (None, ObjectKind::Schema) => {
                let places: Vec<Place> = self.names.values().copied().collect();
                for place in places {
                    let name = self.relations[place].name.clone();
                    if name.schema == from {
                        self.put(place, QualifiedName::new(to, &name.name));
                    }
                }
            }
            (None, kind) => {
                if let Some(place) = subject.filter(|_| is_seen(kind)) {
                    let name = QualifiedName::new(&self.relations[place].name.schema, to);
                    self.put(place, name);
                }
            }
        }
    }

    fn rename_part(&mut self, place: Place, part: &Part, from: &str, to: &str) {
        let relation = &mut self.relations[place];
        if part.kind == PartKind::Constraint {
            if let Some(references) = relation.references.remove(from) {
                relation.references.insert(to.to_owned(), references);
            }
            if relation.indexes.remove(from) {
                relation.indexes.insert(to.to_owned());
            }
        }
        let Some(table) = relation.table_mut() else { return };
        if part.kind == PartKind::Constraint {
            if let Some(constraint) = table.constraints.remove(from) {
                table.constraints.insert(to.to_owned(), constraint);
            }
        } else if let Some(column) = table.columns.remove(from) {
            table.columns.insert(to.to_owned(), column);
        }
    }

    fn drop_column(&mut self, place: Place, column: &str) {
        let Some(table) = self.relations[place].table_mut() else { return };
        table.columns.remove(column);
        let mut gone = Vec::new();
        table.constraints.retain(|name, constraint| {
            let stays = constraint.columns.iter().all(|name| name != column);
            if !stays {
                gone.push(name.clone());
            }
            stays
        });
        for name in gone {
            self.relations[place].references.remove(&name);
            self.relations[place].indexes.remove(&name);
        }
    }

    /// `INHERIT` and `NO INHERIT`, whose locks name the parent.
    fn inherit(&mut self, step: &Step, place: Place) {
        if step.part != Some(Part::property("inherits")) {
            return;
        }
        let is_parent = |name: &&QualifiedName| step.sql.ends_with(&format!("INHERIT {name}"));
        let Some(parent) = step.locks.iter().map(|lock| &lock.relation).find(is_parent) else { return };
        if step.sql.contains(" NO INHERIT ") {
            let parent = self.place(parent);
            self.leave(place, parent);
        } else {
            self.adopt(place, &parent.clone());
        }
    }
}
