//! The proof of a step: the plan from the start to it gives it, the way back gives the start, and rows stay.

use std::collections::BTreeMap;

use pggit_catalog::catalog::Catalog;
use pggit_catalog::diff::diff;
use pggit_catalog::object::Body;
use pggit_catalog::plan::{Hazard, Plan, PlanOptions, plan};
use pggit_catalog::rename::Renames;
use pggit_db::introspect::{Snapshot, read_catalog};
use pggit_db::session::{Session, SessionError};
use pggit_wire::session::WireSession;

use super::place::Place;
use super::rows;
use crate::proof::difference;

/// Which statements a plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forms {
    /// Those of one transaction.
    Plain,
    /// Those that let readers and writers go on.
    Online,
}

/// How a step is proven.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// The plan knows what was renamed, as inside one database; else it compares by name, as between databases.
    pub renames: bool,
    /// What statements it has; those of [`Forms::Online`] run on a copy.
    pub forms: Forms,
    /// On a copy, whose dump must be that of where the walk is.
    pub witness: bool,
}

/// How a proof came about.
#[derive(Debug, Default)]
pub(super) struct Proven {
    /// Steps of both plans.
    pub statements: usize,
    /// Rows had stopped a plan, which says so, and holds without them.
    pub without_rows: bool,
    /// On a copy, not in a transaction that was rolled back.
    pub on_copy: bool,
}

/// Why a proof fails.
#[derive(Debug)]
pub(super) enum Failure {
    /// Rows stop a statement that says that they may.
    Rows(String),
    /// A statement fails.
    Statement(Box<SessionError>, String),
    /// The outcome is another.
    Outcome(String),
}

impl Failure {
    /// What it is about, in a few letters.
    pub fn sort(&self) -> String {
        match self {
            Self::Statement(error, _) => error.sqlstate.clone(),
            Self::Rows(text) | Self::Outcome(text) => text.chars().take(16).collect(),
        }
    }

    /// All of it, in several lines.
    pub fn text(&self) -> String {
        match self {
            Self::Rows(text) | Self::Outcome(text) => text.clone(),
            Self::Statement(error, text) => format!("{} {}\n{text}", error.sqlstate, error.message),
        }
    }
}

/// Both ways between two states.
struct Ways<'a> {
    from: &'a Snapshot,
    to: &'a Snapshot,
    forth: Plan,
    back: Plan,
    kept: Vec<rows::Kept>,
}

/// Proves both ways between `from`, the state of `start`, and `to`, that of `end`. Both stay as they are.
pub(super) fn prove(
    start: &mut Place<'_>,
    from: &Snapshot,
    end: &Place<'_>,
    to: &Snapshot,
    how: How,
) -> Result<Proven, Failure> {
    let renames = if how.renames { from.identities.renames_to(&to.identities) } else { Renames::default() };
    let ways = Ways {
        from,
        to,
        forth: planned(&from.catalog, &to.catalog, &renames, how.forms)?,
        back: planned(&to.catalog, &from.catalog, &renames.inverse(), how.forms)?,
        kept: rows::kept(from, to, how.renames),
    };
    let mut proven =
        Proven { statements: ways.forth.steps.len() + ways.back.steps.len(), ..Proven::default() };
    let whole = ways.forth.is_one_transaction() && ways.back.is_one_transaction();
    let mut result = None;
    if whole && !how.witness {
        let session = start.session();
        result = match in_transaction(session, &ways, true) {
            Err(Failure::Rows(_)) => {
                proven.without_rows = true;
                Some(in_transaction(session, &ways, false))
            }
            // A new label of an enum can be used once its transaction has ended.
            Err(Failure::Statement(error, _)) if error.sqlstate == "55P04" => None,
            other => Some(other),
        };
    }
    match result {
        Some(result) => result?,
        None => {
            proven.on_copy = true;
            let dumps = how.witness.then(|| (end.dump(), start.dump()));
            let dumps = dumps.as_ref();
            let mut copy = start.copy(from, "proof of a walk");
            if let Err(failure) = on_copy(&mut copy, &ways, whole, true, dumps) {
                let Failure::Rows(_) = failure else { return Err(failure) };
                proven.without_rows = true;
                on_copy(&mut start.copy(from, "proof of a walk"), &ways, whole, false, dumps)?;
            }
        }
    }
    Ok(proven)
}

/// The plan between two catalogs, as the superuser of the tests.
pub(super) fn planned(
    from: &Catalog,
    to: &Catalog,
    renames: &Renames,
    forms: Forms,
) -> Result<Plan, Failure> {
    let replaced = renames.replaced().cloned().collect();
    let online = forms == Forms::Online;
    let options = PlanOptions { role: Some("postgres".into()), replaced, online, ..PlanOptions::default() };
    plan(from, to, renames, &options).map_err(|error| Failure::Outcome(format!("no plan: {error}")))
}

fn in_transaction(session: &mut WireSession, ways: &Ways<'_>, rows: bool) -> Result<(), Failure> {
    session.script("BEGIN; SET LOCAL check_function_bodies = off").expect("it begins");
    let result = both(session, ways, rows);
    session.script("ROLLBACK").expect("it ends");
    result
}

fn both(session: &mut WireSession, ways: &Ways<'_>, rows: bool) -> Result<(), Failure> {
    if !rows {
        empty(session, &ways.from.catalog);
    }
    let before = rows::contents(session, &ways.kept);
    apply(session, &ways.forth, rows)?;
    require(session, ways, Way::Forth, &before)?;
    apply(session, &ways.back, rows)?;
    require(session, ways, Way::Back, &before)
}

/// The same on a copy, in one transaction for each way where that is possible, with dumps of the end and of the start.
fn on_copy(
    copy: &mut Place<'_>,
    ways: &Ways<'_>,
    whole: bool,
    rows: bool,
    dumps: Option<&(String, String)>,
) -> Result<(), Failure> {
    let session = copy.session();
    session.script("SET check_function_bodies = off").expect("it is a setting");
    if !rows {
        empty(session, &ways.from.catalog);
    }
    let before = rows::contents(session, &ways.kept);
    for way in [Way::Forth, Way::Back] {
        let session = copy.session();
        if whole {
            session.script("BEGIN").expect("it begins");
        }
        apply(session, way.plan(ways), rows)?;
        if whole {
            let text = format!("at the end of\n{}", way.plan(ways).to_sql());
            session.script("COMMIT").map_err(|error| Failure::Statement(Box::new(error), text))?;
        }
        require(session, ways, way, &before)?;
        if let Some((end, start)) = dumps {
            let expected = if way == Way::Forth { end } else { start };
            if let Some(difference) = difference(&without_children(&copy.dump()), &without_children(expected))
            {
                let text = format!(
                    "dumps differ on the way {}:\n{difference}\n--- plan\n{}",
                    way.name(),
                    way.plan(ways).to_sql()
                );
                return Err(Failure::Outcome(text));
            }
        }
    }
    Ok(())
}

/// A dump without tables that inherit: whether a child declares what it has from its parent is remembered, and no part of
/// equality. The catalog tells the rest of them.
fn without_children(dump: &str) -> String {
    let is_child = |statement: &&str| statement.contains("\nINHERITS (");
    let statements: Vec<&str> = dump.split(";\n").collect();
    let children: Vec<String> = statements
        .iter()
        .filter(|statement| is_child(statement))
        .filter_map(|statement| statement.trim_start().lines().next()?.strip_suffix(" ("))
        .filter_map(|line| Some(line.split_once("TABLE ")?.1.to_owned()))
        .collect();
    let of_child = |statement: &&str| {
        let statement = statement.trim_start();
        children.iter().any(|child| {
            statement.starts_with(&format!("ALTER TABLE ONLY {child} ALTER COLUMN "))
                || (statement.starts_with(&format!("ALTER TABLE {child}\n    ADD CONSTRAINT "))
                    && statement.ends_with(" NOT VALID"))
        })
    };
    let others = statements.into_iter().filter(|statement| !is_child(statement) && !of_child(statement));
    others.collect::<Vec<_>>().join(";\n")
}

/// Takes all rows away.
fn empty(session: &mut WireSession, catalog: &Catalog) {
    let local = |body: &Body| matches!(body, Body::Table(table) if table.server.is_none());
    let tables: Vec<String> = catalog
        .iter()
        .filter(|object| local(&object.body))
        .map(|object| object.address.to_string())
        .collect();
    if !tables.is_empty() {
        session.script(&format!("TRUNCATE {} CASCADE", tables.join(", "))).expect("rows can go");
    }
    let is_query = |body: &Body| matches!(body, Body::MaterializedView(view) if view.populated.0);
    for view in catalog.iter().filter(|object| is_query(&object.body)) {
        session.script(&format!("REFRESH MATERIALIZED VIEW {}", view.address)).expect("a view of nothing");
    }
}

/// One of the two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Forth,
    Back,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Forth => "there",
            Self::Back => "back",
        }
    }

    fn plan<'a>(self, ways: &'a Ways<'_>) -> &'a Plan {
        match self {
            Self::Forth => &ways.forth,
            Self::Back => &ways.back,
        }
    }
}

fn apply(session: &mut WireSession, plan: &Plan, rows: bool) -> Result<(), Failure> {
    for step in &plan.steps {
        let Err(error) = session.script(&step.sql) else { continue };
        let text = format!("in {}\n--- plan\n{}", step.sql, plan.to_sql());
        let of_rows = error.sqlstate.starts_with("23") || error.sqlstate.starts_with("22");
        return Err(if rows && of_rows && step.hazards.contains(&Hazard::MayFailOnRows) {
            Failure::Rows(format!("{} {text}", error.message))
        } else {
            Failure::Statement(Box::new(error), text)
        });
    }
    Ok(())
}

/// Fails unless the database is where the way leads, planning again gives nothing, and what was kept is there.
fn require(
    session: &mut WireSession,
    ways: &Ways<'_>,
    way: Way,
    before: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let wanted = if way == Way::Forth { &ways.to.catalog } else { &ways.from.catalog };
    let plan = way.plan(ways);
    let now = read_catalog(session).expect("the catalog can be read");
    let left: Vec<String> = diff(&now.catalog, wanted, &Renames::default())
        .iter()
        .map(|change| {
            format!("{} {} {}: {}", change.kind, change.address.kind, change.address, change.details())
        })
        .chain(
            now.unmodelled.iter().map(|object| format!("not modelled: {} {}", object.kind, object.identity)),
        )
        .collect();
    let again = planned(&now.catalog, wanted, &Renames::default(), Forms::Plain)?;
    if !left.is_empty() || !again.is_empty() {
        return Err(Failure::Outcome(format!(
            "the way {} leaves\n{}\nand planning again gives\n{}--- plan\n{}",
            way.name(),
            left.join("\n"),
            again.to_sql(),
            plan.to_sql()
        )));
    }
    let after = rows::contents(session, &ways.kept);
    for (place, content) in before {
        if after.get(place) != Some(content) {
            let now = after.get(place).map_or("gone", String::as_str);
            return Err(Failure::Outcome(format!(
                "rows of {place} were {content} and on the way {} are {now}\n--- plan\n{}",
                way.name(),
                plan.to_sql()
            )));
        }
    }
    Ok(())
}

/// Whether a copy of the start from which these statements are run fails a proof in the same way; what is refused is
/// passed over.
pub(super) fn fails_too(
    start: &mut Place<'_>,
    from: &Snapshot,
    statements: &[String],
    how: How,
    sort: &str,
) -> bool {
    let mut end = start.copy(from, "a shorter walk");
    for statement in statements {
        let _ = end.session().script(statement);
    }
    let to = end.read();
    prove(start, from, &end, &to, how).is_err_and(|failure| failure.sort() == sort)
}
