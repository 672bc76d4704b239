//! Properties of trees: round trip, difference, independence of order, and that little is written and read.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, ObjectKind};
use pggit_history::id::{ObjectId, StoredKind};
use pggit_history::store::{HistoryError, MemoryStore, Store, StoreExt};
use pggit_history::tree::{self, TreeChange};
use proptest::prelude::*;

type Entries = BTreeMap<ObjectAddress, ObjectId>;

fn blob(content: u16) -> ObjectId {
    ObjectId::of(StoredKind::Blob, &content.to_be_bytes())
}

fn table(schema: &str, number: usize) -> ObjectAddress {
    ObjectAddress::new(ObjectKind::Table, schema, format!("table_{number}"))
}

fn address() -> impl Strategy<Value = ObjectAddress> {
    let schema = prop_oneof![Just("public"), Just("app"), Just("Odd \"Schema\"\n")];
    prop_oneof![
        8 => (schema.clone(), 0_usize..400).prop_map(|(schema, number)| table(schema, number)),
        1 => (schema, "\\PC{0,12}", "\\PC{0,12}")
            .prop_map(|(schema, name, arguments)| ObjectAddress::routine(schema, name, arguments)),
        1 => "\\PC{1,12}".prop_map(|name| ObjectAddress::global(ObjectKind::Schema, name)),
    ]
}

fn entries() -> impl Strategy<Value = Entries> {
    prop_oneof![
        prop::collection::btree_map(address(), (0_u16..4).prop_map(blob), 0..80),
        prop::collection::btree_map(address(), (0_u16..4).prop_map(blob), 200..900),
    ]
}

/// Two trees that have much in common, and now and then cross the size at which a node is split.
fn pair() -> impl Strategy<Value = (Entries, Entries)> {
    (
        entries(),
        prop::collection::vec((address(), prop::option::of((0_u16..4).prop_map(blob))), 0..60),
        any::<bool>(),
    )
        .prop_map(|(before, edits, shrink)| {
            let mut after = before.clone();
            for (address, edit) in edits {
                match edit {
                    Some(blob) => after.insert(address, blob),
                    None => after.remove(&address),
                };
            }
            if shrink {
                after = after.into_iter().take(40).collect();
            }
            (before, after)
        })
}

fn naive(before: &Entries, after: &Entries) -> Vec<TreeChange> {
    let addresses: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    addresses
        .into_iter()
        .filter(|address| before.get(*address) != after.get(*address))
        .map(|address| TreeChange {
            address: address.clone(),
            before: before.get(address).copied(),
            after: after.get(address).copied(),
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_tree_reads_back_as_it_was_written(entries in entries()) {
        let mut store = MemoryStore::default();
        let id = tree::write_tree(&mut store, &entries).expect("memory");
        prop_assert_eq!(id, tree::tree_id(&entries));
        prop_assert_eq!(tree::read_tree(&mut store, id).expect("complete"), entries);
    }

    #[test]
    fn the_difference_is_that_of_the_maps((before, after) in pair()) {
        let mut store = MemoryStore::default();
        let a = tree::write_tree(&mut store, &before).expect("memory");
        let b = tree::write_tree(&mut store, &after).expect("memory");
        prop_assert_eq!(tree::read_tree(&mut store, b).expect("complete"), after.clone());
        prop_assert_eq!(tree::diff_trees(&mut store, Some(a), Some(b)).expect("complete"), naive(&before, &after));
        prop_assert_eq!(tree::diff_trees(&mut store, Some(b), Some(a)).expect("complete"), naive(&after, &before));
        let empty = Entries::new();
        prop_assert_eq!(tree::diff_trees(&mut store, None, Some(b)).expect("complete"), naive(&empty, &after));
        prop_assert_eq!(tree::diff_trees(&mut store, Some(a), None).expect("complete"), naive(&before, &empty));
    }

    #[test]
    fn a_tree_with_changes_is_the_tree_of_all_entries((before, after) in pair()) {
        let mut store = MemoryStore::default();
        let id = tree::write_tree(&mut store, &before).expect("memory");
        let changes = naive(&before, &after).into_iter().map(|change| (change.address, change.after)).collect();
        let updated = tree::update_tree(&mut store, id, &changes).expect("complete");
        prop_assert_eq!(updated, tree::tree_id(&after));
        prop_assert_eq!(tree::read_tree(&mut store, updated).expect("complete"), after.clone());
        let found = tree::find(&mut store, updated, before.keys().chain(after.keys())).expect("complete");
        prop_assert_eq!(found, after);
    }

    #[test]
    fn the_way_to_a_tree_does_not_matter((before, after) in pair()) {
        // `after` reached through `before`, one object at a time, is `after` written at once.
        let mut store = MemoryStore::default();
        let mut now = before.clone();
        tree::write_tree(&mut store, &now).expect("memory");
        for change in naive(&before, &after).into_iter().rev().take(20) {
            match change.after {
                Some(blob) => now.insert(change.address, blob),
                None => now.remove(&change.address),
            };
            tree::write_tree(&mut store, &now).expect("memory");
        }
        let id = tree::write_tree(&mut store, &now).expect("memory");
        let mut fresh = MemoryStore::default();
        prop_assert_eq!(tree::write_tree(&mut fresh, &now).expect("memory"), id);
        prop_assert_eq!(tree::read_tree(&mut fresh, id).expect("complete"), now);
    }
}

#[test]
fn one_change_among_many_writes_and_reads_little() {
    let mut store = MemoryStore::default();
    let mut entries: Entries = (0..20_000).map(|number| (table("public", number), blob(1))).collect();
    let before = tree::write_tree(&mut store, &entries).expect("memory");
    let nodes = store.len();
    entries.insert(table("public", 77), blob(2));
    let after = tree::write_tree(&mut store, &entries).expect("memory");
    // Root, at most three fans, a leaf.
    assert!(store.len() - nodes <= 5, "{} nodes were written", store.len() - nodes);
    let reads = store.reads();
    let changes = tree::diff_trees(&mut store, Some(before), Some(after)).expect("complete");
    assert_eq!(changes.len(), 1);
    assert!(store.reads() - reads <= 5, "{} round trips", store.reads() - reads);
    let reads = store.reads();
    let changes = BTreeMap::from([(table("public", 77), Some(blob(1)))]);
    assert_eq!(tree::update_tree(&mut store, after, &changes).expect("complete"), before);
    let found = tree::find(&mut store, after, changes.keys()).expect("complete");
    assert_eq!(found, BTreeMap::from([(table("public", 77), blob(2))]));
    assert!(store.reads() - reads <= 15, "{} round trips", store.reads() - reads);
    let reads = store.reads();
    assert!(tree::diff_trees(&mut store, Some(after), Some(after)).expect("complete").is_empty());
    assert_eq!(store.reads(), reads);
}

#[test]
fn what_is_no_tree_is_told() {
    let mut store = MemoryStore::default();
    let entries: Entries = (0..3).map(|number| (table("public", number), blob(1))).collect();
    let root = tree::write_tree(&mut store, &entries).expect("memory");
    let gone = ObjectId::new([7; 32]);
    assert_eq!(
        tree::read_tree(&mut store, gone),
        Err(HistoryError::Missing { id: gone, expected: StoredKind::Tree })
    );
    let content = b"not a tree".to_vec();
    let id = ObjectId::of(StoredKind::Blob, &content);
    store.put_many(vec![(id, StoredKind::Blob, content)]).expect("memory");
    assert_eq!(
        tree::read_tree(&mut store, id),
        Err(HistoryError::WrongKind { id, expected: StoredKind::Tree, found: StoredKind::Blob })
    );
    assert_eq!(
        store.get_commit(root),
        Err(HistoryError::WrongKind { id: root, expected: StoredKind::Commit, found: StoredKind::Tree })
    );
    let false_id = ObjectId::new([1; 32]);
    store.put_many(vec![(false_id, StoredKind::Tree, b"other content".to_vec())]).expect("memory");
    assert_eq!(
        tree::read_tree(&mut store, false_id),
        Err(HistoryError::Corrupt { id: false_id, expected: StoredKind::Tree })
    );
}
