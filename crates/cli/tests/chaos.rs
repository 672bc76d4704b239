//! Runs that are killed, that come in crowds, and whose server goes away.
//!
//! `PGGIT_CHAOS_KILLS` says how many moments are tried; `cargo xtask chaos` tries 200.

mod console;

use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use confiture::db::session::Session;
use console::Console;
use pggit_testkit::{TestDatabase, TestServer, assert_same_dump, dump_with_rows};

/// Of three migrations one is a transaction, one a concurrent index, one a file that has both and batches. Each adds a
/// row to a table, which shows what ran twice.
fn write_migrations(console: &Console, count: usize) {
    console.write(
        "m/000_start.sql",
        "CREATE TABLE ran (file text);\nCREATE TABLE t (id int PRIMARY KEY, x int, y int);\n\
         INSERT INTO t SELECT generate_series(1, 300);\n",
    );
    for n in 1..count {
        let note = format!("INSERT INTO ran VALUES ('{n}');\n");
        let text = match n % 3 {
            0 => format!("CREATE TABLE t{n} (id int);\n{note}"),
            1 => format!("{note}CREATE INDEX CONCURRENTLY i{n} ON t (x, (y + {n}));\n"),
            _ => format!(
                "-- batch: size=100\nUPDATE t SET y = {n} WHERE y IS DISTINCT FROM {n};\n{note}\
                 CREATE INDEX CONCURRENTLY ON t (y) WHERE id > {n};\nDROP INDEX CONCURRENTLY i{};\nBEGIN;\n\
                 CREATE TABLE t{n} (id int);\nINSERT INTO ran VALUES ('{n} too');\nCOMMIT;\n",
                n - 1
            ),
        };
        console.write(&format!("m/{n:03}_m.sql"), &text);
    }
}

fn start(directory: &Path, url: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_confiture"))
        .args(["migrate", "up", "--dir", "m", "--database-url", url])
        .current_dir(directory)
        .env("PGGIT_SERVER_DIR", directory.join("server"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs")
}

/// Runs to the end, which has to be a good one.
fn finish(child: Child) {
    let output = child.wait_with_output().expect("an end");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !stderr.to_lowercase().contains("error"),
        "{}: {stderr}",
        output.status
    );
}

/// What a run leaves: everything but times and numbers that differ from run to run.
fn state(database: &TestDatabase) -> String {
    let mut session = database.session();
    let script = "ALTER TABLE tb_confiture DROP COLUMN id, DROP COLUMN slug, DROP COLUMN applied_at, \
                  DROP COLUMN execution_time_ms, DROP COLUMN pk_confiture";
    session.script(script).expect("a ledger");
    dump_with_rows(database.settings())
}

fn locks(database: &TestDatabase) -> usize {
    let sql = "SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database \
               WHERE l.locktype = 'advisory' AND d.datname = current_database()";
    database.session().query(sql, &[]).expect("locks").len()
}

/// A number below `end`.
fn random(end: u64) -> u64 {
    std::collections::hash_map::RandomState::new().build_hasher().finish() % end.max(1)
}

#[test]
fn a_killed_run_is_finished_by_the_next() {
    let kills: usize = std::env::var("PGGIT_CHAOS_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    let console = Console::new();
    write_migrations(&console, if kills > 12 { 300 } else { 31 });
    let undisturbed = TestServer::shared().database("undisturbed");
    let clock = Instant::now();
    finish(start(console.path(), &undisturbed.url()));
    let whole = clock.elapsed();
    let expected = state(&undisturbed);
    let mut done = 0;
    while done < kills {
        let database = TestServer::shared().database("killed");
        // Several times on the way to the end, so that what goes on is killed too.
        for _ in 0..4 {
            let mut child = start(console.path(), &database.url());
            thread::sleep(Duration::from_micros(random(u64::try_from(whole.as_micros() / 2).unwrap_or(0))));
            let was_running = child.try_wait().expect("a process").is_none();
            child.kill().expect("killed");
            child.wait().expect("its end");
            done += usize::from(was_running);
        }
        finish(start(console.path(), &database.url()));
        assert_eq!(locks(&database), 0);
        assert_same_dump(&expected, &state(&database));
    }
}

#[test]
fn crowds_run_each_migration_once() {
    let console = Console::new();
    write_migrations(&console, 16);
    let undisturbed = TestServer::shared().database("alone");
    finish(start(console.path(), &undisturbed.url()));
    let expected = state(&undisturbed);
    for crowd in [2, 8, 16] {
        let database = TestServer::shared().database("crowd");
        let runs: Vec<Child> = (0..crowd).map(|_| start(console.path(), &database.url())).collect();
        runs.into_iter().for_each(finish);
        assert_eq!(locks(&database), 0);
        assert_same_dump(&expected, &state(&database));
    }
}

#[test]
fn a_server_that_goes_away_is_said() {
    let console = Console::new();
    console.write("m/001_a.sql", "CREATE TABLE a ();");
    console.write("m/002_b.sql", "CREATE TABLE b ();\nSELECT pg_sleep(20);");
    let database = TestServer::shared().database("goes_away");
    let child = start(console.path(), &database.url());
    let mut session = database.session();
    let clock = Instant::now();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
               AND query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()";
    while session.query(end, &[]).expect("an answer").is_empty() {
        assert!(clock.elapsed() < Duration::from_secs(20), "it does not come to the second");
        thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().expect("an end");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("002_b.sql:2:1: ") && stderr.contains("001_a.sql"), "{stderr}");
    console.write("m/002_b.sql", "CREATE TABLE b ();");
    finish(start(console.path(), &database.url()));
}
