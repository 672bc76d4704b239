//! The verbs of the repository, where the extension can be had.

mod console;

use console::{Console, stable};
use pggit_testkit::{TestRepository, psql};

#[test]
fn the_daily_workflow() {
    let Some(repository) =
        TestRepository::of("the_daily_workflow", "CREATE TABLE users (id integer PRIMARY KEY, name text)")
    else {
        return;
    };
    let mut console = Console::new();
    console.variable("DATABASE_URL", &repository.database().url());
    let settings = repository.database().settings().clone();
    stable().bind(|| {
        insta::assert_snapshot!("status_clean", console.run(&["status", "--check"]));
        insta::assert_snapshot!("branch_create", console.run(&["branch", "create", "feature/my-feature"]));
        insta::assert_snapshot!("checkout", console.run(&["checkout", "feature/my-feature"]));
        psql(&settings, "ALTER TABLE users ADD COLUMN new_field text");
        insta::assert_snapshot!("status_changed", console.run(&["status", "--check"]));
        insta::assert_snapshot!(
            "diff_refs",
            console.run(&["diff", "main", "feature/my-feature", "--format", "sql"])
        );
        insta::assert_snapshot!("commit", console.run(&["commit", "-m", "add a field", "--author", "me"]));
        insta::assert_snapshot!("commit_nothing", console.run(&["commit", "-m", "again", "--verbose"]));
        insta::assert_snapshot!("log", console.run(&["log", "-n", "1"]));
        insta::assert_snapshot!("show", console.run(&["show"]));
        insta::assert_snapshot!("unknown_ref", console.run(&["log", "nowhere"]));
        insta::assert_snapshot!(
            "delete_checked_out",
            console.run(&["branch", "delete", "feature/my-feature"])
        );
        insta::assert_snapshot!("checkout_main", console.run(&["checkout", "main"]));
        insta::assert_snapshot!("merge", console.run(&["merge", "feature/my-feature", "main"]));
        insta::assert_snapshot!("branch_list", console.run(&["branch", "list"]));
    });
    let output = console.output(&["generate", "from-branch", "feature/my-feature", "--output", "migrations"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = String::from_utf8(output.stdout).expect("UTF-8");
    let text = std::fs::read_to_string(console.path().join(written.trim())).expect("the file that was named");
    assert!(text.contains("UP_SQL") && text.contains("new_field") && text.contains("Proven"), "{text}");
    assert!(console.output(&["branch", "delete", "feature/my-feature"]).status.success());
}
