//! What `diff` and `generate` compare: states that refs, databases and SQL files name.

use std::path::{Path, PathBuf};

use confiture::catalog::catalog::{Catalog, Unmodelled};
use confiture::catalog::filter::is_ignored;
use confiture::catalog::pattern::NamePattern;
use confiture::catalog::rename::Renames;
use confiture::db::introspect::{ignore_patterns, read_catalog};
use confiture::db::session::Session;
use confiture::repository::Repository;
use pggit_wire::{ConnectionSettings, ScratchDatabase, WireSession};

use crate::connection::{self, Context};
use crate::exit::Failure;
use crate::progress::Progress;
use crate::scratch_server::ScratchServer;
use crate::sql_files;

/// Where a schema is described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaSource {
    /// A ref of the repository.
    Ref(String),
    /// A database.
    Database(Box<ConnectionSettings>),
    /// SQL files, or directories of them.
    Files(PathBuf),
}

/// Two states to compare.
#[derive(Debug)]
pub struct Pair {
    /// The first.
    pub from: Catalog,
    /// The second.
    pub to: Catalog,
    /// What is known to have another name in the second.
    pub renames: Renames,
    /// The role that a plan would run as: the one that reads the first.
    pub role: String,
    /// Objects on either side that are not modelled.
    pub unmodelled: Vec<Unmodelled>,
    /// Where scratch databases were made, if any were.
    pub scratch: Option<ScratchServer>,
}

impl SchemaSource {
    /// Tells what an argument is. A file, or a directory with SQL files, is that; everything else is a ref.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if text.starts_with("postgresql://") || text.starts_with("postgres://") {
            return Ok(Self::Database(Box::new(connection::parse(text, "the command line")?)));
        }
        let path = Path::new(text);
        let path_in_form = text.ends_with(".sql")
            || text.ends_with('/')
            || text == "."
            || ["/", "./", "../"].iter().any(|start| text.starts_with(start));
        let is_path = path_in_form || path.is_file() || (path.is_dir() && sql_files::find(path).is_ok());
        Ok(if is_path { Self::Files(path.to_owned()) } else { Self::Ref(text.to_owned()) })
    }

    /// What people call it.
    pub fn label(&self) -> String {
        match self {
            Self::Ref(reference) => reference.clone(),
            Self::Database(settings) => settings.dbname.clone().unwrap_or_else(|| "database".to_owned()),
            Self::Files(path) => path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        }
    }
}

/// Reads two states.
pub fn read_pair(context: &Context, from: &SchemaSource, to: &SchemaSource) -> Result<Pair, Failure> {
    let progress = Progress::start("reading schemas");
    if let (SchemaSource::Ref(from), SchemaSource::Ref(to)) = (from, to) {
        let mut session = context.connect_to_repository()?;
        return session.in_one_snapshot(|session| {
            let (from, to, renames) = Repository::new(session).states(from, to)?;
            let role = role(session)?;
            Ok(Pair { from, to, renames, role, unmodelled: Vec::new(), scratch: None })
        });
    }
    let mut reader = Reader {
        context,
        sides: [from, to],
        scratch: None,
        unmodelled: Vec::new(),
        ignored: Vec::new(),
        progress,
    };
    let (from, role) = reader.read(from)?;
    let (to, _) = reader.read(to)?;
    let Reader { mut unmodelled, ignored, scratch, .. } = reader;
    unmodelled.sort();
    unmodelled.dedup();
    let (from, to) = (without(from, &ignored), without(to, &ignored));
    Ok(Pair { from, to, renames: Renames::default(), role, unmodelled, scratch })
}

/// What one side keeps out of commits is not a difference to the other side, which may have no patterns.
fn without(catalog: Catalog, ignored: &[NamePattern]) -> Catalog {
    if ignored.is_empty() {
        return catalog;
    }
    catalog.shared().filter(|object| !is_ignored(ignored, object)).cloned().collect()
}

/// Reads states that are not both refs.
struct Reader<'a> {
    context: &'a Context,
    sides: [&'a SchemaSource; 2],
    /// Where scratch databases are made, once one is needed.
    scratch: Option<ScratchServer>,
    unmodelled: Vec<Unmodelled>,
    /// Patterns of `pggit.ignore` on either side.
    ignored: Vec<NamePattern>,
    progress: Progress,
}

impl Reader<'_> {
    fn read(&mut self, source: &SchemaSource) -> Result<(Catalog, String), Failure> {
        match source {
            SchemaSource::Ref(reference) => {
                let mut session = self.context.connect_to_repository()?;
                self.ignored.extend(ignore_patterns(&mut session).map_err(confiture::Error::from)?);
                session.in_one_snapshot(|session| {
                    let catalog = Repository::new(session).catalog(reference)?;
                    Ok((catalog, role(session)?))
                })
            }
            SchemaSource::Database(settings) => self.snapshot(&mut connection::connect(settings)?),
            SchemaSource::Files(path) => self.files(path),
        }
    }

    fn files(&mut self, path: &Path) -> Result<(Catalog, String), Failure> {
        let files = sql_files::find(path)?;
        let server = match self.scratch.take() {
            Some(server) => server,
            None => ScratchServer::find(self.context, self.sides)?,
        };
        let scratch = ScratchDatabase::create(&self.scratch.insert(server).settings())?;
        let mut session = connection::connect(scratch.settings())?;
        // Nobody misses a scratch database after a crash.
        session.script("SET synchronous_commit = off")?;
        for file in &files {
            self.progress.say(&format!("loading {}", file.display()));
            sql_files::load(&mut session, file)?;
        }
        drop(session);
        // What the files have set in their session must not change how the catalog is read.
        let mut session = connection::connect(scratch.settings())?;
        let read = self.snapshot(&mut session)?;
        drop(session);
        scratch.remove()?;
        Ok(read)
    }

    fn snapshot(&mut self, session: &mut WireSession) -> Result<(Catalog, String), Failure> {
        let mut snapshot = read_catalog(session).map_err(confiture::Error::from)?;
        if self.sides.iter().any(|side| matches!(side, SchemaSource::Ref(_))) {
            // Commits have none either.
            snapshot = snapshot.without_secrets();
        }
        self.unmodelled.extend(snapshot.unmodelled);
        self.ignored.extend(ignore_patterns(session).map_err(confiture::Error::from)?);
        Ok((snapshot.catalog, role(session)?))
    }
}

fn role(session: &mut WireSession) -> Result<String, Failure> {
    let rows = session.query("SELECT current_user::pg_catalog.text", &[])?;
    Ok(rows.first().map(|row| row.text(0)).transpose()?.unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_told_apart() {
        let parse = |text: &str| SchemaSource::parse(text).expect(text);
        for path in ["schema.sql", "./main", "../x", "/tmp/none", "db/", "."] {
            assert_eq!(parse(path), SchemaSource::Files(path.into()), "{path}");
        }
        // `src` is a directory here, without SQL files.
        for reference in ["main", "feature/x", "HEAD~2", "WORKING", "src"] {
            assert_eq!(parse(reference), SchemaSource::Ref(reference.into()), "{reference}");
        }
        assert!(matches!(parse("postgres://h/d"), SchemaSource::Database(_)));
        assert!(SchemaSource::parse("postgresql://h:x/d").is_err());
    }
}
