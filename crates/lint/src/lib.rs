//! Hazards of SQL that is written by hand, told from its text by a parser of PostgreSQL's grammar.
//!
//! What the text can't tell (the old type of a column, whether a table has rows) is taken for the worse. Tables that the
//! same text makes are new, and harmless. A comment `-- confiture:ignore HAZARD, …` on the line before a statement, or in it,
//! takes findings away.

mod change;
mod ignore;
mod rule;
mod statement;

use std::collections::BTreeSet;

use pggit_catalog::hazard::Hazard;
use squawk_syntax::ast::{AstNode, SourceFile};
use thiserror::Error;

/// Text that is no SQL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct LintError {
    /// What is wrong, in the words of the parser.
    pub message: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A statement and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The statement without its semicolon.
    pub sql: String,
    /// Line of its first word, from 1.
    pub line: usize,
    /// Column of it in characters, from 1.
    pub column: usize,
    /// Whether the server refuses it in a transaction.
    pub outside_transaction: bool,
    /// Whether it does something to relations that were there before the text.
    pub touches_old: bool,
    /// Hazards that its text tells, with what to do instead.
    pub hazards: Vec<(Hazard, &'static str)>,
    /// Hazards that a comment tells to leave out.
    pub ignored: BTreeSet<Hazard>,
}

impl Statement {
    /// The first line of the statement, cut off where it is long.
    #[must_use]
    pub fn excerpt(&self) -> String {
        const MOST: usize = 80;
        let line = self.sql.lines().next().unwrap_or_default().trim_end();
        if line.chars().count() <= MOST && self.sql.lines().count() <= 1 {
            return line.to_owned();
        }
        line.chars().take(MOST).chain(" …".chars()).collect()
    }

    /// The same with what was measured: locks, rewrites, scans and index builds are those and no others.
    #[must_use]
    pub fn measured(mut self, hazards: &BTreeSet<Hazard>) -> Self {
        const MEASURED: [Hazard; 5] = [
            Hazard::TableRewrite,
            Hazard::FullScan,
            Hazard::IndexBuild,
            Hazard::BlocksReads,
            Hazard::BlocksWrites,
        ];
        let told = self.hazards.clone();
        // The server says nothing of the scans of tables that use a domain; their locks tell.
        let mut words = self.sql.split_whitespace().map(str::to_lowercase);
        let domain = words.next().as_deref() == Some("alter") && words.next().as_deref() == Some("domain");
        let silent = domain && hazards.contains(&Hazard::BlocksWrites);
        let rows = silent || MEASURED[..3].iter().any(|hazard| hazards.contains(hazard));
        self.hazards.retain(|(hazard, _)| match hazard {
            Hazard::MayFailOnRows => rows,
            Hazard::FullScan => silent,
            hazard => !MEASURED.contains(hazard),
        });
        for hazard in MEASURED.iter().filter(|hazard| hazards.contains(hazard)) {
            let advice = told.iter().find(|(other, _)| other == hazard).map(|(_, advice)| *advice);
            self.hazards.push((*hazard, advice.unwrap_or_else(|| rule::usual_advice(*hazard))));
        }
        self.hazards.sort();
        self
    }

    /// What is left to report.
    pub fn findings(&self) -> impl Iterator<Item = (Hazard, &'static str)> + '_ {
        self.hazards.iter().copied().filter(|(hazard, _)| !self.ignored.contains(hazard))
    }
}

/// Relations that texts have made: nobody uses them yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made(BTreeSet<String>);

/// The statements of a text with their hazards.
///
/// # Errors
/// The first [`LintError`] when it is no SQL, or when a comment names a hazard that there is not.
pub fn lint(text: &str) -> Result<Vec<Statement>, LintError> {
    lint_after(text, &mut Made::default())
}

/// The same for a text that runs after others, whose relations are as new as its own; it adds those that it makes.
///
/// # Errors
/// As [`lint`].
pub fn lint_after(text: &str, made: &mut Made) -> Result<Vec<Statement>, LintError> {
    let place = |offset: usize| {
        let before = &text[..offset.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    };
    let parse = SourceFile::parse(text);
    if let Some(error) = parse.errors().first() {
        let (line, column) = place(usize::from(error.range().start()));
        return Err(LintError { message: error.message().to_owned(), line, column });
    }
    let comments = ignore::comments(&parse.syntax_node(), text)?;
    let mut statements = Vec::new();
    for node in parse.tree().stmts() {
        let Some((start, end)) = statement::extent(node.syntax()) else { continue };
        let changes = statement::changes(&node, &mut made.0);
        let (line, column) = place(start);
        let (last, _) = place(end);
        let hazards = rule::hazards(&changes);
        statements.push(Statement {
            sql: text[start..end].trim_end().trim_end_matches(';').trim_end().to_owned(),
            line,
            column,
            outside_transaction: changes.iter().any(change::Change::is_outside),
            touches_old: !changes.is_empty(),
            hazards,
            ignored: ignore::of(&comments, line, last),
        });
    }
    Ok(statements)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hazards of each statement, but for those of waiting.
    fn hazards(text: &str) -> Vec<String> {
        let statements = lint(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let waiting = [Hazard::BlocksReads, Hazard::BlocksWrites];
        statements
            .iter()
            .map(|statement| {
                let ids = statement.findings().map(|(hazard, _)| hazard);
                ids.filter(|hazard| !waiting.contains(hazard)).map(Hazard::id).collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    fn blocks(text: &str) -> (bool, bool) {
        let statements = lint(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let has = |hazard| statements[0].findings().any(|(found, _)| found == hazard);
        (has(Hazard::BlocksReads), has(Hazard::BlocksWrites))
    }

    #[test]
    fn what_the_text_tells_of_costs() {
        for (sql, expected) in [
            ("CREATE INDEX i1 ON t(b)", "index-build"),
            ("CREATE UNIQUE INDEX i1 ON t(id, b)", "index-build may-fail-on-rows"),
            ("CREATE INDEX CONCURRENTLY i1 ON t(b)", "not-transactional"),
            ("DROP INDEX t_a", "slows-queries"),
            ("ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 5", ""),
            ("ALTER TABLE t ADD COLUMN c timestamptz DEFAULT now()", ""),
            ("ALTER TABLE t ADD COLUMN c uuid DEFAULT gen_random_uuid()", "table-rewrite index-build"),
            ("ALTER TABLE t ADD COLUMN c varchar(10) DEFAULT 'x'", ""),
            ("ALTER TABLE t ADD COLUMN c serial", "table-rewrite index-build"),
            ("ALTER TABLE t ADD COLUMN c int GENERATED ALWAYS AS IDENTITY", "table-rewrite index-build"),
            ("ALTER TABLE t ADD COLUMN c int GENERATED ALWAYS AS (a*2) STORED", "table-rewrite index-build"),
            ("ALTER TABLE t ADD COLUMN c int NOT NULL", "full-scan may-fail-on-rows"),
            ("ALTER TABLE t ADD COLUMN c int REFERENCES ref", ""),
            ("ALTER TABLE t ADD COLUMN c int UNIQUE", "index-build may-fail-on-rows"),
            ("ALTER TABLE t ADD COLUMN c int CHECK (c > 0)", "full-scan may-fail-on-rows"),
            ("ALTER TABLE t DROP COLUMN b", "data-loss breaks-applications"),
            ("ALTER TABLE t RENAME TO t2", "breaks-applications"),
            (
                "ALTER TABLE t ALTER a TYPE bigint",
                "table-rewrite index-build may-fail-on-rows breaks-applications",
            ),
            ("ALTER TABLE t ALTER a SET NOT NULL", "full-scan may-fail-on-rows"),
            ("ALTER TABLE t ADD CONSTRAINT c1 CHECK (a > -1)", "full-scan may-fail-on-rows"),
            ("ALTER TABLE t ADD CONSTRAINT c1 CHECK (a > -1) NOT VALID", ""),
            ("ALTER TABLE t ADD CONSTRAINT c1 CHECK (b <> 'NOT VALID')", "full-scan may-fail-on-rows"),
            ("ALTER TABLE t VALIDATE CONSTRAINT ck_nv", "full-scan may-fail-on-rows"),
            ("ALTER TABLE t ADD CONSTRAINT f1 FOREIGN KEY (a) REFERENCES ref", "full-scan may-fail-on-rows"),
            ("ALTER TABLE t ADD CONSTRAINT f1 FOREIGN KEY (a) REFERENCES ref NOT VALID", ""),
            ("ALTER TABLE t ADD CONSTRAINT u1 UNIQUE (a)", "index-build may-fail-on-rows"),
            ("ALTER TABLE t ADD CONSTRAINT u1 UNIQUE USING INDEX t_uq", ""),
            ("ALTER TABLE t SET UNLOGGED", "table-rewrite index-build"),
            ("DROP TABLE t CASCADE", "data-loss breaks-applications"),
            ("DROP TYPE mood CASCADE", "data-loss breaks-applications"),
            ("DROP FUNCTION f CASCADE", "breaks-applications"),
            ("TRUNCATE t", "data-loss"),
            ("CREATE TABLE n1 (id int REFERENCES ref)", ""),
            (
                "ALTER TABLE part ATTACH PARTITION child FOR VALUES FROM (10) TO (20)",
                "full-scan may-fail-on-rows",
            ),
            ("ALTER TABLE part DETACH PARTITION part1 CONCURRENTLY", "breaks-applications not-transactional"),
            ("REFRESH MATERIALIZED VIEW mv", "index-build"),
            ("VACUUM FULL t", "table-rewrite index-build not-transactional"),
            ("GRANT SELECT ON t TO public", "changes-privileges"),
            ("ALTER DOMAIN posint ADD CONSTRAINT dc CHECK (VALUE > 0)", "full-scan may-fail-on-rows"),
            ("ALTER DOMAIN posint ADD CONSTRAINT dc CHECK (VALUE > 0) NOT VALID", ""),
            ("ALTER TYPE mood ADD VALUE 'c'", ""),
            ("SELECT 1", ""),
        ] {
            assert_eq!(hazards(sql), [expected], "{sql}");
        }
    }

    #[test]
    fn who_waits() {
        for (sql, expected) in [
            ("CREATE INDEX i ON t (a)", (false, true)),
            ("CREATE INDEX CONCURRENTLY i ON t (a)", (false, false)),
            ("ALTER TABLE t ADD COLUMN c int", (true, true)),
            ("ALTER TABLE t ALTER a SET STATISTICS 500", (false, false)),
            ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES ref NOT VALID", (false, true)),
            ("CREATE TABLE n (id int REFERENCES ref)", (false, true)),
            ("CREATE TABLE n PARTITION OF part FOR VALUES FROM (20) TO (30)", (true, true)),
            ("CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", (false, true)),
            ("ALTER TABLE t VALIDATE CONSTRAINT c", (false, false)),
            ("GRANT SELECT ON t TO public", (false, false)),
            ("DROP FUNCTION f()", (false, false)),
            ("DROP FUNCTION f() CASCADE", (true, true)),
            ("DROP DOMAIN d CASCADE", (true, true)),
            ("DROP SEQUENCE s CASCADE", (true, true)),
        ] {
            assert_eq!(blocks(sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_the_same_text_makes_is_harmless() {
        let text = "CREATE TABLE s.\"New\" (id int PRIMARY KEY, r int REFERENCES s.\"New\");\n\
            CREATE INDEX ON s.\"New\" (r);\nALTER TABLE s.\"New\" ALTER r SET NOT NULL;\n\
            ALTER TABLE s.old ADD COLUMN x int NOT NULL;\nDROP TABLE s.\"New\";";
        assert_eq!(hazards(text), ["", "", "", "full-scan may-fail-on-rows", ""]);
        let mut made = Made::default();
        lint_after("CREATE TABLE t (id int);", &mut made).expect("it is SQL");
        let later = lint_after("ALTER TABLE t ADD UNIQUE (id); ALTER TABLE u ADD UNIQUE (id)", &mut made);
        let found: Vec<usize> = later.expect("it is SQL").iter().map(|s| s.hazards.len()).collect();
        assert!(found[0] == 0 && found[1] > 0, "{found:?}");
    }

    #[test]
    fn places_excerpts_and_comments() {
        let text = "-- a comment\n\n  ALTER TABLE t\n  SET UNLOGGED;\n\
            -- confiture:ignore table-rewrite, index-build\nALTER TABLE t SET LOGGED;\nALTER TABLE t SET LOGGED;";
        let statements = lint(text).expect("it is SQL");
        assert_eq!((statements[0].line, statements[0].column), (3, 3));
        assert_eq!(statements[0].excerpt(), "ALTER TABLE t …");
        assert_eq!(hazards(text), ["table-rewrite index-build", "", "table-rewrite index-build"]);
        let error = lint("SELECT 1;\n-- confiture:ignore nothing\nSELECT 2;").expect_err("no such hazard");
        assert_eq!((error.line, error.message.as_str()), (2, "there is no hazard \"nothing\""));
        assert_eq!(lint("SELECT 1;\nALTER TABL t;").expect_err("no SQL").line, 2);
    }
}
