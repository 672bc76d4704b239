//! Everything that speaks SQL, through the trait [`Session`](session::Session).

pub mod apply;
pub mod aside;
pub mod connection;
pub mod introspect;
pub mod ledger;
pub mod live;
pub mod migrate_lock;
pub mod queue;
pub mod repository;
pub mod scratch;
pub mod session;
pub mod settings;
pub mod steps;
pub mod unfinished;
