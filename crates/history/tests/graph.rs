//! Walks through history: merge bases, distances, logs and renames.

use std::collections::BTreeMap;

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::rename::Renames;
use pggit_history::commit::Commit;
use pggit_history::graph::{AheadBehind, Graph};
use pggit_history::id::{ObjectId, StoredKind};
use pggit_history::merge::MergeAnalysis;
use pggit_history::store::{HistoryError, MemoryStore, StoreExt};
use pggit_history::tree;
use proptest::prelude::*;

/// A store to which commits are added by letters.
#[derive(Default)]
struct History {
    store: MemoryStore,
    clock: i64,
}

fn table(name: &str) -> ObjectAddress {
    ObjectAddress::new(ObjectKind::Table, "public", name)
}

fn renamed(pairs: &[(&str, &str)]) -> Renames {
    let mut renames = Renames::default();
    for (before, after) in pairs {
        renames.add_object(table(before), table(after));
    }
    renames
}

impl History {
    fn commit(&mut self, parents: &[ObjectId]) -> ObjectId {
        self.commit_at(self.clock, parents)
    }

    fn commit_at(&mut self, time: i64, parents: &[ObjectId]) -> ObjectId {
        self.clock += 1;
        self.add(time, parents, ObjectId::new([0; 32]), Renames::default())
    }

    /// A commit of tables: name and content.
    fn tables(&mut self, parents: &[ObjectId], tables: &[(&str, &str)], renames: Renames) -> ObjectId {
        let entries: BTreeMap<_, _> = tables
            .iter()
            .map(|(name, content)| {
                (table(name), ObjectId::of(StoredKind::Blob, format!("{name} {content}").as_bytes()))
            })
            .collect();
        let tree = tree::write_tree(&mut self.store, &entries).expect("memory");
        self.clock += 1;
        self.add(self.clock, parents, tree, renames)
    }

    fn add(&mut self, time: i64, parents: &[ObjectId], tree: ObjectId, renames: Renames) -> ObjectId {
        let commit = Commit {
            tree,
            parents: parents.to_vec(),
            author: "ada".into(),
            committed_at: time,
            message: format!("commit {}", self.clock),
            branch: "main".into(),
            source: "ddl".into(),
            automatic: false,
            changes: 1,
            renames,
        };
        self.store.put_commit(&commit).expect("memory")
    }

    fn graph(&mut self) -> Graph<'_, MemoryStore> {
        Graph::new(&mut self.store)
    }

    fn renames(&mut self, from: ObjectId, to: ObjectId) -> Renames {
        self.graph().renames_between(from, to).expect("complete")
    }
}

#[test]
fn a_fork_has_its_fork_point_as_base() {
    let mut history = History::default();
    let root = history.commit(&[]);
    let fork = history.commit(&[root]);
    let ours = history.commit(&[fork]);
    let theirs = history.commit(&[fork]);
    let theirs = history.commit(&[theirs]);
    let mut graph = history.graph();
    assert_eq!(graph.merge_base(ours, theirs), Ok(Some(fork)));
    assert_eq!(graph.merge_base(root, theirs), Ok(Some(root)));
    assert_eq!(graph.ahead_behind(ours, theirs), Ok(AheadBehind { ahead: 1, behind: 2 }));
    assert_eq!(graph.is_ancestor(root, ours), Ok(true));
    assert_eq!(graph.is_ancestor(ours, root), Ok(false));
    assert_eq!(graph.is_ancestor(ours, ours), Ok(true));
    assert_eq!(MergeAnalysis::of(&mut graph, ours, theirs), Ok(MergeAnalysis::Diverged { base: Some(fork) }));
    assert_eq!(MergeAnalysis::of(&mut graph, fork, theirs), Ok(MergeAnalysis::FastForward));
    assert_eq!(MergeAnalysis::of(&mut graph, theirs, fork), Ok(MergeAnalysis::UpToDate));
    assert_eq!(MergeAnalysis::of(&mut graph, ours, ours), Ok(MergeAnalysis::UpToDate));
}

#[test]
fn criss_cross_merges_have_two_bases_and_the_newest_is_taken() {
    let mut history = History::default();
    let root = history.commit(&[]);
    let a = history.commit(&[root]);
    let b = history.commit(&[root]);
    let ours = history.commit(&[a, b]);
    let theirs = history.commit(&[b, a]);
    let mut graph = history.graph();
    assert_eq!(graph.merge_bases(ours, theirs), Ok(vec![b, a]));
    assert_eq!(graph.merge_base(ours, theirs), Ok(Some(b)));
    assert_eq!(graph.merge_base(theirs, ours), Ok(Some(b)));
}

#[test]
fn unrelated_histories_have_no_base() {
    let mut history = History::default();
    let a = history.commit(&[]);
    let b = history.commit(&[]);
    assert_eq!(history.graph().merge_base(a, b), Ok(None));
    assert_eq!(history.renames(a, b), Renames::default());
    assert_eq!(MergeAnalysis::of(&mut history.graph(), a, b), Ok(MergeAnalysis::Diverged { base: None }));
}

#[test]
fn a_missing_commit_is_told() {
    let mut history = History::default();
    let gone = ObjectId::new([9; 32]);
    let child = history.commit(&[gone]);
    let missing = HistoryError::Missing { id: gone, expected: StoredKind::Commit };
    assert_eq!(history.graph().log(child, 10), Err(missing.clone()));
    assert_eq!(history.graph().merge_base(child, gone), Err(missing));
}

#[test]
fn the_log_has_children_before_parents_whatever_the_clocks_say() {
    let mut history = History::default();
    let root = history.commit_at(100, &[]);
    let a = history.commit_at(5, &[root]);
    let b = history.commit_at(50, &[root]);
    let merge = history.commit_at(7, &[a, b]);
    let last = history.commit_at(8, &[merge]);
    let ids = |max| -> Vec<ObjectId> {
        let mut store = history.store.clone();
        let log = Graph::new(&mut store).log(last, max).expect("complete");
        log.into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(ids(10), [last, merge, b, a, root]);
    assert_eq!(ids(3), [last, merge, b]);
    assert_eq!(ids(2), [last, merge]);
    assert!(ids(0).is_empty());
}

#[test]
fn a_line_of_history_is_not_read_to_its_end() {
    let mut history = History::default();
    let mut last = history.commit(&[]);
    for _ in 0..500 {
        last = history.commit(&[last]);
    }
    let reads = history.store.reads();
    assert_eq!(history.graph().log(last, 10).expect("complete").len(), 10);
    assert!(history.store.reads() - reads <= 10);
}

#[test]
fn renames_add_up_along_a_line_both_ways() {
    let mut history = History::default();
    let first = history.tables(&[], &[("a", "1"), ("x", "1")], Renames::default());
    let mut step = renamed(&[("a", "b")]);
    step.add_part(table("b"), Part::column("k"), "l".into());
    let second = history.tables(&[first], &[("b", "1"), ("x", "1")], step);
    let mut step = renamed(&[("b", "c")]);
    step.add_part(table("c"), Part::column("l"), "m".into());
    let third = history.tables(&[second], &[("c", "1"), ("x", "1")], step);
    let mut expected = renamed(&[("a", "c")]);
    expected.add_part(table("c"), Part::column("k"), "m".into());
    assert_eq!(history.renames(first, third), expected);
    assert_eq!(history.renames(third, first), expected.inverse());
    assert_eq!(history.renames(third, third), Renames::default());
}

#[test]
fn a_name_that_is_used_again_is_another_object() {
    let mut history = History::default();
    let first = history.tables(&[], &[("a", "old")], Renames::default());
    let second = history.tables(&[first], &[], Renames::default());
    let third = history.tables(&[second], &[("a", "new")], Renames::default());
    let last = history.tables(&[third], &[("b", "new")], renamed(&[("a", "b")]));
    assert_eq!(history.renames(first, last), Renames::default());
    assert_eq!(history.renames(third, last), renamed(&[("a", "b")]));
    // And the other end: what a table was renamed to is dropped and made anew.
    let dropped = history.tables(&[last], &[], Renames::default());
    let again = history.tables(&[dropped], &[("b", "newer")], Renames::default());
    assert_eq!(history.renames(third, again), Renames::default());
}

#[test]
fn swapped_names_stay_swapped() {
    let mut history = History::default();
    let first = history.tables(&[], &[("a", "1"), ("b", "2")], Renames::default());
    let swap = renamed(&[("a", "b"), ("b", "a")]);
    let second = history.tables(&[first], &[("a", "2"), ("b", "1")], swap.clone());
    let third = history.tables(&[second], &[("a", "1"), ("b", "2")], swap.clone());
    assert_eq!(history.renames(first, second), swap);
    assert_eq!(history.renames(first, third), Renames::default());
}

#[test]
fn renames_lead_from_branch_to_branch_through_their_base() {
    let mut history = History::default();
    let base = history.tables(&[], &[("a", "1"), ("x", "1")], Renames::default());
    let ours = history.tables(&[base], &[("ours", "1"), ("x", "1")], renamed(&[("a", "ours")]));
    let theirs =
        history.tables(&[base], &[("theirs", "1"), ("y", "1")], renamed(&[("a", "theirs"), ("x", "y")]));
    assert_eq!(history.renames(ours, theirs), renamed(&[("ours", "theirs"), ("x", "y")]));
    assert_eq!(history.renames(theirs, ours), renamed(&[("theirs", "ours"), ("y", "x")]));
    let dropped = history.tables(&[base], &[("x", "1")], Renames::default());
    assert_eq!(history.renames(ours, dropped), Renames::default());
}

#[test]
fn renames_come_through_the_second_parent_of_a_merge() {
    let mut history = History::default();
    let base = history.tables(&[], &[("a", "1")], Renames::default());
    let side = history.tables(&[base], &[("a", "1"), ("made", "1")], Renames::default());
    let side =
        history.tables(&[side], &[("b", "1"), ("kept", "1")], renamed(&[("a", "b"), ("made", "kept")]));
    let main = history.tables(&[base], &[("a", "1"), ("m", "1")], Renames::default());
    let merge =
        history.tables(&[main, side], &[("b", "1"), ("kept", "1"), ("m", "1")], renamed(&[("a", "b")]));
    assert_eq!(history.renames(side, merge), Renames::default());
    assert_eq!(history.renames(main, merge), renamed(&[("a", "b")]));
    assert_eq!(history.renames(merge, base), renamed(&[("b", "a")]));
}

/// Each commit's parents, as distances to earlier commits.
fn shape() -> impl Strategy<Value = Vec<(Vec<usize>, i64)>> {
    prop::collection::vec((prop::collection::vec(1_usize..6, 1..3), 0_i64..20), 1..24)
}

proptest! {
    #[test]
    fn walks_agree_with_their_definitions(shape in shape(), picks: (prop::sample::Index, prop::sample::Index)) {
        let mut history = History::default();
        let mut ids: Vec<ObjectId> = Vec::new();
        let mut ancestors: BTreeMap<ObjectId, std::collections::BTreeSet<ObjectId>> = BTreeMap::new();
        for (distances, time) in shape {
            let parents: Vec<ObjectId> =
                distances.iter().filter_map(|distance| ids.len().checked_sub(*distance).map(|at| ids[at])).collect();
            let id = history.commit_at(time, &parents);
            let mut all: std::collections::BTreeSet<ObjectId> =
                parents.iter().flat_map(|parent| ancestors[parent].clone()).collect();
            all.insert(id);
            ancestors.insert(id, all);
            ids.push(id);
        }
        let (a, b) = (ids[picks.0.index(ids.len())], ids[picks.1.index(ids.len())]);
        let mut graph = history.graph();
        prop_assert_eq!(graph.is_ancestor(a, b), Ok(ancestors[&b].contains(&a)));
        prop_assert_eq!(graph.reachable(&[a]), Ok(ancestors[&a].clone()));
        let counts = AheadBehind {
            ahead: ancestors[&a].difference(&ancestors[&b]).count(),
            behind: ancestors[&b].difference(&ancestors[&a]).count(),
        };
        prop_assert_eq!(graph.ahead_behind(a, b), Ok(counts));
        let common: Vec<ObjectId> = ancestors[&a].intersection(&ancestors[&b]).copied().collect();
        let best: std::collections::BTreeSet<ObjectId> = common
            .iter()
            .filter(|id| !common.iter().any(|other| other != *id && ancestors[other].contains(id)))
            .copied()
            .collect();
        let bases = graph.merge_bases(a, b).expect("complete");
        prop_assert_eq!(graph.merge_base(a, b).expect("complete"), bases.first().copied());
        prop_assert_eq!(graph.merge_base(b, a).expect("complete"), bases.first().copied());
        prop_assert_eq!(bases.into_iter().collect::<std::collections::BTreeSet<_>>(), best);
        let log: Vec<ObjectId> =
            graph.log(a, usize::MAX).expect("complete").into_iter().map(|(id, _)| id).collect();
        prop_assert_eq!(log.len(), ancestors[&a].len());
        for (at, id) in log.iter().enumerate() {
            prop_assert!(log[..at].iter().all(|earlier| !ancestors[id].contains(earlier)));
        }
    }
}
