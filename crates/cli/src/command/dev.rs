//! `confiture dev`.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process;

use clap::{Args, Subcommand};
use confiture::db::session::{Param, Session};
use pggit_wire::PrivateServer;
use pggit_wire::server::Started;

use crate::connection::{self, Context};
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, FormatArgs};
use crate::private_server;
use crate::progress::Progress;
use crate::project::Project;

/// A private PostgreSQL server for this project
///
/// It needs PostgreSQL's programs to be installed, but no server that runs. It listens on a unix socket
/// only, and has the extension pggit at hand.
#[derive(Debug, Subcommand)]
pub enum Dev {
    /// Start the server, made the first time, with a database named after the project; write its URL
    Start(Start),
    /// Stop the server
    Stop(Stop),
    /// Show whether the server runs; exit with status 3 if it does not
    Status(FormatArgs),
    /// Run psql on the project's database
    Psql(Psql),
    /// Write the URL of the project's database
    Url,
}

#[derive(Debug, Args)]
pub struct Start {
    /// Major version of PostgreSQL for a new server [default: the newest installed]
    #[arg(long, value_name = "MAJOR")]
    pg: Option<u32>,
}

#[derive(Debug, Args)]
pub struct Stop {
    /// Remove the server with all its databases
    #[arg(long)]
    remove: bool,
}

#[derive(Debug, Args)]
pub struct Psql {
    /// Arguments for psql
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl Dev {
    pub fn writes_json(&self) -> bool {
        matches!(self, Self::Status(FormatArgs { format }) if format.is_json())
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let project = context.require_project()?;
        match self {
            Self::Start(start) => start.run(project),
            Self::Stop(stop) => stop.run(project),
            Self::Status(format) => status(project, *format),
            Self::Psql(psql) => psql.run(project),
            Self::Url => {
                output::print(&require_running(project)?.url(&project.name()))?;
                Ok(Exit::Done)
            }
        }
    }
}

impl Start {
    fn run(&self, project: &Project) -> Outcome {
        let progress = Progress::start("starting the private server");
        let server = private_server::of_major(project, self.pg)?;
        let files = private_server::extension_files(server.installation().major)?;
        if let Some(files) = &files {
            server.install_extension(files)?;
        }
        let started = server.start()?;
        let name = project.name();
        let made = make_database(&server, &name)?;
        drop(progress);
        output::note(match started {
            Started::Now => "The private server is started.",
            Started::Already => "The private server runs already.",
        });
        if made {
            output::note(&format!("Database \"{name}\" is made."));
        }
        if files.is_none() {
            output::note(
                "The files of the extension pggit were not found: it can't be created in this server.",
            );
        }
        output::print(&server.url(&name))?;
        Ok(Exit::Done)
    }
}

/// Makes a database unless it is there; whether it was made.
fn make_database(server: &PrivateServer, name: &str) -> Result<bool, Failure> {
    let mut session = connection::connect(&server.settings("postgres"))?;
    let missing = session.query(
        "SELECT pg_catalog.format('CREATE DATABASE %I', $1) \
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1::pg_catalog.name)",
        &[Param::Text(name)],
    )?;
    for row in &missing {
        session.script(row.text(0)?)?;
    }
    Ok(!missing.is_empty())
}

impl Stop {
    fn run(&self, project: &Project) -> Outcome {
        let server = private_server::of(project)?;
        let stopped = server.stop()?;
        output::note(if stopped {
            "The private server is stopped."
        } else {
            "The private server does not run."
        });
        if self.remove {
            server.remove()?;
            output::note("It is removed with all its databases.");
        }
        Ok(Exit::Done)
    }
}

fn status(project: &Project, format: FormatArgs) -> Outcome {
    let server = private_server::of(project)?;
    let running = server.is_running()?;
    let url = running.then(|| server.url(&project.name()));
    let (directory, log) =
        (server.directory().display().to_string(), server.log_file().display().to_string());
    if format.format.is_json() {
        output::print_json(&serde_json::json!({
            "running": running,
            "url": url,
            "major": server.installation().major,
            "directory": directory,
            "log_file": log,
        }))?;
    } else {
        let mut table = output::Table::default();
        table.row(["server".into(), if running { "running" } else { "not running" }.into()]);
        table.row(["version".into(), format!("PostgreSQL {}", server.installation().major)]);
        table.row(["directory".into(), directory]);
        table.row(["log".into(), log]);
        if let Some(url) = url {
            table.row(["url".into(), url]);
        }
        output::print(&table.render())?;
    }
    Ok(Exit::check(true, !running))
}

impl Psql {
    fn run(&self, project: &Project) -> Outcome {
        let server = require_running(project)?;
        let program = server.psql()?;
        let error = process::Command::new(&program)
            .arg("--dbname")
            .arg(server.url(&project.name()))
            .args(&self.arguments)
            .exec();
        Err(Failure::file("run", &program, &error))
    }
}

fn require_running(project: &Project) -> Result<PrivateServer, Failure> {
    let server = private_server::of(project)?;
    if server.is_running()? {
        return Ok(server);
    }
    Err(Failure::new("the private server of this project does not run")
        .sqlstate("08001")
        .hint("\"confiture dev start\" starts it."))
}
