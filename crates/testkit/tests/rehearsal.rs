//! Ways down that are derived, recorded and proven, and migrations verified, on a server.

use confiture::migrator::{Event, Migrator, VerifyRequest};
use confiture::rehearsal::{DerivedDown, Flaw, NotDerived, ScratchOn, Verdict, Verified};
use confiture::{Error, ErrorCode};
use pggit_db::scratch::Scratch;
use pggit_db::session::{Session, SessionError};
use pggit_migrate::{DownRequest, DownSource, MigrationSet, UpRequest};
use pggit_testkit::{TestDatabase, TestServer, migration_set, psql};
use pggit_wire::WireSession;

/// Scratch databases of the tests' server.
#[derive(Default)]
struct Scratches(Vec<TestDatabase>);

impl Scratch for Scratches {
    type Session = WireSession;

    fn database(&mut self) -> Result<WireSession, SessionError> {
        let database = TestServer::shared().database("scratch");
        let session = database.session();
        self.0.push(database);
        Ok(session)
    }
}

fn up(session: &mut WireSession, set: &MigrationSet) {
    Migrator::new(session).up(set, &UpRequest::default()).expect("up");
}

/// The ways down of the last `steps` migrations, derived.
fn derived(
    session: &mut WireSession,
    set: &MigrationSet,
    steps: usize,
) -> Result<Vec<Result<DerivedDown, NotDerived>>, Error> {
    let mut migrator = Migrator::new(session);
    let downs = migrator.ways_down(set, &DownRequest::Steps(steps))?;
    migrator.derive_downs(set, &downs, &mut Scratches::default(), ScratchOn::SharedServer, |_, _, _| {})
}

fn schema(database: &TestDatabase) -> String {
    psql(
        database.settings(),
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name NOT LIKE 'tb_confiture%' ORDER BY 1, 2",
    )
}

#[test]
fn a_way_down_is_derived_and_undoes() {
    let database = TestServer::shared().database("derived");
    let mut session = database.session();
    let files = [
        (
            "001_a.sql",
            "CREATE TABLE users (id int PRIMARY KEY, \"E mail\" text, gone int); INSERT INTO users VALUES (1, 'x', 7);",
        ),
        (
            "002_b.sql",
            "ALTER TABLE users RENAME COLUMN \"E mail\" TO email; ALTER TABLE users ADD COLUMN age int NOT NULL DEFAULT 3; CREATE INDEX i ON users (age);",
        ),
        ("003_c.sql", "ALTER TABLE users DROP COLUMN gone; UPDATE users SET age = 4;"),
    ];
    up(&mut session, &migration_set(&files[..1]));
    let set = migration_set(&files);
    let before = schema(&database);
    up(&mut session, &set);

    let ways = derived(&mut session, &set, 2).expect("derived");
    let ways: Vec<DerivedDown> = ways.into_iter().map(|way| way.expect("a way down")).collect();
    assert_eq!(ways[0].file, "002_b.sql");
    assert!(ways[0].sql.contains("RENAME COLUMN email TO \"E mail\""), "{}", ways[0].sql);
    assert!(ways[0].remarks.iter().any(|remark| remark.starts_with("data-loss: ")), "{:?}", ways[0].remarks);
    assert_eq!(
        ways[1].remarks,
        [
            "what the migration removed does not come back: table public.users, column gone",
            "rows that the migration changes are not changed back (line 1)"
        ]
    );

    // Nothing says how to undo it, unless what was derived does.
    let request = DownRequest::Steps(2);
    let error = Migrator::new(&mut session).down(&set, &request).expect_err("no way down");
    assert_eq!(error.message, "003_c.sql: there is no way down");
    let ran = Migrator::new(&mut session).derived(ways).down(&set, &request).expect("down");
    assert_eq!(ran.len(), 2);
    assert_eq!(schema(&database), before);
    assert_eq!(psql(database.settings(), "SELECT \"E mail\" FROM users").trim(), "x");
    up(&mut session, &set);
}

#[test]
fn what_cannot_be_derived_is_said() {
    let database = TestServer::shared().database("not_derived");
    let mut session = database.session();
    let set = migration_set(&[
        ("001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);"),
        ("002_rows.sql", "-- Fills it.\nINSERT INTO a VALUES (1);"),
        ("003_again.sql", "ALTER TABLE a ADD COLUMN x int;\nINSERT INTO a VALUES (2);"),
        ("005_nothing.sql", "ANALYZE a;"),
        ("006_index.sql", "CREATE INDEX CONCURRENTLY i ON a (x);"),
    ]);
    up(&mut session, &set);
    let ways = derived(&mut session, &set, 4).expect("derived");
    let reasons: Vec<String> = ways
        .iter()
        .map(|way| match way {
            Ok(down) => format!("{}: {}", down.file, down.sql.trim()),
            Err(not) => format!("{}: {}", not.file, not.reason),
        })
        .collect();
    assert_eq!(
        reasons,
        [
            "002_rows.sql: it changes no object of the schema, and what it changes in rows can't be told (line 2)",
            "003_again.sql: the plan that leads back did not prove right: the way up fails after the way down: \
             003_again.sql:2:1: duplicate key value violates unique constraint \"a_pkey\"",
            "005_nothing.sql: -- There is nothing to undo in the schema.",
            "006_index.sql: DROP INDEX public.i;",
        ]
    );
}

#[test]
fn the_whole_server_is_left_alone() {
    let database = TestServer::shared().database("server_wide");
    let mut session = database.session();
    let set = migration_set(&[
        ("001_a.sql", "CREATE TABLE a (id int);\nCOMMENT ON ROLE postgres IS NULL;"),
        ("002_b.sql", "CREATE TABLE b (id int);"),
    ]);
    up(&mut session, &set);
    let error = derived(&mut session, &set, 1).expect_err("it would change the server");
    assert_eq!(error.code, ErrorCode::NotSupported);
    assert_eq!(
        error.message,
        "001_a.sql:2: \"COMMENT ON ROLE …\" would change the whole server, not only a scratch database"
    );
    let mut migrator = Migrator::new(&mut session);
    let downs = migrator.ways_down(&set, &DownRequest::Steps(1)).expect("downs");
    let ways =
        migrator.derive_downs(&set, &downs, &mut Scratches::default(), ScratchOn::OwnServer, |_, _, _| {});
    assert!(ways.expect("derived")[0].is_ok());
}

#[test]
fn ways_down_are_recorded_while_migrations_run() {
    let database = TestServer::shared().database("recorded");
    let mut session = database.session();
    let set = migration_set(&[
        ("001_a.sql", "CREATE TABLE a (id int);"),
        ("002_b.up.sql", "CREATE TABLE b (id int);"),
        ("002_b.down.sql", "DROP TABLE b;"),
        ("003_rows.sql", "INSERT INTO a VALUES (1);"),
        ("004_c.sql", "ALTER TABLE a ADD COLUMN \"X y\" int;\nCREATE VIEW v AS SELECT \"X y\" FROM a;"),
        ("005_i.sql", "CREATE INDEX CONCURRENTLY i ON a (id);"),
    ]);
    let mut said = Vec::new();
    Migrator::new(&mut session)
        .record_down(true)
        .on_progress(|event| {
            if let Event::NoWayDown { migration, reason } = event {
                said.push(format!("{}: {reason}", migration.file()));
            }
        })
        .up(&set, &UpRequest::default())
        .expect("up");
    assert_eq!(
        said,
        [
            "003_rows.sql: it changes no object of the schema, and what it changes in rows can't be told (line 1)"
        ]
    );
    let recorded = psql(
        database.settings(),
        "SELECT l.version, r.rollback_sql FROM tb_confiture_rollback r JOIN tb_confiture l ON l.pk_confiture = r.id ORDER BY 1",
    );
    assert!(recorded.starts_with("001|DROP TABLE public.a;\n"), "{recorded}");
    assert!(!recorded.contains("003|") && !recorded.contains("002|"), "{recorded}");
    let mut migrator = Migrator::new(&mut session);
    let sources: Vec<Option<DownSource>> = migrator
        .ways_down(&set, &DownRequest::Steps(5))
        .expect("downs")
        .into_iter()
        .map(|way| way.down.map(|down| down.source))
        .collect();
    let recorded = Some(DownSource::Recorded);
    assert_eq!(sources, [recorded, recorded, None, Some(DownSource::File), recorded]);
    migrator.down(&set, &DownRequest::Steps(2)).expect("down");
    assert_eq!(schema(&database), "a|id|integer|YES\nb|id|integer|YES\n");
}

fn verified(
    session: &mut WireSession,
    set: &MigrationSet,
    request: &VerifyRequest,
) -> Result<Vec<Verified>, Error> {
    Migrator::new(session).verify(
        set,
        request,
        &mut Scratches::default(),
        ScratchOn::SharedServer,
        |_, _, _| {},
    )
}

fn verdicts(verified: &[Verified]) -> Vec<String> {
    let shown = |one: &Verified| {
        let reasons = one.verdict.reasons().join("; ");
        let separator = if reasons.is_empty() { "" } else { ": " };
        format!("{} {}{separator}{reasons}", one.file, one.verdict.name())
    };
    verified.iter().map(shown).collect()
}

#[test]
fn what_is_pending_is_verified() {
    let database = TestServer::shared().database("verified");
    let mut session = database.session();
    let mut files = vec![
        ("001_a.sql", "CREATE TABLE a (id int);"),
        ("002_b.up.sql", "CREATE TABLE b (id int); CREATE INDEX i ON a (id);"),
        ("002_b.down.sql", "DROP TABLE b;"),
        ("003_c.up.sql", "CREATE TABLE c (id int);"),
        ("003_c.down.sql", "DROP TABLE c;"),
        ("004_d.up.sql", "CREATE TABLE d (id int);"),
        ("004_d.down.sql", "DROP TABLE nowhere;"),
        ("005_e.sql", "ALTER TABLE a ADD COLUMN x int;"),
        ("006_f.up.sql", "CREATE INDEX CONCURRENTLY j ON a (x);"),
        ("006_f.down.sql", "SELECT 1;"),
        (
            "007_g.up.sql",
            "CREATE TABLE IF NOT EXISTS g (id int);\nALTER TABLE g ADD COLUMN IF NOT EXISTS x int;",
        ),
        ("007_g.down.sql", "ALTER TABLE g DROP COLUMN x;\nALTER TABLE g ADD COLUMN x bigint;"),
        ("008_h.sql", "INSERT INTO a VALUES (1);"),
    ];
    up(&mut session, &migration_set(&files[..1]));
    let all = migration_set(&files);
    let expected = [
        "002_b.up.sql flawed: the way down does not lead back to the state before; \
         the way up fails after the way down: 002_b.up.sql:1:26: relation \"i\" already exists",
        "003_c.up.sql proven",
        "004_d.up.sql flawed: the way down fails: 004_d.down.sql:1:1: table \"nowhere\" does not exist",
        "005_e.sql proven",
        "006_f.up.sql flawed: the way down does not lead back to the state before; \
         the way up fails after the way down: 006_f.up.sql:1:1: relation \"j\" already exists",
        "007_g.up.sql flawed: the way down does not lead back to the state before; \
         the way up leads elsewhere after the way down",
        "008_h.sql no way down: it changes no object of the schema, and what it changes in rows can't be told (line 1)",
    ];
    let found = verified(&mut session, &all, &VerifyRequest::default()).expect("verified");
    assert_eq!(verdicts(&found), expected);
    assert_eq!(found[3].down, Some(DownSource::Derived));
    let Verdict::Flawed(flaws) = &found[5].verdict else { panic!("flawed") };
    assert!(matches!(&flaws[1], Flaw::UpAgainDiffers(left) if left[0].contains("public.g")), "{flaws:?}");
    let replayed = VerifyRequest { replay: true, ..VerifyRequest::default() };
    assert_eq!(verdicts(&verified(&mut session, &all, &replayed).expect("verified")), expected);
    let everything = VerifyRequest { all: true, ..VerifyRequest::default() };
    let found = verified(&mut session, &all, &everything).expect("verified");
    assert_eq!(verdicts(&found)[0], "001_a.sql proven");
    assert_eq!(found.len(), 8);
    // The database itself is as it was.
    assert_eq!(schema(&database), "a|id|integer|YES\n");

    files.push(("009_wrong.sql", "SELECT 1;\nSELECT wrong;"));
    let found = verified(&mut session, &migration_set(&files), &VerifyRequest::default()).expect("verified");
    assert_eq!(
        verdicts(&found).last().map(String::as_str),
        Some("009_wrong.sql up fails: 009_wrong.sql:2:8: column \"wrong\" does not exist")
    );
}

#[test]
fn a_database_with_a_baseline_is_verified_as_it_is() {
    let database = TestServer::shared().database("baseline");
    let mut session = database.session();
    session.script("CREATE SCHEMA \"Odd \"\"s\"; CREATE TABLE \"Odd \"\"s\".a (id int)").expect("a table");
    let set = migration_set(&[
        ("001_a.sql", "SELECT 1 / 0;"),
        ("002_b.sql", "ALTER TABLE \"Odd \"\"s\".a ADD COLUMN x int;"),
    ]);
    Migrator::new(&mut session).baseline(&set, Some("001")).expect("recorded");
    let found = verified(&mut session, &set, &VerifyRequest::default()).expect("verified");
    assert_eq!(verdicts(&found), ["002_b.sql proven"]);
    let replayed = VerifyRequest { replay: true, ..VerifyRequest::default() };
    let error = verified(&mut session, &set, &replayed).expect_err("it can't be replayed");
    assert_eq!(error.message, "001_a.sql:1:1: division by zero");
}

#[test]
fn what_is_temporary_is_not_in_the_way() {
    let database = TestServer::shared().database("temporary");
    let mut session = database.session();
    let temporary = "CREATE TEMP TABLE kept (id int); CREATE TYPE pg_temp.pair AS (a int);\n\
                     CREATE FUNCTION pg_temp.one() RETURNS int LANGUAGE sql AS 'SELECT 1';\n";
    let set = migration_set(&[("001_t.sql", format!("{temporary}CREATE TABLE t (id int);"))]);
    up(&mut session, &set);
    let downs = derived(&mut session, &set, 1).expect("tried");
    assert_eq!(downs[0].as_ref().expect("derived").sql, "DROP TABLE public.t;\n");
}

#[test]
fn a_function_that_was_broken_comes_back_as_it_was() {
    let database = TestServer::shared().database("broken");
    let mut session = database.session();
    let function = |column: &str| {
        format!("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT {column} FROM t';")
    };
    let set = migration_set(&[
        ("001_t.sql", format!("CREATE TABLE t (a int, b int); {}", function("b"))),
        ("002_drop.sql", "ALTER TABLE t DROP COLUMN b;".to_owned()),
        ("003_mend.sql", function("a")),
    ]);
    up(&mut session, &set);
    let downs = derived(&mut session, &set, 1).expect("tried");
    let sql = &downs[0].as_ref().expect("derived").sql;
    assert!(
        sql.starts_with("SET check_function_bodies = off;\nCREATE OR REPLACE FUNCTION public.f()"),
        "{sql}"
    );
}
