//! How a statement stands to transactions.
//!
//! Source: the calls of `PreventInTransactionBlock` in PostgreSQL, and the notes of the reference pages. What the
//! text alone can't tell (a procedure that commits, `CLUSTER` and `REINDEX` of a partitioned table) runs inside
//! unless the file says `no-transaction`.

use crate::token::{Lexer, TokenKind};

/// How a statement stands to transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionUse {
    /// Runs in a transaction block.
    Inside,
    /// Runs in a transaction block, but what it makes can be used only after the commit:
    /// `ALTER TYPE … ADD VALUE`.
    UsableAfterCommit,
    /// Is refused in a transaction block (SQLSTATE 25001).
    Outside,
    /// Starts or ends a transaction block itself: `BEGIN`, `COMMIT` and the like.
    Control,
}

impl TransactionUse {
    /// Tells it from the text of one statement.
    #[must_use]
    pub fn of(statement: &str) -> Self {
        let words = words(statement);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if is_control(&words) {
            Self::Control
        } else if is_outside(&words) {
            Self::Outside
        } else if matches!(words.as_slice(), ["alter", "type", rest @ ..] if has(rest, &["add", "value"])) {
            Self::UsableAfterCommit
        } else {
            Self::Inside
        }
    }

    /// Whether it runs in a transaction block.
    #[must_use]
    pub const fn is_inside(self) -> bool {
        matches!(self, Self::Inside | Self::UsableAfterCommit)
    }
}

/// Whether a statement of a file that runs without a transaction can still have one of its own: all that do not commit
/// themselves, as procedures and `DO` blocks may, or work through partitions in a transaction each.
#[must_use]
pub fn may_have_own_transaction(statement: &str) -> bool {
    let first = words(statement).into_iter().next().unwrap_or_default();
    !matches!(first.as_str(), "call" | "do" | "cluster" | "reindex")
        && TransactionUse::of(statement).is_inside()
}

/// Whether a statement does nothing but set up the session: what it does is gone with the session, so it is run again
/// in the next.
#[must_use]
pub fn is_for_session(statement: &str) -> bool {
    let words = words(statement);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["set", rest @ ..] => !matches!(rest.first(), Some(&("local" | "transaction" | "constraints"))),
        ["prepare", rest @ ..] => rest.first() != Some(&"transaction"),
        ["reset" | "discard" | "load" | "listen" | "unlisten" | "deallocate", ..]
        | ["select", "set_config", "(", ..]
        | ["select", "pg_catalog", ".", "set_config", "(", ..] => true,
        _ => false,
    }
}

/// The tokens of a statement in lower case, without comments; names in quotes and strings are empty.
pub(crate) fn words(statement: &str) -> Vec<String> {
    let mut lexer = Lexer::new(statement);
    let mut words = Vec::new();
    while let Ok(Some(token)) = lexer.token() {
        let text = &statement[token.start..token.end];
        match token.kind {
            TokenKind::Word => words.push(text.to_ascii_lowercase()),
            TokenKind::Symbol(_) | TokenKind::Number => words.push(text.to_owned()),
            TokenKind::QuotedWord | TokenKind::String => words.push(String::new()),
            TokenKind::LineComment | TokenKind::BlockComment => {}
        }
    }
    words
}

fn has(words: &[&str], sequence: &[&str]) -> bool {
    words.windows(sequence.len()).any(|window| window == sequence)
}

fn is_control(words: &[&str]) -> bool {
    match words {
        ["begin" | "commit" | "end" | "abort", rest @ ..] => !rest.starts_with(&["prepared"]),
        ["start", "transaction", ..] | ["prepare", "transaction", ..] => true,
        ["rollback", rest @ ..] => !rest.contains(&"to") && !rest.starts_with(&["prepared"]),
        _ => false,
    }
}

fn is_outside(words: &[&str]) -> bool {
    match words {
        ["create", "unique", "index", "concurrently", ..]
        | ["create" | "drop", "index", "concurrently", ..]
        | ["create" | "drop", "database" | "tablespace", ..]
        | ["vacuum", ..]
        | ["alter", "system", ..]
        | ["discard", "all"]
        | ["commit" | "rollback", "prepared", ..]
        | ["drop", "subscription", ..] => true,
        ["reindex", rest @ ..] => reindex_is_outside(rest),
        ["repack", rest @ ..] => option_is_on(rest, "concurrently"),
        ["cluster", rest @ ..] => cluster_is_outside(rest),
        ["alter", "table", rest @ ..] => {
            has(rest, &["detach", "partition"]) && rest.last() == Some(&"concurrently")
        }
        ["alter", "database", rest @ ..] => has(rest, &["set", "tablespace"]),
        ["create", "subscription", rest @ ..] => {
            !option_is_off(rest, "connect") && !option_is_off(rest, "create_slot")
        }
        ["alter", "subscription", rest @ ..] => {
            let refreshes = has(rest, &["refresh", "publication"]) || has(rest, &["refresh", "sequences"]);
            let changes = ["set", "add", "drop"].iter().any(|verb| has(rest, &[verb, "publication"]));
            refreshes
                || (changes && !option_is_off(rest, "refresh"))
                || (has(rest, &["set", "("]) && (rest.contains(&"two_phase") || rest.contains(&"failover")))
        }
        _ => false,
    }
}

/// `REINDEX [(…)] INDEX|TABLE|SCHEMA|DATABASE|SYSTEM [CONCURRENTLY] …`; the last three never run in a block.
fn reindex_is_outside(rest: &[&str]) -> bool {
    let (options, target) = split_options(rest);
    option_is_on(options, "concurrently")
        || match target {
            [_, "concurrently", ..] => true,
            [kind, ..] => matches!(*kind, "schema" | "database" | "system"),
            [] => false,
        }
}

/// `CLUSTER` without a table works through all tables, in a transaction each.
fn cluster_is_outside(rest: &[&str]) -> bool {
    let (_, target) = split_options(rest);
    matches!(target, [] | ["verbose"])
}

/// Splits `( … ) rest`.
fn split_options<'a, 'b>(words: &'a [&'b str]) -> (&'a [&'b str], &'a [&'b str]) {
    match (words.first(), words.iter().position(|word| *word == ")")) {
        (Some(&"("), Some(end)) => (&words[..end], &words[end + 1..]),
        _ => (&[], words),
    }
}

fn option_is_on(options: &[&str], name: &str) -> bool {
    options.contains(&name) && !option_is_off(options, name)
}

/// `name false`, `name = off` and so on.
fn option_is_off(options: &[&str], name: &str) -> bool {
    let Some(at) = options.iter().position(|word| *word == name) else { return false };
    let value = options[at + 1..].iter().find(|word| **word != "=");
    value.is_some_and(|value| matches!(*value, "false" | "off" | "0"))
}

#[cfg(test)]
mod tests {
    use super::TransactionUse::{Control, Inside, Outside, UsableAfterCommit};
    use super::*;

    #[test]
    fn classification() {
        let cases: &[(TransactionUse, &[&str])] = &[
            (
                Outside,
                &[
                    "CREATE INDEX CONCURRENTLY i ON t (a)",
                    "create unique index concurrently if not exists i on t (a)",
                    "CREATE /* x */ INDEX -- y\n CONCURRENTLY ON t (a)",
                    "DROP INDEX CONCURRENTLY IF EXISTS i",
                    "REINDEX INDEX CONCURRENTLY i",
                    "REINDEX (VERBOSE, CONCURRENTLY) TABLE t",
                    "REINDEX (CONCURRENTLY true) TABLE t",
                    "REINDEX SCHEMA s",
                    "REINDEX (VERBOSE) DATABASE d",
                    "REINDEX SYSTEM CONCURRENTLY d",
                    "VACUUM",
                    "VACUUM (ANALYZE) t",
                    "CLUSTER",
                    "CLUSTER VERBOSE",
                    "CREATE DATABASE d",
                    "DROP DATABASE IF EXISTS d",
                    "ALTER DATABASE d SET TABLESPACE t",
                    "CREATE TABLESPACE t LOCATION '/x'",
                    "DROP TABLESPACE t",
                    "ALTER SYSTEM SET work_mem = '1MB'",
                    "ALTER TABLE a.t DETACH PARTITION \"p q\" CONCURRENTLY",
                    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
                    "DROP SUBSCRIPTION s",
                    "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
                    "ALTER SUBSCRIPTION s SET PUBLICATION p",
                    "DISCARD ALL",
                    "COMMIT PREPARED 'x'",
                    "ROLLBACK PREPARED 'x'",
                ],
            ),
            (
                Inside,
                &[
                    "",
                    "CREATE INDEX i ON t (a)",
                    "CREATE INDEX \"concurrently\" ON t (a)",
                    "CREATE TABLE concurrently (a int)",
                    "SELECT 'CREATE INDEX CONCURRENTLY'",
                    "COMMENT ON INDEX i IS 'VACUUM'",
                    "REINDEX TABLE t",
                    "REINDEX (CONCURRENTLY false) TABLE t",
                    "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
                    "ANALYZE t",
                    "CLUSTER t USING i",
                    "ALTER DATABASE d SET work_mem = '1MB'",
                    "ALTER TABLE t DETACH PARTITION p",
                    "ALTER TABLE t DETACH PARTITION p FINALIZE",
                    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)",
                    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (create_slot = off)",
                    "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
                    "ALTER SUBSCRIPTION s DISABLE",
                    "ALTER TYPE t RENAME VALUE 'a' TO 'b'",
                    "ALTER TYPE t ADD ATTRIBUTE a int",
                    "ROLLBACK TO SAVEPOINT s",
                    "ROLLBACK WORK TO s",
                    "SAVEPOINT s",
                    "PREPARE p AS SELECT 1",
                    "DO $$ BEGIN COMMIT; END $$",
                ],
            ),
            (UsableAfterCommit, &["ALTER TYPE s.t ADD VALUE IF NOT EXISTS 'x' BEFORE 'y'"]),
            (
                Control,
                &[
                    "BEGIN",
                    "begin isolation level serializable",
                    "START TRANSACTION",
                    "COMMIT AND CHAIN",
                    "END",
                    "ROLLBACK",
                    "ABORT",
                    "PREPARE TRANSACTION 'x'",
                ],
            ),
        ];
        for (expected, statements) in cases {
            for statement in *statements {
                assert_eq!(TransactionUse::of(statement), *expected, "{statement}");
            }
        }
    }

    #[test]
    fn own_transactions() {
        for statement in
            ["CREATE TABLE t ()", "ALTER TYPE t ADD VALUE 'x'", "SELECT 1", "WITH a AS (SELECT 1) TABLE a"]
        {
            assert!(may_have_own_transaction(statement), "{statement}");
        }
        for statement in ["CALL p()", "do $$ $$", "CLUSTER t", "REINDEX TABLE t", "VACUUM", "BEGIN"] {
            assert!(!may_have_own_transaction(statement), "{statement}");
        }
    }

    #[test]
    fn settings_of_the_session() {
        for statement in [
            "SET search_path = a",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "set role r",
            "RESET ALL",
            "DISCARD ALL",
            "PREPARE p AS SELECT 1",
            "SELECT pg_catalog.set_config('search_path', '', false)",
            "select set_config ('a.b', 'c', false)",
        ] {
            assert!(is_for_session(statement), "{statement}");
        }
        for statement in [
            "SET LOCAL a = 1",
            "SET CONSTRAINTS ALL IMMEDIATE",
            "SET TRANSACTION READ ONLY",
            "PREPARE TRANSACTION 'x'",
            "SELECT set_configuration()",
            "UPDATE t SET a = 1",
        ] {
            assert!(!is_for_session(statement), "{statement}");
        }
    }
}
