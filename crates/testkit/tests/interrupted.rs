//! Migrations that are not one transaction, and stopped on the way.

use confiture::migrator::{Direction, Event, Migrator, Ran, Repair, RepairKind, RepairRequest, TriedOutcome};
use confiture::{Error, ErrorCode};
use pggit_db::session::Session;
use pggit_migrate::{DownRequest, UpRequest};
use pggit_testkit::{TestDatabase, TestServer, migration_set, text};
use pggit_wire::WireSession;

fn database(hint: &str) -> TestDatabase {
    TestServer::shared().database(hint)
}

fn up(session: &mut WireSession, text: &str) -> Result<Vec<Ran>, Error> {
    Migrator::new(session).up(&migration_set(&[("001_m.sql", text)]), &UpRequest::default())
}

fn steps(session: &mut WireSession) -> String {
    text(
        session,
        "SELECT plan_index || ' ' || split_part(stage, ' ', 1) || ' ' || state FROM tb_confiture_steps ORDER BY plan_index",
    )
}

/// The indexes of `t`, with `!` where invalid.
fn indexes(session: &mut WireSession) -> String {
    text(
        session,
        "SELECT indexrelid::regclass || CASE WHEN indisvalid THEN '' ELSE '!' END FROM pg_index \
         WHERE indrelid = 't'::regclass ORDER BY 1",
    )
}

/// As if the run had been killed after it began the statement, before it wrote down that it ended.
fn kill_at(session: &mut WireSession, statement: i32) {
    session
        .script(&format!(
            "DELETE FROM tb_confiture_steps WHERE plan_index > {statement}; \
             UPDATE tb_confiture_steps SET state = 'running' WHERE plan_index = {statement}"
        ))
        .expect("steps");
}

#[test]
fn the_next_run_goes_on_after_what_ran() {
    let database = database("goes_on");
    let mut session = database.session();
    let start = "-- no-transaction\nSET search_path = app, public;\nCREATE SCHEMA app;\nCREATE TABLE t (id int);\n\
                 INSERT INTO t VALUES (1);\nCREATE INDEX CONCURRENTLY i ON t (id);\n";
    let error = up(&mut session, &format!("{start}INSERT INTO t SELECT wrong;\n")).expect_err("fails");
    assert_eq!(error.message, "001_m.sql:7:22: column \"wrong\" does not exist");
    let detail = error.detail.expect("a detail");
    assert!(
        detail.contains("it is not recorded as applied. The next run goes on after what ran."),
        "{detail}"
    );
    assert_eq!(steps(&mut session), "1 up done|2 up done|3 up done|4 up done");

    let error = up(&mut session, &start.replace("VALUES (1)", "VALUES (2)")).expect_err("changed");
    assert_eq!(error.code, ErrorCode::Project);
    assert!(
        error.message.ends_with("the file was changed after the first 4 statements had run, before the rest")
    );
    assert!(error.hint.expect("a hint").contains("Put the first 4 statements back as they were"));

    let mut resumed = Vec::new();
    let whole = format!("{start}-- better\nINSERT INTO t VALUES (3);\n");
    Migrator::new(&mut session)
        .on_progress(|event| {
            if let Event::Resumed { file, line, statement, count } = event {
                resumed.push(format!("{file}:{line} {statement}/{count}"));
            }
        })
        .up(&migration_set(&[("001_m.sql", &whole)]), &UpRequest::default())
        .expect("up");
    assert_eq!(resumed, ["001_m.sql:8 5/6"]);
    assert_eq!(text(&mut session, "SELECT id::text FROM app.t ORDER BY id"), "1|3");
    assert_eq!(steps(&mut session), "");
    assert_eq!(text(&mut session, "SHOW search_path"), "\"$user\", public");
    assert_eq!(up(&mut session, &whole).expect("nothing to do").len(), 0);
}

#[test]
fn an_index_is_built_once_and_whole() {
    let database = database("index");
    let mut session = database.session();
    session
        .script("CREATE TABLE t (id int, \"Name x\" text); INSERT INTO t VALUES (1, 'a'), (1, 'b')")
        .expect("a table");
    let named =
        "CREATE INDEX CONCURRENTLY i ON t USING btree (lower(\"Name x\") DESC) WHERE id > 0;\nSELECT wrong;";
    let finished = named.replace("SELECT wrong;", "");
    // Killed before the index was made, after it was made, and while it was made.
    up(&mut session, named).expect_err("stops");
    for prepare in
        ["DROP INDEX i", "SELECT", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass"]
    {
        let before = text(&mut session, "SELECT 'i'::regclass::oid::text");
        kill_at(&mut session, 0);
        session.script(prepare).expect(prepare);
        up(&mut session, named).expect_err("stops at the next statement");
        assert_eq!(indexes(&mut session), "i", "{prepare}");
        let after = text(&mut session, "SELECT 'i'::regclass::oid::text");
        assert_eq!(before == after, prepare == "SELECT", "{prepare}");
        assert_eq!(steps(&mut session), "0 up done", "{prepare}");
    }
    // Somebody else's index of that name is not taken for ours.
    kill_at(&mut session, 0);
    session.script("DROP INDEX i; CREATE INDEX i ON t (id)").expect("another");
    assert_eq!(up(&mut session, &finished).expect_err("it is there").sqlstate, "42P07");
    assert_eq!(indexes(&mut session), "i");
    session.script("DROP INDEX i").expect("gone");
    assert_eq!(up(&mut session, &finished).expect("up").len(), 1);
}

#[test]
fn an_index_without_a_name_is_not_built_twice() {
    let database = database("unnamed");
    let mut session = database.session();
    session.script("CREATE TABLE t (id int, x int)").expect("a table");
    let unnamed = "CREATE INDEX CONCURRENTLY ON t (id, x);\nSELECT wrong;";
    up(&mut session, unnamed).expect_err("stops");
    kill_at(&mut session, 0);
    up(&mut session, unnamed).expect_err("stops");
    assert_eq!(indexes(&mut session), "t_id_x_idx");
    kill_at(&mut session, 0);
    session
        .script("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_id_x_idx'::regclass; CREATE INDEX ON t (x)")
        .expect("an invalid one");
    up(&mut session, unnamed).expect_err("stops");
    assert_eq!(indexes(&mut session), "t_id_x_idx|t_x_idx");
}

#[test]
fn a_failed_build_leaves_nothing_behind() {
    let database = database("failed_build");
    let mut session = database.session();
    session.script("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1)").expect("a table");
    let unique = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (id);";
    assert_eq!(up(&mut session, unique).expect_err("twice").sqlstate, "23505");
    assert_eq!(indexes(&mut session), "");
    assert_eq!(steps(&mut session), "0 up failed");
    // One that something else left behind is in nobody's use either.
    session.script(unique).expect_err("twice");
    assert_eq!(indexes(&mut session), "i!");
    session.script("DELETE FROM tb_confiture_steps; DELETE FROM t").expect("no rows");
    up(&mut session, &unique.replace(" i ", " IF NOT EXISTS i ")).expect("up");
    assert_eq!(indexes(&mut session), "i");
}

#[test]
fn indexes_are_rebuilt_and_dropped() {
    let database = database("rebuilt");
    let mut session = database.session();
    session.script("CREATE TABLE t (id int); CREATE INDEX i ON t (id)").expect("a table");
    let reindex = "REINDEX TABLE CONCURRENTLY t;\nSELECT wrong;";
    up(&mut session, reindex).expect_err("stops");
    kill_at(&mut session, 0);
    session
        .script(
            "CREATE INDEX i_ccnew ON t (id); CREATE INDEX i_ccold1 ON t (id); CREATE INDEX j_ccnew ON t (id); \
             UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('i_ccnew'::regclass, 'i_ccold1'::regclass)",
        )
        .expect("leftovers");
    up(&mut session, reindex).expect_err("stops");
    assert_eq!(indexes(&mut session), "i|j_ccnew");
    let drop = "REINDEX TABLE CONCURRENTLY t;\nDROP INDEX CONCURRENTLY i;\nSELECT wrong;";
    up(&mut session, drop).expect_err("stops");
    assert_eq!(indexes(&mut session), "j_ccnew");
    kill_at(&mut session, 1);
    up(&mut session, drop).expect_err("the index is gone already");
    assert_eq!(steps(&mut session), "0 up done|1 up done");
}

#[test]
fn a_partition_is_detached_to_the_end() {
    let database = database("detached");
    let mut session = database.session();
    session
        .script(
            "CREATE TABLE t (id int) PARTITION BY LIST (id); CREATE TABLE p PARTITION OF t FOR VALUES IN (1); \
             CREATE TABLE q PARTITION OF t FOR VALUES IN (2)",
        )
        .expect("tables");
    // A reader keeps the second half of it waiting.
    let mut reader = database.session();
    reader.script("BEGIN; SELECT * FROM t").expect("a reader");
    let detach = "ALTER TABLE public.t DETACH PARTITION p CONCURRENTLY;\nSELECT wrong;";
    let error = up(&mut session, &format!("-- statement_timeout: 300ms\n{detach}")).expect_err("waits");
    assert_eq!(error.sqlstate, "57014");
    reader.script("ROLLBACK").expect("gone");
    let attached = "SELECT inhrelid::regclass || CASE WHEN inhdetachpending THEN '!' ELSE '' END FROM pg_inherits ORDER BY 1";
    assert_eq!(text(&mut session, attached), "p!|q");
    up(&mut session, detach).expect_err("stops at the next statement");
    assert_eq!(text(&mut session, attached), "q");
    kill_at(&mut session, 0);
    up(&mut session, detach).expect_err("stops at the next statement");
    assert_eq!(steps(&mut session), "0 up done");
}

#[test]
fn files_with_their_own_transactions_go_on_after_the_last() {
    let database = database("own");
    let mut session = database.session();
    let start = "BEGIN;\nCREATE TABLE t (id int);\nINSERT INTO t VALUES (1);\nCOMMIT;\nINSERT INTO t VALUES (2);\n\
                 BEGIN;\nINSERT INTO t VALUES (3);\n";
    up(&mut session, &format!("{start}SELECT wrong;\nCOMMIT;")).expect_err("fails");
    assert_eq!(steps(&mut session), "3 up done|4 up done");
    up(&mut session, &format!("{start}COMMIT;\n")).expect("up");
    assert_eq!(text(&mut session, "SELECT id::text FROM t ORDER BY id"), "1|2|3");
    assert_eq!(steps(&mut session), "");
}

#[test]
fn a_new_value_of_an_enum_can_be_used_in_the_same_file() {
    let database = database("enum");
    let mut session = database.session();
    session.script("CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (x e)").expect("a type");
    up(&mut session, "ALTER TYPE e ADD VALUE 'b';\nINSERT INTO t VALUES ('b');").expect("up");
    assert_eq!(text(&mut session, "SELECT x::text FROM t"), "b");
}

#[test]
fn what_is_half_undone_is_undone_to_the_end_first() {
    let database = database("half_undone");
    let mut session = database.session();
    let files = |down: &str| {
        migration_set(&[
            ("001_t.up.sql", "CREATE TABLE t (id int); CREATE INDEX i ON t (id);"),
            ("001_t.down.sql", &format!("DROP INDEX CONCURRENTLY i;\n{down}")),
            ("002_u.up.sql", "CREATE TABLE u (id int);"),
        ])
    };
    let mut migrator = Migrator::new(&mut session);
    migrator.up(&files(""), &UpRequest { steps: Some(1), ..UpRequest::default() }).expect("up");
    migrator.down(&files("DROP TABLE wrong;"), &DownRequest::Steps(1)).expect_err("fails");
    let error = migrator.up(&files("DROP TABLE t;"), &UpRequest::default()).expect_err("half undone");
    assert_eq!(error.message, "half undone: 001");
    assert_eq!(migrator.down(&files("DROP TABLE t;"), &DownRequest::Steps(1)).expect("down").len(), 1);
    assert_eq!(migrator.up(&files("DROP TABLE t;"), &UpRequest::default()).expect("up").len(), 2);
}

#[test]
fn a_file_that_could_be_one_transaction_now_goes_on_as_it_began() {
    let database = database("now_one");
    let mut session = database.session();
    let start = "CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);\n";
    up(&mut session, &format!("-- no-transaction\n{start}INSERT INTO t SELECT wrong;\n")).expect_err("fails");
    up(&mut session, &format!("{start}INSERT INTO t VALUES (2);\n")).expect("up");
    assert_eq!(text(&mut session, "SELECT id::text FROM t ORDER BY id"), "1|2");
    assert_eq!(steps(&mut session), "");
}

#[test]
fn repair_lets_a_migration_begin_anew() {
    let database = database("repair");
    let mut session = database.session();
    let start = "-- no-transaction\nCREATE TABLE t (id int);\nINSERT INTO t VALUES (1);\n";
    up(&mut session, &format!("{start}INSERT INTO t SELECT wrong;\n")).expect_err("fails");
    let new = "CREATE TABLE t (id bigint);\n";
    let error = up(&mut session, new).expect_err("changed");
    assert!(error.hint.expect("a hint").ends_with("Or undo by hand what ran, and let \"repair\" forget it."));

    session.script("DROP TABLE t").expect("undone by hand");
    let files = migration_set(&[("001_m.sql", new)]);
    let tried = Migrator::new(&mut session).dry_run(&files, &UpRequest::default()).expect("a dry run");
    let TriedOutcome::NotTried { reason } = &tried[0].outcome else { panic!("{tried:?}") };
    assert_eq!(reason, "an earlier run has begun it, and the next goes on there");
    let error = Migrator::new(&mut session)
        .single_transaction(true)
        .up(&files, &UpRequest::default())
        .expect_err("half of it has run");
    assert!(error.message.starts_with("001_m.sql: an earlier run has begun it"), "{error}");

    let mut migrator = Migrator::new(&mut session);
    let other = RepairRequest { target: Some("2".into()), ..RepairRequest::default() };
    assert_eq!(migrator.repair(&files, &other).expect_err("unknown").message, "there is no migration \"2\"");
    let repairs = migrator.repair(&files, &RepairRequest::default()).expect("repaired");
    let kinds: Vec<_> =
        repairs.iter().map(|repair| (repair.kind, repair.migration.file.as_deref())).collect();
    let cleared = |direction, statements| RepairKind::FailureCleared { direction, statements };
    assert_eq!(kinds, [(cleared(Direction::Up, 2), Some("001_m.sql"))]);
    assert_eq!(migrator.repair(&files, &RepairRequest::default()), Ok(Vec::new()));
    drop(migrator);
    assert_eq!(steps(&mut session), "");
    assert_eq!(up(&mut session, new).expect("up").len(), 1);
}

#[test]
fn repair_forgets_what_has_no_file_and_ways_down() {
    let database = database("repair_others");
    let mut session = database.session();
    let down = ("001_t.down.sql", "DROP INDEX CONCURRENTLY i;\nDROP TABLE wrong;");
    let files =
        migration_set(&[("001_t.up.sql", "CREATE TABLE t (id int); CREATE INDEX i ON t (id);"), down]);
    let mut migrator = Migrator::new(&mut session);
    migrator.up(&files, &UpRequest::default()).expect("up");
    migrator.down(&files, &DownRequest::Steps(1)).expect_err("fails");
    drop(migrator);
    session
        .script(
            "INSERT INTO tb_confiture_steps (migration, plan_index, stage, state) VALUES \
             ('002', 0, 'up 00', 'failed'), ('003', 7, 'backfill', 'running')",
        )
        .expect("a file that is gone, and a step of another program");
    let mut migrator = Migrator::new(&mut session);
    let one = RepairRequest { target: Some("002".into()), ..RepairRequest::default() };
    let of = |repairs: Vec<Repair>| -> Vec<(RepairKind, String)> {
        repairs.into_iter().map(|repair| (repair.kind, repair.migration.version)).collect()
    };
    let cleared = |direction, statements| RepairKind::FailureCleared { direction, statements };
    assert_eq!(
        of(migrator.repair(&files, &one).expect("repaired")),
        [(cleared(Direction::Up, 0), "002".to_owned())]
    );
    assert_eq!(
        of(migrator.repair(&files, &RepairRequest::default()).expect("repaired")),
        [(cleared(Direction::Down, 1), "001".to_owned())]
    );
    // It counts as applied, as it did.
    assert!(migrator.up(&files, &UpRequest::default()).expect("nothing").is_empty());
    drop(migrator);
    assert_eq!(steps(&mut session), "7 backfill running");
}

#[test]
fn what_was_brought_to_its_end_by_hand_is_recorded_whole() {
    let database = database("by_hand");
    let mut session = database.session();
    let text = "CREATE TABLE t (id int);\nCREATE INDEX CONCURRENTLY i ON t (id);\nSELECT wrong;\n";
    up(&mut session, text).expect_err("stops");
    let files = migration_set(&[("001_m.sql", text)]);
    assert_eq!(Migrator::new(&mut session).baseline(&files, None).expect("recorded").len(), 1);
    assert_eq!(steps(&mut session), "");
}
