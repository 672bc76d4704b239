//! How long statements wait for locks, and what is tried again.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

/// SQLSTATE of a lock that was not to be had in time, or at once with `NOWAIT`.
const LOCK_NOT_AVAILABLE: &str = "55P03";
/// SQLSTATE of a deadlock.
const DEADLOCK_DETECTED: &str = "40P01";

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How long a statement may wait for a lock, while everybody who comes later waits behind it, and how often what failed
/// for that reason, or by a deadlock, is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockPatience {
    /// `lock_timeout` of each try; zero leaves it as the server has it.
    pub timeout: Duration,
    /// How often to try again.
    pub retries: u32,
}

impl LockPatience {
    /// What holds where nothing else is said.
    pub const DEFAULT: Self = Self { timeout: Duration::from_secs(2), retries: 10 };
    /// As the server has it, once.
    pub const NONE: Self = Self { timeout: Duration::ZERO, retries: 0 };
}

impl Default for LockPatience {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The tries of one transaction or statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempts {
    retries: u32,
    made: u32,
}

impl Attempts {
    pub(super) fn new(patience: LockPatience) -> Self {
        Self { retries: patience.retries, made: 0 }
    }

    /// Something was done: what comes next has all its tries before it.
    pub(super) fn reset(&mut self) {
        self.made = 0;
    }

    /// How many tries failed.
    pub(super) fn made(&self) -> u32 {
        self.made
    }

    /// How often is tried again at most.
    pub(super) fn retries(&self) -> u32 {
        self.retries
    }

    /// How long to wait before the next try after a failure; `None` when there is none.
    pub(super) fn pause_after(&mut self, sqlstate: &str) -> Option<Duration> {
        if ![LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED].contains(&sqlstate) || self.made >= self.retries {
            return None;
        }
        let whole = FIRST_PAUSE.saturating_mul(1 << self.made.min(16)).min(LONGEST_PAUSE);
        self.made += 1;
        // Between half and whole, so that two that are in each other's way do not meet again.
        Some(whole.mul_f64(0.5 + 0.5 * random_fraction()))
    }
}

/// A number from 0 to 1.
fn random_fraction() -> f64 {
    let number = RandomState::new().build_hasher().finish() >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let fraction = number as f64 / (1_u64 << 53) as f64;
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let mut attempts = Attempts::new(LockPatience { timeout: Duration::ZERO, retries: 6 });
        assert_eq!(attempts.pause_after("42P01"), None);
        for whole in [500, 1000, 2000, 4000, 8000, 8000] {
            let pause = attempts.pause_after("55P03").expect("one more").as_millis();
            assert!((whole / 2..=whole).contains(&pause), "{pause} of {whole}");
        }
        assert_eq!(attempts.pause_after("40P01"), None);
        attempts.reset();
        assert!(attempts.pause_after("40P01").is_some());
        assert_eq!(attempts.made(), 1);
    }

    #[test]
    fn the_usual_tries_outlast_half_a_minute() {
        let LockPatience { timeout, retries } = LockPatience::default();
        let pauses: Duration =
            (0..retries).map(|n| FIRST_PAUSE.saturating_mul(1 << n).min(LONGEST_PAUSE) / 2).sum();
        assert!(timeout * retries + pauses > Duration::from_secs(45));
    }
}
