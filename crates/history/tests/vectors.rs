//! Test vectors: the encodings and ids of a blob, trees and commits, which may never change.

use std::collections::BTreeMap;
use std::fmt::Write;

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::object::{Body, Common, Object, Schema};
use pggit_catalog::rename::Renames;
use pggit_history::commit::Commit;
use pggit_history::id::{ObjectId, StoredKind};
use pggit_history::store::{MemoryStore, StoreExt};
use pggit_history::tree;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// A vector file: the id, and the content.
fn check(vector: &str, kind: StoredKind, content: &[u8]) {
    let mut lines = vector.lines();
    assert_eq!(lines.next().unwrap_or_default(), ObjectId::of(kind, content).to_string());
    assert_eq!(lines.next().unwrap_or_default(), hex(content));
}

fn leaf_entries() -> BTreeMap<ObjectAddress, ObjectId> {
    let blob = |content: &str| ObjectId::of(StoredKind::Blob, content.as_bytes());
    BTreeMap::from([
        (ObjectAddress::global(ObjectKind::Schema, "public"), blob("schema")),
        (ObjectAddress::new(ObjectKind::Table, "public", "Users \"x\""), blob("table")),
        (ObjectAddress::routine("public", "f", "integer, text"), blob("routine")),
    ])
}

fn commit() -> Commit {
    let mut renames = Renames::default();
    let table = |name| ObjectAddress::new(ObjectKind::Table, "public", name);
    renames.add_object(table("old"), table("new"));
    renames.add_part(table("new"), Part::column("a"), "b".into());
    Commit {
        tree: ObjectId::new([1; 32]),
        parents: vec![ObjectId::new([2; 32]), ObjectId::new([3; 32])],
        author: "Ada Lovelace".into(),
        committed_at: 1_700_000_000_123_456,
        message: "Rename old\n\nBecause it is new.".into(),
        branch: "feature/ä".into(),
        source: "ddl".into(),
        automatic: true,
        changes: 2,
        renames,
    }
}

#[test]
fn trees_are_encoded_as_ever() {
    let mut store = MemoryStore::default();
    let entries = leaf_entries();
    let root = tree::write_tree(&mut store, &entries).expect("memory");
    let content = store.contents(StoredKind::Tree, &[root]).expect("it is there");
    check(include_str!("vectors/tree-root.hex"), StoredKind::Tree, &content[&root]);
    // The last 32 bytes of the root are the id of the leaf of schema public.
    let leaf = ObjectId::from_bytes(&content[&root][content[&root].len() - 32..]).expect("32 bytes");
    let content = store.contents(StoredKind::Tree, &[leaf]).expect("it is there");
    check(include_str!("vectors/tree-leaf.hex"), StoredKind::Tree, &content[&leaf]);
}

#[test]
fn a_split_tree_keeps_its_id() {
    let entries: BTreeMap<_, _> = (0..1_000)
        .map(|number: u32| {
            let address = ObjectAddress::new(ObjectKind::View, "app", format!("view_{number}"));
            (address, ObjectId::of(StoredKind::Blob, &number.to_be_bytes()))
        })
        .collect();
    let expected = include_str!("vectors/tree-split.hex").trim_end();
    assert_eq!(tree::tree_id(&entries).to_string(), expected);
}

#[test]
fn commits_are_encoded_as_ever() {
    let full = commit();
    check(include_str!("vectors/commit-full.hex"), StoredKind::Commit, &full.to_bytes());
    assert_eq!(Commit::from_bytes(&full.to_bytes()), Ok(full));
    let plain = Commit {
        parents: Vec::new(),
        branch: "main".into(),
        automatic: false,
        changes: 0,
        renames: Renames::default(),
        committed_at: -1,
        ..commit()
    };
    check(include_str!("vectors/commit-first.hex"), StoredKind::Commit, &plain.to_bytes());
    assert_eq!(Commit::from_bytes(&plain.to_bytes()), Ok(plain));
}

#[test]
fn blobs_are_encoded_as_ever() {
    let object = Object {
        address: ObjectAddress::global(ObjectKind::Schema, "App \"1\""),
        common: Common { owner: "ada".into(), comment: Some("Ours.".into()), ..Common::default() },
        body: Body::Schema(Schema::default()),
    };
    check(include_str!("vectors/blob.hex"), StoredKind::Blob, &object.to_blob());
    assert_eq!(Object::from_blob(&object.to_blob()), Ok(object));
}

#[test]
fn damaged_commits_are_refused() {
    let bytes = commit().to_bytes();
    for length in 0..bytes.len() {
        // Some shorter forms are commits that lack their last fields; none is this one.
        assert_ne!(Commit::from_bytes(&bytes[..length]), Ok(commit()));
    }
    let mut later = bytes.clone();
    later[0] = 2;
    assert!(Commit::from_bytes(&later).is_err());
    assert!(Commit::from_bytes(&[]).is_err());
}
