//! What a step says about locks, rewrites, scans and index builds is what the server does: neither less nor more.
//!
//! Every case of the corpus, see [`PlanCase`], is run step by step, both ways, on a database with its rows. What is known
//! to differ stands in its `locks.txt` or, for plans whose forms do not block, `online.txt`, as this test says it;
//! lines with `#` say why. A case where something else differs fails, and one where something differs no longer.

use std::collections::{BTreeMap, BTreeSet};

use pggit_catalog::catalog::Catalog;
use pggit_catalog::diff::diff;
use pggit_catalog::hazard::Hazard;
use pggit_catalog::lock::LockMode;
use pggit_catalog::plan::{Action, Plan, PlanOptions, Step, plan};
use pggit_catalog::rename::Renames;
use pggit_db::introspect::read_catalog;
use pggit_db::session::Session;
use pggit_testkit::{PlanCase, PlanStates, TestDatabase, TestServer};
use pggit_wire::observation::{Observation, Observer};

fn said(step: &Step) -> BTreeMap<(String, String), LockMode> {
    let mut said = BTreeMap::new();
    for lock in &step.locks {
        let name = (lock.relation.schema.clone(), lock.relation.name.clone());
        let held = said.entry(name).or_insert(lock.mode);
        *held = lock.mode.max(*held);
    }
    said
}

/// What the step says against what was seen; names alone tell tables in messages, so `there` are those of before.
fn differences(step: &Step, seen: &Observation, there: &BTreeSet<String>) -> Vec<String> {
    let mut differences = Vec::new();
    let locks: BTreeMap<(String, String), LockMode> = seen
        .locks
        .iter()
        .map(|(name, mode)| {
            let mode = LockMode::ALL.into_iter().find(|known| known.server_name() == *mode);
            (name.clone(), mode.expect("the server has no other modes"))
        })
        .collect();
    let said = said(step);
    let names: BTreeSet<_> = locks.keys().chain(said.keys()).collect();
    for name in names {
        let (seen, said) = (locks.get(name), said.get(name));
        if seen != said {
            let word = |mode: Option<&LockMode>| mode.map_or("nothing", |mode| mode.name());
            differences.push(format!("{}.{}: says {}, is {}", name.0, name.1, word(said), word(seen)));
        }
    }
    let old_table = |tables: &BTreeSet<String>| tables.iter().any(|table| there.contains(table));
    let foreign = !seen.checked_keys.is_empty() && there.contains(&step.address.name);
    let built = seen.built.iter().map(|(_, table)| table.clone()).collect();
    for (hazard, is) in [
        (Hazard::TableRewrite, old_table(&seen.rewritten)),
        (Hazard::FullScan, old_table(&seen.scanned) || foreign),
        (Hazard::IndexBuild, old_table(&built)),
    ] {
        let says = step.hazards.contains(&hazard);
        // The server has no message for the scan of tables that use a domain, nor for that of a query.
        let is_query = matches!(step.action, Action::CountOn { .. });
        let silent = hazard == Hazard::FullScan && (step.sql.starts_with("ALTER DOMAIN") || is_query);
        if says != is && !silent {
            differences.push(format!("{hazard}: {}", if is { "not said" } else { "said, but not so" }));
        }
    }
    differences
}

fn read(database: &TestDatabase) -> Catalog {
    read_catalog(&mut database.session()).expect("it can be read").catalog
}

fn planned(from: &Catalog, to: &Catalog, renames: &Renames, online: bool) -> Result<Plan, String> {
    let major = Some(TestServer::shared().major());
    let options = PlanOptions { role: Some("postgres".into()), online, major, ..PlanOptions::default() };
    plan(from, to, renames, &options).map_err(|error| error.to_string())
}

fn run(
    database: &TestDatabase,
    end: &TestDatabase,
    renames: &Renames,
    online: bool,
) -> Result<Vec<String>, String> {
    let plan = planned(&read(database), &read(end), renames, online)?;
    let mut session = database.session();
    session
        .script("SET check_function_bodies = off; SET TimeZone = 'Europe/Paris'")
        .map_err(|error| error.message)?;
    let observer = Observer::of(&mut session).map_err(|error| error.message)?;
    let mut problems = Vec::new();
    for step in plan.steps.iter().filter(|step| !step.sql.is_empty()) {
        if !step.transactional {
            session.script(&step.sql).map_err(|error| format!("{}: {}", step.sql, error.message))?;
            continue;
        }
        let there: BTreeSet<String> = observer
            .present(&mut session)
            .map_err(|error| error.message)?
            .into_values()
            .map(|(_, name)| name)
            .collect();
        let seen = observer
            .run(&mut session, &step.sql)
            .map_err(|error| format!("{}: {}", step.sql, error.message))?;
        let differences = differences(step, &seen, &there);
        if !differences.is_empty() {
            problems.push(format!("{}\n    {}", step.sql, differences.join("\n    ")));
        }
    }
    let left = diff(&read(database), &read(end), &Renames::default());
    if let Some(change) = left.first() {
        return Err(format!("left is: {} {}", change.address, change.details()));
    }
    Ok(problems)
}

/// Whether plans between two states have other statements where they do not block.
fn has_online_forms(case: &PlanCase, a: &TestDatabase, b: &TestDatabase) -> bool {
    let (a, b, renames) = (read(a), read(b), case.renames());
    [(&a, &b, renames.clone()), (&b, &a, renames.inverse())].into_iter().any(|(from, to, renames)| {
        let sql = |online| planned(from, to, &renames, online).map(|plan| plan.to_sql());
        sql(false) != sql(true)
    })
}

/// Runs a case both ways, from and back to the first state.
fn run_forms(
    case: &PlanCase,
    (a, b, there): (&TestDatabase, &TestDatabase, &TestDatabase),
    online: bool,
) -> Result<(), String> {
    let mut problems = Vec::new();
    let renames = case.renames();
    for (end, renames, way) in [(b, renames.clone(), "a to b"), (a, renames.inverse(), "b to a")] {
        match run(there, end, &renames, online) {
            Ok(found) => problems.extend(found.into_iter().map(|found| format!("{way}: {found}\n"))),
            Err(_) if way == "b to a" && case.file("back.txt").is_some() => break,
            Err(error) => return Err(format!("{}, {way}: {error}", case.name())),
        }
    }
    let file = if online { "online.txt" } else { "locks.txt" };
    let known = case.file(file).unwrap_or_default();
    let known: Vec<&str> = known.lines().filter(|line| !line.starts_with('#')).collect();
    let found = problems.concat();
    if found.lines().eq(known.iter().copied()) {
        return Ok(());
    }
    Err(format!("{}: differs is\n{found}and known is ({file})\n{}", case.name(), known.join("\n")))
}

#[test]
fn steps_say_what_the_server_does() {
    PlanCase::check_all(|case| {
        let Some(PlanStates { a, b, with_rows }) = case.load()? else { return Ok(()) };
        let other = has_online_forms(case, &a, &b)
            .then(|| TestServer::shared().copy_of(with_rows.name(), &case.name()));
        run_forms(case, (&a, &b, &with_rows), false)?;
        match other {
            Some(other) => run_forms(case, (&a, &b, &other), true),
            None if case.file("online.txt").is_some() => {
                Err(format!("{}: has online.txt but no forms that do not block", case.name()))
            }
            None => Ok(()),
        }
    });
}
