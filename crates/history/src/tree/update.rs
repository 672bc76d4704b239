//! A tree with a few entries changed, and a few entries of a tree, at a cost that does not depend on its size.

use std::collections::BTreeMap;

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::canonical::to_bytes;

use super::node::{self, Entry, Node};
use super::{Built, LEAF_ENTRIES, put_nodes, read_inner, read_roots};
use crate::id::ObjectId;
use crate::store::{HistoryError, Store};

/// What becomes of one object.
struct Edit {
    /// The encoded address.
    key: Vec<u8>,
    address: ObjectAddress,
    /// Its blob; none when it goes.
    blob: Option<ObjectId>,
}

/// Stores the tree that `tree` is with `changes`: the blob of an object, or none where it goes. The id is the one that
/// [`super::write_tree`] gives for all the entries.
///
/// # Errors
/// [`HistoryError`] when a node cannot be had or written.
pub fn update_tree<S: Store>(
    store: &mut S,
    tree: ObjectId,
    changes: &BTreeMap<ObjectAddress, Option<ObjectId>>,
) -> Result<ObjectId, HistoryError<S::Error>> {
    let Node::Root(mut schemas) = root(store, tree)? else { return Err(HistoryError::NotARoot { id: tree }) };
    let mut edits: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
    for (address, blob) in changes {
        let edit = Edit { key: to_bytes(address), address: address.clone(), blob: *blob };
        edits.entry(&address.schema).or_default().push(edit);
    }
    let mut built = Built { root: tree, nodes: BTreeMap::new() };
    for (schema, edits) in edits {
        let before = match schemas.get(schema) {
            Some(id) => inner(store, &built, *id)?,
            None => Node::leaf(Vec::new()),
        };
        match update(store, &mut built, before, edits, 0)? {
            Some(id) => schemas.insert(schema.to_owned(), id),
            None => schemas.remove(schema),
        };
    }
    built.root = built.add(Node::Root(schemas));
    let root = built.root;
    let nodes = built.missing_nodes(store)?;
    put_nodes(store, &nodes)?;
    Ok(root)
}

/// The id of `node` with `edits`; none when nothing is left of it. Digit number `depth` splits it.
fn update<S: Store>(
    store: &mut S,
    built: &mut Built,
    node: Node,
    edits: Vec<Edit>,
    depth: usize,
) -> Result<Option<ObjectId>, HistoryError<S::Error>> {
    let mut children = match node {
        Node::Leaf(entries) => {
            let mut entries: BTreeMap<Vec<u8>, Entry> =
                entries.into_iter().map(|entry| (entry.key.clone(), entry)).collect();
            for Edit { key, address, blob } in edits {
                match blob {
                    Some(blob) => entries.insert(key.clone(), Entry { key, address, blob }),
                    None => entries.remove(&key),
                };
            }
            let entries: Vec<Entry> = entries.into_values().collect();
            return Ok(if entries.is_empty() { None } else { Some(built.add_subtree(entries, depth)) });
        }
        Node::Fan(children) => children,
        Node::Root(_) => unreachable!("roots are read by `root` alone"),
    };
    let shrinks = edits.iter().any(|edit| edit.blob.is_none());
    let mut by_digit: BTreeMap<u8, Vec<Edit>> = BTreeMap::new();
    for edit in edits {
        by_digit.entry(node::digit(&edit.key, depth)).or_default().push(edit);
    }
    for (digit, edits) in by_digit {
        let child = match children.get(&digit) {
            Some(id) => inner(store, built, *id)?,
            None => Node::leaf(Vec::new()),
        };
        match update(store, built, child, edits, depth + 1)? {
            Some(id) => children.insert(digit, id),
            None => children.remove(&digit),
        };
    }
    if shrinks && let Some(entries) = few_entries(store, built, &children)? {
        return Ok(if entries.is_empty() { None } else { Some(built.add_subtree(entries, depth)) });
    }
    Ok(Some(built.add(Node::Fan(children))))
}

/// The entries below a fan, if they are so few that they have to be one leaf.
fn few_entries<S: Store>(
    store: &mut S,
    built: &Built,
    children: &BTreeMap<u8, ObjectId>,
) -> Result<Option<Vec<Entry>>, HistoryError<S::Error>> {
    let mut entries = Vec::new();
    for id in children.values() {
        match inner(store, built, *id)? {
            Node::Leaf(more) => entries.extend(more),
            // A fan has more entries than a leaf can hold.
            _ => return Ok(None),
        }
        if entries.len() > LEAF_ENTRIES {
            return Ok(None);
        }
    }
    Ok(Some(entries))
}

/// The blobs of those of `addresses` that `tree` has.
///
/// # Errors
/// [`HistoryError`] when a node cannot be had.
pub fn find<'a, S: Store>(
    store: &mut S,
    tree: ObjectId,
    addresses: impl IntoIterator<Item = &'a ObjectAddress>,
) -> Result<BTreeMap<ObjectAddress, ObjectId>, HistoryError<S::Error>> {
    let mut found = BTreeMap::new();
    let Node::Root(schemas) = root(store, tree)? else { return Err(HistoryError::NotARoot { id: tree }) };
    let mut level: BTreeMap<ObjectId, Vec<Vec<u8>>> = BTreeMap::new();
    for address in addresses {
        if let Some(id) = schemas.get(&address.schema) {
            level.entry(*id).or_default().push(to_bytes(address));
        }
    }
    let mut depth = 0;
    while !level.is_empty() {
        let ids: Vec<ObjectId> = level.keys().copied().collect();
        let mut nodes = read_inner(store, &ids)?;
        let mut next: BTreeMap<ObjectId, Vec<Vec<u8>>> = BTreeMap::new();
        for (id, keys) in level {
            match nodes.remove(&id) {
                Some(Node::Fan(children)) => {
                    for key in keys {
                        if let Some(child) = children.get(&node::digit(&key, depth)) {
                            next.entry(*child).or_default().push(key);
                        }
                    }
                }
                Some(Node::Leaf(entries)) => {
                    let wanted = entries.into_iter().filter(|entry| keys.contains(&entry.key));
                    found.extend(wanted.map(|entry| (entry.address, entry.blob)));
                }
                _ => return Err(HistoryError::MisplacedRoot { id }),
            }
        }
        level = next;
        depth += 1;
    }
    Ok(found)
}

fn root<S: Store>(store: &mut S, id: ObjectId) -> Result<Node, HistoryError<S::Error>> {
    let missing = HistoryError::Missing { id, expected: crate::id::StoredKind::Tree };
    read_roots(store, &[id])?.remove(&id).ok_or(missing)
}

/// A node that is not the root: one just built, or a stored one.
fn inner<S: Store>(store: &mut S, built: &Built, id: ObjectId) -> Result<Node, HistoryError<S::Error>> {
    if let Some(node) = built.nodes.get(&id) {
        return Ok(node.clone());
    }
    let missing = HistoryError::Missing { id, expected: crate::id::StoredKind::Tree };
    read_inner(store, &[id])?.remove(&id).ok_or(missing)
}
