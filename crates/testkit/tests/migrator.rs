//! The migration runner against a server.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use confiture::migrator::{Event, Migrator, Ran, StatusState};
use confiture::{Error, ErrorCode};
use pggit_db::migrate_lock::{self, LockError, Scope};
use pggit_db::session::Session;
use pggit_migrate::{DownRequest, MigrationSet, UpRequest};
use pggit_testkit::{TestDatabase, TestServer, migration_set, text};
use pggit_wire::WireSession;

fn database(hint: &str) -> TestDatabase {
    TestServer::shared().database(hint)
}

fn up(session: &mut WireSession, set: &MigrationSet) -> Result<Vec<Ran>, Error> {
    Migrator::new(session).up(set, &UpRequest::default())
}

fn down(session: &mut WireSession, set: &MigrationSet, steps: usize) -> Result<Vec<Ran>, Error> {
    Migrator::new(session).down(set, &DownRequest::Steps(steps))
}

fn states(session: &mut WireSession, set: &MigrationSet) -> Vec<(String, StatusState)> {
    let entries = Migrator::new(session).status(set).expect("a status");
    entries.into_iter().map(|entry| (entry.version, entry.state)).collect()
}

/// Names of the tables in `public` without the ledger.
fn tables(session: &mut WireSession) -> String {
    let sql = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
               AND relname NOT LIKE 'tb_confiture%' ORDER BY relname";
    text(session, sql)
}

fn lock_is_free(database: &TestDatabase) -> bool {
    let mut other = database.session();
    let free = migrate_lock::acquire(&mut other, Scope::Database, Some(Duration::ZERO), || {}).is_ok();
    if free {
        assert!(migrate_lock::release(&mut other, Scope::Database).expect("released"));
    }
    free
}

#[test]
fn up_down_and_up_again() {
    let database = database("up_down");
    let mut session = database.session();
    let set = migration_set(&[
        ("m/001_a.up.sql", "CREATE TABLE a (id int);"),
        ("m/001_a.down.sql", "DROP TABLE a;"),
        (
            "m/20260122143022_001_b.py",
            "UP_SQL = \"\"\"\nCREATE TABLE b (id int);\n\"\"\"\nDOWN_SQL = \"DROP TABLE b\"\n",
        ),
        ("m/20260122143022_002_c.sql", "CREATE TABLE c (id int);\n-- Rollback:\n-- DROP TABLE c;\n"),
    ]);
    assert_eq!(states(&mut session, &set).iter().filter(|(_, s)| *s == StatusState::Pending).count(), 3);
    assert_eq!(tables(&mut session), "");
    assert!(text(&mut session, "SELECT coalesce(to_regclass('tb_confiture')::text, 'none')") == "none");

    let mut seen = Vec::new();
    let ran = Migrator::new(&mut session)
        .on_progress(|event| {
            seen.push(match event {
                Event::WaitingForLock => "wait".to_owned(),
                Event::LedgerMade { name } => format!("ledger {name}"),
                Event::Started { migration, index, count, .. } => {
                    format!("start {} {index}/{count}", migration.file_name())
                }
                Event::Finished { migration, .. } => format!("end {}", migration.file_name()),
                other => format!("{other:?}"),
            });
        })
        .up(&set, &UpRequest { steps: Some(2), ..UpRequest::default() })
        .expect("up");
    assert_eq!(ran.iter().map(|ran| ran.version.as_str()).collect::<Vec<_>>(), ["001", "20260122143022_001"]);
    assert_eq!(
        seen,
        [
            "ledger public.tb_confiture",
            "start 001_a.up.sql 0/2",
            "end 001_a.up.sql",
            "start 20260122143022_001_b.py 1/2",
            "end 20260122143022_001_b.py"
        ]
    );
    assert_eq!(up(&mut session, &set).expect("up").len(), 1);
    assert_eq!(up(&mut session, &set).expect("nothing").len(), 0);
    assert_eq!(tables(&mut session), "a|b|c");
    assert!(states(&mut session, &set).iter().all(|(_, state)| *state == StatusState::Applied));
    assert_eq!(
        text(&mut session, "SELECT version || ' ' || name FROM tb_confiture ORDER BY pk_confiture"),
        "001 a|20260122143022 001_b|20260122143022_002 c"
    );

    let ran = down(&mut session, &set, 2).expect("down");
    assert_eq!(ran.iter().map(|ran| ran.name.as_str()).collect::<Vec<_>>(), ["c", "b"]);
    assert_eq!(tables(&mut session), "a");
    let to_first = Migrator::new(&mut session).down(&set, &DownRequest::To("001".to_owned())).expect("down");
    assert_eq!(to_first, []);
    assert_eq!(up(&mut session, &set).expect("up").len(), 2);
    assert_eq!(down(&mut session, &set, 3).expect("down").len(), 3);
    assert_eq!(tables(&mut session), "");
    assert_eq!(down(&mut session, &set, 1).expect_err("nothing").message, "there is nothing to roll back");
    assert!(lock_is_free(&database));
}

#[test]
fn a_failing_statement_is_named_and_undone() {
    let database = database("failing");
    let mut session = database.session();
    let set = migration_set(&[
        ("m/001_a.sql", "CREATE TABLE a (id int);"),
        ("m/002_b.sql", "CREATE TABLE b (id int);\n\nINSERT INTO b\nSELECT wrong\n  FROM a;\n"),
        ("m/003_c.sql", "CREATE TABLE c (id int);"),
    ]);
    let error = up(&mut session, &set).expect_err("fails");
    assert_eq!(error.code, ErrorCode::Server);
    assert_eq!(error.sqlstate, "42703");
    assert_eq!(error.message, "m/002_b.sql:4:8: column \"wrong\" does not exist");
    let detail = error.detail.expect("a detail");
    assert!(detail.contains("LINE 4: SELECT wrong\n               ^"), "{detail}");
    assert!(detail.contains("The migration was rolled back as a whole."), "{detail}");
    assert!(detail.contains("Before it in this run applied: m/001_a.sql."), "{detail}");
    assert_eq!(tables(&mut session), "a");
    assert_eq!(states(&mut session, &set)[1].1, StatusState::Pending);
    assert!(lock_is_free(&database));
}

#[test]
fn an_error_belongs_to_the_statement_or_to_what_comes_after() {
    let database = database("attributed");
    let mut session = database.session();
    for (text, expected) in [
        ("SELECT 'ä', x", "001_a.sql:1:13: column \"x\" does not exist"),
        ("CREATE TABLE a (", "001_a.sql:1:17: syntax error at or near \";\""),
        ("SELECT 1;\nSELECT 1/0 -- why", "001_a.sql:2:1: division by zero"),
        ("DROP TABLE tb_confiture", "001_a.sql: relation \"public.tb_confiture\" does not exist"),
        (
            "SELECT pg_terminate_backend(pg_backend_pid())",
            "001_a.sql:1:1: terminating connection due to administrator command",
        ),
    ] {
        let error = up(&mut session, &migration_set(&[("001_a.sql", text)])).expect_err(text);
        assert_eq!(error.message, expected);
        let detail = error.detail.expect("a detail");
        assert!(detail.contains("The migration was rolled back as a whole."), "{detail}");
    }
}

#[test]
fn a_deferred_constraint_stops_the_migration() {
    let database = database("deferred");
    let mut session = database.session();
    let set = migration_set(&[(
        "001_a.sql",
        "CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a DEFERRABLE INITIALLY DEFERRED); INSERT INTO a VALUES (1, 2);",
    )]);
    let error = up(&mut session, &set).expect_err("fails");
    assert_eq!(error.sqlstate, "23503");
    assert!(error.message.starts_with("001_a.sql: insert or update on table \"a\""), "{}", error.message);
    assert_eq!(tables(&mut session), "");
}

#[test]
fn what_cannot_run_in_a_transaction() {
    let database = database("concurrently");
    let mut session = database.session();
    let mut files = vec![
        ("001_a.sql", "CREATE TABLE a (id int);"),
        ("002_i.up.sql", "CREATE INDEX CONCURRENTLY i ON a (id);\nVACUUM a;"),
        ("002_i.down.sql", "DROP INDEX CONCURRENTLY i;"),
    ];
    assert_eq!(up(&mut session, &migration_set(&files)).expect("up").len(), 2);
    assert_eq!(down(&mut session, &migration_set(&files), 1).expect("down").len(), 1);
    files.push((
        "003_b.sql",
        "-- no-transaction\n-- statement_timeout: 1min\nCREATE TABLE b (id int);\nSELECT wrong;\n",
    ));
    let error = up(&mut session, &migration_set(&files)).expect_err("fails");
    assert_eq!(error.message, "003_b.sql:4:8: column \"wrong\" does not exist");
    let detail = error.detail.expect("a detail");
    assert!(detail.contains("what ran before in it stays, and it is not recorded as applied"), "{detail}");
    assert_eq!(tables(&mut session), "a|b");
    assert_eq!(text(&mut session, "SELECT current_setting('statement_timeout')"), "0");
}

#[test]
fn files_with_their_own_transactions() {
    let database = database("as_written");
    let mut session = database.session();
    let mut files = vec![
        ("001_a.sql", "BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\nBEGIN;\nCREATE TABLE b (id int);\nEND;\n"),
        ("002_c.sql", "BEGIN; CREATE TABLE c (id int); COMMIT; CREATE TABLE d (id int);"),
    ];
    assert_eq!(up(&mut session, &migration_set(&files)).expect("up").len(), 2);
    let same = "SELECT (l.xmin::text = c.xmin::text)::text FROM tb_confiture l, pg_class c WHERE l.version = '001' AND c.relname = 'b'";
    assert_eq!(text(&mut session, same), "true");
    files.push(("003_e.sql", "BEGIN; CREATE TABLE e (id int);"));
    let error = up(&mut session, &migration_set(&files)).expect_err("open");
    assert_eq!(error.message, "003_e.sql: the file begins a transaction that it does not end");
    assert!(!session.in_transaction().expect("an answer"));
    files[2].1 = "BEGIN; CREATE TABLE e (id int); SELECT wrong; COMMIT;";
    let error = up(&mut session, &migration_set(&files)).expect_err("fails");
    assert_eq!(error.message, "003_e.sql:1:40: column \"wrong\" does not exist");
    assert_eq!(tables(&mut session), "a|b|c|d");
    assert!(lock_is_free(&database));
}

#[test]
fn files_written_for_a_transaction_around_them() {
    let database = database("around");
    let mut session = database.session();
    let set = migration_set(&[
        ("001_a.sql", "CREATE TABLE a (id int);\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON a (id);\nBEGIN;"),
        ("002_b.sql", "CREATE TABLE b (id int);\nCOMMIT;\nBEGIN;\nCREATE TABLE c (id int);"),
    ]);
    assert_eq!(up(&mut session, &set).expect("up").len(), 2);
    assert!(!session.in_transaction().expect("an answer"));
    assert_eq!(up(&mut session, &set).expect("nothing").len(), 0);
    assert_eq!(tables(&mut session), "a|b|c");
}

#[test]
fn settings_of_one_migration_do_not_reach_the_next() {
    let database = database("settings");
    let mut session = database.session();
    session.script("CREATE ROLE \"Mig \"\"r\"; GRANT ALL ON SCHEMA public TO \"Mig \"\"r\"").expect("a role");
    let set = migration_set(&[
        (
            "001_a.sql",
            "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a (id int);",
        ),
        (
            "002_b.sql",
            "-- role: \"Mig \"\"r\"\n-- lock_timeout: 3s\nCREATE TABLE b AS SELECT current_setting('lock_timeout') AS x;",
        ),
        (
            "003_c.sql",
            "CREATE TABLE c AS SELECT current_setting('lock_timeout') AS x, current_setting('search_path') AS y; SET ROLE \"Mig \"\"r\"",
        ),
    ]);
    let result = up(&mut session, &set);
    let found = result.is_ok().then(|| {
        (
            text(
                &mut session,
                "SELECT tableowner::text FROM pg_tables WHERE tablename IN ('b', 'c') ORDER BY tablename",
            ),
            text(&mut session, "SELECT x FROM b"),
            text(&mut session, "SELECT x || y FROM c"),
            text(&mut session, "SELECT applied_by FROM tb_confiture ORDER BY pk_confiture"),
            text(&mut session, "SELECT current_user::text"),
        )
    });
    session.script("DROP OWNED BY \"Mig \"\"r\"; DROP ROLE \"Mig \"\"r\"").expect("no role");
    result.expect("up");
    let (owners, b, c, applied_by, user) = found.expect("results");
    assert_eq!(owners, format!("Mig \"r|{user}"));
    assert_eq!(b, "3s");
    assert_eq!(c, "2s\"$user\", public");
    assert_eq!(applied_by, format!("{user}|Mig \"r|{user}"));
}

#[test]
fn many_migrations_of_which_some_forget_what_is_prepared() {
    let database = database("many");
    let mut session = database.session();
    let files: Vec<(String, String)> = (1..=40)
        .map(|n| {
            let text = match n {
                10 => "DO $$BEGIN EXECUTE 'DEALLOCATE ALL'; END$$; CREATE TABLE once ();".to_owned(),
                20 => "DISCARD ALL;".to_owned(),
                30 => "CREATE TABLE t30 (); CREATE INDEX CONCURRENTLY ON t29 (id);".to_owned(),
                n => format!("SET search_path = public; CREATE TABLE t{n} (id int);"),
            };
            (format!("{n:03}_t.sql"), text)
        })
        .collect();
    let set = migration_set(&files);
    assert_eq!(up(&mut session, &set).expect("up").len(), 40);
    assert!(states(&mut session, &set).iter().all(|(_, state)| *state == StatusState::Applied));
    let times = "SELECT count(*) FILTER (WHERE execution_time_ms >= 0 AND execution_time_ms < 60000) FROM tb_confiture";
    assert_eq!(session.query(times, &[]).expect("a row")[0].int(0), Ok(40));
}

#[test]
fn copy_data_in_a_file() {
    let database = database("copy");
    let mut session = database.session();
    let set = migration_set(&[(
        "001_a.sql",
        "CREATE TABLE a (x text, y text);\nCOPY a FROM stdin;\n1\t;'\n\\N\tb\n\\.\nUPDATE a SET x = 'n' WHERE x IS NULL;\n",
    )]);
    up(&mut session, &set).expect("up");
    assert_eq!(text(&mut session, "SELECT x || y FROM a ORDER BY x"), "1;'|nb");
}

#[test]
fn nothing_runs_when_files_do_not_fit_the_ledger() {
    let database = database("modified");
    let mut session = database.session();
    let a = ("001_a.sql", "CREATE TABLE a (id int);");
    let b = ("002_b.sql", "CREATE TABLE b (id int);");
    up(&mut session, &migration_set(&[a])).expect("up");
    let modified = migration_set(&[("001_a.sql", "CREATE TABLE a (id bigint);"), b]);
    let error = up(&mut session, &modified).expect_err("modified");
    assert_eq!(
        (error.code, error.message.as_str()),
        (ErrorCode::Project, "modified after being applied: 001_a.sql")
    );
    assert_eq!(states(&mut session, &modified)[0].1, StatusState::Modified);
    let error = up(&mut session, &migration_set(&[b])).expect_err("missing");
    assert_eq!(error.message, "applied, but without a file: 001");
    assert_eq!(
        states(&mut session, &migration_set(&[b])),
        [("002".into(), StatusState::Pending), ("001".into(), StatusState::Missing)]
    );
    let crlf = migration_set(&[("001_a.sql", "\u{feff}CREATE TABLE a (id int);"), b]);
    up(&mut session, &crlf).expect("a byte order mark is no change");
    let late = migration_set(&[("000_z.sql", "SELECT 1"), a, b]);
    assert_eq!(up(&mut session, &late).expect_err("late").code, ErrorCode::Project);
    let request = UpRequest { allow_out_of_order: true, ..UpRequest::default() };
    assert_eq!(Migrator::new(&mut session).up(&late, &request).expect("up").len(), 1);
    let error = down(&mut session, &late, 2).expect_err("no way down");
    assert_eq!(error.message, "000_z.sql: there is no way down");
    assert_eq!(tables(&mut session), "a|b");
}

#[test]
fn repeatable_migrations_run_again_when_they_change() {
    let database = database("repeatable");
    let mut session = database.session();
    up(&mut session, &migration_set(&[("R__v.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS x;")]))
        .expect("up");
    let changed = migration_set(&[("R__v.sql", "CREATE OR REPLACE VIEW v AS SELECT 2 AS x;")]);
    assert_eq!(states(&mut session, &changed), [("R__v".into(), StatusState::Changed)]);
    assert_eq!(up(&mut session, &changed).expect("up").len(), 1);
    assert_eq!(text(&mut session, "SELECT x::text FROM v"), "2");
    assert_eq!(text(&mut session, "SELECT count(*)::text FROM tb_confiture"), "1");
    assert_eq!(up(&mut session, &changed).expect("up").len(), 0);
}

#[test]
fn runners_at_once_run_each_migration_once() {
    let database = database("at_once");
    let files: Vec<(String, String)> = (1..=10)
        .map(|n| {
            let index = if n % 3 == 0 {
                format!("CREATE INDEX CONCURRENTLY i{n} ON t{} (id);", n - 1)
            } else {
                String::new()
            };
            let table = format!("CREATE TABLE t{n} (id int);");
            (format!("{n:03}_t.sql"), if index.is_empty() { table } else { index })
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let set = migration_set(&files);
    let total: usize = thread::scope(|scope| {
        let runners: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| up(&mut database.session(), &set).expect("no runner fails").len()))
            .collect();
        runners.into_iter().map(|runner| runner.join().expect("a runner")).sum()
    });
    assert_eq!(total, 10);
}

#[test]
fn a_migration_that_gives_up_all_locks_keeps_that_of_its_run() {
    for giving_up in [
        "DISCARD ALL;",
        "SELECT pg_advisory_unlock_all();",
        "DO $$BEGIN PERFORM pg_advisory_unlock_all(); END$$;",
    ] {
        let database = database("gives_up");
        let (mut session, mut other) = (database.session(), database.session());
        let set = migration_set(&[
            ("001_a.sql", giving_up),
            ("002_b.sql", "CREATE TABLE b (id int);"),
            ("002_b.down.sql", &format!("DROP TABLE b; {giving_up}")),
            ("001_a.down.sql", "SELECT 1;"),
        ]);
        let mut tried = 0;
        let mut is_kept = |event: &Event<'_>| {
            if let Event::Started { .. } = event {
                let taken = migrate_lock::acquire(&mut other, Scope::Database, Some(Duration::ZERO), || {});
                assert!(matches!(taken, Err(LockError::Busy { .. })), "{giving_up}: {taken:?}");
                tried += 1;
            }
        };
        Migrator::new(&mut session).on_progress(&mut is_kept).up(&set, &UpRequest::default()).expect("up");
        let request = DownRequest::Steps(2);
        Migrator::new(&mut session).on_progress(&mut is_kept).down(&set, &request).expect("down");
        assert_eq!(tried, 4);
        migrate_lock::acquire(&mut other, Scope::Database, Some(Duration::ZERO), || {}).expect("free again");
    }
}

#[test]
fn what_is_temporary_ends_with_its_migration() {
    let database = database("temporary");
    let mut session = database.session();
    let make = "CREATE TEMPORARY TABLE x AS SELECT 1 AS n;";
    let set = migration_set(&[
        ("001_a.sql", &format!("{make} DECLARE c CURSOR FOR TABLE x; FETCH c;")),
        ("002_b.sql", &format!("{make} CREATE TABLE b (); CREATE INDEX CONCURRENTLY ON x (n);")),
        ("003_c.sql", &format!("BEGIN; {make} COMMIT;")),
        ("004_d.sql", &format!("{make} CREATE TABLE d AS TABLE x;")),
    ]);
    assert_eq!(up(&mut session, &set).expect("up").len(), 4);
    let set = migration_set(&[("001_a.sql", make), ("002_b.sql", make)]);
    let database = TestServer::shared().database("temporary_in_one");
    let mut session = database.session();
    let ran = Migrator::new(&mut session).single_transaction(true).up(&set, &UpRequest::default());
    assert_eq!(ran.expect("up").len(), 2);
}

#[test]
fn a_second_runner_waits_for_the_lock() {
    let database = database("waits");
    let mut holder = database.session();
    migrate_lock::acquire(&mut holder, Scope::Database, None, || {}).expect("the lock");
    let set = migration_set(&[("001_a.sql", "CREATE TABLE a (id int);")]);
    let mut session = database.session();
    let error = Migrator::new(&mut session)
        .lock_wait(Duration::from_millis(50))
        .up(&set, &UpRequest::default())
        .expect_err("busy");
    assert_eq!(error.sqlstate, "55P03");
    let (waiting, is_waiting) = mpsc::channel();
    let start = Instant::now();
    thread::scope(|scope| {
        let runner = scope.spawn(|| {
            Migrator::new(&mut session)
                .on_progress(move |event| {
                    if matches!(event, Event::WaitingForLock) {
                        waiting.send(()).expect("someone listens");
                    }
                })
                .up(&set, &UpRequest::default())
        });
        is_waiting.recv_timeout(Duration::from_secs(20)).expect("it waits");
        thread::sleep(Duration::from_millis(100));
        migrate_lock::release(&mut holder, Scope::Database).expect("released");
        assert_eq!(runner.join().expect("a runner").expect("up").len(), 1);
    });
    assert!(start.elapsed() >= Duration::from_millis(100));
}

#[test]
fn all_in_one_transaction() {
    let database = database("single");
    let mut session = database.session();
    let mut files = vec![
        ("001_a.sql", "CREATE TABLE a (id int);"),
        ("002_b.sql", "CREATE TABLE b (id int); SELECT wrong;"),
    ];
    let mut finished = 0;
    let mut run = |session: &mut WireSession, files: &[(&str, &str)]| {
        Migrator::new(session)
            .single_transaction(true)
            .on_progress(|event| finished += usize::from(matches!(event, Event::Finished { .. })))
            .up(&migration_set(files), &UpRequest::default())
    };
    let error = run(&mut session, &files).expect_err("fails");
    assert_eq!(error.message, "002_b.sql:1:33: column \"wrong\" does not exist");
    assert!(
        error.detail.expect("a detail").ends_with("The run is one transaction: nothing of it was applied.")
    );
    assert_eq!(tables(&mut session), "");
    files[1].1 = "CREATE INDEX CONCURRENTLY i ON a (id);";
    let error = run(&mut session, &files).expect_err("can't be");
    assert_eq!(error.message, "002_b.sql: the file can't be part of one transaction with others");
    files[1].1 = "CREATE TABLE b (id int);";
    assert_eq!(run(&mut session, &files).expect("up").len(), 2);
    assert_eq!(finished, 2);
    let one = "SELECT count(DISTINCT xmin::text)::text FROM tb_confiture";
    assert_eq!(text(&mut session, one), "1");
    assert!(lock_is_free(&database));
}
