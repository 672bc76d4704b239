//! Database objects as typed values: diff, plan, DDL text, hazards, canonical encoding.
//!
//! Pure: nothing here does I/O or sees a clock.

pub mod address;
pub mod canonical;
pub mod catalog;
pub mod diff;
pub mod filter;
pub mod hazard;
pub mod ident;
pub mod identity;
pub mod lock;
pub mod object;
pub mod parts;
pub mod pattern;
pub mod plan;
pub mod rename;
mod render;
