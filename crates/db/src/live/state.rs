//! What is remembered of the live schema: `pggit.live_state` and `pggit.catalog_page`.

use std::collections::BTreeMap;

use pggit_history::id::ObjectId;

use super::scan::{File, Page, Scan};
use crate::repository::{RepositoryError, object_id};
use crate::session::{Param, Session};

/// The version of pgGit, since another one may read more of the catalog.
const READER: &str = env!("CARGO_PKG_VERSION");

/// How many transactions may have begun since, at most: beyond, their numbers could come again.
const TRANSACTIONS: u64 = 1 << 31;

/// The live schema as it was read last.
#[derive(Debug)]
pub(super) struct LiveState {
    /// The tree of all objects.
    pub tree: ObjectId,
    reader: String,
    pub position: i64,
    origin: Vec<u8>,
    transaction: u64,
    pub files: Vec<File>,
    pub again: Vec<i64>,
    pub patterns: Vec<String>,
    /// Whether an object may name another one without a dependency.
    pub soft_references: bool,
    /// Whether there are user mappings, which not every role sees.
    pub user_mappings: bool,
}

impl LiveState {
    /// What is remembered, if anything is.
    pub fn load<S: Session>(session: &mut S) -> Result<Option<Self>, RepositoryError> {
        let rows = session.as_owner(|session| session.query(include_str!("state.sql"), &[]))?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (origin, transaction) = row.bytes(3)?.split_at_checked(12).unwrap_or_default();
        let texts = |column| -> Result<Vec<String>, RepositoryError> {
            Ok(row.texts(column)?.iter().flatten().cloned().collect())
        };
        let numbers = |column| -> Result<Vec<i64>, RepositoryError> {
            Ok(texts(column)?.iter().filter_map(|number| number.parse().ok()).collect())
        };
        let files = numbers(4)?;
        Ok(Some(Self {
            tree: object_id(row.bytes(0)?)?,
            reader: row.text(1)?.to_owned(),
            position: row.int(2)?,
            origin: origin.to_vec(),
            transaction: u64::from_le_bytes(transaction.try_into().unwrap_or_default()),
            files: files
                .chunks_exact(3)
                .map(|file| File { catalog: file[0], number: file[1], blocks: file[2] })
                .collect(),
            again: numbers(5)?,
            patterns: texts(6)?,
            soft_references: row.bool(7)?,
            user_mappings: row.bool(8)?,
        }))
    }

    /// Whether pages that `scan` has not looked at are as they were.
    pub fn holds_for(&self, scan: &Scan) -> bool {
        self.reader == READER
            && self.origin == scan.origin
            && scan.transaction.wrapping_sub(self.transaction) < TRANSACTIONS
            && self.files.len() == scan.files.len()
            && self
                .files
                .iter()
                .zip(&scan.files)
                .all(|(before, now)| before.catalog == now.catalog && before.number == now.number)
    }
}

/// What is remembered of the pages that `scan` has looked at.
pub(super) fn pages_before<S: Session>(
    session: &mut S,
    scan: &Scan,
) -> Result<BTreeMap<(i64, i64), Vec<u8>>, RepositoryError> {
    let (catalogs, blocks): (Vec<i64>, Vec<i64>) = scan.pages.keys().copied().unzip();
    let params = [Param::IntArray(&catalogs), Param::IntArray(&blocks)];
    let rows = session.as_owner(|session| session.query(include_str!("pages.sql"), &params))?;
    rows.iter().map(|row| Ok(((row.int(0)?, row.int(1)?), row.bytes(2)?.to_vec()))).collect()
}

/// Forgets what is remembered, so that the next reading is of everything.
pub(super) fn forget<S: Session>(session: &mut S) -> Result<(), RepositoryError> {
    session.as_owner(|session| session.execute("DELETE FROM pggit.live_state", &[]))?;
    Ok(())
}

/// Remembers what `scan` has seen: of all pages when `before` is none, else of those that differ from it.
pub(super) fn remember<S: Session>(
    session: &mut S,
    tree: ObjectId,
    scan: &Scan,
    before: Option<&BTreeMap<(i64, i64), Vec<u8>>>,
    patterns: &[String],
    soft_references: bool,
) -> Result<(), RepositoryError> {
    if before.is_none() {
        session.as_owner(|session| session.execute("DELETE FROM pggit.catalog_page", &[]))?;
    }
    let differs = |place: &(i64, i64), page: &Page| match before {
        Some(before) => before.get(place).map_or(!page.content.is_empty(), |known| *known != page.content),
        None => !page.content.is_empty(),
    };
    let (full, empty): (Vec<_>, Vec<_>) = scan
        .pages
        .iter()
        .filter(|(place, page)| differs(place, page))
        .partition(|(_, page)| !page.content.is_empty());
    for pages in full.chunks(2000) {
        let catalogs: Vec<i64> = pages.iter().map(|((catalog, _), _)| *catalog).collect();
        let blocks: Vec<i64> = pages.iter().map(|((_, block), _)| *block).collect();
        let contents: Vec<Vec<u8>> = pages.iter().map(|(_, page)| page.content.clone()).collect();
        let params = [Param::IntArray(&catalogs), Param::IntArray(&blocks), Param::BytesArray(&contents)];
        session.as_owner(|session| session.execute(include_str!("save_pages.sql"), &params))?;
    }
    if !empty.is_empty() {
        let (catalogs, blocks): (Vec<i64>, Vec<i64>) = empty.iter().map(|(place, _)| **place).unzip();
        let params = [Param::IntArray(&catalogs), Param::IntArray(&blocks)];
        session.as_owner(|session| session.execute(include_str!("forget_pages.sql"), &params))?;
    }
    let mut origin = scan.origin.clone();
    origin.extend(scan.transaction.to_le_bytes());
    let files: Vec<i64> =
        scan.files.iter().flat_map(|file| [file.catalog, file.number, file.blocks]).collect();
    let unsettled = scan.pages.iter().filter(|(_, page)| !page.settled);
    let again: Vec<i64> = unsettled.map(|((catalog, block), _)| catalog << 32 | block).collect();
    let params = [
        Param::Bytes(tree.as_bytes()),
        Param::Text(READER),
        Param::Int(scan.position),
        Param::Bytes(&origin),
        Param::IntArray(&files),
        Param::IntArray(&again),
        Param::TextArray(patterns),
        Param::Bool(soft_references),
    ];
    session.as_owner(|session| session.execute(include_str!("save_state.sql"), &params))?;
    Ok(())
}
