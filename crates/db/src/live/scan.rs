//! [`Scan`]: the pages of the system catalogs that have changed, and how they differ from what is remembered of them.

use std::collections::{BTreeMap, BTreeSet};

use super::watched::{self, Difference};
use crate::repository::RepositoryError;
use crate::session::{Param, Row, Session};

/// Pages that changed since a position, and what can be said of the server at the time.
#[derive(Debug)]
pub(super) struct Scan {
    /// Position in the write-ahead log before the first page was looked at.
    pub position: i64,
    /// System identifier and OID of the database.
    pub origin: Vec<u8>,
    /// The next transaction.
    pub transaction: u64,
    /// By OID of the catalog, in the order of [`watched::catalogs`].
    pub files: Vec<File>,
    /// By catalog and block.
    pub pages: BTreeMap<(i64, i64), Page>,
}

/// The file of a system catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct File {
    pub catalog: i64,
    pub number: i64,
    pub blocks: i64,
}

/// A page of a system catalog.
#[derive(Debug)]
pub(super) struct Page {
    /// Whether it holds the same until it is changed.
    pub settled: bool,
    pub content: Vec<u8>,
}

impl Scan {
    /// Looks at the pages that changed since `position`, and at those of `again`.
    pub fn since<S: Session>(session: &mut S, position: i64, again: &[i64]) -> Result<Self, RepositoryError> {
        let (catalogs, keys) = watched::catalogs();
        let params = [
            Param::Int(position),
            Param::TextArray(&catalogs),
            Param::TextArray(&keys),
            Param::IntArray(again),
        ];
        let rows = session.as_owner(|session| session.query(include_str!("scan.sql"), &params))?;
        let mut scan = Self {
            position: 0,
            origin: Vec::new(),
            transaction: 0,
            files: Vec::new(),
            pages: BTreeMap::new(),
        };
        for row in &rows {
            scan.add(row)?;
        }
        Ok(scan)
    }

    fn add(&mut self, row: &Row) -> Result<(), RepositoryError> {
        let (catalog, block, settled, content) = (row.int(0)?, row.int(1)?, row.bool(2)?, row.bytes(3)?);
        match (catalog, block) {
            (0, position) => {
                self.position = position;
                let (origin, transaction) = content.split_at_checked(12).unwrap_or_default();
                self.origin = origin.to_vec();
                self.transaction = u64::from_le_bytes(transaction.try_into().unwrap_or_default());
            }
            (catalog, -1) => {
                let (number, blocks) = (number(content, 0), number(content, 4));
                self.files.push(File { catalog, number: number.into(), blocks: blocks.into() });
            }
            page => {
                self.pages.insert(page, Page { settled, content: content.to_vec() });
            }
        }
        Ok(())
    }

    /// OID of the database.
    pub fn database(&self) -> u32 {
        number(&self.origin, 8)
    }

    /// Adds, as empty, the pages that files had `before` and have no more: they were cut off by a VACUUM.
    pub fn add_truncated(&mut self, before: &[File]) {
        for (before, now) in before.iter().zip(&self.files) {
            for block in now.blocks..before.blocks {
                self.pages.insert((now.catalog, block), Page { settled: true, content: Vec::new() });
            }
        }
    }

    /// How the pages differ from `before`, by the place of their catalog among [`watched::catalogs`].
    pub fn differences(&self, before: &BTreeMap<(i64, i64), Vec<u8>>) -> BTreeMap<usize, Difference> {
        let mut differences: BTreeMap<usize, Difference> = BTreeMap::new();
        for (place, page) in &self.pages {
            let before = before.get(place).map_or(&[][..], Vec::as_slice);
            let Some(index) = self.files.iter().position(|file| file.catalog == place.0) else { continue };
            if before != page.content {
                add_difference(index, before, &page.content, differences.entry(index).or_default());
            }
        }
        differences
    }
}

fn add_difference(index: usize, before: &[u8], after: &[u8], difference: &mut Difference) {
    let length = 6 + 4 * watched::key_length(index);
    let rows = |content: &[u8]| -> BTreeSet<Vec<u8>> { content.chunks(length).map(<[u8]>::to_vec).collect() };
    let (before, after) = (rows(before), rows(after));
    let key = |row: &Vec<u8>| (6..row.len()).step_by(4).map(|at| number(row, at)).collect();
    difference.before.extend(before.difference(&after).map(key));
    difference.after.extend(after.difference(&before).map(key));
}

/// The number of 32 bits at a place; 0 beyond the end.
fn number(bytes: &[u8], at: usize) -> u32 {
    let bytes = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u32::from_le_bytes)
}
