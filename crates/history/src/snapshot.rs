//! A whole catalog as blobs and a tree, there and back.

use std::collections::BTreeMap;

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::catalog::Catalog;
use pggit_catalog::object::Object;

use crate::id::{ObjectId, StoredKind};
use crate::store::{HistoryError, Store, StoreExt};
use crate::tree::{self, Built};

/// The id of the blob of one object.
#[must_use]
pub fn blob_id(object: &Object) -> ObjectId {
    ObjectId::of(StoredKind::Blob, &object.to_blob())
}

/// The blob of every object, by address: what [`tree::write_tree`] takes.
#[must_use]
pub fn blob_ids(catalog: &Catalog) -> BTreeMap<ObjectAddress, ObjectId> {
    catalog.iter().map(|object| (object.address.clone(), blob_id(object))).collect()
}

/// The id of the tree of a catalog, without storing anything.
#[must_use]
pub fn catalog_id(catalog: &Catalog) -> ObjectId {
    Built::new(catalog.iter().map(|object| (&object.address, blob_id(object)))).root
}

/// Stores what is new of a catalog and returns the id of its tree.
///
/// # Errors
/// [`HistoryError::Store`].
pub fn write_catalog<S: Store>(catalog: &Catalog, store: &mut S) -> Result<ObjectId, HistoryError<S::Error>> {
    let built = Built::new(catalog.iter().map(|object| (&object.address, blob_id(object))));
    let root = built.root;
    let nodes = built.missing_nodes(store)?;
    let entries: BTreeMap<ObjectId, &ObjectAddress> =
        nodes.iter().flat_map(|(_, node)| node.entries()).map(|entry| (entry.blob, &entry.address)).collect();
    let ids: Vec<ObjectId> = entries.keys().copied().collect();
    if !ids.is_empty() {
        let missing = store.missing(&ids).map_err(HistoryError::Store)?;
        let blobs = missing
            .into_iter()
            .filter_map(|id| {
                let object = entries.get(&id).and_then(|address| catalog.get(address))?;
                Some((id, StoredKind::Blob, object.to_blob()))
            })
            .collect();
        store.put_many(blobs).map_err(HistoryError::Store)?;
    }
    tree::put_nodes(store, &nodes)?;
    Ok(root)
}

/// The catalog of a tree.
///
/// # Errors
/// [`HistoryError`] when a node or blob cannot be had.
pub fn read_catalog<S: Store>(store: &mut S, tree: ObjectId) -> Result<Catalog, HistoryError<S::Error>> {
    let ids: Vec<ObjectId> = tree::read_tree(store, tree)?.into_values().collect();
    Ok(store.get_objects(&ids)?.into_values().collect())
}
