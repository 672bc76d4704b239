//! Plans: the ordered steps that turn one catalog into another.
//!
//! How a plan comes about:
//! 1. `rename`: what is known to be renamed is renamed in place, and the start is seen under the new names from then on.
//!    Stored definitions that PostgreSQL itself rewrites with a rename need no step.
//! 2. `closure`: every object and part that differs is either altered in place, which its kind decides, or dropped and
//!    made again; what depends on something that goes, or on a column whose type changes, is rebuilt with it.
//! 3. `build`: what is left becomes operations, each of them one or a few statements that belong together.
//! 4. `graph`: operations are put in order by what they destroy, make and alter. A cycle is broken by taking defaults,
//!    checks and foreign keys out of `CREATE TABLE` and `DROP TABLE`; one that can't be broken is an error.
//!
//! The same input gives the same bytes.

mod build;
mod closure;
mod effect;
mod graph;
mod id;
mod online;
mod op;
pub(crate) mod rename;
mod row_type;
pub(crate) mod text;

use std::collections::BTreeSet;

use thiserror::Error;

use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::catalog::Catalog;
pub use crate::diff::ChangeKind;
pub use crate::hazard::Hazard;
pub use crate::lock::{Lock, LockMode};
use crate::rename::Renames;

/// What a plan has to know about the run that it is made for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// The role that runs the plan. What it creates belongs to it, so `OWNER TO` is written for other owners only;
    /// without a role it is always written.
    pub role: Option<String>,
    /// Tables (`None`), or columns of tables (`Some`), whose rows the executor puts back where the plan has
    /// [`Action::RestoreRows`].
    pub rows_return: BTreeSet<(ObjectAddress, Option<String>)>,
    /// The executor puts rows aside before a step that takes them away, so that none have to be carried into a table that
    /// is made in the place of another.
    pub rows_put_aside: bool,
    /// Tables that are there at both ends and hold rows of different tables: they are dropped and made again.
    pub replaced: BTreeSet<ObjectAddress>,
    /// Use forms that let readers and writers go on, each in a transaction of its own or outside of one.
    pub online: bool,
    /// Major version of the server that runs the plan: what a statement locks is not the same on all. Without one, steps
    /// say what PostgreSQL 15 to 17 do. The statements are the same.
    pub major: Option<u32>,
}

/// What a step does, for writers of other formats and for executors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// `CREATE SCHEMA`.
    CreateSchema,
    /// `DROP SCHEMA`.
    DropSchema,
    /// `CREATE EXTENSION`.
    CreateExtension,
    /// `ALTER EXTENSION … UPDATE TO`.
    UpdateExtension,
    /// `DROP EXTENSION`.
    DropExtension,
    /// `CREATE TYPE` or `CREATE DOMAIN`.
    CreateType,
    /// An `ALTER TYPE` or `ALTER DOMAIN` that none of the others is.
    AlterType,
    /// `ALTER TYPE … ADD VALUE`.
    AddEnumValue {
        /// The new label.
        label: String,
    },
    /// `ALTER TYPE … RENAME VALUE`.
    RenameEnumValue {
        /// The label before.
        from: String,
        /// The label afterwards.
        to: String,
    },
    /// `DROP TYPE` or `DROP DOMAIN`.
    DropType,
    /// `CREATE SEQUENCE`.
    CreateSequence,
    /// `ALTER SEQUENCE`.
    AlterSequence,
    /// `DROP SEQUENCE`.
    DropSequence,
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`, also `OR REPLACE`.
    CreateRoutine,
    /// `DROP FUNCTION`, `DROP PROCEDURE`.
    DropRoutine,
    /// `CREATE AGGREGATE`, also `OR REPLACE`.
    CreateAggregate,
    /// `DROP AGGREGATE`.
    DropAggregate,
    /// `CREATE OPERATOR`.
    CreateOperator,
    /// `ALTER OPERATOR`.
    AlterOperator,
    /// `DROP OPERATOR`.
    DropOperator,
    /// `CREATE CAST`.
    CreateCast,
    /// `DROP CAST`.
    DropCast,
    /// `CREATE COLLATION`.
    CreateCollation,
    /// `DROP COLLATION`.
    DropCollation,
    /// `CREATE TEXT SEARCH …`.
    CreateTextSearch,
    /// `ALTER TEXT SEARCH …`.
    AlterTextSearch,
    /// `DROP TEXT SEARCH …`.
    DropTextSearch,
    /// `CREATE TABLE`.
    CreateTable,
    /// An `ALTER TABLE` that none of the others is.
    AlterTable,
    /// `DROP TABLE`.
    DropTable,
    /// Rows of a table that goes are copied, to be in one that comes.
    CopyRows,
    /// The identity of a column: made, changed, taken away.
    AlterIdentity {
        /// The column.
        column: String,
    },
    /// A new sequence is moved behind the values of the rows.
    CountOn {
        /// The column that it counts for.
        column: String,
    },
    /// The executor puts rows back that it had put aside; there is no statement.
    RestoreRows {
        /// The column whose values come back; `None` for whole rows.
        column: Option<String>,
    },
    /// `ADD COLUMN`.
    AddColumn {
        /// The column.
        column: String,
    },
    /// `ALTER COLUMN … SET NOT NULL`.
    SetNotNull {
        /// The column.
        column: String,
    },
    /// `ALTER COLUMN … DROP NOT NULL`.
    DropNotNull {
        /// The column.
        column: String,
    },
    /// An `ALTER COLUMN` that none of the others is.
    AlterColumn {
        /// The column.
        column: String,
    },
    /// `ALTER COLUMN … TYPE`.
    AlterColumnType {
        /// The column.
        column: String,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// The column.
        column: String,
    },
    /// `ADD CONSTRAINT`.
    AddConstraint {
        /// The constraint.
        constraint: String,
    },
    /// `VALIDATE CONSTRAINT`.
    ValidateConstraint {
        /// The constraint.
        constraint: String,
    },
    /// `DROP CONSTRAINT`.
    DropConstraint {
        /// The constraint.
        constraint: String,
    },
    /// `ATTACH PARTITION`, of a table or an index.
    AttachPartition,
    /// `DETACH PARTITION`.
    DetachPartition,
    /// `CREATE VIEW`, also `OR REPLACE`.
    CreateView,
    /// `ALTER VIEW`.
    AlterView,
    /// `DROP VIEW`.
    DropView,
    /// `CREATE MATERIALIZED VIEW`.
    CreateMaterializedView,
    /// `ALTER MATERIALIZED VIEW`.
    AlterMaterializedView,
    /// `DROP MATERIALIZED VIEW`.
    DropMaterializedView,
    /// `CREATE INDEX`.
    CreateIndex,
    /// `ALTER INDEX`.
    AlterIndex,
    /// `DROP INDEX`.
    DropIndex,
    /// `CREATE TRIGGER`, `CREATE EVENT TRIGGER`.
    CreateTrigger,
    /// `ENABLE TRIGGER`, `DISABLE TRIGGER`, the same of event triggers.
    SetTriggerState,
    /// `DROP TRIGGER`, `DROP EVENT TRIGGER`.
    DropTrigger,
    /// `CREATE POLICY`.
    CreatePolicy,
    /// `ALTER POLICY`.
    AlterPolicy,
    /// `DROP POLICY`.
    DropPolicy,
    /// `CREATE RULE`, also `OR REPLACE`.
    CreateRule,
    /// `ENABLE RULE`, `DISABLE RULE`.
    SetRuleState,
    /// `DROP RULE`.
    DropRule,
    /// `CREATE STATISTICS`.
    CreateStatistics,
    /// `ALTER STATISTICS`.
    AlterStatistics,
    /// `DROP STATISTICS`.
    DropStatistics,
    /// `RENAME TO`, of the object or, with [`Step::part`], of a part.
    Rename {
        /// The name before.
        from: String,
        /// The name afterwards.
        to: String,
    },
    /// `SET SCHEMA`.
    SetSchema {
        /// The schema before.
        from: String,
        /// The schema afterwards.
        to: String,
    },
    /// `OWNER TO`.
    SetOwner,
    /// `GRANT`.
    Grant,
    /// `REVOKE`.
    Revoke,
    /// `SET ROLE`, around privileges that others than the owner granted.
    SetRole,
    /// `COMMENT ON`.
    Comment,
    /// `SECURITY LABEL`.
    SecurityLabel,
    /// Makes an object of a kind that has no action of its own.
    CreateObject,
    /// Changes an object of a kind that has no action of its own.
    AlterObject,
    /// Drops an object of a kind that has no action of its own.
    DropObject,
}

/// One statement of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What happens to the object of which this is a step.
    pub change: ChangeKind,
    /// The object, by the address that it has afterwards; before for drops.
    pub address: ObjectAddress,
    /// The part of it that the step is about.
    pub part: Option<Part>,
    /// What it does.
    pub action: Action,
    /// The statement without a final semicolon; empty for [`Action::RestoreRows`].
    pub sql: String,
    /// Locks on relations that were there before the plan.
    pub locks: Vec<Lock>,
    /// Dangers.
    pub hazards: Vec<Hazard>,
    /// Whether it can run inside a transaction.
    pub transactional: bool,
    /// A transaction ends before and after it, so that nobody waits longer than for this step alone.
    pub apart: bool,
}

/// Steps in the order in which they have to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The plan as a script: statements that end in `;` and a newline. Where a transaction has to end, a comment says so.
    ///
    /// A script that creates a routine whose body names what is made only later starts with
    /// `SET check_function_bodies = off`.
    #[must_use]
    pub fn to_sql(&self) -> String {
        let mut sql = String::new();
        if self.has_forward_references() {
            sql.push_str("SET check_function_bodies = off;\n");
        }
        if !self.is_one_transaction() {
            sql.push_str("-- Not to be run in one transaction: each ends where a line says so.\n");
        }
        // Whether what was written last ends a transaction, if there is any.
        let mut ends = None;
        for step in self.steps.iter().filter(|step| !step.sql.is_empty()) {
            let apart = step.apart || !step.transactional;
            if ends.is_some_and(|ends| ends || apart) {
                sql.push_str("-- The transaction ends.\n");
            }
            sql.push_str(&step.sql);
            sql.push_str(";\n");
            ends = Some(apart);
        }
        sql
    }

    /// Whether all of it can and should run in one transaction.
    #[must_use]
    pub fn is_one_transaction(&self) -> bool {
        self.steps.iter().all(|step| step.transactional && !step.apart)
    }

    /// Whether the text of a routine contains the name of something that a later step makes.
    fn has_forward_references(&self) -> bool {
        let mut later: BTreeSet<&str> = BTreeSet::new();
        for step in self.steps.iter().rev() {
            match &step.action {
                Action::CreateRoutine => {
                    let body_mentions = |name: &&str| step.sql.contains(*name);
                    if later.iter().any(body_mentions) {
                        return true;
                    }
                    later.insert(&step.address.name);
                }
                Action::AddColumn { column } => {
                    later.insert(column);
                }
                Action::CreateTable
                | Action::CreateType
                | Action::CreateSequence
                | Action::CreateView
                | Action::CreateMaterializedView => {
                    later.insert(&step.address.name);
                }
                _ => {}
            }
        }
        false
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Objects need each other in a way that no order of statements can bring about.
    #[error("no order of statements satisfies the dependencies among {}", names(.0))]
    Cycle(
        /// The objects, sorted.
        Vec<ObjectAddress>,
    ),
}

fn names(addresses: &[ObjectAddress]) -> String {
    addresses.iter().map(|a| format!("{} {a}", a.kind)).collect::<Vec<_>>().join(", ")
}

/// The steps that turn `from` into `to`.
///
/// # Errors
/// [`PlanError::Cycle`] when dependencies cannot be put in order.
pub fn plan(
    from: &Catalog,
    to: &Catalog,
    renames: &Renames,
    options: &PlanOptions,
) -> Result<Plan, PlanError> {
    let renamed = rename::rename(from, to, renames, options.role.as_deref());
    let mut steps = renamed.steps;
    let renames = steps.len();
    let start = &renamed.catalog;
    let fates = closure::fates(start, to, &id::Dependents::of(start), &options.replaced);
    let mut split = BTreeSet::new();
    loop {
        let ops = build::build(start, to, &fates, options, &split);
        let concerned = ops.iter().flat_map(|op| op.destroys.iter().chain(&op.makes).chain(&op.alters));
        let concerned: BTreeSet<&ObjectAddress> = concerned.map(|(address, _)| address).collect();
        let from_needs = id::Needs::of(start, &concerned);
        let to_needs = id::Needs::of(to, &concerned);
        let world = graph::World { from: start, to, from_needs: &from_needs, to_needs: &to_needs };
        match graph::order(&ops, &world) {
            Ok(order) => {
                steps.extend(order.into_iter().flat_map(|index| ops[index].steps.iter().cloned()));
                let steps = effect::assess(&steps, renames, (from, start, to), options);
                return Ok(Plan { steps });
            }
            Err(cycle) => {
                let parts = graph::separable(&ops, &cycle, &world);
                if parts.is_subset(&split) {
                    let mut objects: Vec<ObjectAddress> =
                        cycle.iter().filter_map(|&op| ops[op].address()).collect();
                    objects.sort();
                    objects.dedup();
                    return Err(PlanError::Cycle(objects));
                }
                split.extend(parts);
            }
        }
    }
}

/// Whether a routine, or anything but a table, a schema or a type: what can be dropped and made again without loss.
pub(crate) const fn is_disposable(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Routine
            | ObjectKind::Aggregate
            | ObjectKind::Operator
            | ObjectKind::Cast
            | ObjectKind::Collation
            | ObjectKind::TextSearchDictionary
            | ObjectKind::TextSearchConfiguration
            | ObjectKind::ForeignDataWrapper
            | ObjectKind::Server
            | ObjectKind::UserMapping
            | ObjectKind::Publication
            | ObjectKind::PublicationTable
            | ObjectKind::PublicationSchema
            | ObjectKind::Subscription
            | ObjectKind::AccessMethod
            | ObjectKind::Language
            | ObjectKind::BaseType
            | ObjectKind::OperatorFamily
            | ObjectKind::OperatorClass
            | ObjectKind::Transform
            | ObjectKind::Conversion
            | ObjectKind::TextSearchParser
            | ObjectKind::TextSearchTemplate
            | ObjectKind::Setting
            | ObjectKind::Privileges
            | ObjectKind::EventTrigger
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Index
            | ObjectKind::Trigger
            | ObjectKind::Policy
            | ObjectKind::Rule
            | ObjectKind::Statistics
    )
}
