//! Which pages of a system catalog may hold other rows than at a position in the write-ahead log.
//!
//! A page that has changed keeps a later position. Most pages need not be looked at for it: the visibility map tells that
//! they have not changed. Who changes rows of a page takes its bit away before the record of the change is written, and
//! who gives the bit back writes a record whose position the page of the map keeps. So while that is an earlier one, a page
//! with its bit is as it was; or the record of its change is yet to be written, at a later position, and then the
//! transaction has not ended, and the rows count as before.

use std::ffi::c_int;
use std::ops::Range;
use std::ptr;

use pgrx::pg_sys;

use super::{PAGE_HEADER, position_of};
use crate::error::guarded;

/// Of `visibilitymap.c`: each byte after the header of a page of the map has two bits for each of four pages.
const PAGES_OF_BYTE: u32 = 4;
const BITS_OF_PAGE: u32 = 2;
const PAGES_OF_MAP: u32 = (pg_sys::BLCKSZ - PAGE_HEADER as u32) * PAGES_OF_BYTE;

/// Pages that are looked at together: as many as the server counts the pins of without a table for them.
const PINNED: usize = 8;

// The server's functions themselves, not pgrx's guarded bindings: one guard is for many pages.
unsafe extern "C-unwind" {
    fn visibilitymap_get_status(
        relation: pg_sys::Relation,
        block: pg_sys::BlockNumber,
        map: *mut pg_sys::Buffer,
    ) -> u8;
    fn ReadBuffer(relation: pg_sys::Relation, block: pg_sys::BlockNumber) -> pg_sys::Buffer;
    fn LockBuffer(buffer: pg_sys::Buffer, mode: c_int);
    fn UnlockReleaseBuffer(buffer: pg_sys::Buffer);
}

/// The pages, of the first `count`, that may have changed since `position`, and those of `again`, in their order.
///
/// # Safety
/// `relation` is open; called inside [`crate::error::boundary`].
pub(super) unsafe fn pages(
    relation: pg_sys::Relation,
    count: u32,
    position: u64,
    again: impl Iterator<Item = u32>,
) -> Vec<u32> {
    let mut found = Vec::new();
    for first in (0..count).step_by(PAGES_OF_MAP as usize) {
        let end = count.min(first + PAGES_OF_MAP);
        // SAFETY: by the caller's promise, and the pages are those of one page of the map. The guarded calls own nothing:
        // both lists belong to this frame, which an error leaves by unwinding.
        unsafe {
            let mut candidates = Vec::with_capacity((end - first) as usize);
            guarded(|| not_all_visible(relation, first..end, position, &mut candidates));
            guarded(|| keep_later(relation, position, &candidates, &mut found));
        }
    }
    found.extend(again.filter(|block| *block < count));
    found.sort_unstable();
    found.dedup();
    found
}

/// Finds the pages that the visibility map does not tell to be as they were at `position`. They are looked at only
/// afterwards: who changes a page locks the map last.
///
/// # Safety
/// As [`pages`]; all of `blocks` are on one page of the map. Inside [`guarded`].
unsafe fn not_all_visible(
    relation: pg_sys::Relation,
    blocks: Range<u32>,
    position: u64,
    found: &mut Vec<u32>,
) {
    // SAFETY: by the caller's promise; the page of the map is pinned by the first call, and read while it is locked.
    unsafe {
        let mut buffer = pg_sys::InvalidBuffer as pg_sys::Buffer;
        visibilitymap_get_status(relation, blocks.start, &raw mut buffer);
        if buffer == pg_sys::InvalidBuffer as pg_sys::Buffer {
            found.extend(blocks);
            return;
        }
        LockBuffer(buffer, pg_sys::BUFFER_LOCK_SHARE as c_int);
        let page = pg_sys::BufferGetPage(buffer).cast::<u8>().cast_const();
        let has_new_bits = position_of(page) > position;
        let first = blocks.start;
        found.extend(blocks.filter(|block| {
            let place = block - first;
            let byte = *page.add(PAGE_HEADER + (place / PAGES_OF_BYTE) as usize);
            let bits = byte >> (BITS_OF_PAGE * (place % PAGES_OF_BYTE));
            has_new_bits || u32::from(bits) & pg_sys::VISIBILITYMAP_ALL_VISIBLE == 0
        }));
        UnlockReleaseBuffer(buffer);
    }
}

/// Adds to `found` those of `blocks` whose page keeps a later position.
///
/// # Safety
/// As [`pages`]. Inside [`guarded`].
unsafe fn keep_later(relation: pg_sys::Relation, position: u64, blocks: &[u32], found: &mut Vec<u32>) {
    for blocks in blocks.chunks(PINNED) {
        let mut buffers = [pg_sys::InvalidBuffer as pg_sys::Buffer; PINNED];
        let buffers = &mut buffers[..blocks.len()];
        // SAFETY: by the caller's promise; pages are pinned while they are looked at. The lock is what makes the position
        // reliable: who changes the page holds it until both are written. Without it, and side by side, the positions are
        // only brought near.
        unsafe {
            for (buffer, block) in buffers.iter_mut().zip(blocks) {
                *buffer = ReadBuffer(relation, *block);
            }
            for buffer in &*buffers {
                ptr::read_volatile(pg_sys::BufferGetPage(*buffer).cast::<u32>());
            }
            for (buffer, block) in buffers.iter().zip(blocks) {
                LockBuffer(*buffer, pg_sys::BUFFER_LOCK_SHARE as c_int);
                if position_of(pg_sys::BufferGetPage(*buffer).cast::<u8>()) > position {
                    found.push(*block);
                }
                UnlockReleaseBuffer(*buffer);
            }
        }
    }
}
