//! [`Flaw`]: what is wrong with a way down.

use std::fmt;

use crate::error::Error;

/// At most so many differences are named.
const MOST: usize = 20;

/// What is wrong with a way down, or with the way up after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// The way down fails.
    DownFails(Error),
    /// The way down leads elsewhere than to the state before the migration: what is missing to that.
    DownDiffers(Vec<String>),
    /// The way up fails after the way down.
    UpAgainFails(Error),
    /// The way up leads elsewhere after the way down: what is missing to where it led before.
    UpAgainDiffers(Vec<String>),
}

impl Flaw {
    /// The SQLSTATE of the failure, where it is one.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::DownFails(error) | Self::UpAgainFails(error) => Some(&error.sqlstate),
            Self::DownDiffers(_) | Self::UpAgainDiffers(_) => None,
        }
    }

    /// More about it: differences, or the detail of the failure.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::DownFails(error) | Self::UpAgainFails(error) => error.detail.clone(),
            Self::DownDiffers(left) | Self::UpAgainDiffers(left) => {
                let mut lines: Vec<String> = left.iter().take(MOST).cloned().collect();
                if left.len() > MOST {
                    lines.push(format!("… and {} more", left.len() - MOST));
                }
                Some(lines.join("\n"))
            }
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DownFails(error) => write!(f, "the way down fails: {error}"),
            Self::DownDiffers(_) => f.write_str("the way down does not lead back to the state before"),
            Self::UpAgainFails(error) => write!(f, "the way up fails after the way down: {error}"),
            Self::UpAgainDiffers(_) => f.write_str("the way up leads elsewhere after the way down"),
        }
    }
}
