//! What a statement that runs outside transactions leaves behind, by which one sees whether it has run.
//!
//! Read from the text of the statement, as far as that takes; the names in it are left to the server to resolve.
//! Sources: the reference pages of the statements, and the notes on failure of `CREATE INDEX CONCURRENTLY` and
//! `REINDEX CONCURRENTLY` there.

use crate::token::{Lexer, Token, TokenKind};

/// What a statement leaves behind. Names of relations are as written, with quotes and schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace<'a> {
    /// `CREATE INDEX CONCURRENTLY`: an index, an invalid one if it stopped on the way.
    IndexMade(IndexMade<'a>),
    /// `DROP INDEX CONCURRENTLY`: an index is gone.
    IndexDropped {
        /// The index.
        name: &'a str,
    },
    /// `REINDEX … CONCURRENTLY`: nothing, but invalid indexes `…_ccnew` and `…_ccold` if it stopped on the way.
    Reindexed {
        /// What was rebuilt.
        scope: ReindexScope,
        /// Its name; `None` for the current database.
        name: Option<&'a str>,
    },
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`: a partition is none any more, or half so.
    PartitionDetached {
        /// The partitioned table.
        table: &'a str,
        /// The partition.
        partition: &'a str,
    },
    /// `CREATE DATABASE` and the like: something that all databases see.
    Made {
        /// What.
        kind: SharedKind,
        /// Its name, without quotes.
        name: String,
    },
    /// `DROP DATABASE` and the like: something that all databases saw is gone.
    Dropped {
        /// What.
        kind: SharedKind,
        /// Its name, without quotes.
        name: String,
    },
    /// Nothing that tells; to run it again does no harm: `VACUUM`, `REINDEX SCHEMA`, `ALTER SYSTEM`.
    None,
}

/// The parts of a `CREATE INDEX CONCURRENTLY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexMade<'a> {
    /// Whether it is unique.
    pub unique: bool,
    /// The name of the index, without quotes, where it is given one.
    pub name: Option<String>,
    /// The table.
    pub table: &'a str,
    /// What follows the table: method, columns, options.
    pub definition: &'a str,
}

/// What `REINDEX` works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReindexScope {
    /// One index.
    Index,
    /// A table's indexes.
    Table,
    /// Those of a schema.
    Schema,
    /// Those of the database.
    Database,
}

/// What is no relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedKind {
    /// A database.
    Database,
    /// A tablespace.
    Tablespace,
    /// A subscription of this database.
    Subscription,
    /// A prepared transaction.
    PreparedTransaction,
}

impl<'a> Trace<'a> {
    /// What `statement` leaves behind.
    #[must_use]
    pub fn of(statement: &'a str) -> Self {
        Reader::new(statement).trace().unwrap_or(Self::None)
    }

    /// Whether the statement builds or takes apart while others read and write, and waits for them without being in
    /// their way.
    #[must_use]
    pub fn is_concurrent(&self) -> bool {
        matches!(
            self,
            Self::IndexMade(_)
                | Self::IndexDropped { .. }
                | Self::Reindexed { .. }
                | Self::PartitionDetached { .. }
        )
    }
}

/// Reads a statement token by token; comments are passed over.
struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        let mut lexer = Lexer::new(text);
        let mut tokens = Vec::new();
        while let Ok(Some(token)) = lexer.token() {
            if !matches!(token.kind, TokenKind::LineComment | TokenKind::BlockComment) {
                tokens.push(token);
            }
        }
        Self { text, tokens, at: 0 }
    }

    fn trace(&mut self) -> Option<Trace<'a>> {
        if self.word("create") {
            self.create()
        } else if self.word("drop") {
            self.drop()
        } else if self.word("reindex") {
            self.reindex()
        } else if self.words(&["alter", "table"]) {
            self.detach()
        } else if self.word("commit") || self.word("rollback") {
            let name = self.word("prepared").then(|| self.string())??;
            Some(Trace::Dropped { kind: SharedKind::PreparedTransaction, name })
        } else {
            None
        }
    }

    fn create(&mut self) -> Option<Trace<'a>> {
        if let Some(kind) = self.shared_kind() {
            return Some(Trace::Made { kind, name: self.identifier()? });
        }
        let unique = self.word("unique");
        if !self.words(&["index", "concurrently"]) {
            return None;
        }
        self.words(&["if", "not", "exists"]);
        let name = match self.word("on") {
            true => None,
            false => {
                let name = self.identifier()?;
                self.word("on").then_some(())?;
                Some(name)
            }
        };
        self.word("only");
        let table = self.name()?;
        let definition = self.tokens.get(self.at).map_or("", |token| &self.text[token.start..]);
        Some(Trace::IndexMade(IndexMade { unique, name, table, definition }))
    }

    fn drop(&mut self) -> Option<Trace<'a>> {
        if let Some(kind) = self.shared_kind() {
            self.words(&["if", "exists"]);
            return Some(Trace::Dropped { kind, name: self.identifier()? });
        }
        if !self.words(&["index", "concurrently"]) {
            return None;
        }
        self.words(&["if", "exists"]);
        Some(Trace::IndexDropped { name: self.name()? })
    }

    fn shared_kind(&mut self) -> Option<SharedKind> {
        [
            ("database", SharedKind::Database),
            ("tablespace", SharedKind::Tablespace),
            ("subscription", SharedKind::Subscription),
        ]
        .into_iter()
        .find_map(|(word, kind)| self.word(word).then_some(kind))
    }

    fn reindex(&mut self) -> Option<Trace<'a>> {
        let mut concurrently = false;
        if self.symbol('(') {
            while !self.symbol(')') {
                if self.word("concurrently") {
                    self.symbol('=');
                    concurrently = !(self.word("false") || self.word("off") || self.text_is("0"));
                } else {
                    self.at += 1;
                }
                self.tokens.get(self.at)?;
            }
        }
        let scope = [
            ("index", ReindexScope::Index),
            ("table", ReindexScope::Table),
            ("schema", ReindexScope::Schema),
            ("database", ReindexScope::Database),
            ("system", ReindexScope::Database),
        ]
        .into_iter()
        .find_map(|(word, scope)| self.word(word).then_some(scope))?;
        concurrently |= self.word("concurrently");
        concurrently.then(|| Trace::Reindexed { scope, name: self.name() })
    }

    fn detach(&mut self) -> Option<Trace<'a>> {
        self.words(&["if", "exists"]);
        self.word("only");
        let table = self.name()?;
        if !self.words(&["detach", "partition"]) {
            return None;
        }
        let partition = self.name()?;
        self.word("concurrently").then_some(Trace::PartitionDetached { table, partition })
    }

    /// The text of the next token, whatever it is.
    fn next_text(&self) -> Option<(TokenKind, &'a str)> {
        let token = self.tokens.get(self.at)?;
        Some((token.kind, &self.text[token.start..token.end]))
    }

    fn text_is(&self, expected: &str) -> bool {
        self.next_text().is_some_and(|(_, text)| text == expected)
    }

    fn word(&mut self, keyword: &str) -> bool {
        let found =
            matches!(self.next_text(), Some((TokenKind::Word, text)) if text.eq_ignore_ascii_case(keyword));
        self.at += usize::from(found);
        found
    }

    /// All of these words, or none.
    fn words(&mut self, keywords: &[&str]) -> bool {
        let start = self.at;
        let found = keywords.iter().all(|keyword| self.word(keyword));
        if !found {
            self.at = start;
        }
        found
    }

    fn symbol(&mut self, symbol: char) -> bool {
        let found = matches!(self.next_text(), Some((TokenKind::Symbol(found), _)) if found == symbol);
        self.at += usize::from(found);
        found
    }

    /// A name with its schema, as written.
    fn name(&mut self) -> Option<&'a str> {
        let start = self.tokens.get(self.at)?.start;
        loop {
            let (kind, _) = self.next_text()?;
            if !matches!(kind, TokenKind::Word | TokenKind::QuotedWord) {
                return None;
            }
            let end = self.tokens.get(self.at)?.end;
            self.at += 1;
            if !self.symbol('.') {
                return Some(&self.text[start..end]);
            }
        }
    }

    /// One identifier as the catalog has it: folded to lower case, or without its quotes.
    fn identifier(&mut self) -> Option<String> {
        let (kind, text) = self.next_text()?;
        self.at += 1;
        match kind {
            TokenKind::Word => Some(text.to_ascii_lowercase()),
            TokenKind::QuotedWord => Some(text[1..text.len() - 1].replace("\"\"", "\"")),
            _ => None,
        }
    }

    /// A string constant without backslashes.
    fn string(&mut self) -> Option<String> {
        let (kind, text) = self.next_text()?;
        let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
        (kind == TokenKind::String).then(|| inner.replace("''", "'"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index<'a>(name: Option<&str>, table: &'a str, definition: &'a str) -> Trace<'a> {
        Trace::IndexMade(IndexMade { unique: false, name: name.map(str::to_owned), table, definition })
    }

    #[test]
    fn traces() {
        use ReindexScope::{Database, Index, Schema, Table};
        let reindexed = |scope, name| Trace::Reindexed { scope, name: Some(name) };
        for (statement, expected) in [
            ("CREATE INDEX CONCURRENTLY i ON t (a)", index(Some("i"), "t", "(a)")),
            (
                "create /* x */ index concurrently IF NOT EXISTS \"I \"\"x\" -- y\n on only a.\"T\" using gin (b) where c",
                index(Some("I \"x"), "a.\"T\"", "using gin (b) where c"),
            ),
            ("CREATE INDEX CONCURRENTLY ON a . t (b)", index(None, "a . t", "(b)")),
            ("CREATE INDEX CONCURRENTLY \"on\" ON t (b)", index(Some("on"), "t", "(b)")),
            ("CREATE INDEX i ON t (a)", Trace::None),
            ("DROP INDEX CONCURRENTLY IF EXISTS a.\"B\" CASCADE", Trace::IndexDropped { name: "a.\"B\"" }),
            ("DROP INDEX i", Trace::None),
            ("REINDEX INDEX CONCURRENTLY i", reindexed(Index, "i")),
            ("REINDEX (VERBOSE, CONCURRENTLY) TABLE a.t", reindexed(Table, "a.t")),
            ("REINDEX (CONCURRENTLY TRUE) SCHEMA s", reindexed(Schema, "s")),
            ("REINDEX (CONCURRENTLY = off) TABLE t", Trace::None),
            ("REINDEX SYSTEM CONCURRENTLY d", reindexed(Database, "d")),
            ("REINDEX DATABASE CONCURRENTLY", Trace::Reindexed { scope: Database, name: None }),
            ("REINDEX (CONCURRENTLY", Trace::None),
            ("REINDEX SCHEMA s", Trace::None),
            (
                "ALTER TABLE IF EXISTS ONLY a.p DETACH PARTITION \"P 1\" CONCURRENTLY",
                Trace::PartitionDetached { table: "a.p", partition: "\"P 1\"" },
            ),
            ("ALTER TABLE p DETACH PARTITION q", Trace::None),
            ("CREATE DATABASE \"D\"", Trace::Made { kind: SharedKind::Database, name: "D".into() }),
            (
                "DROP TABLESPACE IF EXISTS Fast",
                Trace::Dropped { kind: SharedKind::Tablespace, name: "fast".into() },
            ),
            (
                "CREATE SUBSCRIPTION s CONNECTION ''",
                Trace::Made { kind: SharedKind::Subscription, name: "s".into() },
            ),
            (
                "COMMIT PREPARED 'it''s'",
                Trace::Dropped { kind: SharedKind::PreparedTransaction, name: "it's".into() },
            ),
            ("COMMIT", Trace::None),
            ("VACUUM t", Trace::None),
            ("", Trace::None),
        ] {
            assert_eq!(Trace::of(statement), expected, "{statement}");
        }
    }
}
