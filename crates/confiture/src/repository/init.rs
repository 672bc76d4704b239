//! The first commit.

use pggit_catalog::catalog::Unmodelled;
use pggit_catalog::rename::Renames;
use pggit_db::repository as tables;
use pggit_db::session::Session;
use pggit_history::commit::Commit;
use pggit_history::id::ObjectId;
use pggit_history::name::RefName;
use pggit_history::store::StoreExt;

use super::{MAIN, Repository};
use crate::error::Result;

/// What `init` did.
#[derive(Debug, Clone)]
pub struct Initialised {
    /// First commit of `main`.
    pub commit: ObjectId,
    /// The repository was there already.
    pub again: bool,
    /// Objects that are not modelled, so not under version control.
    pub unmodelled: Vec<Unmodelled>,
}

impl<S: Session> Repository<'_, S> {
    /// Makes the repository: commits the live schema as the first commit of `main`. Run again it changes nothing.
    ///
    /// # Errors
    /// Those of the server.
    pub fn init(&mut self, message: &str) -> Result<Initialised> {
        tables::lock(self.session)?;
        if let Some(state) = tables::state(self.session)? {
            return Ok(Initialised { commit: state.first_commit, again: true, unmodelled: Vec::new() });
        }
        let live = self.live_to_remember()?;
        let tree = self.write_live(&live)?;
        let commit = Commit {
            tree,
            parents: Vec::new(),
            author: self.text("SELECT session_user::pg_catalog.text")?,
            committed_at: self.now()?,
            message: message.to_owned(),
            branch: MAIN.to_owned(),
            source: "init".to_owned(),
            automatic: false,
            changes: u64::try_from(live.catalog().len()).unwrap_or(u64::MAX),
            renames: Renames::default(),
        };
        let id = self.store().put_commit(&commit)?;
        tables::initialise(self.session, &RefName::main(), id)?;
        tables::append_reflog(self.session, MAIN, None, Some(id), "init", commit.subject())?;
        self.remember(&live, tree)?;
        Ok(Initialised { commit: id, again: false, unmodelled: live.snapshot.unmodelled })
    }
}
