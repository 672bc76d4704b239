//! Sessions and scratch databases on a private server.

use std::sync::{Arc, Mutex};

use pggit_db::session::{Param, Row, Session, SessionError, Value};
use pggit_wire::scratch::ScratchDatabase;
use pggit_wire::server::{PrivateServer, ServerOptions};
use pggit_wire::session::{Isolation, WireSession};
use pggit_wire::settings::ConnectionSettings;

/// One server for all that is checked here.
#[test]
fn sessions() {
    let server = PrivateServer::throw_away(ServerOptions::default()).expect("a server");
    let settings = server.settings("postgres");
    values(&settings);
    parameters(&settings);
    errors(&settings);
    unreachable_servers(&settings);
    transactions(&settings);
    one_snapshot(&settings);
    notices(&settings);
    copy(&settings);
    statements_together(&settings);
    odd_names(&settings);
    scratch_databases(&settings);
}

fn connect(settings: &ConnectionSettings) -> WireSession {
    WireSession::connect(settings).expect("connected")
}

fn one(session: &mut WireSession, sql: &str, params: &[Param<'_>]) -> Vec<Value> {
    let mut rows = session.query(sql, params).expect(sql);
    assert_eq!(rows.len(), 1, "{sql}");
    rows.remove(0).0
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn values(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    assert_eq!(
        one(
            &mut session,
            "SELECT true, 1::int2, -2::int4, 3::int8, 4294967295::oid, NULL::bool, NULL::text[]",
            &[]
        ),
        [
            Value::Bool(true),
            Value::Int(1),
            Value::Int(-2),
            Value::Int(3),
            Value::Int(4_294_967_295),
            Value::Null,
            Value::Null
        ]
    );
    assert_eq!(
        one(
            &mut session,
            "SELECT 'ü'::text, 'v'::varchar(3), 'n'::name, 'r'::\"char\", ''::\"char\", 'u', '\\x00ff'::bytea",
            &[]
        ),
        [text("ü"), text("v"), text("n"), text("r"), text(""), text("u"), Value::Bytes(vec![0, 255])]
    );
    assert_eq!(
        one(&mut session, "SELECT ARRAY['a', NULL, '']::text[], ARRAY['n']::name[], '{}'::text[]", &[]),
        [
            Value::TextArray(vec![Some("a".into()), None, Some(String::new())]),
            Value::TextArray(vec![Some("n".into())]),
            Value::TextArray(vec![])
        ]
    );
    session.script("CREATE DOMAIN d AS text; CREATE TYPE e AS ENUM ('x')").expect("created");
    assert_eq!(one(&mut session, "SELECT 'x'::d", &[]), [text("x")]);
    for sql in ["SELECT 1.5", "SELECT 'x'::e", "SELECT now() AS \"when\"", "SELECT '{1}'::int4[]"] {
        let error = session.query(sql, &[]).expect_err(sql);
        assert_eq!(error.sqlstate, "XX000", "{error:?}");
        assert!(error.hint.expect("a hint").contains("Cast"), "{sql}");
    }
    assert_eq!(session.query("SELECT 1 WHERE false", &[]), Ok(vec![]));
    assert_eq!(session.query("SELECT", &[]), Ok(vec![Row(vec![])]));
    assert_eq!(
        one(&mut session, "SELECT current_setting('jit'), current_setting('application_name')", &[]),
        [text("off"), text("pggit")]
    );
}

fn parameters(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    let odd = "a'b\"c\\\n$1;--ü";
    let texts = [odd.to_owned(), String::new()];
    let nullable = [Some(odd.to_owned()), None];
    let blobs = [vec![0u8, 1, 255], vec![]];
    assert_eq!(
        one(
            &mut session,
            "SELECT $1, $2, $3, $4, $5, $6, $7, $8[1], $8[2], pg_catalog.array_length($8, 1), $9[2], pg_catalog.pg_typeof($1)::text, $10",
            &[
                Param::Null,
                Param::Bool(true),
                Param::Int(i64::MIN),
                Param::Text(odd),
                Param::Bytes(&[0, 255]),
                Param::TextArray(&texts),
                Param::NullableTextArray(&nullable),
                Param::BytesArray(&blobs),
                Param::IntArray(&[1, i64::MAX]),
                Param::TextArray(&[]),
            ]
        ),
        [
            Value::Null,
            Value::Bool(true),
            Value::Int(i64::MIN),
            text(odd),
            Value::Bytes(vec![0, 255]),
            Value::TextArray(vec![Some(odd.into()), Some(String::new())]),
            Value::TextArray(vec![Some(odd.into()), None]),
            Value::Bytes(vec![0, 1, 255]),
            Value::Bytes(vec![]),
            Value::Int(2),
            Value::Int(i64::MAX),
            text("text"),
            Value::TextArray(vec![]),
        ]
    );
    session.script("CREATE TEMP TABLE t (a int8)").expect("created");
    let insert = "INSERT INTO t SELECT pg_catalog.unnest($1)";
    assert_eq!(session.execute(insert, &[Param::IntArray(&[1, 2, 3])]), Ok(3));
    assert_eq!(session.execute("DELETE FROM t WHERE a > $1", &[Param::Int(1)]), Ok(2));
}

fn errors(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    let error = session.query("SELECT 'ü', nothing", &[]).expect_err("no such column");
    assert_eq!((error.sqlstate.as_str(), error.position), ("42703", Some(13)), "{error:?}");
    let error = session.script("SELECT 1;\nSELEC").expect_err("a syntax error");
    assert_eq!((error.sqlstate.as_str(), error.position), ("42601", Some(11)), "{error:?}");
    let raise = "DO $$ BEGIN RAISE EXCEPTION 'odd' USING DETAIL = 'd', HINT = 'h', ERRCODE = '22012'; END $$";
    let error = session.execute(raise, &[]).expect_err("raised");
    assert_eq!(error.sqlstate, "22012");
    assert_eq!(
        (error.message.as_str(), error.detail.as_deref(), error.hint.as_deref()),
        ("odd", Some("d"), Some("h"))
    );
    assert!(error.context.expect("a context").contains("PL/pgSQL"));
    for sql in ["SELECT 1; SELECT 2", "SELECT $1"] {
        assert!(session.query(sql, &[]).is_err(), "{sql}");
    }
    let error = session.script("SELECT 1\0; DROP TABLE t").expect_err("a zero byte");
    assert_eq!((error.sqlstate.as_str(), error.position), ("22021", Some(9)));
    assert_eq!(session.query("SELECT $1", &[Param::Text("a\0")]).expect_err("a zero byte").sqlstate, "22021");
    assert_eq!(one(&mut session, "SELECT 1", &[]), [Value::Int(1)]);
    let end = "SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())";
    let error = session.query(end, &[]).expect_err("ended");
    // The client library sees either the message or the end of the connection first.
    assert!(["57P01", "08006"].contains(&error.sqlstate.as_str()), "{error:?}");
    assert!(session.query("SELECT 1", &[]).expect_err("ended").sqlstate.starts_with("08"));
    assert_eq!(session.query("SELECT 1", &[]).expect_err("ended").sqlstate, "08003");
}

fn unreachable_servers(settings: &ConnectionSettings) {
    let connecting =
        |url: &str| WireSession::connect(&ConnectionSettings::parse(url).expect(url)).expect_err(url);
    let error = connecting("postgresql://u:hunter2@/shop?host=/nowhere&port=5999");
    assert_eq!(error.sqlstate, "08001");
    assert_eq!(error.message, "could not connect to database \"shop\" on \"/nowhere\", port 5999");
    assert!(!format!("{error:?}").contains("hunter2"));
    assert_eq!(connecting("postgresql://u@127.0.0.1:1/shop").sqlstate, "08001");
    assert_eq!(connecting("postgresql://u@127.0.0.1:1/shop?sslmode=require").sqlstate, "08001");
    let missing = WireSession::connect(&settings.with_dbname("no such")).expect_err("no such database");
    assert_eq!(missing.sqlstate, "3D000");
}

fn transactions(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    session.script("CREATE TABLE kept (a text)").expect("created");
    let insert = |session: &mut WireSession, value: &str| {
        session.execute("INSERT INTO kept VALUES ($1)", &[Param::Text(value)])
    };
    let count = |session: &mut WireSession| one(session, "SELECT pg_catalog.count(*) FROM kept", &[]);
    assert_eq!(session.in_transaction(), Ok(false));
    session
        .transaction(|session| {
            insert(session, "a")?;
            assert_eq!(session.in_transaction(), Ok(true));
            let inner = session.transaction(|session| {
                insert(session, "b")?;
                session.script("SELECT 1/0")
            });
            assert_eq!(inner.expect_err("a division").sqlstate, "22012");
            session.transaction(|session| insert(session, "c")).map(|_| ())
        })
        .expect("committed");
    assert_eq!(session.in_transaction(), Ok(false));
    assert_eq!(count(&mut session), [Value::Int(2)]);
    let error = session.transaction(|session| {
        insert(session, "d")?;
        Err::<(), _>(SessionError { sqlstate: "mine!".into(), ..SessionError::default() })
    });
    assert_eq!(error.expect_err("mine").sqlstate, "mine!");
    let swallowed = session.transaction::<_, SessionError>(|session| {
        insert(session, "e")?;
        session.script("SELECT 1/0").expect_err("a division");
        assert_eq!(session.in_transaction(), Ok(true));
        Ok(())
    });
    assert_eq!(swallowed.expect_err("the transaction has failed").sqlstate, "25P02");
    assert_eq!(count(&mut session), [Value::Int(2)]);
    session.script("BEGIN").expect("begun");
    assert_eq!(session.in_transaction(), Ok(true));
    session.script("ROLLBACK").expect("rolled back");
}

fn one_snapshot(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    let mut other = connect(settings);
    session.script("CREATE TABLE seen (a int)").expect("created");
    let count = |session: &mut WireSession| session.query("SELECT pg_catalog.count(*) FROM seen", &[]);
    let mut check = |session: &mut WireSession| {
        session.in_one_snapshot::<_, SessionError>(|session| {
            let before = count(session)?;
            other.script("INSERT INTO seen VALUES (1)")?;
            session.in_one_snapshot::<_, SessionError>(|session| {
                assert_eq!(count(session)?, before);
                Ok(())
            })
        })
    };
    check(&mut session).expect("read");
    assert_eq!(session.in_transaction(), Ok(false));
    session
        .transaction_as(Isolation::RepeatableRead, |session| {
            session.script("INSERT INTO seen VALUES (2)")?;
            assert_eq!(count(session)?, [Row(vec![Value::Int(2)])]);
            check(session)
        })
        .expect("read");
    assert_eq!(count(&mut session), Ok(vec![Row(vec![Value::Int(3)])]));
    let error = session.in_one_snapshot(|session| session.script("DELETE FROM seen")).expect_err("read only");
    assert_eq!(error.sqlstate, "25006");
    assert_eq!(session.in_transaction(), Ok(false));
}

fn notices(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    let raise = "DO $$ BEGIN RAISE NOTICE 'seen' USING HINT = 'h'; END $$";
    session.script(raise).expect("raised");
    let notices = session.take_notices();
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].to_string().as_str(), notices[0].hint.as_deref()), ("NOTICE:  seen", Some("h")));
    assert_eq!(session.take_notices(), []);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    session.on_notice(move |notice| sink.lock().expect("not poisoned").push(notice.message));
    session.execute(raise, &[]).expect("raised");
    assert_eq!(*heard.lock().expect("not poisoned"), ["seen"]);
    assert_eq!(session.take_notices(), []);
}

fn copy(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    session.script("CREATE TABLE copied (a text, b int)").expect("created");
    assert_eq!(session.copy_in("COPY copied FROM STDIN", b"x\t1\ny\t\\N\n"), Ok(2));
    let error = session.copy_in("COPY copied FROM STDIN", b"x\tone\n").expect_err("not a number");
    assert_eq!(error.sqlstate, "22P02");
    assert_eq!(one(&mut session, "SELECT pg_catalog.count(*) FROM copied", &[]), [Value::Int(2)]);
    let error = session.script("COPY copied FROM STDIN; SELECT 1").expect_err("copy in a script");
    assert_eq!(error.sqlstate, "0A000", "{error:?}");
    assert_eq!(session.script("SELECT 1").expect_err("closed").sqlstate, "08003");
}

fn statements_together(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    session.statements("SELECT 1; SELECT 2 UNION ALL SELECT 3;; SELECT 4").expect("all run");
    let failure = |session: &mut WireSession, sql: &str| {
        let error = session.statements(sql).expect_err(sql);
        (error.completed, error.error.sqlstate, error.error.position)
    };
    assert_eq!(
        failure(&mut session, "SELECT 1; CREATE TEMP TABLE t (); SELECT 1/0; SELECT 2"),
        (2, "22012".into(), None)
    );
    assert_eq!(failure(&mut session, "SELECT 1; SELECT 'ä', x"), (1, "42703".into(), Some(23)));
    // The message is read as a whole before the first statement runs.
    assert_eq!(failure(&mut session, "SELECT 1; SELEC 2"), (0, "42601".into(), Some(11)));
    assert_eq!(failure(&mut session, "SELECT 1\0").1, "22021");
    let end = "SELECT 1; SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid()); SELECT 2";
    assert_eq!(failure(&mut session, end), (1, "57P01".into(), None));
    assert_eq!(failure(&mut session, "SELECT 1"), (0, "08003".into(), None));
}

fn odd_names(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    let longest = "x".repeat(63);
    for name in ["Mixed Case", "quo\"te'\\", "new\nline", "a%20b/c?d&e=ü", longest.as_str()] {
        let create =
            one(&mut session, "SELECT pg_catalog.format('CREATE DATABASE %I', $1)", &[Param::Text(name)]);
        let [Value::Text(create)] = &create[..] else { panic!("not a statement") };
        session.script(create).expect("created");
        let there = ConnectionSettings::parse(&settings.with_dbname(name).to_url()).expect("its own URL");
        assert_eq!(one(&mut connect(&there), "SELECT pg_catalog.current_database()", &[]), [text(name)]);
        let scratch = ScratchDatabase::copy_of(settings, name).expect("copied");
        connect(scratch.settings());
        scratch.remove().expect("dropped");
    }
}

fn scratch_databases(settings: &ConnectionSettings) {
    let mut session = connect(settings);
    let list = "SELECT datname FROM pg_catalog.pg_database WHERE datname LIKE 'pggit\\_scratch%'";
    session.script("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'").expect("created");
    let latin = settings.with_dbname("latin");
    let scratch = ScratchDatabase::create(&latin).expect("made");
    let other = ScratchDatabase::create(settings).expect("made");
    assert_ne!(scratch.name(), other.name());
    let mut inside = connect(scratch.settings());
    assert_eq!(
        one(&mut inside, "SELECT pg_catalog.current_setting('server_encoding')", &[]),
        [text("LATIN1")]
    );
    let comment = one(
        &mut inside,
        "SELECT pg_catalog.shobj_description(oid, 'pg_database') FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
        &[],
    );
    assert!(format!("{comment:?}").contains(&format!("process {} ", std::process::id())), "{comment:?}");
    drop(scratch);
    other.remove().expect("dropped");
    assert!(inside.query("SELECT 1", &[]).is_err(), "its sessions are cut off");
    assert_eq!(session.query(list, &[]), Ok(vec![]));

    // A leftover of a process that is gone, one of another host, and a database of someone who likes the prefix.
    let name = ScratchDatabase::create(settings).map(|scratch| scratch.name().to_owned()).expect("made");
    let parts: Vec<&str> = name.split('_').collect();
    let stale = format!("pggit_scratch_{}_{}_1_0", parts[2], i32::MAX);
    let foreign = format!("pggit_scratch_00000000_{}_1_0", i32::MAX);
    for name in [stale.as_str(), foreign.as_str(), "pggit_scratch_mine"] {
        session.script(&format!("CREATE DATABASE {name}")).expect("created");
    }
    ScratchDatabase::create(settings).expect("made").remove().expect("dropped");
    let mut names: Vec<String> = session
        .query(list, &[])
        .expect("listed")
        .iter()
        .map(|row| row.text(0).expect("a name").to_owned())
        .collect();
    names.sort();
    assert_eq!(names, [foreign, "pggit_scratch_mine".to_owned()]);
    session.script("CREATE ROLE plain LOGIN").expect("created");
    let error = ScratchDatabase::create(&settings.with_user("plain")).expect_err("no right");
    assert_eq!(error.sqlstate, "42501");
}
