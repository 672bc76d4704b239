//! [`PgStore`]: the repository's objects in `pggit.object`.

use std::collections::{BTreeMap, BTreeSet};

use pggit_history::commit::Commit;
use pggit_history::id::{IdPrefix, ObjectId, StoredKind};
use pggit_history::store::Store;

use super::{RepositoryError, object_id};
use crate::session::{Param, Session};

/// How many ids one statement takes.
const IDS: usize = 10_000;

/// How many bytes of content one statement takes, roughly.
const BYTES: usize = 8 << 20;

/// How many commits a prefix is resolved to at most: enough to see and show that it is ambiguous.
const CANDIDATES: i64 = 20;

/// The objects of the repository behind a session.
pub struct PgStore<'s, S: Session> {
    session: &'s mut S,
}

impl<'s, S: Session> PgStore<'s, S> {
    /// The store of the repository behind `session`.
    pub fn new(session: &'s mut S) -> Self {
        Self { session }
    }

    fn contents(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<BTreeMap<ObjectId, Vec<u8>>, RepositoryError> {
        let rows = self.session.as_owner(|session| session.query(sql, params))?;
        rows.iter().map(|row| Ok((object_id(row.bytes(0)?)?, row.bytes(1)?.to_vec()))).collect()
    }
}

impl<S: Session> Store for PgStore<'_, S> {
    type Error = RepositoryError;

    fn get_many(&mut self, ids: &[ObjectId]) -> Result<BTreeMap<ObjectId, Vec<u8>>, RepositoryError> {
        let mut found = BTreeMap::new();
        for ids in ids.chunks(IDS) {
            found.extend(
                self.contents(include_str!("get_objects.sql"), &[Param::BytesArray(&as_bytes(ids))])?,
            );
        }
        Ok(found)
    }

    fn missing(&mut self, ids: &[ObjectId]) -> Result<BTreeSet<ObjectId>, RepositoryError> {
        let mut missing = BTreeSet::new();
        for ids in ids.chunks(IDS) {
            let ids = as_bytes(ids);
            let rows = self.session.as_owner(|session| {
                session.query(include_str!("missing_objects.sql"), &[Param::BytesArray(&ids)])
            })?;
            for row in &rows {
                missing.insert(object_id(row.bytes(0)?)?);
            }
        }
        Ok(missing)
    }

    fn put_many(&mut self, objects: Vec<(ObjectId, StoredKind, Vec<u8>)>) -> Result<(), RepositoryError> {
        let mut batch = Batch::default();
        for (id, kind, content) in objects {
            batch.add(id, kind, content)?;
            if batch.bytes >= BYTES {
                std::mem::take(&mut batch).write(self.session)?;
            }
        }
        batch.write(self.session)
    }

    fn resolve_prefix(&mut self, prefix: &IdPrefix) -> Result<Vec<ObjectId>, RepositoryError> {
        let (lowest, highest) = (prefix.lowest(), prefix.highest());
        let params =
            [Param::Bytes(lowest.as_bytes()), Param::Bytes(highest.as_bytes()), Param::Int(CANDIDATES)];
        let rows =
            self.session.as_owner(|session| session.query(include_str!("resolve_prefix.sql"), &params))?;
        rows.iter().map(|row| object_id(row.bytes(0)?)).collect()
    }

    fn get_history(
        &mut self,
        ids: &[ObjectId],
        at_most: usize,
    ) -> Result<BTreeMap<ObjectId, Vec<u8>>, RepositoryError> {
        let at_most = i64::try_from(at_most.max(ids.len())).unwrap_or(i64::MAX);
        self.contents(
            include_str!("get_history.sql"),
            &[Param::BytesArray(&as_bytes(ids)), Param::Int(at_most)],
        )
    }
}

/// Objects that one statement writes.
#[derive(Default)]
struct Batch {
    ids: Vec<Vec<u8>>,
    kinds: Vec<i64>,
    parents: Vec<Vec<u8>>,
    contents: Vec<Vec<u8>>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, id: ObjectId, kind: StoredKind, content: Vec<u8>) -> Result<(), RepositoryError> {
        self.parents.push(match kind {
            StoredKind::Commit => Commit::from_bytes(&content)
                .map_err(|source| RepositoryError::Encoding { what: "commit", source })?
                .parents
                .iter()
                .flat_map(|parent| *parent.as_bytes())
                .collect(),
            StoredKind::Blob | StoredKind::Tree => Vec::new(),
        });
        self.ids.push(id.as_bytes().to_vec());
        self.kinds.push(i64::from(kind.code()));
        self.bytes += content.len() + 64;
        self.contents.push(content);
        Ok(())
    }

    fn write<S: Session>(self, session: &mut S) -> Result<(), RepositoryError> {
        if self.ids.is_empty() {
            return Ok(());
        }
        session.as_owner(|session| {
            session.execute(
                include_str!("put_objects.sql"),
                &[
                    Param::BytesArray(&self.ids),
                    Param::IntArray(&self.kinds),
                    Param::BytesArray(&self.parents),
                    Param::BytesArray(&self.contents),
                ],
            )
        })?;
        Ok(())
    }
}

fn as_bytes(ids: &[ObjectId]) -> Vec<Vec<u8>> {
    ids.iter().map(|id| id.as_bytes().to_vec()).collect()
}
