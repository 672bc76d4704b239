//! Branches, tags and the reflog.

use pggit_history::branch::{Branch, BranchStatus, ReflogEntry, Tag};
use pggit_history::id::ObjectId;
use pggit_history::name::RefName;

use super::{RepositoryError, object_id, one_ref, optional_id, ref_name};
use crate::session::{Param, Row, Session};

/// A branch to make.
#[derive(Debug, Clone, Copy)]
pub struct NewBranch<'a> {
    /// Its name.
    pub name: &'a RefName,
    /// The commit it begins at.
    pub commit: ObjectId,
    /// What it is made from.
    pub from_branch: &'a str,
}

/// All branches by name.
///
/// # Errors
/// [`RepositoryError`] when the table cannot be read.
pub fn branches<S: Session>(session: &mut S) -> Result<Vec<Branch>, RepositoryError> {
    read(session, include_str!("branches.sql"), Param::Null, read_branch)
}

/// The branch called `name`.
///
/// # Errors
/// [`RepositoryError`] when the table cannot be read.
pub fn branch<S: Session>(session: &mut S, name: &str) -> Result<Option<Branch>, RepositoryError> {
    Ok(read(session, include_str!("branches.sql"), Param::Text(name), read_branch)?.pop())
}

/// All tags by name.
///
/// # Errors
/// [`RepositoryError`] when the table cannot be read.
pub fn tags<S: Session>(session: &mut S) -> Result<Vec<Tag>, RepositoryError> {
    read(session, include_str!("tags.sql"), Param::Null, read_tag)
}

/// The tag called `name`.
///
/// # Errors
/// [`RepositoryError`] when the table cannot be read.
pub fn tag<S: Session>(session: &mut S, name: &str) -> Result<Option<Tag>, RepositoryError> {
    Ok(read(session, include_str!("tags.sql"), Param::Text(name), read_tag)?.pop())
}

/// Makes a branch.
///
/// # Errors
/// [`RepositoryError::Session`] with SQLSTATE 23505 when a branch or tag of that name exists.
pub fn create_branch<S: Session>(session: &mut S, branch: &NewBranch<'_>) -> Result<(), RepositoryError> {
    let sql = "INSERT INTO pggit.ref (name, kind, commit_id, base_commit, from_branch, status) \
               VALUES ($1, 'branch', $2, $2, $3, 'ACTIVE')";
    let params = [
        Param::Text(branch.name.as_str()),
        Param::Bytes(branch.commit.as_bytes()),
        Param::Text(branch.from_branch),
    ];
    session.as_owner(|session| session.execute(sql, &params))?;
    Ok(())
}

/// Makes a tag.
///
/// # Errors
/// [`RepositoryError::Session`] with SQLSTATE 23505 when a branch or tag of that name exists.
pub fn create_tag<S: Session>(
    session: &mut S,
    name: &RefName,
    commit: ObjectId,
) -> Result<(), RepositoryError> {
    let sql = "INSERT INTO pggit.ref (name, kind, commit_id) VALUES ($1, 'tag', $2)";
    let params = [Param::Text(name.as_str()), Param::Bytes(commit.as_bytes())];
    session.as_owner(|session| session.execute(sql, &params))?;
    Ok(())
}

/// Moves a branch to another commit; it is active again.
///
/// # Errors
/// [`RepositoryError::NoRef`] when there is no such branch.
pub fn set_branch_head<S: Session>(
    session: &mut S,
    name: &str,
    commit: ObjectId,
) -> Result<(), RepositoryError> {
    let sql = "UPDATE pggit.ref SET commit_id = $2, status = 'ACTIVE' WHERE kind = 'branch' AND name = $1";
    let params = [Param::Text(name), Param::Bytes(commit.as_bytes())];
    one_ref(session.as_owner(|session| session.execute(sql, &params))?, name)
}

/// Says how a branch stands.
///
/// # Errors
/// [`RepositoryError::NoRef`] when there is no such branch.
pub fn set_branch_status<S: Session>(
    session: &mut S,
    name: &str,
    status: BranchStatus,
) -> Result<(), RepositoryError> {
    let sql = "UPDATE pggit.ref SET status = $2 WHERE kind = 'branch' AND name = $1";
    let params = [Param::Text(name), Param::Text(status.name())];
    one_ref(session.as_owner(|session| session.execute(sql, &params))?, name)
}

/// Deletes a branch or a tag. What it pointed at stays.
///
/// # Errors
/// [`RepositoryError::NoRef`] when there is neither of that name.
pub fn delete_ref<S: Session>(session: &mut S, name: &str) -> Result<(), RepositoryError> {
    let sql = "DELETE FROM pggit.ref WHERE name = $1";
    one_ref(session.as_owner(|session| session.execute(sql, &[Param::Text(name)]))?, name)
}

/// Renames a branch, also where it is checked out and where other branches were made from it.
///
/// # Errors
/// [`RepositoryError::NoRef`] when there is no such branch; [`RepositoryError::Session`] with SQLSTATE 23505 when the
/// new name is taken.
pub fn rename_branch<S: Session>(session: &mut S, old: &str, new: &RefName) -> Result<(), RepositoryError> {
    let params = [Param::Text(old), Param::Text(new.as_str())];
    one_ref(session.as_owner(|session| session.execute(include_str!("rename_branch.sql"), &params))?, old)
}

/// Records the move of a ref, or of `HEAD`.
///
/// # Errors
/// [`RepositoryError`] when the server refuses.
pub fn append_reflog<S: Session>(
    session: &mut S,
    ref_name: &str,
    before: Option<ObjectId>,
    after: Option<ObjectId>,
    action: &str,
    message: &str,
) -> Result<(), RepositoryError> {
    // An id that is not there is an empty value: a NULL parameter would be of type text.
    let bytes = |id: Option<ObjectId>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    let (before, after) = (bytes(before), bytes(after));
    let sql = "INSERT INTO pggit.reflog (ref_name, old_commit, new_commit, action, message) \
               VALUES ($1, NULLIF($2, ''::pg_catalog.bytea), NULLIF($3, ''::pg_catalog.bytea), $4, $5)";
    let params = [
        Param::Text(ref_name),
        Param::Bytes(&before),
        Param::Bytes(&after),
        Param::Text(action),
        Param::Text(message),
    ];
    session.as_owner(|session| session.execute(sql, &params))?;
    Ok(())
}

/// The last `max` entries of the reflog, newest first.
///
/// # Errors
/// [`RepositoryError`] when the table cannot be read.
pub fn reflog<S: Session>(session: &mut S, max: i64) -> Result<Vec<ReflogEntry>, RepositoryError> {
    read(session, include_str!("reflog.sql"), Param::Int(max), |row| {
        Ok(ReflogEntry {
            number: row.int(0)?,
            ref_name: row.text(1)?.to_owned(),
            before: optional_id(row.optional_bytes(2)?)?,
            after: optional_id(row.optional_bytes(3)?)?,
            action: row.text(4)?.to_owned(),
            message: row.text(5)?.to_owned(),
            recorded_at: row.int(6)?,
            recorded_by: row.text(7)?.to_owned(),
        })
    })
}

fn read<S: Session, T>(
    session: &mut S,
    sql: &str,
    param: Param<'_>,
    read: impl Fn(&Row) -> Result<T, RepositoryError>,
) -> Result<Vec<T>, RepositoryError> {
    let rows = session.as_owner(|session| session.query(sql, &[param]))?;
    rows.iter().map(read).collect()
}

fn read_branch(row: &Row) -> Result<Branch, RepositoryError> {
    let status = row.text(4)?;
    Ok(Branch {
        name: ref_name(row.text(0)?)?,
        head: object_id(row.bytes(1)?)?,
        base: optional_id(row.optional_bytes(2)?)?,
        from_branch: row.optional_text(3)?.map(str::to_owned),
        status: BranchStatus::from_name(status).ok_or_else(|| RepositoryError::Status {
            name: row.text(0).unwrap_or_default().to_owned(),
            status: status.to_owned(),
        })?,
        created_by: row.text(5)?.to_owned(),
        created_at: row.int(6)?,
    })
}

fn read_tag(row: &Row) -> Result<Tag, RepositoryError> {
    Ok(Tag {
        name: ref_name(row.text(0)?)?,
        commit: object_id(row.bytes(1)?)?,
        created_by: row.text(2)?.to_owned(),
        created_at: row.int(3)?,
    })
}
