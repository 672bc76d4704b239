//! `confiture migrate new`.

use clap::{Args, ValueEnum};
use confiture::clock;
use confiture::migrate::MigrationSet;
use confiture::migrate::skeleton::{FileForm, Moment, skeleton};

use super::Directory;
use crate::connection::Context;
use crate::exit::{Exit, Failure, Outcome};
use crate::migration_files;
use crate::output::{self, FormatArgs};

#[derive(Debug, Args)]
pub struct New {
    /// What the migration does, in a few words
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    directory: Directory,
    /// Form of the file [default: that of the last migration, else python]
    #[arg(long, value_name = "FORM", value_enum)]
    form: Option<Form>,
    #[command(flatten)]
    pub format: FormatArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// A .py file with UP_SQL and DOWN_SQL
    Python,
    /// .up.sql and .down.sql
    Pair,
    /// One .sql file
    Sql,
    /// V1__name.sql
    Flyway,
}

impl From<Form> for FileForm {
    fn from(form: Form) -> Self {
        match form {
            Form::Python => Self::Python,
            Form::Pair => Self::Pair,
            Form::Sql => Self::Single,
            Form::Flyway => Self::Flyway,
        }
    }
}

impl New {
    pub fn run(&self, context: &Context) -> Outcome {
        let directory = self.directory.path(context)?;
        let set =
            if directory.exists() { migration_files::read(&directory)? } else { MigrationSet::default() };
        let (time, date) = clock::now();
        let moment = Moment { time: &time, date: &date };
        let files = skeleton(&set, &self.name, self.form.map(FileForm::from), moment)
            .map_err(|error| Failure::new(error.to_string()).sqlstate("22023"))?;
        let written = migration_files::write(&directory, &files)?;
        let names: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        if self.format.format.is_json() {
            output::print_json(&names)?;
        } else {
            output::print(&names.join("\n"))?;
        }
        Ok(Exit::Done)
    }
}
