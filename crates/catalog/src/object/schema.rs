//! Schemas.

use crate::canonical::record;

record! {
    /// A schema has nothing but what every object has.
    pub struct Schema {}
}
