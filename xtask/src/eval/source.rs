//! Where cases come from: directories of files, described by manifests.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::built::{Down, History, Migration, Turn};
use crate::extension;

/// The variable that names another directory.
const DIRECTORY_VARIABLE: &str = "PGGIT_EVAL_DIR";

/// Schemas and histories, and the roles that they need; pairs of states.
#[derive(Debug)]
pub struct Source {
    /// A script that makes the roles; safe to run again.
    pub roles: PathBuf,
    /// The schemas, by name.
    pub schemas: Vec<Schema>,
    /// What regression tests leave behind, by name.
    pub regress: Vec<Schema>,
    /// Histories of migrations, by name.
    pub histories: Vec<(String, History)>,
    /// Pairs of states, by the tool that they are of and name.
    pub pairs: Vec<(String, Turn)>,
}

/// A real schema.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// A script without psql's own commands.
    pub file: PathBuf,
    /// Length of the script in bytes.
    pub bytes: u64,
    /// Extensions that the script creates.
    pub extensions: Vec<String>,
}

impl Source {
    /// The corpus of this machine; none where there is no directory.
    ///
    /// # Errors
    /// When the directory is there but not readable.
    pub fn find() -> anyhow::Result<Option<Self>> {
        let Some(directory) = Self::directory() else { return Ok(None) };
        Self::read(&directory)
            .with_context(|| format!("cannot read the corpus in {}", directory.display()))
            .map(Some)
    }

    /// The directory that the corpus and other material for evaluations is in, where there is one.
    #[must_use]
    pub fn directory() -> Option<PathBuf> {
        let directory = match std::env::var_os(DIRECTORY_VARIABLE).filter(|directory| !directory.is_empty()) {
            Some(directory) => PathBuf::from(directory),
            None => extension::workspace().join("../shared/eval"),
        };
        directory.join("corpus").is_dir().then_some(directory)
    }

    fn read(directory: &Path) -> anyhow::Result<Self> {
        let corpus = directory.join("corpus");
        let manifest = json(&corpus.join("manifest.json"))?;
        Ok(Self {
            roles: corpus.join("roles.sql"),
            schemas: schemas(&corpus, &manifest["schemas"])?,
            regress: schemas(&corpus, &manifest["regress"])?,
            histories: histories(&corpus.join("histories"))?,
            pairs: pairs(&directory.join("pairs"))?,
        })
    }

    /// States of one regression test to turn into one another: what it leaves, and what it would without its drops.
    #[must_use]
    pub fn turns(&self) -> Vec<(String, Turn)> {
        let file = |name: &str| self.regress.iter().find(|other| other.name == name).map(|s| s.file.clone());
        self.regress
            .iter()
            .filter_map(|last| {
                let kept = file(&format!("{}__keep", last.name))?;
                let sides = [vec![last.file.clone()], vec![kept]];
                Some((format!("{} turned", last.name), Turn { sides, roles: Vec::new(), rows: None }))
            })
            .collect()
    }

    /// The schema with the longest script.
    #[must_use]
    pub fn largest(&self) -> Option<&Schema> {
        self.schemas.iter().max_by_key(|schema| schema.bytes)
    }
}

fn json(path: &Path) -> anyhow::Result<serde_json::Value> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}

fn schemas(directory: &Path, items: &serde_json::Value) -> anyhow::Result<Vec<Schema>> {
    let items = items.as_array().context("manifest.json has no list")?;
    let mut schemas = Vec::new();
    for item in items {
        let name = item["name"].as_str().context("a schema has no name")?.to_owned();
        let file = directory.join(item["file"].as_str().with_context(|| format!("{name} has no file"))?);
        let bytes = fs::metadata(&file).with_context(|| format!("no {}", file.display()))?.len();
        let extensions = item["extensions"].as_array().into_iter().flatten();
        let extensions = extensions.filter_map(|extension| extension.as_str().map(str::to_owned)).collect();
        schemas.push(Schema { name, file, bytes, extensions });
    }
    schemas.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(schemas)
}

fn histories(directory: &Path) -> anyhow::Result<Vec<(String, History)>> {
    let mut histories = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| format!("no {}", directory.display()))? {
        let path = entry?.path();
        let Ok(items) = json(&path.join("steps.json")) else { continue };
        let mut steps = Vec::new();
        for item in items.as_array().context("steps.json has no list")? {
            let name = item["file"].as_str().context("a step has no file")?.to_owned();
            let blank = item["up"].as_str() == Some("blank");
            steps.push(Migration {
                file: path.join(format!("{name}.up.sql")),
                changes: !blank && item["schema_changed"].as_bool().unwrap_or(true),
                down: item["has_down"].as_bool().unwrap_or(false).then(|| Down {
                    file: path.join(format!("{name}.down.sql")),
                    // With the same lines in another order the body of a function may be another.
                    is_right: item["down_restores"] == "exact" && item.get("up_again_after_down").is_none(),
                }),
                name,
            });
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        histories.push((name, History { steps }));
    }
    histories.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(histories)
}

fn pairs(directory: &Path) -> anyhow::Result<Vec<(String, Turn)>> {
    let Ok(manifest) = fs::read_to_string(directory.join("manifest.jsonl")) else { return Ok(Vec::new()) };
    let mut pairs = Vec::new();
    for line in manifest.lines() {
        let item: serde_json::Value = serde_json::from_str(line).context("manifest.jsonl is not JSON")?;
        if item["usable"] != true || item["split"] != "visible" {
            continue;
        }
        let text = |field: &str| item[field].as_str().with_context(|| format!("a pair has no {field}"));
        let name = format!("{}/{}", text("peer")?, text("case")?);
        let here = directory.join(&name);
        let side = |file: &str| {
            let files = [here.join("setup.sql"), here.join(file)];
            files.into_iter().filter(|file| file.is_file()).collect::<Vec<_>>()
        };
        let roles = item["roles"].as_array().into_iter().flatten();
        let roles = roles.filter_map(|role| role.as_str().map(str::to_owned)).collect();
        let rows = Some(here.join("seed.sql")).filter(|file| file.is_file());
        pairs.push((name, Turn { sides: [side("a.sql"), side("b.sql")], roles, rows }));
    }
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(pairs)
}
