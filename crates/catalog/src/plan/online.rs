//! Steps in forms that let readers and writers go on.
//!
//! A step that would hold its lock for long becomes several that do not: an index is built concurrently, a key takes an
//! index that is there, a check or foreign key comes unchecked and is validated in another transaction, a check proves
//! what would else be looked for under the lock. The end is the same catalog, names included. What has no such form stays
//! as it is, with its hazards. What the plan itself makes is not touched: nobody waits for it.

mod partition;

use std::collections::{BTreeMap, BTreeSet};

use super::effect::proof;
use super::effect::scene::{Place, Scene};
use super::{Action, ChangeKind, Step, row_type};
use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::catalog::Catalog;
use crate::ident::{QualifiedName, quote_ident};
use crate::object::{Body, Constraint, ConstraintKind, Index, Table};

/// Constraints that are there for a while only, by table and name.
pub(super) type Temporary = BTreeMap<(QualifiedName, String), Constraint>;

/// Finds the forms, step by step.
pub(super) struct Online<'a> {
    from: &'a Catalog,
    to: &'a Catalog,
    pub(super) temporary: Temporary,
    /// Indexes that go only when those that replace them are there.
    waiting: BTreeMap<ObjectAddress, Step>,
    /// Indexes that were built for keys which replace others of the same name.
    built: BTreeMap<(ObjectAddress, String), String>,
    /// Names of relations and constraints that are taken.
    taken: BTreeSet<(String, String)>,
}

/// A step after which the next transaction begins.
fn apart(mut step: Step) -> Step {
    step.apart = true;
    step
}

/// A step that the server refuses in a transaction.
fn outside(mut step: Step) -> Step {
    step.transactional = false;
    step
}

impl<'a> Online<'a> {
    pub(super) fn new(from: &'a Catalog, to: &'a Catalog) -> Self {
        let mut taken = BTreeSet::new();
        for object in from.iter().chain(to.iter()) {
            let schema = &object.address.schema;
            taken.insert((schema.clone(), object.address.name.clone()));
            if let Body::Table(table) = &object.body {
                taken.extend(table.constraints.keys().map(|name| (schema.clone(), name.clone())));
            }
        }
        Self {
            from,
            to,
            temporary: Temporary::new(),
            waiting: BTreeMap::new(),
            built: BTreeMap::new(),
            taken,
        }
    }

    /// The forms of `step`, which is about the relation at `place`; `rest` comes after it.
    pub(super) fn forms(&mut self, step: Step, place: Place, rest: &[Step], scene: &Scene) -> Vec<Step> {
        match step.action.clone() {
            Action::DropIndex => self.drop_index(step, place, rest, scene),
            Action::CreateIndex if step.change == ChangeKind::Create => self.create_index(step, place, scene),
            Action::AddConstraint { constraint } => self.add_constraint(step, place, &constraint, scene),
            Action::DropConstraint { constraint } => {
                self.drop_constraint(step, place, &constraint, rest, scene)
            }
            Action::SetNotNull { column } => self.set_not_null(step, place, &column, scene),
            Action::AlterColumn { column } if gives_not_null(&step) => {
                self.set_not_null(step, place, &column, scene)
            }
            Action::AttachPartition => self.attach(step, place, scene),
            Action::DetachPartition => self.detach(step, place, scene),
            _ => vec![step],
        }
    }

    /// A name that nothing has or gets.
    fn free(&mut self, schema: &str, name: &str) -> String {
        let taken = |name: &str| self.taken.contains(&(schema.to_owned(), name.to_owned()));
        let free = super::rename::free_name(name, &taken);
        self.taken.insert((schema.to_owned(), free.clone()));
        free
    }

    fn index(catalog: &Catalog, address: &ObjectAddress) -> Option<Index> {
        match &catalog.get(address)?.body {
            Body::Index(index) => Some(index.clone()),
            _ => None,
        }
    }

    fn drop_index(&mut self, step: Step, place: Place, rest: &[Step], scene: &Scene) -> Vec<Step> {
        let Some(index) = Self::index(self.from, &step.address) else { return vec![step] };
        if scene.at(place).is_partitioned() || index.parent.is_some() {
            return vec![step];
        }
        let step = concurrent_drop(step);
        let again = rest
            .iter()
            .position(|later| later.address == step.address && later.action == Action::CreateIndex);
        let Some(again) = again else { return vec![step] };
        let stays = Self::index(self.to, &step.address).is_some_and(|new| new.table == index.table);
        if !stays || !self.is_undisturbed(&step.address, &rest[..again]) {
            return vec![step];
        }
        self.waiting.insert(step.address.clone(), step);
        Vec::new()
    }

    /// Whether nothing that an object of the start rests on goes or changes its form in those steps.
    fn is_undisturbed(&self, address: &ObjectAddress, steps: &[Step]) -> bool {
        let Some(object) = self.from.get(address) else { return false };
        let mut on: BTreeSet<&ObjectAddress> = object.dependencies().iter().map(|d| &d.on).collect();
        let table = object
            .body
            .relation()
            .map(|name| ObjectAddress::new(ObjectKind::Table, name.schema.clone(), name.name.clone()));
        on.extend(table.as_ref());
        on.insert(address);
        let is_undisturbed =
            |step: &Step| is_harmless(&step.action) && !row_type::is_used(object, None, &step.address);
        steps.iter().filter(|step| on.contains(&step.address)).all(is_undisturbed)
    }

    fn create_index(&mut self, step: Step, place: Place, scene: &Scene) -> Vec<Step> {
        let Some(index) = Self::index(self.to, &step.address) else { return vec![step] };
        if scene.at(place).is_partitioned() || scene.at(place).is_foreign() {
            return vec![step];
        }
        let unique = if index.unique { "UNIQUE " } else { "" };
        let name = &step.address.name;
        let start = format!("CREATE {unique}INDEX {} ON ", quote_ident(name));
        let Some(rest) = step.sql.strip_prefix(&start) else { return vec![step] };
        let old = self.waiting.remove(&step.address);
        let first = match &old {
            Some(_) => self.free(&step.address.schema, name),
            None => name.clone(),
        };
        let build = format!("CREATE {unique}INDEX CONCURRENTLY {} ON {rest}", quote_ident(&first));
        let mut steps = vec![outside(Step { sql: build, ..step.clone() })];
        if let Some(old) = old {
            steps.push(old);
            let schema = &step.address.schema;
            let sql =
                format!("ALTER INDEX {} RENAME TO {}", QualifiedName::new(schema, &first), quote_ident(name));
            let action = Action::Rename { from: first, to: name.clone() };
            steps.push(Step::new(ChangeKind::Create, &step.address, action, sql));
        }
        steps
    }

    /// The constraint of the end that a step is about.
    fn constraint(&self, address: &ObjectAddress, name: &str) -> Option<&'a Constraint> {
        match &self.to.get(address)?.body {
            Body::Table(table) => table.constraints.get(name),
            _ => None,
        }
    }

    fn add_constraint(&mut self, step: Step, place: Place, name: &str, scene: &Scene) -> Vec<Step> {
        let Some(constraint) = self.constraint(&step.address, name) else { return vec![step] };
        let partitioned = scene.at(place).is_partitioned();
        match constraint.kind {
            ConstraintKind::Check | ConstraintKind::ForeignKey
                if !constraint.validated
                    || scene.at(place).is_foreign()
                    || (partitioned && constraint.kind == ConstraintKind::ForeignKey) =>
            {
                vec![step]
            }
            ConstraintKind::Check | ConstraintKind::ForeignKey => {
                let mut validate =
                    crate::render::table::constraint::validate(&step.address, name, constraint);
                validate.change = step.change;
                vec![apart(Step { sql: format!("{} NOT VALID", step.sql), ..step }), apart(validate)]
            }
            ConstraintKind::PrimaryKey | ConstraintKind::Unique if !partitioned => {
                self.add_key(step, place, name, constraint, scene)
            }
            _ => vec![step],
        }
    }

    /// A key by way of a unique index that is built concurrently.
    fn add_key(
        &mut self,
        step: Step,
        place: Place,
        name: &str,
        constraint: &Constraint,
        scene: &Scene,
    ) -> Vec<Step> {
        let Some(forms) = KeyForms::of(constraint) else { return vec![step] };
        let mut steps = Vec::new();
        if constraint.kind == ConstraintKind::PrimaryKey {
            for column in &constraint.columns {
                let open = scene.at(place).table().is_some_and(|table| !proof::never_null(table, column));
                if open {
                    let set = crate::render::table::column::set_not_null(&step.address, column, true, false);
                    steps.extend(self.set_not_null(plain(set), place, column, scene));
                }
            }
        }
        let index = match self.built.remove(&(step.address.clone(), name.to_owned())) {
            Some(index) => index,
            None => {
                steps.push(forms.build(&step, name));
                name.to_owned()
            }
        };
        steps.push(apart(Step { sql: forms.adopt(&step.address, name, &index), ..step }));
        steps
    }

    /// A key that comes again under its name: its new index is built before the old one goes.
    fn drop_constraint(
        &mut self,
        step: Step,
        place: Place,
        name: &str,
        rest: &[Step],
        scene: &Scene,
    ) -> Vec<Step> {
        let again = rest.iter().position(|later| {
            later.address == step.address
                && later.action == Action::AddConstraint { constraint: name.to_owned() }
        });
        let (Some(again), Some(constraint)) = (again, self.constraint(&step.address, name)) else {
            return vec![step];
        };
        let key = matches!(constraint.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique)
            && !scene.at(place).is_partitioned();
        let steady = rest[..again].iter().all(|other| {
            other.address != step.address
                || matches!(
                    other.action,
                    Action::DropConstraint { .. }
                        | Action::AddConstraint { .. }
                        | Action::Comment
                        | Action::SecurityLabel
                )
        });
        let there = constraint.columns.iter().all(|column| scene.at(place).column(column).is_some());
        match KeyForms::of(constraint) {
            Some(forms) if key && steady && there => {
                let free = self.free(&step.address.schema, name);
                let mut build = forms.build(&step, &free);
                build.action = Action::CreateIndex;
                self.built.insert((step.address.clone(), name.to_owned()), free);
                vec![build, apart(step)]
            }
            _ => vec![step],
        }
    }

    /// A validated check proves that there are no nulls.
    fn set_not_null(&mut self, step: Step, place: Place, column: &str, scene: &Scene) -> Vec<Step> {
        if step.sql.ends_with(" NOT VALID") {
            return vec![step];
        }
        let reach = scene.reach(&step, place);
        let open = |place: &Place| {
            let relation = scene.at(*place);
            relation.has_storage() && relation.table().is_some_and(|table| !proof::never_null(table, column))
        };
        if !reach.iter().any(open) || reach.iter().any(|place| scene.at(*place).is_foreign()) {
            return vec![step];
        }
        let condition = format!("{} IS NOT NULL", quote_ident(column));
        let alone = reach.len() == 1 && step.sql.starts_with("ALTER TABLE ONLY ");
        self.with_check(&step.clone(), vec![apart(step)], (column, &condition, alone), scene)
    }

    /// `steps`, with a check that is validated before and gone afterwards. `alone`: children don't get it.
    fn with_check(
        &mut self,
        model: &Step,
        steps: Vec<Step>,
        (label, condition, alone): (&str, &str, bool),
        scene: &Scene,
    ) -> Vec<Step> {
        let address = model.address.clone();
        let table = address.qualified();
        let name = self.free(&address.schema, &format!("{}_{label}", address.name));
        let (only, tail) = if alone { ("ONLY ", " NO INHERIT") } else { ("", "") };
        let quoted = quote_ident(&name);
        let definition = format!("CHECK (({condition})){tail}");
        let check = Constraint { definition: definition.clone(), validated: true, ..Constraint::default() };
        self.temporary.insert((table.clone(), name.clone()), check);
        let step = |action: Action, sql: String| {
            let mut step = Step::alter(&address, action, sql).on(Part::constraint(&name));
            step.change = model.change;
            apart(step)
        };
        debug_assert!(scene.place(&table).is_some(), "the table of a step is there");
        let strong = |step: Step| step.lock(super::LockMode::AccessExclusive, table.clone());
        let add = strong(step(
            Action::AddConstraint { constraint: name.clone() },
            format!("ALTER TABLE {only}{table} ADD CONSTRAINT {quoted} {definition} NOT VALID"),
        ));
        let validate = step(
            Action::ValidateConstraint { constraint: name.clone() },
            format!("ALTER TABLE {table} VALIDATE CONSTRAINT {quoted}"),
        )
        .lock(super::LockMode::ShareUpdateExclusive, table.clone())
        .hazard(super::Hazard::MayFailOnRows);
        let drop = strong(step(
            Action::DropConstraint { constraint: name.clone() },
            format!("ALTER TABLE {table} DROP CONSTRAINT {quoted}"),
        ));
        let mut all = vec![add, validate];
        all.extend(steps);
        all.push(drop);
        all
    }
}

/// A table without children needs no `ONLY`.
fn plain(step: Step) -> Step {
    Step { sql: step.sql.replacen("ALTER TABLE ONLY ", "ALTER TABLE ", 1), ..step }
}

/// Whether a step has children inherit a not-null constraint.
fn gives_not_null(step: &Step) -> bool {
    step.sql.ends_with(" INHERIT") && !step.sql.ends_with(" NO INHERIT")
}

fn concurrent_drop(step: Step) -> Step {
    let sql = step.sql.replacen("DROP INDEX ", "DROP INDEX CONCURRENTLY ", 1);
    let mut step = Step { sql, ..step };
    for lock in &mut step.locks {
        lock.mode = super::LockMode::ShareUpdateExclusive;
    }
    outside(step)
}

/// Whether an index stays what it is through such a step on what it rests on.
const fn is_harmless(action: &Action) -> bool {
    matches!(
        action,
        Action::AddColumn { .. }
            | Action::AlterColumn { .. }
            | Action::AlterIdentity { .. }
            | Action::SetNotNull { .. }
            | Action::DropNotNull { .. }
            | Action::AddConstraint { .. }
            | Action::ValidateConstraint { .. }
            | Action::DropConstraint { .. }
            | Action::AlterTable
            | Action::Comment
            | Action::SecurityLabel
            | Action::Grant
            | Action::Revoke
            | Action::SetOwner
    )
}

/// `UNIQUE (a, b) INCLUDE (c) WITH (…) USING INDEX TABLESPACE s DEFERRABLE`, taken apart.
struct KeyForms<'a> {
    word: &'static str,
    columns: &'a str,
    nulls: &'static str,
    deferrable: &'a str,
    constraint: &'a Constraint,
}

impl<'a> KeyForms<'a> {
    fn of(constraint: &'a Constraint) -> Option<Self> {
        let definition = constraint.definition.as_str();
        let (word, rest) = match constraint.kind {
            ConstraintKind::PrimaryKey => ("PRIMARY KEY", definition.strip_prefix("PRIMARY KEY ")?),
            ConstraintKind::Unique => ("UNIQUE", definition.strip_prefix("UNIQUE ")?),
            _ => return None,
        };
        let (nulls, rest) = match rest.strip_prefix("NULLS NOT DISTINCT ") {
            Some(rest) => (" NULLS NOT DISTINCT", rest),
            None => ("", rest),
        };
        let end = rest.find(" DEFERRABLE").unwrap_or(rest.len());
        let (columns, deferrable) = rest.split_at(end);
        // Of ranges that must not overlap only an exclusion constraint's index knows.
        (columns.starts_with('(') && !columns.contains(" WITHOUT OVERLAPS")).then_some(Self {
            word,
            columns,
            nulls,
            deferrable,
            constraint,
        })
    }

    fn build(&self, model: &Step, name: &str) -> Step {
        let options = crate::render::option::with(&self.constraint.index_options);
        let space = self.constraint.tablespace.as_ref();
        let space = space.map(|space| format!(" TABLESPACE {}", quote_ident(space))).unwrap_or_default();
        let sql = format!(
            "CREATE UNIQUE INDEX CONCURRENTLY {} ON {} USING btree {}{}{options}{space}",
            quote_ident(name),
            model.address.qualified(),
            self.columns,
            self.nulls
        );
        let mut step = Step::alter(&model.address, Action::CreateIndex, sql)
            .lock(super::LockMode::ShareUpdateExclusive, model.address.qualified())
            .hazard(super::Hazard::MayFailOnRows);
        step.part = Some(Part::constraint(name));
        outside(step)
    }

    fn adopt(&self, address: &ObjectAddress, name: &str, index: &str) -> String {
        format!(
            "ALTER TABLE {address} ADD CONSTRAINT {} {} USING INDEX {}{}",
            quote_ident(name),
            self.word,
            quote_ident(index),
            self.deferrable
        )
    }
}

/// The table of an address in a catalog.
pub(super) fn table_in<'c>(catalog: &'c Catalog, address: &ObjectAddress) -> Option<&'c Table> {
    match &catalog.get(address)?.body {
        Body::Table(table) => Some(table),
        _ => None,
    }
}
