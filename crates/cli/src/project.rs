//! The project that we are in: its files, read for [`confiture::config`].

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use confiture::config::{ENVIRONMENT_ENDINGS, FILE_NAME};
use confiture::{Config, Environment};

use crate::exit::Failure;

/// A directory with a `confiture.toml`, or else one with `db/environments`, as projects of Confiture for Python have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The project of a directory: there, or in the nearest directory above.
    pub fn find(directory: &Path) -> Option<Self> {
        let nearest = |is_root: &dyn Fn(&Path) -> bool| directory.ancestors().find(|path| is_root(path));
        let environments = Config::default().environments;
        let root = nearest(&|path| path.join(FILE_NAME).is_file())
            .or_else(|| nearest(&|path| path.join(&environments).is_dir()))?;
        Some(Self { root: root.to_owned() })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The name of its directory, by which its database is called.
    pub fn name(&self) -> String {
        self.root.file_name().map_or_else(|| "project".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// Its settings.
    pub fn config(&self) -> Result<Config, Failure> {
        let path = self.root.join(FILE_NAME);
        if !path.exists() {
            return Ok(Config::default());
        }
        Ok(Config::parse(FILE_NAME, &read(&path)?, &variable)?)
    }

    /// An environment, and its file.
    pub fn environment(&self, name: &str) -> Result<(Environment, PathBuf), Failure> {
        let config = self.config()?;
        let files = config.environment_files(name)?;
        let Some(file) = files.iter().find(|file| self.root.join(file).is_file()) else {
            let mut failure = Failure::new(format!("there is no environment \"{name}\"")).sqlstate("58P01");
            failure = failure.detail(format!("It would be described in \"{}\".", files[0]));
            let names = self.environments(&config);
            return Err(if names.is_empty() {
                failure.hint("\"confiture init\" makes examples.")
            } else {
                failure.hint(format!("There are: {}.", names.join(", ")))
            });
        };
        let text = read(&self.root.join(file))?;
        Ok((Environment::parse(name, file, &text, &config, &variable)?, PathBuf::from(file)))
    }

    /// The names of the environments that there are.
    fn environments(&self, config: &Config) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(&config.environments)).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> =
            names.filter_map(|name| environment_of(&name).map(str::to_owned)).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// The environment that a file is of.
fn environment_of(file: &str) -> Option<&str> {
    ENVIRONMENT_ENDINGS.iter().find_map(|ending| file.strip_suffix(ending))
}

/// Reads a text file.
pub fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => {
            Failure::new(format!("file \"{}\" is not UTF-8", path.display())).sqlstate("22021")
        }
        _ => Failure::file("read", path, &error),
    })
}

/// The value of an environment variable.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
