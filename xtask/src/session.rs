//! A person at work: statements in psql and commands in a terminal, shown as they run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use pggit_wire::server::PrivateServer;

/// Where the person works.
pub struct Desk<'s> {
    server: &'s PrivateServer,
    psql: PathBuf,
    /// The command line.
    confiture: PathBuf,
    /// The directory of the person's project.
    pub project: PathBuf,
    /// Whether statements and answers are shown.
    pub shown: bool,
}

impl<'s> Desk<'s> {
    /// A desk in front of `server`, with the command line `confiture`, in `project`.
    ///
    /// # Errors
    /// When there is no psql.
    pub fn new(
        server: &'s PrivateServer,
        confiture: PathBuf,
        project: PathBuf,
        shown: bool,
    ) -> anyhow::Result<Self> {
        let psql = server.psql().context("no psql")?;
        Ok(Self { server, psql, confiture, project, shown })
    }

    /// Prints a heading.
    pub fn heading(&self, text: &str) {
        if self.shown {
            println!("\n# {text}\n");
        }
    }

    /// Runs SQL in `database` and returns what psql prints, one aligned table after the other.
    ///
    /// # Errors
    /// When a statement fails.
    pub fn sql(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        if self.shown {
            for line in sql.trim().lines() {
                println!("{database}=> {}", line.trim_end());
            }
        }
        let output = self.run_psql(database, &["-c"], sql)?;
        self.show(&output);
        Ok(output)
    }

    /// The one value that a query gives.
    ///
    /// # Errors
    /// When the query fails.
    pub fn value(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        Ok(self.run_psql(database, &["-A", "-t", "-c"], sql)?.trim_end().to_owned())
    }

    /// Runs a file of SQL in `database`.
    ///
    /// # Errors
    /// When a statement fails.
    pub fn file(&self, database: &str, file: &Path) -> anyhow::Result<()> {
        self.run_psql(database, &["-q", "-f"], &file.display().to_string()).map(|_| ())
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn create_database(&self, name: &str) -> anyhow::Result<()> {
        self.run_psql("postgres", &["-q", "-c"], &format!("CREATE DATABASE {name} TEMPLATE template0"))
            .map(|_| ())
    }

    /// Runs the command line with these arguments in the project, and returns its standard output.
    ///
    /// # Errors
    /// When it does not exit with 0.
    pub fn confiture(&self, arguments: &[&str]) -> anyhow::Result<String> {
        if self.shown {
            println!("$ confiture {}", arguments.join(" "));
        }
        let output = Command::new(&self.confiture)
            .args(arguments)
            .current_dir(&self.project)
            .env_remove("DATABASE_URL")
            .output()
            .context("confiture could not be started")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        self.show(&errors);
        self.show(&text);
        ensure!(
            output.status.success(),
            "confiture {} failed: {}\n{errors}",
            arguments.join(" "),
            output.status
        );
        Ok(text)
    }

    /// The settings for `database`, as a URL.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.server.url(database)
    }

    fn show(&self, text: &str) {
        if self.shown && !text.trim().is_empty() {
            println!("{}\n", text.trim_end());
        }
    }

    fn run_psql(&self, database: &str, arguments: &[&str], last: &str) -> anyhow::Result<String> {
        let output = Command::new(&self.psql)
            .args(["-X", "-v", "ON_ERROR_STOP=1", "-P", "pager=off", "-d", &self.server.url(database)])
            .args(arguments)
            .arg(last)
            .output()
            .context("psql could not be started")?;
        if !output.status.success() {
            bail!("psql failed in database {database}:\n{last}\n{}", String::from_utf8_lossy(&output.stderr));
        }
        self.show(&String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
