//! `pg_dump` and `pg_restore` carry the history; the extension installs and goes without a trace.

use pggit_testkit::{DatabaseState, TestRepository, TestServer, pg_dump, pg_restore, psql, try_psql};

/// A repository with a branch, a tag, rows put aside on both sides, and uncommitted changes.
fn with_history(hint: &str) -> Option<TestRepository> {
    let mut repository = TestRepository::of(
        hint,
        "CREATE TABLE users (id serial PRIMARY KEY, email text); INSERT INTO users (email) VALUES ('a'), ('b'); CREATE TABLE only_main (i int); INSERT INTO only_main VALUES (1)",
    )?;
    repository.start_branch("feature");
    repository.run("ALTER TABLE users DROP COLUMN email; DROP TABLE only_main; CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, v text); INSERT INTO t (v) VALUES ('x'), ('y')");
    repository.run("SELECT pggit.commit('feature'); SELECT pggit.tag('v1')");
    repository.checkout("main");
    repository.run(
        "INSERT INTO pggit.ignore VALUES ('public.scratch%'); CREATE VIEW uncommitted AS SELECT 1 AS one",
    );
    Some(repository)
}

const HISTORY: &str = "
    SELECT * FROM pggit.log('main'); SELECT * FROM pggit.log('feature'); SELECT branch_name, status, head_commit FROM pggit.list_branches();
    SELECT tag_name, commit_id, created_at FROM pggit.list_tags(); SELECT * FROM pggit.reflog(); SELECT * FROM pggit.ignore; SELECT * FROM pggit.status()";

fn history(repository: &TestRepository) -> String {
    repository.rows(&HISTORY.replace("pggit.log('main')", "pggit.log('main') WHERE commit_id IS NOT NULL"))
}

#[test]
fn the_history_travels_with_a_dump() {
    for (hint, dump_arguments, restore_arguments) in [
        ("custom", &["--format=custom"][..], &["--single-transaction", "--exit-on-error"][..]),
        ("clean", &["--format=custom"], &["--clean", "--if-exists", "--exit-on-error"]),
    ] {
        let Some(repository) = with_history(hint) else { return };
        let archive = pg_dump(repository.database().settings(), dump_arguments);
        let copy = TestServer::shared().database(hint);
        pg_restore(copy.settings(), restore_arguments, &archive);
        let mut restored = TestRepository::existing(copy);
        assert_eq!(history(&restored), history(&repository), "{hint}");
        let (original, log) = (repository.state(), "SELECT count(*) FROM pggit.audit_log");
        restored.assert_state(&original, hint);
        let recorded: i64 = repository.rows(log).parse().expect("a number");
        assert!(restored.rows(log).parse::<i64>().expect("a number") >= recorded, "the audit log travels");
        // It goes on as if nothing had happened.
        restored.run("SELECT pggit.checkout('feature')");
        assert_eq!(restored.rows("SELECT * FROM t ORDER BY id"), "1|x\n2|y");
        restored.run("INSERT INTO t (v) VALUES ('z')");
        assert_eq!(restored.rows("SELECT max(id) FROM t"), "3");
        restored.run("SELECT pggit.checkout('main')");
        restored.assert_state(&original, hint);
        restored.run("CREATE TABLE more (i int); SELECT pggit.commit('more')");
        assert_eq!(restored.rows("SELECT message FROM pggit.log() LIMIT 1"), "more");
    }
}

#[test]
fn a_plain_dump_carries_it_too() {
    let Some(repository) = with_history("plain") else { return };
    let script = String::from_utf8(pg_dump(repository.database().settings(), &[])).expect("a script is text");
    let copy = TestServer::shared().database("plain");
    psql(copy.settings(), &script);
    let restored = TestRepository::existing(copy);
    assert_eq!(history(&restored), history(&repository));
    let again = pg_dump(restored.database().settings(), &["--schema-only"]);
    let first = pg_dump(repository.database().settings(), &["--schema-only"]);
    let text =
        |bytes: Vec<u8>| pggit_testkit::normalized(&String::from_utf8(bytes).expect("a script is text"));
    pggit_testkit::assert_same_dump(&text(first), &text(again));
}

#[test]
fn a_dump_that_is_taken_on_a_branch() {
    let Some(mut repository) = with_history("on_branch") else { return };
    let main = repository.state();
    repository.checkout("feature");
    let archive = pg_dump(repository.database().settings(), &["--format=custom"]);
    let copy = TestServer::shared().database("on_branch");
    pg_restore(copy.settings(), &["--exit-on-error"], &archive);
    let mut restored = TestRepository::existing(copy);
    restored.assert_state(&repository.state(), "the branch");
    assert_eq!(restored.rows("SELECT * FROM pggit.status()"), "");
    restored.checkout("main");
    restored.assert_state(&main, "main, rows included");
}

#[test]
fn renames_after_a_restore_are_known() {
    let Some(repository) = with_history("renames") else { return };
    let archive = pg_dump(repository.database().settings(), &["--format=custom"]);
    let copy = TestServer::shared().database("renames");
    pg_restore(copy.settings(), &["--exit-on-error"], &archive);
    let mut restored = TestRepository::existing(copy);
    // The numbers of objects are others now; they are learnt with the next commit.
    restored.run("SELECT pggit.commit('restored')");
    restored.run("ALTER TABLE users RENAME TO people");
    assert_eq!(
        restored.rows("SELECT change_type, object_name FROM pggit.status() WHERE object_type = 'table'"),
        "RENAME|public.people"
    );
}

#[test]
fn a_dropped_extension_leaves_the_users_objects_alone() {
    let Some(mut repository) = with_history("dropped") else { return };
    let before = repository.state();
    for how in ["", " CASCADE"] {
        repository.run(&format!("DROP EXTENSION pggit{how}"));
        repository.assert_state(&before, "without the extension");
        let left = "SELECT nspname FROM pg_namespace WHERE nspname = 'pggit' UNION ALL SELECT evtname FROM pg_event_trigger
            UNION ALL SELECT relname FROM pg_class WHERE relname LIKE '%pggit%' UNION ALL SELECT proname FROM pg_proc WHERE probin LIKE '%pggit%'";
        assert_eq!(repository.rows(left), "");
        repository.run("CREATE TABLE goes_on (i int); DROP TABLE goes_on");
        repository.run("CREATE EXTENSION pggit CASCADE; SELECT pggit.init()");
        assert_eq!(repository.rows("SELECT count(*) FROM pggit.log()"), "1");
    }
}

#[test]
fn the_extension_needs_a_schema_of_its_own() {
    let Some(mut repository) = TestRepository::installed("schema") else { return };
    repository.run("DROP EXTENSION pggit; CREATE SCHEMA pggit; CREATE TABLE pggit.mine (i int)");
    let error = repository.error("CREATE EXTENSION pggit");
    assert_eq!(error.sqlstate, "42P06", "{error:?}");
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.mine"), "0");
    assert_eq!(repository.rows("SELECT count(*) FROM pg_event_trigger"), "0");
    repository.run("DROP SCHEMA pggit CASCADE");
    repository.run("BEGIN; CREATE EXTENSION pggit; SELECT pggit.init(); ROLLBACK");
    repository.run("CREATE EXTENSION pggit; SELECT pggit.init()");
}

#[test]
fn members_of_the_extension_do_not_change() {
    let Some(mut repository) = TestRepository::of("members", "") else { return };
    for statement in [
        "DROP TABLE pggit.object",
        "DROP SCHEMA pggit CASCADE",
        "DROP FUNCTION pggit.init",
        "DROP EVENT TRIGGER pggit_sql_drop",
    ] {
        assert_eq!(repository.error(statement).sqlstate, "2BP01", "{statement}");
    }
}

#[test]
fn only_schema_or_only_data() {
    let Some(repository) = with_history("schema_only") else { return };
    let script = String::from_utf8(pg_dump(repository.database().settings(), &["--schema-only"]))
        .expect("a script is text");
    let copy = TestServer::shared().database("schema_only");
    psql(copy.settings(), &script);
    // Without its data the repository has not begun.
    let error = try_psql(copy.settings(), "SELECT pggit.current_branch()").expect_err("no repository");
    assert!(error.contains("has no repository yet"), "{error}");
    psql(copy.settings(), "SELECT pggit.init()");
    assert_eq!(DatabaseState::of(copy.settings()).schema, repository.state().schema);
}
