//! Which templates a run replaces.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pggit_db::connection::Connection;
use pggit_migrate::{Migration, MigrationSet, TemplateError, TemplateUse, Templates};

use super::Migrator;
use crate::error::{Error, ErrorCode, Result};

/// Templates of a run, see [`pggit_migrate::template`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateSettings {
    /// In which files there are templates.
    pub files: TemplateUse,
    /// The schema of `{{schema}}` and `{{tables.NAME}}`.
    pub schema: Option<String>,
    /// Environment variables; without any, `${NAME}` is no template.
    pub variables: Option<BTreeMap<String, String>>,
}

impl TemplateSettings {
    /// The files with their templates replaced. Those that are needed have to be such that this is possible.
    ///
    /// # Errors
    /// [`ErrorCode::Project`] with file and line.
    pub fn expand<'a>(
        &self,
        set: &'a MigrationSet,
        is_needed: impl Fn(&Migration) -> bool,
    ) -> Result<Cow<'a, MigrationSet>> {
        let templates = Templates { schema: self.schema.as_deref(), variables: self.variables.as_ref() };
        set.expanded(&templates, self.files, is_needed).map_err(|errors| error(&errors))
    }
}

impl<'s, C: Connection> Migrator<'s, C> {
    /// Replaces templates, when a migration runs; without this there are none.
    #[must_use]
    pub fn templates(mut self, settings: TemplateSettings) -> Self {
        self.templates = Some(settings);
        self
    }

    /// The files with their templates replaced. Those of `to_run` have to be such that this is possible; what is wrong
    /// in others, applied long ago perhaps, does not matter now.
    pub(super) fn expanded<'a>(
        &self,
        set: &'a MigrationSet,
        to_run: &[&Migration],
    ) -> Result<Cow<'a, MigrationSet>> {
        let Some(settings) = &self.templates else { return Ok(Cow::Borrowed(set)) };
        settings.expand(set, |migration| to_run.iter().any(|run| run.identity == migration.identity))
    }
}

fn error(errors: &[TemplateError]) -> Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let mut lines = lines.into_iter();
    let first = Error::new(ErrorCode::Project, lines.next().unwrap_or_default());
    let rest: Vec<String> = lines.collect();
    let error = if rest.is_empty() { first } else { first.detail(rest.join("\n")) };
    match errors.first() {
        Some(first) => error.hint(first.hint.clone()),
        None => error,
    }
}
