//! Several sessions at once, and sessions that are killed.

use std::thread;
use std::time::{Duration, Instant};

use pggit_testkit::TestRepository;
use pggit_testkit::extension::{error, run};

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users SELECT i, 'user' || i FROM generate_series(1, 100) i";

/// Waits until some session of the database waits for a lock.
#[track_caller]
fn until_somebody_waits(repository: &TestRepository) {
    let start = Instant::now();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while repository.rows(waiting) == "0" {
        assert!(start.elapsed() < Duration::from_secs(30), "nobody waits");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_second_checkout_waits_and_then_goes_on_from_the_first() {
    let Some(mut repository) = TestRepository::of("two", USERS) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int); INSERT INTO t VALUES (1); ALTER TABLE users DROP COLUMN email");
    repository.checkout("main");
    repository.run("SELECT pggit.create_branch('c')");
    let main = repository.state();
    run(repository.session(), "BEGIN; SELECT pggit.checkout('b')");
    let mut other = repository.another_session();
    thread::scope(|scope| {
        let second = scope.spawn(|| run(&mut other, "SELECT pggit.checkout('c')"));
        until_somebody_waits(&repository);
        assert!(!second.is_finished());
        run(repository.session(), "COMMIT");
        second.join().expect("it ends well");
    });
    assert_eq!(repository.rows("SELECT pggit.current_branch()"), "c");
    repository.assert_state(&main, "c is as main was");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
}

#[test]
fn many_sessions_work_at_once_and_all_of_it_counts() {
    const SESSIONS: usize = 6;
    let Some(mut repository) = TestRepository::of("many", USERS) else { return };
    for number in 0..SESSIONS {
        repository.run(&format!("SELECT pggit.create_branch('b{number}')"));
        repository.checkout(&format!("b{number}"));
        repository.run(&format!("CREATE TABLE t{number} (i int); INSERT INTO t{number} VALUES ({number})"));
        repository.checkout("main");
    }
    let main = repository.state();
    thread::scope(|scope| {
        for number in 0..SESSIONS {
            let mut session = repository.another_session();
            scope.spawn(move || {
                for _ in 0..3 {
                    run(
                        &mut session,
                        &format!("SELECT pggit.checkout('b{number}'); SELECT * FROM t{number}"),
                    );
                    run(
                        &mut session,
                        &format!(
                            "SELECT pggit.create_branch('x{number}'); SELECT pggit.delete_branch('x{number}')"
                        ),
                    );
                    run(&mut session, "SELECT * FROM pggit.status()");
                }
            });
        }
    });
    for number in 0..SESSIONS {
        repository.checkout(&format!("b{number}"));
        assert_eq!(repository.rows(&format!("SELECT * FROM t{number}")), number.to_string());
    }
    repository.checkout("main");
    repository.assert_state(&main, "main");
}

#[test]
fn commits_of_two_sessions_do_not_lose_each_other() {
    let Some(mut repository) = TestRepository::of("commits", USERS) else { return };
    let mut other = repository.another_session();
    run(repository.session(), "BEGIN; CREATE TABLE a (i int); SELECT pggit.commit('a')");
    thread::scope(|scope| {
        let second = scope
            .spawn(|| run(&mut other, "BEGIN; CREATE TABLE b (i int); SELECT pggit.commit('b'); COMMIT"));
        until_somebody_waits(&repository);
        run(repository.session(), "COMMIT");
        second.join().expect("it ends well");
    });
    assert_eq!(repository.rows("SELECT message, changes FROM pggit.log()"), "b|1\na|1\nInitial schema|2");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
}

#[test]
fn reading_does_not_wait_for_a_checkout() {
    let Some(mut repository) = TestRepository::of("reading", USERS) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int)");
    run(repository.session(), "BEGIN; SELECT pggit.checkout('main')");
    let mut other = repository.another_session();
    run(
        &mut other,
        "SET statement_timeout = '20s'; SELECT pggit.current_branch(); SELECT * FROM pggit.log(); SELECT * FROM pggit.list_branches();
         SELECT * FROM pggit.reflog(); SELECT * FROM pggit.diff('HEAD', 'main')",
    );
    run(repository.session(), "ROLLBACK");
}

#[test]
fn a_checkout_waits_for_ddl_and_has_it_afterwards() {
    let Some(mut repository) = TestRepository::of("ddl", USERS) else { return };
    repository.run("SELECT pggit.create_branch('b')");
    repository.checkout("b");
    repository.run("ALTER TABLE users ADD COLUMN b int");
    repository.checkout("main");
    let mut other = repository.another_session();
    run(&mut other, "BEGIN; ALTER TABLE users ADD COLUMN meanwhile int");
    thread::scope(|scope| {
        let session = repository.another_session();
        let first = scope.spawn(|| {
            let mut session = session;
            session_checkout(&mut session)
        });
        until_somebody_waits(&repository);
        run(&mut other, "COMMIT");
        // Either it sees the column and keeps it on main, or it refuses: a column that nobody has committed is not lost.
        match first.join().expect("it ends") {
            Ok(()) => {
                repository.checkout("main");
                assert_eq!(column(&repository), "1");
            }
            Err(sqlstate) => {
                assert_eq!(sqlstate, "XX000");
                assert_eq!(repository.rows("SELECT pggit.current_branch()"), "main");
                assert_eq!(column(&repository), "1");
            }
        }
    });
}

fn session_checkout(session: &mut pggit_wire::WireSession) -> Result<(), String> {
    use pggit_db::session::Session;
    session.script("SELECT pggit.checkout('b')").map_err(|error| error.sqlstate)
}

fn column(repository: &TestRepository) -> String {
    repository.rows(
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'meanwhile'",
    )
}

#[test]
fn a_session_that_is_killed_in_a_checkout_leaves_nothing_half_done() {
    let Some(mut repository) = TestRepository::of("killed", USERS) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE a_first (i int); INSERT INTO a_first VALUES (1); CREATE TABLE t (i int); INSERT INTO t VALUES (2); ALTER TABLE users DROP COLUMN email");
    let before = repository.state();
    // It stops in the middle, at a table that somebody reads.
    let mut reader = repository.another_session();
    run(&mut reader, "BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
    let mut victim = repository.another_session();
    thread::scope(|scope| {
        let killed = scope.spawn(|| error(&mut victim, "SELECT pggit.checkout('main')"));
        until_somebody_waits(&repository);
        let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        assert_eq!(repository.rows(kill), "1");
        let error = killed.join().expect("it ends");
        assert!(["57P01", "08006"].contains(&error.sqlstate.as_str()), "{error:?}");
    });
    run(&mut reader, "ROLLBACK");
    repository.assert_state(&before, "nothing is half-done");
    assert_eq!(
        repository.rows("SELECT pggit.current_branch(), (SELECT count(*) FROM pggit.status()) > 0"),
        "b|t"
    );
    // Nothing stays locked.
    repository.run("SET lock_timeout = '5s'");
    repository.checkout("main");
    assert_eq!(repository.rows("SELECT count(email) FROM users"), "100");
    repository.checkout("b");
    repository.assert_state(&before, "the branch");
}
