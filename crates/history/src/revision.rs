//! [`Revision`]: what users write to name a state: `main`, `HEAD~2`, `feature/x^2`, `WORKING`, `3f2a9c1`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::id::IdPrefix;

/// Text that is not a revision.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RevisionError {
    /// Nothing at all, or nothing before the first `~` or `^`.
    #[error("the ref \"{text}\" names nothing")]
    Empty {
        /// The text.
        text: String,
    },
    /// What stands after `~` or `^` is not a number, or too large.
    #[error("the ref \"{text}\" cannot be read from \"{rest}\" on")]
    Steps {
        /// The text.
        text: String,
        /// The part that is wrong.
        rest: String,
    },
    /// The live schema and recorded schemas have no parents.
    #[error("the ref \"{text}\" is not possible: \"{base}\" is not a commit and has no parents")]
    NoParents {
        /// The text.
        text: String,
        /// What stands before the steps.
        base: String,
    },
}

/// Where a revision starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RevisionBase {
    /// The last commit of the checked-out branch.
    Head,
    /// The live schema.
    Working,
    /// The schema as recorded when the last successful migration ended.
    MigrationsApplied,
    /// A branch, a tag, or, when there is neither of that name, the beginning of a commit's id.
    Name(String),
}

/// One step from a commit to an ancestor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// `~N`: that many times the first parent.
    Ancestor(u32),
    /// `^N`: the parent of that number from 1; 0 is the commit itself.
    Parent(u32),
}

/// A state, as users name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Where it starts.
    pub base: RevisionBase,
    /// The steps from there.
    pub steps: Vec<Step>,
}

impl RevisionBase {
    /// The id prefix that a name may be.
    #[must_use]
    pub fn id_prefix(&self) -> Option<IdPrefix> {
        match self {
            Self::Name(name) => name.parse().ok(),
            Self::Head | Self::Working | Self::MigrationsApplied => None,
        }
    }
}

impl FromStr for Revision {
    type Err = RevisionError;

    fn from_str(text: &str) -> Result<Self, RevisionError> {
        let at = text.find(['~', '^']).unwrap_or(text.len());
        let (base, mut rest) = text.split_at(at);
        if base.is_empty() {
            return Err(RevisionError::Empty { text: text.to_owned() });
        }
        let mut steps = Vec::new();
        while let Some(sign) = rest.chars().next() {
            let wrong = || RevisionError::Steps { text: text.to_owned(), rest: rest.to_owned() };
            if sign != '~' && sign != '^' {
                return Err(wrong());
            }
            let digits = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
            let number =
                if digits == 0 { 1 } else { rest[1..=digits].parse::<u32>().map_err(|_| wrong())? };
            steps.push(if sign == '~' { Step::Ancestor(number) } else { Step::Parent(number) });
            rest = &rest[1 + digits..];
        }
        let base = match base {
            "HEAD" | "@" => RevisionBase::Head,
            "WORKING" | "actual_schema" => RevisionBase::Working,
            "migrations_applied" => RevisionBase::MigrationsApplied,
            name => RevisionBase::Name(name.to_owned()),
        };
        if !steps.is_empty() && matches!(base, RevisionBase::Working | RevisionBase::MigrationsApplied) {
            return Err(RevisionError::NoParents { text: text.to_owned(), base: base.to_string() });
        }
        Ok(Self { base, steps })
    }
}

impl fmt::Display for RevisionBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Head => "HEAD",
            Self::Working => "WORKING",
            Self::MigrationsApplied => "migrations_applied",
            Self::Name(name) => name,
        })
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.base)?;
        self.steps.iter().try_for_each(|step| match step {
            Step::Ancestor(number) => write!(f, "~{number}"),
            Step::Parent(number) => write!(f, "^{number}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Revision, RevisionError> {
        text.parse()
    }

    #[test]
    fn bases_are_told_apart() {
        assert_eq!(parse("HEAD").map(|r| r.base), Ok(RevisionBase::Head));
        assert_eq!(parse("actual_schema").map(|r| r.base), Ok(RevisionBase::Working));
        assert_eq!(parse("migrations_applied").map(|r| r.base), Ok(RevisionBase::MigrationsApplied));
        let name = parse("feature/x; DROP").expect("odd names are names");
        assert_eq!(name.base, RevisionBase::Name("feature/x; DROP".into()));
        assert_eq!(name.base.id_prefix(), None);
        assert!(parse("DEADBEEF").expect("a name").base.id_prefix().is_some());
        assert!(parse("abc123").expect("a name").base.id_prefix().is_none());
    }

    #[test]
    fn steps_read_as_in_git() {
        assert_eq!(
            parse("main~3^2^~").map(|r| r.steps),
            Ok(vec![Step::Ancestor(3), Step::Parent(2), Step::Parent(1), Step::Ancestor(1)])
        );
        assert_eq!(parse("main~3^2^~").map(|r| r.to_string()), Ok("main~3^2^1~1".into()));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        assert!(matches!(parse(""), Err(RevisionError::Empty { .. })));
        assert!(matches!(parse("~1"), Err(RevisionError::Empty { .. })));
        assert!(matches!(parse("a~x"), Err(RevisionError::Steps { rest, .. }) if rest == "x"));
        assert!(matches!(parse("a^99999999999"), Err(RevisionError::Steps { .. })));
        assert_eq!(
            parse("actual_schema~1").expect_err("no commit").to_string(),
            "the ref \"actual_schema~1\" is not possible: \"WORKING\" is not a commit and has no parents"
        );
    }
}
