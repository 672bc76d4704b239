//! Migrations that can't be run: each is one clear error, and nothing is half-done.

mod console;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use console::Console;
use pggit_testkit::{TestDatabase, TestServer, psql};

/// A project with a migration that works, and its database.
fn project(hint: &str) -> (Console, TestDatabase) {
    let mut console = Console::new();
    let database = TestServer::shared().database(hint);
    console.variable("DATABASE_URL", &database.url());
    console.run(&["init"]);
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\n");
    (console, database)
}

/// Fails unless the command fails with one error that has this text; returns all that is shown.
#[track_caller]
fn fails(console: &Console, arguments: &[&str], expected: &str) -> String {
    let shown = console.run(arguments);
    let (head, stderr) = shown.split_once("----- stderr\n").expect("both streams");
    assert_eq!(head, "exit status 1\n----- stdout\n", "{shown}");
    assert_eq!(stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{shown}");
    assert!(stderr.contains(expected), "{expected:?} is not in\n{shown}");
    shown
}

/// Tables of the user, and what the ledger holds.
fn content(database: &TestDatabase) -> String {
    let tables = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class \
                  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
    let ledger = "SELECT to_regclass('public.tb_confiture') IS NOT NULL";
    let rows = if psql(database.settings(), ledger).trim() == "t" {
        psql(database.settings(), "SELECT string_agg(version, ' ' ORDER BY version) FROM tb_confiture")
    } else {
        "no ledger".to_owned()
    };
    format!("{} | {}", psql(database.settings(), tables).trim(), rows.trim())
}

#[test]
fn directories_and_files() {
    let (console, database) = project("files");
    fails(&console, &["migrate", "up", "--dir", "nowhere"], "could not read \"nowhere\"");
    fails(&console, &["migrate", "status", "--dir", "nowhere"], "could not read \"nowhere\"");
    fails(&console, &["migrate", "up", "--dir", "db/migrations/001_a.sql"], "could not read");
    fs::create_dir(console.path().join("empty")).expect("a directory");
    fails(&console, &["migrate", "up", "--dir", "empty"], "there are no migrations in \"empty\"");

    let migrations = console.path().join("db/migrations");
    symlink("nowhere", migrations.join("002_b.sql")).expect("a link");
    for verb in ["up", "status", "down", "validate", "baseline", "repair", "verify"] {
        fails(&console, &["migrate", verb], "could not read \"[DIR]/db/migrations/002_b.sql\"");
    }
    fs::remove_file(migrations.join("002_b.sql")).expect("removed");
    fs::write(migrations.join("002_b.sql"), b"SELECT 1;\nSELECT '\xff';\n").expect("written");
    fails(&console, &["migrate", "up"], "002_b.sql:2: the file is not UTF-8");
    fs::write(migrations.join("002_b.sql"), b"SELECT 1;\nSELECT '\0';\n").expect("written");
    fails(&console, &["migrate", "up"], "002_b.sql:2: the file holds a NUL character");
    console.write("db/migrations/002_b.sql", "SELECT 1;\n");
    console.write("db/migrations/2_c.sql", "SELECT 1;\n");
    fails(&console, &["migrate", "up"], "002_b.sql: 2_c.sql has the same version, \"2\"");
    assert_eq!(content(&database), " | no ledger");
}

#[test]
fn templates() {
    let (mut console, database) = project("templates");
    console.variable("EMPTY", "");
    for (text, expected) in [
        ("SELECT 1;\nSELECT {{nothing}};", "002_b.sql:2:8: unknown template \"{{nothing}}\""),
        ("SELECT * FROM {{tables.a;", "002_b.sql:1:15: template \"{{tables.a;\" is not closed"),
        (
            "SELECT '${NOT_SET_ANYWHERE}', {{schema}}.x;",
            "environment variable \"NOT_SET_ANYWHERE\" is not set",
        ),
        ("SELECT ${NOT_CLOSED;", "002_b.sql:1:8: template \"${NOT_CLOSED;\" is not closed"),
        ("SELECT * FROM {{tables.}};", "002_b.sql:1:15: "),
    ] {
        console.write("db/migrations/002_b.sql", text);
        for verb in [&["migrate", "up"][..], &["migrate", "up", "--dry-run"], &["migrate", "verify"]] {
            let shown = fails(&console, verb, expected);
            assert!(shown.contains("HINT:  "), "{shown}");
        }
    }
    assert_eq!(content(&database), " | no ledger");
}

/// A file that we may not read, and a directory: run as somebody who is not root.
#[test]
fn files_that_are_not_for_us() {
    let (console, database) = project("not_for_us");
    let program = console.path().join("confiture");
    // By another process: a program can't be started while a child of ours, begun by another test, has it open for writing.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_confiture")).arg(&program).status();
    assert!(copied.expect("cp is there").success(), "a copy that everybody may run");
    let only = |path: &str, mode: u32| {
        let path = console.path().join(path);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("permissions");
    };
    let shown = |verb: &str| {
        let mut command = Command::new(&program);
        if fs::metadata(console.path()).expect("a directory").uid() == 0 {
            command.uid(65534).gid(65534);
        }
        let output = console.with_input(command.args(["migrate", verb]), "");
        assert_eq!(output.status.code(), Some(1), "{verb}: {output:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    only(".", 0o755);
    let file = console.write("db/migrations/002_b.sql", "SELECT 1;\n");
    only("db/migrations/002_b.sql", 0o000);
    for verb in ["up", "status", "validate"] {
        let expected = format!("error: could not read \"{}\": Permission denied", file.display());
        let shown = shown(verb);
        assert!(shown.starts_with(&expected) && shown.lines().count() == 1, "{verb}: {shown}");
    }
    only("db/migrations", 0o000);
    let directory = console.path().join("db/migrations");
    let expected = format!("error: could not read \"{}\": Permission denied", directory.display());
    assert!(shown("up").starts_with(&expected));
    only("db/migrations", 0o755);
    assert_eq!(content(&database), " | no ledger");
}

#[test]
fn statements_on_any_line() {
    let (console, database) = project("statements");
    console.run(&["migrate", "up"]);
    let good = [
        "CREATE TABLE b (id int);",
        "-- a comment",
        "",
        "INSERT INTO b VALUES (1);",
        "COMMENT ON TABLE b IS 'ü';",
    ];
    for line in 0..=good.len() {
        let mut lines = good.to_vec();
        lines.insert(line, "  CREATE TABEL c ();");
        console.write("db/migrations/002_b.sql", &lines.join("\n"));
        let place = format!("002_b.sql:{}:10: syntax error at or near \"TABEL\"", line + 1);
        let shown = fails(&console, &["migrate", "up"], "DETAIL:  LINE ").replace("[TIME]", "");
        assert!(shown.contains(&place), "{shown}");
        assert_eq!(content(&database), "a tb_confiture | 001");
        lines[line] = "SELECT 'never ends;";
        let place = format!("002_b.sql:{}:8: unterminated string constant", line + 1);
        if line < good.len() {
            // The quote of the last line would end it.
            lines.pop();
        }
        console.write("db/migrations/002_b.sql", &lines.join("\n"));
        fails(&console, &["migrate", "up"], &place);
        assert_eq!(content(&database), "a tb_confiture | 001");
    }
}

#[test]
fn files_that_do_not_fit_the_ledger() {
    let (console, database) = project("ledger");
    fails(&console, &["migrate", "down"], "there is nothing to roll back");
    console.run(&["migrate", "up"]);
    console.write("db/migrations/002_b.sql", "CREATE TABLE b (id int);\n");
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id bigint);\n");
    fails(&console, &["migrate", "up"], "modified after being applied: 001_a.sql");
    fails(&console, &["migrate", "baseline"], "modified after being applied: 001_a.sql");
    fs::remove_file(console.path().join("db/migrations/001_a.sql")).expect("removed");
    fails(&console, &["migrate", "up"], "applied, but without a file: 001");
    fails(&console, &["migrate", "down"], "applied, but without a file: 001");
    fails(
        &console,
        &["migrate", "down", "--steps", "2"],
        "2 migrations are to be rolled back, but only 1 can be",
    );
    fails(&console, &["migrate", "down", "--target", "7"], "there is no migration \"7\"");
    assert_eq!(content(&database), "a tb_confiture | 001");
}

#[test]
fn databases_and_schemas() {
    let (mut console, database) = project("databases");
    let mut settings = database.settings().clone();
    settings.dbname = Some("no \"such".to_owned());
    let url = settings.to_url();
    fails(&console, &["migrate", "up", "--database-url", &url], "database \"no \"such\" does not exist");

    console.write("confiture.toml", "[migrations]\nledger = \"nowhere.tb_confiture\"\n");
    let shown = fails(&console, &["migrate", "up"], "schema \"nowhere\" does not exist");
    assert!(!shown.contains("applied"), "{shown}");
    console.write("confiture.toml", "");
    assert_eq!(content(&database), " | no ledger");

    psql(
        database.settings(),
        "ALTER DATABASE CURRENT_DB SET default_transaction_read_only = on"
            .replace("CURRENT_DB", &format!("\"{}\"", database.name()))
            .as_str(),
    );
    fails(&console, &["migrate", "up"], "in a read-only transaction");
    psql(
        database.settings(),
        &format!(
            "SET default_transaction_read_only = off; ALTER DATABASE \"{}\" RESET default_transaction_read_only",
            database.name()
        ),
    );
    assert_eq!(content(&database), " | no ledger");

    let role = format!("limited_{}", std::process::id());
    psql(database.settings(), &format!("CREATE ROLE {role} LOGIN"));
    settings.dbname = Some(database.name().to_owned());
    settings.user = Some(role.clone());
    console.variable("DATABASE_URL", &settings.to_url());
    fails(&console, &["migrate", "up"], "permission denied for schema public");
    psql(database.settings(), "REVOKE USAGE ON SCHEMA public FROM PUBLIC");
    for verb in ["up", "baseline"] {
        fails(&console, &["migrate", verb], "no schema has been selected to create the ledger in");
    }
    console.write("confiture.toml", "[migrations]\nledger = \"public.tb_confiture\"\n");
    fails(&console, &["migrate", "up"], "permission denied for schema public");
    console.write("confiture.toml", "");
    psql(database.settings(), "GRANT USAGE ON SCHEMA public TO PUBLIC");
    assert_eq!(content(&database), " | no ledger");
    // A ledger of somebody else's.
    console.variable("DATABASE_URL", &database.url());
    console.run(&["migrate", "baseline"]);
    console.variable("DATABASE_URL", &settings.to_url());
    fails(&console, &["migrate", "status"], "permission denied for table tb_confiture");
    psql(
        database.settings(),
        &format!("GRANT SELECT ON tb_confiture TO {role}; GRANT CREATE ON SCHEMA public TO {role}"),
    );
    console.write("db/migrations/002_b.sql", "CREATE TABLE b (id int);\n");
    fails(&console, &["migrate", "up"], "permission denied for table tb_confiture");
    fails(&console, &["migrate", "repair", "--target", "7"], "there is no migration \"7\"");
    assert_eq!(content(&database), "tb_confiture | 001");
    psql(database.settings(), &format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn passwords() {
    let server = TestServer::start();
    let database = server.database("passwords");
    let rules = "local all secret scram-sha-256\nlocal all all trust";
    let copy = format!(
        "CREATE ROLE secret LOGIN PASSWORD 'right'; \
         COPY (SELECT a FROM (VALUES ($${}$$)) v (a)) TO PROGRAM 'cat > pg_hba.conf'; SELECT pg_reload_conf()",
        rules.replace('\n', "$$),($$")
    );
    psql(database.settings(), &copy);
    let mut console = Console::new();
    console.run(&["init"]);
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\n");
    let mut settings = database.settings().clone();
    settings.user = Some("secret".to_owned());
    let url = format!("{}&password=wrong", settings.to_url());
    console.variable("DATABASE_URL", &url);
    // The server reads its rules a moment later.
    let start = Instant::now();
    while console.run(&["migrate", "status"]).starts_with("exit status 0") {
        assert!(start.elapsed() < Duration::from_secs(20), "the rules are not read");
        thread::sleep(Duration::from_millis(50));
    }
    let shown = fails(&console, &["migrate", "up"], "password authentication failed for user \"secret\"");
    assert!(!shown.contains("wrong"), "{shown}");
    assert_eq!(content(&database), " | no ledger");
}
