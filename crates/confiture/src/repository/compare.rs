//! Differences between two states, as plans.

use pggit_catalog::catalog::Catalog;
use pggit_catalog::plan::{Plan, PlanOptions, plan};
use pggit_catalog::rename::Renames;
use pggit_db::session::Session;

use super::Repository;
use crate::error::Result;

impl<S: Session> Repository<'_, S> {
    /// The plan that turns the state `from` into the state `to`; `online` asks for forms that do not block.
    ///
    /// # Errors
    /// [`crate::ErrorCode::UndefinedRef`] and the like; [`crate::ErrorCode::NotSupported`] when there is no order.
    pub fn diff(&mut self, from: &str, to: &str, online: bool) -> Result<Plan> {
        let (from, to, renames) = self.states(from, to)?;
        let (role, major) = (Some(self.role()?), Some(self.major()?));
        let options = PlanOptions { role, online, major, ..PlanOptions::default() };
        Ok(plan(&from, &to, &renames, &options)?)
    }

    /// The catalogs that two refs name, and what was renamed from the first to the second.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn states(&mut self, from: &str, to: &str) -> Result<(Catalog, Catalog, Renames)> {
        let from = self.resolve(from)?;
        let to = self.resolve(to)?;
        self.pair(from, to)
    }

    /// The catalog that a ref names.
    ///
    /// # Errors
    /// As [`Self::resolve`].
    pub fn catalog(&mut self, reference: &str) -> Result<Catalog> {
        let state = self.resolve(reference)?;
        Ok(self.pair(state, state)?.0)
    }
}
