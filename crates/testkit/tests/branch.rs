//! Branches and tags of the extension.

use pggit_testkit::TestRepository;

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text)";

/// The branches, those that are checked out marked, with status.
fn branches(repository: &TestRepository) -> String {
    repository.rows("SELECT branch_name, status, is_current FROM pggit.list_branches() ORDER BY branch_name")
}

#[test]
fn init_commits_what_is_there_and_says_so_the_second_time() {
    let Some(mut repository) = TestRepository::installed("init") else { return };
    repository.run(USERS);
    let first = repository.rows("SELECT pggit.init()");
    assert_eq!(first.len(), 64, "{first}");
    assert_eq!(repository.rows("SELECT pggit.current_branch()"), "main");
    assert_eq!(
        repository.rows("SELECT commit_id, message, branch_name FROM pggit.log()"),
        format!("{first}|Initial schema|main")
    );
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
    repository.session().take_notices();
    repository.run("SELECT pggit.init('again')");
    let notices = repository.session().take_notices();
    assert!(notices.iter().any(|notice| notice.message.contains("has a repository already")), "{notices:?}");
    assert_eq!(repository.rows("SELECT pggit.init()"), first);
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.log()"), "1");
}

#[test]
fn init_works_in_an_empty_database() {
    let Some(mut repository) = TestRepository::of("empty", "") else { return };
    repository.there_and_back(USERS);
}

#[test]
fn a_branch_has_what_was_uncommitted_when_it_was_made() {
    let Some(mut repository) = TestRepository::of("uncommitted", USERS) else { return };
    repository.run("CREATE TABLE posts (id int PRIMARY KEY)");
    assert_eq!(repository.rows("SELECT pggit.create_branch('feature/posts')"), "feature/posts");
    assert_eq!(branches(&repository), "feature/posts|ACTIVE|f\nmain|ACTIVE|t");
    let of =
        |branch: &str| repository.rows(&format!("SELECT pggit.export_schema('{branch}') LIKE '%posts%'"));
    assert_eq!((of("main"), of("feature/posts")), ("t".to_owned(), "t".to_owned()));
    assert_eq!(
        repository.rows("SELECT message, changes, source FROM pggit.log() LIMIT 1"),
        "create table public.posts|1|ddl"
    );
}

#[test]
fn ahead_and_behind_count_against_the_branch_it_was_made_from() {
    let Some(mut repository) = TestRepository::of("ahead", USERS) else { return };
    repository.start_branch("feature");
    repository.run("ALTER TABLE users ADD COLUMN a int");
    repository.run("SELECT pggit.commit('a')");
    repository.run("ALTER TABLE users ADD COLUMN b int");
    repository.run("SELECT pggit.commit('b')");
    repository.checkout("main");
    repository.run("CREATE TABLE t (i int)");
    repository.run("SELECT pggit.commit('t')");
    let counts = "SELECT from_branch, ahead, behind, last_message FROM pggit.list_branches() WHERE branch_name = 'feature'";
    assert_eq!(repository.rows(counts), "main|2|1|b");
    repository.run("SELECT pggit.create_branch('child', 'feature')");
    assert_eq!(
        repository
            .rows("SELECT from_branch, ahead, behind FROM pggit.list_branches() WHERE branch_name = 'child'"),
        "feature|0|0"
    );
}

#[test]
fn branches_begin_at_any_commit() {
    let Some(mut repository) = TestRepository::of("begin", USERS) else { return };
    let first = repository.rows("SELECT commit_id FROM pggit.log()");
    repository.run("CREATE TABLE t (i int)");
    repository.run("SELECT pggit.commit('t')");
    repository.run("SELECT pggit.tag('v1')");
    repository.run("CREATE TABLE u (i int)");
    for (name, start, tables) in [
        ("by_id", first.as_str(), "users"),
        ("by_prefix", &first[..7], "users"),
        ("by_tag", "v1", "t,users"),
        ("by_step", "v1~1", "users"),
        ("by_parent", "v1^", "users"),
        ("by_branch", "main", "t,u,users"),
    ] {
        repository.run(&format!("SELECT pggit.create_branch('{name}', from_branch => '{start}')"));
        repository.checkout(name);
        let live =
            "SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'";
        assert_eq!(repository.rows(live), tables, "{name}");
    }
}

#[test]
fn a_deleted_branch_is_gone_and_stands_in_the_reflog() {
    let Some(mut repository) = TestRepository::of("delete", USERS) else { return };
    repository.start_branch("feature");
    repository.run("CREATE TABLE t (i int)");
    let error = repository.error("SELECT pggit.delete_branch('feature')");
    assert_eq!(error.sqlstate, "55006", "{error:?}");
    repository.checkout("main");
    let error = repository.error("SELECT pggit.delete_branch('feature')");
    assert_eq!(error.sqlstate, "55006", "{error:?}");
    assert!(error.hint.is_some_and(|hint| hint.contains("force")));
    let head = repository.rows("SELECT head_commit FROM pggit.list_branches() WHERE branch_name = 'feature'");
    repository.run("SELECT pggit.delete_branch('feature', force => true)");
    assert_eq!(branches(&repository), "main|ACTIVE|t");
    assert_eq!(
        repository
            .rows("SELECT ref_name, action, old_commit, new_commit IS NULL FROM pggit.reflog() LIMIT 1"),
        format!("feature|delete|{head}|t")
    );
    // Nothing is lost: the commit is there as long as somebody knows its id.
    repository.run(&format!("SELECT pggit.create_branch('again', '{head}')"));
    repository.checkout("again");
    assert_eq!(repository.rows("SELECT to_regclass('t')"), "t");
    let error = repository.error("SELECT pggit.delete_branch('main')");
    assert_eq!(error.sqlstate, "55006", "{error:?}");
}

#[test]
fn a_branch_without_commits_of_its_own_is_deleted_without_force() {
    let Some(mut repository) = TestRepository::of("merged", USERS) else { return };
    repository.run("SELECT pggit.create_branch('nothing')");
    repository.run("SELECT pggit.delete_branch('nothing')");
    repository.start_branch("feature");
    repository.run("CREATE TABLE t (i int)");
    repository.checkout("main");
    repository.run("SELECT pggit.merge('feature')");
    assert_eq!(branches(&repository), "feature|MERGED|f\nmain|ACTIVE|t");
    assert_eq!(repository.rows("SELECT branch_name FROM pggit.list_branches('merged')"), "feature");
    repository.run("SELECT pggit.delete_branch('feature')");
    assert_eq!(branches(&repository), "main|ACTIVE|t");
}

#[test]
fn a_branch_can_be_renamed_also_when_it_is_checked_out() {
    let Some(mut repository) = TestRepository::of("rename", USERS) else { return };
    repository.start_branch("old");
    repository.run("SELECT pggit.create_branch('child')");
    assert_eq!(repository.rows("SELECT pggit.rename_branch('old', 'new')"), "new");
    assert_eq!(repository.rows("SELECT pggit.current_branch()"), "new");
    assert_eq!(branches(&repository), "child|ACTIVE|f\nmain|ACTIVE|f\nnew|ACTIVE|t");
    let from = "SELECT from_branch FROM pggit.list_branches() WHERE branch_name = 'child'";
    assert_eq!(repository.rows(from), "new");
    repository.checkout("main");
    repository.checkout("new");
    for (old, new, sqlstate) in [
        ("old", "x", "42704"),
        ("new", "child", "42710"),
        ("main", "trunk", "55006"),
        ("new", "a b", "42602"),
    ] {
        let error = repository.error(&format!("SELECT pggit.rename_branch('{old}', '{new}')"));
        assert_eq!(error.sqlstate, sqlstate, "{old} to {new}: {error:?}");
    }
}

#[test]
fn tags_name_commits_and_stay() {
    let Some(mut repository) = TestRepository::of("tag", USERS) else { return };
    let first = repository.rows("SELECT commit_id FROM pggit.log()");
    assert_eq!(repository.rows("SELECT pggit.tag('v1')"), "v1");
    repository.run("CREATE TABLE t (i int)");
    repository.run("SELECT pggit.commit('t')");
    repository.run("SELECT pggit.tag('v2', 'main')");
    let second = repository.rows("SELECT commit_id FROM pggit.log() LIMIT 1");
    assert_eq!(
        repository.rows("SELECT tag_name, commit_id FROM pggit.list_tags()"),
        format!("v1|{first}\nv2|{second}")
    );
    assert_eq!(repository.rows("SELECT object_name FROM pggit.diff('v1', 'v2')"), "public.t");
    assert_eq!(repository.error("SELECT pggit.tag('v1')").sqlstate, "42710");
    assert_eq!(repository.error("SELECT pggit.tag('main')").sqlstate, "42710");
    assert_eq!(repository.error("SELECT pggit.create_branch('v1')").sqlstate, "42710");
    repository.run("SELECT pggit.delete_tag('v1')");
    assert_eq!(repository.rows("SELECT tag_name FROM pggit.list_tags()"), "v2");
    assert_eq!(repository.error("SELECT pggit.delete_tag('v1')").sqlstate, "42704");
    // A tag of the live schema has what is uncommitted.
    repository.run("CREATE TABLE u (i int)");
    repository.run("SELECT pggit.tag('v3', 'WORKING')");
    assert_eq!(repository.rows("SELECT pggit.export_schema('v3') LIKE '%CREATE TABLE public.u%'"), "t");
}

#[test]
fn a_tagged_branch_may_be_deleted() {
    let Some(mut repository) = TestRepository::of("tagged", USERS) else { return };
    repository.start_branch("feature");
    repository.run("CREATE TABLE t (i int)");
    repository.run("SELECT pggit.commit('t')");
    repository.run("SELECT pggit.tag('kept')");
    repository.checkout("main");
    repository.run("SELECT pggit.delete_branch('feature')");
    assert_eq!(repository.rows("SELECT object_name FROM pggit.diff('main', 'kept')"), "public.t");
}

#[test]
fn every_move_stands_in_the_reflog() {
    let Some(mut repository) = TestRepository::of("reflog", USERS) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int)");
    repository.run("SELECT pggit.commit('Make t\n\nbecause')");
    repository.checkout("main");
    repository.run("SELECT pggit.merge('b')");
    assert_eq!(
        repository.rows("SELECT ref_name, action, message FROM pggit.reflog() ORDER BY id"),
        "main|init|Initial schema\nb|branch|created from HEAD\nHEAD|checkout|moving from main to b\nb|commit|Make t\n\
         HEAD|checkout|moving from b to main\nmain|merge|merge b: fast-forward"
    );
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.reflog(2)"), "2");
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.reflog(0)"), "0");
}
