//! Runners behind PgBouncer in transaction mode.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use confiture::Error;
use confiture::migrator::{Migrator, Ran};
use pggit_db::connection::Connection;
use pggit_db::session::Session;
use pggit_migrate::{MigrationSet, UpRequest};
use pggit_testkit::{TestDatabase, TestServer, migration_set};
use pggit_wire::settings::Host;
use pggit_wire::{ConnectionSettings, WireSession};

/// PgBouncer before a server, ended with the value.
struct Pooler {
    process: Child,
    directory: tempfile::TempDir,
}

/// The program, where it is installed; else a message that is shown although the test passes.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian has it where only root looks.
    let directories = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = directories.map(|directory| directory.join("pgbouncer")).find(|program| program.is_file());
    if found.is_none() {
        let test = thread::current().name().unwrap_or_default().to_owned();
        let message = "needs PgBouncer: apt-get install pgbouncer (\"cargo xtask test\" does that)";
        // Not by a macro: what those write of a test that passes nobody sees.
        writeln!(std::io::stderr(), "skipped: {test} {message}").expect("a message");
    }
    found
}

impl Pooler {
    /// None, with a message, where PgBouncer is not installed.
    fn start(database: &TestDatabase, pool: usize) -> Option<Self> {
        let program = program()?;
        let settings = database.settings();
        let endpoint = settings.endpoints.first().expect("a server");
        let Some(Host::Socket(socket)) = &endpoint.host else { panic!("no socket") };
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path();
        let file = path.join("pgbouncer.ini");
        let port = endpoint.port.unwrap_or(5432);
        let text = format!(
            "[databases]\n{} = host={socket} port={port} user={}\n[pgbouncer]\nlisten_port = 6432\nunix_socket_dir = {}\n\
             auth_type = any\npool_mode = transaction\ndefault_pool_size = {pool}\nlogfile = {}\n",
            database.name(),
            settings.user.as_deref().expect("a user"),
            path.display(),
            path.join("log").display(),
        );
        fs::write(&file, text).expect("a file");
        let mut command = Command::new(program);
        command.arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if rustix::process::geteuid().is_root() {
            // It refuses to run as root, and the server's owner is who gets to its socket.
            use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
            use std::os::unix::process::CommandExt;
            let owner = fs::metadata(socket).expect("the server's directory");
            chown(path, Some(owner.uid()), Some(owner.gid())).expect("an owner");
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
            command.current_dir(path).uid(owner.uid()).gid(owner.gid());
        }
        let process = command.spawn().expect("pgbouncer");
        let pooler = Self { process, directory };
        let start = Instant::now();
        let mut trial = pooler.settings(database);
        trial.parameters.insert("connect_timeout".into(), "5".into());
        while WireSession::connect(&trial).is_err() {
            let log = fs::read_to_string(pooler.directory.path().join("log")).unwrap_or_default();
            assert!(start.elapsed() < Duration::from_secs(20), "pgbouncer does not answer: {log}");
            thread::sleep(Duration::from_millis(50));
        }
        Some(pooler)
    }

    fn settings(&self, database: &TestDatabase) -> ConnectionSettings {
        let mut settings = database.settings().clone();
        settings.endpoints[0].host = Some(Host::Socket(self.directory.path().display().to_string()));
        settings.endpoints[0].port = Some(6432);
        settings
    }

    fn session(&self, database: &TestDatabase) -> WireSession {
        WireSession::connect(&self.settings(database)).expect("a session")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn one(text: &str) -> MigrationSet {
    migration_set(&[("001_m.sql", text)])
}

fn up(session: &mut WireSession, set: &MigrationSet) -> Result<Vec<Ran>, Error> {
    Migrator::new(session).up(set, &UpRequest::default())
}

#[test]
fn a_session_knows_whether_it_is_its_own() {
    let database = TestServer::shared().database("mark");
    assert!(!database.session().is_pooled());
    let mut settings = database.settings().clone();
    settings.parameters.insert("options".into(), "-c work_mem=5MB".into());
    let mut session = WireSession::connect(&settings).expect("a session");
    assert!(!session.is_pooled());
    session.script("DISCARD ALL").expect("discarded");
    let rows = session.query("SELECT current_setting('work_mem')", &[]).expect("a row");
    assert_eq!(rows[0].text(0), Ok("5MB"));
    let Some(pooler) = Pooler::start(&database, 2) else { return };
    assert!(pooler.session(&database).is_pooled());
}

/// Locks of runners in this database.
const LOCKS: &str = "SELECT FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND d.datname = current_database()";

#[test]
fn runners_at_once_behind_a_pooler() {
    for (runners, pool) in [(2, 2), (16, 3)] {
        let database = TestServer::shared().database("pooled");
        let Some(pooler) = Pooler::start(&database, pool) else { return };
        let files: Vec<(String, String)> = (1..=12)
            .map(|n| {
                let text = match n % 4 {
                    0 => format!("CREATE INDEX CONCURRENTLY i{n} ON t{} (id);", n - 1),
                    1 => format!("CREATE TABLE t{n} (id int);\nCOPY t{n} FROM stdin;\n1\n\\.\n"),
                    2 => format!(
                        "-- batch: size=2\nUPDATE t{} SET id = 5 WHERE id = 1;\nCREATE TABLE t{n} (id int);",
                        n - 1
                    ),
                    _ => format!(
                        "SET search_path = public;\nSET lock_timeout = '1s';\nCREATE TABLE t{n} (id int);"
                    ),
                };
                (format!("{n:03}_t.sql"), text)
            })
            .collect();
        let set = migration_set(&files);
        let total: usize = thread::scope(|scope| {
            let runs: Vec<_> = (0..runners)
                .map(|_| {
                    let (set, pooler, database) = (&set, &pooler, &database);
                    scope
                        .spawn(move || up(&mut pooler.session(database), set).expect("no runner fails").len())
                })
                .collect();
            runs.into_iter().map(|run| run.join().expect("a runner")).sum()
        });
        assert_eq!(total, 12);
        let mut session = database.session();
        let locks = session.query(LOCKS, &[]).expect("locks");
        assert_eq!(locks.len(), 0);
        // What the migrations set is nobody's.
        let mut pooled = pooler.session(&database);
        let rows = pooled.query("SELECT current_setting('lock_timeout')", &[]).expect("a row");
        assert_eq!(rows[0].text(0), Ok("0"));
    }
}

#[test]
fn what_needs_a_session_is_said() {
    let database = TestServer::shared().database("needs_session");
    let Some(pooler) = Pooler::start(&database, 2) else { return };
    let mut session = pooler.session(&database);
    session.script("CREATE TABLE t (id int)").expect("a table");
    for text in [
        "-- statement_timeout: 1min\nCREATE INDEX CONCURRENTLY i ON t (id);",
        "-- no-transaction\nSET work_mem = '5MB';\nCREATE INDEX CONCURRENTLY i ON t (id);",
    ] {
        let error = up(&mut session, &one(text)).expect_err("not here");
        assert!(
            error.message.contains("role and settings do not last behind a connection pooler"),
            "{error:?}"
        );
    }
    let settings = "-- no-transaction\n-- statement_timeout: 1min\nCREATE TABLE s AS SELECT current_setting('statement_timeout') AS x;";
    assert_eq!(up(&mut session, &one(settings)).expect("up").len(), 1);
    assert_eq!(session.query("SELECT x FROM s", &[]).expect("a row")[0].text(0), Ok("1min"));
}

#[test]
fn a_dry_run_behind_a_pooler() {
    let database = TestServer::shared().database("pooled_dry");
    let Some(pooler) = Pooler::start(&database, 2) else { return };
    let mut session = pooler.session(&database);
    let set = migration_set(&[
        ("001_a.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1);"),
        ("002_b.sql", "CREATE TABLE b AS TABLE a;"),
    ]);
    let tried = Migrator::new(&mut session).dry_run(&set, &UpRequest::default()).expect("a dry run");
    assert_eq!(tried.len(), 2);
    assert_eq!(up(&mut session, &set).expect("up").len(), 2, "nothing was left by the dry run");
}

#[test]
fn a_lost_lock_stops_the_run() {
    let database = TestServer::shared().database("lost");
    let Some(pooler) = Pooler::start(&database, 3) else { return };
    let text = "CREATE TABLE t ();\nSELECT pg_terminate_backend(l.pid), pg_sleep(0.2) FROM pg_locks AS l \
                JOIN pg_database AS d ON d.oid = l.database \
                WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.pid <> pg_backend_pid();";
    let error = up(&mut pooler.session(&database), &one(text)).expect_err("lost");
    assert!(error.message.ends_with("the lock of this database's migration runs was lost"), "{error:?}");
    let mut session = database.session();
    let rows = session.query("SELECT to_regclass('t') IS NULL", &[]).expect("a row");
    assert_eq!(rows[0].bool(0), Ok(true));
}
