//! Migrations that have to wait for locks of others.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use confiture::Error;
use confiture::migrator::{Event, Migrator, Ran};
use pggit_db::session::Session;
use pggit_migrate::migration::SourceFile;
use pggit_migrate::{MigrationSet, UpRequest};
use pggit_testkit::{TestDatabase, TestServer};
use pggit_wire::WireSession;

fn database(hint: &str) -> TestDatabase {
    let database = TestServer::shared().database(hint);
    database.session().script("CREATE TABLE t (id int); CREATE TABLE u (id int)").expect("tables");
    database
}

/// Runs one migration; gives what was tried again.
fn up(
    session: &mut WireSession,
    text: &str,
    timeout: Option<Duration>,
    retries: u32,
) -> (Result<Vec<Ran>, Error>, Vec<String>) {
    let file = SourceFile { name: "001_m.sql".into(), bytes: text.as_bytes().to_vec() };
    let set = MigrationSet::from_files(vec![file]).expect("a set");
    let mut retried = Vec::new();
    let mut migrator = Migrator::new(session).lock_retries(retries).on_progress(|event| {
        if let Event::Retrying { reason, retry, retries, .. } = event {
            retried.push(format!("{reason} {retry}/{retries}"));
        }
    });
    if let Some(timeout) = timeout {
        migrator = migrator.lock_timeout(timeout);
    }
    let result = migrator.up(&set, &UpRequest::default());
    drop(migrator);
    (result, retried)
}

const SHORT: Option<Duration> = Some(Duration::from_millis(100));

#[test]
fn who_comes_later_waits_no_longer_than_one_try() {
    let database = database("reader");
    let mut idle = database.session();
    idle.script("BEGIN; SELECT * FROM t").expect("an idle transaction");
    let (done, is_done) = mpsc::channel::<()>();
    let slowest = thread::scope(|scope| {
        let mut reader = database.session();
        let reader = scope.spawn(move || {
            let mut slowest = Duration::ZERO;
            while is_done.try_recv() == Err(mpsc::TryRecvError::Empty) {
                let start = Instant::now();
                reader.script("SELECT * FROM t").expect("a reader");
                slowest = slowest.max(start.elapsed());
                thread::sleep(Duration::from_millis(10));
            }
            slowest
        });
        let owner = scope.spawn(move || {
            thread::sleep(Duration::from_millis(1500));
            idle.script("COMMIT").expect("its end");
        });
        let (result, retried) = up(&mut database.session(), "ALTER TABLE t ADD x int;", SHORT, 10);
        drop(done);
        assert_eq!(result.expect("up").len(), 1);
        assert_eq!(retried[0], "canceling statement due to lock timeout 1/10");
        owner.join().expect("the owner");
        reader.join().expect("the reader")
    });
    assert!(slowest < Duration::from_millis(1000), "{slowest:?}");
}

#[test]
fn tries_come_to_an_end() {
    let database = database("tries");
    let mut idle = database.session();
    idle.script("BEGIN; LOCK TABLE t").expect("a lock");
    let mut session = database.session();
    let (result, retried) = up(&mut session, "CREATE TABLE v ();\nDROP TABLE t;", SHORT, 1);
    let error = result.expect_err("locked");
    assert_eq!(
        (error.sqlstate.as_str(), error.message.as_str()),
        ("55P03", "001_m.sql:2:1: canceling statement due to lock timeout")
    );
    assert_eq!(retried.len(), 1);
    let hint = error.hint.expect("a hint");
    assert!(hint.contains("lock"), "{hint}");
    // NOWAIT is the same; the statements before it are not run twice, having been rolled back.
    let (result, retried) = up(&mut session, "CREATE TABLE v ();\nLOCK TABLE t NOWAIT;", SHORT, 1);
    assert_eq!(result.expect_err("locked").sqlstate, "55P03");
    assert_eq!(retried, ["could not obtain lock on relation \"t\" 1/1"]);
    // Other failures are not tried again.
    let (result, retried) = up(&mut session, "SELECT wrong;", SHORT, 5);
    result.expect_err("wrong");
    assert_eq!(retried, [""; 0]);
}

#[test]
fn a_deadlock_is_tried_again() {
    let database = database("deadlock");
    let mut other = database.session();
    other.script("BEGIN; LOCK TABLE u").expect("a lock");
    let (result, retried) = thread::scope(|scope| {
        let owner = scope.spawn(move || {
            let waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'u'::regclass AND NOT granted)";
            let start = Instant::now();
            while !other.query(waits, &[]).expect("an answer")[0].bool(0).expect("bool") {
                assert!(start.elapsed() < Duration::from_secs(20), "nobody waits");
                thread::sleep(Duration::from_millis(20));
            }
            // Whoever waits longer for a lock finds the deadlock: here that is the migration.
            other.script("SET LOCAL deadlock_timeout = '1min'; LOCK TABLE t; COMMIT").expect("both locks");
        });
        let text = "SET LOCAL deadlock_timeout = '100ms';\nLOCK TABLE t;\nLOCK TABLE u;";
        let result = up(&mut database.session(), text, Some(Duration::ZERO), 10);
        owner.join().expect("the other");
        result
    });
    assert_eq!(result.expect("up").len(), 1);
    assert_eq!(retried, ["deadlock detected 1/10"]);
}

#[test]
fn the_timeout_is_that_of_who_runs_of_the_file_or_of_the_server() {
    let database = database("whose");
    let mut session = database.session();
    let show = "CREATE TABLE x AS SELECT current_setting('lock_timeout') AS x;";
    let mut seen = |settings: &str, text: &str, timeout| {
        session
            .script("DROP TABLE IF EXISTS x, tb_confiture, tb_confiture_steps; RESET ALL")
            .expect("nothing");
        session.script(settings).expect(settings);
        up(&mut session, text, timeout, 0).0.expect(text);
        session.query("SELECT x FROM x", &[]).expect("a row")[0].text(0).expect("text").to_owned()
    };
    let directive = format!("-- lock_timeout: 3s\n{show}");
    assert_eq!(seen("SELECT", show, None), "2s");
    assert_eq!(seen("SELECT", &directive, None), "3s");
    assert_eq!(seen("SELECT", &directive, SHORT), "100ms");
    assert_eq!(seen("SELECT", show, Some(Duration::ZERO)), "0");
    assert_eq!(seen("SET lock_timeout = '7s'", show, None), "7s");
    assert_eq!(seen("SELECT", &format!("SET lock_timeout = '9s';\n{show}"), None), "9s");
    assert_eq!(seen("SELECT", &format!("-- no-transaction\n{show}"), None), "2s");
    assert_eq!(seen("SELECT", &format!("-- no-transaction\nSET lock_timeout = '9s';\n{show}"), None), "9s");
    assert_eq!(seen("SELECT", &format!("BEGIN;\n{show}\nCOMMIT;"), None), "2s");
}

#[test]
fn a_concurrent_build_waits_as_long_as_it_takes() {
    let database = database("build");
    let mut idle = database.session();
    idle.script("BEGIN; INSERT INTO t VALUES (1)").expect("an idle transaction");
    thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(Duration::from_millis(800));
            idle.script("COMMIT").expect("its end");
        });
        let (result, retried) =
            up(&mut database.session(), "CREATE INDEX CONCURRENTLY i ON t (id);", SHORT, 3);
        assert_eq!(result.expect("up").len(), 1);
        assert_eq!(retried, [""; 0]);
    });
}
