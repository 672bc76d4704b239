//! Statements that run in batches.

use confiture::Error;
use confiture::migrator::{Event, Migrator};
use pggit_db::session::Session;
use pggit_migrate::migration::SourceFile;
use pggit_migrate::{MigrationSet, UpRequest};
use pggit_testkit::{TestServer, text};
use pggit_wire::WireSession;

/// Runs one migration; gives the numbers of rows that were told.
fn up(session: &mut WireSession, text: &str) -> Result<Vec<u64>, Error> {
    let file = SourceFile { name: "001_m.sql".into(), bytes: text.as_bytes().to_vec() };
    let set = MigrationSet::from_files(vec![file]).expect("a set");
    let mut told = Vec::new();
    Migrator::new(session)
        .on_progress(|event| {
            if let Event::Batch { rows, .. } = event {
                told.push(*rows);
            }
        })
        .up(&set, &UpRequest::default())?;
    Ok(told)
}

/// A table of 1050 rows of which a trigger counts the changes of each transaction.
const TABLE: &str = "CREATE TABLE \"T\" (id int PRIMARY KEY, x int);
    INSERT INTO \"T\" (id) SELECT generate_series(1, 1050);
    CREATE TABLE log (xid text, n int);
    CREATE FUNCTION count_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO log SELECT pg_current_xact_id()::text, count(*) FROM old_rows; RETURN NULL; END $$;
    CREATE TRIGGER u AFTER UPDATE ON \"T\" REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_changes();
    CREATE TRIGGER d AFTER DELETE ON \"T\" REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_changes();";

const COUNTS: &str = "SELECT n::text FROM log WHERE n > 0 GROUP BY xid, n ORDER BY xid::int8";

#[test]
fn each_batch_is_a_transaction() {
    for (hint, statement) in [
        ("limited", "UPDATE \"T\" AS t SET x = id WHERE x IS NULL -- those that are left\n;"),
        (
            "joined",
            "UPDATE \"T\" SET x = n.n FROM generate_series(1, 1050) AS n WHERE n.n = id AND x IS DISTINCT FROM n.n;",
        ),
        (
            "placeholder",
            "UPDATE \"T\" SET x = id WHERE id IN (SELECT id FROM \"T\" WHERE x IS NULL LIMIT :batch_size);",
        ),
        ("own", "UPDATE \"T\" SET x = id WHERE id IN (SELECT id FROM \"T\" WHERE x IS NULL LIMIT 400);"),
        ("delete", "DELETE FROM \"T\" USING generate_series(1, 1050) AS n WHERE n = id;"),
    ] {
        let database = TestServer::shared().database(hint);
        let mut session = database.session();
        session.script(TABLE).expect("a table");
        let told =
            up(&mut session, &format!("SELECT 1;\n-- batch: size=400\n{statement}\nSELECT 2;")).expect(hint);
        assert_eq!(text(&mut session, COUNTS), "400|400|250", "{hint}");
        assert_eq!((told[0], told[told.len() - 1]), (400, 1050), "{hint}");
        assert_eq!(
            text(&mut session, "SELECT count(*)::text FROM \"T\" WHERE x IS DISTINCT FROM id"),
            "0",
            "{hint}"
        );
        assert_eq!(text(&mut session, "SELECT count(*)::text FROM tb_confiture_steps"), "0", "{hint}");
    }
}

#[test]
fn a_stopped_backfill_goes_on() {
    let database = TestServer::shared().database("backfill");
    let mut session = database.session();
    session.script(TABLE).expect("a table");
    session.script("ALTER TABLE \"T\" ADD CHECK (x <> 700)").expect("a check");
    let file = "-- batch: size=300\nUPDATE \"T\" SET x = id WHERE x IS NULL;\n";
    let error = up(&mut session, file).expect_err("stops");
    assert!(
        error.message.starts_with("001_m.sql:2:1: new row for relation \"T\" violates"),
        "{}",
        error.message
    );
    assert!(error.detail.expect("a detail").contains("The next run goes on after what ran."));
    let steps = "SELECT state || ' ' || rows_done || ' ' || (batch_cursor > 0) FROM tb_confiture_steps";
    assert_eq!(text(&mut session, steps), "running 600 true");
    session.script("ALTER TABLE \"T\" DROP CONSTRAINT \"T_x_check\"").expect("no check");
    let told = up(&mut session, file).expect("up");
    assert_eq!((told[0], told[told.len() - 1]), (900, 1050));
    assert_eq!(text(&mut session, COUNTS), "300|300|300|150");
}

#[test]
fn what_would_not_end_is_an_error() {
    let database = TestServer::shared().database("endless");
    let mut session = database.session();
    session.script(TABLE).expect("a table");
    let error =
        up(&mut session, "-- batch: size=100\nUPDATE \"T\" SET x = 1 WHERE id > 5;").expect_err("endless");
    assert_eq!(error.message, "001_m.sql:2:1: the statement would be repeated for ever");
    assert_eq!(text(&mut session, COUNTS), "");
    let error =
        up(&mut session, "-- batch: size=100\nUPDATE \"T\" SET x = 1\nWHERE wrong;").expect_err("wrong");
    assert_eq!(error.message, "001_m.sql:3:7: column \"wrong\" does not exist");
    // A trigger that keeps rows as they are is no reason to go on.
    session
        .script(
            "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RETURN CASE WHEN new.id % 2 = 0 THEN new END; END $$; \
             CREATE TRIGGER k BEFORE UPDATE ON \"T\" FOR EACH ROW EXECUTE FUNCTION keep()",
        )
        .expect("a trigger");
    let told = up(&mut session, "-- batch: size=100\nUPDATE \"T\" SET x = 1 WHERE x IS NULL;").expect("up");
    assert_eq!(told.last(), Some(&525));
}
