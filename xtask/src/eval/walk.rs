//! Random walks, each step proven both ways.

use std::sync::Mutex;
use std::thread;

use anyhow::ensure;
use pggit_testkit::TestServer;
use pggit_testkit::walk::{Walk, Walked};

/// Steps of a walk.
const STEPS: usize = 200;

/// Walks on `server` once for each seed, `jobs` at a time, and says how it went.
///
/// # Errors
/// When a proof fails.
pub fn run(server: &TestServer, first: u64, count: u64, jobs: usize) -> anyhow::Result<()> {
    let seeds = Mutex::new(first..first.saturating_add(count));
    let all = Mutex::new(Walked::default());
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let next = seeds.lock().ok().and_then(|mut seeds| seeds.next());
                    let Some(seed) = next else { break };
                    let walked = Walk::new(server, seed).run(STEPS);
                    println!("seed {seed}: {walked}");
                    for failure in &walked.failures {
                        println!("FAILED   {failure}\n");
                    }
                    if let Ok(mut all) = all.lock() {
                        all.add(walked);
                    }
                }
            });
        }
    });
    let all = all.into_inner()?;
    println!("{all}");
    let missing = all.missing();
    if !missing.is_empty() {
        println!("no step was: {}", missing.join(", "));
    }
    ensure!(all.failures.is_empty(), "{} proofs failed", all.failures.len());
    Ok(())
}
