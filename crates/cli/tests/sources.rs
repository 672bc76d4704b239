//! What `diff` is given that can't be read, or not in the way of the other side.

mod console;

use std::path::{Path, PathBuf};

use console::Console;
use pggit_testkit::{TestServer, psql, try_psql};
use pggit_wire::ConnectionSettings;

/// Fails unless the command fails with one error that begins so; returns all of stderr.
#[track_caller]
fn fails(console: &Console, arguments: &[&str], expected: &str) -> String {
    let shown = console.run(&[&["--verbose"], arguments].concat());
    let stderr = shown.strip_prefix("exit status 1\n----- stdout\n----- stderr\nerror: ");
    let stderr = stderr.unwrap_or_else(|| panic!("{arguments:?}: {shown}"));
    assert!(stderr.starts_with(expected), "{expected:?} is not the beginning of\n{stderr}");
    stderr.to_owned()
}

/// Stdout of a command that works.
#[track_caller]
fn works(console: &Console, arguments: &[&str]) -> String {
    let shown = console.run(arguments);
    let rest = shown.strip_prefix("exit status 0\n----- stdout\n").unwrap_or_else(|| panic!("{shown}"));
    rest.split_once("----- stderr\n").expect("both streams").0.to_owned()
}

const SAME: &str = "No differences.\n";

#[test]
fn servers_and_databases_that_are_not_there() {
    let console = Console::new();
    let database = TestServer::shared().database("sources");
    let url = database.url();
    let nowhere = "postgresql://nobody@127.0.0.1:1/lost?connect_timeout=5";
    for sides in [[nowhere, &url], [&url, nowhere]] {
        let stderr = fails(&console, &["diff", sides[0], sides[1]], "08001: could not connect to ");
        assert!(stderr.contains("127.0.0.1") && stderr.contains("port 1"), "{stderr}");
    }
    let lost = database.settings().with_dbname("no \"such").to_url();
    fails(&console, &["diff", &url, &lost], "3D000: database \"no \"such\" does not exist");
    let nobody = database.settings().with_user("no_such_role").to_url();
    fails(&console, &["diff", &nobody, &url], "28000: role \"no_such_role\" does not exist");
    fails(&console, &["diff", "postgresql://h:x/d", &url], "08001: ");
}

#[test]
fn files_with_errors() {
    let mut console = Console::new();
    let database = TestServer::shared().database("files_with_errors");
    console.variable("DATABASE_URL", &database.url());
    console.write("good.sql", "CREATE TABLE t (a int);");
    console.write("bad/1.sql", "CREATE TABLE t (a int);");
    for (text, expected) in [
        (
            "\n\nCREATE VIEW v AS\n  SELECT a,\n    b FROM t;",
            "42703: bad/2.sql:5:5: column \"b\" does not exist",
        ),
        ("SELECT 1;\nCREATE TABLE t ();", "42P07: bad/2.sql:2:1: relation \"t\" already exists"),
        ("ü\n", "42601: bad/2.sql:1:1: syntax error at or near \"ü\""),
        ("SELECT 1;\n  DO $$ BEGIN\n RAISE 'no';\nEND $$;", "P0001: bad/2.sql:2:3: no"),
        (
            "COPY t FROM stdin;\n1\nx\n\\.\n",
            "22P02: bad/2.sql:1:1: invalid input syntax for type integer: \"x\"",
        ),
        ("SELECT 1;\n\\i other.sql\n", "42601: bad/2.sql:2:1: "),
        ("SELECT 1; SELECT (", "42601: bad/2.sql:1:"),
        ("SELECT $x$", "42601: bad/2.sql:1:8: "),
    ] {
        console.write("bad/2.sql", text);
        fails(&console, &["diff", "good.sql", "bad"], expected);
    }
    std::fs::write(console.path().join("bad/2.sql"), b"SELECT 1;\nSELECT '\xe9';").expect("written");
    fails(&console, &["diff", "bad", "good.sql"], "22021: bad/2.sql:2: the file is not UTF-8");
}

/// A role of this test's own, which may log in and nothing else.
fn limited(database: &pggit_testkit::TestDatabase, name: &str) -> ConnectionSettings {
    let role = format!("{name}_{}", std::process::id());
    psql(database.settings(), &format!("CREATE ROLE {role} LOGIN"));
    database.settings().with_user(&role)
}

fn forget(database: &pggit_testkit::TestDatabase, role: &ConnectionSettings) {
    let role = role.user.clone().expect("a role");
    psql(database.settings(), &format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

/// All that a role without rights can't see is options of user mappings and where subscriptions connect to.
#[test]
fn a_role_that_may_not_see_all() {
    let console = Console::new();
    let database = TestServer::shared().database("limited");
    let (all, role) = (database.url(), limited(&database, "sources"));
    psql(
        database.settings(),
        "REVOKE ALL ON SCHEMA public FROM PUBLIC; CREATE SCHEMA hidden; CREATE TABLE hidden.t (a int DEFAULT 1 CHECK (a > 0), b text);
         CREATE VIEW hidden.v AS SELECT a FROM hidden.t; CREATE STATISTICS hidden.s ON a, b FROM hidden.t;
         CREATE FUNCTION hidden.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; REVOKE ALL ON FUNCTION hidden.f FROM PUBLIC;
         CREATE POLICY p ON hidden.t USING (a = hidden.f()); ALTER TABLE hidden.t ENABLE ROW LEVEL SECURITY;
         CREATE FOREIGN DATA WRAPPER w OPTIONS (a 'b'); CREATE SERVER far FOREIGN DATA WRAPPER w OPTIONS (host 'x');
         CREATE FOREIGN TABLE hidden.far (a int OPTIONS (x 'y')) SERVER far OPTIONS (x 'y');
         ALTER DATABASE CURRENT_DATABASE_NAME SET work_mem = '1MB'; CREATE PUBLICATION pub FOR ALL TABLES;
         CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION hidden.drops();"
            .replace("CURRENT_DATABASE_NAME", &format!("\"{}\"", database.name()))
            .replace(
                "CREATE EVENT TRIGGER",
                "CREATE FUNCTION hidden.drops() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER",
            )
            .as_str(),
    );
    let few = role.to_url();
    assert_eq!(works(&console, &["diff", &few, &all]), SAME);
    assert_eq!(works(&console, &["diff", &all, &few]), SAME);
    psql(
        database.settings(),
        "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'secret'); CREATE USER MAPPING FOR postgres SERVER far;
         CREATE SUBSCRIPTION sub CONNECTION 'password=secret' PUBLICATION p WITH (connect = false, slot_name = NONE);",
    );
    for sides in [[&few, &all], [&all, &few]] {
        let stderr = fails(
            &console,
            &["diff", sides[0], sides[1]],
            "0A000: there are objects of kinds that are not compared\n\
             DETAIL:  They are: subscription sub, user mapping postgres on server far, user mapping public on server far.\n\
             HINT:  ",
        );
        assert!(!stderr.contains("secret"), "{stderr}");
        // Left out on both sides: what one side sees is not dropped or made on the other.
        assert_eq!(works(&console, &["diff", sides[0], sides[1], "--allow-unmodelled"]), SAME);
        let generate = [
            "generate",
            "from-diff",
            sides[0],
            sides[1],
            "--output",
            "out",
            "--allow-unmodelled",
            "--database-url",
            &all,
        ];
        fails(&console, &generate, "55000: ");
    }
    assert_eq!(works(&console, &["diff", &all, &all]), SAME);
    // What is taken away by an administrator is an error, not a gap.
    psql(database.settings(), "REVOKE SELECT ON pg_catalog.pg_proc FROM PUBLIC");
    fails(
        &console,
        &["diff", &few, &all],
        "42501: could not read the catalog of database \"[DATABASE]\": permission denied for table pg_proc",
    );
    psql(
        database.settings(),
        "GRANT SELECT ON pg_catalog.pg_proc TO PUBLIC; REVOKE EXECUTE ON FUNCTION pg_catalog.pg_get_viewdef(oid) FROM PUBLIC",
    );
    fails(
        &console,
        &["diff", &all, &few],
        "42501: could not read the catalog of database \"[DATABASE]\": permission denied for function pg_get_viewdef",
    );
    psql(database.settings(), "GRANT EXECUTE ON FUNCTION pg_catalog.pg_get_viewdef(oid) TO PUBLIC");
    // Files need a scratch database.
    console.write("a.sql", "CREATE TABLE t ();");
    let stderr = fails(&console, &["diff", &few, "a.sql"], "42501: permission denied to create database\n");
    assert!(stderr.contains("--database-url"), "{stderr}");
    psql(database.settings(), "DROP SUBSCRIPTION sub");
    forget(&database, &role);
}

#[test]
fn databases_of_other_encodings() {
    let console = Console::new();
    let server = TestServer::shared();
    let utf8 = server.database("utf8");
    let other = |encoding: &str| {
        let name = format!("{}_{}", utf8.name(), encoding.to_lowercase());
        let make = format!(
            "CREATE DATABASE \"{name}\" ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        );
        psql(&server.settings("postgres"), &make);
        utf8.settings().with_dbname(&name)
    };
    let (latin1, ascii) = (other("LATIN1"), other("SQL_ASCII"));
    let schema = "SET client_encoding = 'UTF8'; CREATE SCHEMA \"Grün\"; CREATE TYPE \"Grün\".\"größe\" AS ENUM ('süß', 'mäßig');
         CREATE TABLE \"Grün\".\"Ärger\" (\"Maß\" int DEFAULT length('é'), s \"Grün\".\"größe\" DEFAULT 'süß', CHECK (\"Maß\" <> length('ñ')));
         CREATE INDEX \"ß\" ON \"Grün\".\"Ärger\" ((\"Maß\" + length('ü'))); COMMENT ON TABLE \"Grün\".\"Ärger\" IS 'schön';
         CREATE VIEW \"Grün\".v AS SELECT \"Maß\", 'ø'::text AS ø FROM \"Grün\".\"Ärger\";
         CREATE FUNCTION \"Grün\".f() RETURNS text LANGUAGE sql AS $$SELECT 'æ'$$;";
    for settings in [utf8.settings(), &latin1, &ascii] {
        psql(settings, schema);
    }
    let urls = [utf8.url(), latin1.to_url(), ascii.to_url()];
    for from in &urls {
        for to in &urls {
            assert_eq!(works(&console, &["diff", from, to]), SAME, "{from} {to}");
        }
    }
    // A character that the start can't hold is told before the plan fails.
    psql(utf8.settings(), "COMMENT ON SCHEMA \"Grün\" IS 'ten €'");
    let expected = "22P05: the plan has characters that encoding LATIN1 of FROM does not have\n";
    fails(&console, &["diff", &urls[1], &urls[0]], expected);
    assert!(works(&console, &["diff", &urls[2], &urls[0], "--format", "sql"]).contains('€'));
    assert!(works(&console, &["diff", &urls[0], &urls[1], "--format", "sql"]).contains("IS NULL"));
    // Bytes that are no text.
    psql(
        &ascii,
        "SET client_encoding = 'SQL_ASCII'; DO $$ BEGIN EXECUTE 'COMMENT ON SCHEMA public IS ''' || chr(233) || ''''; END $$",
    );
    let stderr =
        fails(&console, &["diff", &urls[2], &urls[0]], "22021: could not read the catalog of database ");
    assert!(stderr.contains("SQL_ASCII"), "{stderr}");
    for settings in [latin1, ascii] {
        psql(
            &server.settings("postgres"),
            &format!("DROP DATABASE \"{}\"", settings.dbname.expect("a name")),
        );
    }
}

#[test]
fn two_servers() {
    let console = Console::new();
    let (here, elsewhere) = (TestServer::shared(), TestServer::start());
    let (from, to) = (here.database("two_servers"), elsewhere.database("two_servers"));
    let schema = "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE VIEW v AS SELECT id FROM t;";
    psql(from.settings(), schema);
    psql(to.settings(), schema);
    assert_eq!(works(&console, &["diff", &from.url(), &to.url()]), SAME);
    psql(
        to.settings(),
        "ALTER TABLE t ADD COLUMN b int; CREATE ROLE two_servers_owner; ALTER VIEW v OWNER TO two_servers_owner",
    );
    let plan = works(&console, &["diff", &from.url(), &to.url(), "--format", "sql"]);
    let error = try_psql(from.settings(), &plan).expect_err("the role is not there");
    assert!(error.contains("role \"two_servers_owner\" does not exist"), "{error}");
    let plan = works(&console, &["diff", &from.url(), &to.url(), "--format", "sql", "--ignore-owner"]);
    psql(from.settings(), &plan);
    assert_eq!(works(&console, &["diff", &from.url(), &to.url(), "--ignore-owner"]), SAME);
}

/// A server that replays what another writes answers as that one does.
#[test]
fn a_hot_standby() {
    let console = Console::new();
    let server = TestServer::start();
    let database = server.database("standby");
    psql(database.settings(), "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t;");
    psql(database.settings(), "CHECKPOINT; COPY (SELECT 1) TO PROGRAM 'touch standby.signal'");
    let private = server.private().expect("a server of its own");
    private.stop().expect("it stops");
    private.start().expect("it starts again");
    assert_eq!(psql(database.settings(), "SELECT pg_is_in_recovery()").trim(), "t");
    console.write("a.sql", "CREATE TABLE t (id int PRIMARY KEY, a int);");
    let elsewhere = TestServer::shared().settings("postgres").to_url();
    let (url, at) = (database.url(), ["--database-url", &elsewhere]);
    let plan = works(&console, &[&["diff", &url, "a.sql", "--format", "sql"][..], &at].concat());
    assert!(plan.contains("DROP VIEW public.v") && plan.contains("ADD COLUMN a integer"), "{plan}");
    assert_eq!(works(&console, &["diff", &url, &url]), SAME);
    let stderr = fails(
        &console,
        &["diff", &url, "a.sql"],
        "25006: cannot execute CREATE DATABASE in a read-only transaction\n",
    );
    assert!(stderr.contains("--database-url"), "{stderr}");
    psql(database.settings(), "SELECT pg_promote()");
}

/// Installations of other major versions, by their `pg_config`.
fn other_majors() -> Vec<PathBuf> {
    let version = psql(&TestServer::shared().settings("postgres"), "SHOW server_version_num");
    let own = version.trim()[..2].to_owned();
    let home = std::env::var("HOME").unwrap_or_default();
    let majors = (15..=18).map(|major| major.to_string()).filter(|major| *major != own);
    let roots = ["/".into(), format!("{home}/.cache/pggit/postgresql"), "/var/cache/pggit/postgresql".into()];
    majors
        .flat_map(|major| {
            roots.clone().map(|root| {
                let root = if root == "/" { PathBuf::from(root) } else { Path::new(&root).join(&major) };
                root.join(format!("usr/lib/postgresql/{major}/bin/pg_config"))
            })
        })
        .filter(|path| path.is_file())
        .collect()
}

/// The private server of a project, ended with the value.
struct OtherServer {
    console: Console,
    url: String,
}

impl OtherServer {
    fn start(pg_config: &Path) -> Self {
        let mut console = Console::new();
        console.variable("PGGIT_PG_CONFIG", &pg_config.display().to_string());
        console.run(&["init"]);
        let shown = console.output(&["dev", "start"]);
        let url = String::from_utf8(shown.stdout).expect("a URL").trim().to_owned();
        assert!(url.starts_with("postgresql://"), "{url} {}", String::from_utf8_lossy(&shown.stderr));
        Self { console, url }
    }

    fn settings(&self) -> ConnectionSettings {
        ConnectionSettings::parse(&self.url).expect("a URL")
    }
}

impl Drop for OtherServer {
    fn drop(&mut self) {
        self.console.run(&["dev", "stop", "--remove"]);
    }
}

#[test]
fn servers_of_other_major_versions() {
    let majors = other_majors();
    if majors.is_empty() {
        eprintln!("skipped: there is no PostgreSQL of another major version");
        return;
    }
    let console = Console::new();
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let file = |name: &str| std::fs::read_to_string(shop.join(name)).expect("the example is there");
    let schema = format!("{}\n{}", file("roles.sql"), file("schema.sql"));
    let here = TestServer::shared().database("majors");
    psql(here.settings(), &schema);
    for pg_config in majors {
        let there = OtherServer::start(&pg_config);
        psql(&there.settings(), &schema);
        // ALL has come to mean more.
        let all = "CREATE TABLE granted (id int); GRANT ALL ON granted TO pg_monitor WITH GRANT OPTION;";
        for settings in [here.settings(), &there.settings()] {
            psql(settings, all);
        }
        let url = here.url();
        for sides in [[&url, &there.url], [&there.url, &url]] {
            assert_eq!(works(&console, &["diff", sides[0], sides[1]]), SAME, "{sides:?}");
        }
        // A plan from here to there leads there.
        psql(
            &there.settings(),
            "CREATE TABLE only_there (id int PRIMARY KEY, t text); CREATE VIEW seen AS SELECT id, t FROM only_there WHERE id > 1;",
        );
        let plan = works(&console, &["diff", &url, &there.url, "--format", "sql"]);
        assert!(plan.contains("CREATE VIEW public.seen") && !plan.contains("DROP"), "{plan}");
        psql(here.settings(), &plan);
        assert_eq!(works(&console, &["diff", &url, &there.url]), SAME);
        assert_eq!(works(&console, &["diff", &there.url, &url]), SAME);
        // What this server has not got.
        let virtual_column =
            "ALTER TABLE only_there ADD COLUMN twice int GENERATED ALWAYS AS (id * 2) VIRTUAL";
        if try_psql(&there.settings(), virtual_column).is_ok() {
            let shown = console.run(&["--verbose", "diff", &url, &there.url]);
            let expected = "error: 42601: could not build the schema of TO (PostgreSQL 18) on the server of FROM (PostgreSQL ";
            assert!(
                shown.starts_with("exit status 1\n----- stdout\n-----") && shown.contains(expected),
                "{shown}"
            );
            assert_eq!(
                works(&console, &["diff", &url, &there.url, "--exclude", "only_there", "--exclude", "seen"]),
                SAME
            );
        }
        psql(here.settings(), "DROP TABLE only_there, granted CASCADE");
    }
}
