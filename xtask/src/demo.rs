//! `cargo xtask demo`: the main job on the example shop, from a branch to production. It is a test as well: it ends with
//! an error unless every step does what it says.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use pggit_testkit::DatabaseState;
use pggit_wire::settings::ConnectionSettings;

use crate::session::Desk;
use crate::{extension, server, system, test};

/// How to show it.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Major version of PostgreSQL.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u8).range(15..=18))]
    pub pg: u8,
    /// Show nothing but the result.
    #[arg(long)]
    quiet: bool,
}

/// The databases of the demo, of which the first has the extension.
const DATABASES: [&str; 3] = ["shop", "shop_staging", "shop_production"];

impl Demo {
    /// The demo as a test.
    #[must_use]
    pub fn quiet(pg: u8) -> Self {
        Self { pg, quiet: true }
    }

    /// Builds what is needed, starts a server and runs the flow.
    ///
    /// # Errors
    /// At the first step that does not do what it says.
    pub fn run(self) -> anyhow::Result<()> {
        system::require_packages()?;
        let extension = extension::Build { pg: self.pg, release: true, pg_config: None }.run()?;
        test::cargo("build", &["--package".into(), "pggit-cli".into()], |_| {})?;
        let confiture = extension::target_directory(&extension::workspace()).join("debug/confiture");
        let server = server::throw_away(self.pg, &extension)?;
        let project = tempfile::tempdir().context("no directory for the project")?;
        let desk = Desk::new(&server, confiture, project.path().to_owned(), !self.quiet)?;
        prepare(&desk)?;
        develop(&desk)?;
        work_daily(&desk)?;
        work_on_main(&desk)?;
        undo(&desk)?;
        work_in_the_terminal(&desk)?;
        deploy(&desk)?;
        println!("The main job ran from a branch to production.");
        Ok(())
    }
}

/// Three databases with the old schema and rows; the first gets pgGit.
fn prepare(desk: &Desk<'_>) -> anyhow::Result<()> {
    let shop = extension::workspace().join("examples/shop");
    for database in DATABASES {
        desk.create_database(database)?;
        for file in ["roles.sql", "schema.sql", "rows.sql"] {
            desk.file(database, &shop.join(file))?;
        }
    }
    desk.heading("Put the schema under version control");
    desk.sql("shop", "CREATE EXTENSION pggit CASCADE; SELECT pggit.init();")?;
    desk.confiture(&["init"])?;
    for (environment, database) in [("staging", "shop_staging"), ("production", "shop_production")] {
        let file = desk.project.join(format!("db/environments/{environment}.toml"));
        fs::write(&file, format!("database_url = \"{}\"\n", desk.url(database)))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    let file = desk.project.join("confiture.toml");
    let settings = fs::read_to_string(&file).context("confiture init wrote no confiture.toml")?;
    let url = format!("url = \"{}\"", desk.url("shop"));
    let settings: Vec<&str> = settings
        .lines()
        .map(|line| if line.trim_start_matches("# ").starts_with("url = ") { url.as_str() } else { line })
        .collect();
    ensure!(settings.contains(&url.as_str()), "confiture.toml has no place for the database's URL");
    fs::write(&file, settings.join("\n") + "\n").context("cannot write confiture.toml")
}

/// `pggit-with-migration-tools.md`, "Workflow" 1 to 3.
fn develop(desk: &Desk<'_>) -> anyhow::Result<()> {
    desk.heading("Develop on a branch");
    let before = state(desk, "shop")?;
    desk.sql(
        "shop",
        "-- Create feature branch
SELECT pggit.create_branch('feature/user-profiles');
SELECT pggit.checkout('feature/user-profiles');",
    )?;
    desk.sql(
        "shop",
        "-- Make schema changes
ALTER TABLE users ADD COLUMN avatar_url TEXT;
ALTER TABLE users ADD COLUMN bio TEXT;
CREATE INDEX idx_users_avatar ON users(avatar_url) WHERE avatar_url IS NOT NULL;",
    )?;
    let changes = desk.sql(
        "shop",
        "-- Review changes
SELECT * FROM pggit.status();
SELECT * FROM pggit.diff('main', 'feature/user-profiles');",
    )?;
    for expected in ["avatar_url", "bio", "idx_users_avatar"] {
        ensure!(changes.contains(expected), "the changes do not name {expected}:\n{changes}");
    }
    desk.heading("Generate a migration that is proven");
    desk.confiture(&[
        "generate",
        "from-branch",
        "feature/user-profiles",
        "--name",
        "add_user_profile_fields",
        "--output",
        "db/migrations/",
    ])?;
    let migration = migrations(desk, ".py")?.pop().context("no migration was written")?;
    let text = fs::read_to_string(&migration).context("the migration cannot be read")?;
    if desk.shown {
        println!("$ cat {}\n{text}", migration.display());
    }
    for expected in ["UP_SQL", "DOWN_SQL", "avatar_url", "Generated from pgGit branch: feature/user-profiles"]
    {
        ensure!(text.contains(expected), "the migration lacks {expected}:\n{text}");
    }
    desk.sql("shop", "SELECT pggit.checkout('main');")?;
    same("main and what it was before the branch", &state(desk, "shop")?, &before)?;
    desk.heading("Merge");
    desk.sql("shop", "SELECT pggit.checkout('feature/user-profiles');")?;
    desk.sql("shop", "UPDATE users SET bio = 'Hello, I am ' || username;")?;
    desk.sql("shop", "-- Merge feature to main\nSELECT pggit.checkout('main');")?;
    ensure!(state(desk, "shop")?.schema == before.schema, "main is not what it was before the branch");
    desk.sql("shop", "SELECT pggit.merge('feature/user-profiles', 'main');")?;
    let kept = desk.value("shop", "SELECT count(*) FROM users WHERE bio = 'Hello, I am ' || username")?;
    let all = desk.value("shop", "SELECT count(*) FROM users")?;
    ensure!(kept == all, "{kept} of {all} values of the new column came back");
    desk.sql("shop", "-- Clean up\nSELECT pggit.delete_branch('feature/user-profiles');")?;
    Ok(())
}

/// `pggit-development-workflow.md`, "Daily Workflow".
fn work_daily(desk: &Desk<'_>) -> anyhow::Result<()> {
    desk.heading("The daily workflow");
    desk.sql(
        "shop",
        "-- 1. Make sure you're on main and up to date
SELECT pggit.checkout('main');
-- 2. Create feature branch
SELECT pggit.create_branch('feature/my-feature');
SELECT pggit.checkout('feature/my-feature');",
    )?;
    desk.sql(
        "shop",
        "-- 3. Make schema changes
CREATE TABLE my_new_table (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint REFERENCES users, note text NOT NULL);
ALTER TABLE users ADD COLUMN new_field TEXT;",
    )?;
    desk.sql(
        "shop",
        "-- 4. Check your changes
SELECT * FROM pggit.status();
SELECT * FROM pggit.diff('main', 'feature/my-feature');",
    )?;
    desk.sql(
        "shop",
        "-- See what branches exist
SELECT * FROM pggit.list_branches();
-- See what others are working on
SELECT * FROM pggit.log('feature/my-feature');",
    )?;
    let merged = desk.sql(
        "shop",
        "-- 1. Switch to main
SELECT pggit.checkout('main');
-- 2. Merge your feature
SELECT pggit.merge('feature/my-feature', 'main');
-- 3. Clean up
SELECT pggit.delete_branch('feature/my-feature');",
    )?;
    ensure!(merged.contains("fast_forward"), "the merge was no fast-forward:\n{merged}");
    desk.confiture(&["generate", "from-branch", "feature/my-feature", "--output", "db/migrations/"])?;
    Ok(())
}

/// "I made changes directly on main".
fn work_on_main(desk: &Desk<'_>) -> anyhow::Result<()> {
    desk.heading("I made changes directly on main");
    desk.sql(
        "shop",
        "CREATE VIEW recent_users AS SELECT id, username FROM users ORDER BY id DESC LIMIT 10;",
    )?;
    let log =
        desk.sql("shop", "-- pgGit still tracked them, check the log\nSELECT * FROM pggit.log('main', 10);")?;
    ensure!(log.contains("recent_users"), "the log does not show the change:\n{log}");
    desk.confiture(&["generate", "from-diff", "HEAD", "WORKING", "--name", "add_recent_users"])?;
    desk.confiture(&["commit", "-m", "Show recent users"])?;
    Ok(())
}

/// "I want to undo my branch changes".
fn undo(desk: &Desk<'_>) -> anyhow::Result<()> {
    desk.heading("I want to undo my branch changes");
    let before = state(desk, "shop")?;
    desk.sql(
        "shop",
        "SELECT pggit.create_branch('feature/my-mistake');
SELECT pggit.checkout('feature/my-mistake');",
    )?;
    desk.sql("shop", "ALTER TABLE users DROP COLUMN email CASCADE; DROP TABLE my_new_table;")?;
    desk.sql(
        "shop",
        "-- Switch to main (abandons uncommitted changes)
SELECT pggit.checkout('main');
-- Delete the branch
SELECT pggit.delete_branch('feature/my-mistake', force => true);",
    )?;
    same("main and what it was before the mistake", &state(desk, "shop")?, &before)?;
    Ok(())
}

/// The same from the terminal.
fn work_in_the_terminal(desk: &Desk<'_>) -> anyhow::Result<()> {
    desk.heading("The same from the terminal");
    desk.confiture(&["branch", "create", "feature/ratings"])?;
    desk.confiture(&["checkout", "feature/ratings"])?;
    desk.sql(
        "shop",
        "CREATE TYPE rating AS ENUM ('good', 'bad'); ALTER TABLE users ADD COLUMN rating rating;
ALTER TABLE my_new_table RENAME TO notes;",
    )?;
    desk.confiture(&["status"])?;
    desk.confiture(&["diff", "main", "feature/ratings"])?;
    desk.confiture(&["commit", "-m", "Rate users"])?;
    desk.confiture(&["log", "-n", "3"])?;
    desk.confiture(&["show"])?;
    desk.confiture(&["generate", "from-branch", "feature/ratings", "--format", "sql"])?;
    desk.confiture(&["checkout", "main"])?;
    desk.confiture(&["branch", "merge", "feature/ratings", "main"])?;
    desk.confiture(&["branch", "list"])?;
    desk.confiture(&["branch", "delete", "feature/ratings"])?;
    Ok(())
}

/// `pggit-with-migration-tools.md`, "Workflow" 4, then down and up again; production is main in the end.
fn deploy(desk: &Desk<'_>) -> anyhow::Result<()> {
    desk.heading("Deploy");
    let old = state(desk, "shop_production")?;
    let main = state(desk, "shop")?.schema;
    desk.confiture(&["migrate", "up", "--env", "staging"])?;
    desk.confiture(&["migrate", "up", "--env", "production"])?;
    desk.confiture(&["migrate", "status", "--env", "production"])?;
    desk.heading("Roll back, and forward again");
    let count = migrations(desk, ".py")?.len() + migrations(desk, ".up.sql")?.len();
    desk.confiture(&["migrate", "down", "--env", "production", "--steps", &count.to_string()])?;
    same("production and its old state", &state(desk, "shop_production")?, &old)?;
    desk.confiture(&["migrate", "up", "--env", "production"])?;
    let target = DatabaseState { schema: main, rows: String::new() };
    for database in ["shop_staging", "shop_production"] {
        let schema = DatabaseState { rows: String::new(), ..state(desk, database)? };
        same(&format!("{database} and main"), &schema, &target)?;
    }
    Ok(())
}

fn same(what: &str, left: &DatabaseState, right: &DatabaseState) -> anyhow::Result<()> {
    match left.difference(right) {
        None => Ok(()),
        Some(difference) => bail!("{what} differ:\n{difference}"),
    }
}

fn state(desk: &Desk<'_>, database: &str) -> anyhow::Result<DatabaseState> {
    let settings = ConnectionSettings::parse(&desk.url(database)).context("the server's URL")?;
    Ok(DatabaseState::of(&settings))
}

/// The migrations of the project with this ending, in order.
fn migrations(desk: &Desk<'_>, ending: &str) -> anyhow::Result<Vec<PathBuf>> {
    let directory = desk.project.join("db/migrations");
    let mut found = Vec::new();
    for entry in fs::read_dir(&directory).with_context(|| format!("cannot read {}", directory.display()))? {
        let path: PathBuf = entry.context("cannot read the migrations")?.path();
        if Path::to_str(&path).is_some_and(|path| path.ends_with(ending)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
