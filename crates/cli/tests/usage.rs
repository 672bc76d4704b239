//! What needs no server: usage, `init`, and errors without a database.

mod console;

use std::fs;

use console::{Console, stable};

#[test]
fn usage() {
    let console = Console::new();
    stable().bind(|| {
        insta::assert_snapshot!("help", console.run(&["--help"]));
        insta::assert_snapshot!("help_diff", console.run(&["diff", "--help"]));
        insta::assert_snapshot!("help_migrate_up", console.run(&["migrate", "up", "--help"]));
        insta::assert_snapshot!("no_command", console.run(&[]));
        insta::assert_snapshot!("unknown_command", console.run(&["comit"]));
        insta::assert_snapshot!("missing_argument", console.run(&["diff", "main"]));
    });
    assert!(console.run(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn init_never_overwrites() {
    let console = Console::new();
    console.write("confiture.toml", "# mine\n");
    stable().bind(|| insta::assert_snapshot!("init", console.run(&["init"])));
    assert!(console.output(&["init", "elsewhere"]).status.success());
    assert!(console.path().join("elsewhere/db/environments/local.toml").is_file());
    let again = console.run(&["init"]);
    assert!(!again.contains("made"), "{again}");
    assert_eq!(fs::read_to_string(console.path().join("confiture.toml")).expect("a file"), "# mine\n");
}

#[test]
fn made_files_can_be_read() {
    let mut console = Console::new();
    console.run(&["init"]);
    // An address where nothing listens: the files were read, and the connection fails.
    console.variable("DATABASE_URL", "postgresql:///x?host=/nonexistent");
    console.variable("STAGING_DATABASE_URL", "postgresql:///x?host=/nonexistent");
    console.variable("PRODUCTION_DATABASE_URL", "postgresql:///x?host=/nonexistent");
    for environment in ["local", "staging", "production"] {
        let shown = console.run(&["migrate", "status", "--env", environment]);
        assert!(shown.starts_with("exit status 1\n") && shown.contains("could not connect"), "{shown}");
    }
    let shown = console.run(&["status"]);
    assert!(shown.starts_with("exit status 1\n") && shown.contains("could not connect"), "{shown}");
}

#[test]
fn errors_without_a_server() {
    let console = Console::new();
    stable().bind(|| {
        insta::assert_snapshot!("no_database", console.run(&["status"]));
        insta::assert_snapshot!("no_database_json", console.run(&["status", "--format", "json"]));
        insta::assert_snapshot!("no_project", console.run(&["dev", "start"]));
        insta::assert_snapshot!(
            "bad_url",
            console.run(&["log", "--verbose", "--database-url", "postgresql://h:x/"])
        );
        insta::assert_snapshot!("no_directory", console.run(&["-C", "nowhere", "status"]));
    });
    console.run(&["init"]);
    stable().bind(|| {
        insta::assert_snapshot!("no_environment", console.run(&["migrate", "up", "--env", "prod"]));
        insta::assert_snapshot!("unset_variable", console.run(&["migrate", "up", "--env", "staging"]));
        insta::assert_snapshot!("server_not_started", console.run(&["dev", "url"]));
    });
}

#[test]
fn completions_and_manual_pages() {
    let console = Console::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = console.output(&["completions", shell]);
        assert!(
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains("checkout"),
            "{shell}"
        );
    }
    assert!(console.output(&["man", "pages"]).status.success());
    for page in ["confiture.1", "confiture-branch-create.1", "confiture-migrate-up.1"] {
        let text = fs::read_to_string(console.path().join("pages").join(page)).expect(page);
        assert!(text.contains(".TH"), "{page}");
    }
}
