//! `confiture generate`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use confiture::db::session::Session;
use confiture::generator::{self, Comparison, GenerateOptions, Generated};
use confiture::migrate::Version;

use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::filter::FilterArgs;
use crate::progress::Progress;
use crate::renaming::{self, RenameArgs};
use crate::schema_source::{SchemaSource, read_pair};
use crate::scratch_server::ScratchServer;
use crate::{migration_files, output};

/// Write migrations, proven on a scratch database before they are written
#[derive(Debug, Subcommand)]
pub enum Generate {
    /// Write the migration that carries what a branch has changed
    #[command(
        after_help = "Example:\n  confiture generate from-branch feature/my-feature --output db/migrations/"
    )]
    FromBranch(FromBranch),
    /// Write the migration that leads from one schema to another
    ///
    /// FROM and TO are each a ref, a postgresql:// URL, or an SQL file or a directory of SQL files, as for
    /// "confiture diff".
    FromDiff(FromDiff),
}

#[derive(Debug, Args)]
pub struct FromBranch {
    /// The branch
    branch: String,
    #[command(flatten)]
    writing: Writing,
}

#[derive(Debug, Args)]
pub struct FromDiff {
    /// What to begin with
    from: String,
    /// What to come to
    to: String,
    #[command(flatten)]
    renaming: RenameArgs,
    #[command(flatten)]
    writing: Writing,
}

/// What to write, and where.
#[derive(Debug, Args)]
struct Writing {
    /// Name of the migration [default: made from the branch]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Directory to write to [default: the project's migrations]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Form of the migration: a .py file of Confiture, or .up.sql and .down.sql
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: GenerateFormat,
    /// Who made the change, for the header [default: the author of the last commit]
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Write it even where objects that are not compared hang on what it drops or makes again
    #[arg(long)]
    allow_unmodelled: bool,
    /// Write it in forms that do not block readers and writers, each statement run by itself
    #[arg(long)]
    online: bool,
    #[command(flatten)]
    filter: FilterArgs,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum GenerateFormat {
    #[default]
    Confiture,
    Sql,
}

impl Generate {
    pub fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::FromBranch(command) => command.run(context),
            Self::FromDiff(command) => command.run(context),
        }
    }
}

impl FromBranch {
    fn run(&self, context: &Context) -> Outcome {
        let mut session = context.connect_to_repository()?;
        let comparison = session.in_one_snapshot(|session| Comparison::of_branch(session, &self.branch))?;
        let mut scratch = ScratchServer::given(session.settings().clone());
        self.writing.run(context, &comparison, &mut scratch)
    }
}

impl FromDiff {
    fn run(&self, context: &Context) -> Outcome {
        let (from, to) = (SchemaSource::parse(&self.from)?, SchemaSource::parse(&self.to)?);
        let pair = read_pair(context, [&from, &to], &self.writing.filter)?;
        let renames = self.renaming.follow(pair.renames, &pair.from, &pair.to)?;
        let comparison = Comparison {
            unmodelled: pair.unmodelled,
            ..Comparison::of_catalogs((pair.from, &from.label()), (pair.to, &to.label()), renames)
        };
        if !pair.is_related {
            let filter = self.writing.filter.filter(&comparison.from, &comparison.to)?;
            let wanted = comparison.filtered(&filter, &pair.role);
            renaming::note_likely(&wanted.from, &wanted.to, &wanted.renames);
        }
        let mut scratch = match pair.scratch {
            Some(scratch) => scratch,
            None => ScratchServer::find(context, [&from, &to])?,
        };
        self.writing.run(context, &comparison, &mut scratch)
    }
}

impl Writing {
    fn run(&self, context: &Context, comparison: &Comparison, scratch: &mut ScratchServer) -> Outcome {
        let directory = match &self.output {
            Some(directory) => directory.clone(),
            None => context.migrations()?.1,
        };
        let options = GenerateOptions {
            name: self.name.clone(),
            format: match self.format {
                GenerateFormat::Confiture => generator::Format::Confiture,
                GenerateFormat::Sql => generator::Format::Sql,
            },
            author: self.author.clone(),
            existing: existing(&directory)?,
            allow_unmodelled: self.allow_unmodelled,
            online: self.online,
            filter: self.filter.filter(&comparison.from, &comparison.to)?,
        };
        let progress = Progress::start("proving the migration on a scratch database");
        let generated = generator::from_diff(comparison, scratch, &options)?;
        drop(progress);
        self.write(&directory, &generated)
    }

    fn write(&self, directory: &Path, generated: &Generated) -> Outcome {
        for path in migration_files::write(directory, &generated.files)? {
            output::print(&path.display().to_string())?;
        }
        for remark in &generated.migration.proven.remarks {
            output::note(&format!("note: {remark}"));
        }
        Ok(Exit::Done)
    }
}

/// The versions of the migrations that there are.
fn existing(directory: &Path) -> Result<Vec<Version>, Failure> {
    if !directory.exists() {
        return Ok(Vec::new());
    }
    let set = migration_files::read(directory)?;
    Ok(set.migrations().iter().filter_map(|migration| migration.version().cloned()).collect())
}
