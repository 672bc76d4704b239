//! The ledger against a server.

use pggit_db::ledger::{Ledger, LedgerError, LedgerKind, LedgerName, NewRow, RecordedNames};
use pggit_db::session::Session;
use pggit_migrate::MigrationSet;
use pggit_migrate::migration::SourceFile;
use pggit_testkit::{TestServer, psql};
use pggit_wire::WireSession;

fn name(schema: Option<&str>, table: &str) -> LedgerName {
    LedgerName { schema: schema.map(str::to_owned), table: table.to_owned(), ..LedgerName::default() }
}

fn record(ledger: &Ledger, session: &mut WireSession, version: &str) {
    let row = NewRow {
        version: version.into(),
        name: "a".into(),
        checksum: "0".into(),
        role: None,
        execution_time_ms: Some(i64::MAX),
    };
    ledger.record(session, &[row]).expect("recorded");
}

#[test]
fn made_where_the_search_path_says() {
    let database = TestServer::shared().database("ledger_made");
    let mut session = database.session();
    let usual = LedgerName::default();
    assert_eq!(Ledger::find(&mut session, &usual).expect("an answer"), None);
    session
        .script("CREATE SCHEMA \"Odd \"\"s\"; SET search_path = nowhere, \"Odd \"\"s\"")
        .expect("a schema");
    let (ledger, is_new) = Ledger::open(&mut session, &usual).expect("a ledger");
    assert!(is_new);
    assert_eq!(ledger.name().to_string(), "\"Odd \"\"s\".tb_confiture");
    record(&ledger, &mut session, "001");
    session.script("SET search_path = public").expect("another search path");
    assert_eq!(Ledger::find(&mut session, &usual).expect("an answer"), None);
    let (ledger, is_new) =
        Ledger::open(&mut session, &name(Some("Odd \"s"), "tb_confiture")).expect("a ledger");
    assert!(!is_new);
    let rows = ledger.rows(&mut session).expect("rows");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].execution_time_ms, Some(i32::MAX.into()));
    assert!(rows[0].applied_at.ends_with('Z'), "{}", rows[0].applied_at);
    ledger.remove(&mut session, rows[0].number).expect("removed");
    assert_eq!(ledger.rows(&mut session).expect("rows"), []);
    session.script("SET search_path = nowhere").expect("no search path");
    assert!(matches!(Ledger::open(&mut session, &usual), Err(LedgerError::NoSchema)));
}

#[test]
fn the_shape_is_that_of_the_other_program() {
    let database = TestServer::shared().database("ledger_shape");
    Ledger::open(&mut database.session(), &LedgerName::default()).expect("a ledger");
    let columns = psql(
        database.settings(),
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text, \
                pg_get_expr(adbin, adrelid) \
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum \
         WHERE attrelid = 'tb_confiture'::regclass AND attnum > 0 ORDER BY attnum",
    );
    assert_eq!(
        columns.trim_end(),
        "id|uuid|t||gen_random_uuid()\n\
         pk_confiture|bigint|t|a|\n\
         slug|text|t||\n\
         version|character varying(255)|t||\n\
         name|character varying(255)|t||\n\
         applied_at|timestamp with time zone|t||now()\n\
         execution_time_ms|integer|f||\n\
         checksum|character varying(64)|f||\n\
         applied_by|text|f||\n\
         archived_into|character varying(255)|f||"
    );
    let constraints = psql(
        database.settings(),
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'tb_confiture'::regclass \
         AND contype IN ('p', 'u') ORDER BY 1",
    );
    assert_eq!(
        constraints.trim_end(),
        "PRIMARY KEY (id)\nUNIQUE (pk_confiture)\nUNIQUE (slug)\nUNIQUE (version)"
    );
}

#[test]
fn earlier_versions_are_completed_and_archived_rows_do_not_count() {
    let database = TestServer::shared().database("ledger_earlier");
    let mut session = database.session();
    let usual = LedgerName::default();
    session
        .script(
            "CREATE TABLE tb_confiture (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), \
             pk_confiture bigint GENERATED ALWAYS AS IDENTITY UNIQUE, slug text NOT NULL UNIQUE, \
             version varchar(255) NOT NULL UNIQUE, name varchar(255) NOT NULL, \
             applied_at timestamptz NOT NULL DEFAULT now(), execution_time_ms integer, checksum varchar(64)); \
             INSERT INTO tb_confiture (slug, version, name) VALUES ('x', '001', 'x')",
        )
        .expect("a ledger of an earlier version");
    let found = Ledger::find(&mut session, &usual).expect("an answer").expect("a ledger");
    assert_eq!(found.rows(&mut session).expect("rows").len(), 1);
    let (ledger, is_new) = Ledger::open(&mut session, &usual).expect("a ledger");
    assert!(!is_new);
    record(&ledger, &mut session, "002");
    session.script("UPDATE tb_confiture SET archived_into = '003' WHERE version = '001'").expect("archived");
    let versions: Vec<String> =
        ledger.rows(&mut session).expect("rows").into_iter().map(|row| row.version).collect();
    assert_eq!(versions, ["002"]);
}

#[test]
fn another_table_of_that_name_is_refused() {
    let database = TestServer::shared().database("ledger_other");
    let mut session = database.session();
    session.script("CREATE TABLE tb_confiture (id int, version text, name text)").expect("a table");
    let error = Ledger::open(&mut session, &LedgerName::default()).expect_err("no ledger");
    assert_eq!(
        error.to_string(),
        "table public.tb_confiture is not a ledger of migrations: it has no column \"pk_confiture\", \"slug\", \
         \"applied_at\", \"execution_time_ms\", \"checksum\""
    );
}

fn set(files: &[&str]) -> MigrationSet {
    let file = |name: &&str| SourceFile { name: format!("m/{name}"), bytes: b" SELECT 1;\n".to_vec() };
    MigrationSet::from_files(files.iter().map(file).collect()).expect("a set")
}

fn pgdbm(module: &str) -> LedgerKind {
    LedgerKind::Pgdbm { module: module.to_owned() }
}

/// Records all migrations of a set.
fn record_all(ledger: &Ledger, session: &mut WireSession, set: &MigrationSet) {
    let rows = ledger.rows(session).expect("rows");
    let mut names = RecordedNames::new(ledger, &rows);
    for migration in set.migrations() {
        let row = NewRow { execution_time_ms: Some(7), ..names.row(migration) };
        ledger.record(session, &[row]).expect("recorded");
    }
}

#[test]
fn many_at_once_are_in_their_order() {
    let database = TestServer::shared().database("ledger_many");
    let mut session = database.session();
    let files = ["001_a.sql", "002_b.sql", "003_c.sql", "R__v.sql"];
    for kind in [LedgerKind::Confiture, LedgerKind::Fraiseql, pgdbm("m")] {
        let (ledger, _) = Ledger::open(&mut session, &LedgerName::new(kind.clone())).expect("a ledger");
        record_all(&ledger, &mut session, &set(&files[1..2]));
        let (set, mut names) = (set(&files), RecordedNames::new(&ledger, &[]));
        let rows: Vec<_> = set.migrations().iter().map(|migration| names.row(migration)).collect();
        ledger.record(&mut session, &rows).expect("recorded");
        let found: Vec<String> =
            ledger.rows(&mut session).expect("rows").iter().map(|row| row.identity.to_string()).collect();
        // The second has the first number, and all have one time now.
        assert_eq!(found, ["002", "001", "003", "R__v"], "{kind:?}");
    }
}

/// `number identity version name` of each row.
fn shown(ledger: &Ledger, session: &mut WireSession) -> Vec<String> {
    let rows = ledger.rows(session).expect("rows");
    rows.iter().map(|row| format!("{} {} {} {}", row.number, row.identity, row.version, row.name)).collect()
}

/// Names and types of the columns, and the keys.
fn columns(session: &mut WireSession, table: &str) -> String {
    let sql = format!(
        "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END, \
                ', ' ORDER BY attnum) || (SELECT string_agg('; ' || pg_get_constraintdef(c.oid), '' ORDER BY contype) \
                FROM pg_constraint c WHERE conrelid = '{table}'::regclass AND contype IN ('p', 'u')) \
         FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0"
    );
    let rows = session.query(&sql, &[]).expect("columns");
    rows[0].text(0).expect("text").to_owned()
}

#[test]
fn the_ledger_of_fraiseql() {
    let database = TestServer::shared().database("ledger_fraiseql");
    let mut session = database.session();
    let (ledger, is_new) =
        Ledger::open(&mut session, &LedgerName::new(LedgerKind::Fraiseql)).expect("a ledger");
    assert!(is_new);
    assert_eq!(
        columns(&mut session, "fraiseql_migrations"),
        "version text not null, applied_at timestamp with time zone not null, checksum character varying(64), \
         execution_time_ms integer, applied_by text, id bigint not null; PRIMARY KEY (version); UNIQUE (id)"
    );
    record_all(&ledger, &mut session, &set(&["001_a.sql", "002_b.up.sql", "R__v.sql"]));
    session
        .script("INSERT INTO fraiseql_migrations (version, applied_at) VALUES ('003_add_indexes', NOW())")
        .expect("the documented statement");
    let expected = [
        "1 001 001_a 001_a",
        "2 002 002_b 002_b",
        "3 R__v R__v R__v",
        "4 003 003_add_indexes 003_add_indexes",
    ];
    assert_eq!(shown(&ledger, &mut session), expected);
    record_all(&ledger, &mut session, &set(&["003_other.sql", "R__v.sql"]));
    let rows = ledger.rows(&mut session).expect("rows");
    assert_eq!(
        rows.iter().map(|row| row.version.as_str()).collect::<Vec<_>>(),
        ["001_a", "002_b", "003_add_indexes", "R__v"]
    );
    assert!(rows.iter().all(|row| row.checksum.is_some() && row.execution_time_ms == Some(7)), "{rows:?}");
    ledger.remove(&mut session, rows[0].number).expect("removed");
    ledger.set_checksum(&mut session, rows[1].number, "f00").expect("a checksum");
    let rows = ledger.rows(&mut session).expect("rows");
    assert_eq!((rows.len(), rows[0].checksum.as_deref()), (3, Some("f00")));
}

#[test]
fn a_ledger_of_version_and_time_alone_is_completed() {
    let database = TestServer::shared().database("ledger_by_hand");
    let mut session = database.session();
    session
        .script(
            "CREATE TABLE fraiseql_migrations (version varchar(100), applied_at timestamp); \
             INSERT INTO fraiseql_migrations VALUES ('002_b.sql', now()), ('001_a', now()), (NULL, now())",
        )
        .expect("a table");
    let name = LedgerName::new(LedgerKind::Fraiseql);
    let found = Ledger::find(&mut session, &name).expect("an answer").expect("a ledger");
    assert_eq!(shown(&found, &mut session), ["1 001 001_a 001_a", "2 002 002_b.sql 002_b.sql"]);
    let (ledger, is_new) = Ledger::open(&mut session, &name).expect("a ledger");
    assert!(!is_new);
    record_all(&ledger, &mut session, &set(&["003_c.sql"]));
    assert_eq!(ledger.rows(&mut session).expect("rows").len(), 3);
}

#[test]
fn the_ledger_of_pgdbm() {
    let database = TestServer::shared().database("ledger_pgdbm");
    let mut session = database.session();
    session.script("CREATE SCHEMA \"My Schema\"; SET timezone = 'Asia/Tokyo'").expect("a schema");
    let name = |module| LedgerName { schema: Some("My Schema".to_owned()), ..LedgerName::new(pgdbm(module)) };
    let (auth, is_new) = Ledger::open(&mut session, &name("auth")).expect("a ledger");
    assert!(is_new);
    let (billing, is_new) = Ledger::open(&mut session, &name("billing")).expect("a ledger");
    assert!(!is_new);
    assert_eq!(
        columns(&mut session, "\"My Schema\".schema_migrations"),
        "id integer not null, module_name character varying(255) not null, version character varying(255) not null, \
         filename character varying(255) not null, checksum character varying(64) not null, \
         applied_at timestamp without time zone, execution_time_ms integer; PRIMARY KEY (id); UNIQUE (module_name, version)"
    );
    record_all(&auth, &mut session, &set(&["001_initial.sql", "V2__b.sql", "R__v.sql"]));
    record_all(&billing, &mut session, &set(&["001_initial.sql", "seed.sql"]));
    assert_eq!(
        shown(&auth, &mut session),
        ["1 001 001 001_initial.sql", "2 2 2 V2__b.sql", "3 R__v R__v R__v.sql"]
    );
    assert_eq!(shown(&billing, &mut session), ["4 001 001 001_initial.sql", "5 seed seed seed.sql"]);
    let rows = auth.rows(&mut session).expect("rows");
    // SHA-256 of "SELECT 1;".
    assert_eq!(
        rows[0].checksum.as_deref(),
        Some("17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a")
    );
    let now = session.query("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')", &[]).expect("a day");
    assert!(rows[0].applied_at.starts_with(now[0].text(0).expect("text")), "{}", rows[0].applied_at);
    record_all(&auth, &mut session, &set(&["R__v.sql"]));
    assert_eq!(auth.rows(&mut session).expect("rows").len(), 3);
}

#[test]
fn rollback_sql_beside_the_ledger() {
    let database = TestServer::shared().database("ledger_rollback");
    let mut session = database.session();
    for (kind, table) in [
        (pgdbm("m"), "public.migration_history"),
        (LedgerKind::Confiture, "public.tb_confiture_rollback"),
        (LedgerKind::Fraiseql, "public.fraiseql_migrations_rollback"),
    ] {
        let (ledger, _) = Ledger::open(&mut session, &LedgerName::new(kind)).expect("a ledger");
        assert_eq!(ledger.rollbacks_name().to_string(), table);
        record_all(&ledger, &mut session, &set(&["001_a.sql", "002_b.sql"]));
        assert!(ledger.rollbacks(&mut session).expect("none").is_empty());
        let error = ledger.record_rollback(&mut session, 99, "x").expect_err("no such row");
        assert_eq!(error.to_string(), format!("there is no migration 99 in {}", ledger.name()));
        for (number, sql) in [(1, "first"), (1, "DROP TABLE a;"), (2, "DROP TABLE b;")] {
            ledger.record_rollback(&mut session, number, sql).expect("recorded");
        }
        let found = ledger.rollbacks(&mut session).expect("rollbacks");
        assert_eq!(found.get(&1).map(String::as_str), Some("DROP TABLE a;"));
        ledger.remove(&mut session, 1).expect("removed");
        assert_eq!(ledger.rollbacks(&mut session).expect("rollbacks").len(), 1);
    }
    session
        .script("DROP TABLE migration_history; CREATE TABLE migration_history (id int)")
        .expect("another table");
    let ledger =
        Ledger::find(&mut session, &LedgerName::new(pgdbm("m"))).expect("an answer").expect("a ledger");
    assert!(matches!(ledger.rollbacks(&mut session), Err(LedgerError::NotRollbacks { .. })));
}
