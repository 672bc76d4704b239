//! Many databases: which they are ([`Member`]), and one piece of work on each of them ([`run`]).

mod file;
mod query;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

pub use file::parse_file;
pub use query::members_of_query;

/// One database, or one schema of it. What it leaves open is as on the base: the connection that is configured anyway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// What to call it.
    pub name: Option<String>,
    /// How to connect to it: a URL or `key=value` pairs.
    pub url: Option<String>,
    /// A database on the base's server.
    pub database: Option<String>,
    /// The schema to work in: its tenant.
    pub schema: Option<String>,
}

impl Member {
    /// A connection string, or the name of a database on the base's server.
    fn of_text(text: &str) -> Self {
        if is_connection_string(text) {
            Self { url: Some(text.to_owned()), ..Self::default() }
        } else {
            Self { database: Some(text.to_owned()), ..Self::default() }
        }
    }
}

fn is_connection_string(text: &str) -> bool {
    text.contains("://") || text.contains('=')
}

/// How a run goes over its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many are worked on at a time.
    pub jobs: usize,
    /// After so many failures no further member is begun; `None`: whatever fails.
    pub max_failures: Option<usize>,
}

/// How it went with one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T, E> {
    /// The work is done.
    Done(T),
    /// It failed.
    Failed(E),
    /// It was not begun, since others had failed.
    Skipped,
}

/// Does `work` on each member, several at a time, begun in order. `told` hears of each that has ended, one at a time.
/// The outcomes are in the order of the members.
pub fn run<M: Sync, T: Send, E: Send>(
    members: &[M],
    limits: Limits,
    work: impl Fn(&M) -> Result<T, E> + Sync,
    told: impl FnMut(&M, &Result<T, E>) + Send,
) -> Vec<Outcome<T, E>> {
    let next = AtomicUsize::new(0);
    let failures = AtomicUsize::new(0);
    let told = Mutex::new(told);
    let ended: Mutex<Vec<(usize, Result<T, E>)>> = Mutex::new(Vec::with_capacity(members.len()));
    let worker = || {
        while limits.max_failures.is_none_or(|most| failures.load(Ordering::SeqCst) < most) {
            let index = next.fetch_add(1, Ordering::SeqCst);
            let Some(member) = members.get(index) else { return };
            let result = work(member);
            if result.is_err() {
                failures.fetch_add(1, Ordering::SeqCst);
            }
            // A panic elsewhere ends the run when its thread is joined; what is behind the locks is whole.
            told.lock().unwrap_or_else(PoisonError::into_inner)(member, &result);
            ended.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    };
    let threads = limits.jobs.clamp(1, members.len().max(1));
    if threads == 1 {
        worker();
    } else {
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(worker);
            }
        });
    }
    let mut outcomes: Vec<Outcome<T, E>> = members.iter().map(|_| Outcome::Skipped).collect();
    for (index, result) in ended.into_inner().unwrap_or_else(PoisonError::into_inner) {
        outcomes[index] = match result {
            Ok(value) => Outcome::Done(value),
            Err(error) => Outcome::Failed(error),
        };
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(jobs: usize, max_failures: Option<usize>) -> (String, usize) {
        let members: Vec<u32> = (0..20).collect();
        let mut heard = 0;
        let outcomes = run(
            &members,
            Limits { jobs, max_failures },
            |member| if member % 5 == 3 { Err(*member) } else { Ok(*member) },
            |member, result| {
                assert_eq!(result.as_ref().unwrap_or_else(|error| error), member);
                heard += 1;
            },
        );
        let letter = |(index, outcome): (usize, &Outcome<u32, u32>)| match outcome {
            Outcome::Done(value) if *value as usize == index => 'd',
            Outcome::Failed(value) if *value as usize == index => 'f',
            Outcome::Skipped => '-',
            _ => '?',
        };
        (outcomes.iter().enumerate().map(letter).collect(), heard)
    }

    #[test]
    fn a_run_stops_after_so_many_failures() {
        assert_eq!(outcomes(1, None), ("dddfddddfddddfddddfd".to_owned(), 20));
        assert_eq!(outcomes(1, Some(1)), ("dddf----------------".to_owned(), 4));
        assert_eq!(outcomes(1, Some(2)), ("dddfddddf-----------".to_owned(), 9));
        assert_eq!(outcomes(8, None), ("dddfddddfddddfddddfd".to_owned(), 20));
        let (shown, heard) = outcomes(4, Some(1));
        assert!(shown.starts_with("dddf") && !shown.contains('?'), "{shown}");
        assert_eq!(shown.matches(['d', 'f']).count(), heard);
        let none: [u32; 0] = [];
        assert!(
            run(&none, Limits { jobs: 4, max_failures: None }, |_| Ok::<(), ()>(()), |_, _| {}).is_empty()
        );
    }
}
