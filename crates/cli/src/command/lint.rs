//! `confiture lint`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use confiture::catalog::hazard::Hazard;
use confiture::catalog::ident::QualifiedName;
use confiture::catalog::lock::{Lock, LockMode};
use confiture::catalog::plan::{PlanOptions, plan};
use confiture::catalog::rename::Renames;
use confiture::db::introspect::read_catalog;
use confiture::db::scratch::Scratch;
use confiture::db::session::Session;
use confiture::migrate::scan;
use pggit_lint::{Made, Statement};
use pggit_wire::WireSession;
use pggit_wire::observation::{Observation, Observer};
use serde::{Serialize, Serializer};

use crate::connection::{self, Context};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use crate::scratch_server::ScratchServer;

/// Tell the hazards of SQL that is written by hand
///
/// Without a database the text alone is read, and what it can't tell is taken for the worse. With --database-url
/// or --env the statements are run on a copy of that database's schema, made beside it and dropped
/// afterwards, and locks, rewrites, scans and index builds are what was seen there.
///
/// A comment "-- confiture:ignore HAZARD, ..." on the line before a statement takes findings away.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Lint {
    /// SQL files, or directories of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to write the findings: text, JSON, or annotations of GitHub
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: LintFormat,
    /// A hazard that is no finding; can be repeated
    #[arg(long, value_name = "HAZARD", value_parser = hazard)]
    allow: Vec<Hazard>,
}

const EXAMPLES: &str = "\
Examples:
  confiture lint db/migrations
  confiture lint --allow blocks-reads --format github db/migrations/003_add_index.up.sql
  confiture lint --database-url postgresql://prod/app db/migrations/003_add_index.up.sql

Exit status 3 if there are findings.";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum LintFormat {
    #[default]
    Text,
    Json,
    Github,
}

/// A hazard by its id.
///
/// # Errors
/// A message that lists all.
pub fn hazard(name: &str) -> Result<Hazard, String> {
    Hazard::from_id(name).ok_or_else(|| {
        let known: Vec<&str> = Hazard::ALL.iter().map(|hazard| hazard.id()).collect();
        format!("there is no such hazard; known are {}", known.join(", "))
    })
}

/// One hazard of one statement.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// The file as it was given.
    pub file: String,
    /// Line of the statement, from 1.
    pub line: usize,
    /// Column of it, from 1.
    pub column: usize,
    /// The beginning of the statement.
    pub statement: String,
    /// The hazard, by its id.
    #[serde(serialize_with = "by_id")]
    pub hazard: Hazard,
    /// What happens.
    pub message: &'static str,
    /// What to do instead.
    pub instead: &'static str,
    /// Locks that were seen; none where nothing was run.
    pub locks: Vec<String>,
}

fn by_id<S: Serializer>(hazard: &Hazard, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(hazard.id())
}

/// A file, or the part of it that is SQL.
pub struct Source<'a> {
    /// The file as it is shown.
    pub file: &'a str,
    /// The SQL.
    pub text: &'a str,
    /// The line of the file on which it starts.
    pub line: usize,
}

impl Source<'_> {
    /// The findings, as far as the text tells; relations of `made` are as new as its own.
    ///
    /// # Errors
    /// When it is no SQL.
    pub fn findings(&self, made: &mut Made) -> Result<Vec<Finding>, Failure> {
        let statements = self.statements(made)?;
        Ok(statements.iter().flat_map(|statement| findings(self.file, statement, &[])).collect())
    }

    fn statements(&self, made: &mut Made) -> Result<Vec<Statement>, Failure> {
        let before = self.line - 1;
        let mut statements =
            pggit_lint::lint_after(&without_copied_rows(self.text), made).map_err(|error| {
                let place = format!("{}:{}:{}", self.file, error.line + before, error.column);
                Failure::new(format!("{place}: {error}")).sqlstate("42601")
            })?;
        for statement in &mut statements {
            statement.line += before;
        }
        Ok(statements)
    }
}

/// The text with the rows of `COPY … FROM stdin` left blank, so that every statement stays where it is.
fn without_copied_rows(text: &str) -> Cow<'_, str> {
    let Ok(script) = scan(text) else { return Cow::Borrowed(text) };
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |length| from + length);
    let mut blank = String::new();
    let mut kept = 0;
    for statement in &script.statements {
        let Some(rows) = statement.copy_data else { continue };
        let start = (line_end(statement.start.offset + statement.sql.len()) + 1).min(text.len());
        // The line that ends them goes too.
        let end = line_end((start + rows.len()).min(text.len()));
        blank.push_str(&text[kept..start]);
        blank.extend(std::iter::repeat_n('\n', text[start..end].matches('\n').count()));
        kept = end;
    }
    if kept == 0 { Cow::Borrowed(text) } else { Cow::Owned(blank + &text[kept..]) }
}

fn findings(file: &str, statement: &Statement, locks: &[Lock]) -> Vec<Finding> {
    statement
        .findings()
        .map(|(hazard, instead)| Finding {
            file: file.to_owned(),
            line: statement.line,
            column: statement.column,
            statement: statement.excerpt(),
            hazard,
            message: hazard.message(),
            instead,
            locks: locks.iter().map(ToString::to_string).collect(),
        })
        .collect()
}

impl Lint {
    pub fn writes_json(&self) -> bool {
        self.format == LintFormat::Json
    }

    pub fn run(&self, context: &Context) -> Outcome {
        let allowed: BTreeSet<Hazard> = self.allow.iter().copied().collect();
        let mut trial = match context.named()? {
            Some(settings) => Some(Trial::begin(&mut connection::connect(&settings)?, settings)?),
            None => None,
        };
        let mut found = Vec::new();
        for path in sql_files(&self.files)? {
            let text = fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))?;
            let file = path.display().to_string();
            let source = Source { file: &file, text: &text, line: 1 };
            let Some(trial) = &mut trial else {
                found.extend(source.findings(&mut Made::default())?);
                continue;
            };
            for statement in source.statements(&mut Made::default())? {
                let (statement, locks) = trial.run(&file, statement);
                found.extend(findings(&file, &statement, &locks));
            }
        }
        found.retain(|finding| !allowed.contains(&finding.hazard));
        match self.format {
            LintFormat::Text => output::print(&text(&found))?,
            LintFormat::Json => output::print_json(&found)?,
            LintFormat::Github => output::print(&annotations(&found))?,
        }
        Ok(Exit::check(true, !found.is_empty()))
    }
}

/// The files, those of directories by name.
fn sql_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).map_err(|error| Failure::file("read", path, &error))?;
        let mut inside = Vec::new();
        for entry in entries {
            inside.push(entry.map_err(|error| Failure::file("read", path, &error))?.path());
        }
        inside.retain(|path: &PathBuf| path.is_file() && path.extension() == Some("sql".as_ref()));
        inside.sort();
        files.extend(inside);
    }
    Ok(files)
}

/// A copy of a database's schema on which statements are tried, one after the other.
struct Trial {
    session: WireSession,
    observer: Observer,
    /// Holds the copy.
    _scratch: ScratchServer,
}

impl Trial {
    fn begin(source: &mut WireSession, settings: pggit_wire::ConnectionSettings) -> Result<Self, Failure> {
        let catalog = source.in_one_snapshot(read_catalog).map_err(confiture::Error::from)?.catalog;
        let mut scratch = ScratchServer::given(settings);
        let mut session = scratch.database()?;
        let empty = read_catalog(&mut session).map_err(confiture::Error::from)?.catalog;
        let plan = plan(&empty, &catalog, &Renames::default(), &PlanOptions::default())
            .map_err(confiture::Error::from)?;
        session.script("SET check_function_bodies = off")?;
        session.script(&plan.to_sql())?;
        // A session of its own, with what the database sets for sessions: a time zone decides about rewriting.
        let mut session = WireSession::connect(&session.settings().clone())?;
        let observer = Observer::of(&mut session)?;
        Ok(Self { session, observer, _scratch: scratch })
    }

    /// Runs a statement; what its text tells about locks and rows gives way to what was seen.
    fn run(&mut self, file: &str, statement: Statement) -> (Statement, Vec<Lock>) {
        let first = statement.sql.split_whitespace().next().unwrap_or_default().to_lowercase();
        if matches!(first.as_str(), "begin" | "start" | "commit" | "end" | "rollback" | "abort") {
            return (statement, Vec::new());
        }
        let place = format!("{file}:{}:{}", statement.line, statement.column);
        if statement.outside_transaction {
            if let Err(error) = self.session.script(&statement.sql) {
                output::note(&format!("{place}: not tried: {}", error.message));
            }
            return (statement, Vec::new());
        }
        let there = self.observer.present(&mut self.session);
        let seen = self.observer.run(&mut self.session, &statement.sql);
        match there.and_then(|there| Ok((there, seen?))) {
            Ok((there, seen)) => {
                let names = there.into_values().map(|(_, name)| name).collect();
                let locks = locks(&seen);
                let hazards = measured(&seen, &locks, &names, statement.touches_old);
                (statement.measured(&hazards), locks)
            }
            Err(error) => {
                output::note(&format!("{place}: not tried: {}", error.message));
                (statement, Vec::new())
            }
        }
    }
}

fn locks(seen: &Observation) -> Vec<Lock> {
    seen.locks
        .iter()
        .filter_map(|((schema, name), mode)| {
            let mode = LockMode::ALL.into_iter().find(|known| known.server_name() == *mode)?;
            Some(Lock::new(mode, QualifiedName::new(schema, name)))
        })
        .collect()
}

fn measured(seen: &Observation, locks: &[Lock], there: &BTreeSet<String>, old: bool) -> BTreeSet<Hazard> {
    let any = |tables: &BTreeSet<String>| tables.iter().any(|table| there.contains(table));
    let built = seen.built.iter().map(|(_, table)| table.clone()).collect();
    let hazards = [
        (Hazard::TableRewrite, any(&seen.rewritten)),
        (Hazard::FullScan, any(&seen.scanned) || (old && !seen.checked_keys.is_empty())),
        (Hazard::IndexBuild, any(&built)),
        (Hazard::BlocksReads, locks.iter().any(|lock| lock.mode.blocks_reads())),
        (Hazard::BlocksWrites, locks.iter().any(|lock| lock.mode.blocks_writes())),
    ];
    hazards.into_iter().filter(|(_, is)| *is).map(|(hazard, _)| hazard).collect()
}

fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    let mut last = None;
    for finding in findings {
        let at = (&finding.file, finding.line, finding.column);
        if last != Some(at) {
            let place = format!("{}:{}:{}", finding.file, finding.line, finding.column);
            let _ = writeln!(text, "{place}: {}", finding.statement);
            for lock in &finding.locks {
                let _ = writeln!(text, "  takes {lock}");
            }
            last = Some(at);
        }
        let _ = writeln!(text, "  {}: {}", finding.hazard, finding.message);
        let _ = writeln!(text, "    instead: {}", finding.instead);
    }
    let files: BTreeMap<&str, usize> = findings.iter().map(|finding| (finding.file.as_str(), 0)).collect();
    let count = findings.len();
    if count == 0 {
        return "No hazards.\n".to_owned();
    }
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let _ = writeln!(text, "\n{} in {}", plural(count, "finding"), plural(files.len(), "file"));
    text
}

/// Workflow commands of GitHub, one a line.
fn annotations(findings: &[Finding]) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    findings
        .iter()
        .map(|finding| {
            format!(
                "::warning file={},line={},col={},title={}::{}\n",
                property(&finding.file),
                finding.line,
                finding.column,
                property(finding.hazard.id()),
                data(&format!("{}; instead: {}", finding.message, finding.instead))
            )
        })
        .collect()
}
