//! A whole state as a script.

use pggit_catalog::plan::{PlanOptions, plan};
use pggit_catalog::rename::Renames;
use pggit_db::introspect::empty_database;
use pggit_db::session::Session;

use super::Repository;
use crate::error::Result;

impl<S: Session> Repository<'_, S> {
    /// A script that builds the state `reference` in an empty database.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn export_schema(&mut self, reference: &str) -> Result<String> {
        let to = self.catalog(reference)?;
        let from = empty_database(self.session)?;
        let role = self.role()?;
        let options = PlanOptions { role: Some(role), ..PlanOptions::default() };
        Ok(plan(&from, &to, &Renames::default(), &options)?.to_sql())
    }
}
