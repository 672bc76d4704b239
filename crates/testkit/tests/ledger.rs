//! The ledger against a server.

use pggit_db::ledger::{Ledger, LedgerError, LedgerName, NewRow};
use pggit_db::session::Session;
use pggit_testkit::{TestServer, psql};
use pggit_wire::WireSession;

fn name(schema: Option<&str>, table: &str) -> LedgerName {
    LedgerName { schema: schema.map(str::to_owned), table: table.to_owned() }
}

fn record(ledger: &Ledger, session: &mut WireSession, version: &str) {
    let row = NewRow { version, name: "a", checksum: "0", execution_time_ms: i64::MAX, role: None };
    ledger.record(session, &row).expect("recorded");
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
