//! Bad input: each ends in one clear error with SQLSTATE and hint, and nothing is lost or half-done.

use pggit_testkit::TestRepository;

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text)";

#[test]
fn unknown_refs_come_with_the_closest_names() {
    let Some(mut repository) = TestRepository::of("unknown", USERS) else { return };
    repository.run("SELECT pggit.create_branch('feature/users'), pggit.create_branch('feature/posts'), pggit.tag('v1.0')");
    for (call, name, near) in [
        ("checkout('feature/user')", "feature/user", "feature/users"),
        ("checkout('mian')", "mian", "main"),
        ("create_branch('x', 'feature/post')", "feature/post", "feature/posts"),
        ("diff('main', 'feature/usres')", "feature/usres", "feature/users"),
        ("diff_as_sql('man', 'main')", "man", "main"),
        ("log('mai')", "mai", "main"),
        ("show('v1.1')", "v1.1", "v1.0"),
        ("merge('feature/pots')", "feature/pots", "feature/posts"),
        ("delete_branch('feature/user')", "feature/user", "feature/users"),
        ("rename_branch('feature/user', 'x')", "feature/user", "feature/users"),
        ("tag('v2', 'maim')", "maim", "main"),
        ("delete_tag('v1')", "v1", "v1.0"),
        ("export_schema('head')", "head", "HEAD"),
    ] {
        let error = repository.error(&format!("SELECT pggit.{call}"));
        assert_eq!(error.sqlstate, "42704", "{call}: {error:?}");
        assert!(error.message.contains(&format!("\"{name}\" does not exist")), "{call}: {error:?}");
        let hint = error.hint.unwrap_or_else(|| panic!("{call} has no hint"));
        assert!(hint.contains(&format!("\"{near}\"")), "{call}: {hint}");
    }
    let error = repository.error("SELECT pggit.checkout('something entirely different')");
    assert!(error.hint.is_some_and(|hint| hint.contains("list_branches")));
}

#[test]
fn only_branches_are_checked_out() {
    let Some(mut repository) = TestRepository::of("only_branches", USERS) else { return };
    let id = repository.rows("SELECT commit_id FROM pggit.log()");
    repository.run("SELECT pggit.tag('v1')");
    for name in ["v1", "HEAD", "HEAD~0", "WORKING", &id, &id[..8]] {
        let error = repository.error(&format!("SELECT pggit.checkout('{name}')"));
        assert_eq!(error.sqlstate, "42704", "{name}: {error:?}");
        assert!(error.message.contains("is not a branch"), "{name}: {error:?}");
        assert!(error.hint.expect("a hint").contains("create_branch"), "{name}");
    }
}

#[test]
fn names_that_cannot_be_are_refused() {
    let Some(mut repository) = TestRepository::of("names", USERS) else { return };
    repository.run("CREATE TABLE t (i int)");
    let long = "x".repeat(256);
    let names = [
        "",
        " ",
        "a b",
        "a\nb",
        "a\tb",
        "a..b",
        "-a",
        "/a",
        "a/",
        "a//b",
        ".a",
        "a/.b",
        "a.lock",
        "a~b",
        "a^b",
        "a:b",
        "a?b",
        "a*b",
        "a[b",
        "a\\b",
        "a@{b",
        "@",
        "HEAD",
        "WORKING",
        "actual_schema",
        "migrations_applied",
        &long,
        "0123456789012345678901234567890123456789",
    ];
    for name in names {
        for call in ["create_branch($n$", "tag($n$", "rename_branch('main', $n$"] {
            let error = repository.error(&format!("SELECT pggit.{call}{name}$n$)"));
            assert_eq!(error.sqlstate, "42602", "{call} {name:?}: {error:?}");
            assert!(error.hint.is_some(), "{call} {name:?}");
            assert!(!error.message.contains('\n'), "one line: {error:?}");
        }
    }
    assert_eq!(repository.rows("SELECT object_name FROM pggit.status()"), "public.t", "not even committed");
    assert_eq!(repository.rows("SELECT branch_name FROM pggit.list_branches()"), "main");
}

#[test]
fn odd_names_that_can_be_work_everywhere() {
    let Some(mut repository) = TestRepository::of("odd", USERS) else { return };
    let long = "l".repeat(63);
    let longer = "m".repeat(250);
    let names = [
        "it's",
        "a\"b",
        "a;DROP TABLE users;--",
        "$1",
        "%s",
        "ветка/ñ",
        "🐘",
        "MAIN",
        "a.b",
        "{x}",
        "1",
        &long,
        &longer,
        "a'||'b",
    ];
    for (number, name) in names.into_iter().enumerate() {
        let name = &name.replace(' ', "_");
        let quoted = format!("$n${name}$n$");
        repository.run(&format!("SELECT pggit.create_branch({quoted}); SELECT pggit.checkout({quoted})"));
        repository.run(&format!("CREATE TABLE t{number} (i int); SELECT pggit.tag({quoted} || '.tag')"));
        assert_eq!(&repository.rows("SELECT pggit.current_branch()"), name);
        repository.run("SELECT pggit.checkout('main')");
        assert_eq!(
            repository.rows(&format!("SELECT object_name FROM pggit.diff('main', {quoted})")),
            format!("public.t{number}")
        );
        assert_eq!(repository.rows(&format!("SELECT count(*) FROM pggit.log({quoted})")), "2");
        repository.run(&format!("SELECT pggit.rename_branch({quoted}, {quoted} || 'x')"));
        repository.run(&format!("SELECT pggit.delete_branch({quoted} || 'x', force => true); SELECT pggit.delete_tag({quoted} || '.tag')"));
    }
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.list_branches()"), "1");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
}

#[test]
fn refs_with_odd_text_are_errors_not_statements() {
    let Some(mut repository) = TestRepository::of("odd_refs", USERS) else { return };
    for name in [
        "",
        " ",
        "'; DROP TABLE users; --",
        "a\nb",
        "HEAD~x",
        "HEAD^-1",
        "~1",
        "^",
        "HEAD~99999999999999999999",
        "..",
        "$1",
        "\u{1}",
    ] {
        for call in [
            "checkout($n$",
            "log($n$",
            "diff('main', $n$",
            "show($n$",
            "merge($n$",
            "create_branch('b', $n$",
            "delete_branch($n$",
            "export_schema($n$",
        ] {
            let error = repository.error(&format!("SELECT pggit.{call}{name}$n$)"));
            assert!(["42704", "42602"].contains(&error.sqlstate.as_str()), "{call} {name:?}: {error:?}");
            assert!(error.hint.is_some(), "{call} {name:?}: {error:?}");
        }
    }
    assert_eq!(repository.rows("SELECT count(*) FROM users"), "0");
}

#[test]
fn a_name_that_exists_is_not_made_again() {
    let Some(mut repository) = TestRepository::of("exists", USERS) else { return };
    repository.run("SELECT pggit.create_branch('b'), pggit.tag('v')");
    for call in [
        "create_branch('main')",
        "create_branch('b')",
        "create_branch('v')",
        "tag('v')",
        "tag('b')",
        "rename_branch('b', 'main')",
        "rename_branch('b', 'v')",
        "rename_branch('b', 'b')",
    ] {
        let error = repository.error(&format!("SELECT pggit.{call}"));
        assert_eq!(error.sqlstate, "42710", "{call}: {error:?}");
        assert!(error.message.ends_with("already exists"), "{call}: {error:?}");
        assert!(error.hint.is_some(), "{call}: {error:?}");
    }
}

#[test]
fn nothing_works_before_init() {
    let Some(mut repository) = TestRepository::installed("before_init") else { return };
    repository.run(USERS);
    for call in [
        "current_branch()",
        "create_branch('b')",
        "checkout('main')",
        "list_branches()",
        "delete_branch('b')",
        "rename_branch('a', 'b')",
        "tag('v')",
        "list_tags()",
        "delete_tag('v')",
        "reflog()",
        "status()",
        "commit('m')",
        "log()",
        "diff()",
        "diff_as_sql('a', 'b')",
        "show()",
        "blame('users')",
        "get_history('users')",
        "export_schema()",
        "merge('b')",
    ] {
        let error = repository.error(&format!("SELECT pggit.{call}"));
        assert_eq!(error.sqlstate, "55000", "{call}: {error:?}");
        assert_eq!(error.message, "this database has no repository yet", "{call}");
        assert_eq!(error.hint.as_deref(), Some("Run \"SELECT pggit.init();\" first."), "{call}");
    }
    // DDL goes on, and what it drops is simply gone.
    repository.run("ALTER TABLE users DROP COLUMN email; DROP TABLE users");
    repository.run("SELECT pggit.init()");
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.log()"), "1");
}

#[test]
fn nothing_to_commit() {
    let Some(mut repository) = TestRepository::of("nothing", USERS) else { return };
    repository.run("INSERT INTO users VALUES (1, 'rows are not schema')");
    let error = repository.error("SELECT pggit.commit('empty')");
    assert_eq!((error.sqlstate.as_str(), error.message.as_str()), ("55000", "nothing to commit"));
    assert!(error.detail.is_some());
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.log()"), "1");
}

#[test]
fn null_arguments() {
    let Some(mut repository) = TestRepository::of("nulls", USERS) else { return };
    repository.run("CREATE TABLE t (i int)");
    for call in [
        "init(NULL)",
        "create_branch(NULL)",
        "checkout(NULL)",
        "delete_branch(NULL)",
        "rename_branch(NULL, 'a')",
        "rename_branch('main', NULL)",
        "tag(NULL)",
        "delete_tag(NULL)",
        "commit(NULL)",
        "diff_as_sql(NULL, 'main')",
        "diff_as_sql('main', NULL)",
        "blame(NULL)",
        "get_history(NULL)",
        "merge(NULL)",
    ] {
        let error = repository.error(&format!("SELECT pggit.{call}"));
        assert_eq!(error.sqlstate, "22004", "{call}: {error:?}");
        assert!(error.message.contains("must not be null"), "{call}: {error:?}");
    }
    // NULL for an optional argument is its default.
    for call in [
        "create_branch('b', NULL, NULL)",
        "checkout('b', NULL)",
        "list_branches(NULL)",
        "tag('v', NULL)",
        "reflog(NULL)",
        "log(NULL, NULL)",
        "diff(NULL, NULL)",
        "diff_as_sql('main', 'b', NULL)",
        "show(NULL)",
        "get_history('users', NULL)",
        "export_schema(NULL)",
        "merge('b', NULL, NULL)",
        "delete_tag('v')",
        "checkout('main')",
        "delete_branch('b', NULL)",
    ] {
        repository.run(&format!("SELECT pggit.{call}"));
    }
}

#[test]
fn numbers_and_words_that_cannot_be() {
    let Some(mut repository) = TestRepository::of("values", USERS) else { return };
    for (call, sqlstate) in [
        ("log(max_count => -1)", "22023"),
        ("reflog(-1)", "22023"),
        ("get_history('users', -5)", "22023"),
        ("list_branches('OPEN')", "22023"),
        ("create_branch('b', copy_data => true)", "0A000"),
        ("merge('main', strategy => '')", "22023"),
    ] {
        let error = repository.error(&format!("SELECT pggit.{call}"));
        assert_eq!(error.sqlstate, sqlstate, "{call}: {error:?}");
    }
}

#[test]
fn tables_of_another_version() {
    let Some(mut repository) = TestRepository::of("version", USERS) else { return };
    repository.run("UPDATE pggit.repository SET format_version = 99");
    for call in [
        "status()",
        "checkout('main')",
        "commit('m')",
        "init()",
        "create_branch('b')",
        "merge('main')",
        "log()",
        "list_branches()",
    ] {
        let error = repository.error(&format!("SELECT pggit.{call}"));
        assert_eq!(error.sqlstate, "55000", "{call}: {error:?}");
        assert!(error.message.contains("99"), "{call}: {error:?}");
        assert!(error.hint.is_some_and(|hint| hint.contains("ALTER EXTENSION pggit UPDATE")), "{call}");
    }
    // Users' own DDL goes on.
    repository.run("ALTER TABLE users DROP COLUMN email; DROP TABLE users");
}

#[test]
fn a_plan_that_fails_halfway_changes_nothing() {
    let Some(mut repository) = TestRepository::of(
        "halfway",
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE z (id int PRIMARY KEY, v text); INSERT INTO z VALUES (1, 'x')",
    ) else {
        return;
    };
    repository.start_branch("strict");
    repository.run("CREATE TABLE made_first (i int); ALTER TABLE a ADD COLUMN w int; ALTER TABLE z ADD CONSTRAINT short CHECK (length(v) < 3)");
    repository.checkout("main");
    repository.run("UPDATE z SET v = 'too long'");
    repository.run("CREATE VIEW uncommitted AS SELECT 1");
    let before = repository.state();
    let counts = "SELECT (SELECT count(*) FROM pggit.object), (SELECT count(*) FROM pggit.reflog), (SELECT count(*) FROM pggit.aside), (SELECT count(*) FROM pggit.ref)";
    let recorded = repository.rows(counts);
    for _ in 0..2 {
        let error = repository.error("SELECT pggit.checkout('strict')");
        assert_eq!(error.sqlstate, "23514", "{error:?}");
        assert!(error.message.contains("short"), "{error:?}");
        repository.assert_state(&before, "nothing is half-done");
        assert_eq!(repository.rows(counts), recorded);
        assert_eq!(repository.rows("SELECT pggit.current_branch()"), "main");
    }
    repository.run("DROP VIEW uncommitted; UPDATE z SET v = 'ok'; SELECT pggit.checkout('strict')");
    assert_eq!(repository.rows("SELECT to_regclass('made_first')"), "made_first");
}

#[test]
fn read_only_transactions_and_databases() {
    let Some(mut repository) = TestRepository::of("read_only", USERS) else { return };
    repository.run("SELECT pggit.create_branch('b')");
    repository.run("CREATE TABLE t (i int)");
    for call in [
        "checkout('b')",
        "commit('m')",
        "create_branch('c')",
        "tag('v')",
        "merge('b')",
        "delete_branch('b')",
        "rename_branch('b', 'c')",
    ] {
        repository.run("SET default_transaction_read_only = on");
        let error = repository.error(&format!("SELECT pggit.{call}"));
        assert_eq!(error.sqlstate, "25006", "{call}: {error:?}");
        repository.run("SET default_transaction_read_only = off");
        repository.run("BEGIN READ ONLY");
        let error = repository.error(&format!("SELECT pggit.{call}"));
        assert_eq!(error.sqlstate, "25006", "{call}: {error:?}");
        repository.run("ROLLBACK");
    }
    assert_eq!(repository.rows("SELECT object_name FROM pggit.status()"), "public.t");
}

#[test]
fn a_transaction_that_has_failed_and_a_table_in_use() {
    let Some(mut repository) = TestRepository::of("in_use", USERS) else { return };
    repository.start_branch("b");
    repository.run("ALTER TABLE users ADD COLUMN a int");
    repository.error("BEGIN; SELECT 1 / 0");
    assert_eq!(repository.error("SELECT pggit.checkout('main')").sqlstate, "25P02");
    repository.run("ROLLBACK");
    // An open cursor of the same session.
    repository.run("BEGIN; DECLARE c CURSOR FOR SELECT * FROM users");
    assert_eq!(repository.error("SELECT pggit.checkout('main')").sqlstate, "55006");
    repository.run("ROLLBACK");
    assert_eq!(repository.rows("SELECT pggit.current_branch()"), "b");
    repository.checkout("main");
}

#[test]
fn a_query_that_is_cancelled_or_times_out_changes_nothing() {
    let Some(mut repository) = TestRepository::of("timeout", USERS) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
    let before = repository.state();
    let mut other = repository.another_session();
    pggit_testkit::extension::run(&mut other, "BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
    let error = repository.error("SET lock_timeout = '100ms'; SELECT pggit.checkout('main')");
    assert_eq!(error.sqlstate, "55P03", "{error:?}");
    let error = repository.error("SET statement_timeout = '200ms'; SELECT pggit.checkout('main')");
    assert_eq!(error.sqlstate, "57014", "{error:?}");
    pggit_testkit::extension::run(&mut other, "ROLLBACK");
    repository.run("RESET lock_timeout; RESET statement_timeout");
    repository.assert_state(&before, "nothing is half-done");
    repository.checkout("main");
    assert_eq!(repository.rows("SELECT to_regclass('t')"), "");
}
