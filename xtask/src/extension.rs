//! Building the extension: library, control file and SQL script for one major version of PostgreSQL.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, bail, ensure};

use crate::major;

/// The version of the workspace, and of the extension.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The parts of the SQL script in their order, from the root of the workspace. A directory stands for its `.sql` files
/// in the order of their names.
const PARTS: &[&str] = &[
    "crates/extension/sql/schema.sql",
    "crates/extension/sql/roles.sql",
    "crates/db/src/repository/tables.sql",
    "crates/db/src/repository/extension_config.sql",
    "crates/extension/sql/grants.sql",
    "crates/extension/sql/audit.sql",
    "crates/extension/sql/pages.sql",
    "crates/extension/sql/functions",
    "crates/extension/sql/event_triggers.sql",
];

/// `cargo xtask extension …`
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Build the extension and check it; print the directory with its three files.
    Build(Build),
    /// Check that library and SQL script of a built extension name the same functions.
    Check {
        /// Directory that `extension build` has printed.
        directory: PathBuf,
    },
}

/// What to build.
#[derive(Debug, clap::Args)]
pub struct Build {
    /// Major version of PostgreSQL.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u8).range(15..=18))]
    pub pg: u8,
    /// Optimized, without debug information.
    #[arg(long)]
    pub release: bool,
    /// The server's pg_config [default: that of an installed PostgreSQL of the major version, which is fetched if there
    /// is none].
    #[arg(long, env = "PGGIT_PG_CONFIG")]
    pub pg_config: Option<PathBuf>,
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// Whatever failed, in words for a developer.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Build(build) => println!("{}", build.run()?.display()),
            Self::Check { directory } => check(&directory)?,
        }
        Ok(())
    }
}

impl Build {
    /// Builds the three files into `target/extension/pgN` and returns that directory.
    ///
    /// # Errors
    /// When the build or the check fails.
    pub fn run(&self) -> anyhow::Result<PathBuf> {
        let root = workspace();
        let target = target_directory(&root);
        // A directory for each major version: changing the pg_config would build the bindings anew each time.
        let build_directory = target.join(format!("pg{}", self.pg));
        let mut cargo = process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .current_dir(&root)
            .env("PGRX_PG_CONFIG_PATH", self.pg_config()?)
            .env("CARGO_TARGET_DIR", &build_directory)
            .args(["build", "--package", "pggit-extension", "--no-default-features", "--features"])
            .arg(format!("pg{}", self.pg));
        if self.release {
            cargo.arg("--release");
        }
        let status = cargo.status().context("cargo could not be started")?;
        ensure!(status.success(), "building the extension failed: {status}");

        let output = target.join("extension").join(format!("pg{}", self.pg));
        fs::create_dir_all(&output).with_context(|| format!("cannot create \"{}\"", output.display()))?;
        let profile = if self.release { "release" } else { "debug" };
        // A server may have the library open: the new one is a new file.
        let library = output.join("pggit.so");
        let fresh = output.join("pggit.so.new");
        copy(&build_directory.join(profile).join("libpggit.so"), &fresh)?;
        fs::rename(&fresh, &library).with_context(|| format!("cannot replace \"{}\"", library.display()))?;
        let control = root.join("crates/extension/pggit.control");
        let declared = format!("default_version = '{VERSION}'");
        ensure!(read(&control)?.lines().any(|line| line == declared), "pggit.control lacks {declared}");
        copy(&control, &output.join("pggit.control"))?;
        let script = output.join(script_name());
        fs::write(&script, assemble(&root)?)
            .with_context(|| format!("cannot write \"{}\"", script.display()))?;
        check(&output)?;
        Ok(output)
    }

    fn pg_config(&self) -> anyhow::Result<PathBuf> {
        let Some(path) = &self.pg_config else { return major::pg_config(self.pg) };
        let output = process::Command::new(path)
            .arg("--version")
            .output()
            .with_context(|| format!("\"{}\" could not be run", path.display()))?;
        let version = String::from_utf8_lossy(&output.stdout);
        ensure!(
            version.starts_with(&format!("PostgreSQL {}", self.pg)),
            "\"{}\" belongs to \"{}\", not to PostgreSQL {}",
            path.display(),
            version.trim(),
            self.pg
        );
        // The build runs in the workspace.
        std::path::absolute(path).with_context(|| format!("\"{}\" has no absolute path", path.display()))
    }
}

/// The SQL script of the extension, put together from its parts.
fn assemble(root: &Path) -> anyhow::Result<String> {
    let mut script = String::from("\\echo Use \"CREATE EXTENSION pggit\" to load this file. \\quit\n");
    for part in PARTS {
        let path = root.join(part);
        let files = if path.is_dir() { sql_files(&path)? } else { vec![path] };
        for file in files {
            script.push('\n');
            script.push_str(&read(&file)?);
        }
    }
    Ok(script)
}

fn sql_files(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in
        fs::read_dir(directory).with_context(|| format!("cannot read \"{}\"", directory.display()))?
    {
        let path = entry.with_context(|| format!("cannot read \"{}\"", directory.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Checks that the script declares every function that the library exports, and no other.
fn check(directory: &Path) -> anyhow::Result<()> {
    let library = directory.join("pggit.so");
    let output = process::Command::new("nm")
        .args(["--dynamic", "--defined-only", "--format=posix"])
        .arg(&library)
        .output()
        .context("nm could not be run")?;
    ensure!(output.status.success(), "nm failed on \"{}\"", library.display());
    let symbols = String::from_utf8(output.stdout).context("nm did not write UTF-8")?;
    let exported: BTreeSet<&str> = symbols
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| name.ends_with("_wrapper") && !name.starts_with("pg_finfo_"))
        .collect();
    let script = read(&directory.join(script_name()))?;
    let declared: BTreeSet<&str> = script
        .split('\'')
        .filter(|word| word.ends_with("_wrapper") && !word.contains(char::is_whitespace))
        .collect();
    let undeclared: Vec<&str> = exported.difference(&declared).copied().collect();
    let missing: Vec<&str> = declared.difference(&exported).copied().collect();
    if exported.is_empty() || !undeclared.is_empty() || !missing.is_empty() {
        bail!(
            "library and SQL script differ: {} functions exported; not declared: {undeclared:?}; not exported: {missing:?}",
            exported.len()
        );
    }
    Ok(())
}

fn script_name() -> String {
    format!("pggit--{VERSION}.sql")
}

pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}

pub fn target_directory(root: &Path) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => root.join(directory),
        None => root.join("target"),
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read \"{}\"", path.display()))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to)
        .with_context(|| format!("cannot copy \"{}\" to \"{}\"", from.display(), to.display()))
        .map(|_| ())
}
