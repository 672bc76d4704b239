//! Checkout: the live schema of one branch becomes that of another, in the caller's transaction.

use pggit_testkit::TestRepository;

const SHOP: &str = "
    CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);
    CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, total numeric(10, 2) DEFAULT 0);
    CREATE VIEW spenders AS SELECT u.email, sum(o.total) AS total FROM users u JOIN orders o ON o.user_id = u.id GROUP BY 1;
    INSERT INTO users SELECT i, 'user' || i FROM generate_series(1, 50) i;
    INSERT INTO orders SELECT i, i, i * 1.5 FROM generate_series(1, 50) i";

#[test]
fn it_says_what_changed() {
    let Some(mut repository) = TestRepository::of("says", SHOP) else { return };
    repository.run("SELECT pggit.create_branch('b')");
    assert_eq!(repository.rows("SELECT pggit.checkout('b')"), "Switched to branch 'b', no objects changed");
    repository.run("CREATE TABLE t (i int); ALTER TABLE users ADD COLUMN name text; DROP VIEW spenders");
    assert_eq!(
        repository.rows("SELECT pggit.checkout('main')"),
        "Switched to branch 'main', objects: 1 created, 1 altered, 1 dropped"
    );
    assert_eq!(repository.rows("SELECT pggit.checkout('main')"), "Already on 'main', no objects changed");
}

#[test]
fn checking_out_the_checked_out_branch_changes_nothing() {
    let Some(mut repository) = TestRepository::of("twice", SHOP) else { return };
    repository.run("CREATE TABLE t (i int)");
    let before = repository.state();
    repository.checkout("main");
    repository.checkout("main");
    repository.assert_state(&before, "uncommitted changes stay");
    assert_eq!(repository.rows("SELECT object_name FROM pggit.status()"), "public.t");
}

#[test]
fn every_kind_of_object_comes_and_goes() {
    let Some(mut repository) = TestRepository::of("kinds", SHOP) else { return };
    repository.there_and_back(
        r#"CREATE SCHEMA app;
           CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
           CREATE TYPE app.point AS (x int, y int);
           CREATE DOMAIN app.positive AS int CHECK (VALUE > 0);
           CREATE TYPE app.span AS RANGE (subtype = float8);
           CREATE SEQUENCE app.numbers START 5 INCREMENT 5;
           CREATE FUNCTION app.double(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i * 2';
           CREATE PROCEDURE app.nothing() LANGUAGE plpgsql AS 'BEGIN END';
           CREATE TABLE app.everything (
               id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
               mood app.mood DEFAULT 'ok', place app.point, amount app.positive, during app.span,
               number int DEFAULT nextval('app.numbers'), twice int GENERATED ALWAYS AS (app.double(2)) STORED,
               user_id int REFERENCES users ON DELETE CASCADE,
               EXCLUDE USING gist (during WITH &&));
           CREATE INDEX ON app.everything (mood) WHERE mood <> 'sad';
           CREATE INDEX ON app.everything ((app.double(number)));
           CREATE TABLE app.measures (at date, value int) PARTITION BY RANGE (at);
           CREATE TABLE app.measures_2024 PARTITION OF app.measures FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
           CREATE TABLE app.measures_rest PARTITION OF app.measures DEFAULT;
           CREATE TABLE app.child (extra text) INHERITS (orders);
           CREATE VIEW app.moods AS SELECT mood, count(*) FROM app.everything GROUP BY mood;
           CREATE MATERIALIZED VIEW app.counted AS SELECT count(*) FROM users;
           CREATE UNIQUE INDEX ON app.counted (count);
           CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
           CREATE TRIGGER touch BEFORE INSERT ON app.everything FOR EACH ROW EXECUTE FUNCTION app.touch();
           COMMENT ON TABLE app.everything IS 'all of it; with ''quotes''';
           COMMENT ON COLUMN app.everything.mood IS 'a mood';
           ALTER TABLE users ADD COLUMN mood app.mood;
           ALTER TABLE users ALTER COLUMN email SET DEFAULT 'none', ADD CHECK (email <> '');
           CREATE INDEX users_email ON users (email)"#,
    );
}

#[test]
fn columns_change_in_every_way() {
    let Some(mut repository) = TestRepository::of("columns", SHOP) else { return };
    repository.there_and_back(
        "DROP VIEW spenders;
         ALTER TABLE orders ALTER COLUMN total TYPE numeric(12, 4), ALTER COLUMN total SET NOT NULL,
             ALTER COLUMN total SET DEFAULT 1, ALTER COLUMN total SET STATISTICS 100;
         ALTER TABLE users ALTER COLUMN email DROP NOT NULL, ALTER COLUMN email SET STORAGE EXTERNAL;
         ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;
         ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
         CREATE VIEW spenders AS SELECT email FROM users",
    );
}

#[test]
fn a_function_that_views_and_defaults_use_is_replaced() {
    let schema = "
        CREATE FUNCTION f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i';
        CREATE TABLE t (i int DEFAULT f(1), CHECK (f(i) < 100));
        CREATE VIEW v AS SELECT f(i) AS i FROM t;
        CREATE INDEX ON t (f(i))";
    let Some(mut repository) = TestRepository::of("function", schema) else { return };
    repository.there_and_back(
        "CREATE OR REPLACE FUNCTION f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i + 0'",
    );
}

#[test]
fn odd_names_are_no_trouble() {
    let long = "x".repeat(63);
    let schema = format!(
        r#"CREATE SCHEMA "Odd ""na;me"; CREATE TABLE "Odd ""na;me"."SELECT" ("from" int PRIMARY KEY, "new
line" text);
           CREATE TABLE "{long}" ("{long}" int); CREATE TABLE "Łódź ñ" ("Ü" int)"#
    );
    let Some(mut repository) = TestRepository::of("odd_names", &schema) else { return };
    repository.there_and_back(&format!(
        r#"CREATE TABLE "Odd ""na;me"."--'; DROP" ("a.b" int, CONSTRAINT "c'$$" CHECK ("a.b" > 0));
           CREATE VIEW "Odd ""na;me"."V w" AS SELECT "new
line" FROM "Odd ""na;me"."SELECT";
           ALTER TABLE "{long}" ADD COLUMN "B""" text DEFAULT '"';
           ALTER TABLE "Łódź ñ" RENAME COLUMN "Ü" TO "ü""#
    ));
}

#[test]
fn renames_are_followed_and_rows_stay() {
    let Some(mut repository) = TestRepository::of("renames", &format!("CREATE SCHEMA app; {SHOP}")) else {
        return;
    };
    repository.start_branch("change");
    repository.run(
        "ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME COLUMN email TO address;
         ALTER VIEW spenders RENAME TO buyers; ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO orders_key;
         ALTER TABLE orders SET SCHEMA app",
    );
    let table = "SELECT oid FROM pg_class WHERE relname IN ('users', 'people')";
    let oid = repository.rows(table);
    repository.checkout("main");
    assert_eq!(repository.rows(table), oid, "renamed, not made anew");
    assert_eq!(repository.rows("SELECT count(*), max(email) FROM users"), "50|user9");
    repository.checkout("change");
    assert_eq!(repository.rows(table), oid, "renamed, not made anew");
    assert_eq!(repository.rows("SELECT count(*), max(address) FROM people"), "50|user9");
    assert_eq!(repository.rows("SELECT count(*) FROM app.orders"), "50");
    repository.checkout("main");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
}

#[test]
fn names_are_swapped() {
    let Some(mut repository) = TestRepository::of(
        "swapped",
        "CREATE TABLE a (x int); CREATE TABLE b (y int); INSERT INTO a VALUES (1)",
    ) else {
        return;
    };
    let main = repository.state();
    repository.start_branch("change");
    repository.run("ALTER TABLE a RENAME TO c; ALTER TABLE b RENAME TO a; ALTER TABLE c RENAME TO b");
    let branch = repository.state();
    for _ in 0..2 {
        repository.checkout("main");
        repository.assert_state(&main, "main");
        repository.checkout("change");
        repository.assert_state(&branch, "the branch");
    }
}

#[test]
fn a_rolled_back_checkout_changes_nothing() {
    let Some(mut repository) = TestRepository::of("rollback", SHOP) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int); INSERT INTO t VALUES (1); DROP VIEW spenders");
    repository.run("SELECT pggit.commit('b')");
    let before = repository.state();
    let history = "SELECT count(*) FROM pggit.object UNION ALL SELECT count(*) FROM pggit.reflog UNION ALL SELECT count(*) FROM pggit.aside";
    let recorded = repository.rows(history);
    repository.run("BEGIN; SELECT pggit.checkout('main'); ROLLBACK");
    repository.assert_state(&before, "after a rollback");
    assert_eq!(repository.rows("SELECT pggit.current_branch()"), "b");
    assert_eq!(repository.rows(history), recorded);
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
}

#[test]
fn savepoints_around_a_checkout_work() {
    let Some(mut repository) = TestRepository::of("savepoint", SHOP) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
    let branch = repository.state();
    repository.run(
        "BEGIN; SAVEPOINT a; SELECT pggit.checkout('main'); ROLLBACK TO a; SELECT pggit.checkout('main');
         SAVEPOINT c; SELECT pggit.checkout('b'); INSERT INTO t VALUES (2); ROLLBACK TO c; RELEASE a; COMMIT",
    );
    assert_eq!(repository.rows("SELECT pggit.current_branch(), to_regclass('t')"), "main|");
    repository.checkout("b");
    repository.assert_state(&branch, "the branch");
}

#[test]
fn several_operations_fit_into_one_transaction() {
    let Some(mut repository) = TestRepository::of("one_transaction", SHOP) else { return };
    let main = repository.state();
    repository.run(
        "BEGIN; SELECT pggit.create_branch('b'); SELECT pggit.checkout('b'); CREATE TABLE t (i int); INSERT INTO t VALUES (1);
         SELECT pggit.commit('t'); SELECT pggit.checkout('main'); SELECT pggit.checkout('b'); DROP TABLE t;
         SELECT pggit.commit('no t'); SELECT pggit.checkout('main'); COMMIT",
    );
    repository.assert_state(&main, "main");
    assert_eq!(repository.rows("SELECT message FROM pggit.log('b', 2)"), "no t\nt");
}

#[test]
fn checkout_runs_inside_functions_and_blocks() {
    let Some(mut repository) = TestRepository::of("plpgsql", SHOP) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int)");
    repository.run(
        "DO $$ BEGIN
             PERFORM pggit.checkout('main');
             BEGIN PERFORM pggit.checkout('nowhere'); RAISE 'no error'; EXCEPTION WHEN undefined_object THEN NULL; END;
             BEGIN PERFORM pggit.checkout('b'); RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN NULL; END;
             IF pggit.current_branch() <> 'main' THEN RAISE 'not rolled back'; END IF;
             IF to_regclass('t') IS NOT NULL THEN RAISE 'not rolled back'; END IF;
         END $$",
    );
    assert_eq!(repository.rows("SELECT pggit.current_branch()"), "main");
}

#[test]
fn the_settings_of_the_session_stay() {
    let Some(mut repository) = TestRepository::of("settings", SHOP) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int)");
    let shown = repository.rows(
        "SET search_path = public, pg_catalog; SET DateStyle = 'German'; SET quote_all_identifiers = on;
         SET standard_conforming_strings = off; SET jit = on; SET role = postgres;
         SELECT length(pggit.checkout('main')) > 0;
         SELECT current_setting('search_path'), current_setting('DateStyle'), current_setting('quote_all_identifiers'),
             current_setting('standard_conforming_strings'), current_setting('jit'), current_user = 'postgres'",
    );
    assert_eq!(shown, "t\npublic, pg_catalog|German, DMY|on|off|on|t");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
}

#[test]
fn repeatable_read_and_serializable_transactions_check_out() {
    let Some(mut repository) = TestRepository::of("isolation", SHOP) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int); INSERT INTO t VALUES (1)");
    let branch = repository.state();
    repository.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1; SELECT pggit.checkout('main'); SELECT count(*) FROM users; COMMIT");
    assert_eq!(repository.rows("SELECT to_regclass('t')"), "");
    repository.run("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT pggit.checkout('b'); COMMIT");
    repository.assert_state(&branch, "the branch");
}

#[test]
fn discard_throws_uncommitted_changes_away_and_writes_them_down() {
    let Some(mut repository) = TestRepository::of("discard", SHOP) else { return };
    let main = repository.state();
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int); ALTER TABLE users RENAME TO people; DROP VIEW spenders");
    repository.run("SELECT pggit.checkout('main', discard => true)");
    repository.assert_state(&main, "main");
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.diff('main', 'b')"), "0");
    let lost = repository.rows("SELECT new_commit FROM pggit.reflog() WHERE action = 'discard'");
    repository.run(&format!("SELECT pggit.create_branch('found', '{lost}')"));
    repository.checkout("found");
    assert_eq!(
        repository.rows("SELECT to_regclass('t'), to_regclass('people'), to_regclass('spenders')"),
        "t|people|"
    );
    // Discarding on the branch that is checked out is going back to its last commit.
    repository.checkout("main");
    repository.run("DROP VIEW spenders; SELECT pggit.checkout('main', discard => true)");
    repository.assert_state(&main, "main");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
}

#[test]
fn unmodelled_objects_are_reported_and_stay() {
    let schema = "
        CREATE TABLE t (i int, j int);
        CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;
        CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'secret');
        CREATE SUBSCRIPTION s CONNECTION 'password=secret' PUBLICATION p WITH (connect = false, slot_name = NONE);
        SELECT lo_create(4711)";
    let Some(mut repository) = TestRepository::installed("unmodelled") else { return };
    repository.run(schema);
    repository.session().take_notices();
    repository.run("SELECT pggit.init()");
    let notices = repository.session().take_notices();
    let notice =
        notices.iter().find(|notice| notice.message.contains("not under version control")).expect("a notice");
    for kind in ["user mapping", "subscription", "large objects"] {
        assert!(notice.message.contains(kind), "{kind}: {}", notice.message);
    }
    let before = repository.state();
    repository.start_branch("b");
    repository.run("CREATE TABLE u (i int); ALTER TABLE t ADD COLUMN k int");
    repository.checkout("main");
    repository.assert_state(&before, "main");
}

#[test]
fn a_table_that_unmodelled_objects_hang_on_does_not_go() {
    let Some(mut repository) = TestRepository::of("hanging", SHOP) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int PRIMARY KEY); ALTER INDEX t_pkey DEPENDS ON EXTENSION plpgsql");
    let before = repository.state();
    let error = repository.error("SELECT pggit.checkout('main')");
    assert_eq!(
        (error.sqlstate.as_str(), error.message.as_str()),
        ("0A000", "objects that are not under version control would be lost")
    );
    assert!(error.detail.is_some_and(|detail| detail.contains("public.t_pkey")) && error.hint.is_some());
    repository.assert_state(&before, "nothing is half-done");
    assert_eq!(repository.rows("SELECT pggit.current_branch()"), "b");
}

#[test]
fn ignored_objects_stay() {
    let Some(mut repository) = TestRepository::of("ignored", SHOP) else { return };
    repository.run("INSERT INTO pggit.ignore (pattern) VALUES ('public.scratch%')");
    repository.start_branch("b");
    repository.run("CREATE TABLE scratch_1 (i int); INSERT INTO scratch_1 VALUES (1)");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
    repository.checkout("main");
    assert_eq!(repository.rows("SELECT * FROM scratch_1"), "1");
}

#[test]
fn what_was_committed_before_it_was_ignored_stays() {
    let Some(mut repository) = TestRepository::of("ignored later", SHOP) else { return };
    repository.run("CREATE TABLE scratch (id serial, i int); CREATE INDEX by_i ON scratch (i)");
    repository.run("SELECT pggit.commit('with a table that is not ours')");
    repository.start_branch("b");
    repository.run("ALTER TABLE scratch ADD COLUMN j int; SELECT pggit.commit('changed')");
    repository.run("INSERT INTO pggit.ignore (pattern) VALUES ('public.scratch%')");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
    repository.run("CREATE TABLE ours (i int); INSERT INTO scratch (i, j) VALUES (1, 2)");
    assert_eq!(repository.rows("SELECT object_name FROM pggit.status()"), "public.ours");
    assert_eq!(repository.rows("SELECT object_name FROM pggit.diff('main', 'WORKING')"), "public.ours");
    repository.checkout("main");
    assert_eq!(repository.rows("SELECT * FROM scratch"), "1|1|2");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
    repository.checkout("b");
    assert_eq!(repository.rows("SELECT object_name FROM pggit.diff('main', 'HEAD')"), "public.ours");
}

#[test]
fn temporary_tables_do_not_matter() {
    let Some(mut repository) = TestRepository::of("temporary", SHOP) else { return };
    repository.start_branch("b");
    repository.run("CREATE TABLE t (i int)");
    repository.run("CREATE TEMPORARY TABLE users (i int); CREATE TEMPORARY TABLE pg_class (relname text)");
    repository.checkout("main");
    repository.checkout("b");
    repository.run("SELECT i FROM pg_temp.users");
    assert_eq!(repository.rows("SELECT count(*) FROM public.users, t"), "0");
}

#[test]
fn owners_and_grants_are_part_of_a_branch() {
    let Some(mut repository) = TestRepository::of("grants", SHOP) else { return };
    let (ada, bob) = (repository.role("ada"), repository.role("bob"));
    repository.there_and_back(&format!(
        "ALTER TABLE users OWNER TO {ada}; GRANT SELECT, INSERT ON orders TO {bob} WITH GRANT OPTION;
         GRANT UPDATE (email) ON users TO {bob}; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
         REVOKE ALL ON FUNCTION f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION f() TO {bob};
         CREATE SCHEMA app AUTHORIZATION {ada}; GRANT USAGE ON SCHEMA app TO PUBLIC;
         CREATE TABLE app.t (i int); ALTER TABLE app.t OWNER TO {bob}"
    ));
}

#[test]
fn an_extension_comes_and_goes_with_its_branch() {
    let Some(mut repository) = TestRepository::of("extension", SHOP) else { return };
    repository.there_and_back(
        "CREATE EXTENSION citext; CREATE SCHEMA h; CREATE EXTENSION hstore SCHEMA h;
         ALTER TABLE users ADD COLUMN nick citext, ADD COLUMN more h.hstore; CREATE INDEX ON users USING gin (more)",
    );
}

#[test]
fn a_table_moves_into_a_schema_that_is_new() {
    let Some(mut repository) = TestRepository::of("new_schema", SHOP) else { return };
    repository.there_and_back("CREATE SCHEMA app; ALTER TABLE orders SET SCHEMA app");
}

#[test]
fn a_default_is_changed_in_a_parent_whose_child_is_new() {
    let Some(mut repository) = TestRepository::of("inherited_default", SHOP) else { return };
    repository.there_and_back(
        "CREATE TABLE child (extra text) INHERITS (users); ALTER TABLE users ALTER COLUMN email SET DEFAULT 'none'",
    );
}

#[test]
fn a_table_is_dropped_and_made_anew() {
    let Some(mut repository) = TestRepository::of("replaced", SHOP) else { return };
    repository.there_and_back(
        "DROP TABLE orders CASCADE; CREATE TABLE orders (id uuid PRIMARY KEY, note text);
         INSERT INTO orders VALUES ('00000000-0000-0000-0000-000000000001', 'x');
         CREATE VIEW spenders AS SELECT note AS email FROM orders",
    );
}

#[test]
fn two_branches_have_tables_of_the_same_name() {
    let Some(mut repository) = TestRepository::of("same_name", SHOP) else { return };
    for branch in ["a", "b"] {
        repository.start_branch(branch);
        repository.run(&format!("CREATE TABLE t (v text); INSERT INTO t VALUES ('{branch}')"));
        repository.checkout("main");
    }
    repository.checkout("a");
    repository.checkout("b");
    assert_eq!(repository.rows("SELECT * FROM t"), "b");
}
