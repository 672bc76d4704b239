//! Objects that are dropped by others while the catalog is read.

use std::collections::VecDeque;

use pggit_db::introspect::{IntrospectError, read_catalog};
use pggit_db::session::{Param, Row, Session, SessionError, Value};
use pggit_testkit::{TestDatabase, TestServer, psql};
use pggit_wire::WireSession;

/// A session that is interrupted: before each query that has a word another session runs the next statement.
struct Interrupted {
    session: WireSession,
    other: WireSession,
    word: &'static str,
    statements: VecDeque<&'static str>,
    /// Readings that were begun.
    readings: u32,
}

const LOCK_NOT_AVAILABLE: &str = "55P03";

impl Interrupted {
    fn in_database(database: &TestDatabase, word: &'static str, statements: &[&'static str]) -> Self {
        let mut other = database.session();
        other.script("SET lock_timeout = '20ms'").expect("a setting");
        Self {
            session: database.session(),
            other,
            word,
            statements: statements.iter().copied().collect(),
            readings: 0,
        }
    }
}

impl Session for Interrupted {
    fn query(&mut self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, SessionError> {
        if sql.contains(self.word)
            && let Some(statement) = self.statements.pop_front()
        {
            match self.other.script(statement) {
                // The reader has locked it: what is read stays.
                Err(error) if error.sqlstate == LOCK_NOT_AVAILABLE => {}
                done => done?,
            }
        }
        self.session.query(sql, params)
    }

    fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64, SessionError> {
        self.session.execute(sql, params)
    }

    fn script(&mut self, sql: &str) -> Result<(), SessionError> {
        self.session.script(sql)
    }

    fn as_owner<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        work(self)
    }

    fn in_one_snapshot<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<SessionError>,
    {
        self.readings += 1;
        self.session.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        let result = work(self);
        self.session.script("ROLLBACK")?;
        result
    }
}

const SCHEMA: &str = "
    CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
    CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT one(), m mood, p positive, twice int GENERATED ALWAYS AS (id * 2) STORED);
    CREATE INDEX t_a ON t (a); ALTER TABLE t ADD CHECK (a > one());
    CREATE VIEW v AS SELECT id, m FROM t;
    CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
    CREATE FUNCTION trg() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION trg();
    CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING; CREATE POLICY po ON t USING (a = one());
    CREATE STATISTICS st ON id, a FROM t; CREATE SEQUENCE sq;
    CREATE TABLE parts (id int, k int) PARTITION BY RANGE (k); CREATE TABLE part1 PARTITION OF parts FOR VALUES FROM (1) TO (9);
    CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int); CREATE COLLATION co (LOCALE = 'C');
    CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int);
    CREATE TABLE kept (c text COLLATE co, n int DEFAULT nextval('sq'));
    CREATE PUBLICATION pub FOR TABLE t, parts;
";

/// What is dropped one after the other, with all that hangs on it.
const DROPS: [&str; 16] = [
    "DROP TRIGGER tr ON t",
    "DROP RULE r ON t",
    "DROP STATISTICS st",
    "DROP INDEX t_a",
    "DROP VIEW v",
    "DROP MATERIALIZED VIEW mv",
    "DROP AGGREGATE total (int)",
    "DROP OPERATOR === (int, int)",
    "DROP COLLATION co CASCADE",
    "DROP SEQUENCE sq CASCADE",
    "DROP DOMAIN positive CASCADE",
    "DROP TYPE mood CASCADE",
    "DROP FUNCTION one CASCADE",
    "DROP TABLE parts",
    "DROP TABLE t CASCADE",
    "DROP SCHEMA public CASCADE",
];

/// Words of the queries before which it is dropped.
const QUERIES: [&str; 3] = ["pg_get_functiondef", "pg_get_constraintdef", "pg_get_expr(p.polqual"];

#[test]
fn what_is_dropped_in_between_is_not_read_in_part() {
    let server = TestServer::shared();
    let mut noticed = 0;
    for query in QUERIES {
        let database = server.database("vanishing");
        psql(database.settings(), SCHEMA);
        let mut before = read_catalog(&mut database.session()).expect("the catalog can be read");
        for drop in DROPS {
            let mut session = Interrupted::in_database(&database, query, &[drop]);
            let seen =
                read_catalog(&mut session).unwrap_or_else(|error| panic!("{drop} before {query}: {error}"));
            assert!(session.statements.is_empty(), "{query} is no query");
            let now = read_catalog(&mut database.session()).expect("the catalog can be read");
            // All is as it was, or, read again, as it is now.
            noticed += u32::from(session.readings > 1);
            let expected = if session.readings > 1 { &now } else { &before };
            assert_eq!(seen.catalog, expected.catalog, "{drop} before {query}");
            before = now;
        }
    }
    assert!(noticed > QUERIES.len() as u32 * 8, "only {noticed} were noticed");
}

#[test]
fn an_object_that_is_always_gone_is_an_error() {
    let database = TestServer::shared().database("always_gone");
    psql(database.settings(), "CREATE TABLE a (); CREATE VIEW v AS SELECT 1 AS x");
    let swap = "DROP VIEW v; CREATE VIEW v AS SELECT 1 AS x";
    let mut session = Interrupted::in_database(&database, "pg_get_viewdef", &[swap; 9]);
    let error = read_catalog(&mut session).expect_err("it is never there");
    let is_of_a_change = matches!(error, IntrospectError::Vanished { .. } | IntrospectError::Changed { .. });
    assert!(is_of_a_change, "{error:?}");
    assert_eq!(session.readings, 5);
    let error = confiture::Error::from(error);
    assert_eq!((error.sqlstate.as_str(), error.hint.is_some()), ("55006", true));
}

/// A server that only tells its version.
struct Old;

impl Session for Old {
    fn query(&mut self, sql: &str, _: &[Param<'_>]) -> Result<Vec<Row>, SessionError> {
        let is_version = sql.contains("server_version_num");
        Ok(if is_version { vec![Row(vec![Value::Int(12)])] } else { Vec::new() })
    }

    fn execute(&mut self, _: &str, _: &[Param<'_>]) -> Result<u64, SessionError> {
        Ok(0)
    }

    fn script(&mut self, _: &str) -> Result<(), SessionError> {
        Ok(())
    }

    fn as_owner<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        work(self)
    }

    fn in_one_snapshot<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<SessionError>,
    {
        work(self)
    }
}

#[test]
fn a_server_that_is_too_old_is_refused() {
    let error = read_catalog(&mut Old).expect_err("it is too old");
    assert_eq!(error, IntrospectError::ServerTooOld { major: 12 });
    let error = confiture::Error::from(error);
    assert_eq!(error.sqlstate, "0A000");
    assert_eq!(error.message, "the server is PostgreSQL 12, and the oldest that can be read is 13");
}
