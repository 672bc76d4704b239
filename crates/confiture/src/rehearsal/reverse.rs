//! The way down of a migration, from the catalogs before and after it.

use std::fmt::Write as _;

use pggit_catalog::catalog::Unmodelled;
use pggit_catalog::hazard::Hazard;
use pggit_catalog::plan::{Plan, PlanOptions, plan};
use pggit_db::introspect::Snapshot;
use pggit_migrate::effect::Effect;
use pggit_migrate::{Directives, Identity, Migration, Sql, scan};

use super::flaw::Flaw;
use crate::generator::{describe, list, refuse_unmodelled};

/// A way down that was derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedDown {
    /// The migration.
    pub identity: Identity,
    /// Its name.
    pub name: String,
    /// The file of the way up.
    pub file: String,
    /// Statements, each ended by `;` and a line end; a comment where there is nothing to undo.
    pub sql: String,
    /// What a reader should know before it runs: hazards, and what does not come back.
    pub remarks: Vec<String>,
}

/// Why there is no derived way down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDerived {
    /// The migration.
    pub identity: Identity,
    /// Its name.
    pub name: String,
    /// The file of the way up.
    pub file: String,
    /// Why, for programs.
    pub cause: Cause,
    /// Why, in one line without a final period.
    pub reason: String,
    /// More about it.
    pub detail: Option<String>,
}

/// Why no way down can be derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The migration changes objects that are not modelled, or such would be lost on the way.
    Unmodelled,
    /// It changes rows, and nothing of the schema.
    RowsAlone,
    /// There is no plan that leads back.
    NoPlan,
    /// The plan that leads back did not prove right.
    Unproven(Box<Flaw>),
}

impl Cause {
    /// The name users see.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unmodelled => "objects that are not modelled",
            Self::RowsAlone => "rows alone",
            Self::NoPlan => "no plan",
            Self::Unproven(_) => "not proven",
        }
    }
}

impl DerivedDown {
    /// The SQL as a runner takes it.
    #[must_use]
    pub fn to_sql(&self) -> Sql {
        Sql { text: self.sql.clone(), file: format!("derived way down of {}", self.file), line: 1 }
    }
}

impl DerivedDown {
    /// Lets routines be made whose bodies name what is not there, as it was before the migration; false where it makes
    /// none, or does so already.
    pub(super) fn uncheck_bodies(&mut self) -> bool {
        const UNCHECKED: &str = "SET check_function_bodies = off;\n";
        let makes = |what: &str| self.sql.contains(&format!("CREATE OR REPLACE {what} "));
        if self.sql.starts_with(UNCHECKED) || !(makes("FUNCTION") || makes("PROCEDURE")) {
            return false;
        }
        self.sql.insert_str(0, UNCHECKED);
        true
    }

    /// How to run it: with role and timeouts of the way up.
    pub(super) fn directives(&self, migration: &Migration) -> Directives {
        Directives { no_transaction: false, ..migration.directives.clone() }
    }
}

impl NotDerived {
    fn new(migration: &Migration, cause: Cause, reason: impl Into<String>) -> Self {
        Self {
            identity: migration.identity.clone(),
            name: migration.name.clone(),
            file: migration.file().to_owned(),
            cause,
            reason: reason.into(),
            detail: None,
        }
    }

    pub(super) fn unproven(migration: &Migration, flaw: &Flaw) -> Self {
        let reason = format!("the plan that leads back did not prove right: {flaw}");
        Self {
            detail: flaw.detail(),
            ..Self::new(migration, Cause::Unproven(Box::new(flaw.clone())), reason)
        }
    }
}

/// The way from `after` back to `before`, for a role that runs it; not proven.
pub(crate) fn reverse(
    migration: &Migration,
    before: &Snapshot,
    after: &Snapshot,
    role: &str,
) -> Result<DerivedDown, NotDerived> {
    let not_derived = |cause: Cause, reason: String| NotDerived::new(migration, cause, reason);
    let changed = unmodelled_changes(&before.unmodelled, &after.unmodelled);
    if !changed.is_empty() {
        return Err(not_derived(
            Cause::Unmodelled,
            format!("it changes objects that are not modelled: {}", list(&changed)),
        ));
    }
    let options = PlanOptions { role: Some(role.to_owned()), ..PlanOptions::default() };
    let renames = before.identities.renames_to(&after.identities);
    let down = plan(&after.catalog, &before.catalog, &renames.inverse(), &options)
        .map_err(|error| not_derived(Cause::NoPlan, error.to_string()))?;
    let rows = row_lines(migration);
    if down.is_empty() && !rows.is_empty() {
        let what = "it changes no object of the schema, and what it changes in rows can't be told";
        return Err(not_derived(Cause::RowsAlone, format!("{what} ({rows})")));
    }
    refuse_unmodelled(&after.unmodelled, &[&down]).map_err(|error| NotDerived {
        detail: error.detail,
        ..not_derived(Cause::Unmodelled, error.message)
    })?;
    let up = plan(&before.catalog, &after.catalog, &renames, &options)
        .map_err(|error| not_derived(Cause::NoPlan, error.to_string()))?;
    let mut remarks = Vec::new();
    let mut remark = |text: String| {
        if !remarks.contains(&text) {
            remarks.push(text);
        }
    };
    for step in &down.steps {
        for hazard in step.hazards.iter().filter(|hazard| is_worth_saying(**hazard)) {
            remark(format!("{}: {}: {}", hazard.id(), describe(step), hazard.message()));
        }
    }
    for step in up.steps.iter().filter(|step| step.hazards.contains(&Hazard::DataLoss)) {
        remark(format!("what the migration removed does not come back: {}", describe(step)));
    }
    if !rows.is_empty() {
        remark(format!("rows that the migration changes are not changed back ({rows})"));
    }
    Ok(DerivedDown {
        identity: migration.identity.clone(),
        name: migration.name.clone(),
        file: migration.file().to_owned(),
        sql: text(&down),
        remarks,
    })
}

fn text(down: &Plan) -> String {
    if down.is_empty() { "-- There is nothing to undo in the schema.\n".to_owned() } else { down.to_sql() }
}

/// Hazards of the result; those of locks and time are the same for every way down.
const fn is_worth_saying(hazard: Hazard) -> bool {
    matches!(hazard, Hazard::DataLoss | Hazard::MayFailOnRows | Hazard::TableRewrite)
}

/// What is on one side only.
fn unmodelled_changes(before: &[Unmodelled], after: &[Unmodelled]) -> Vec<Unmodelled> {
    let only = |left: &[Unmodelled], right: &[Unmodelled]| {
        left.iter().filter(|object| !right.contains(object)).cloned().collect::<Vec<_>>()
    };
    let mut changed = only(before, after);
    changed.extend(only(after, before));
    changed
}

/// The lines of statements that change rows, as far as their text tells: `line 2, 5`; empty without any.
fn row_lines(migration: &Migration) -> String {
    let Ok(script) = scan(&migration.up.text) else { return String::new() };
    let statements = script.statements.iter().filter(|statement| Effect::of(statement.sql) == Effect::Rows);
    statements.enumerate().fold(String::new(), |mut lines, (index, statement)| {
        let line = migration.up.line + statement.start.line - 1;
        let before = if index == 0 { "line " } else { ", " };
        write!(lines, "{before}{line}").expect("a string takes everything");
        lines
    })
}
