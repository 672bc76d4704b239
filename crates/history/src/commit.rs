//! [`Commit`]: a tree, what it came from, and who made it when and why.

use pggit_catalog::canonical::{Canonical, DecodeError, Reader, put_item, put_unsigned};
use pggit_catalog::rename::Renames;

use crate::id::{ObjectId, StoredKind};

/// The version of the encoding of commits; the first number of every commit.
pub const FORMAT_VERSION: u64 = 1;

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The schema.
    pub tree: ObjectId,
    /// The commits it came from; the first is the one it was made on top of.
    pub parents: Vec<ObjectId>,
    /// Who made it.
    pub author: String,
    /// When: microseconds since 1970-01-01 00:00:00 UTC.
    pub committed_at: i64,
    /// Why.
    pub message: String,
    /// The branch that was checked out when it was made.
    pub branch: String,
    /// What made it: `ddl`, `merge`, `checkout`, the name of a migration tool.
    pub source: String,
    /// Whether it was made without being asked for, with a generated message.
    pub automatic: bool,
    /// How many changes there are against the first parent.
    pub changes: u64,
    /// What was renamed against the first parent.
    pub renames: Renames,
}

impl Commit {
    /// The id of this commit.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        ObjectId::of(StoredKind::Commit, &self.to_bytes())
    }

    /// The content that is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        put_unsigned(&mut out, FORMAT_VERSION);
        put_field(&mut out, 1, &self.tree);
        put_field(&mut out, 2, &self.parents);
        put_field(&mut out, 3, &self.author);
        put_field(&mut out, 4, &self.committed_at);
        put_field(&mut out, 5, &self.message);
        put_field(&mut out, 6, &self.branch);
        put_field(&mut out, 7, &self.source);
        put_field(&mut out, 8, &self.automatic);
        put_field(&mut out, 9, &self.changes);
        put_field(&mut out, 10, &self.renames);
        out
    }

    /// Reads the content of a commit.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not a commit, or one of a later format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = reader.unsigned()?;
        if version != FORMAT_VERSION {
            return Err(DecodeError::UnknownCode { what: "format version of a commit", code: version });
        }
        let mut tree = None;
        let mut commit = Self {
            tree: ObjectId::new([0; 32]),
            parents: Vec::new(),
            author: String::new(),
            committed_at: 0,
            message: String::new(),
            branch: String::new(),
            source: String::new(),
            automatic: false,
            changes: 0,
            renames: Renames::default(),
        };
        while !reader.is_empty() {
            let tag = reader.unsigned()?;
            let item = reader.item()?;
            match tag {
                1 => tree = Some(ObjectId::decode(item)?),
                2 => commit.parents = Canonical::decode(item)?,
                3 => commit.author = Canonical::decode(item)?,
                4 => commit.committed_at = Canonical::decode(item)?,
                5 => commit.message = Canonical::decode(item)?,
                6 => commit.branch = Canonical::decode(item)?,
                7 => commit.source = Canonical::decode(item)?,
                8 => commit.automatic = Canonical::decode(item)?,
                9 => commit.changes = Canonical::decode(item)?,
                10 => commit.renames = Canonical::decode(item)?,
                code => return Err(DecodeError::UnknownCode { what: "field of a commit", code }),
            }
        }
        commit.tree = tree.ok_or(DecodeError::Truncated)?;
        Ok(commit)
    }

    /// The first line of the message.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

fn put_field<T: Canonical>(out: &mut Vec<u8>, tag: u64, value: &T) {
    if !value.is_default() {
        put_unsigned(out, tag);
        put_item(out, |out| value.encode(out));
    }
}
