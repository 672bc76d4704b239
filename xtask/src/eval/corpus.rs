//! The schemas to run on: a directory of files, described by a manifest.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::extension;

/// The variable that names another directory.
const DIRECTORY_VARIABLE: &str = "PGGIT_EVAL_DIR";

/// Schemas and the roles that they need.
#[derive(Debug)]
pub struct Corpus {
    /// A script that makes the roles; safe to run again.
    pub roles: PathBuf,
    /// The schemas, by name.
    pub schemas: Vec<Schema>,
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

impl Corpus {
    /// The corpus of this machine; none where there is no directory.
    ///
    /// # Errors
    /// When the directory is there but not readable.
    pub fn find() -> anyhow::Result<Option<Self>> {
        let directory = match std::env::var_os(DIRECTORY_VARIABLE).filter(|directory| !directory.is_empty()) {
            Some(directory) => PathBuf::from(directory),
            None => extension::workspace().join("../shared/eval"),
        };
        let directory = directory.join("corpus");
        if !directory.is_dir() {
            return Ok(None);
        }
        Self::read(&directory)
            .with_context(|| format!("cannot read the corpus in {}", directory.display()))
            .map(Some)
    }

    fn read(directory: &Path) -> anyhow::Result<Self> {
        let manifest =
            fs::read_to_string(directory.join("manifest.json")).context("cannot read manifest.json")?;
        let manifest: serde_json::Value =
            serde_json::from_str(&manifest).context("manifest.json is not JSON")?;
        let items = manifest["schemas"].as_array().context("manifest.json lists no schemas")?;
        let mut schemas = Vec::new();
        for item in items {
            let name = item["name"].as_str().context("a schema has no name")?.to_owned();
            let file = directory.join(item["file"].as_str().with_context(|| format!("{name} has no file"))?);
            let bytes = fs::metadata(&file).with_context(|| format!("no {}", file.display()))?.len();
            let extensions = item["extensions"].as_array().into_iter().flatten();
            let extensions =
                extensions.filter_map(|extension| extension.as_str().map(str::to_owned)).collect();
            schemas.push(Schema { name, file, bytes, extensions });
        }
        schemas.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { roles: directory.join("roles.sql"), schemas })
    }

    /// The schema with the longest script.
    #[must_use]
    pub fn largest(&self) -> Option<&Schema> {
        self.schemas.iter().max_by_key(|schema| schema.bytes)
    }
}
