//! `fraiseql migrate`: output, prompts and errors.

mod console;

use std::fs;

use console::{Console, stable};
use pggit_testkit::{TestDatabase, TestServer, psql};
use pggit_wire::ConnectionSettings;

const USERS: &str = "CREATE TABLE tb_user (id int PRIMARY KEY);\n\n-- Rollback:\n-- DROP TABLE tb_user;\n";
const POSTS: &str = "CREATE TABLE tb_post (id int PRIMARY KEY);\n";

fn project(hint: &str) -> (Console, TestDatabase) {
    let mut console = Console::new();
    let database = TestServer::shared().database(hint);
    console.variable("DATABASE_URL", &database.url());
    (console, database)
}

#[test]
fn usage() {
    let console = Console::new();
    stable().bind(|| {
        insta::assert_snapshot!("fraiseql_help", console.fraiseql(&["migrate", "--help"], ""));
        for verb in ["init", "create", "up", "down", "status"] {
            insta::assert_snapshot!(
                format!("fraiseql_help_{verb}"),
                console.fraiseql(&["migrate", verb, "-h"], "")
            );
        }
        insta::assert_snapshot!("fraiseql_steps", console.fraiseql(&["migrate", "up", "--steps", "0"], ""));
    });
}

#[test]
fn a_whole_life() {
    let (console, database) = project("fraiseql_life");
    stable().bind(|| {
        insta::assert_snapshot!("fraiseql_init", console.fraiseql(&["migrate", "init"], ""));
        insta::assert_snapshot!("fraiseql_init_again", console.fraiseql(&["migrate", "init"], ""));
        insta::assert_snapshot!("fraiseql_up_empty", console.fraiseql(&["migrate", "up"], ""));
        insta::assert_snapshot!("fraiseql_status_empty", console.fraiseql(&["migrate", "status"], ""));
        insta::assert_snapshot!(
            "fraiseql_create",
            console.fraiseql(&["migrate", "create", "initial_schema"], "")
        );
    });
    let made = fs::read_to_string(console.path().join("migrations/001_initial_schema.sql")).expect("a file");
    assert!(made.starts_with("-- Migration 001: Initial schema\n"), "{made}");
    console.write("migrations/001_initial_schema.sql", USERS);
    console.fraiseql(&["migrate", "create", "add comments-table"], "");
    console.write("migrations/002_add_comments_table.sql", POSTS);
    console.write("migrations/003_add_indexes.sql", "CREATE INDEX CONCURRENTLY i ON tb_post (id);\n");
    console.write("migrations/003_add_indexes.down.sql", "DROP INDEX CONCURRENTLY i;\n");
    stable().bind(|| {
        insta::assert_snapshot!("fraiseql_dry_run", console.fraiseql(&["migrate", "up", "--dry-run"], ""));
    });
    assert_eq!(psql(database.settings(), "SELECT to_regclass('fraiseql_migrations')").trim(), "");
    stable().bind(|| {
        insta::assert_snapshot!(
            "fraiseql_up_steps",
            console.fraiseql(&["migrate", "up", "--steps", "1"], "")
        );
        insta::assert_snapshot!("fraiseql_status", console.fraiseql(&["migrate", "status"], ""));
        insta::assert_snapshot!("fraiseql_up", console.fraiseql(&["migrate", "up"], ""));
        insta::assert_snapshot!("fraiseql_up_nothing", console.fraiseql(&["migrate", "up"], ""));
        insta::assert_snapshot!(
            "fraiseql_dry_run_nothing",
            console.fraiseql(&["migrate", "up", "--dry-run"], "")
        );
        insta::assert_snapshot!(
            "fraiseql_status_json",
            console.fraiseql(&["migrate", "status", "--format", "json"], "")
        );
        insta::assert_snapshot!("fraiseql_down_no", console.fraiseql(&["migrate", "down"], "n\n"));
        insta::assert_snapshot!("fraiseql_down_end_of_input", console.fraiseql(&["migrate", "down"], ""));
        insta::assert_snapshot!("fraiseql_down_yes", console.fraiseql(&["migrate", "down"], "y\n"));
        insta::assert_snapshot!("fraiseql_down_derived_no", console.fraiseql(&["migrate", "down"], "n\n"));
    });
    assert_eq!(
        psql(database.settings(), "SELECT version FROM fraiseql_migrations ORDER BY applied_at").trim(),
        "001_initial_schema\n002_add_comments_table"
    );
    console.write("migrations/002_add_comments_table.down.sql", "DROP TABLE tb_post;\n");
    stable().bind(|| {
        insta::assert_snapshot!(
            "fraiseql_down_force",
            console.fraiseql(&["migrate", "down", "--steps", "2", "--force"], "")
        );
        insta::assert_snapshot!(
            "fraiseql_down_nothing",
            console.fraiseql(&["migrate", "down", "--force"], "")
        );
    });
    fs::remove_file(console.path().join("migrations/002_add_comments_table.down.sql")).expect("removed");
    console.write("migrations/003_add_indexes.sql", "INSERT INTO tb_post VALUES (1);\n");
    fs::remove_file(console.path().join("migrations/003_add_indexes.down.sql")).expect("removed");
    console.fraiseql(&["migrate", "up"], "");
    let not_derived = console.fraiseql(&["migrate", "down", "--force"], "");
    stable().bind(|| insta::assert_snapshot!("fraiseql_down_no_way", not_derived));
    console.write("migrations/003_add_indexes.down.sql", "DELETE FROM tb_post;\n");
    let derived = console.fraiseql(&["migrate", "down", "--force", "--steps", "2"], "");
    stable().bind(|| insta::assert_snapshot!("fraiseql_down_derived", derived));
    assert_eq!(
        psql(database.settings(), "SELECT version FROM fraiseql_migrations").trim(),
        "001_initial_schema"
    );
}

/// What happens inside a migration stands on stderr, beside the documented output.
#[test]
fn a_run_that_goes_on() {
    let (console, _database) = project("fraiseql_goes_on");
    let start = "-- no-transaction\nCREATE TABLE a (id int);\n";
    console.write("migrations/001_a.sql", &format!("{start}SELECT wrong;\n"));
    console.fraiseql(&["migrate", "up"], "");
    console.write("migrations/001_a.sql", &format!("{start}SELECT 1;\n"));
    stable().bind(|| {
        insta::assert_snapshot!("fraiseql_goes_on", console.fraiseql(&["migrate", "up"], ""));
    });
}

#[test]
fn applied_files_that_changed_or_are_gone() {
    let (console, database) = project("fraiseql_changed");
    console.fraiseql(&["migrate", "init", "--path", "db/sql"], "");
    console.write("db/sql/001_a.sql", USERS);
    console.write("db/sql/003_add_indexes.sql", POSTS);
    let path = ["--path", "db/sql"];
    assert!(console.fraiseql(&["migrate", "up", path[0], path[1]], "").starts_with("exit status 0\n"));
    console.write("db/sql/003_add_indexes.sql", "CREATE TABLE tb_post (id bigint PRIMARY KEY);\n");
    console.write("db/sql/004_c.sql", "CREATE TABLE c (id int);\n");
    stable().bind(|| {
        insta::assert_snapshot!(
            "fraiseql_mismatch",
            console.fraiseql(&["migrate", "up", path[0], path[1]], "")
        );
        insta::assert_snapshot!(
            "fraiseql_mismatch_status",
            console.fraiseql(&["migrate", "status", path[0], path[1]], "")
        );
    });
    console.write("db/sql/003_add_indexes.sql", &POSTS.replace('\n', "\r\n"));
    fs::remove_file(console.path().join("db/sql/001_a.sql")).expect("removed");
    stable().bind(|| {
        insta::assert_snapshot!(
            "fraiseql_missing",
            console.fraiseql(&["migrate", "up", path[0], path[1]], "")
        );
        insta::assert_snapshot!(
            "fraiseql_missing_status",
            console.fraiseql(&["migrate", "status", path[0], path[1]], "")
        );
    });
    console.write("db/sql/001_a.sql", USERS);
    console.write("db/sql/002_b.sql", "CREATE TABLE b (id int);\n");
    stable().bind(|| {
        insta::assert_snapshot!("fraiseql_late", console.fraiseql(&["migrate", "up", path[0], path[1]], ""));
    });
    let tables = "SELECT count(*) FROM pg_class WHERE relname IN ('b', 'c')";
    assert_eq!(psql(database.settings(), tables).trim(), "0");
    let allowed = console.fraiseql(&["migrate", "up", "--allow-out-of-order", path[0], path[1]], "");
    assert!(allowed.starts_with("exit status 0\n"), "{allowed}");
    assert_eq!(psql(database.settings(), tables).trim(), "2");
}

#[test]
fn bad_input() {
    let (mut console, database) = project("fraiseql_bad");
    let fails = |console: &Console, arguments: &[&str], expected: &str| {
        let shown = console.fraiseql(arguments, "");
        assert!(shown.starts_with("exit status 1\n----- stdout\n----- stderr\nError: "), "{shown}");
        assert!(shown.contains(expected), "{expected}\n{shown}");
    };
    for verb in ["up", "status", "down"] {
        fails(&console, &["migrate", verb], "there is no directory \"migrations\"");
    }
    fails(&console, &["migrate", "create", "x"], "HINT:  \"fraiseql migrate init\" makes it");
    console.write("migrations/001_a.sql", USERS);
    let other = console.write("migrations/001_b.sql", USERS);
    fails(&console, &["migrate", "up"], "001_b.sql has the same version, \"001\"");
    fs::remove_file(other).expect("removed");
    let bad = console.path().join("migrations/002_b.sql");
    for (bytes, expected) in [
        (&b"SELECT 1;\n\xff"[..], "002_b.sql:2: the file is not UTF-8"),
        (b"SELECT 'x", "002_b.sql:1:8: unterminated string constant"),
        (b"SELECT {{nothing}}", "002_b.sql:1:8: unknown template \"{{nothing}}\""),
        (b"SELECT ${NOT_SET_ANYWHERE}", "environment variable \"NOT_SET_ANYWHERE\" is not set"),
    ] {
        fs::write(&bad, bytes).expect("written");
        fails(&console, &["migrate", "up"], expected);
    }
    assert_eq!(
        psql(database.settings(), "SELECT count(*) FROM pg_class WHERE relname = 'tb_user'").trim(),
        "0"
    );
    fs::write(&bad, "CREATE TABLE b (id int);\nSELECT nothing;\n").expect("written");
    let shown = console.fraiseql(&["migrate", "up", "--verbose"], "");
    assert!(shown.contains("Error: 42703: 002_b.sql:2:8: column \"nothing\" does not exist"), "{shown}");
    assert!(shown.contains("✓ Running migration: 001_a.sql\n✓ Migration completed successfully\n✓ Running migration: 002_b.sql\n-----"), "{shown}");
    psql(
        database.settings(),
        "CREATE TABLE other (version int); ALTER TABLE fraiseql_migrations RENAME TO kept; ALTER TABLE other RENAME TO fraiseql_migrations",
    );
    fails(&console, &["migrate", "status"], "is not a ledger of migrations: it has no column \"applied_at\"");
    console.variable("DATABASE_URL", "postgresql:///x?host=/nonexistent");
    fails(&console, &["migrate", "up"], "could not connect");
}

#[test]
fn missing_rights() {
    let (mut console, database) = project("fraiseql_rights");
    let role = format!("{}_role", database.name());
    psql(
        database.settings(),
        &format!(
            "CREATE ROLE \"{role}\" LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO \"{role}\""
        ),
    );
    let settings = ConnectionSettings { user: Some(role.clone()), ..database.settings().clone() };
    console.variable("DATABASE_URL", &settings.to_url());
    console.write("migrations/001_a.sql", USERS);
    let shown = console.fraiseql(&["migrate", "up"], "");
    psql(database.settings(), &format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\""));
    assert!(
        shown.starts_with(
            "exit status 1\n----- stdout\n----- stderr\nError: permission denied for schema public\n"
        ),
        "{shown}"
    );
}
