//! `diff` of files and `migrate`, on a server without the extension in the database.

mod console;

use console::{Console, stable};
use pggit_testkit::TestServer;

const BEFORE: &str = "CREATE TABLE users (id integer PRIMARY KEY, name text);\n";

const AFTER: &str = "\
CREATE TABLE users (id integer PRIMARY KEY, name text, email text);
CREATE INDEX users_email ON users (email);
COPY users (id, name) FROM stdin;
1\ta;b
\\.
";

#[test]
fn diff_of_files() {
    let mut console = Console::new();
    let database = TestServer::shared().database("diff_of_files");
    console.variable("DATABASE_URL", &database.url());
    console.write("a.sql", BEFORE);
    console.write("b/1.sql", AFTER);
    console.write("b/2.sql", "\\restrict x\nCREATE SCHEMA \"Odd \"\" name\";\n");
    console.write("b/2.down.sql", "DROP SCHEMA nothing;\n");
    console.write("bad.sql", "SELECT 1;\nCREATE TABLE t (\n  a nosuch\n);\n");
    console.write("torn.sql", "SELECT 1;\nSELECT 'x;\n");
    console.write("open.sql", "BEGIN;\nCREATE TABLE t ();\n");
    console.write("object.sql", "CREATE TABLE t ();\nSELECT lo_create(4711);\n");
    stable().bind(|| {
        insta::assert_snapshot!("diff_text", console.run(&["diff", "a.sql", "b"]));
        insta::assert_snapshot!(
            "diff_sql",
            console.run(&["diff", "a.sql", "b", "--format", "sql", "--check"])
        );
        insta::assert_snapshot!("diff_json", console.run(&["diff", "a.sql", "b", "--format", "json"]));
        insta::assert_snapshot!("diff_same", console.run(&["diff", "a.sql", "a.sql", "--check"]));
        insta::assert_snapshot!("diff_bad", console.run(&["diff", "a.sql", "bad.sql", "--verbose"]));
        insta::assert_snapshot!("diff_torn", console.run(&["diff", "torn.sql", "a.sql"]));
        insta::assert_snapshot!("diff_open", console.run(&["diff", "open.sql", "a.sql"]));
        insta::assert_snapshot!("diff_missing", console.run(&["diff", "none.sql", "a.sql"]));
        insta::assert_snapshot!("diff_unmodelled", console.run(&["diff", "a.sql", "object.sql"]));
        insta::assert_snapshot!("diff_ref", console.run(&["diff", "main", "a.sql"]));
    });
    let url = database.url();
    let shown = console.run(&["diff", &url, "a.sql", "--format", "sql"]);
    assert!(shown.contains("CREATE TABLE public.users"), "{shown}");
}

#[test]
fn filters_choose_what_is_compared() {
    let mut console = Console::new();
    let database = TestServer::shared().database("filters");
    console.variable("DATABASE_URL", &database.url());
    console.write(
        "a.sql",
        "CREATE SCHEMA app; CREATE TABLE app.t (a int); CREATE TABLE app.tmp_1 (); CREATE TABLE u (a int);
         CREATE VIEW v AS SELECT x.a FROM app.t AS x, app.t AS y; ALTER VIEW v OWNER TO pg_monitor; GRANT SELECT ON v TO PUBLIC;",
    );
    console.write(
        "b.sql",
        "CREATE SCHEMA app; CREATE TABLE app.t (a bigint, b int); CREATE TABLE u (a text); CREATE TABLE app.new ();
         CREATE VIEW v AS SELECT x.a FROM app.t AS x, app.t AS y; ALTER TABLE app.t OWNER TO pg_monitor; GRANT SELECT (b) ON app.t TO PUBLIC; GRANT ALL ON app.new TO PUBLIC;",
    );
    let filters = ["--schema", "app", "--exclude", "app.tmp_*", "--ignore-owner", "--ignore-privileges"];
    let shown = console.run(&[&["diff", "a.sql", "b.sql", "--format", "sql"][..], &filters].concat());
    stable().bind(|| insta::assert_snapshot!("diff_filtered", shown));
    let generate = ["generate", "from-diff", "a.sql", "b.sql", "--output", "out", "--name", "filtered"];
    let shown = console.run(&[&generate[..], &filters].concat());
    assert!(shown.starts_with("exit status 0"), "{shown}");
    for (arguments, expected) in [
        (&["--schema", "App"][..], "error: there is no schema \"App\" on either side"),
        (&["--exclude", "app", "--exclude", "u", "--exclude", "v"], "No differences."),
        (&["--schema", "*", "--exclude", "*"], "No differences."),
    ] {
        let shown = console.run(&[&["diff", "a.sql", "b.sql"][..], arguments].concat());
        assert!(shown.contains(expected), "{arguments:?}: {shown}");
    }
}

#[test]
fn what_one_side_ignores_is_no_difference() {
    let mut console = Console::new();
    let database = TestServer::shared().database("ignored_by_one_side");
    console.variable("DATABASE_URL", &database.url());
    console
        .write("a.sql", "CREATE TABLE t (); CREATE TABLE scratch_1 (a int); CREATE INDEX ON scratch_1 (a);");
    pggit_testkit::psql(
        database.settings(),
        "CREATE TABLE t (); CREATE SCHEMA pggit; CREATE TABLE pggit.ignore (pattern text);
         INSERT INTO pggit.ignore VALUES ('public.scratch%')",
    );
    for sides in [[database.url(), "a.sql".to_owned()], ["a.sql".to_owned(), database.url()]] {
        let shown = console.run(&["diff", &sides[0], &sides[1]]);
        assert!(shown.contains("No differences."), "{shown}");
    }
}

#[test]
fn migrate() {
    let mut console = Console::new();
    let database = TestServer::shared().database("migrate");
    console.variable("DATABASE_URL", &database.url());
    console.run(&["init"]);
    console.write("db/migrations/001_users.up.sql", BEFORE);
    console.write("db/migrations/001_users.down.sql", "DROP TABLE users;\n");
    console.write(
        "db/migrations/20260122143022_001_add_email.py",
        "UP_SQL = \"\"\"\nALTER TABLE users ADD COLUMN email text;\n\"\"\"\n\nDOWN_SQL = \"\"\"\nALTER TABLE users DROP COLUMN email;\n\"\"\"\n",
    );
    stable().bind(|| {
        insta::assert_snapshot!("migrate_status_before", console.run(&["migrate", "status", "--check"]));
        insta::assert_snapshot!("migrate_up_one", console.run(&["migrate", "up", "--steps", "1"]));
        insta::assert_snapshot!("migrate_up", console.run(&["migrate", "up", "--env", "local"]));
        insta::assert_snapshot!("migrate_up_nothing", console.run(&["migrate", "up"]));
        insta::assert_snapshot!("migrate_status_after", console.run(&["migrate", "status", "--check"]));
        insta::assert_snapshot!(
            "migrate_status_json",
            console.run(&["migrate", "status", "--format", "json"])
        );
        insta::assert_snapshot!("migrate_down", console.run(&["migrate", "down"]));
        insta::assert_snapshot!("migrate_down_json", console.run(&["migrate", "down", "--format", "json"]));
        insta::assert_snapshot!("migrate_down_nothing", console.run(&["migrate", "down"]));
    });
    console.write("db/migrations/002_bad.sql", "SELECT 1;\nALTER TABLE users\n  ADD COLUMN x nosuch;\n");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_up_bad", console.run(&["migrate", "up", "--verbose"]));
        insta::assert_snapshot!("migrate_no_directory", console.run(&["migrate", "up", "--dir", "nowhere"]));
    });
}

#[test]
fn verbs_of_the_repository_need_the_extension() {
    let mut console = Console::new();
    let database = TestServer::shared().database("verbs_of_the_repository");
    console.variable("DATABASE_URL", &database.url());
    for arguments in [
        &["branch", "create", "x"][..],
        &["branch", "list"],
        &["checkout", "x"],
        &["commit", "-m", "x"],
        &["status"],
        &["log"],
        &["show"],
        &["diff", "main", "x"],
        &["merge", "x"],
        &["generate", "from-branch", "x"],
        &["tag", "list"],
        &["reflog"],
        &["blame", "x"],
        &["export"],
    ] {
        let shown = console.run(arguments);
        assert_eq!(
            shown,
            "exit status 1\n----- stdout\n----- stderr\n\
             error: extension \"pggit\" is not in database \"[DATABASE]\"\n\
             HINT:  Run \"CREATE EXTENSION pggit CASCADE; SELECT pggit.init();\" there.\n",
            "{arguments:?}"
        );
    }
}

/// A project as Confiture for Python makes it: no confiture.toml, environments in YAML.
#[test]
fn projects_of_the_other_program() {
    let mut console = Console::new();
    let database = TestServer::shared().database("projects_of_the_other_program");
    console.variable("SHOP_URL", &database.url());
    console.write("db/migrations/001_users.up.sql", BEFORE);
    console.write(
        "db/environments/local.yaml",
        "name: local\ndatabase_url: ${SHOP_URL}\ninclude_dirs:\n  - db/schema\n\nmigration:\n  tracking_table: public.tb_mine\n",
    );
    stable().bind(|| {
        insta::assert_snapshot!("migrate_up_yaml", console.run(&["migrate", "up", "--env", "local"]));
        insta::assert_snapshot!(
            "migrate_up_no_environment",
            console.run(&["migrate", "up", "--env", "prod"])
        );
    });
}
