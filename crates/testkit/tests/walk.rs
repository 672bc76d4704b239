//! Random DDL over all kinds of objects; after each step plans from the start to it and back are proven, with rows. The
//! seeds are fixed; `PGGIT_WALK_SEED` walks another one.

use std::collections::BTreeSet;
use std::thread;

use pggit_catalog::address::ObjectKind;
use pggit_testkit::walk::{Walk, Walked};
use pggit_testkit::{TestServer, psql};

/// Seeds of the walks of each thread; a seed that failed once stays.
const SEEDS: [&[u64]; 2] =
    [&[41, 42, 43, 45, 46, 51, 54, 59, 62, 66], &[52, 53, 55, 56, 57, 69, 73, 78, 84, 86]];

/// The major version that these walks are of: another one refuses other statements, so that the same seed walks elsewhere.
const MAJOR: u32 = 15;

/// Steps of a walk.
const STEPS: usize = 100;

fn walk(seeds: &[u64]) -> Walked {
    let mut all = Walked::default();
    for seed in seeds {
        let walked = Walk::new(TestServer::shared(), *seed).run(STEPS);
        eprintln!("seed {seed}: {walked}");
        all.add(walked);
    }
    all
}

#[test]
fn plans_follow_random_walks_both_ways() {
    if let Ok(seed) = std::env::var("PGGIT_WALK_SEED") {
        let walked = walk(&[seed.parse().expect("a seed is a number")]);
        assert!(walked.failures.is_empty(), "{}", walked.failures.join("\n\n=====\n"));
        return;
    }
    let version = psql(&TestServer::shared().settings("postgres"), "SHOW server_version_num");
    if version.trim().parse::<u32>().is_ok_and(|version| version / 10_000 != MAJOR) {
        return;
    }
    let all = thread::scope(|scope| {
        let threads = SEEDS.map(|seeds| scope.spawn(|| walk(seeds)));
        let mut all = Walked::default();
        threads.into_iter().for_each(|thread| all.add(thread.join().expect("a walk ends")));
        all
    });
    assert!(
        all.failures.is_empty(),
        "{} failed:\n\n{}",
        all.failures.len(),
        all.failures.join("\n\n=====\n")
    );
    assert!(all.refused < all.steps, "most statements have an effect: {all}");
    assert!(all.without_rows * 10 < all.steps, "most proofs are with rows: {all}");
    let touched: BTreeSet<ObjectKind> = all.touched.keys().map(|(kind, _)| *kind).collect();
    let missing: Vec<_> = ObjectKind::ALL.into_iter().filter(|kind| !touched.contains(kind)).collect();
    assert!(missing.is_empty(), "no step was about {missing:?}");
}
