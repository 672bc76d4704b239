//! Test databases, dumps and `psql`.

use pggit_testkit::{TestServer, assert_same_dump, dump, dump_with_rows, psql, try_psql};
use pggit_wire::session::WireSession;

const SCHEMA: &str = r#"
CREATE TABLE "Odd ""name" (id int PRIMARY KEY, note text DEFAULT 'a;
-- b');
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$
-- not a comment of the dump
SELECT 1; $$;
COMMENT ON FUNCTION f() IS E'it''s; \\ odd';
"#;

#[test]
fn databases_are_apart_and_vanish() {
    let server = TestServer::shared();
    let (a, b) = (server.database("a"), server.database("b"));
    psql(a.settings(), "CREATE TABLE only_a ()");
    assert_eq!(psql(a.settings(), "SELECT 'only_a'::regclass, 1"), "only_a|1\n");
    assert!(
        try_psql(b.settings(), "SELECT 'only_a'::regclass")
            .expect_err("not there")
            .contains("does not exist")
    );
    let gone = a.settings().clone();
    drop(a);
    assert_eq!(WireSession::connect(&gone).expect_err("dropped").sqlstate, "3D000");
}

#[test]
fn equal_schemas_have_equal_dumps() {
    let server = TestServer::shared();
    let (a, b) = (server.database("a"), server.database("b"));
    psql(a.settings(), SCHEMA);
    psql(b.settings(), SCHEMA);
    let text = dump(a.settings());
    assert!(
        text.contains("-- not a comment of the dump")
            && text.contains("CREATE TABLE public.\"Odd \"\"name\"")
    );
    assert!(!text.contains("restrict") && !text.contains("Dumped from") && !text.contains("SET "), "{text}");
    assert_same_dump(&text, &dump(b.settings()));
    psql(a.settings(), "INSERT INTO \"Odd \"\"name\" VALUES (1, 'x'), (2, NULL)");
    psql(b.settings(), "INSERT INTO \"Odd \"\"name\" VALUES (2, NULL), (1, 'x')");
    assert_same_dump(&dump(a.settings()), &dump(b.settings()));
    let rows = dump_with_rows(a.settings());
    assert!(rows.contains("VALUES (1, 'x');"), "{rows}");
    assert_same_dump(&rows, &dump_with_rows(b.settings()));
}

#[test]
#[should_panic(expected = "+    b integer")]
fn different_dumps_are_shown() {
    let server = TestServer::shared();
    let (a, b) = (server.database("a"), server.database("b"));
    psql(a.settings(), "CREATE TABLE t (a integer)");
    psql(b.settings(), "CREATE TABLE t (a integer,\nb integer)");
    assert_same_dump(&dump(a.settings()), &dump(b.settings()));
}

#[test]
fn copies_have_rows() {
    let server = TestServer::shared();
    let original = server.database("original");
    psql(original.settings(), "CREATE TABLE t AS SELECT 1 AS a");
    let copy = server.copy_of(original.name(), "copy");
    assert_same_dump(&dump_with_rows(original.settings()), &dump_with_rows(copy.settings()));
}
