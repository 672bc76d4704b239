//! `cargo xtask test`: everything that has to pass, with one command.

use std::process::Command;

use anyhow::{Context, ensure};

use crate::{demo, eval, extension, server, system, tidy};

/// What to test.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// Major version of PostgreSQL.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u8).range(15..=18))]
    pub pg: u8,
    /// Arguments for `cargo test`, for example the name of a test.
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl Test {
    /// Checks format, lints and the repository's own rules, builds the extension, and runs all tests.
    ///
    /// # Errors
    /// At the first step that fails.
    pub fn run(self) -> anyhow::Result<()> {
        system::require_test_packages()?;
        if self.arguments.is_empty() {
            check()?;
        }
        let extension = extension::Build { pg: self.pg, release: true, pg_config: None }.run()?;
        let server = server::throw_away(self.pg, &extension)?;
        cargo("test", &self.arguments, |command| {
            command
                .env("PGGIT_EXTENSION_DIR", &extension)
                .env("PGGIT_TEST_SERVER_URL", server.url("postgres"));
        })?;
        if self.arguments.is_empty() {
            demo::Demo::quiet(self.pg).run()?;
            eval::Eval::sample(self.pg).run()?;
        }
        Ok(())
    }
}

/// Format, lints, repository rules.
///
/// # Errors
/// At the first that does not hold.
pub fn check() -> anyhow::Result<()> {
    system::require_packages()?;
    tidy::run()?;
    cargo("fmt", &["--all".into(), "--check".into()], |_| {})?;
    let lints = ["--all-targets", "--", "--deny", "warnings"].map(str::to_owned);
    cargo("clippy", &lints, |_| {})?;
    let mut lints = lints.to_vec();
    lints.splice(0..0, ["--package", "pggit-extension"].map(str::to_owned));
    let target = extension::target_directory(&extension::workspace()).join("pg15");
    cargo("clippy", &lints, |command| {
        command
            .env("PGRX_PG_CONFIG_PATH", "/usr/lib/postgresql/15/bin/pg_config")
            .env("CARGO_TARGET_DIR", target);
    })
}

/// Runs of migrations that are killed, and crowds of them.
///
/// # Errors
/// When one does not end as it should.
pub fn chaos() -> anyhow::Result<()> {
    let test = ["--release", "--package", "pggit-cli", "--test", "chaos"].map(str::to_owned);
    cargo("test", &test, |command| {
        command.env("PGGIT_CHAOS_KILLS", "200");
    })
}

/// Runs cargo in the workspace.
///
/// # Errors
/// When it fails.
pub fn cargo(verb: &str, arguments: &[String], prepare: impl FnOnce(&mut Command)) -> anyhow::Result<()> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(extension::workspace()).arg(verb).args(arguments);
    prepare(&mut command);
    let status = command.status().context("cargo could not be started")?;
    ensure!(status.success(), "cargo {verb} failed: {status}");
    Ok(())
}
