//! `lint` of files, by their text and with a database.

mod console;

use console::{Console, stable};
use pggit_testkit::{TestServer, psql};

const MIGRATION: &str = "\
-- Adds what is new.
CREATE TABLE notes (id integer PRIMARY KEY);
CREATE INDEX ON notes (id);
ALTER TABLE users ALTER COLUMN name TYPE text;

  ALTER TABLE users ADD CONSTRAINT named
    CHECK (name <> '');
-- confiture:ignore data-loss, breaks-applications
ALTER TABLE users DROP COLUMN old;
CREATE INDEX CONCURRENTLY users_name ON users (name);
";

#[test]
fn text_alone() {
    let console = Console::new();
    console.write("m/1.sql", MIGRATION);
    console.write("fine.sql", "CREATE TABLE t (id integer);");
    console.write("bad.sql", "SELECT 1;\nALTER TABL t;\n");
    stable().bind(|| {
        insta::assert_snapshot!("lint_text", console.run(&["lint", "m"]));
        insta::assert_snapshot!(
            "lint_github",
            console.run(&[
                "lint",
                "m/1.sql",
                "--format",
                "github",
                "--allow",
                "blocks-reads",
                "--allow",
                "blocks-writes"
            ])
        );
        insta::assert_snapshot!("lint_fine", console.run(&["lint", "fine.sql"]));
        insta::assert_snapshot!("lint_bad", console.run(&["lint", "bad.sql"]));
        insta::assert_snapshot!("lint_allow", console.run(&["lint", "fine.sql", "--allow", "nothing"]));
    });
}

#[test]
fn with_a_database_locks_are_seen() {
    let console = Console::new();
    let database = TestServer::shared().database("lint");
    let schema = "CREATE TABLE users (id integer PRIMARY KEY, name varchar(10), old text);";
    psql(database.settings(), schema);
    console.write("1.sql", MIGRATION);
    let url = database.url();
    let shown = console.run(&["lint", "--database-url", &url, "1.sql", "--format", "json"]);
    // A longer text needs no other rows, and the check is seen to read them all.
    assert!(!shown.contains("table-rewrite"), "{shown}");
    assert!(shown.contains("\"full-scan\""), "{shown}");
    assert!(shown.contains("ACCESS EXCLUSIVE on public.users"), "{shown}");
    assert!(shown.contains("not-transactional"), "{shown}");
    assert!(shown.contains("exit status 3"), "{shown}");
    let columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'old'";
    assert_eq!(psql(database.settings(), columns).trim(), "1", "the database itself stays as it is");
}

#[test]
fn with_a_database_its_settings_hold() {
    let console = Console::new();
    let database = TestServer::shared().database("lint_settings");
    let name = database.name();
    psql(
        database.settings(),
        &format!(
            "CREATE SCHEMA app; CREATE TABLE app.t (at timestamp); ALTER DATABASE \"{name}\" SET search_path = app;
             ALTER DATABASE \"{name}\" SET timezone = 'Europe/Paris'"
        ),
    );
    console.write("1.sql", "ALTER TABLE t ALTER COLUMN at TYPE timestamptz;\n");
    let url = database.url();
    let lint = ["lint", "--database-url", &url, "1.sql", "--format", "json"];
    let shown = console.run(&lint);
    // Only in UTC are the stored values the same.
    assert!(shown.contains("\"table-rewrite\"") && shown.contains("ACCESS EXCLUSIVE on app.t"), "{shown}");
    psql(database.settings(), &format!("ALTER DATABASE \"{name}\" SET timezone = 'UTC'"));
    assert!(!console.run(&lint).contains("table-rewrite"), "{shown}");
}
