//! Everything that speaks SQL, through the trait [`Session`](session::Session).

pub mod session;
