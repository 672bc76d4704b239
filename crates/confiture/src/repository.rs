//! [`Repository`]: version control of the schema of one database.
//!
//! Every method works in the caller's transaction. Methods that change something take the repository lock first, so
//! two of them never overlap; methods that change the live schema read the catalog back at the end and fail, so that
//! the caller's transaction is rolled back, unless it is what was asked for.

mod blame;
mod branch;
mod checkout;
mod commit;
mod compare;
mod export;
mod init;
mod live;
mod log;
mod merge;
mod reference;
mod status;
mod working;

pub use blame::{Blame, HistoryEntry};
pub use branch::BranchInfo;
pub use checkout::CheckedOut;
pub use log::{LogEntry, ShownChange};
pub use merge::{MergeOutcome, MergeStatus};
pub use reference::State;
pub use status::StatusEntry;

use pggit_db::introspect::server_major;
use pggit_db::repository as tables;
use pggit_db::repository::PgStore;
use pggit_db::session::Session;
use pggit_history::branch::Branch;
use pggit_history::name::RefName;

use crate::error::{Error, ErrorCode, Result, not_initialised};

/// The branch that `init` makes.
pub const MAIN: &str = "main";

/// Version control of the schema of the database that a session is connected to.
pub struct Repository<'s, S: Session> {
    session: &'s mut S,
}

impl<'s, S: Session> Repository<'s, S> {
    /// The repository behind `session`, initialised or not.
    pub fn new(session: &'s mut S) -> Self {
        Self { session }
    }

    fn store(&mut self) -> PgStore<'_, S> {
        PgStore::new(self.session)
    }

    /// Fails unless `init` has run and the tables are of this version.
    fn require_initialised(&mut self) -> Result<()> {
        if tables::state(self.session)?.is_some() {
            return Ok(());
        }
        Err(not_initialised())
    }

    /// As [`Self::require_initialised`], and waits for every other operation on the repository to end.
    fn lock(&mut self) -> Result<()> {
        tables::lock(self.session)?;
        self.require_initialised()
    }

    /// Name of the branch that is checked out.
    ///
    /// # Errors
    /// [`ErrorCode::NotInitialised`].
    pub fn current_branch(&mut self) -> Result<String> {
        self.require_initialised()?;
        Ok(tables::head_branch(self.session)?)
    }

    /// The branch that is checked out.
    fn head(&mut self) -> Result<Branch> {
        let name = self.current_branch()?;
        self.branch(&name)
    }

    /// The branch called `name`.
    fn branch(&mut self, name: &str) -> Result<Branch> {
        match tables::branch(self.session, name)? {
            Some(branch) => Ok(branch),
            None => Err(self.no_such(name, "branch")?),
        }
    }

    /// The role that statements of this session run as.
    fn role(&mut self) -> Result<String> {
        self.text("SELECT current_user::pg_catalog.text")
    }

    /// Major version of the server.
    fn major(&mut self) -> Result<u32> {
        Ok(server_major(self.session)?)
    }

    /// Microseconds since the Unix epoch, by the server's clock.
    fn now(&mut self) -> Result<i64> {
        let rows = self.session.query(
            "SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000)::pg_catalog.int8",
            &[],
        )?;
        match rows.first() {
            Some(row) => Ok(row.int(0)?),
            None => Err(Error::new(ErrorCode::Internal, "the server's clock gave no time")),
        }
    }

    fn text(&mut self, sql: &str) -> Result<String> {
        let rows = self.session.query(sql, &[])?;
        match rows.first() {
            Some(row) => Ok(row.text(0)?.to_owned()),
            None => Err(Error::new(ErrorCode::Internal, "a query of one row returned none")),
        }
    }
}

/// A name that a new branch or tag may have.
fn new_name(name: &str) -> Result<RefName> {
    name.parse::<RefName>().map_err(|error| {
        Error::new(ErrorCode::InvalidName, error.to_string())
            .hint("Names of branches and tags follow git's rules, for example \"feature/user-profiles\".")
    })
}

/// `1 object`, `2 objects`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
