//! The migration guide of FraiseQL, `corpus/documents/fraiseql-migrate.md`: its snippets as they are written.

mod console;

use std::path::Path;
use std::process::Command;

use console::Console;
use pggit_testkit::{TestDatabase, TestServer, psql};

/// The blocks of a language in the guide, without the indentation of their fences.
fn blocks(language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/documents/fraiseql-migrate.md");
    let text = std::fs::read_to_string(path).expect("the guide");
    let mut blocks = Vec::new();
    let mut open: Option<(usize, bool, String)> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        match &mut open {
            None => {
                if let Some(found) = line.trim_start().strip_prefix("```") {
                    open = Some((indent, found == language, String::new()));
                }
            }
            Some((_, wanted, block)) if line.trim() == "```" => {
                if *wanted {
                    blocks.push(std::mem::take(block));
                }
                open = None;
            }
            Some((indent, _, block)) => {
                block.push_str(line.get(*indent..).unwrap_or_default());
                block.push('\n');
            }
        }
    }
    blocks
}

/// The one block of SQL that holds this text.
fn sql(part: &str) -> String {
    let found: Vec<String> = blocks("sql").into_iter().filter(|block| block.contains(part)).collect();
    assert_eq!(found.len(), 1, "{part}");
    found.concat()
}

struct Project {
    console: Console,
    database: TestDatabase,
}

impl Project {
    /// A project with the guide's first migration applied.
    fn new(hint: &str) -> Self {
        let mut console = Console::new();
        let database = TestServer::shared().database(hint);
        psql(database.settings(), "CREATE EXTENSION \"uuid-ossp\"");
        console.variable("DATABASE_URL", &database.url());
        let project = Self { console, database };
        project.ok(&["migrate", "init"]);
        project.ok(&["migrate", "create", "initial_schema"]);
        project.up("001_initial_schema.sql", &sql("-- Migration 001: Initial schema"));
        project
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let shown = self.console.fraiseql(arguments, "");
        assert!(shown.starts_with("exit status 0\n"), "{shown}");
        shown
    }

    /// Applies one more file.
    #[track_caller]
    fn up(&self, name: &str, text: &str) {
        self.console.write(&format!("migrations/{name}"), text);
        let shown = self.ok(&["migrate", "up"]);
        let expected =
            format!("----- stdout\n✓ Running migration: {name}\n✓ Migration completed successfully\n");
        assert!(shown.contains(&expected), "{shown}");
    }

    fn psql(&self, sql: &str) -> String {
        psql(self.database.settings(), sql).trim_end().to_owned()
    }
}

#[test]
fn every_block_is_known() {
    assert_eq!(blocks("sql").len(), 15);
    assert_eq!(blocks("bash").len(), 17);
}

#[test]
fn the_patterns_of_migrations() {
    let project = Project::new("guide");
    project.psql("INSERT INTO tb_user (email, username, full_name, created_at) VALUES ('a@b', 'a', 'A', now() - interval '2 days')");
    project.up("002_profile.sql", &sql("-- Migration XXX: Description"));
    assert_eq!(project.psql("SELECT bio FROM tb_user_profile"), "Default bio");
    project.up("005_email_verification.sql", &sql("-- Migration 005: Add email verification"));
    project.up("010_categories.sql", &sql("-- Migration 010: Add post categories"));
    project.psql("ALTER TABLE tb_user ALTER COLUMN email DROP NOT NULL; INSERT INTO tb_user (username, full_name) VALUES ('b', 'B')");
    project.up("015_email_required.sql", &sql("-- Migration 015: Make email required"));
    assert_eq!(project.psql("SELECT email FROM tb_user WHERE username = 'b'"), "b@example.com");
    project.up("020_comments.sql", &sql("-- Migration 020: Add comments with CQRS pattern"));
    project.up("030_status.sql", &sql("-- Migration 030: Update post status"));
    let posts = "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'tb_post'::regclass AND attnum > 0 AND NOT attisdropped";
    assert_eq!(project.psql(posts), "id title content author_id created_at status");
    project.up("050_preferences.sql", &sql("-- Migration 050: Migrate user preferences"));
    assert_eq!(project.psql("SELECT count(*) FROM tb_user_preferences"), "2");
    project.psql("ALTER TABLE tb_user ADD COLUMN old_email text; DELETE FROM tb_user_preferences; DELETE FROM tb_user_profile; DELETE FROM tb_user");
    project.up("051_zero_downtime.sql", &sql("-- Step 1: Add new column (nullable)"));
    // The bad example is meant without CONCURRENTLY: two indexes of one name can't be.
    let indexes = sql("-- ❌ Bad: Locks table during heavy read load");
    let (bad, better) = indexes.split_once("-- ✅").expect("two examples");
    project.up("052_index.sql", &bad.replace(" CONCURRENTLY", ""));
    project.psql("DROP INDEX idx_post_created");
    project.up("053_index_concurrently.sql", &format!("-- ✅{better}"));
    assert_eq!(
        project.psql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_post_created'::regclass"),
        "t"
    );
    let status = project.ok(&["migrate", "status"]);
    assert_eq!(status.matches("  ✓ ").count(), 11, "{status}");
}

#[test]
fn a_rollback_comment_is_the_way_down() {
    let project = Project::new("guide_rollback");
    project.up("010_add_post_categories.sql", &sql("-- Migration 010: Add post categories"));
    let shown = project.console.fraiseql(&["migrate", "down"], "y\n");
    assert!(shown.contains("✓ Rollback completed successfully"), "{shown}");
    assert_eq!(project.psql("SELECT to_regclass('tb_category') IS NULL"), "t");
}

#[test]
fn cascade_rules() {
    let project = Project::new("guide_cascade");
    project.up("060_comments.sql", &sql("-- Migration 060: Add comments with CASCADE"));
    assert_eq!(
        project.psql(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = 'tb_comment'::regclass AND contype = 'f'"
        ),
        "2"
    );
}

#[test]
fn several_changes_are_no_migration_as_written() {
    let project = Project::new("guide_bad");
    project.console.write("migrations/005_various.sql", &sql("-- Migration 005: Various updates"));
    let shown = project.console.fraiseql(&["migrate", "up"], "");
    assert!(shown.contains("Error: 005_various.sql:5:27: syntax error at or near \"..\""), "{shown}");
    assert_eq!(project.psql("SELECT count(*) FROM pg_attribute WHERE attrelid = 'tb_user'::regclass AND attname = 'email_verified'"), "0");
}

#[test]
fn a_migration_that_fails_leaves_nothing() {
    let project = Project::new("guide_failed");
    let text = sql("-- Migration 040: Multiple operations");
    project.console.write("migrations/040_multiple.sql", &text);
    let shown = project.console.fraiseql(&["migrate", "up"], "");
    assert!(shown.contains("type \"invalid_type\" does not exist"), "{shown}");
    assert!(shown.contains("The migration was rolled back as a whole."), "{shown}");
    assert_eq!(
        project.psql(
            "SELECT count(*) FROM pg_attribute WHERE attname = 'phone' AND attrelid = 'tb_user'::regclass"
        ),
        "0"
    );
    // Fixed, it is applied; and what the guide undoes by hand is there.
    project.up("040_multiple.sql", &text.replace("INVALID_TYPE", "text"));
    project.psql(&sql("-- Remove partially applied changes").replace("DROP INDEX", "DROP INDEX IF EXISTS"));
}

#[test]
fn a_migration_marked_by_hand_counts() {
    let project = Project::new("guide_marked");
    project.psql(&sql("-- Check what migrations are tracked"));
    project.console.write("migrations/003_add_indexes.sql", "SELECT nothing;\n");
    project.console.write("migrations/002_add_comments_table.sql", "SELECT 1;\n");
    let shown = project.ok(&["migrate", "status"]);
    assert!(shown.contains("  ✓ 003_add_indexes.sql (applied ["), "{shown}");
    assert!(shown.contains("  ○ 002_add_comments_table.sql (pending, out of order)"), "{shown}");
    assert!(project.ok(&["migrate", "up", "--allow-out-of-order"]).contains("002_add_comments_table.sql"));
    assert!(project.ok(&["migrate", "up"]).contains("No pending migrations"));
    project.console.write("migrations/004_x.sql", "SELECT 1;\n");
    project.ok(&["migrate", "up"]);
    // From then on it is watched like every other one that ran.
    project.console.write("migrations/004_x.sql", "SELECT 2;\n");
    let shown = project.console.fraiseql(&["migrate", "up"], "");
    assert!(shown.contains("Error: Migration 004_x.sql checksum mismatch\n"), "{shown}");
}

/// The commands, as the shell runs them.
#[test]
fn the_commands() {
    let mut console = Console::new();
    let database = TestServer::shared().database("guide_commands");
    psql(database.settings(), "CREATE EXTENSION \"uuid-ossp\"");
    console.variable("DATABASE_URL", &database.url());
    let project = Project { console, database };
    let all = blocks("bash");
    let block = |part: &str| all.iter().find(|block| block.contains(part)).expect(part);
    let run = |script: &str, answer: &str| project.shell(script, answer);
    run(&block("# - migrations/README.md with instructions").replace("cd my-fraiseql-project", ""), "");
    assert!(project.console.path().join("migrations/README.md").is_file());
    run(block("fraiseql migrate create initial_schema"), "");
    assert!(project.console.path().join("migrations/001_initial_schema.sql").is_file());
    project.console.write("migrations/001_initial_schema.sql", &sql("-- Migration 001: Initial schema"));
    let shown = run(block("# ✓ Running migration: 001_initial_schema.sql"), "");
    assert_eq!(shown, "✓ Running migration: 001_initial_schema.sql\n✓ Migration completed successfully\n");
    run(block("fraiseql migrate create add_comments_table"), "");
    for (number, name) in [("002", "add_comments_table"), ("003", "add_indexes"), ("004", "more")] {
        let text = format!("CREATE TABLE t{number} ();\n-- Rollback:\n-- DROP TABLE t{number};\n");
        project.console.write(&format!("migrations/{number}_{name}.sql"), &text);
    }
    let shown = run(block("# Apply next 2 migrations only"), "");
    assert!(shown.ends_with("Dry run: 1 migration would be applied\n  ○ 004_more.sql\n"), "{shown}");
    let shown = run(block("# Migration Status:"), "");
    for (file, state) in
        [("001_initial_schema", "✓"), ("002_add_comments_table", "✓"), ("003_add_indexes", "✓")]
    {
        assert!(shown.contains(&format!("  {state} {file}.sql (applied 2")), "{shown}");
    }
    assert!(
        shown.starts_with("Migration Status:\n") && shown.ends_with("  ○ 004_more.sql (pending)\n"),
        "{shown}"
    );
    run(block("# Apply all pending migrations"), "");
    run(block("# Rolls back the most recent migration"), "y\n");
    project.ok(&["migrate", "up"]);
    run(block("# Roll back without confirmation (dangerous!)"), "y\n");
    assert_eq!(project.psql("SELECT version FROM fraiseql_migrations"), "001_initial_schema");
    project.console.write("test_suite.sh", "exit 0\n");
    project.shell("chmod +x test_suite.sh", "");
    run(block("# Test in development"), "");
    let shown = run(block("# deploy.sh - Safe production deployment"), "");
    assert!(shown.contains("3. Verifying database state...\nMigration Status:\n  ✓ 001"), "{shown}");
    assert!(shown.ends_with("✓ Deployment complete!\n"), "{shown}");
    run(block("fraiseql migrate create fix_indexes"), "");
    assert!(project.console.path().join("migrations/005_fix_indexes.sql").is_file());
}

impl Project {
    /// Runs a script as `bash` does, in the project; what it prints.
    fn shell(&self, script: &str, answer: &str) -> String {
        let programs = Path::new(env!("CARGO_BIN_EXE_fraiseql")).parent().expect("a directory").to_owned();
        let client = TestServer::client_program("pg_dump").parent().expect("a directory").to_owned();
        let path = std::env::var("PATH").unwrap_or_default();
        let settings = self.database.settings();
        let mut command = Command::new("bash");
        command
            .args(["-e", "-c", script])
            .current_dir(self.console.path())
            .env("PATH", format!("{}:{}:{path}", programs.display(), client.display()))
            .env("DATABASE_URL", self.database.url())
            .env("LC_ALL", "C.UTF-8")
            .env("DB_NAME", self.database.url())
            .env("DB_USER", settings.user.clone().unwrap_or_default());
        let output = self.console.with_input(&mut command, answer);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{script}\n{}\n{}", text(&output.stdout), text(&output.stderr));
        text(&output.stdout)
    }
}
