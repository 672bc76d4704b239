//! Trees: which object has which content, split so that what is written and read is in proportion to what changed.
//!
//! The root has one entry for each schema (`''` for objects outside schemas). Below it the entries of a schema are one
//! leaf while there are at most [`LEAF_ENTRIES`]; more are split by the next hexadecimal digit of the SHA-256 of
//! their encoded addresses, and again. So the shape depends on the content alone, never on how it came about.

mod node;
mod update;

use std::collections::BTreeMap;

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::canonical::to_bytes;

use crate::id::{ObjectId, StoredKind};
use crate::store::{HistoryError, Store, StoreExt};
use node::{Entry, Node};

pub use node::FORMAT_VERSION;
pub use update::{find, update_tree};

/// The most entries that stay in one leaf.
pub const LEAF_ENTRIES: usize = 64;

/// The difference of one object between two trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeChange {
    /// The object.
    pub address: ObjectAddress,
    /// Its blob before; none when it was created.
    pub before: Option<ObjectId>,
    /// Its blob after; none when it was dropped.
    pub after: Option<ObjectId>,
}

/// A tree that has been computed but not stored.
pub(crate) struct Built {
    pub(crate) root: ObjectId,
    nodes: BTreeMap<ObjectId, Node>,
}

impl Built {
    /// Computes the tree of `entries`.
    pub(crate) fn new<'a>(entries: impl IntoIterator<Item = (&'a ObjectAddress, ObjectId)>) -> Self {
        let mut schemas: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
        for (address, blob) in entries {
            let entry = Entry { key: to_bytes(address), address: address.clone(), blob };
            schemas.entry(&address.schema).or_default().push(entry);
        }
        let mut built = Self { root: ObjectId::new([0; 32]), nodes: BTreeMap::new() };
        let children = schemas
            .into_iter()
            .map(|(schema, entries)| (schema.to_owned(), built.add_subtree(entries, 0)))
            .collect();
        built.root = built.add(Node::Root(children));
        built
    }

    fn add(&mut self, node: Node) -> ObjectId {
        let id = ObjectId::of(StoredKind::Tree, &node.to_bytes());
        self.nodes.insert(id, node);
        id
    }

    fn add_subtree(&mut self, entries: Vec<Entry>, depth: usize) -> ObjectId {
        if entries.len() <= LEAF_ENTRIES || depth == Entry::DIGITS {
            return self.add(Node::leaf(entries));
        }
        let children = node::split(entries, depth)
            .into_iter()
            .map(|(digit, entries)| (digit, self.add_subtree(entries, depth + 1)))
            .collect();
        self.add(Node::Fan(children))
    }

    /// Takes out the nodes that `store` does not have. What is below a node that is there is there as well.
    pub(crate) fn missing_nodes<S: Store>(
        mut self,
        store: &mut S,
    ) -> Result<Vec<(ObjectId, Node)>, HistoryError<S::Error>> {
        let mut level = vec![self.root];
        let mut new = Vec::new();
        while !level.is_empty() {
            let missing = store.missing(&level).map_err(HistoryError::Store)?;
            level.clear();
            for id in missing {
                // A node that stands in two places is taken out once.
                if let Some(node) = self.nodes.remove(&id) {
                    level.extend(node.children());
                    new.push((id, node));
                }
            }
            level.sort_unstable();
            level.dedup();
        }
        Ok(new)
    }
}

/// Stores the tree of `entries` and returns its id. The blobs must be in the store already.
///
/// Asks the store from the root downwards which nodes it lacks and writes only those.
///
/// # Errors
/// [`HistoryError::Store`].
pub fn write_tree<S: Store>(
    store: &mut S,
    entries: &BTreeMap<ObjectAddress, ObjectId>,
) -> Result<ObjectId, HistoryError<S::Error>> {
    let built = Built::new(entries.iter().map(|(address, blob)| (address, *blob)));
    let root = built.root;
    let nodes = built.missing_nodes(store)?;
    put_nodes(store, &nodes)?;
    Ok(root)
}

pub(crate) fn put_nodes<S: Store>(
    store: &mut S,
    nodes: &[(ObjectId, Node)],
) -> Result<(), HistoryError<S::Error>> {
    if nodes.is_empty() {
        return Ok(());
    }
    let objects = nodes.iter().map(|(id, node)| (*id, StoredKind::Tree, node.to_bytes())).collect();
    store.put_many(objects).map_err(HistoryError::Store)
}

/// The id that [`write_tree`] would give, without storing anything.
#[must_use]
pub fn tree_id(entries: &BTreeMap<ObjectAddress, ObjectId>) -> ObjectId {
    Built::new(entries.iter().map(|(address, blob)| (address, *blob))).root
}

/// All entries of a tree, read level by level.
///
/// # Errors
/// [`HistoryError`] when a node cannot be had.
pub fn read_tree<S: Store>(
    store: &mut S,
    tree: ObjectId,
) -> Result<BTreeMap<ObjectAddress, ObjectId>, HistoryError<S::Error>> {
    let mut entries = BTreeMap::new();
    let mut level =
        read_roots(store, &[tree])?.into_values().flat_map(|root| root.children()).collect::<Vec<_>>();
    while !level.is_empty() {
        level.sort_unstable();
        level.dedup();
        let nodes = read_inner(store, &level)?;
        level.clear();
        for node in nodes.into_values() {
            level.extend(node.children());
            entries.extend(node.into_entries().map(|entry| (entry.address, entry.blob)));
        }
    }
    Ok(entries)
}

/// What differs between two trees, in the order of addresses; `None` is the empty tree. Subtrees that are equal are
/// not read.
///
/// # Errors
/// [`HistoryError`] when a node cannot be had.
pub fn diff_trees<S: Store>(
    store: &mut S,
    before: Option<ObjectId>,
    after: Option<ObjectId>,
) -> Result<Vec<TreeChange>, HistoryError<S::Error>> {
    Ok(diff_many(store, &[(before, after)])?.pop().unwrap_or_default())
}

/// [`diff_trees`] of many pairs in as few round trips as one needs.
///
/// # Errors
/// [`HistoryError`] when a node cannot be had.
pub fn diff_many<S: Store>(
    store: &mut S,
    pairs: &[(Option<ObjectId>, Option<ObjectId>)],
) -> Result<Vec<Vec<TreeChange>>, HistoryError<S::Error>> {
    let mut found: Vec<BTreeMap<ObjectAddress, TreeChange>> = vec![BTreeMap::new(); pairs.len()];
    let mut level: Vec<Pair> = pairs
        .iter()
        .enumerate()
        .filter(|(_, (before, after))| before != after)
        .map(|(index, (before, after))| Pair { index, before: Side::of(*before), after: Side::of(*after) })
        .collect();
    // The root is level 0; the children of a schema's first node are split by digit 0.
    let mut depth = 0_usize;
    while !level.is_empty() {
        let ids: Vec<ObjectId> =
            level.iter().flat_map(|pair| [pair.before.id(), pair.after.id()]).flatten().collect();
        let nodes = if depth == 0 { read_roots(store, &ids)? } else { read_inner(store, &ids)? };
        let mut next = Vec::new();
        for pair in level {
            let sides = (pair.before.load(&nodes), pair.after.load(&nodes));
            compare(pair.index, sides, depth, &mut found[pair.index], &mut next);
        }
        level = next;
        depth += 1;
    }
    Ok(found.into_iter().map(|changes| changes.into_values().collect()).collect())
}

/// Two sides of one comparison that are known to differ, or of which one is not there.
struct Pair {
    /// Which of the trees.
    index: usize,
    before: Side,
    after: Side,
}

/// One side: a node to read, or entries that were split off a leaf to stand against the child of a fan.
enum Side {
    EmptyTree,
    Node(ObjectId),
    Entries(Vec<Entry>),
}

impl Side {
    fn of(tree: Option<ObjectId>) -> Self {
        tree.map_or(Self::EmptyTree, Self::Node)
    }

    fn id(&self) -> Option<ObjectId> {
        match self {
            Self::Node(id) => Some(*id),
            Self::EmptyTree | Self::Entries(_) => None,
        }
    }

    fn load(self, nodes: &BTreeMap<ObjectId, Node>) -> Node {
        match self {
            Self::EmptyTree => Node::Root(BTreeMap::new()),
            Self::Node(id) => nodes.get(&id).expect("all nodes of the level were read").clone(),
            Self::Entries(entries) => Node::leaf(entries),
        }
    }
}

fn compare(
    index: usize,
    sides: (Node, Node),
    depth: usize,
    found: &mut BTreeMap<ObjectAddress, TreeChange>,
    next: &mut Vec<Pair>,
) {
    match sides {
        (Node::Leaf(before), Node::Leaf(after)) => compare_entries(before, after, found),
        (Node::Root(before), Node::Root(after)) => {
            pair_up(index, as_sides(before), as_sides(after), next);
        }
        (before, after) => {
            // `depth` counts from the root, so the first node of a schema is at depth 1 and is split by digit 0.
            let digit = depth.saturating_sub(1);
            pair_up(index, digits(before, digit), digits(after, digit), next);
        }
    }
}

fn compare_entries(before: Vec<Entry>, after: Vec<Entry>, found: &mut BTreeMap<ObjectAddress, TreeChange>) {
    for entry in before {
        let change = TreeChange { address: entry.address.clone(), before: Some(entry.blob), after: None };
        found.insert(entry.address, change);
    }
    for entry in after {
        match found.get_mut(&entry.address) {
            Some(change) if change.before == Some(entry.blob) => {
                found.remove(&entry.address);
            }
            Some(change) => change.after = Some(entry.blob),
            None => {
                let change =
                    TreeChange { address: entry.address.clone(), before: None, after: Some(entry.blob) };
                found.insert(entry.address, change);
            }
        }
    }
}

fn as_sides<K: Ord>(children: BTreeMap<K, ObjectId>) -> BTreeMap<K, Side> {
    children.into_iter().map(|(key, id)| (key, Side::Node(id))).collect()
}

/// The children of a fan, or the entries of a leaf as if it were one.
fn digits(node: Node, depth: usize) -> BTreeMap<u8, Side> {
    match node {
        Node::Fan(children) => as_sides(children),
        Node::Leaf(entries) => node::split(entries, depth)
            .into_iter()
            .map(|(digit, entries)| (digit, Side::Entries(entries)))
            .collect(),
        Node::Root(_) => unreachable!("roots are read at depth 0 alone, where there is nothing else"),
    }
}

fn pair_up<K: Ord>(
    index: usize,
    mut before: BTreeMap<K, Side>,
    after: BTreeMap<K, Side>,
    next: &mut Vec<Pair>,
) {
    let nothing = || Side::Entries(Vec::new());
    for (key, after) in after {
        let before = before.remove(&key).unwrap_or_else(nothing);
        if before.id().is_none() || before.id() != after.id() {
            next.push(Pair { index, before, after });
        }
    }
    next.extend(before.into_values().map(|before| Pair { index, before, after: nothing() }));
}

fn read_roots<S: Store>(
    store: &mut S,
    ids: &[ObjectId],
) -> Result<BTreeMap<ObjectId, Node>, HistoryError<S::Error>> {
    let nodes = read_nodes(store, ids)?;
    match nodes.iter().find(|(_, node)| !matches!(node, Node::Root(_))) {
        Some((&id, _)) => Err(HistoryError::NotARoot { id }),
        None => Ok(nodes),
    }
}

fn read_inner<S: Store>(
    store: &mut S,
    ids: &[ObjectId],
) -> Result<BTreeMap<ObjectId, Node>, HistoryError<S::Error>> {
    let nodes = read_nodes(store, ids)?;
    match nodes.iter().find(|(_, node)| matches!(node, Node::Root(_))) {
        Some((&id, _)) => Err(HistoryError::MisplacedRoot { id }),
        None => Ok(nodes),
    }
}

fn read_nodes<S: Store>(
    store: &mut S,
    ids: &[ObjectId],
) -> Result<BTreeMap<ObjectId, Node>, HistoryError<S::Error>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    store
        .contents(StoredKind::Tree, &ids)?
        .into_iter()
        .map(|(id, bytes)| {
            let node = Node::from_bytes(&bytes).map_err(|source| HistoryError::Undecodable {
                id,
                expected: StoredKind::Tree,
                source,
            })?;
            Ok((id, node))
        })
        .collect()
}
