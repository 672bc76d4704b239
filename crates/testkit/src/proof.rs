//! Plans proven on a server.

use std::collections::BTreeSet;

use pggit_catalog::diff::diff;
use pggit_catalog::object::with_sorted_columns;
use pggit_catalog::plan::{Plan, PlanOptions, plan};
use pggit_catalog::rename::Renames;
use pggit_db::introspect::{Snapshot, read_catalog};
use pggit_wire::session::WireSession;
use pggit_wire::settings::ConnectionSettings;

use crate::{dump, psql, try_psql};

fn options() -> PlanOptions {
    PlanOptions { role: Some("postgres".into()), ..PlanOptions::default() }
}

/// Storage parameters are written in the order in which they were set; the model has them by name.
fn sorted_options(line: &str) -> String {
    match line.split_once("WITH (") {
        Some((before, rest)) if rest.contains("='") && rest.contains(')') => {
            let (list, after) = rest.split_once(')').expect("it contains one");
            let mut list: Vec<&str> = list.split(", ").collect();
            list.sort_unstable();
            format!("{before}WITH ({}){after}", list.join(", "))
        }
        _ => line.to_owned(),
    }
}

/// The same of the options of dictionaries, which stand in one line.
fn sorted_dictionary_options(line: &str) -> String {
    match line.strip_suffix(" )") {
        Some(list) if list.contains(" = ") => {
            let mut list: Vec<&str> = list.split(", ").collect();
            list.sort_unstable();
            format!("{} )", list.join(", "))
        }
        _ => line.to_owned(),
    }
}

/// The columns that a publication has of a table are written in the order of the table's.
fn sorted_published(line: &str) -> String {
    match line.strip_suffix(')').and_then(|line| line.rsplit_once(" (")) {
        Some((before, list)) if before.starts_with("ALTER PUBLICATION ") && !before.contains(" WHERE ") => {
            let mut list: Vec<&str> = list.split(", ").collect();
            list.sort_unstable();
            format!("{before} ({})", list.join(", "))
        }
        _ => line.to_owned(),
    }
}

/// The columns of statistics are written in the order of the table's.
fn sorted_statistics(line: &str) -> String {
    match line.starts_with("CREATE STATISTICS ") {
        true => with_sorted_columns(line, &str::to_owned),
        false => line.to_owned(),
    }
}

/// Names of not-null constraints are remembered and not compared: renaming and attaching leave them as they are.
fn without_not_null_name(line: &str) -> String {
    let named = || {
        let (head, rest) = line.rsplit_once("NOT NULL")?;
        let (column, name) = head.rsplit_once("CONSTRAINT ")?;
        let is_name = name.starts_with('"') || !name.trim_end().contains(' ');
        (is_name && (column.is_empty() || column.ends_with(' '))).then(|| format!("{column}NOT NULL{rest}"))
    };
    named().unwrap_or_else(|| line.to_owned())
}

/// A dump as a set of statements whose lines are in no order: columns may stand in another.
fn unordered(dump: &str) -> Vec<String> {
    let mut statements: Vec<String> = dump
        .split(";\n")
        .map(|statement| {
            let lines = statement.lines().map(|line| line.trim().trim_end_matches(','));
            let mut lines: Vec<String> = lines
                .filter(|line| !line.is_empty())
                .map(|line| {
                    without_not_null_name(&sorted_statistics(&sorted_published(&sorted_dictionary_options(
                        &sorted_options(line),
                    ))))
                })
                .collect();
            lines.sort();
            lines.join("\n")
        })
        .filter(|statement| !statement.is_empty())
        .collect();
    statements.sort();
    statements
}

/// What only one of two dumps has, the order of statements and columns aside; `None` when they are equal.
#[must_use]
pub fn difference(left: &str, right: &str) -> Option<String> {
    let (left, right) = (unordered(left), unordered(right));
    let only = |these: &[String], those: &[String], sign: char| {
        let those: BTreeSet<&String> = those.iter().collect();
        these
            .iter()
            .filter(|s| !those.contains(s))
            .take(5)
            .map(|s| format!("{sign} {}", s.replace('\n', &format!("\n{sign} "))))
            .collect::<Vec<_>>()
            .join("\n\n")
    };
    (left != right).then(|| format!("{}\n\n{}", only(&left, &right, '-'), only(&right, &left, '+')))
}

/// The plan from one catalog to another, by the role `postgres`.
///
/// # Errors
/// When there is none, or the same input gives another the second time.
pub fn planned(from: &Snapshot, to: &Snapshot, renames: &Renames) -> Result<Plan, String> {
    let first = plan(&from.catalog, &to.catalog, renames, &options()).map_err(|error| error.to_string())?;
    let second = plan(&from.catalog, &to.catalog, renames, &options()).map_err(|error| error.to_string())?;
    if first == second { Ok(first) } else { Err("two plans of the same input differ".into()) }
}

/// Reads the catalog of a database.
///
/// # Panics
/// When it can't be read.
#[track_caller]
#[must_use]
pub fn read(settings: &ConnectionSettings) -> Snapshot {
    let mut session =
        WireSession::connect(settings).unwrap_or_else(|error| panic!("not connected: {error:?}"));
    read_catalog(&mut session).unwrap_or_else(|error| panic!("the catalog can't be read: {error}"))
}

/// Plans from `start` to `end` and proves the plan on `start`, which is `end` afterwards: nothing differs, planning again
/// gives nothing, `pg_dump` writes the same.
///
/// # Errors
/// What does not hold, in several lines.
pub fn prove(
    start: &ConnectionSettings,
    end: &ConnectionSettings,
    renames: &Renames,
) -> Result<Plan, String> {
    let (from, to) = (read(start), read(end));
    let plan = planned(&from, &to, renames)?;
    let sql = plan.to_sql();
    let script = format!("BEGIN;\nSET LOCAL check_function_bodies = off;\n{sql}COMMIT;\n");
    let script = if plan.steps.iter().any(|step| !step.transactional) { sql.clone() } else { script };
    apply(&script, start, end, (&from, &to)).map_err(|error| format!("{error}\n--- plan\n{sql}"))?;
    Ok(plan)
}

/// The plan in forms that do not block, where that is another than the ordinary one.
///
/// # Errors
/// When there is none.
pub fn planned_online(from: &Snapshot, to: &Snapshot, renames: &Renames) -> Result<Option<Plan>, String> {
    let forms = PlanOptions { online: true, ..options() };
    let online = plan(&from.catalog, &to.catalog, renames, &forms).map_err(|error| error.to_string())?;
    Ok((online.to_sql() != planned(from, to, renames)?.to_sql()).then_some(online))
}

/// Proves a plan in such forms as [`prove`] does, run as psql runs a script: each statement by itself.
///
/// # Errors
/// As [`prove`].
pub fn prove_online(plan: &Plan, start: &ConnectionSettings, end: &ConnectionSettings) -> Result<(), String> {
    let sql = plan.to_sql();
    let script = format!("SET check_function_bodies = off;\n{sql}");
    apply(&script, start, end, (&read(start), &read(end)))
        .map_err(|error| format!("{error}\n--- online plan\n{sql}"))
}

/// Runs a plan on `start` and compares what comes of it with `end`.
fn apply(
    script: &str,
    start: &ConnectionSettings,
    end: &ConnectionSettings,
    (from, to): (&Snapshot, &Snapshot),
) -> Result<(), String> {
    try_psql(start, script).map_err(|error| format!("the plan fails: {error}"))?;
    let now = read(start);
    let left: Vec<String> = diff(&now.catalog, &to.catalog, &Renames::default())
        .iter()
        .map(|change| {
            format!("{} {} {}: {}", change.kind, change.address.kind, change.address, change.details())
        })
        .collect();
    if !left.is_empty() {
        return Err(format!("differences are left:\n{}", left.join("\n")));
    }
    let again = planned(&now, to, &Renames::default())?;
    if !again.is_empty() {
        return Err(format!("planning again gives:\n{}", again.to_sql()));
    }
    // What is not modelled, and the tables of other tools, only one side has.
    let partial =
        !to.unmodelled.is_empty() || !from.unmodelled.is_empty() || has_ledger(end) || has_ledger(start);
    match difference(&dump(start), &dump(end)) {
        Some(difference) if !partial => Err(format!("dumps differ:\n{difference}")),
        _ => Ok(()),
    }
}

fn has_ledger(database: &ConnectionSettings) -> bool {
    let ledger = "SELECT count(*) > 0 FROM pg_class WHERE relname = 'schema_migrations'";
    psql(database, ledger).trim() == "t"
}
