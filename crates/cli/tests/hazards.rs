//! Hazards of pending migrations: told by a dry run, and refused where they are not allowed.

mod console;

use console::{Console, stable};
use pggit_testkit::{TestDatabase, TestServer, psql};

/// A project with a table, and a migration that keeps others waiting.
fn project(hint: &str) -> (Console, TestDatabase) {
    let mut console = Console::new();
    let database = TestServer::shared().database(hint);
    console.variable("DATABASE_URL", &database.url());
    console.write("confiture.toml", "");
    console.write("db/environments/production.toml", "[migrations]\nallow_hazards = [\"blocks-writes\"]\n");
    console.write("db/migrations/001_users.sql", "CREATE TABLE users (id int, name text);\n");
    console.run(&["migrate", "up"]);
    console.write(
        "db/migrations/002_index.py",
        "UP_SQL = \"\"\"\nCREATE TABLE more (id int);\n\nCREATE INDEX users_name ON users (name);\n\"\"\"\n",
    );
    console.write(
        "db/migrations/003_more.sql",
        "COPY {{tables.more}} FROM stdin;\n1\n\\.\nALTER TABLE {{tables.more}} ADD UNIQUE (id);\n\
         -- confiture:ignore blocks-reads, blocks-writes\nALTER TABLE users ADD COLUMN age int;\n",
    );
    (console, database)
}

fn applied(database: &TestDatabase) -> String {
    psql(database.settings(), "SELECT string_agg(version, ' ' ORDER BY version) FROM tb_confiture")
        .trim()
        .to_owned()
}

#[test]
fn a_dry_run_tells_them() {
    let (console, database) = project("hazards_told");
    let up = ["migrate", "up", "--dry-run"];
    stable().bind(|| {
        insta::assert_snapshot!("hazards_told", console.run(&up));
        insta::assert_snapshot!(
            "hazards_told_not_allowed",
            console.run(&[&up[..], &["--allow", "blocks-writes"]].concat())
        );
        insta::assert_snapshot!(
            "hazards_told_json",
            console.run(&[&up[..], &["--steps", "1", "--format", "json"]].concat())
        );
    });
    let production = console.run(&[&up[..], &["--env", "production"]].concat());
    assert!(production.starts_with("exit status 3\n"), "{production}");
    let allowed = console.run(&[&up[..], &["--env", "production", "--allow", "index-build"]].concat());
    assert!(allowed.starts_with("exit status 0\n"), "{allowed}");
    assert_eq!(applied(&database), "001");
}

#[test]
fn a_run_refuses_what_is_not_allowed() {
    let (console, database) = project("hazards_refused");
    stable().bind(|| {
        insta::assert_snapshot!("hazards_refused", console.run(&["migrate", "up", "--allow", "none"]));
        insta::assert_snapshot!(
            "hazards_refused_json",
            console.run(&["migrate", "up", "--env", "production", "--format", "json"])
        );
        insta::assert_snapshot!("hazards_unknown", console.run(&["migrate", "up", "--allow", "nothing"]));
    });
    assert_eq!(applied(&database), "001");
    // What comes after the target does not matter.
    let allow = ["migrate", "up", "--env", "production", "--allow", "index-build"];
    let shown = console.run(&[&allow[..], &["--steps", "1"]].concat());
    assert!(shown.contains("1 migration applied."), "{shown}");
    console.write("db/migrations/004_drop.sql", "DROP TABLE users;\n");
    let shown = console.run(&allow);
    // Among them those of a table that was new before.
    assert!(shown.contains("error: hazards that are not allowed: blocks-reads, breaks-applications, data-loss, may-fail-on-rows\n"), "{shown}");
    let shown = console.run(&["migrate", "up", "--env", "production", "--allow", "all"]);
    assert!(shown.contains("2 migrations applied."), "{shown}");
}

#[test]
fn a_fleet_refuses_them_too() {
    let (console, database) = project("hazards_fleet");
    console.write("fleet.txt", &format!("acme {}\n", database.url()));
    let shown = console.run(&["migrate", "up", "--fleet", "fleet.txt", "--allow", "data-loss"]);
    assert!(shown.contains("acme      failed  hazards that are not allowed: "), "{shown}");
    assert_eq!(applied(&database), "001");
    assert!(console.run(&["migrate", "up", "--fleet", "fleet.txt"]).starts_with("exit status 0\n"));
}

#[test]
fn settings_that_name_no_hazard() {
    let (console, _database) = project("hazards_settings");
    console.write("confiture.toml", "[migrations]\nallow_hazards = [\"data-loss\", \"nothing\"]\n");
    stable().bind(|| insta::assert_snapshot!("hazards_settings", console.run(&["migrate", "up"])));
}
