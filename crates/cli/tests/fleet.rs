//! `migrate up`, `down` and `status` on many databases.

mod console;

use confiture::db::session::Session;
use console::{Console, stable};
use pggit_testkit::{TestDatabase, TestServer};

/// A project with three migrations.
fn project() -> Console {
    let console = Console::new();
    console.write("confiture.toml", "");
    console.write("db/migrations/001_users.sql", "CREATE TABLE users (id integer PRIMARY KEY);\n");
    console.write("db/migrations/002_email.sql", "ALTER TABLE users ADD COLUMN email text;\n");
    console.write("db/migrations/003_index.sql", "CREATE INDEX CONCURRENTLY users_email ON users (email);\n");
    console
}

/// What a run shows, without the socket of the test's server.
fn shown(console: &Console, arguments: &[&str]) -> String {
    let settings = TestServer::shared().settings("postgres");
    let host = settings.endpoints[0].host.as_ref().expect("a socket").as_str().to_owned();
    console.run(arguments).replace(&host, "[SOCKET]")
}

fn applied(database: &TestDatabase, ledger: &str) -> i64 {
    let rows = database.session().query(&format!("SELECT pg_catalog.count(*) FROM {ledger}"), &[]);
    rows.expect("a ledger")[0].int(0).expect("a number")
}

#[test]
fn hazards_that_are_not_allowed() {
    let console = project();
    let databases = ["here", "there"].map(|name| TestServer::shared().database(name));
    let lines = databases.each_ref().map(TestDatabase::url);
    console.write("fleet.txt", &lines.join("\n"));
    let up = ["migrate", "up", "--fleet", "fleet.txt", "--max-failures", "0", "--allow"];
    let refused = console.run(&[&up[..], &["none"]].concat());
    assert!(refused.starts_with("exit status 3\n"), "{refused}");
    databases[1].session().script("CREATE TABLE users (id integer)").expect("in the way");
    let failed = console.run(&[&up[..], &["all"]].concat());
    assert!(failed.starts_with("exit status 1\n") && failed.contains("1 failed"), "{failed}");
}

#[test]
fn one_broken_database_in_a_fleet() {
    let console = project();
    let server = TestServer::shared();
    let databases = ["acme", "globex", "initech"].map(|name| (name, server.database(name)));
    let acme = &databases[0].1;
    let gone = acme.settings().with_dbname("no such database").to_url();
    databases[1].1.session().script("CREATE TABLE users (id integer)").expect("in the way");
    let mut lines: Vec<String> =
        databases.iter().map(|(name, database)| format!("{name}  {}", database.url())).collect();
    lines.insert(2, format!("gone\t{gone}"));
    console.write("fleet.txt", &format!("# all of them\n\n{}\n", lines.join("\n")));
    stable().bind(|| {
        insta::assert_snapshot!("fleet_stops", shown(&console, &["migrate", "up", "--fleet", "fleet.txt"]));
        insta::assert_snapshot!(
            "fleet_status",
            shown(&console, &["migrate", "status", "--fleet", "fleet.txt"])
        );
        insta::assert_snapshot!(
            "fleet_goes_on",
            shown(
                &console,
                &["migrate", "up", "--fleet", "fleet.txt", "--max-failures", "0", "--format", "json"]
            )
        );
    });
    databases[1].1.session().script("DROP TABLE users").expect("out of the way");
    lines.remove(2);
    console.write("fleet.txt", &lines.join("\n"));
    stable().bind(|| {
        insta::assert_snapshot!(
            "fleet_resumed",
            shown(&console, &["migrate", "up", "--fleet", "fleet.txt", "--jobs", "4"])
        );
        insta::assert_snapshot!(
            "fleet_status_check",
            shown(&console, &["migrate", "status", "--fleet", "fleet.txt", "--check", "--format", "json"])
        );
    });
    for (_, database) in &databases {
        assert_eq!(applied(database, "tb_confiture"), 3);
    }
}

#[test]
fn tenants_of_one_database() {
    let mut console = project();
    let database = TestServer::shared().database("tenants");
    console.variable("DATABASE_URL", &database.url());
    let mut session = database.session();
    session
        .script("CREATE SCHEMA t1; CREATE SCHEMA \"T 2\"; CREATE SCHEMA \"a\\b\"\"c\"; CREATE SCHEMA shared")
        .expect("schemas");
    session
        .script("CREATE DOMAIN shared.address AS text; CREATE TABLE public.users (id text)")
        .expect("made");
    console.write("db/migrations/004_address.sql", "ALTER TABLE users ADD COLUMN place address;\n");
    console.write("db/migrations/005_comment.sql", "COMMENT ON TABLE {{schema}}.users IS 'of a tenant';\n");
    let query = "SELECT nspname FROM pg_namespace WHERE nspname IN ('t1', 'T 2', 'a\\b\"c') ORDER BY 1; -- tenants\n;";
    let up = ["migrate", "up", "--fleet-query", query, "--max-failures", "0"];
    stable().bind(|| {
        insta::assert_snapshot!("tenants_need_more", console.run(&up));
        insta::assert_snapshot!(
            "tenants",
            console.run(&[&up[..], &["--jobs", "3", "--shared-schema", "shared"]].concat())
        );
        insta::assert_snapshot!(
            "tenants_status",
            console.run(&["migrate", "status", "--fleet-query", query])
        );
    });
    for schema in ["t1", "\"T 2\"", "\"a\\b\"\"c\""] {
        assert_eq!(applied(&database, &format!("{schema}.tb_confiture")), 5, "{schema}");
    }
    let rows = session
        .query("SELECT pg_catalog.count(*) FROM pg_catalog.pg_class WHERE relname = 'tb_confiture' AND relnamespace = 'public'::regnamespace", &[])
        .expect("rows");
    assert_eq!(rows[0].int(0), Ok(0), "nothing is recorded outside the tenants");
}

#[test]
fn databases_that_a_query_lists() {
    let mut console = project();
    let server = TestServer::shared();
    let (one, two) = (server.database("one"), server.database("two"));
    console.variable("DATABASE_URL", &one.url());
    let name = |database: &TestDatabase| database.settings().dbname.clone().expect("a name");
    let values = format!(
        "SELECT '{}' AS datname, 'first' AS name UNION ALL SELECT '{}', 'second'",
        name(&one),
        name(&two)
    );
    let shown = console.run(&["migrate", "up", "--fleet-query", &values]);
    assert!(shown.contains("2 migrated; 6 migrations applied."), "{shown}");
    assert_eq!((applied(&one, "tb_confiture"), applied(&two, "tb_confiture")), (3, 3));
    // One column may have any name, and a URL in it.
    let urls = format!("VALUES ('{}'), ('{}')", one.url(), name(&two));
    let shown = console.run(&["migrate", "status", "--fleet-query", &urls, "--check"]);
    assert!(shown.starts_with("exit status 0") && shown.contains("2 up to date"), "{shown}");
}

#[test]
fn several_environments() {
    let mut console = project();
    let server = TestServer::shared();
    let (staging, production) = (server.database("staging"), server.database("production"));
    console.variable("STAGING", &staging.url());
    console.variable("PRODUCTION", &production.url());
    console.write("db/environments/staging.toml", "database_url = \"${STAGING}\"\n");
    console.write(
        "db/environments/production.toml",
        "database_url = \"${PRODUCTION}\"\n[migrations]\nledger = \"public.ledger\"\n",
    );
    console.write("db/migrations/004_seed.sql", "-- environments: staging\nINSERT INTO users VALUES (1);\n");
    stable().bind(|| {
        insta::assert_snapshot!(
            "environments_up",
            console.run(&["migrate", "up", "--env", "staging", "--env", "production"])
        );
        insta::assert_snapshot!(
            "environments_of_others",
            console.run(&["migrate", "validate", "--env", "staging", "--env", "production"])
        );
    });
    assert_eq!((applied(&staging, "tb_confiture"), applied(&production, "public.ledger")), (4, 3));
    console.write("db/migrations/003_index.down.sql", "DROP INDEX CONCURRENTLY users_email;\n");
    console.write("db/migrations/004_seed.down.sql", "DELETE FROM users;\n");
    let down = ["migrate", "down", "--env", "staging", "--env", "production"];
    stable().bind(|| {
        insta::assert_snapshot!("environments_down", console.run(&[&down[..], &["--target", "2"]].concat()));
    });
}

#[test]
fn a_fleet_goes_down() {
    let console = project();
    let server = TestServer::shared();
    let databases = ["acme", "globex", "initech", "new"].map(|name| (name, server.database(name)));
    let lines: Vec<String> =
        databases.iter().map(|(name, database)| format!("{name}  {}", database.url())).collect();
    console.write("old.txt", &lines[..3].join("\n"));
    console.write("fleet.txt", &lines.join("\n"));
    console.run(&["migrate", "up", "--fleet", "old.txt"]);
    console.write("db/migrations/002_email.down.sql", "ALTER TABLE users DROP COLUMN email;\n");
    console.write("db/migrations/003_index.down.sql", "DROP INDEX CONCURRENTLY users_email;\n");
    let globex = &databases[1].1;
    globex.session().script("CREATE VIEW v AS SELECT email FROM users").expect("in the way");
    let down = ["migrate", "down", "--fleet", "fleet.txt"];
    let to = |target: &'static str| [&down[..], &["--target", target, "--max-failures", "0"]].concat();
    stable().bind(|| {
        insta::assert_snapshot!(
            "fleet_down_steps",
            shown(&console, &[&down[..], &["--steps", "1"]].concat())
        );
        insta::assert_snapshot!("fleet_down_unknown", shown(&console, &to("7")));
        insta::assert_snapshot!("fleet_down", shown(&console, &to("1")));
    });
    globex.session().script("DROP VIEW v").expect("out of the way");
    stable().bind(|| {
        insta::assert_snapshot!(
            "fleet_down_resumed",
            shown(&console, &[&to("1")[..], &["--jobs", "3", "--format", "json"]].concat())
        );
    });
    for (_, database) in &databases[..3] {
        assert_eq!(applied(database, "tb_confiture"), 1);
    }
}

#[test]
fn what_is_no_fleet() {
    let mut console = project();
    let server = TestServer::shared();
    let database = server.database("no_fleet");
    console.variable("DATABASE_URL", &database.url());
    console.write("empty.txt", "# nothing\n");
    console.write("odd.txt", "a b c\n");
    console.write("same.txt", &format!("{0}\n{0}\n", "host=nowhere dbname=x"));
    console.write("twice.txt", &format!("x {0}\nx {0}\n", database.url()));
    let run = |arguments: &[&str]| shown(&console, &[&["migrate", "up"], arguments].concat());
    let all = [
        run(&["--fleet", "none.txt"]),
        run(&["--fleet", "empty.txt"]),
        run(&["--fleet", "odd.txt"]),
        run(&["--fleet", "twice.txt"]),
        run(&["--fleet", "twice.txt", "--fleet-query", "SELECT 1"]),
        run(&["--fleet", "twice.txt", "--dry-run"]),
        run(&["--fleet", "same.txt"]),
        run(&["--fleet-query", "SELECT 1; SELECT 2"]),
        run(&["--fleet-query", "SELECT nosuch"]),
        run(&["--fleet-query", "SELECT 'x' AS datname WHERE false"]),
        run(&["--fleet-query", "SELECT 'x' AS datname, 1 AS shard"]),
        run(&["--fleet-query", "SELECT NULL AS datname"]),
        run(&["--fleet-query", "CREATE TABLE t ()"]),
        run(&["--jobs", "0", "--fleet", "twice.txt"]),
        run(&["--jobs", "2"]),
    ];
    stable().bind(|| insta::assert_snapshot!("no_fleet", all.join("\n=====\n")));
}

/// A server that takes no writes: one clear error, and nothing is left behind.
#[test]
fn read_only_databases() {
    let mut console = project();
    let database = TestServer::shared().database("read_only");
    let name = database.settings().dbname.clone().expect("a name");
    let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    database.session().script(&sql).expect("set");
    console.variable("DATABASE_URL", &database.url());
    stable().bind(|| {
        insta::assert_snapshot!("read_only_up", console.run(&["migrate", "up"]));
        insta::assert_snapshot!("read_only_status", console.run(&["migrate", "status"]));
    });
}
