//! Changes that event triggers do not see, and circumstances under which what is remembered does not hold.

use pggit_db::introspect::{Snapshot, read_catalog};
use pggit_db::live::{UNWATCHED, watched_catalogs};
use pggit_db::session::Session;
use pggit_testkit::extension::run;
use pggit_testkit::live::LiveReader;
use pggit_testkit::{TestRepository, TestServer, pg_dump, pg_restore, psql};

const SCHEMA: &str = "
    CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT 'x', b int);
    CREATE TABLE u (id int REFERENCES t, note text);
    CREATE VIEW v AS SELECT t.id, u.note FROM t JOIN u USING (id);
    COMMENT ON COLUMN t.a IS 'a comment';
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'";

fn repository(hint: &str) -> Option<(TestRepository, LiveReader)> {
    let repository = TestRepository::of(hint, SCHEMA)?;
    let reader = LiveReader::new(repository.another_session());
    Some((repository, reader))
}

#[test]
fn every_system_catalog_is_watched_or_known_not_to_matter() {
    let database = TestServer::shared().database("watched");
    let all = psql(
        database.settings(),
        "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'",
    );
    let watched = watched_catalogs().0;
    let missing: Vec<&str> = all
        .lines()
        .filter(|name| !watched.iter().any(|watched| watched == name))
        .filter(|name| !UNWATCHED.iter().any(|(unwatched, _)| unwatched == name))
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn commands_without_event_triggers_are_found() {
    let Some((_repository, mut reader)) = repository("unseen_triggers") else { return };
    reader
        .run("ALTER EVENT TRIGGER pggit_ddl_command_end DISABLE; ALTER EVENT TRIGGER pggit_sql_drop DISABLE");
    reader.change("ALTER TABLE t ADD COLUMN c int", false);
    reader.run("SET session_replication_role = replica");
    reader.change("DROP TABLE u CASCADE", true);
    reader.change("CREATE TABLE w (i int)", true);
}

#[test]
fn changes_of_the_catalogs_themselves_are_found() {
    let Some((_repository, mut reader)) = repository("unseen_direct") else { return };
    for (sql, part) in [
        ("UPDATE pg_attribute SET attnotnull = true WHERE attrelid = 't'::regclass AND attname = 'b'", true),
        ("UPDATE pg_class SET reloptions = '{fillfactor=70}' WHERE oid = 't'::regclass", true),
        ("DELETE FROM pg_description WHERE objoid = 't'::regclass", true),
        (
            "UPDATE pg_attribute SET attname = 'renamed' WHERE attrelid = 't'::regclass AND attname = 'b'",
            false,
        ),
        ("UPDATE pg_proc SET provolatile = 'i' WHERE proname = 'f'", true),
        (
            "UPDATE pg_class SET relname = 'u_pkey_renamed' WHERE relname = 't_pkey'; COMMENT ON TABLE t IS 'x'",
            false,
        ),
        ("UPDATE pg_constraint SET condeferrable = true WHERE conname = 'u_id_fkey'", true),
        ("UPDATE pg_class SET relowner = 'pg_monitor'::regrole WHERE oid = 'v'::regclass", true),
    ] {
        reader.change(sql, part);
    }
}

#[test]
fn a_transaction_sees_its_own_changes_until_they_are_rolled_back() {
    let Some((_repository, mut reader)) = repository("unseen_own") else { return };
    reader.run("BEGIN; ALTER TABLE t ADD COLUMN c int");
    assert_eq!(reader.status("a change of its own").len(), 1);
    reader.run("SAVEPOINT one; ALTER TABLE t ADD COLUMN d int; DROP VIEW v");
    assert_eq!(reader.status("in a subtransaction").len(), 2);
    reader.run("SELECT pggit.commit('in a subtransaction'); ALTER TABLE t ADD COLUMN e int");
    assert_eq!(reader.status("after a commit").len(), 1);
    reader.run("ROLLBACK TO one");
    assert_eq!(reader.status("rolled back").len(), 1);
    reader.run("SELECT pggit.commit('in the transaction'); ALTER TABLE t ADD COLUMN f int; COMMENT ON TABLE t IS 'x'");
    assert_eq!(reader.status("after another commit").len(), 1);
    reader.run("COMMIT");
    assert_eq!(reader.check("the end of the transaction").len(), 1);
    reader.run(
        "BEGIN; ALTER TABLE t ADD COLUMN g int; SELECT pggit.commit('never'); DROP TABLE u CASCADE; ROLLBACK",
    );
    assert_eq!(reader.check("a rollback"), [""; 0]);
    assert_eq!(reader.wholes, 0);
}

#[test]
fn what_others_commit_later_is_found_then() {
    let Some((repository, mut reader)) = repository("unseen_others") else { return };
    let mut other = repository.another_session();
    let mut third = repository.another_session();
    run(&mut other, "BEGIN; CREATE TABLE late (i int); COMMENT ON TABLE u IS 'late'");
    run(&mut third, "BEGIN; CREATE TABLE never (i int); CREATE INDEX never_i ON never (i)");
    reader.change("ALTER TABLE t ADD COLUMN c int", true);
    assert_eq!(reader.status("nothing that others have committed"), [""; 0]);
    run(&mut other, "COMMIT");
    run(&mut third, "ROLLBACK");
    assert_eq!(reader.check("what another session has committed").len(), 2);
    // A transaction that began before sees what it saw, and what is committed then is found by others.
    run(&mut other, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
    reader.run("CREATE TABLE meanwhile (i int)");
    let mut old = LiveReader::new(other);
    assert_eq!(old.status("an old snapshot"), [""; 0]);
    old.run("COMMIT");
    assert_eq!(old.check("a new snapshot").len(), 1);
    assert_eq!(reader.status("after the commit of another session"), [""; 0]);
}

#[test]
fn maintenance_hides_nothing() {
    let Some((_repository, mut reader)) = repository("unseen_vacuum") else { return };
    reader.run("ALTER TABLE t ADD COLUMN c int; COMMENT ON COLUMN t.a IS NULL");
    for sql in [
        "VACUUM ANALYZE",
        "VACUUM FREEZE",
        "VACUUM FULL pg_catalog.pg_attribute",
        "REINDEX TABLE t",
        "VACUUM FULL",
    ] {
        reader.run(sql);
        assert_eq!(reader.status(sql).len(), 1, "{sql}");
    }
    reader.check("maintenance");
    for sql in [
        "VACUUM FREEZE ANALYZE",
        "REINDEX TABLE t",
        "VACUUM FULL t",
        "TRUNCATE u",
        "CREATE TEMP TABLE gone (i int)",
    ] {
        reader.run(sql);
        let parts = reader.parts;
        assert_eq!(reader.status(sql), [""; 0], "{sql}");
        assert_eq!(reader.parts, parts + 1, "{sql}");
    }
    reader.run("DROP TABLE gone");
    reader.change("DROP FUNCTION f()", true);
    reader.run("VACUUM");
    assert_eq!(reader.check("vacuum after a drop"), [""; 0]);
}

#[test]
fn what_changes_in_vacuumed_catalogs_is_found() {
    let Some((repository, mut reader)) = repository("unseen_map") else { return };
    let mut other = repository.another_session();
    // VACUUM takes for visible to all what was written before the last transaction.
    let vacuum = |reader: &mut LiveReader| {
        reader.run("SELECT pg_catalog.txid_current()");
        reader.run("VACUUM");
    };
    let vacuumed = |reader: &mut LiveReader| {
        vacuum(reader);
        // From here on the visibility map tells which pages are as they were.
        reader.change("CREATE TABLE IF NOT EXISTS filler (i int); ALTER TABLE filler ADD COLUMN j int", true);
        reader.change("ALTER TABLE filler DROP COLUMN j", true);
    };
    for sql in [
        "ALTER TABLE t ALTER COLUMN a SET STATISTICS 7",
        "UPDATE pg_attribute SET attstattarget = 8 WHERE attrelid = 't'::regclass AND attname = 'a'",
        "COMMENT ON COLUMN t.a IS 'other'",
        "DROP FUNCTION f()",
        "ALTER TABLE u RENAME COLUMN note TO notes; ALTER TABLE u RENAME COLUMN notes TO note; COMMENT ON TABLE u IS 'u'",
    ] {
        vacuumed(&mut reader);
        reader.change(sql, true);
        vacuumed(&mut reader);
        reader.run(&format!(
            "BEGIN; SAVEPOINT s; DROP VIEW v; ROLLBACK TO s; ALTER TABLE t ADD COLUMN {0} int",
            "z"
        ));
        assert_eq!(reader.status("a change of its own").len(), 1);
        reader.run("ROLLBACK");
        assert_eq!(reader.status("a rollback"), [""; 0]);
    }
    // Changed in pages that were vacuumed, and vacuumed again before they are looked at.
    reader.run("COMMENT ON TABLE t IS 'first'");
    vacuumed(&mut reader);
    reader.run("COMMENT ON TABLE t IS 'between'");
    vacuum(&mut reader);
    assert_eq!(reader.check("a vacuum after the change").len(), 1);
    // Changed before a commit that does not see it, committed and vacuumed afterwards.
    vacuumed(&mut reader);
    run(&mut other, "BEGIN; COMMENT ON TABLE t IS 'late'; CREATE TABLE late (i int)");
    reader.change("ALTER TABLE filler ADD COLUMN k int", true);
    run(&mut other, "COMMIT");
    vacuum(&mut reader);
    assert_eq!(reader.check("what another session has committed").len(), 2);
    reader.change("ALTER TABLE filler ADD COLUMN l int", true);
    assert_eq!(reader.wholes, 0);
}

#[test]
fn names_in_constants_that_nothing_depends_on_are_followed() {
    let Some((_repository, mut reader)) = repository("unseen_soft") else { return };
    reader.run("CREATE TABLE names (a regclass[] DEFAULT '{t,u}', b text)");
    // From here on it matters everywhere what names there are, those of roles that other tests make among them: how much
    // is read is not for this test to say.
    assert_eq!(reader.check("a table").len(), 1);
    reader.run("ALTER TABLE u RENAME TO u2");
    let changes = reader.check("a rename");
    assert!(changes.iter().any(|change| change.contains("public.names")), "{changes:?}");
    reader.run("DROP TABLE u2 CASCADE");
    let changes = reader.check("a drop");
    assert!(changes.iter().any(|change| change.contains("public.names")), "{changes:?}");
}

#[test]
fn ignoring_and_ledgers_are_followed() {
    let Some((_repository, mut reader)) = repository("unseen_ignored") else { return };
    reader.run("INSERT INTO pggit.ignore VALUES ('public.scratch%'); CREATE TABLE scratch_one (i serial)");
    assert_eq!(reader.status("an ignored table"), [""; 0]);
    reader.change("CREATE TABLE counted (i int)", false);
    reader.run("ALTER TABLE scratch_one ADD COLUMN j int");
    assert_eq!(reader.status("a change of an ignored table"), [""; 0]);
    // A table that becomes the ledger of a migration tool, with a view on it and a sequence.
    reader.change("CREATE TABLE schema_migrations (version text, other serial); CREATE VIEW on_it AS SELECT version FROM schema_migrations", true);
    reader.change("ALTER TABLE schema_migrations DROP COLUMN other", false);
    reader.change("ALTER TABLE schema_migrations ADD COLUMN other int", false);
    reader.run("DELETE FROM pggit.ignore");
    assert_eq!(reader.check("patterns are gone").len(), 2);
}

#[test]
fn every_role_finds_the_same() {
    let Some((mut repository, mut reader)) = repository("unseen_roles") else { return };
    let role = repository.role("reads_live");
    reader.run("ALTER TABLE t ADD COLUMN c int; GRANT SELECT ON u TO PUBLIC");
    let found = reader.status("a superuser");
    let mut other = LiveReader::new(repository.session_of(&role));
    assert_eq!(other.status("another role"), found);
    assert_eq!((other.parts, other.wholes), (1, 0));
    // Who sees a user mapping depends on the role.
    reader.run(&format!(
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE USER MAPPING FOR {role} SERVER s"
    ));
    reader.check("a user mapping");
    reader.status("a superuser sees it");
    other.status("another role does not");
    assert_eq!(reader.parts, 1);
    reader.run("DROP FOREIGN DATA WRAPPER w CASCADE");
    reader.check("it is gone");
}

#[test]
fn a_copy_of_the_database_goes_on_by_itself() {
    let Some((repository, mut reader)) = repository("unseen_copy") else { return };
    reader.run("ALTER TABLE t ADD COLUMN c int");
    let found = reader.status("the original");
    let archive = pg_dump(repository.database().settings(), &["--format=custom"]);
    let restored = TestServer::shared().database("unseen_restored");
    pg_restore(restored.settings(), &["--exit-on-error"], &archive);
    drop(reader);
    let name = repository.database().name().to_owned();
    psql(
        &TestServer::shared().settings("postgres"),
        &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
    );
    let copy = TestServer::shared().copy_of(&name, "unseen_copied");
    for database in [restored, copy] {
        let mut reader = LiveReader::new(database.session());
        assert_eq!(reader.status("a copy"), found);
        assert_eq!(reader.parts, 0);
        reader.check("the first commit of a copy");
        reader.change("DROP VIEW v", true);
    }
}

#[test]
fn a_crash_loses_nothing_that_is_remembered() {
    let server = TestServer::start();
    let (Some(private), true) = (server.private(), std::env::var_os("PGGIT_EXTENSION_DIR").is_some()) else {
        return;
    };
    let database = server.database("unseen_crash");
    psql(database.settings(), &format!("CREATE EXTENSION pggit; {SCHEMA}; SELECT pggit.init()"));
    psql(database.settings(), "ALTER TABLE t ADD COLUMN c int; SELECT pggit.commit('one'); DROP VIEW v");
    let mut lost = database.session();
    run(&mut lost, "BEGIN; CREATE TABLE never (i int); DROP TABLE u CASCADE");
    psql(&server.settings("postgres"), "CHECKPOINT");
    // A server that is thrown away is stopped at once, without writing anything.
    private.stop().expect("it stops");
    private.start().expect("it recovers");
    let mut reader = LiveReader::new(database.session());
    assert_eq!(reader.status("a crash").len(), 1);
    assert_eq!((reader.parts, reader.wholes), (1, 0));
    reader.check("a crash");
    reader.change("ALTER TABLE t DROP COLUMN c", true);
}

#[test]
fn a_checkout_is_remembered_too() {
    let Some((mut repository, mut reader)) = repository("unseen_checkout") else { return };
    repository.start_branch("feature");
    repository.run("ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a text; CREATE TABLE more (i int)");
    repository.checkout("main");
    assert_eq!(reader.status("a checkout"), [""; 0]);
    assert_eq!((reader.parts, reader.wholes), (1, 0));
    reader.change("ALTER TABLE t ADD COLUMN z int", true);
    repository.checkout("feature");
    assert_eq!(reader.status("the other branch"), [""; 0]);
    reader.change("DROP TABLE more", true);
    repository.checkout("main");
    reader.run("SELECT pggit.create_branch('third'); DROP VIEW v");
    assert_eq!(reader.check("a branch").len(), 1);
    reader.run("CREATE TABLE w (i int); SELECT pggit.checkout('main', discard => true)");
    assert_eq!(reader.check("what was discarded"), [""; 0]);
}

#[test]
fn a_commit_from_outside_makes_the_next_reading_whole() {
    let Some((repository, mut reader)) = repository("unseen_outside") else { return };
    reader.run("ALTER TABLE t ADD COLUMN c int");
    let mut outside = repository.another_session();
    run(&mut outside, "BEGIN; SET LOCAL search_path = pg_catalog, pg_temp");
    confiture::Repository::new(&mut outside).commit("from outside", None).expect("there is a change");
    run(&mut outside, "COMMIT");
    assert_eq!(reader.status("a commit from outside"), [""; 0]);
    assert_eq!(reader.wholes, 1);
    reader.change("ALTER TABLE t ADD COLUMN d int", false);
    reader.change("ALTER TABLE t ADD COLUMN e int", true);
    let snapshot: Snapshot = read_catalog(&mut outside).expect("it can be read");
    assert!(!snapshot.catalog.is_empty());
}

#[test]
fn with_others_at_work_the_same_is_found() {
    let Some((repository, mut reader)) = repository("unseen_busy") else { return };
    std::thread::scope(|scope| {
        for number in 0..2 {
            let mut session = repository.another_session();
            scope.spawn(move || {
                for round in 0..40 {
                    let end = if round % 3 == 0 { "ROLLBACK" } else { "COMMIT" };
                    let (made, last) = (format!("w{number}_{}", round + 1), format!("w{number}_{round}"));
                    run(
                        &mut session,
                        &format!(
                            "BEGIN; CREATE TABLE {made} (i serial PRIMARY KEY, j int); COMMENT ON TABLE {made} IS 'x';
                             CREATE INDEX ON {made} (j); SAVEPOINT s; ALTER TABLE {made} ADD k text; ROLLBACK TO s;
                             ALTER TABLE IF EXISTS {last} ADD COLUMN l text DEFAULT 'x'; {end}"
                        ),
                    );
                }
            });
        }
        let mut vacuum = repository.another_session();
        scope.spawn(move || {
            for _ in 0..40 {
                run(
                    &mut vacuum,
                    "VACUUM pg_class, pg_attribute, pg_type, pg_depend, pg_index, pg_constraint",
                );
            }
        });
        for round in 0..25 {
            // One snapshot for both ways of reading.
            reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ");
            let found = reader.status(&format!("round {round}"));
            reader.run("COMMIT");
            if !found.is_empty() && round % 2 == 0 {
                // What was found may be gone by now.
                let committed = reader.session().script("SELECT pggit.commit('busy')");
                assert!(
                    committed.as_ref().err().is_none_or(|error| error.sqlstate == "55000"),
                    "{committed:?}"
                );
            }
        }
    });
    reader.check("all");
    assert!(reader.parts > 20, "{} parts, {} wholes", reader.parts, reader.wholes);
}
