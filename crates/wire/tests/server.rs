//! Private servers: made, started, stopped, removed.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pggit_db::session::Session;
use pggit_wire::server::{ExtensionFiles, PrivateServer, ServerOptions, Started};
use pggit_wire::session::WireSession;

#[test]
fn throw_away_server_ends_with_its_value() {
    let server = PrivateServer::throw_away(ServerOptions::default()).expect("a server");
    assert!(server.is_running().expect("known"));
    let mut session = WireSession::connect(&server.settings("postgres")).expect("connected");
    let rows = session.query("SELECT pg_catalog.current_setting('fsync')", &[]).expect("a row");
    assert_eq!(rows[0].text(0), Ok("off"));
    let directory = server.directory().to_owned();
    assert_eq!(server.start().expect("running"), Started::Already);
    drop(server);
    assert!(!directory.exists());
    let error = session.query("SELECT 1", &[]).expect_err("the server is gone");
    assert!(["08006", "57P01", "57P02"].contains(&error.sqlstate.as_str()), "{error:?}");
    let error = session.query("SELECT 1", &[]).expect_err("the connection is gone");
    assert!(error.sqlstate.starts_with("08"), "{error:?}");
}

#[test]
fn lasting_server_keeps_its_data_and_takes_extensions() {
    let place = tempfile::tempdir_in("/tmp").expect("a directory");
    std::fs::set_permissions(place.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711))
        .expect("open to all");
    let directory = place.path().join("it's a server");
    let make = || PrivateServer::at(&directory, ServerOptions::default()).expect("PostgreSQL is installed");
    let server = make();
    assert!(!server.is_running().expect("known"));
    assert!(!server.stop().expect("nothing to stop"));
    assert_eq!(server.start().expect("started"), Started::Now);
    let mut session = WireSession::connect(&server.settings("postgres")).expect("connected");
    session.script("CREATE TABLE kept AS SELECT 'x'::pg_catalog.text AS a").expect("created");
    let rows = session
        .query(
            "SELECT pg_catalog.current_setting('fsync'), pg_catalog.current_setting('listen_addresses'), pg_catalog.current_setting('data_directory')",
            &[],
        )
        .expect("a row");
    assert_eq!((rows[0].text(0), rows[0].text(1)), (Ok("on"), Ok("")));

    // An extension made of SQL and a "library" that is never loaded.
    let files = ExtensionFiles {
        so: place.path().join("probe.so"),
        control: place.path().join("probe.control"),
        sql: vec![place.path().join("probe--1.0.sql")],
    };
    std::fs::write(&files.so, "").expect("written");
    std::fs::write(&files.control, "default_version = '1.0'\n").expect("written");
    std::fs::write(&files.sql[0], "CREATE FUNCTION probe() RETURNS int LANGUAGE sql AS 'SELECT 7';\n")
        .expect("written");
    server.install_extension(&files).expect("installed");
    assert!(!server.installation().sharedir.join("extension/probe.control").exists());
    session.script("CREATE EXTENSION probe").expect("created");
    assert_eq!(session.query("SELECT probe()", &[]).expect("a row")[0].int(0), Ok(7));

    let other = make();
    assert!(other.is_running().expect("known"));
    assert!(other.stop().expect("stopped"));
    assert!(!server.is_running().expect("known"));
    let begin = Instant::now();
    assert_eq!(server.start().expect("started"), Started::Now);
    assert!(begin.elapsed() < Duration::from_secs(10), "start took {:?}", begin.elapsed());
    let mut session = WireSession::connect(&other.settings("postgres")).expect("connected");
    assert_eq!(session.query("SELECT a FROM kept", &[]).expect("a row")[0].text(0), Ok("x"));
    server.remove().expect("removed");
    assert!(!directory.exists());
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let place = tempfile::tempdir_in("/tmp").expect("a directory");
    std::fs::set_permissions(place.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711))
        .expect("open to all");
    let configuration = [("shared_buffers".to_owned(), "lots".to_owned())].into();
    let options = ServerOptions { configuration, ..ServerOptions::default() };
    let server = PrivateServer::at(&place.path().join("s"), options).expect("PostgreSQL is installed");
    let error = server.start().expect_err("bad configuration");
    assert!(error.detail().expect("what it said").contains("shared_buffers"), "{error:?}");
    server.remove().expect("removed");
    let missing =
        PrivateServer::at(place.path(), ServerOptions { major: Some(7), ..ServerOptions::default() });
    assert!(missing.expect_err("too old").hint().expect("a hint").contains("postgresql-7"));
}

/// Not a test of its own: what [`killed_owners_leave_nothing`] starts and kills.
#[test]
fn owner() {
    if std::env::var_os(OWNER_VARIABLE).is_some() {
        let server = PrivateServer::throw_away(ServerOptions::default()).expect("a server");
        println!("\n{}", server.directory().display());
        std::thread::sleep(Duration::from_secs(60));
    }
}

const OWNER_VARIABLE: &str = "PGGIT_TEST_OWNER";

#[test]
fn killed_owners_leave_nothing() {
    for watchdog_too in [false, true] {
        let mut owner = Command::new(std::env::current_exe().expect("this program"))
            .args(["owner", "--exact", "--nocapture"])
            .env(OWNER_VARIABLE, "1")
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let output = BufReader::new(owner.stdout.take().expect("a pipe"));
        let directory = output
            .lines()
            .map(|line| PathBuf::from(line.expect("text")))
            .find(|line| line.is_absolute())
            .expect("the server's directory");
        let pid = std::fs::read_to_string(directory.join("data/postmaster.pid")).expect("a running server");
        let pid = pid.lines().next().expect("a number").to_owned();
        if watchdog_too {
            for child in children(owner.id()) {
                assert!(Command::new("kill").args(["-KILL", &child]).status().expect("run").success());
            }
        }
        owner.kill().expect("killed");
        owner.wait().expect("ended");
        if watchdog_too {
            assert!(directory.exists());
            drop(PrivateServer::throw_away(ServerOptions::default()).expect("the next server"));
        }
        let begin = Instant::now();
        while directory.exists() && begin.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(!directory.exists(), "watchdog killed: {watchdog_too}");
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        assert!(state.is_empty() || state.contains(") Z "), "the server still runs: {state}");
    }
}

fn children(pid: u32) -> Vec<String> {
    std::fs::read_dir(format!("/proc/{pid}/task"))
        .expect("threads")
        .flat_map(|thread| {
            let text =
                std::fs::read_to_string(thread.expect("a thread").path().join("children")).expect("children");
            text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()
        })
        .collect()
}
