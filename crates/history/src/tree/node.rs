//! The nodes of a tree and their encoding.

use std::collections::BTreeMap;

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::canonical::{Canonical, DecodeError, Reader, put_item, put_unsigned, to_bytes};
use sha2::{Digest, Sha256};

use crate::id::ObjectId;

/// The version of the encoding of trees; the first number of every node.
pub const FORMAT_VERSION: u64 = 1;

/// One object in a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The encoded address, which gives the order and the hash: neither may change when kinds are added.
    pub(crate) key: Vec<u8>,
    pub(crate) address: ObjectAddress,
    pub(crate) blob: ObjectId,
}

impl Entry {
    /// How many hexadecimal digits the hash of an address has.
    pub(crate) const DIGITS: usize = 64;

    /// The hexadecimal digit number `depth` of the hash of the address.
    fn digit(&self, depth: usize) -> u8 {
        digit(&self.key, depth)
    }
}

/// The hexadecimal digit number `depth` of the hash of an encoded address.
pub(crate) fn digit(key: &[u8], depth: usize) -> u8 {
    let hash: [u8; 32] = Sha256::digest(key).into();
    let byte = hash[depth / 2];
    if depth.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f }
}

/// Entries by the digit number `depth` of the hashes of their addresses.
pub(crate) fn split(entries: Vec<Entry>, depth: usize) -> BTreeMap<u8, Vec<Entry>> {
    let mut parts: BTreeMap<u8, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        parts.entry(entry.digit(depth)).or_default().push(entry);
    }
    parts
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// Subtrees by schema.
    Root(BTreeMap<String, ObjectId>),
    /// Subtrees by a digit of the hash.
    Fan(BTreeMap<u8, ObjectId>),
    /// Objects in the order of their encoded addresses.
    Leaf(Vec<Entry>),
}

impl Node {
    /// The leaf of `entries`, in order.
    pub(crate) fn leaf(mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Self::Leaf(entries)
    }

    /// The nodes right below.
    pub(crate) fn children(&self) -> Vec<ObjectId> {
        match self {
            Self::Root(children) => children.values().copied().collect(),
            Self::Fan(children) => children.values().copied().collect(),
            Self::Leaf(_) => Vec::new(),
        }
    }

    /// The objects in this very node.
    pub(crate) fn entries(&self) -> &[Entry] {
        match self {
            Self::Root(_) | Self::Fan(_) => &[],
            Self::Leaf(entries) => entries,
        }
    }

    /// The objects in this very node.
    pub(crate) fn into_entries(self) -> impl Iterator<Item = Entry> {
        match self {
            Self::Root(_) | Self::Fan(_) => Vec::new(),
            Self::Leaf(entries) => entries,
        }
        .into_iter()
    }

    /// The content that is stored: format version, kind of node, number of entries, entries.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        put_unsigned(&mut out, FORMAT_VERSION);
        match self {
            Self::Root(children) => {
                put_start(&mut out, 0, children.len());
                for (schema, id) in children {
                    put_item(&mut out, |out| schema.encode(out));
                    id.encode(&mut out);
                }
            }
            Self::Fan(children) => {
                put_start(&mut out, 1, children.len());
                for (digit, id) in children {
                    out.push(*digit);
                    id.encode(&mut out);
                }
            }
            Self::Leaf(entries) => {
                put_start(&mut out, 2, entries.len());
                for entry in entries {
                    put_item(&mut out, |out| out.extend_from_slice(&entry.key));
                    entry.blob.encode(&mut out);
                }
            }
        }
        out
    }

    /// Reads the content of a node.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = reader.unsigned()?;
        if version != FORMAT_VERSION {
            return Err(DecodeError::UnknownCode { what: "format version of a tree", code: version });
        }
        let kind = reader.unsigned()?;
        let count = reader.unsigned()?;
        let mut rest = reader.take_rest();
        let node = match kind {
            0 => {
                let mut children = BTreeMap::new();
                for _ in 0..count {
                    let schema = String::decode(take_item(&mut rest)?)?;
                    children.insert(schema, ObjectId::decode(take(&mut rest, 32)?)?);
                }
                Self::Root(children)
            }
            1 => {
                let mut children = BTreeMap::new();
                for _ in 0..count {
                    let digit = take(&mut rest, 1)?[0];
                    if digit > 0x0f {
                        return Err(DecodeError::Range);
                    }
                    children.insert(digit, ObjectId::decode(take(&mut rest, 32)?)?);
                }
                Self::Fan(children)
            }
            2 => {
                let mut entries = Vec::new();
                for _ in 0..count {
                    let address = ObjectAddress::decode(take_item(&mut rest)?)?;
                    let blob = ObjectId::decode(take(&mut rest, 32)?)?;
                    entries.push(Entry { key: to_bytes(&address), address, blob });
                }
                Self::Leaf(entries)
            }
            code => return Err(DecodeError::UnknownCode { what: "kind of tree node", code }),
        };
        if rest.is_empty() { Ok(node) } else { Err(DecodeError::Trailing(rest.len())) }
    }
}

fn put_start(out: &mut Vec<u8>, kind: u64, count: usize) {
    put_unsigned(out, kind);
    put_unsigned(out, u64::try_from(count).expect("a length fits 64 bits"));
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], DecodeError> {
    let (item, after) = rest.split_at_checked(length).ok_or(DecodeError::Truncated)?;
    *rest = after;
    Ok(item)
}

fn take_item<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], DecodeError> {
    let mut reader = Reader::new(rest);
    let item = reader.item()?;
    *rest = reader.take_rest();
    Ok(item)
}
