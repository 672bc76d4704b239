//! The PostgreSQL extension pggit.
//!
//! SQL functions and event triggers, each a thin call to the engine through [`spi::SpiSession`]. The objects of the
//! extension are declared by hand in `sql/`; a Rust function `name` is the C symbol `name_wrapper` there.

// The whole crate talks to the server's C API.
#![allow(unsafe_code)]

pub mod audit;
pub mod error;
pub mod functions;
pub mod information;
pub mod keep;
pub mod pages;
pub mod settings;
pub mod spi;
pub mod subtransaction;

pgrx::pg_module_magic!();
