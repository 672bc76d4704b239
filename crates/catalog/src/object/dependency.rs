//! What an object needs: an edge of `pg_depend` between addresses.

use crate::address::{ObjectAddress, Part};
use crate::canonical::{Canonical, DecodeError, Reader, put_item};

/// An object, or one part of it, needs another object, or one part of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The part that needs it; `None` when the whole object does.
    pub part: Option<Part>,
    /// What is needed.
    pub on: ObjectAddress,
    /// The part of it that is needed; `None` for the whole object.
    pub on_part: Option<Part>,
}

impl Canonical for Dependency {
    fn encode(&self, out: &mut Vec<u8>) {
        put_item(out, |out| self.part.encode(out));
        put_item(out, |out| self.on.encode(out));
        put_item(out, |out| self.on_part.encode(out));
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(input);
        let part = Option::decode(reader.item()?)?;
        let on = ObjectAddress::decode(reader.item()?)?;
        let on_part = Option::decode(reader.item()?)?;
        reader.end()?;
        Ok(Self { part, on, on_part })
    }

    fn is_default(&self) -> bool {
        false
    }
}
