//! `cargo xtask tidy`: rules of the repository that no lint knows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::extension::workspace;

/// Which crate of ours may depend on which others.
const EDGES: &[(&str, &[&str])] = &[
    ("pggit-catalog", &[]),
    ("pggit-history", &["pggit-catalog"]),
    ("pggit-migrate", &["pggit-catalog"]),
    ("pggit-db", &["pggit-catalog", "pggit-history", "pggit-migrate"]),
    ("pggit-wire", &["pggit-db"]),
    ("confiture", &["pggit-catalog", "pggit-db", "pggit-history", "pggit-migrate"]),
    ("pggit-lint", &["pggit-catalog"]),
    ("pggit-cli", &["confiture", "pggit-lint", "pggit-wire"]),
    ("pggit-extension", &["confiture", "pggit-db"]),
];

/// Libraries that one crate alone may name.
const ONLY: &[(&str, &str)] =
    &[("pgrx", "pggit-extension"), ("postgres", "pggit-wire"), ("clap", "pggit-cli")];

/// Crates for development, which may depend on everything.
const DEVELOPMENT: &[&str] = &["pggit-testkit", "xtask"];

/// Most lines of a file, tests not counted; above it stands a reason.
const MOST_LINES: usize = 800;

/// Files that may be longer, and why.
const LONG_FILES: &[(&str, &str)] = &[("examples/shop/schema.sql", "an example schema is one script")];

/// Words that say nothing about what a file is.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "v2"];

/// Checks all rules.
///
/// # Errors
/// All violations at once.
pub fn run() -> anyhow::Result<()> {
    let root = workspace();
    let mut problems = Vec::new();
    edges(&root, &mut problems)?;
    for file in files(&root)? {
        let name = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if EMPTY_NAMES.contains(&stem) {
            problems.push(format!("{name}: a file is named by what it holds"));
        }
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        match kind {
            "rs" => rust(&name, &text, &mut problems),
            "sql" if name.starts_with("crates/") && !text.starts_with("-- ") => {
                problems.push(format!("{name}: the first line says what the file is, as a comment"));
            }
            _ => {}
        }
        if matches!(kind, "rs" | "sql") {
            let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
            let allowed = LONG_FILES.iter().any(|(long, _)| *long == name)
                || name.starts_with("corpus/")
                || name.contains("/tests/");
            if lines > MOST_LINES && !allowed {
                problems.push(format!("{name}: {lines} lines, at most {MOST_LINES}"));
            }
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    for problem in &problems {
        eprintln!("{problem}");
    }
    bail!("{} rules of the repository are broken", problems.len())
}

fn rust(name: &str, text: &str, problems: &mut Vec<String>) {
    let in_crates = name.starts_with("crates/");
    if in_crates && !text.starts_with("//!") {
        problems.push(format!("{name}: the first line says what the file is, as //!"));
    }
    let source = text.split("#[cfg(test)]").next().unwrap_or(text);
    for (number, line) in source.lines().enumerate() {
        let at = number + 1;
        if line.contains("#[ignore") {
            problems.push(format!("{name}:{at}: tests are never ignored"));
        }
        let todo = ["TO", "DO"].concat();
        if line.contains(&format!("{todo}:")) || line.contains(&format!("{todo}(")) {
            problems.push(format!("{name}:{at}: open work stands in an issue, not in the code"));
        }
        if in_crates && line.contains("HashMap") && !line.trim_start().starts_with("//") && is_pure(name) {
            problems.push(format!("{name}:{at}: BTreeMap, so that the same input gives the same output"));
        }
    }
}

fn is_pure(name: &str) -> bool {
    ["crates/catalog/src", "crates/history/src", "crates/migrate/src"]
        .iter()
        .any(|path| name.starts_with(path))
}

/// Checks the dependencies of every crate against [`EDGES`] and [`ONLY`].
fn edges(root: &Path, problems: &mut Vec<String>) -> anyhow::Result<()> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(root)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .output()
        .context("cargo metadata could not be run")?;
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).context("cargo metadata did not write JSON")?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let ours: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        if DEVELOPMENT.contains(&name) {
            continue;
        }
        let Some((_, allowed)) = EDGES.iter().find(|(from, _)| *from == name) else {
            problems.push(format!("{name}: no edges are declared for this crate"));
            continue;
        };
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        for dependency in dependencies.filter(|dependency| dependency["kind"].as_str() != Some("dev")) {
            let on = dependency["name"].as_str().unwrap_or_default();
            if ours.contains(&on) && !allowed.contains(&on) {
                problems.push(format!("{name} must not depend on {on}"));
            }
            if let Some((_, only)) = ONLY.iter().find(|(library, _)| *library == on)
                && *only != name
            {
                problems.push(format!("{name} must not depend on {on}: only {only} does"));
            }
        }
    }
    Ok(())
}

/// The files that git tracks, and those it would.
fn files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .output()
        .context("git could not be run")?;
    let names = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
    let mut files: Vec<PathBuf> = names
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(|name| root.join(name))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}
