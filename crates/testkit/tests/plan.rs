//! Plans on a real server: applied to the start they give the end, planning again gives nothing, and back.
//!
//! Cases are those of the corpus, see [`PlanCase`]. `PGGIT_PLAN_SCHEMAS` may name a directory of more schemas to build from
//! nothing and take down again; `PGGIT_PLAN_ONLY` names what to run of both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pggit_catalog::diff::diff;
use pggit_catalog::plan::{Action, Hazard, Plan, Step};
use pggit_catalog::rename::Renames;
use pggit_db::introspect::Snapshot;
use pggit_testkit::plan_case::wanted;
use pggit_testkit::proof::{self, planned};
use pggit_testkit::{PlanCase, PlanStates, TestDatabase, TestServer, psql, try_psql};

fn read(database: &TestDatabase) -> Snapshot {
    proof::read(database.settings())
}

fn prove(start: &TestDatabase, end: &TestDatabase, renames: &Renames) -> Result<Plan, String> {
    proof::prove(start.settings(), end.settings(), renames)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn report(failures: &[String]) {
    assert!(failures.is_empty(), "{} failed:\n\n{}", failures.len(), failures.join("\n\n=====\n"));
}

/// Builds the schema in an empty database by a plan, and takes it down by another.
fn build_and_take_down(name: &str, target: &TestDatabase) -> Result<(), String> {
    let snapshot = read(target);
    if !snapshot.unmodelled.is_empty() {
        let kinds: BTreeSet<&str> = snapshot.unmodelled.iter().map(|u| u.kind.as_str()).collect();
        eprintln!("{name}: has objects that are not modelled: {kinds:?}");
    }
    let server = TestServer::shared();
    let (built, empty) = (server.database("built"), server.database("empty"));
    let none = Renames::default();
    prove(&built, target, &none).map_err(|error| format!("{name}: empty to schema: {error}"))?;
    let same = planned(&snapshot, &snapshot, &none)?;
    if !same.is_empty() {
        return Err(format!("{name}: against itself: {}", same.to_sql()));
    }
    prove(&built, &empty, &none).map_err(|error| format!("{name}: schema to empty: {error}"))?;
    Ok(())
}

#[test]
fn the_example_is_built_from_nothing_and_taken_down() {
    let file = |name: &str| {
        std::fs::read_to_string(root().join("examples/shop").join(name)).expect("the example is there")
    };
    let target = TestServer::shared().database("shop");
    psql(target.settings(), &format!("{}\n{}", file("roles.sql"), file("schema.sql")));
    build_and_take_down("shop", &target).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn given_schemas_are_built_from_nothing_and_taken_down() {
    let Some(directory) = std::env::var_os("PGGIT_PLAN_SCHEMAS").map(PathBuf::from) else { return };
    let mut files: Vec<PathBuf> = std::fs::read_dir(&directory)
        .expect("the directory is there")
        .map(|entry| entry.expect("its entries can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    if let Ok(roles) = std::fs::read_to_string(directory.join("../roles.sql")) {
        psql(&TestServer::shared().settings("postgres"), &roles);
    }
    let mut failures = Vec::new();
    for path in files {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        if !wanted(&name) {
            continue;
        }
        let target = TestServer::shared().database(&name);
        let sql = std::fs::read_to_string(&path).expect("a schema can be read");
        if let Err(error) = try_psql(target.settings(), &sql) {
            eprintln!("{name}: does not load: {}", error.lines().take(3).collect::<Vec<_>>().join(" "));
            continue;
        }
        match build_and_take_down(&name, &target) {
            Ok(()) => eprintln!("{name}: ok"),
            Err(error) => failures.push(error),
        }
    }
    report(&failures);
}

/// Rows of all tables of the database, by table.
fn row_count(database: &TestDatabase) -> String {
    psql(
        database.settings(),
        "SELECT sum((xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM ONLY %s', oid::regclass), \
         false, true, '')))[1]::text::bigint) FROM pg_class WHERE relkind = 'r' AND oid >= 16384",
    )
}

/// Plans in forms that do not block, where they are others, on a copy with rows.
fn prove_online(case: &PlanCase, states: &PlanStates) -> Result<(), String> {
    let PlanStates { a, b, with_rows } = states;
    let (name, renames) = (case.name(), case.renames());
    let (before, after) = (read(a), read(b));
    let forth = proof::planned_online(&before, &after, &renames)?;
    let back = match case.file("back.txt") {
        None => proof::planned_online(&after, &before, &renames.inverse())?,
        Some(_) => None,
    };
    for (plan, from, to, way) in [(forth, with_rows, b, "a to b"), (back, b, a, "b to a")] {
        let Some(plan) = plan else { continue };
        let rows = row_count(from);
        let place = TestServer::shared().copy_of(from.name(), &name);
        proof::prove_online(&plan, place.settings(), to.settings())
            .map_err(|error| format!("{name}, online, {way}: {error}"))?;
        use_rows(case, &place)?;
        if !drops_rows(&plan) && row_count(&place) != rows {
            return Err(format!("{name}, online, {way}: rows are lost"));
        }
    }
    Ok(())
}

/// Whether a plan says that rows of a table go with it.
fn drops_rows(plan: &Plan) -> bool {
    let loses = |step: &Step| step.action == Action::DropTable && step.hazards.contains(&Hazard::DataLoss);
    plan.steps.iter().any(loses)
}

fn run_case(case: &PlanCase) -> Result<(), String> {
    let name = case.name();
    let Some(states) = case.load()? else { return Ok(()) };
    prove_online(case, &states)?;
    let PlanStates { a, b, with_rows: there } = states;
    let renames = case.renames();
    let before = row_count(&there);
    let forth = prove(&there, &b, &renames).map_err(|error| format!("{name}: a to b: {error}"))?;
    use_rows(case, &there)?;
    if forth.is_empty() && !diff(&read(&a).catalog, &read(&b).catalog, &renames).is_empty() {
        return Err(format!("{name}: the sides differ but the plan is empty"));
    }
    if case.file("seed.sql").is_some() && !drops_rows(&forth) && row_count(&there) != before {
        return Err(format!("{name}: rows are lost"));
    }
    if let Some(expected) = case.file("plan.sql")
        && forth.to_sql() != expected
    {
        return Err(format!("{name}: the plan is\n{}", forth.to_sql()));
    }
    let back = prove(&there, &a, &renames.inverse());
    match case.file("back.txt") {
        Some(reason) if back.is_ok() => Err(format!("{name}: b to a passes now: {reason}")),
        Some(_) => Ok(()),
        None => {
            back.map_err(|error| format!("{name}: b to a: {error}"))?;
            use_rows(case, &there)
        }
    }
}

/// Does on a copy what applications do.
fn use_rows(case: &PlanCase, database: &TestDatabase) -> Result<(), String> {
    let Some(sql) = case.file("use.sql") else { return Ok(()) };
    let copy = TestServer::shared().copy_of(database.name(), &case.name());
    try_psql(copy.settings(), &sql)
        .map(|_| ())
        .map_err(|error| format!("{}: what applications do fails: {error}", case.name()))
}

#[test]
fn cases_are_proven_both_ways() {
    PlanCase::check_all(run_case);
}
