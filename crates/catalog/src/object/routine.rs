//! Functions and procedures.

use crate::canonical::{choice, record};

record! {
    /// A function or procedure.
    pub struct Routine {
        /// What it is.
        1 => kind: RoutineKind,
        /// `pg_get_functiondef`.
        2 => definition: String,
        /// Arguments with names, modes and defaults (`pg_get_function_arguments`).
        3 => arguments: String,
        /// Result (`pg_get_function_result`); `None` for procedures.
        4 => result: Option<String>,
        /// Language.
        5 => language: String,
        /// The body is SQL that the server has parsed (`BEGIN ATOMIC`), so it has dependencies.
        6 => parsed_body: bool,
        /// Names of the input arguments, in order; `CREATE OR REPLACE` cannot change them.
        7 => argument_names: Vec<String>,
        /// Number of arguments with a default; `CREATE OR REPLACE` cannot take defaults away.
        8 => default_count: i64,
    }
}

choice! {
    /// What a routine is.
    pub enum RoutineKind {
        /// `CREATE FUNCTION`.
        0 => Function,
        /// `CREATE PROCEDURE`.
        1 => Procedure,
        /// `CREATE FUNCTION … WINDOW`.
        2 => Window,
    }
}

impl crate::parts::PropertyField for RoutineKind {}

impl RoutineKind {
    /// `FUNCTION` or `PROCEDURE`.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Function | Self::Window => "FUNCTION",
            Self::Procedure => "PROCEDURE",
        }
    }
}
