//! Reading the catalog of a real server into the model.

use std::path::Path;

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::ident::QualifiedName;
use pggit_catalog::object::{Body, Object};
use pggit_db::introspect::{Snapshot, read_catalog};
use pggit_db::session::Session;
use pggit_testkit::{TestDatabase, TestServer, psql};

fn read(database: &TestDatabase) -> Snapshot {
    read_catalog(&mut database.session()).expect("the catalog can be read")
}

fn loaded(name: &str, sql: &str) -> TestDatabase {
    let database = TestServer::shared().database(name);
    psql(database.settings(), sql);
    database
}

fn blobs(snapshot: &Snapshot) -> Vec<Vec<u8>> {
    snapshot.catalog.iter().map(Object::to_blob).collect()
}

fn object<'a>(snapshot: &'a Snapshot, kind: ObjectKind, name: &str) -> &'a Object {
    let found =
        snapshot.catalog.iter().find(|object| object.address.kind == kind && object.address.name == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}

fn needs(object: &Object) -> Vec<String> {
    let text = |part: &Option<Part>| part.as_ref().map_or(String::new(), |part| format!(" [{part}]"));
    object
        .dependencies()
        .iter()
        .map(|needed| {
            let part = needed.part.as_ref().map_or("whole".to_owned(), Part::to_string);
            format!("{part} -> {} {}{}", needed.on.kind, needed.on, text(&needed.on_part))
        })
        .collect()
}

#[test]
fn the_example_schema_reads_the_same_from_two_databases() {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let file = |name: &str| std::fs::read_to_string(shop.join(name)).expect("the example is there");
    let sql = format!("{}\n{}", file("roles.sql"), file("schema.sql"));
    let (one, two) = (loaded("shop one", &sql), loaded("shop two", &sql));
    let (first, second) = (read(&one), read(&two));
    assert!(first.catalog.len() > 50, "{} objects", first.catalog.len());
    assert_eq!(blobs(&first), blobs(&second));
    assert_eq!(first.unmodelled, second.unmodelled);
    assert_eq!(read(&one), first);
    for object in first.catalog.iter() {
        let blob = object.to_blob();
        assert_eq!(Object::from_blob(&blob).expect("a blob can be read").to_blob(), blob);
    }
}

#[test]
fn an_empty_database_has_the_schema_public_without_grants() {
    let snapshot = read(&TestServer::shared().database("empty"));
    let addresses: Vec<String> = snapshot.catalog.iter().map(|object| object.address.to_string()).collect();
    assert_eq!(addresses, ["public"]);
    assert!(object(&snapshot, ObjectKind::Schema, "public").common.grants.is_empty());
    assert!(snapshot.unmodelled.is_empty());
}

#[test]
fn grants_are_differences_from_the_default() {
    let database = loaded(
        "grants",
        "CREATE TABLE t (a int, b int);
         GRANT SELECT ON t TO pg_monitor WITH GRANT OPTION; REVOKE TRUNCATE ON t FROM CURRENT_USER;
         GRANT UPDATE (b) ON t TO PUBLIC;
         CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION f() FROM PUBLIC;
         DROP SCHEMA public CASCADE; CREATE SCHEMA public;
         CREATE TABLE t (a int, b int); GRANT SELECT ON t TO pg_monitor WITH GRANT OPTION;
         REVOKE TRUNCATE ON t FROM CURRENT_USER; GRANT UPDATE (b) ON t TO PUBLIC;
         CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION f() FROM PUBLIC;",
    );
    let snapshot = read(&database);
    let grants = |kind, name| -> Vec<(String, bool, bool)> {
        let grants = &object(&snapshot, kind, name).common.grants;
        grants.iter().map(|(key, grant)| (key.clone(), grant.grantable, grant.revoked)).collect()
    };
    assert_eq!(
        grants(ObjectKind::Table, "t"),
        [("SELECT TO pg_monitor".into(), true, false), ("TRUNCATE TO postgres".into(), false, true)]
    );
    assert_eq!(grants(ObjectKind::Routine, "f"), [("EXECUTE TO PUBLIC".into(), false, true)]);
    assert_eq!(grants(ObjectKind::Schema, "public"), [("USAGE TO PUBLIC".into(), false, true)]);
    let Body::Table(table) = &object(&snapshot, ObjectKind::Table, "t").body else { panic!("a table") };
    assert_eq!(table.columns["b"].grants.keys().collect::<Vec<_>>(), ["UPDATE TO PUBLIC"]);
}

#[test]
fn dependencies_name_objects_and_parts() {
    let database = loaded(
        "dependencies",
        "CREATE EXTENSION citext;
         CREATE TYPE mood AS ENUM ('a');
         CREATE TYPE floats AS RANGE (subtype = float8);
         CREATE TABLE one (id serial PRIMARY KEY, c citext[], m mood DEFAULT 'a');
         CREATE TABLE two (one_id int REFERENCES one, number int GENERATED ALWAYS AS IDENTITY,
                           twice int GENERATED ALWAYS AS (one_id * 2) STORED);
         CREATE VIEW v AS SELECT id, floats(1, 2) FROM one;
         CREATE INDEX i ON one (m);",
    );
    let snapshot = read(&database);
    assert_eq!(
        needs(object(&snapshot, ObjectKind::Table, "one")),
        [
            "whole -> schema public",
            "column c -> extension citext",
            "column m -> type public.mood",
            "default id -> sequence public.one_id_seq",
            "default m -> type public.mood",
            "constraint one_pkey -> table public.one [column id]",
        ]
    );
    assert_eq!(
        needs(object(&snapshot, ObjectKind::Table, "two")),
        [
            "whole -> schema public",
            "default twice -> table public.two [column one_id]",
            "constraint two_one_id_fkey -> table public.one [column id]",
            "constraint two_one_id_fkey -> table public.one [constraint one_pkey]",
            "constraint two_one_id_fkey -> table public.two [column one_id]",
        ]
    );
    assert_eq!(needs(object(&snapshot, ObjectKind::Sequence, "one_id_seq")), ["whole -> schema public"]);
    assert_eq!(needs(object(&snapshot, ObjectKind::Index, "i")), ["whole -> table public.one [column m]"]);
    let of_view = needs(object(&snapshot, ObjectKind::View, "v"));
    assert!(of_view.contains(&"whole -> table public.one [column id]".to_owned()), "{of_view:?}");
    assert!(of_view.contains(&"whole -> type public.floats".to_owned()), "{of_view:?}");
    let sequences =
        snapshot.catalog.iter().filter(|object| object.address.kind == ObjectKind::Sequence).count();
    assert_eq!(sequences, 1, "the sequence of an identity column is no object");
    let routines =
        snapshot.catalog.iter().filter(|object| object.address.kind == ObjectKind::Routine).count();
    assert_eq!(routines, 0, "the constructors of a range type are no objects");
}

#[test]
fn partitions_and_what_they_inherit() {
    let database = loaded(
        "partitions",
        "CREATE TABLE part (k int PRIMARY KEY, at timestamptz) PARTITION BY RANGE (k);
         CREATE TABLE p1 PARTITION OF part FOR VALUES FROM (0) TO (10);
         CREATE INDEX by_at ON part (at);
         CREATE TABLE child (k int REFERENCES part);",
    );
    let snapshot = read(&database);
    let Body::Table(p1) = &object(&snapshot, ObjectKind::Table, "p1").body else { panic!("a table") };
    let partition = p1.partition.as_ref().expect("it is a partition");
    assert_eq!(partition.parent, QualifiedName::new("public", "part"));
    assert_eq!(partition.bound, "FOR VALUES FROM (0) TO (10)");
    assert!(p1.inherits.is_empty());
    assert!(p1.constraints["p1_pkey"].inherited.0);
    assert_eq!(p1.constraints["p1_pkey"].index_parent, Some(QualifiedName::new("public", "part_pkey")));
    let Body::Index(index) = &object(&snapshot, ObjectKind::Index, "p1_at_idx").body else {
        panic!("an index")
    };
    assert_eq!(index.parent, Some(QualifiedName::new("public", "by_at")));
    let Body::Table(child) = &object(&snapshot, ObjectKind::Table, "child").body else { panic!("a table") };
    assert_eq!(child.constraints.keys().collect::<Vec<_>>(), ["child_k_fkey"]);
}

#[test]
fn odd_names_and_tables_that_hide_catalogs() {
    let name = "Odd \"n\"\n';é".to_owned() + &"x".repeat(60);
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    let database = TestServer::shared().database("odd names");
    let mut session = database.session();
    session
        .script(&format!(
            "CREATE SCHEMA {quoted}; CREATE TABLE {quoted}.{quoted} ({quoted} int CONSTRAINT {quoted} CHECK ({quoted} > 0));
             CREATE TEMPORARY TABLE pg_class (x int); SET search_path = {quoted}, public; SET DateStyle = 'German'"
        ))
        .expect("the script runs");
    let setting = |session: &mut pggit_wire::WireSession, name: &str| {
        let rows = session.query(&format!("SHOW {name}"), &[]).expect("it is shown");
        rows[0].text(0).expect("a text").to_owned()
    };
    let before = (setting(&mut session, "search_path"), setting(&mut session, "DateStyle"));
    let snapshot = read_catalog(&mut session).expect("the catalog can be read");
    let stored = &name[..63];
    let address = ObjectAddress::new(ObjectKind::Table, stored, stored);
    let Some(Body::Table(table)) = snapshot.catalog.get(&address).map(|object| &object.body) else {
        panic!("no table {address}")
    };
    assert!(table.columns.contains_key(stored) && table.constraints.contains_key(stored));
    assert_eq!((setting(&mut session, "search_path"), setting(&mut session, "DateStyle")), before);
    session.script("BEGIN").expect("it begins");
    read_catalog(&mut session).expect("the catalog can be read in a transaction");
    assert_eq!((setting(&mut session, "search_path"), setting(&mut session, "DateStyle")), before);
    session.script("ROLLBACK").expect("it ends");
}

#[test]
fn ledgers_of_migration_tools_are_told_from_tables_of_their_name() {
    let database = loaded(
        "ledgers",
        "CREATE TABLE pgmigrations (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL);
         CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
         CREATE TABLE flyway_schema_history (a int);
         CREATE SCHEMA pggit; CREATE TABLE pggit.ignore (pattern text);
         INSERT INTO pggit.ignore VALUES ('public.scratch\\_%');
         CREATE TABLE scratch_1 (a serial); CREATE INDEX ON scratch_1 (a); CREATE TABLE scratchy (a int);",
    );
    let snapshot = read(&database);
    let addresses: Vec<String> = snapshot.catalog.iter().map(|object| object.address.to_string()).collect();
    assert_eq!(addresses, ["public", "public.flyway_schema_history", "public.scratchy"]);
}

#[test]
fn what_is_not_modelled_is_reported() {
    let database = loaded(
        "unmodelled",
        "SELECT lo_create(4711); CREATE TABLE t (a int PRIMARY KEY); ALTER INDEX t_pkey DEPENDS ON EXTENSION plpgsql;
         CREATE TYPE floats AS RANGE (subtype = float8);",
    );
    let found: Vec<String> =
        read(&database).unmodelled.iter().map(|found| format!("{} {}", found.kind, found.identity)).collect();
    assert_eq!(found, ["extension dependency index public.t_pkey of public.t on plpgsql", "large objects 1"]);
}

#[test]
fn secrets_are_read_by_who_may_see_them_and_kept_out_of_commits() {
    let database = loaded(
        "secrets",
        "DO $$ BEGIN CREATE ROLE introspect_nobody LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;
         CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'x'); CREATE USER MAPPING FOR postgres SERVER far;
         CREATE SUBSCRIPTION \"Sub 1\" CONNECTION 'password=x' PUBLICATION p WITH (connect = false, slot_name = NONE);",
    );
    let names = |snapshot: &Snapshot| -> (Vec<String>, Vec<String>) {
        let address = |object: &Object| format!("{} {}", object.address.kind, object.address);
        let unmodelled = snapshot.unmodelled.iter().map(|found| format!("{} {}", found.kind, found.identity));
        (snapshot.catalog.iter().skip(3).map(address).collect(), unmodelled.collect())
    };
    let all = read(&database);
    let (public, postgres) = ("user mapping for PUBLIC server far", "user mapping for postgres server far");
    assert_eq!(names(&all), (vec![public.into(), postgres.into(), "subscription \"Sub 1\"".into()], vec![]));
    let reported =
        ["subscription \"Sub 1\"", "user mapping public on server far"].map(str::to_owned).to_vec();
    assert_eq!(names(&all.without_secrets()), (vec![postgres.into()], reported.clone()));
    let settings = database.settings().with_user("introspect_nobody");
    let mut session = pggit_wire::WireSession::connect(&settings).expect("it connects");
    let mut hidden = reported;
    hidden.insert(1, "user mapping postgres on server far".into());
    assert_eq!(names(&read_catalog(&mut session).expect("a catalog")), (vec![], hidden));
}

#[test]
fn a_role_without_rights_reads_the_same() {
    let database = loaded(
        "rights",
        "DO $$ BEGIN CREATE ROLE introspect_nobody LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         CREATE SCHEMA hidden; CREATE TABLE hidden.t (a int); CREATE VIEW hidden.v AS SELECT a FROM hidden.t;
         CREATE FUNCTION hidden.f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    );
    let settings = database.settings().with_user("introspect_nobody");
    let mut session = pggit_wire::WireSession::connect(&settings).expect("it connects");
    assert_eq!(read_catalog(&mut session).expect("the catalog can be read"), read(&database));
}

#[test]
fn names_of_not_null_constraints_are_kept_where_the_server_has_them() {
    let database = loaded(
        "not null",
        "CREATE TABLE before (a int NOT NULL, b int CONSTRAINT given NOT NULL); ALTER TABLE before RENAME TO after;
         CREATE TABLE plain (a int NOT NULL);",
    );
    let has_names = psql(database.settings(), "SELECT current_setting('server_version_num')::int >= 180000")
        .trim()
        == "t";
    let snapshot = read(&database);
    let name = |table: &str, column: &str| {
        let Body::Table(body) = &object(&snapshot, ObjectKind::Table, table).body else { panic!("a table") };
        body.columns[column].not_null_name.0.clone()
    };
    let expected = |name: &str| has_names.then(|| name.to_owned());
    assert_eq!(name("after", "a"), expected("before_a_not_null"));
    assert_eq!(name("after", "b"), expected("given"));
    assert_eq!(name("plain", "a"), None);
}

#[test]
fn what_not_null_constraints_say_is_kept_where_the_server_has_them() {
    if TestServer::shared().major() < 18 {
        return;
    }
    let database = loaded(
        "not null constraints",
        "CREATE TABLE parent (a int NOT NULL NO INHERIT, b int, c int NOT NULL); CREATE TABLE child () INHERITS (parent);
         ALTER TABLE parent ADD CONSTRAINT \"B's\" NOT NULL b NOT VALID; ALTER TABLE child ALTER c SET NOT NULL;
         COMMENT ON CONSTRAINT \"B's\" ON parent IS 'old rows';
         CREATE DOMAIN filled AS text CONSTRAINT is_filled NOT NULL;
         COMMENT ON CONSTRAINT is_filled ON DOMAIN filled IS 'never empty';",
    );
    let snapshot = read(&database);
    let column = |table: &str, name: &str| {
        let Body::Table(body) = &object(&snapshot, ObjectKind::Table, table).body else { panic!("a table") };
        body.columns[name].clone()
    };
    let (a, b, c) = (column("parent", "a"), column("parent", "b"), column("child", "c"));
    assert!(a.not_null && a.not_null_no_inherit && !column("child", "a").not_null);
    assert!(b.not_null && b.not_null_not_valid && !b.not_null_no_inherit);
    assert_eq!(
        (b.not_null_comment.as_deref(), column("child", "b").not_null_comment),
        (Some("old rows"), None)
    );
    assert!(c.not_null_declared.0 && !column("child", "b").not_null_declared.0);
    let reported: Vec<&str> = snapshot.unmodelled.iter().map(|found| found.identity.as_str()).collect();
    assert_eq!(reported, ["is_filled on public.filled"]);
}
