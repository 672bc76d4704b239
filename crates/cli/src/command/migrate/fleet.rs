//! One verb on many databases: `--fleet`, `--fleet-query`, several `--env`.

mod run;
mod status;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use confiture::MigrationSettings;
use confiture::catalog::ident::quote_ident;
use confiture::fleet::{self, Member};
use confiture::migrate::MigrationSet;
use confiture::migrator::Migrator;
use pggit_wire::settings::{DEFAULT_PORT, Host};
use pggit_wire::{ConnectionSettings, WireSession};

pub use run::{Run, Verb, run};
pub use status::status;

use super::{Directory, require_migrations};
use crate::connection::{self, Context};
use crate::exit::Failure;
use crate::migration_files;
use crate::project;

/// Which databases, and how many at a time.
#[derive(Debug, Clone, Args)]
pub struct FleetArgs {
    /// Work on every database that FILE lists: one a line, or tables in a .toml
    #[arg(long, value_name = "FILE", conflicts_with = "fleet_query", help_heading = "Many databases")]
    fleet: Option<PathBuf>,
    /// Work on every database, or schema, that SQL lists on the database at hand
    #[arg(long, value_name = "SQL", help_heading = "Many databases")]
    fleet_query: Option<String>,
    /// Have SCHEMA on the search path too, behind the schema that a member of the fleet is
    #[arg(long, value_name = "SCHEMA", help_heading = "Many databases")]
    shared_schema: Vec<String>,
    /// Work on N databases at a time [default: 1]
    #[arg(long, value_name = "N", help_heading = "Many databases")]
    jobs: Option<NonZeroUsize>,
}

/// When to stop.
#[derive(Debug, Clone, Copy, Args)]
pub struct FailureArgs {
    /// Begin no further database once N have failed; 0: go on whatever fails [default: 1]
    #[arg(long, value_name = "N", help_heading = "Many databases")]
    max_failures: Option<usize>,
}

impl FailureArgs {
    /// How many may fail; 0 for any number.
    pub fn most(self) -> usize {
        self.max_failures.unwrap_or(1)
    }

    /// Fails if it was asked for.
    pub fn refuse_for_one(self) -> Result<(), Failure> {
        match self.max_failures {
            Some(_) => Err(only_for_many("--max-failures")),
            None => Ok(()),
        }
    }
}

/// The databases of a run.
#[derive(Debug)]
pub struct Fleet {
    targets: Vec<Target>,
    jobs: usize,
}

/// One of them, or a schema of one, with what is to be there.
#[derive(Debug)]
struct Target {
    name: String,
    /// Whether it is called so by who listed it.
    is_named: bool,
    settings: ConnectionSettings,
    schema: Option<String>,
    migrations: MigrationSettings,
    environment: Option<String>,
    set: Arc<MigrationSet>,
}

impl FleetArgs {
    /// The databases that were asked for; nothing where it is one as usual.
    pub fn fleet(&self, context: &Context, directory: &Directory) -> Result<Option<Fleet>, Failure> {
        let environments = context.environments();
        let several = environments.len() > 1;
        if self.fleet.is_none() && self.fleet_query.is_none() && !several {
            let given =
                [("--jobs", self.jobs.is_some()), ("--shared-schema", !self.shared_schema.is_empty())];
            return match given.iter().find(|(_, is_given)| *is_given) {
                Some((option, _)) => Err(only_for_many(option)),
                None => Ok(None),
            };
        }
        if several && (self.fleet.is_some() || self.fleet_query.is_some()) {
            return Err(Failure::new("several environments and a fleet exclude each other")
                .sqlstate("22023")
                .hint("Give one --env: the fleet's migrations and settings are as it says."));
        }
        let mut files = Files::default();
        let targets = if several {
            let target = |name: &String| {
                let context = context.only(name);
                Ok(Target {
                    name: name.clone(),
                    is_named: true,
                    settings: context.settings()?,
                    schema: None,
                    migrations: context.migration_settings()?,
                    environment: Some(name.clone()),
                    set: files.read(&directory.path(&context)?)?,
                })
            };
            environments.iter().map(target).collect::<Result<Vec<_>, Failure>>()?
        } else {
            let set = files.read(&directory.path(context)?)?;
            self.targets(context, &set)?
        };
        let mut names = BTreeSet::new();
        if let Some(twice) = targets.iter().find(|target| !names.insert(&target.name)) {
            let message = format!("\"{}\" is twice among the databases to work on", twice.name);
            return Err(Failure::new(message).sqlstate("22023"));
        }
        Ok(Some(Fleet { jobs: self.jobs.map_or(1, NonZeroUsize::get), targets }))
    }

    fn targets(&self, context: &Context, set: &Arc<MigrationSet>) -> Result<Vec<Target>, Failure> {
        let (members, source) = self.members(context)?;
        // Where every member says how to connect to it, no other database need be configured.
        let base = match members.iter().all(|member| member.url.is_some()) {
            true => None,
            false => Some(context.settings()?),
        };
        let migrations = context.migration_settings()?;
        let search_path = |schema: &String| {
            let schemas = [schema].into_iter().chain(&self.shared_schema);
            schemas.map(|schema| quote_ident(schema)).collect::<Vec<_>>().join(", ")
        };
        let mut targets = Vec::new();
        for member in members {
            let mut settings = match (&member.url, &base) {
                (Some(url), _) => connection::parse(url, &source)?,
                (None, base) => base.clone().unwrap_or_default(),
            };
            if let Some(database) = &member.database {
                settings = settings.with_dbname(database);
            }
            let mut migrations = migrations.clone();
            if let Some(schema) = &member.schema {
                migrations.templates.schema = Some(schema.clone());
                settings = settings.with_search_path(&search_path(schema))?;
            }
            targets.push(Target {
                name: name(&member, &settings)?,
                is_named: member.name.is_some(),
                settings,
                schema: member.schema,
                migrations,
                environment: context.environment().map(str::to_owned),
                set: Arc::clone(set),
            });
        }
        tell_apart(&mut targets);
        Ok(targets)
    }

    /// What was asked for, and where it is from.
    fn members(&self, context: &Context) -> Result<(Vec<Member>, String), Failure> {
        if let Some(query) = &self.fleet_query {
            let mut session = context.connect()?;
            return Ok((fleet::members_of_query(&mut session, query)?, "the fleet's query".to_owned()));
        }
        let path = self.fleet.as_deref().unwrap_or(Path::new(""));
        let shown = path.display().to_string();
        let members = fleet::parse_file(&shown, &project::read(path)?, &project::variable)?;
        Ok((members, shown))
    }
}

/// An option that makes no sense for one database.
fn only_for_many(option: &str) -> Failure {
    Failure::new(format!("{option} is for many databases"))
        .sqlstate("22023")
        .hint("Give --fleet, --fleet-query or several --env too.")
}

/// What a member is called: as it says, else by its database and schema.
fn name(member: &Member, settings: &ConnectionSettings) -> Result<String, Failure> {
    if let Some(name) = &member.name {
        return Ok(name.clone());
    }
    let database = || Ok::<_, Failure>(settings.resolved()?.dbname.unwrap_or_default());
    Ok(match &member.schema {
        None => database()?,
        Some(schema) if member.url.is_none() && member.database.is_none() => schema.clone(),
        Some(schema) => format!("{}.{schema}", database()?),
    })
}

/// Databases of one name on several servers get the server's name.
fn tell_apart(targets: &mut [Target]) {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for target in targets.iter() {
        *times.entry(target.name.clone()).or_default() += 1;
    }
    let is_one_of_many =
        |target: &&mut Target| !target.is_named && times.get(&target.name).is_some_and(|times| *times > 1);
    for target in targets.iter_mut().filter(is_one_of_many) {
        let server = target.settings.endpoints.first().map(|endpoint| {
            let host = match (&endpoint.host, endpoint.address) {
                (Some(host), _) => Host::as_str(host).to_owned(),
                (None, address) => address.map_or_else(String::new, |address| address.to_string()),
            };
            format!("{host}:{}", endpoint.port.unwrap_or(DEFAULT_PORT))
        });
        if let Some(server) = server {
            target.name = format!("{} on {server}", target.name);
        }
    }
}

/// Migrations of each directory, read once.
#[derive(Default)]
struct Files(BTreeMap<PathBuf, Arc<MigrationSet>>);

impl Files {
    fn read(&mut self, directory: &Path) -> Result<Arc<MigrationSet>, Failure> {
        if let Some(set) = self.0.get(directory) {
            return Ok(Arc::clone(set));
        }
        let set = Arc::new(migration_files::read(directory)?);
        require_migrations(&set, directory)?;
        self.0.insert(directory.to_owned(), Arc::clone(&set));
        Ok(set)
    }
}

impl Target {
    /// Connects; messages of the server go to `note`, with the name before them.
    fn connect(&self, note: impl Fn(&str) + Send + 'static) -> Result<WireSession, Failure> {
        let mut session = WireSession::connect(&self.settings)?;
        let name = self.name.clone();
        session.on_notice(move |notice| note(&format!("{name}: {notice}")));
        Ok(session)
    }

    /// The runner for it.
    fn migrator<'s>(&self, session: &'s mut WireSession) -> Migrator<'s, WireSession> {
        let mut migrator = self.migrations.apply(Migrator::new(session));
        if let Some(schema) = &self.schema {
            migrator = migrator.schema(schema.clone());
        }
        if let Some(environment) = &self.environment {
            migrator = migrator.environment(environment.clone());
        }
        migrator
    }
}
