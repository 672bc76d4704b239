//! What a statement changes besides the schema of its database, as far as its text tells.

use crate::transaction_use::words;

/// What a statement changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Objects of the database, or nothing.
    Schema,
    /// Rows, or nobody knows: a query can call a function that does anything.
    Rows,
    /// The server or another database: roles, databases, settings of the server.
    Server,
}

impl Effect {
    /// Tells it from the text of one statement.
    #[must_use]
    pub fn of(statement: &str) -> Self {
        let words = words(statement);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["create" | "alter" | "drop", "user", "mapping", ..] => Self::Schema,
            ["create" | "alter" | "drop", "role" | "user" | "group" | "database" | "tablespace", ..]
            | ["create" | "alter" | "drop", "subscription", ..]
            | ["alter", "system", ..]
            | ["reassign", "owned", ..]
            | ["drop", "owned", ..]
            | ["comment" | "security", "on" | "label", "role" | "database" | "tablespace", ..] => {
                Self::Server
            }
            // Membership in a role: GRANT a TO b.
            ["grant", rest @ ..] if !rest.contains(&"on") => Self::Server,
            ["revoke", rest @ ..] if !rest.contains(&"on") => Self::Server,
            ["insert" | "update" | "delete" | "merge" | "truncate" | "copy", ..]
            | ["with" | "select" | "values" | "do" | "call" | "execute" | "(", ..] => Self::Rows,
            _ => Self::Schema,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects() {
        for (statement, expected) in [
            ("CREATE TABLE role (id int)", Effect::Schema),
            ("CREATE USER MAPPING FOR a SERVER s", Effect::Schema),
            ("/* x */ create user a", Effect::Server),
            ("ALTER ROLE a SET search_path = x", Effect::Server),
            ("ALTER DATABASE d SET x = 1", Effect::Server),
            ("ALTER SYSTEM SET work_mem = '1MB'", Effect::Server),
            ("COMMENT ON DATABASE d IS 'x'", Effect::Server),
            ("COMMENT ON TABLE d IS 'x'", Effect::Schema),
            ("GRANT a TO b", Effect::Server),
            ("GRANT SELECT ON a TO b", Effect::Schema),
            ("REVOKE a FROM b", Effect::Server),
            ("DROP OWNED BY a", Effect::Server),
            ("update a set x = 1", Effect::Rows),
            ("WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", Effect::Rows),
            ("DO $$ BEGIN END $$", Effect::Rows),
            ("SELECT setval('a', 1)", Effect::Rows),
            ("ANALYZE a", Effect::Schema),
            ("", Effect::Schema),
        ] {
            assert_eq!(Effect::of(statement), expected, "{statement}");
        }
    }
}
