//! What a step says about locks, rewrites, scans and index builds is what the server does: neither less nor more.
//!
//! Every case of `corpus/plan` is run step by step, both ways, on a database with its rows. `PGGIT_PLAN_ONLY` is a part
//! of the names of cases to run. `locks.txt` (for plans in forms that do not block: `online.txt`) in a case says what is
//! known to differ there, and why; the case fails once nothing does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use pggit_catalog::diff::diff;
use pggit_catalog::hazard::Hazard;
use pggit_catalog::lock::LockMode;
use pggit_catalog::plan::{PlanOptions, Step, plan};
use pggit_catalog::rename::Renames;
use pggit_db::introspect::read_catalog;
use pggit_db::session::Session;
use pggit_testkit::{TestDatabase, TestServer, psql, renames, try_psql};
use pggit_wire::observation::{Observation, Observer};

fn cases() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/plan");
    let entries = std::fs::read_dir(&directory).expect("the corpus is there");
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.expect("its entries can be read").path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    cases
}

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
        // The server has no message for the scan of tables that use a domain.
        let silent = hazard == Hazard::FullScan && step.sql.starts_with("ALTER DOMAIN");
        if says != is && !silent {
            differences.push(format!("{hazard}: {}", if is { "not said" } else { "said, but not so" }));
        }
    }
    differences
}

fn run(
    database: &TestDatabase,
    end: &TestDatabase,
    renames: &Renames,
    online: bool,
) -> Result<Vec<String>, String> {
    let read =
        |database: &TestDatabase| read_catalog(&mut database.session()).expect("it can be read").catalog;
    let options = PlanOptions { role: Some("postgres".into()), online, ..PlanOptions::default() };
    let plan = plan(&read(database), &read(end), renames, &options).map_err(|error| error.to_string())?;
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
    problems.extend(left.iter().map(|change| format!("left: {} {}", change.address, change.details())));
    Ok(problems)
}

fn run_case(directory: &Path, online: bool) -> Vec<String> {
    let name = directory.file_name().expect("a case has a name").to_string_lossy().into_owned();
    let file = |file: &str| std::fs::read_to_string(directory.join(file)).ok();
    let server = TestServer::shared();
    let first: u32 = file("since.txt").and_then(|text| text.trim().parse().ok()).unwrap_or_default();
    let major = "SELECT current_setting('server_version_num')::int / 10000";
    if psql(&server.settings("postgres"), major).trim().parse::<u32>().is_ok_and(|major| major < first) {
        return Vec::new();
    }
    let (a, b) = (server.database(&name), server.database(&name));
    for (database, sql) in [(&a, "a.sql"), (&b, "b.sql")] {
        let sql = file(sql).expect("a case has both sides");
        try_psql(database.settings(), &sql).unwrap_or_else(|error| panic!("{name} does not load: {error}"));
    }
    let renames = renames(directory);
    let mut problems = Vec::new();
    let there = server.copy_of(a.name(), &name);
    if let Some(seed) = file("seed.sql") {
        try_psql(there.settings(), &seed).unwrap_or_else(|error| panic!("{name}: no rows: {error}"));
    }
    for (end, renames, way) in [(&b, renames.clone(), "a to b"), (&a, renames.inverse(), "b to a")] {
        match run(&there, end, &renames, online) {
            Ok(found) => problems.extend(found.into_iter().map(|found| format!("{name}, {way}: {found}"))),
            Err(_) if way == "b to a" && file("back.txt").is_some() => break,
            Err(error) => {
                problems.push(format!("{name}, {way}: {error}"));
                break;
            }
        }
    }
    match file(if online { "online.txt" } else { "locks.txt" }) {
        Some(reason) if problems.is_empty() => vec![format!("{name}: nothing differs now: {reason}")],
        Some(_) => Vec::new(),
        None => problems,
    }
}

fn run_cases(online: bool) {
    let wanted = std::env::var("PGGIT_PLAN_ONLY").unwrap_or_default();
    let cases: Vec<PathBuf> =
        cases().into_iter().filter(|case| case.to_string_lossy().contains(&wanted)).collect();
    assert!(!cases.is_empty(), "there are no cases");
    let problems: Vec<String> = cases.iter().flat_map(|case| run_case(case, online)).collect();
    assert!(problems.is_empty(), "{} steps:\n\n{}", problems.len(), problems.join("\n\n"));
}

#[test]
fn steps_say_what_the_server_does() {
    run_cases(false);
}

#[test]
fn steps_of_online_plans_say_what_the_server_does() {
    run_cases(true);
}
