//! The verbs of `migrate` beside up, down and status, on a server without the extension in the database.

mod console;

use std::fs;

use console::{Console, stable};
use pggit_testkit::{TestDatabase, TestServer, psql};

/// A project and its database.
fn project(hint: &str) -> (Console, TestDatabase) {
    let mut console = Console::new();
    let database = TestServer::shared().database(hint);
    console.variable("DATABASE_URL", &database.url());
    console.run(&["init"]);
    (console, database)
}

fn names(console: &Console) -> Vec<String> {
    let entries = fs::read_dir(console.path().join("db/migrations")).expect("a directory");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    names
}

#[test]
fn new_files_follow_those_that_exist() {
    let console = Console::new();
    console.run(&["init"]);
    let shown = console.run(&["migrate", "new", "Add users"]);
    assert!(shown.starts_with("exit status 0\n") && shown.contains("_001_add_users.py\n"), "{shown}");
    let [first] = &names(&console)[..] else { panic!("one file") };
    fs::remove_file(console.path().join("db/migrations").join(first)).expect("removed");
    console.write("db/migrations/001_a.up.sql", "CREATE TABLE a (id int);\n");
    console.write("db/migrations/001_a.down.sql", "DROP TABLE a;\n");
    stable().bind(|| insta::assert_snapshot!("migrate_new_pair", console.run(&["migrate", "new", "b"])));
    console.run(&["migrate", "new", "c", "--form", "sql"]);
    stable().bind(|| {
        insta::assert_snapshot!(
            "migrate_new_json",
            console
                .run(&["migrate", "new", "d", "--format", "json", "--dir", "elsewhere", "--form", "flyway"])
                .replace(char::is_numeric, "0")
        );
    });
    assert_eq!(
        names(&console),
        ["001_a.down.sql", "001_a.up.sql", "002_b.down.sql", "002_b.up.sql", "003_c.sql"]
    );
}

#[test]
fn validate() {
    let (console, database) = project("validate");
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\n");
    console.write("db/migrations/002_b.sql", "CREATE TABLE b (id int);\n");
    console.write("db/migrations/004_d.sql", "CREATE TABLE d (id int);\n");
    console.write("db/migrations/005_e.sql", "CREATE TABLE e (id int);\n-- Rollback:\n-- DROP TABLE 'e;\n");
    console.run(&["migrate", "up"]);
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id bigint);\n");
    fs::remove_file(console.path().join("db/migrations/002_b.sql")).expect("removed");
    console.write("db/migrations/003_c.sql", "CREATE TABLE c (id int);\n");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_validate", console.run(&["migrate", "validate"]));
        insta::assert_snapshot!(
            "migrate_validate_json",
            console.run(&["migrate", "validate", "--files-only", "--format", "json"])
        );
    });
    console.write("db/migrations/3_c.sql", "SELECT 1;\n");
    console.write("db/migrations/006_f.sql", "SELECT 1;\nSELECT 'x;\n");
    fs::write(console.path().join("db/migrations/007_g.sql"), b"SELECT 1;\n-- \xff\n").expect("written");
    stable()
        .bind(|| insta::assert_snapshot!("migrate_validate_files", console.run(&["migrate", "validate"])));
    drop(database);
}

#[test]
fn what_is_in_order() {
    let (console, _database) = project("in_order");
    console.write("db/migrations/010_a.sql", "CREATE TABLE a (id int);\n");
    console.write("db/migrations/020_b.sql", "CREATE TABLE b (id int);\n");
    let shown = console.run(&["migrate", "validate"]);
    assert_eq!(shown, "exit status 0\n----- stdout\nThe migrations are in order.\n----- stderr\n");
    let shown = console.run(&["migrate", "validate", "--format", "json"]);
    assert_eq!(shown, "exit status 0\n----- stdout\n[]\n----- stderr\n");
}

#[test]
fn baseline() {
    let (console, database) = project("baseline");
    psql(database.settings(), "CREATE TABLE a (id int)");
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\n");
    console.write("db/migrations/002_b.sql", "CREATE TABLE b (id int);\n");
    stable().bind(|| {
        insta::assert_snapshot!(
            "migrate_baseline_unknown",
            console.run(&["migrate", "baseline", "--target", "7"])
        );
        insta::assert_snapshot!("migrate_baseline", console.run(&["migrate", "baseline", "--target", "001"]));
        insta::assert_snapshot!(
            "migrate_baseline_again",
            console.run(&["migrate", "baseline", "--target", "001", "--format", "json"])
        );
        insta::assert_snapshot!("migrate_baseline_up", console.run(&["migrate", "up"]));
    });
}

#[test]
fn repair() {
    let (console, _database) = project("repair");
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\n");
    console.write("db/migrations/002_b.sql", "CREATE TABLE b (id int);\n");
    console.write("db/migrations/003_c.sql", "CREATE TABLE c (id int);\n");
    console.run(&["migrate", "up"]);
    console.write("db/migrations/001_a.sql", "-- The first.\nCREATE TABLE a (id int);\n");
    console.write("db/migrations/003_c.sql", "-- The third.\nCREATE TABLE c (id int);\n");
    fs::remove_file(console.path().join("db/migrations/002_b.sql")).expect("removed");
    stable().bind(|| {
        insta::assert_snapshot!(
            "migrate_repair_unknown",
            console.run(&["migrate", "repair", "--target", "7"])
        );
        insta::assert_snapshot!(
            "migrate_repair_one",
            console.run(&["migrate", "repair", "--target", "003_c"])
        );
        insta::assert_snapshot!("migrate_repair", console.run(&["migrate", "repair"]));
        insta::assert_snapshot!(
            "migrate_repair_missing",
            console.run(&["migrate", "repair", "--remove-missing", "--format", "json"])
        );
        insta::assert_snapshot!("migrate_repair_nothing", console.run(&["migrate", "repair"]));
    });
    assert!(console.run(&["migrate", "validate", "--format", "json"]).contains("\"gap\""));
    assert!(console.run(&["migrate", "up"]).contains("Nothing to do"));
}

#[test]
fn repair_of_a_run_that_failed_halfway() {
    let (console, database) = project("repair_failure");
    console.write(
        "db/migrations/001_a.sql",
        "-- no-transaction\nCREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\nSELECT wrong;\n",
    );
    let failed = console.run(&["migrate", "up"]);
    assert!(failed.contains("The next run goes on after what ran."), "{failed}");
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id bigint);\n");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_up_changed_halfway", console.run(&["migrate", "up"]));
        insta::assert_snapshot!("migrate_repair_failure", console.run(&["migrate", "repair"]));
    });
    psql(database.settings(), "DROP TABLE a");
    assert!(console.run(&["migrate", "up"]).contains("1 migration applied."));
    console.write("db/migrations/002_b.sql", "CREATE INDEX CONCURRENTLY i ON a (nothing);\n");
    console.run(&["migrate", "up"]);
    stable().bind(|| {
        insta::assert_snapshot!(
            "migrate_repair_failure_json",
            console.run(&["migrate", "repair", "--format", "json"])
        );
    });
}

#[test]
fn dry_run() {
    let (console, database) = project("dry_run");
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n");
    console.write("db/migrations/002_b.sql", "CREATE INDEX CONCURRENTLY i ON a (id);\n");
    console.write("db/migrations/003_c.sql", "ALTER TABLE a ADD COLUMN x int;\n");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_dry_run", console.run(&["migrate", "up", "--dry-run"]));
    });
    console.write("db/migrations/004_d.sql", "COMMENT ON INDEX i IS 'x';\n");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_dry_run_after", console.run(&["migrate", "up", "--dry-run"]));
        insta::assert_snapshot!(
            "migrate_dry_run_json",
            console.run(&["migrate", "up", "--dry-run", "--steps", "1", "--format", "json"])
        );
    });
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES ('x');\n");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_dry_run_fails", console.run(&["migrate", "up", "--dry-run"]));
    });
    assert_eq!(
        psql(database.settings(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").trim(),
        "0"
    );
}

#[test]
fn a_directory_without_migrations() {
    let (console, _database) = project("empty");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_empty", console.run(&["migrate", "up"]));
        insta::assert_snapshot!(
            "migrate_empty_baseline",
            console.run(&["migrate", "baseline", "--dir", "db"])
        );
    });
    assert!(console.run(&["migrate", "status"]).starts_with("exit status 0"));
}

#[test]
fn a_derived_way_down_is_shown_and_asked_for() {
    let (console, database) = project("derived_down");
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\n");
    console.write("db/migrations/002_b.sql", "ALTER TABLE a ADD COLUMN \"X y\" text;\n");
    console.run(&["migrate", "up"]);
    stable().bind(|| {
        insta::assert_snapshot!("migrate_derived_down_unasked", console.run(&["migrate", "down"]));
        insta::assert_snapshot!("migrate_derived_down_no", console.answer(&["migrate", "down"], "no\n"));
    });
    let columns = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'a'";
    assert_eq!(psql(database.settings(), columns).trim(), "2");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_derived_down_yes", console.answer(&["migrate", "down"], "y\n"));
    });
    assert_eq!(psql(database.settings(), columns).trim(), "1");
    console.write("db/migrations/003_c.sql", "INSERT INTO a VALUES (1);\n");
    console.run(&["migrate", "up"]);
    stable().bind(|| {
        insta::assert_snapshot!("migrate_down_not_derived", console.run(&["migrate", "down", "--yes"]));
    });
    fs::remove_file(console.path().join("db/migrations/003_c.sql")).expect("removed");
    console.run(&["migrate", "repair", "--remove-missing"]);
    let shown = console.run(&["migrate", "down", "--force", "--format", "json", "--steps", "2"]);
    assert!(shown.starts_with("exit status 0\n----- stdout\n[\n  {\n"), "{shown}");
}

#[test]
fn derive_down() {
    let (console, _database) = project("derive_down");
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int, x int);\n");
    console.write("db/migrations/002_b.py", "UP_SQL = \"ALTER TABLE a DROP COLUMN x;\"\n");
    console.write("db/migrations/003_c.sql", "INSERT INTO a VALUES (1);\n");
    console.write("db/migrations/V4__d.sql", "CREATE TABLE d (id int);\n");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_derive_down", console.run(&["migrate", "derive-down"]));
        insta::assert_snapshot!(
            "migrate_derive_down_json",
            console.run(&["migrate", "derive-down", "2", "003_c", "--format", "json"])
        );
        insta::assert_snapshot!("migrate_derive_down_unknown", console.run(&["migrate", "derive-down", "7"]));
        insta::assert_snapshot!(
            "migrate_derive_down_write",
            console.run(&["migrate", "derive-down", "--missing", "--write"])
        );
    });
    assert_eq!(
        names(&console),
        ["001_a.down.sql", "001_a.sql", "002_b.down.sql", "002_b.py", "003_c.sql", "U4__d.sql", "V4__d.sql"]
    );
    let shown = console.run(&["migrate", "derive-down", "--write", "4"]);
    assert!(shown.contains("there is a way down already"), "{shown}");
    fs::remove_file(console.path().join("db/migrations/003_c.sql")).expect("removed");
    let shown = console.run(&["migrate", "verify"]);
    assert!(shown.starts_with("exit status 0") && shown.contains("3 of 3 migrations proven"), "{shown}");
}

#[test]
fn verify() {
    let (console, _database) = project("verify");
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\n");
    stable().bind(|| {
        insta::assert_snapshot!("migrate_verify", console.run(&["migrate", "verify"]));
        insta::assert_snapshot!(
            "migrate_dry_run_verify",
            console.run(&["migrate", "up", "--dry-run", "--verify"])
        );
    });
    console.write("db/migrations/002_b.up.sql", "CREATE TABLE b (id int);\n");
    console.write("db/migrations/002_b.down.sql", "SELECT 1;\n");
    console.run(&["migrate", "up", "--target", "1"]);
    stable().bind(|| {
        insta::assert_snapshot!("migrate_verify_flawed", console.run(&["migrate", "verify"]));
        insta::assert_snapshot!(
            "migrate_verify_json",
            without_times(&console.run(&["migrate", "verify", "--format", "json"]))
        );
    });
    console.write("db/migrations/002_b.up.sql", "SELECT wrong;\n");
    stable().bind(|| insta::assert_snapshot!("migrate_verify_fails", console.run(&["migrate", "verify"])));
    console.run(&["migrate", "baseline"]);
    let shown = console.run(&["migrate", "verify"]);
    assert!(shown.contains("Nothing to verify, no migration is pending."), "{shown}");
}

/// Without how long things took.
fn without_times(text: &str) -> String {
    text.lines().filter(|line| !line.contains("_duration_ms")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn an_environment_records_ways_down() {
    let (console, database) = project("record_down");
    let environment = "database_url = \"${DATABASE_URL}\"\nrecord_down = true\n";
    console.write("db/environments/production.toml", environment);
    console.write("db/migrations/001_a.sql", "CREATE TABLE a (id int);\n");
    console.write("db/migrations/002_b.sql", "INSERT INTO a VALUES (1);\n");
    stable().bind(|| {
        insta::assert_snapshot!(
            "migrate_record_down",
            console.run(&["migrate", "up", "--env", "production"])
        );
    });
    let recorded = psql(database.settings(), "SELECT rollback_sql FROM tb_confiture_rollback");
    assert_eq!(recorded.trim(), "DROP TABLE public.a;");
    fs::remove_file(console.path().join("db/migrations/002_b.sql")).expect("removed");
    console.run(&["migrate", "repair", "--remove-missing"]);
    let shown = console.run(&["migrate", "down"]);
    assert!(shown.contains("1 migration undone."), "{shown}");
    assert_eq!(psql(database.settings(), "SELECT count(*) FROM tb_confiture_rollback").trim(), "0");
}
