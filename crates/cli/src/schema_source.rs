//! What `diff` and `generate` compare: states that refs, databases and SQL files name.

mod other_major;

use std::path::{Path, PathBuf};
use std::thread;

use confiture::catalog::catalog::{Catalog, Unmodelled};
use confiture::catalog::filter::is_ignored;
use confiture::catalog::object::Object;
use confiture::catalog::pattern::NamePattern;
use confiture::catalog::plan::Plan;
use confiture::catalog::rename::Renames;
use confiture::db::introspect::{IntrospectError, ignore_patterns, read_catalog};
use confiture::db::session::{Param, Session, SessionError};
use confiture::repository::Repository;
use pggit_wire::{ConnectionSettings, ScratchDatabase, WireSession};

use crate::connection::{self, Context};
use crate::exit::Failure;
use crate::filter::FilterArgs;
use crate::output;
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
    /// Major version of the server of the first.
    pub major: u32,
    /// Objects on either side that are not modelled.
    pub unmodelled: Vec<Unmodelled>,
    /// Where scratch databases were made, if any were.
    pub scratch: Option<ScratchServer>,
    /// The first database and its encoding, where that of the second is another.
    encoding: Option<(ConnectionSettings, String)>,
}

impl Pair {
    /// Fails if a plan has characters that the first database can't hold.
    pub fn check_characters(&self, plan: &Plan) -> Result<(), Failure> {
        let Some((settings, encoding)) = &self.encoding else { return Ok(()) };
        let mut session = connection::connect(settings)?;
        let asked = session.query("SELECT $1::pg_catalog.text", &[Param::Text(&plan.to_sql())]);
        match asked {
            Err(error) if error.sqlstate == UNTRANSLATABLE_CHARACTER => Err(Failure::new(format!(
                "the plan has characters that encoding {encoding} of FROM does not have"
            ))
            .sqlstate(UNTRANSLATABLE_CHARACTER)
            .detail(format!("The server says: {}.", error.message))),
            asked => Ok(asked.map(|_| ())?),
        }
    }
}

/// `untranslatable_character`.
const UNTRANSLATABLE_CHARACTER: &str = "22P05";

/// `character_not_in_repertoire`.
const NOT_IN_REPERTOIRE: &str = "22021";

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

/// Reads two states; what `filter` leaves out need not be to be had on both servers.
pub fn read_pair(
    context: &Context,
    [from, to]: [&SchemaSource; 2],
    filter: &FilterArgs,
) -> Result<Pair, Failure> {
    let progress = Progress::start("reading schemas");
    if let (SchemaSource::Ref(from), SchemaSource::Ref(to)) = (from, to) {
        let mut session = context.connect_to_repository()?;
        return session.in_one_snapshot(|session| {
            let (from, to, renames) = Repository::new(session).states(from, to)?;
            let Place { role, major, .. } = Place::ask(session)?;
            let pair = Pair {
                from,
                to,
                renames,
                is_related: true,
                role,
                major,
                unmodelled: Vec::new(),
                scratch: None,
                encoding: None,
            };
            Ok(pair)
        });
    }
    let mut loading = Loading { context, sides: [from, to], scratch: None, progress };
    let sides = [loading.prepare(from)?, loading.prepare(to)?];
    let Loading { scratch, .. } = loading;
    let [mut from, mut to] = read_both(context, &sides)?;
    let mut unmodelled = std::mem::take(&mut from.unmodelled);
    unmodelled.append(&mut to.unmodelled);
    unmodelled.sort();
    unmodelled.dedup();
    from.ignored.append(&mut to.ignored);
    let ignored = std::mem::take(&mut from.ignored);
    from.catalog = without(from.catalog, &ignored, &unmodelled);
    to.catalog = without(to.catalog, &ignored, &unmodelled);
    if from.major != to.major {
        let leveled = other_major::level_privileges(&from, &mut to);
        if !leveled.is_empty() {
            let (older, leveled) = (from.major.min(to.major), leveled.join(", "));
            output::note(&format!(
                "note: privileges that PostgreSQL {older} does not have are not compared: {leveled}"
            ));
        }
        let leveled = other_major::level_extensions(&from, &mut to)?;
        if !leveled.is_empty() {
            let (major, leveled) = (from.major, leveled.join(", "));
            output::note(&format!(
                "note: versions of extensions that no script of PostgreSQL {major} leads to are not compared: {leveled}"
            ));
        }
        let chosen = filter.filter(&from.catalog, &to.catalog)?;
        let (wanted, _) = chosen.target(&from.catalog, &to.catalog, &Renames::default(), &from.role);
        to.catalog = other_major::target(&from, &to, wanted)?;
    }
    let is_there = matches!(sides[0], Ready::Ref(_) | Ready::Database(_));
    let encoding = (is_there && from.encoding != to.encoding).then_some((from.settings, from.encoding));
    for side in sides {
        if let Ready::Loaded(database) = side {
            database.remove()?;
        }
    }
    Ok(Pair {
        from: from.catalog,
        to: to.catalog,
        renames: Renames::default(),
        is_related: false,
        role: from.role,
        major: from.major,
        unmodelled,
        scratch,
        encoding,
    })
}

/// What one side keeps out of commits is not a difference to the other side, which may have no patterns; nor is what
/// could be read on one side only, by a role that may see it.
fn without(catalog: Catalog, ignored: &[NamePattern], unmodelled: &[Unmodelled]) -> Catalog {
    if ignored.is_empty() && unmodelled.is_empty() {
        return catalog;
    }
    let is_compared = |object: &Object| {
        !is_ignored(ignored, object) && unmodelled.binary_search(&Unmodelled::of(object)).is_err()
    };
    catalog.shared().filter(|object| is_compared(object)).cloned().collect()
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
        let scratch = ScratchDatabase::create(&self.scratch.insert(server).settings()).map_err(no_scratch)?;
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

/// Why there is no scratch database: the role may not make one, or the server is a standby.
fn no_scratch(error: SessionError) -> Failure {
    let is_refused = ["42501", "25006"].contains(&error.sqlstate.as_str());
    let failure = Failure::from(error);
    if !is_refused {
        return failure;
    }
    failure.detail("SQL files are loaded into a scratch database.").hint(
        "It is made on the server of the configured database, else on that of the other side; name one where you may \
         create databases with --database-url.",
    )
}

/// What was read of one side.
struct Side {
    catalog: Catalog,
    /// Its server.
    settings: ConnectionSettings,
    role: String,
    /// Major version of the server.
    major: u32,
    /// Encoding of the database.
    encoding: String,
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
            let settings = session.settings().clone();
            session.in_one_snapshot(|session| {
                let catalog = Repository::new(session).catalog(reference)?;
                let Place { role, major, encoding } = Place::ask(session)?;
                Ok(Side { catalog, settings, role, major, encoding, unmodelled: Vec::new(), ignored })
            })
        }
        Ready::Database(settings) => read_database(settings, secrets),
        // What the files have set in their session does not change how the catalog is read.
        Ready::Loaded(database) => read_database(database.settings(), secrets),
    }
}

fn read_database(settings: &ConnectionSettings, secrets: bool) -> Result<Side, Failure> {
    let mut session = connection::connect(settings)?;
    let Place { role, major, encoding } = Place::ask(&mut session)?;
    let mut snapshot = read_catalog(&mut session).map_err(|error| unreadable(error, settings, &encoding))?;
    if !secrets {
        snapshot = snapshot.without_secrets();
    }
    let ignored = ignore_patterns(&mut session).map_err(confiture::Error::from)?;
    let settings = settings.clone();
    Ok(Side {
        catalog: snapshot.catalog,
        settings,
        role,
        major,
        encoding,
        unmodelled: snapshot.unmodelled,
        ignored,
    })
}

/// Why a catalog can't be read, with the database that it is of.
fn unreadable(error: IntrospectError, settings: &ConnectionSettings, encoding: &str) -> Failure {
    let failure = Failure::from(confiture::Error::from(error));
    let name = settings.dbname.as_deref().unwrap_or_default();
    let failure = failure.of(&format!("could not read the catalog of database \"{name}\""));
    match failure.sqlstate.as_str() {
        NOT_IN_REPERTOIRE => failure.hint(format!(
            "In encoding {encoding} names and definitions can be any bytes; those of this database are not all UTF-8."
        )),
        "42501" => failure.hint("Everybody may read the system catalogs, unless that right was taken away."),
        _ => failure,
    }
}

/// Who reads, and where.
struct Place {
    role: String,
    major: u32,
    encoding: String,
}

impl Place {
    fn ask(session: &mut WireSession) -> Result<Self, Failure> {
        let rows = session.query(
            "SELECT current_user::pg_catalog.text, pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000, \
             pg_catalog.getdatabaseencoding()::pg_catalog.text",
            &[],
        )?;
        let row =
            rows.first().ok_or_else(|| Failure::new("a query of one row returned none").sqlstate("XX000"))?;
        let major = u32::try_from(row.int(1)?).unwrap_or_default();
        Ok(Self { role: row.text(0)?.to_owned(), major, encoding: row.text(2)?.to_owned() })
    }
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
