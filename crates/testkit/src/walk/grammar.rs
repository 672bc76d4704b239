//! The statements that walks are made of, as lines of text files.

use std::sync::OnceLock;

use super::random::Random;

/// Statements of one sort, each with how often it is taken.
#[derive(Debug)]
pub(super) struct Grammar {
    lines: Vec<(usize, &'static str)>,
    sum: usize,
}

impl Grammar {
    /// Statements that make something.
    pub fn make() -> &'static Self {
        static MAKE: OnceLock<Grammar> = OnceLock::new();
        MAKE.get_or_init(|| Self::parse(include_str!("make.txt")))
    }

    /// Statements that change something.
    pub fn change() -> &'static Self {
        static CHANGE: OnceLock<Grammar> = OnceLock::new();
        CHANGE.get_or_init(|| Self::parse(include_str!("change.txt")))
    }

    /// Statements that drop something.
    pub fn drop() -> &'static Self {
        static DROP: OnceLock<Grammar> = OnceLock::new();
        DROP.get_or_init(|| Self::parse(include_str!("drop.txt")))
    }

    fn parse(text: &'static str) -> Self {
        let lines: Vec<(usize, &'static str)> = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let (weight, statement) = line.split_once(' ').expect("a line has a weight");
                (weight.parse().expect("a weight is a number"), statement)
            })
            .collect();
        let sum = lines.iter().map(|(weight, _)| weight).sum();
        Self { lines, sum }
    }

    /// One of them.
    pub fn pick(&self, random: &mut Random) -> &'static str {
        let mut dice = random.below(self.sum);
        for (weight, statement) in &self.lines {
            if dice < *weight {
                return statement;
            }
            dice -= weight;
        }
        unreachable!("the dice is below the sum of the weights")
    }
}
