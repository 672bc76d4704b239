//! What `diff` and `generate` compare: states that refs, databases and SQL files name.

use std::path::{Path, PathBuf};
use std::thread;

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
    /// Whether both are states of one repository, which knows what was renamed.
    pub is_related: bool,
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
            Ok(Pair { from, to, renames, is_related: true, role, unmodelled: Vec::new(), scratch: None })
        });
    }
    let mut loading = Loading { context, sides: [from, to], scratch: None, progress };
    let sides = [loading.prepare(from)?, loading.prepare(to)?];
    let Loading { scratch, .. } = loading;
    let [mut from, mut to] = read_both(context, &sides)?;
    for side in sides {
        if let Ready::Loaded(database) = side {
            database.remove()?;
        }
    }
    let mut unmodelled = from.unmodelled;
    unmodelled.append(&mut to.unmodelled);
    unmodelled.sort();
    unmodelled.dedup();
    from.ignored.append(&mut to.ignored);
    Ok(Pair {
        from: without(from.catalog, &from.ignored),
        to: without(to.catalog, &from.ignored),
        renames: Renames::default(),
        is_related: false,
        role: from.role,
        unmodelled,
        scratch,
    })
}

/// What one side keeps out of commits is not a difference to the other side, which may have no patterns.
fn without(catalog: Catalog, ignored: &[NamePattern]) -> Catalog {
    if ignored.is_empty() {
        return catalog;
    }
    catalog.shared().filter(|object| !is_ignored(ignored, object)).cloned().collect()
}

/// One side, there to be read.
enum Ready<'a> {
    Ref(&'a str),
    Database(&'a ConnectionSettings),
    /// A scratch database that files were loaded into.
    Loaded(Box<ScratchDatabase>),
}

/// Makes databases of files.
struct Loading<'a> {
    context: &'a Context,
    sides: [&'a SchemaSource; 2],
    /// Where scratch databases are made, once one is needed.
    scratch: Option<ScratchServer>,
    progress: Progress,
}

impl Loading<'_> {
    fn prepare<'a>(&mut self, source: &'a SchemaSource) -> Result<Ready<'a>, Failure> {
        Ok(match source {
            SchemaSource::Ref(reference) => Ready::Ref(reference),
            SchemaSource::Database(settings) => Ready::Database(settings),
            SchemaSource::Files(path) => Ready::Loaded(Box::new(self.load(path)?)),
        })
    }

    fn load(&mut self, path: &Path) -> Result<ScratchDatabase, Failure> {
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
        Ok(scratch)
    }
}

/// What was read of one side.
struct Side {
    catalog: Catalog,
    role: String,
    unmodelled: Vec<Unmodelled>,
    /// Patterns of `pggit.ignore`.
    ignored: Vec<NamePattern>,
}

/// Reads both sides at once, each in a session of its own.
fn read_both(context: &Context, sides: &[Ready<'_>; 2]) -> Result<[Side; 2], Failure> {
    // Commits have no secrets.
    let secrets = !sides.iter().any(|side| matches!(side, Ready::Ref(_)));
    let [from, to] = sides;
    let (from, to) = thread::scope(|scope| {
        let to = scope.spawn(move || read(context, to, secrets));
        (read(context, from, secrets), to.join())
    });
    let to = to.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    Ok([from?, to?])
}

fn read(context: &Context, side: &Ready<'_>, secrets: bool) -> Result<Side, Failure> {
    match side {
        Ready::Ref(reference) => {
            let mut session = context.connect_to_repository()?;
            let ignored = ignore_patterns(&mut session).map_err(confiture::Error::from)?;
            session.in_one_snapshot(|session| {
                let catalog = Repository::new(session).catalog(reference)?;
                Ok(Side { catalog, role: role(session)?, unmodelled: Vec::new(), ignored })
            })
        }
        Ready::Database(settings) => read_database(settings, secrets),
        // What the files have set in their session does not change how the catalog is read.
        Ready::Loaded(database) => read_database(database.settings(), secrets),
    }
}

fn read_database(settings: &ConnectionSettings, secrets: bool) -> Result<Side, Failure> {
    let mut session = connection::connect(settings)?;
    let mut snapshot = read_catalog(&mut session).map_err(confiture::Error::from)?;
    if !secrets {
        snapshot = snapshot.without_secrets();
    }
    Ok(Side {
        catalog: snapshot.catalog,
        role: role(&mut session)?,
        unmodelled: snapshot.unmodelled,
        ignored: ignore_patterns(&mut session).map_err(confiture::Error::from)?,
    })
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
