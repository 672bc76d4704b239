//! `pggit.catalog_pages`: which rows the pages of the system catalogs hold, for pages that changed since a position in the
//! write-ahead log.
//!
//! Whatever changes a system catalog, with or without event triggers, changes a page of it, and writes a record whose
//! position the page keeps. So a page with an earlier position than the one asked for holds what it held then.

mod changed;

use std::ffi::{CStr, CString};
use std::ptr;

use pgrx::prelude::*;
use pgrx::{PgTupleDesc, pg_sys};

use crate::error::{boundary, raise};

/// Bytes of a page before its line pointers, and of a line pointer.
const PAGE_HEADER: usize = 24;
const LINE_POINTER: usize = 4;
/// `lp_flags` of a line pointer that has a row.
const LP_NORMAL: u32 = 1;
/// Of `t_infomask`, see `htup_details.h`.
const HEAP_XMAX_LOCK_ONLY: u16 = 0x0080;
const HEAP_XMIN_FROZEN: u16 = 0x0300;
const HEAP_XMIN_INVALID: u16 = 0x0200;
const HEAP_XMAX_INVALID: u16 = 0x0800;
const HEAP_XMAX_IS_MULTI: u16 = 0x1000;

/// A row of the result: catalog, block, settled, content.
type Page = (i64, i64, bool, Vec<u8>);

/// `pggit.catalog_pages(since, catalogs, keys, again)`; what it returns is described in the SQL script.
#[pg_extern(sql = false)]
#[allow(clippy::type_complexity, reason = "the type of the rows is written out for pgrx")]
fn catalog_pages(
    since: i64,
    catalogs: Vec<String>,
    keys: Vec<String>,
    again: Vec<i64>,
) -> TableIterator<
    'static,
    (name!(catalog, i64), name!(block, i64), name!(settled, bool), name!(content, Vec<u8>)),
> {
    TableIterator::new(boundary(move || pages(since, &catalogs, &keys, &again)))
}

fn pages(since: i64, catalogs: &[String], keys: &[String], again: &[i64]) -> Vec<Page> {
    if catalogs.len() != keys.len() {
        raise("22023", "there must be as many catalogs as keys", None, None);
    }
    // Before any page is looked at: what changes a page afterwards has a later position.
    // SAFETY: plain reads of shared memory; a server in recovery has no position to insert at.
    let (position, origin) = unsafe {
        let position = if pg_sys::RecoveryInProgress() { 0 } else { pg_sys::GetXLogInsertRecPtr() };
        let mut origin = pg_sys::GetSystemIdentifier().to_le_bytes().to_vec();
        origin.extend(u32::from(pg_sys::MyDatabaseId).to_le_bytes());
        origin.extend(pg_sys::ReadNextFullTransactionId().value.to_le_bytes());
        (position, origin)
    };
    let mut pages = vec![(0, position as i64, true, origin)];
    for (catalog, key) in catalogs.iter().zip(keys) {
        scan(catalog, key, since, again, &mut pages);
    }
    pages
}

/// Adds what there is to say of one catalog.
fn scan(catalog: &str, key: &str, since: i64, again: &[i64], pages: &mut Vec<Page>) {
    let name = CString::new(catalog).unwrap_or_default();
    // SAFETY: `pg_catalog` has the OID 11 in every database. The relation is locked until it is closed; each page is
    // pinned and locked for reading while it is looked at, and its rows are read within the bounds that the page gives.
    unsafe {
        let oid = pg_sys::get_relname_relid(name.as_ptr(), pg_sys::Oid::from(11));
        if oid == pg_sys::InvalidOid {
            raise("42P01", &format!("system catalog \"{catalog}\" does not exist"), None, None);
        }
        let relation = pg_sys::table_open(oid, pg_sys::AccessShareLock as i32);
        let fields = fields(relation, catalog, key);
        let class = i64::from(u32::from(oid));
        let count = pg_sys::RelationGetNumberOfBlocksInFork(relation, pg_sys::ForkNumber::MAIN_FORKNUM);
        let mut file = file_number(relation).to_le_bytes().to_vec();
        file.extend(count.to_le_bytes());
        pages.push((class, -1, true, file));
        let blocks = match u64::try_from(since) {
            Ok(position) => {
                let again = again.iter().filter(|page| **page >> 32 == class).map(|page| *page as u32);
                changed::pages(relation, count, position, again)
            }
            Err(_) => (0..count).collect(),
        };
        for block in blocks {
            let buffer = pg_sys::ReadBuffer(relation, block);
            pg_sys::LockBuffer(buffer, pg_sys::BUFFER_LOCK_SHARE as i32);
            let page = pg_sys::BufferGetPage(buffer).cast::<u8>();
            let (settled, content) = rows(relation, buffer, block, page, &fields);
            pages.push((class, i64::from(block), settled, content));
            pg_sys::UnlockReleaseBuffer(buffer);
        }
        pg_sys::table_close(relation, pg_sys::AccessShareLock as i32);
    }
}

/// A column of a key: where it is in a row, and what is taken of it.
struct Field {
    offset: usize,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Byte,
    Short,
    Long,
    /// Of a name, so that it is seen to change.
    Hash,
    /// Rows where this number is not positive are left out.
    Positive,
}

/// The columns that `key` names, separated by commas: `#` before a name stands for its hash, `>` before a number for
/// leaving out rows where it is not positive.
///
/// # Safety
/// `relation` is open.
unsafe fn fields(relation: pg_sys::Relation, catalog: &str, key: &str) -> Vec<Field> {
    let wanted = key.split(',').filter(|name| !name.is_empty());
    wanted
        .map(|name| {
            let plain = name.trim_start_matches(['#', '>']);
            // SAFETY: by the caller's promise; the row type belongs to the open relation.
            let (offset, length) = unsafe { place(relation, plain) }.unwrap_or_else(|| {
                raise("42703", &format!("column \"{plain}\" of \"{catalog}\" cannot be a key"), None, None)
            });
            let what = match (&name[..1], length) {
                ("#", 64) => What::Hash,
                (">", 2) => What::Positive,
                (_, 1) => What::Byte,
                (_, 2) => What::Short,
                (_, 4) => What::Long,
                _ => raise(
                    "42703",
                    &format!("column \"{plain}\" of \"{catalog}\" cannot be a key"),
                    None,
                    None,
                ),
            };
            Field { offset, what }
        })
        .collect()
}

/// Offset and length of a column of fixed length that has only such columns before it, none of which can be NULL.
///
/// # Safety
/// `relation` is open.
unsafe fn place(relation: pg_sys::Relation, name: &str) -> Option<(usize, usize)> {
    let mut offset = 0_usize;
    // SAFETY: by the caller's promise.
    let row_type = unsafe { PgTupleDesc::from_pg_unchecked((*relation).rd_att) };
    for column in row_type.iter() {
        let length = usize::try_from(column.attlen).ok()?;
        let alignment = match column.attalign as u8 {
            b'c' => 1,
            b's' => 2,
            b'i' => 4,
            _ => 8,
        };
        if length == 0 || !column.attnotnull {
            return None;
        }
        offset = offset.next_multiple_of(alignment);
        if column.name() == name {
            return Some((offset, length));
        }
        offset += length;
    }
    None
}

#[cfg(feature = "pg15")]
unsafe fn file_number(relation: pg_sys::Relation) -> u32 {
    // SAFETY: the caller holds the relation open.
    unsafe { (*relation).rd_node.relNode.into() }
}

#[cfg(not(feature = "pg15"))]
unsafe fn file_number(relation: pg_sys::Relation) -> u32 {
    // SAFETY: the caller holds the relation open.
    unsafe { (*relation).rd_locator.relNumber.into() }
}

/// The position in the write-ahead log that a page keeps: two numbers of 32 bits, the higher one first.
///
/// # Safety
/// `page` is a page that is pinned and locked.
unsafe fn position_of(page: *const u8) -> u64 {
    // SAFETY: by the caller's promise; pages are aligned.
    unsafe {
        u64::from(ptr::read(page.cast::<u32>())) << 32 | u64::from(ptr::read(page.add(4).cast::<u32>()))
    }
}

/// The rows of a page that the active snapshot sees: number of the line pointer, inserting transaction, key; and whether
/// they stay as long as the page does not change.
///
/// # Safety
/// `buffer` is pinned and locked for reading, and `page` is its content.
unsafe fn rows(
    relation: pg_sys::Relation,
    buffer: pg_sys::Buffer,
    block: u32,
    page: *const u8,
    fields: &[Field],
) -> (bool, Vec<u8>) {
    let mut content = Vec::new();
    let mut settled = true;
    let mut transactions = Transactions { last: 0, is_settled: true };
    // SAFETY: by the caller's promise; line pointers lie between the header and `pd_lower`, rows where these point to.
    unsafe {
        let snapshot = pg_sys::GetActiveSnapshot();
        let lower = usize::from(ptr::read(page.add(12).cast::<u16>()));
        let count = lower.saturating_sub(PAGE_HEADER) / LINE_POINTER;
        for number in 1..=count {
            let pointer = ptr::read(page.add(PAGE_HEADER + (number - 1) * LINE_POINTER).cast::<u32>());
            if pointer >> 15 & 3 != LP_NORMAL {
                continue;
            }
            let header =
                page.add((pointer & 0x7fff) as usize).cast_mut().cast::<pg_sys::HeapTupleHeaderData>();
            let mut tuple = pg_sys::HeapTupleData {
                t_len: pointer >> 17,
                t_self: pg_sys::ItemPointerData {
                    ip_blkid: pg_sys::BlockIdData { bi_hi: (block >> 16) as u16, bi_lo: block as u16 },
                    ip_posid: number as u16,
                },
                t_tableOid: (*relation).rd_id,
                t_data: header,
            };
            settled = settled && is_settled(header, snapshot, &mut transactions);
            if !pg_sys::HeapTupleSatisfiesVisibility(&raw mut tuple, snapshot, buffer) {
                continue;
            }
            let values = header.cast::<u8>().add(usize::from((*header).t_hoff));
            let start = content.len();
            content.extend((number as u16).to_le_bytes());
            content.extend(u32::from((*header).t_choice.t_heap.t_xmin).to_le_bytes());
            if !take_key(values, fields, &mut content) {
                content.truncate(start);
            }
        }
    }
    (settled, content)
}

/// Adds the key of a row; false for a row that is left out.
///
/// # Safety
/// `values` are the values of a row of the catalog that `fields` were made for.
unsafe fn take_key(values: *const u8, fields: &[Field], content: &mut Vec<u8>) -> bool {
    for field in fields {
        // SAFETY: by the caller's promise the column is there at this offset.
        let number = unsafe {
            let value = values.add(field.offset);
            match field.what {
                What::Byte => u32::from(ptr::read(value)),
                What::Short => u32::from(ptr::read_unaligned(value.cast::<u16>())),
                What::Long => ptr::read_unaligned(value.cast::<u32>()),
                What::Hash => {
                    let hash = hash(CStr::from_ptr(value.cast()).to_bytes());
                    content.extend(((hash >> 32) as u32).to_le_bytes());
                    hash as u32
                }
                What::Positive if ptr::read_unaligned(value.cast::<i16>()) > 0 => continue,
                What::Positive => return false,
            }
        };
        content.extend(number.to_le_bytes());
    }
    true
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The transaction that was looked at last: rows of a page often have the same.
struct Transactions {
    last: u32,
    is_settled: bool,
}

impl Transactions {
    /// Whether the transaction has ended for the snapshot, or is the caller's own.
    ///
    /// # Safety
    /// `snapshot` is in force.
    unsafe fn is_settled(&mut self, transaction: u32, snapshot: pg_sys::Snapshot) -> bool {
        if transaction != self.last {
            let id = pg_sys::TransactionId::from(transaction);
            self.last = transaction;
            // SAFETY: by the caller's promise.
            self.is_settled = unsafe {
                pg_sys::TransactionIdIsCurrentTransactionId(id) || !pg_sys::XidInMVCCSnapshot(id, snapshot)
            };
        }
        self.is_settled
    }
}

/// Whether the snapshot's verdict on a row is final: nothing but a change of the page can change it.
///
/// # Safety
/// `header` is a row of a page that is locked for reading.
unsafe fn is_settled(
    header: *const pg_sys::HeapTupleHeaderData,
    snapshot: pg_sys::Snapshot,
    transactions: &mut Transactions,
) -> bool {
    // SAFETY: by the caller's promise.
    unsafe {
        let mask = (*header).t_infomask;
        let inserted = mask & HEAP_XMIN_FROZEN;
        if inserted == HEAP_XMIN_INVALID {
            return true;
        }
        let fields = (*header).t_choice.t_heap;
        if inserted != HEAP_XMIN_FROZEN && !transactions.is_settled(fields.t_xmin.into(), snapshot) {
            return false;
        }
        if mask & (HEAP_XMAX_INVALID | HEAP_XMAX_LOCK_ONLY) != 0 {
            return true;
        }
        mask & HEAP_XMAX_IS_MULTI == 0 && transactions.is_settled(fields.t_xmax.into(), snapshot)
    }
}
