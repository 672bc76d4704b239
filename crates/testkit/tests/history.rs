//! Commits and what can be asked about them: status, log, show, diff, blame, the history of an object.

use pggit_testkit::{DatabaseState, TestRepository, TestServer, psql};

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text)";

#[test]
fn status_lists_each_uncommitted_change() {
    let Some(mut repository) = TestRepository::of(
        "status",
        "CREATE TABLE users (id int, email text); CREATE TABLE old (i int); CREATE TABLE gone (i int)",
    ) else {
        return;
    };
    repository.run(
        "CREATE VIEW v AS SELECT 1 AS one; ALTER TABLE users ADD COLUMN name text, DROP COLUMN email;
         ALTER TABLE old RENAME TO new; DROP TABLE gone",
    );
    assert_eq!(
        repository.rows("SELECT branch_name, change_type, object_type, object_name FROM pggit.status() ORDER BY object_name"),
        "main|DROP|table|public.gone\nmain|RENAME|table|public.new\nmain|ALTER|table|public.users\nmain|CREATE|view|public.v"
    );
    let details = repository.rows("SELECT details FROM pggit.status() WHERE object_name = 'public.users'");
    assert!(details.contains("name") && details.contains("email"), "{details}");
    repository.run("SELECT pggit.commit('all of it')");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
}

#[test]
fn what_is_undone_is_no_change() {
    let Some(mut repository) = TestRepository::of("undone", USERS) else { return };
    repository.run("CREATE TABLE t (i int); ALTER TABLE users RENAME COLUMN email TO mail; COMMENT ON TABLE users IS 'x'");
    repository
        .run("DROP TABLE t; ALTER TABLE users RENAME COLUMN mail TO email; COMMENT ON TABLE users IS NULL");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
    let error = repository.error("SELECT pggit.commit('nothing')");
    assert_eq!(error.sqlstate, "55000", "{error:?}");
}

#[test]
fn the_log_begins_with_what_is_uncommitted() {
    let Some(mut repository) = TestRepository::of("log", USERS) else { return };
    let first = repository.rows("SELECT commit_id FROM pggit.log()");
    let second = repository.rows(
        "CREATE TABLE t (i int); SELECT pggit.commit('Make t\n\nBecause.', 'Ada Lovelace <ada@example.org>')",
    );
    repository.run("CREATE TABLE u (i int)");
    assert_eq!(
        repository.rows("SELECT commit_id, message, author, branch_name, parent_ids, changes, source FROM pggit.log() LIMIT 2"),
        format!(
            "|uncommitted: create table public.u|postgres|main|{{{second}}}|1|ddl\n\
             {second}|Make t\n\nBecause.|Ada Lovelace <ada@example.org>|main|{{{first}}}|1|ddl"
        )
    );
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.log(max_count => 1)"), "1");
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.log(max_count => 0)"), "0");
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.log(max_count => NULL)"), "3");
    assert_eq!(repository.rows(&format!("SELECT count(*) FROM pggit.log('{second}')")), "2");
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.log('HEAD~1')"), "1");
    assert_eq!(repository.rows("SELECT bool_and(committed_at BETWEEN now() - interval '1 hour' AND clock_timestamp()) FROM pggit.log()"), "t");
}

#[test]
fn show_tells_what_a_commit_changed() {
    let Some(mut repository) = TestRepository::of("show", USERS) else { return };
    repository.run("CREATE TABLE t (i int); ALTER TABLE users RENAME COLUMN email TO mail");
    let commit = repository.rows("SELECT pggit.commit('two')");
    let shown = "SELECT change_type, object_type, object_name FROM pggit.show('HEAD') ORDER BY object_name";
    assert_eq!(repository.rows(shown), "CREATE|table|public.t\nALTER|table|public.users");
    let details = repository.rows(&format!(
        "SELECT details FROM pggit.show('{}') WHERE object_name = 'public.users'",
        &commit[..10]
    ));
    assert!(details.contains("email") && details.contains("mail"), "{details}");
    assert_eq!(
        repository.rows("SELECT DISTINCT change_type FROM pggit.show('HEAD~1')"),
        "CREATE",
        "the first commit makes everything"
    );
}

#[test]
fn diff_is_in_an_order_that_runs() {
    let Some(mut repository) = TestRepository::of("diff", USERS) else { return };
    repository.start_branch("feature");
    repository.run(
        "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int REFERENCES a, user_id int REFERENCES users);
         CREATE VIEW v AS SELECT * FROM a JOIN b ON a_id = id; ALTER TABLE users DROP COLUMN email, ADD COLUMN name text DEFAULT 'x' NOT NULL",
    );
    let steps =
        repository.rows("SELECT change_type, object_type, object_name FROM pggit.diff('main', 'feature')");
    assert!(steps.contains("CREATE|table|public.a") && steps.contains("CREATE|view|public.v"), "{steps}");
    assert_eq!(
        repository.rows("SELECT count(*) FROM pggit.diff()"),
        repository.rows("SELECT count(*) FROM pggit.diff('main', 'WORKING')")
    );
    assert_eq!(
        repository
            .rows("SELECT hazards <> '{}' FROM pggit.diff('main', 'feature') WHERE ddl LIKE '%DROP COLUMN%'"),
        "t"
    );
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.diff('feature', 'WORKING')"), "0");
    // Applied to a database built from main it gives the branch, and the way back leads back.
    let server = TestServer::shared();
    let other = server.database("applied");
    psql(other.settings(), &repository.rows("SELECT pggit.export_schema('main')"));
    let before = DatabaseState::of(other.settings());
    psql(other.settings(), &repository.rows("SELECT pggit.diff_as_sql('main', 'feature')"));
    let state = DatabaseState::of(other.settings());
    assert_eq!(state.difference(&repository.state()), None);
    psql(other.settings(), &repository.rows("SELECT pggit.diff_as_sql('feature', 'main')"));
    assert_eq!(DatabaseState::of(other.settings()).difference(&before), None);
}

#[test]
fn a_state_is_exported_as_a_script() {
    let schema =
        "CREATE TABLE t (i int GENERATED ALWAYS AS IDENTITY, v varchar(10) COLLATE \"C\" DEFAULT 'it''s');
        CREATE INDEX ON t (v); CREATE VIEW v AS SELECT v FROM t; COMMENT ON VIEW v IS 'x'";
    let Some(mut repository) = TestRepository::of("export", schema) else { return };
    let expected = repository.state();
    repository.run("DROP VIEW v");
    let other = TestServer::shared().database("exported");
    psql(other.settings(), &repository.rows("SELECT pggit.export_schema()"));
    assert_eq!(DatabaseState::of(other.settings()).difference(&expected), None);
    assert_eq!(repository.rows("SELECT pggit.export_schema('WORKING') LIKE '%CREATE VIEW%'"), "f");
}

#[test]
fn refs_name_what_they_do_in_git() {
    let Some(mut repository) = TestRepository::of("refs", USERS) else { return };
    let mut ids = vec![repository.rows("SELECT commit_id FROM pggit.log()")];
    for name in ["a", "b", "c"] {
        ids.push(repository.rows(&format!("CREATE TABLE {name} (i int); SELECT pggit.commit('{name}')")));
    }
    repository.run("SELECT pggit.tag('v1', 'HEAD~2'); CREATE TABLE d (i int)");
    let commit = |name: &str| {
        repository
            .rows(&format!("SELECT commit_id FROM pggit.log('{name}') WHERE commit_id IS NOT NULL LIMIT 1"))
    };
    for (name, id) in [
        ("HEAD", 3),
        ("main", 3),
        ("WORKING", 3),
        ("actual_schema", 3),
        ("HEAD~0", 3),
        ("HEAD~", 2),
        ("HEAD^", 2),
        ("HEAD^^", 1),
        ("HEAD~2", 1),
        ("main~3", 0),
        ("v1", 1),
        ("v1~1", 0),
        ("v1^1", 0),
    ] {
        assert_eq!(commit(name), ids[id], "{name}");
    }
    assert_eq!(commit(&ids[2][..7]), ids[2]);
    assert_eq!(commit(&format!("{}~1", &ids[2][..9])), ids[1]);
    assert_eq!(
        repository.rows("SELECT count(*) FROM pggit.diff('HEAD', 'main')"),
        "1",
        "main is the branch as it is now"
    );
    for missing in ["HEAD~4", "HEAD^2", "v1^2", "main~99999", "0000000", "migrations_applied"] {
        assert_eq!(
            repository.error(&format!("SELECT pggit.log('{missing}')")).sqlstate,
            "42704",
            "{missing}"
        );
    }
}

#[test]
fn an_ambiguous_prefix_lists_what_it_could_be() {
    let Some(mut repository) = TestRepository::of("ambiguous", USERS) else { return };
    // Commits with the same first digits do not come about by themselves.
    repository.run(
        "INSERT INTO pggit.object (id, kind, parents, data)
         SELECT decode('abcdef01' || repeat(n, 56), 'hex'), 3, '', data FROM pggit.object, (VALUES ('1'), ('2')) AS v (n) WHERE kind = 3",
    );
    let error = repository.error("SELECT pggit.show('abcdef01')");
    assert_eq!(error.sqlstate, "42725", "{error:?}");
    let detail = error.detail.expect("a detail");
    assert!(detail.contains("abcdef0111") && detail.contains("abcdef0122"), "{detail}");
    assert!(error.hint.is_some());
}

#[test]
fn blame_names_the_commit_of_each_part() {
    let Some(mut repository) = TestRepository::of("blame", USERS) else { return };
    repository.run("ALTER TABLE users ADD COLUMN name text; SELECT pggit.commit('name', 'ada')");
    repository.run(
        "ALTER TABLE users ADD CONSTRAINT named CHECK (name <> ''); SELECT pggit.commit('check', 'bob')",
    );
    repository.run("ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME COLUMN email TO mail; SELECT pggit.commit('rename', 'cy')");
    repository.run("ALTER TABLE people ALTER COLUMN id TYPE bigint");
    let blame = repository.rows("SELECT part, author, message, commit_id IS NULL FROM pggit.blame('people') ORDER BY part COLLATE \"C\"");
    let of = |part: &str| {
        blame
            .lines()
            .find(|line| line.starts_with(&format!("{part}|")))
            .unwrap_or_else(|| panic!("{part}: {blame}"))
            .to_owned()
    };
    assert_eq!(of("column name"), "column name|ada|name|f");
    assert_eq!(of("constraint named"), "constraint named|bob|check|f");
    assert_eq!(of("constraint users_pkey"), "constraint users_pkey|postgres|Initial schema|f");
    assert_eq!(of("column id").split('|').nth(3), Some("t"));
    assert_eq!(of("column mail").split('|').nth(1), Some("cy"), "the commit that gave it its name");
    assert_eq!(repository.error("SELECT pggit.blame('nothing')").sqlstate, "42704");
}

#[test]
fn the_history_of_an_object_follows_its_names() {
    let Some(mut repository) = TestRepository::of("object_history", USERS) else { return };
    repository.run("ALTER TABLE users ADD COLUMN a int; SELECT pggit.commit('a')");
    repository.run("CREATE TABLE other (i int); SELECT pggit.commit('other')");
    repository.run("ALTER TABLE users RENAME TO people; SELECT pggit.commit('rename')");
    repository.run("ALTER TABLE people ADD COLUMN b int; SELECT pggit.commit('b')");
    repository.run("ALTER TABLE people ADD COLUMN c int");
    let history = "SELECT message, change_type, object_name FROM pggit.get_history('public.people')";
    assert_eq!(
        repository.rows(history),
        "uncommitted: alter table public.people|ALTER|public.people\nb|ALTER|public.people\nrename|RENAME|public.people\n\
         a|ALTER|public.users\nInitial schema|CREATE|public.users"
    );
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.get_history('people', 2)"), "2");
    repository.run("DROP TABLE people; SELECT pggit.commit('drop')");
    assert_eq!(
        repository.rows("SELECT message, change_type FROM pggit.get_history('public.people', 2)"),
        "drop|DROP\nb|ALTER"
    );
    assert_eq!(repository.error("SELECT pggit.get_history('nothing')").sqlstate, "42704");
}

#[test]
fn renames_are_recorded_with_the_commit() {
    let Some(mut repository) = TestRepository::of(
        "renames",
        "CREATE TABLE a (x int, CONSTRAINT c CHECK (x > 0)); CREATE VIEW v AS SELECT x FROM a",
    ) else {
        return;
    };
    repository.run("ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME COLUMN x TO y; ALTER TABLE b RENAME CONSTRAINT c TO d");
    repository
        .run("SELECT pggit.commit('one'); ALTER TABLE b RENAME COLUMN y TO z; SELECT pggit.commit('two')");
    let script = repository.rows("SELECT pggit.diff_as_sql('HEAD~2', 'HEAD')");
    assert!(script.contains("RENAME TO b") && script.contains("RENAME COLUMN x TO z"), "{script}");
    assert!(!script.contains("DROP TABLE") && !script.contains("DROP COLUMN"), "{script}");
    let back = repository.rows("SELECT pggit.diff_as_sql('HEAD', 'HEAD~2')");
    assert!(back.contains("RENAME TO a") && back.contains("RENAME COLUMN z TO x"), "{back}");
}

#[test]
fn reading_needs_no_writing() {
    let Some(mut repository) = TestRepository::of("reading", USERS) else { return };
    repository.run("CREATE TABLE t (i int)");
    let counts = "SELECT (SELECT count(*) FROM pggit.object), (SELECT count(*) FROM pggit.identity), (SELECT count(*) FROM pggit.reflog)";
    let before = repository.rows(counts);
    repository.run("BEGIN READ ONLY");
    for call in [
        "status()",
        "log()",
        "diff()",
        "diff_as_sql('HEAD', 'main')",
        "show()",
        "blame('users')",
        "get_history('users')",
        "export_schema()",
        "list_branches()",
        "list_tags()",
        "reflog()",
        "current_branch()",
        "version()",
        "help()",
    ] {
        repository.run(&format!("SELECT pggit.{call}"));
    }
    repository.run("COMMIT");
    assert_eq!(repository.rows(counts), before);
    let assigned = repository.rows("BEGIN; SELECT count(*) > 0 FROM pggit.status(); SELECT pg_current_xact_id_if_assigned() IS NULL; COMMIT");
    assert_eq!(assigned, "t\nt", "reading takes no transaction id, so that it works on a standby");
}

#[test]
fn a_commit_id_is_the_same_wherever_it_is_made() {
    let Some(repository) = TestRepository::of("same_tree", USERS) else { return };
    let Some(other) = TestRepository::of("same_tree", USERS) else { return };
    let blobs = "SELECT id FROM pggit.object WHERE kind <> 3 ORDER BY id";
    assert_eq!(repository.rows(blobs), other.rows(blobs));
}

#[test]
fn messages_and_authors_are_kept_as_they_are() {
    let Some(mut repository) = TestRepository::of("messages", USERS) else { return };
    let text = "it's \"odd\"; -- \\ $$ 🐘\n\ttab";
    repository.run(&format!("CREATE TABLE t (i int); SELECT pggit.commit($q${text}$q$, $q$a'b$q$)"));
    assert_eq!(repository.rows("SELECT message, author FROM pggit.log() LIMIT 1"), format!("{text}|a'b"));
    let long = "x".repeat(100_000);
    repository.run(&format!("CREATE TABLE u (i int); SELECT pggit.commit('{long}')"));
    assert_eq!(repository.rows("SELECT length(message) FROM pggit.log() LIMIT 1"), "100000");
}
