//! Carrying out a plan on a live database, rows put aside before their object goes and taken back when it returns.

mod owner;

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::catalog::Catalog;
use pggit_catalog::ident::quote_ident;
use pggit_catalog::identity::CatalogRow;
use pggit_catalog::object::Body;
use pggit_catalog::plan::{Action, Plan, Step};
use pggit_catalog::rename::Renames;
use thiserror::Error;

use crate::aside::{self, AsideError, Entry, Held, Target};
use crate::session::{Param, RowError, Session, SessionError};

/// What happens to rows whose object a step takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// They are put aside; what cannot be is refused.
    PutAside,
    /// They are put aside where that is possible.
    PutAsideOrDiscard,
    /// They go: the database is a scratch one, or nothing in it is to be kept.
    Discard,
}

/// A plan that could not be carried out.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// A step failed.
    #[error("{source}")]
    Step {
        /// The statement.
        sql: String,
        /// What the server said.
        source: SessionError,
    },
    /// Rows could not be put aside or taken back.
    #[error(transparent)]
    Aside(#[from] AsideError),
    /// A question about the catalog failed.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A result had an unexpected shape.
    #[error(transparent)]
    Row(#[from] RowError),
}

/// Rows that are to come back: by table and column as the target calls them.
#[derive(Debug, Default)]
pub struct Returning {
    entries: BTreeMap<(ObjectAddress, Option<String>), Returned>,
}

/// One entry that comes back.
#[derive(Debug)]
struct Returned {
    entry: Entry,
    /// Names that the entry's columns have in the target.
    columns: Vec<String>,
    /// Names that the entry's key columns have in the target.
    keys: Vec<String>,
}

impl Returning {
    /// Plans the return of `entry`, whose names become those of the target by `renames`. An entry that is already
    /// planned for the same object stays: callers offer the latest first.
    pub fn add(&mut self, entry: Entry, renames: &Renames) {
        let target = renamed(&entry.held, renames);
        let table = target.0.clone();
        let rename = |names: &[String]| -> Vec<String> {
            names.iter().map(|name| renames.part_after(&table, &Part::column(name)).to_owned()).collect()
        };
        let returned = Returned { columns: rename(&entry.columns), keys: rename(&entry.key_columns), entry };
        self.entries.entry(target).or_insert(returned);
    }

    /// The tables and columns whose rows come back, for [`pggit_catalog::plan::PlanOptions`].
    pub fn targets(&self) -> impl Iterator<Item = &(ObjectAddress, Option<String>)> {
        self.entries.keys()
    }
}

/// The table and column that `held` is called after `renames`.
#[must_use]
pub fn renamed(held: &Held, renames: &Renames) -> (ObjectAddress, Option<String>) {
    let address = renames.after(&held.address).clone();
    let column =
        held.column.as_ref().map(|column| renames.part_after(&address, &Part::column(column)).to_owned());
    (address, column)
}

/// Runs the steps of `plan` in order; `target` is the catalog that it leads to.
///
/// # Errors
/// [`ApplyError`] of the first step that fails; the caller's transaction has to be rolled back then.
pub fn apply<S: Session>(
    session: &mut S,
    plan: &Plan,
    target: &Catalog,
    rows: Rows,
    returning: &Returning,
) -> Result<(), ApplyError> {
    if rows != Rows::Discard && !plan.steps.is_empty() {
        // Checks of the caller's that wait for the end of the transaction would stand in the way of changing their tables.
        session.script("SET CONSTRAINTS ALL IMMEDIATE")?;
    }
    let mut taken = Vec::new();
    let mut sequences = Vec::new();
    for step in &plan.steps {
        if rows != Rows::Discard {
            put_aside(session, step, rows)?;
        }
        match &step.action {
            Action::RestoreRows { column } => {
                take_back(session, step, column.as_deref(), target, returning, &mut taken)?;
            }
            action => {
                let ran = match owner::of_step(session, step, target)? {
                    Some(role) => session.as_role(role, |session| session.script(&step.sql)),
                    None => session.script(&step.sql),
                };
                ran.map_err(|source| ApplyError::Step { sql: step.sql.clone(), source })?;
                if matches!(action, Action::CreateSequence) {
                    sequences.push(&step.address);
                }
            }
        }
    }
    // Last, since columns that came with a default have drawn numbers for their rows.
    for sequence in sequences {
        take_sequence(session, sequence, returning, &mut taken)?;
    }
    aside::forget(session, &taken)?;
    Ok(())
}

fn put_aside<S: Session>(session: &mut S, step: &Step, rows: Rows) -> Result<(), ApplyError> {
    let result = match &step.action {
        Action::DropTable => match relation(session, &step.address)? {
            Some(row) => aside::put_table(session, row.oid.into()),
            None => Ok(0),
        },
        Action::DropSequence => match relation(session, &step.address)? {
            Some(row) => aside::put_sequence(session, row.oid.into()),
            None => Ok(0),
        },
        Action::DropColumn { column } => match relation(session, &step.address)? {
            Some(row) => put_column(session, row, column),
            None => Ok(0),
        },
        _ => Ok(0),
    };
    match result {
        Err(AsideError::NoKey { .. }) if rows == Rows::PutAsideOrDiscard => Ok(()),
        other => other.map(|_| ()).map_err(ApplyError::from),
    }
}

fn put_column<S: Session>(session: &mut S, table: CatalogRow, column: &str) -> Result<i64, AsideError> {
    let found = session.query(
        "SELECT a.attnum::pg_catalog.int8 FROM pg_catalog.pg_attribute AS a \
         WHERE a.attrelid = $1::pg_catalog.oid AND a.attname = $2::pg_catalog.name",
        &[Param::Int(table.oid.into()), Param::Text(column)],
    )?;
    match found.first() {
        Some(row) => aside::put_column(session, table.oid.into(), row.int(0)?),
        None => Ok(0),
    }
}

/// A relation that holds its rows itself.
fn relation<S: Session>(session: &mut S, address: &ObjectAddress) -> Result<Option<CatalogRow>, ApplyError> {
    let found = session.query(
        "SELECT c.oid::pg_catalog.int8 FROM pg_catalog.pg_class AS c \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1::pg_catalog.name AND c.relname = $2::pg_catalog.name AND c.relkind <> 'f'",
        &[Param::Text(&address.schema), Param::Text(&address.name)],
    )?;
    let Some(row) = found.first() else { return Ok(None) };
    Ok(u32::try_from(row.int(0)?).ok().map(|oid| CatalogRow { class: 1259, oid }))
}

fn take_back<S: Session>(
    session: &mut S,
    step: &Step,
    column: Option<&str>,
    target: &Catalog,
    returning: &Returning,
    taken: &mut Vec<i64>,
) -> Result<(), ApplyError> {
    let address = &step.address;
    let Some(Body::Table(table)) = target.get(address).map(|object| &object.body) else { return Ok(()) };
    let target_of = |name: &str| {
        let (name, column) = table.columns.get_key_value(name)?;
        Some(Target { name, type_name: &column.type_name })
    };
    let Some(returned) = returning.entries.get(&(address.clone(), column.map(str::to_owned))) else {
        return Ok(());
    };
    let name = address.qualified();
    let owner = owner::of_table(session, &name, None)?;
    let columns: Vec<Option<Target<'_>>> = returned.columns.iter().map(|column| target_of(column)).collect();
    match (column, columns.as_slice()) {
        (None, targets) => aside::take_table(session, &returned.entry, &name, targets, owner)?,
        (Some(_), [Some(target_column)]) => {
            if let Some(key) = returned.keys.iter().find(|key| !table.columns.contains_key(*key)) {
                return Err(AsideError::KeyGone {
                    table: name,
                    column: target_column.name.to_owned(),
                    key: key.clone(),
                }
                .into());
            }
            let partitioned = table.partition_key.is_some();
            // Nobody but the table's owner could write such a column, and not even the owner by UPDATE.
            let always =
                table.columns[target_column.name].identity.as_ref().is_some_and(|identity| identity.always);
            let column = quote_ident(target_column.name);
            if always {
                session
                    .script(&format!("ALTER TABLE {name} ALTER COLUMN {column} SET GENERATED BY DEFAULT"))?;
            }
            with_triggers_off(session, address, |session| {
                let Returned { entry, keys, .. } = returned;
                Ok(aside::take_column(session, entry, &name, partitioned, target_column, keys, owner)?)
            })?;
            if always {
                session.script(&format!("ALTER TABLE {name} ALTER COLUMN {column} SET GENERATED ALWAYS"))?;
            }
            if !partitioned {
                take_children(session, step, target_column.name, target, returning, taken)?;
            }
        }
        (Some(_), _) => return Ok(()),
    }
    taken.push(returned.entry.id);
    for (column_name, definition) in &table.columns {
        let Some(identity) = &definition.identity else { continue };
        if column.is_some_and(|column| column != column_name) {
            continue;
        }
        let key = ObjectAddress::new(ObjectKind::Sequence, address.schema.clone(), address.name.clone());
        if let Some(returned) = returning.entries.get(&(key, Some(column_name.clone()))) {
            aside::take_sequence(session, &returned.entry, &identity.sequence)?;
            taken.push(returned.entry.id);
        }
    }
    Ok(())
}

/// Takes back the values of a column in the tables that inherit it: it went, and came, with their parent's.
fn take_children<S: Session>(
    session: &mut S,
    parent: &Step,
    column: &str,
    target: &Catalog,
    returning: &Returning,
    taken: &mut Vec<i64>,
) -> Result<(), ApplyError> {
    let name = parent.address.qualified();
    for object in target.iter() {
        let Body::Table(table) = &object.body else { continue };
        if table.inherits.contains(&name) && table.columns.contains_key(column) {
            let step = Step { address: object.address.clone(), ..parent.clone() };
            take_back(session, &step, Some(column), target, returning, taken)?;
        }
    }
    Ok(())
}

fn take_sequence<S: Session>(
    session: &mut S,
    address: &ObjectAddress,
    returning: &Returning,
    taken: &mut Vec<i64>,
) -> Result<(), ApplyError> {
    if let Some(returned) = returning.entries.get(&(address.clone(), None)) {
        aside::take_sequence(session, &returned.entry, &address.qualified())?;
        taken.push(returned.entry.id);
    }
    Ok(())
}

/// Runs `work` while the table's own triggers are off: rows come back, nobody changes them.
fn with_triggers_off<S: Session>(
    session: &mut S,
    table: &ObjectAddress,
    work: impl FnOnce(&mut S) -> Result<(), ApplyError>,
) -> Result<(), ApplyError> {
    let enabled = session.query(
        "SELECT t.tgname::pg_catalog.text, t.tgenabled::pg_catalog.text FROM pg_catalog.pg_trigger AS t \
         JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1::pg_catalog.name AND c.relname = $2::pg_catalog.name AND NOT t.tgisinternal \
           AND t.tgenabled <> 'D' ORDER BY t.tgname",
        &[Param::Text(&table.schema), Param::Text(&table.name)],
    )?;
    let name = table.qualified();
    for row in &enabled {
        let trigger = quote_ident(row.text(0)?);
        session.script(&format!("ALTER TABLE {name} DISABLE TRIGGER {trigger}"))?;
    }
    work(session)?;
    for row in &enabled {
        let trigger = quote_ident(row.text(0)?);
        let how = match row.text(1)? {
            "R" => "ENABLE REPLICA",
            "A" => "ENABLE ALWAYS",
            _ => "ENABLE",
        };
        session.script(&format!("ALTER TABLE {name} {how} TRIGGER {trigger}"))?;
    }
    Ok(())
}
