//! Which database a command works on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;

use clap::Args;
use confiture::MigrationSettings;
use confiture::db::ledger::LedgerName;
use confiture::db::session::Session;
use pggit_wire::session::Notice;
use pggit_wire::{ConnectionSettings, WireSession};

use crate::exit::Failure;
use crate::output;
use crate::private_server;
use crate::project::Project;

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// Work as if started in DIR
    #[arg(
        id = "chdir",
        short = 'C',
        long = "directory",
        value_name = "DIR",
        global = true,
        help_heading = "Global options"
    )]
    pub directory: Option<PathBuf>,
    /// Database to work on: a postgresql:// URL or key=value pairs
    #[arg(long, value_name = "URL", global = true, conflicts_with = "env", help_heading = "Global options")]
    pub database_url: Option<String>,
    /// Environment to work on, described in db/environments/NAME.toml; several for "migrate up", "down" and "status"
    #[arg(long, value_name = "NAME", global = true, help_heading = "Global options")]
    pub env: Vec<String>,
    /// Show SQLSTATE and context of errors
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub verbose: bool,
}

/// libpq's variables that name a server or a database.
const LIBPQ_VARIABLES: [&str; 5] = ["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGSERVICE"];

/// What commands work with.
#[derive(Debug)]
pub struct Context {
    global: GlobalArgs,
    /// The project that we are in, if we are.
    project: Option<Project>,
}

impl Context {
    /// Goes to the directory that was asked for and looks for the project there.
    pub fn new(global: GlobalArgs) -> Result<Self, Failure> {
        if let Some(directory) = &global.directory {
            std::env::set_current_dir(directory)
                .map_err(|error| Failure::file("change to directory", directory, &error))?;
        }
        let current = std::env::current_dir()
            .map_err(|error| Failure::file("find the current directory", Path::new("."), &error))?;
        Ok(Self { global, project: Project::find(&current) })
    }

    /// The project that we are in.
    pub fn project(&self) -> Option<&Project> {
        self.project.as_ref()
    }

    /// The same, for commands that are of no use outside one.
    pub fn require_project(&self) -> Result<&Project, Failure> {
        self.project().ok_or_else(|| {
            Failure::new("no confiture.toml in this directory or above it")
                .sqlstate("58P01")
                .hint("\"confiture init\" makes a project here.")
        })
    }

    /// The environment that was asked for.
    pub fn environment(&self) -> Option<&str> {
        self.global.env.first().map(String::as_str)
    }

    /// All environments that were asked for: more than one only for commands that take several.
    pub fn environments(&self) -> &[String] {
        &self.global.env
    }

    /// The same for one environment.
    pub fn only(&self, environment: &str) -> Self {
        let global = GlobalArgs { env: vec![environment.to_owned()], ..self.global.clone() };
        Self { global, project: self.project.clone() }
    }

    /// Whether errors are to be shown with SQLSTATE and context.
    pub fn verbose(&self) -> bool {
        self.global.verbose
    }

    /// The database that the command line names, and no other.
    pub fn named(&self) -> Result<Option<ConnectionSettings>, Failure> {
        if self.global.database_url.is_some() || !self.global.env.is_empty() {
            self.configured()
        } else {
            Ok(None)
        }
    }

    /// The database to work on: what was asked for, else what is configured, else the project's private server, else
    /// what libpq's variables say; nothing where none of these says anything.
    pub fn configured(&self) -> Result<Option<ConnectionSettings>, Failure> {
        if let Some(url) = &self.global.database_url {
            return Ok(Some(parse(url, "--database-url")?));
        }
        if let Some(name) = self.environment() {
            let project = self.require_project()?;
            let (environment, file) = project.environment(name)?;
            return match environment.database_url {
                Some(url) => parse(&url, &file.display().to_string()).map(Some),
                None => match from_variables()? {
                    Some(settings) => Ok(Some(settings)),
                    None => Err(Failure::new(format!("environment \"{name}\" has no database"))
                        .sqlstate("08001")
                        .detail(format!("\"{}\" has no \"database_url\".", file.display()))
                        .hint("Write database_url = \"postgresql://...\" into it, or set DATABASE_URL.")),
                },
            };
        }
        if let Some(url) = variable("DATABASE_URL") {
            return Ok(Some(parse(&url, "DATABASE_URL")?));
        }
        if let Some(project) = &self.project {
            if let Some(url) = project.config()?.database_url {
                return Ok(Some(parse(&url, "confiture.toml")?));
            }
            if let Some(server) = private_server::running(project) {
                return Ok(Some(server.settings(&project.name())));
            }
        }
        Ok(from_libpq())
    }

    /// The same, for commands that need a database.
    pub fn settings(&self) -> Result<ConnectionSettings, Failure> {
        self.configured()?.ok_or_else(|| {
            let failure = Failure::new("no database is configured").sqlstate("08001");
            failure.hint(match self.project {
                Some(_) => {
                    "Give --database-url or --env, set DATABASE_URL, set \"url\" under [database] in confiture.toml, \
                     or start a private server with \"confiture dev start\"."
                }
                None => "Give --database-url, set DATABASE_URL, or run this inside a project (\"confiture init\").",
            })
        })
    }

    /// How migrations run on the database to work on; their directory is complete.
    pub fn migration_settings(&self) -> Result<MigrationSettings, Failure> {
        let mut settings = match (&self.project, self.environment()) {
            (Some(project), Some(name)) => project.environment(name)?.0.migrations,
            (Some(project), None) => project.config()?.migrations,
            (None, _) => MigrationSettings::default(),
        };
        if let Some(project) = &self.project {
            settings.directory = project.root().join(&settings.directory).to_string_lossy().into_owned();
        }
        settings.templates.variables = Some(variables());
        Ok(settings)
    }

    /// The ledger of the database to work on, and where its migrations are.
    pub fn migrations(&self) -> Result<(LedgerName, PathBuf), Failure> {
        let settings = self.migration_settings()?;
        Ok((settings.ledger, PathBuf::from(settings.directory)))
    }

    /// Connects to the database to work on.
    pub fn connect(&self) -> Result<WireSession, Failure> {
        connect(&self.settings()?)
    }

    /// Connects while `work` is done, whose failure is the one to report.
    pub fn connect_during<T>(
        &self,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<(WireSession, T), Failure> {
        let settings = self.settings();
        let connecting = settings.map(|settings| thread::spawn(move || connect(&settings)));
        // A server that does not answer is not waited for when there is nothing to do on it.
        let value = work()?;
        let session = connecting?.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok((session, value))
    }

    /// The same, for commands that need the extension there.
    pub fn connect_to_repository(&self) -> Result<WireSession, Failure> {
        let mut session = self.connect()?;
        require_extension(&mut session)?;
        Ok(session)
    }
}

/// Connects; messages of the server go to stderr.
pub fn connect(settings: &ConnectionSettings) -> Result<WireSession, Failure> {
    let mut session = WireSession::connect(settings)?;
    session.on_notice(|notice| show(&notice));
    Ok(session)
}

fn show(notice: &Notice) {
    let mut text = notice.to_string();
    for (label, part) in [("DETAIL", &notice.detail), ("HINT", &notice.hint)] {
        if let Some(part) = part {
            text = format!("{text}\n{label}:  {part}");
        }
    }
    output::note(&text);
}

/// Fails unless the extension is in the database.
fn require_extension(session: &mut WireSession) -> Result<(), Failure> {
    let found = session.query("SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'pggit'", &[])?;
    if !found.is_empty() {
        return Ok(());
    }
    let rows = session.query("SELECT pg_catalog.current_database()::pg_catalog.text", &[])?;
    let database = rows.first().map(|row| row.text(0)).transpose()?.unwrap_or_default();
    Err(Failure::new(format!("extension \"pggit\" is not in database \"{database}\""))
        .sqlstate("55000")
        .hint("Run \"CREATE EXTENSION pggit CASCADE; SELECT pggit.init();\" there."))
}

/// Reads a connection string that came from `source`.
pub fn parse(text: &str, source: &str) -> Result<ConnectionSettings, Failure> {
    ConnectionSettings::parse(text)
        .map_err(|error| Failure::from(error).detail(format!("It is from {source}.")))
}

/// The database that environment variables name.
fn from_variables() -> Result<Option<ConnectionSettings>, Failure> {
    match variable("DATABASE_URL") {
        Some(url) => parse(&url, "DATABASE_URL").map(Some),
        None => Ok(from_libpq()),
    }
}

fn from_libpq() -> Option<ConnectionSettings> {
    LIBPQ_VARIABLES.iter().any(|name| variable(name).is_some()).then(ConnectionSettings::default)
}

/// Environment variables, those that are UTF-8.
pub fn variables() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
