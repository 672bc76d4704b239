//! Merging without divergence.

use pggit_testkit::TestRepository;

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a')";

#[test]
fn a_branch_that_is_ahead_is_merged_by_fast_forward() {
    let Some(mut repository) = TestRepository::of("forward", USERS) else { return };
    repository.start_branch("feature");
    repository
        .run("CREATE TABLE t (i int); INSERT INTO t VALUES (1); ALTER TABLE users ADD COLUMN name text");
    let branch = repository.state();
    repository.checkout("main");
    let merged = repository
        .rows("SELECT status, merged_objects, conflicts, message FROM pggit.merge('feature', 'main')");
    assert_eq!(merged, "fast_forward|2|0|Fast-forwarded 'main' to 'feature', 2 objects changed.");
    repository.assert_state(&branch, "main");
    let heads = "SELECT count(DISTINCT head_commit) FROM pggit.list_branches()";
    assert_eq!(repository.rows(heads), "1");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
    assert_eq!(repository.rows("SELECT status, merged_objects FROM pggit.merge('feature')"), "up_to_date|0");
}

#[test]
fn the_target_need_not_be_checked_out() {
    let Some(mut repository) = TestRepository::of("elsewhere", USERS) else { return };
    repository.start_branch("feature");
    repository.run("CREATE TABLE t (i int); INSERT INTO t VALUES (7)");
    // What is uncommitted belongs to the branch, so to what is merged.
    assert_eq!(repository.rows("SELECT status FROM pggit.merge('feature', 'main')"), "fast_forward");
    assert_eq!(repository.rows("SELECT pggit.current_branch()"), "feature");
    assert_eq!(repository.rows("SELECT * FROM t"), "7");
    repository.checkout("main");
    assert_eq!(repository.rows("SELECT * FROM t"), "7");
}

#[test]
fn merging_the_other_way_brings_a_branch_up() {
    let Some(mut repository) = TestRepository::of("up", USERS) else { return };
    repository.run("SELECT pggit.create_branch('feature')");
    repository.run("CREATE TABLE t (i int)");
    assert_eq!(repository.rows("SELECT status FROM pggit.merge('main', 'feature')"), "fast_forward");
    repository.checkout("feature");
    assert_eq!(repository.rows("SELECT to_regclass('t')"), "t");
    assert_eq!(repository.rows("SELECT status FROM pggit.merge('feature', 'main')"), "up_to_date");
    assert_eq!(repository.rows("SELECT status FROM pggit.merge('main', 'main')"), "up_to_date");
}

#[test]
fn diverged_branches_are_refused_and_nothing_changes() {
    let Some(mut repository) = TestRepository::of("diverged", USERS) else { return };
    repository.start_branch("feature");
    repository.run("CREATE TABLE t (i int)");
    repository.checkout("main");
    repository.run("CREATE TABLE u (i int)");
    let before = repository.state();
    let reflog = repository.rows("SELECT count(*) FROM pggit.reflog()");
    let error = repository.error("SELECT pggit.merge('feature', 'main')");
    assert_eq!(
        (error.sqlstate.as_str(), error.message.as_str()),
        ("0A000", "branches \"main\" and \"feature\" have diverged")
    );
    assert!(error.detail.is_some() && error.hint.is_some());
    repository.assert_state(&before, "nothing is half-done");
    assert_eq!(repository.rows("SELECT object_name FROM pggit.status()"), "public.u", "not even committed");
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.reflog()"), reflog);
}

#[test]
fn bad_arguments_are_refused() {
    let Some(mut repository) = TestRepository::of("arguments", USERS) else { return };
    repository.run("SELECT pggit.create_branch('feature'), pggit.tag('v1')");
    for (call, sqlstate) in [
        ("pggit.merge('featur')", "42704"),
        ("pggit.merge('feature', 'nowhere')", "42704"),
        ("pggit.merge('v1')", "42704"),
        ("pggit.merge('feature', strategy => 'best')", "22023"),
        ("pggit.merge(NULL)", "22004"),
        ("pggit.merge('')", "42704"),
    ] {
        let error = repository.error(&format!("SELECT {call}"));
        assert_eq!(error.sqlstate, sqlstate, "{call}: {error:?}");
        assert!(error.hint.is_some() || sqlstate == "22004", "{call}: {error:?}");
    }
}

#[test]
fn renames_and_rows_are_merged() {
    let Some(mut repository) = TestRepository::of("rename", USERS) else { return };
    repository.start_branch("feature");
    repository.run("ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME COLUMN email TO mail");
    repository.checkout("main");
    let oid = repository.rows("SELECT 'users'::regclass::oid");
    repository.run("INSERT INTO users VALUES (2, 'b')");
    repository.run("SELECT pggit.merge('feature')");
    assert_eq!(repository.rows("SELECT 'people'::regclass::oid"), oid);
    assert_eq!(repository.rows("SELECT id, mail FROM people ORDER BY id"), "1|a\n2|b");
}

#[test]
fn values_of_a_column_that_a_merge_drops_are_put_aside() {
    let Some(mut repository) = TestRepository::of("drops", USERS) else { return };
    repository.run("SELECT pggit.create_branch('old')");
    repository.start_branch("feature");
    repository.run("ALTER TABLE users DROP COLUMN email");
    repository.checkout("main");
    repository.run("SELECT pggit.merge('feature')");
    assert_eq!(repository.rows("SELECT * FROM users"), "1");
    repository.checkout("old");
    assert_eq!(repository.rows("SELECT id, email FROM users"), "1|a");
}

#[test]
fn the_documented_day() {
    let Some(mut repository) = TestRepository::of("day", USERS) else { return };
    let main = repository.state();
    repository.run("SELECT pggit.checkout('main')");
    repository.run("SELECT pggit.create_branch('feature/my-feature')");
    repository.run("SELECT pggit.checkout('feature/my-feature')");
    repository.run("CREATE TABLE my_new_table (id serial PRIMARY KEY, name text NOT NULL)");
    repository.run("ALTER TABLE users ADD COLUMN new_field TEXT");
    assert_eq!(repository.rows("SELECT count(*) > 0 FROM pggit.status()"), "t");
    assert_eq!(repository.rows("SELECT count(*) > 0 FROM pggit.diff('main', 'feature/my-feature')"), "t");
    let feature = repository.state();
    repository.run("SELECT pggit.checkout('main')");
    repository.assert_state(&main, "main");
    repository.run("SELECT pggit.merge('feature/my-feature', 'main')");
    repository.assert_state(&feature, "merged");
    repository.run("SELECT pggit.delete_branch('feature/my-feature')");
    assert_eq!(repository.rows("SELECT branch_name FROM pggit.list_branches()"), "main");
}
