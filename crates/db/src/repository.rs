//! The repository's own tables in schema `pggit`: refs, HEAD, reflog, identities, and the store of objects.
//!
//! Everything here works in the caller's transaction, under the rights of the repository's owner, and expects the
//! `search_path` to be pinned.

mod identity;
mod refs;
mod store;

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::canonical::DecodeError;
use pggit_history::id::ObjectId;
use pggit_history::name::{NameError, RefName};
use thiserror::Error;

use crate::session::{Param, RowError, Session, SessionError};

pub use identity::{load_identities, load_some_identities, save_identities, save_some_identities};
pub use refs::{
    NewBranch, append_reflog, branch, branches, create_branch, create_tag, delete_ref, reflog, rename_branch,
    set_branch_head, set_branch_status, tag, tags,
};
pub use store::PgStore;

/// The version of the tables and of what they hold that this code reads and writes.
pub const FORMAT_VERSION: i64 = 1;

/// The statements that make the tables, in a schema `pggit` that is there.
pub const TABLES_SQL: &str = include_str!("repository/tables.sql");

/// What is wrong with the repository's tables.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RepositoryError {
    /// The server refused a statement.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A result had an unexpected shape.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The tables are of another version than this code.
    #[error("the repository has format version {found}, this version of pgGit works with {FORMAT_VERSION}")]
    FormatVersion {
        /// The version of the tables.
        found: i64,
    },
    /// `init` has not run.
    #[error("the repository is not initialised")]
    NotInitialised,
    /// A ref that was to be changed is not there.
    #[error("ref \"{name}\" does not exist")]
    NoRef {
        /// The name.
        name: String,
    },
    /// Something that is no id.
    #[error("the repository's tables hold an object id of {length} bytes")]
    Id {
        /// Its length.
        length: usize,
    },
    /// A ref with an impossible name.
    #[error("the repository's tables hold a ref with an impossible name: {source}")]
    Name {
        /// Why.
        source: NameError,
    },
    /// A branch with an unknown status.
    #[error("branch \"{name}\" has the unknown status \"{status}\"")]
    Status {
        /// The branch.
        name: String,
        /// The status.
        status: String,
    },
    /// Something that cannot be decoded.
    #[error("the repository's tables hold an unreadable {what}: {source}")]
    Encoding {
        /// What it should be.
        what: &'static str,
        /// Why.
        source: DecodeError,
    },
    /// An identity that cannot be.
    #[error("the repository's tables hold an unreadable identity of {address}")]
    Identity {
        /// The object.
        address: ObjectAddress,
    },
}

/// The repository itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryState {
    /// The branch that is checked out.
    pub head_branch: RefName,
    /// The commit that `init` made.
    pub first_commit: ObjectId,
    /// When: microseconds since 1970-01-01 00:00:00 UTC.
    pub initialised_at: i64,
}

/// Whether the repository's tables are there.
///
/// # Errors
/// [`RepositoryError`] when the server cannot be asked.
pub fn tables_exist<S: Session>(session: &mut S) -> Result<bool, RepositoryError> {
    let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS c \
               JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
               WHERE n.nspname = 'pggit' AND c.relname = 'repository' AND c.relkind = 'r')";
    match session.query(sql, &[])?.first() {
        Some(row) => Ok(row.bool(0)?),
        None => Ok(false),
    }
}

/// Makes schema `pggit` and the tables, as the connected role: for servers without the extension.
///
/// # Errors
/// [`RepositoryError`] when the server refuses.
pub fn create_tables<S: Session>(session: &mut S) -> Result<(), RepositoryError> {
    session.script("CREATE SCHEMA IF NOT EXISTS pggit")?;
    Ok(session.script(TABLES_SQL)?)
}

/// The repository, or `None` where there are no tables or `init` has not run.
///
/// # Errors
/// [`RepositoryError::FormatVersion`] when the tables are of another version.
pub fn state<S: Session>(session: &mut S) -> Result<Option<RepositoryState>, RepositoryError> {
    if !tables_exist(session)? {
        return Ok(None);
    }
    let rows = session.as_owner(|session| session.query(include_str!("repository/state.sql"), &[]))?;
    let Some(row) = rows.first() else { return Ok(None) };
    let found = row.int(0)?;
    if found != FORMAT_VERSION {
        return Err(RepositoryError::FormatVersion { found });
    }
    Ok(Some(RepositoryState {
        head_branch: ref_name(row.text(1)?)?,
        first_commit: object_id(row.bytes(2)?)?,
        initialised_at: row.int(3)?,
    }))
}

/// Waits until nobody else changes the repository, and keeps others waiting until the transaction ends. Who only reads
/// is not kept waiting.
///
/// # Errors
/// [`RepositoryError`] when the tables are not there or the server gives up waiting.
pub fn lock<S: Session>(session: &mut S) -> Result<(), RepositoryError> {
    Ok(session
        .as_owner(|session| session.script("LOCK TABLE pggit.repository IN SHARE ROW EXCLUSIVE MODE"))?)
}

/// Begins the repository with `branch` at `commit`, checked out.
///
/// # Errors
/// [`RepositoryError`] when it has begun already.
pub fn initialise<S: Session>(
    session: &mut S,
    branch: &RefName,
    commit: ObjectId,
) -> Result<(), RepositoryError> {
    let params = [Param::Int(FORMAT_VERSION), Param::Text(branch.as_str()), Param::Bytes(commit.as_bytes())];
    session.as_owner(|session| session.execute(include_str!("repository/initialise.sql"), &params))?;
    Ok(())
}

/// The branch that is checked out.
///
/// # Errors
/// [`RepositoryError::NotInitialised`].
pub fn head_branch<S: Session>(session: &mut S) -> Result<String, RepositoryError> {
    let rows =
        session.as_owner(|session| session.query("SELECT r.head_branch FROM pggit.repository AS r", &[]))?;
    match rows.first() {
        Some(row) => Ok(row.text(0)?.to_owned()),
        None => Err(RepositoryError::NotInitialised),
    }
}

/// Makes `branch` the one that is checked out.
///
/// # Errors
/// [`RepositoryError::NoRef`] when there is no such branch.
pub fn set_head_branch<S: Session>(session: &mut S, branch: &str) -> Result<(), RepositoryError> {
    let sql = "UPDATE pggit.repository SET head_branch = $1 \
               WHERE EXISTS (SELECT FROM pggit.ref AS r WHERE r.kind = 'branch' AND r.name = $1)";
    let changed = session.as_owner(|session| session.execute(sql, &[Param::Text(branch)]))?;
    one_ref(changed, branch)
}

fn one_ref(changed: u64, name: &str) -> Result<(), RepositoryError> {
    if changed == 1 { Ok(()) } else { Err(RepositoryError::NoRef { name: name.to_owned() }) }
}

pub(crate) fn object_id(bytes: &[u8]) -> Result<ObjectId, RepositoryError> {
    ObjectId::from_bytes(bytes).ok_or(RepositoryError::Id { length: bytes.len() })
}

fn optional_id(bytes: Option<&[u8]>) -> Result<Option<ObjectId>, RepositoryError> {
    bytes.map(object_id).transpose()
}

fn ref_name(text: &str) -> Result<RefName, RepositoryError> {
    text.parse().map_err(|source| RepositoryError::Name { source })
}
