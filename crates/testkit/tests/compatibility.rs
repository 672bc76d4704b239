//! Everything users do goes on working with the extension installed.

use pggit_testkit::extension::run;
use pggit_testkit::{TestRepository, TestServer, pg_dump, pg_restore, psql, try_psql};

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a')";

/// Runs `script` with the extension installed, before and after `init`.
#[track_caller]
fn works(hint: &str, script: &str) {
    for initialised in [false, true] {
        let Some(mut repository) = TestRepository::installed(hint) else { return };
        repository.run(USERS);
        if initialised {
            repository.run("SELECT pggit.init()");
        }
        if let Err(message) = try_psql(repository.database().settings(), script) {
            panic!("{hint}, initialised: {initialised}: {message}");
        }
        if initialised {
            repository.run("SELECT * FROM pggit.status()");
        }
    }
}

#[test]
fn roles_without_any_rights_run_ddl() {
    for initialised in [false, true] {
        let Some(mut repository) = TestRepository::installed("no_rights") else { return };
        let role = repository.role("nobody");
        repository.run(&format!(
            "CREATE SCHEMA theirs AUTHORIZATION {role}; REVOKE USAGE ON SCHEMA pggit FROM PUBLIC"
        ));
        if initialised {
            repository.run("SELECT pggit.init()");
        }
        let mut session = repository.session_of(&role);
        run(
            &mut session,
            "CREATE TABLE theirs.t (id serial PRIMARY KEY, v text); INSERT INTO theirs.t (v) VALUES ('x');
             CREATE VIEW theirs.v AS SELECT * FROM theirs.t; CREATE INDEX ON theirs.t (v); ALTER TABLE theirs.t ADD COLUMN w int;
             COMMENT ON TABLE theirs.t IS 'x'; GRANT SELECT ON theirs.t TO PUBLIC;
             CREATE TYPE theirs.e AS ENUM ('a'); ALTER TYPE theirs.e RENAME VALUE 'a' TO 'b';
             CREATE FUNCTION theirs.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TEMPORARY TABLE tmp (i int); DROP TABLE tmp;
             CREATE TABLE theirs.copy AS SELECT * FROM theirs.t; SELECT * INTO theirs.into_table FROM theirs.t;
             ALTER TABLE theirs.t RENAME TO u; ALTER TABLE theirs.u RENAME COLUMN v TO x; CREATE MATERIALIZED VIEW theirs.m AS SELECT 1 AS i",
        );
        for statement in [
            "REINDEX TABLE theirs.u",
            "CREATE INDEX CONCURRENTLY ON theirs.u (w)",
            "VACUUM theirs.u",
            "ANALYZE theirs.u",
            "REFRESH MATERIALIZED VIEW theirs.m",
            "TRUNCATE theirs.copy",
            "ALTER TABLE theirs.u DROP COLUMN x CASCADE",
            "DROP TABLE theirs.into_table",
            "DROP SCHEMA IF EXISTS nothing",
            "DROP OWNED BY CURRENT_USER CASCADE",
        ] {
            run(&mut session, statement);
        }
        assert_eq!(
            repository.rows("SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('theirs')"),
            "0"
        );
    }
}

#[test]
fn what_others_committed_can_be_dropped_by_its_owner() {
    let Some(mut repository) = TestRepository::installed("owners") else { return };
    let role = repository.role("owner");
    repository.run(&format!("CREATE SCHEMA theirs AUTHORIZATION {role}"));
    let mut session = repository.session_of(&role);
    run(
        &mut session,
        "CREATE TABLE theirs.t (id serial PRIMARY KEY, v text); INSERT INTO theirs.t (v) VALUES ('x'), ('y'); CREATE SEQUENCE theirs.s",
    );
    repository.run("SELECT pggit.init(); SELECT pggit.create_branch('b'); SELECT pggit.checkout('b')");
    run(&mut session, "ALTER TABLE theirs.t DROP COLUMN v");
    run(&mut session, "DROP TABLE theirs.t; DROP SCHEMA theirs CASCADE");
    repository.run("SELECT pggit.checkout('main')");
    assert_eq!(repository.rows("SELECT * FROM theirs.t ORDER BY id"), "1|x\n2|y");
    assert_eq!(
        repository.rows(&format!("SELECT tableowner = '{role}' FROM pg_tables WHERE tablename = 't'")),
        "t"
    );
}

#[test]
fn temporary_objects() {
    works(
        "temporary",
        "CREATE TEMP TABLE t (id serial PRIMARY KEY, v text); INSERT INTO t (v) VALUES ('x'); CREATE TEMP VIEW v AS SELECT * FROM t;
         CREATE TEMP SEQUENCE s; CREATE INDEX ON t (v); ALTER TABLE t ADD COLUMN w int; ALTER TABLE t DROP COLUMN v CASCADE;
         CREATE TEMP TABLE users (LIKE public.users INCLUDING ALL) ON COMMIT DROP; CREATE TEMP TABLE made AS SELECT 1 AS i; SELECT 1 AS i INTO TEMP into_it;
         CREATE TYPE pg_temp.e AS ENUM ('a'); CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT pg_temp.f();
         DROP TABLE t, made; DROP SEQUENCE s; DISCARD TEMP; DISCARD ALL",
    );
}

#[test]
fn quoted_and_upper_case_names() {
    works(
        "quoted",
        r#"CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."T""able" ("Id" int PRIMARY KEY, "select" text, "a;b" int, "new
line" int);
           CREATE TABLE UPPER_CASE (I int); CREATE INDEX "I x" ON "My Schema"."T""able" ("select"); ALTER TABLE "My Schema"."T""able" DROP COLUMN "a;b";
           CREATE VIEW "V" AS SELECT "Id" FROM "My Schema"."T""able"; DROP VIEW "V"; DROP TABLE "My Schema"."T""able"; DROP SCHEMA "My Schema" CASCADE"#,
    );
}

#[test]
fn extensions() {
    works(
        "extensions",
        "CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION pg_trgm; CREATE EXTENSION ltree; CREATE EXTENSION btree_gist; CREATE EXTENSION postgres_fdw;
         CREATE TABLE t (id int PRIMARY KEY, h hstore, c citext, l ltree, EXCLUDE USING gist (id WITH =)); CREATE INDEX ON t USING gin (c gin_trgm_ops);
         INSERT INTO t VALUES (1, 'a=>1', 'X', 'a.b');
         CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw; CREATE FOREIGN TABLE f (i int) SERVER s;
         ALTER EXTENSION citext SET SCHEMA public; DROP EXTENSION hstore CASCADE; DROP EXTENSION citext CASCADE; DROP EXTENSION pg_trgm CASCADE;
         DROP EXTENSION ltree CASCADE; DROP EXTENSION btree_gist CASCADE; DROP EXTENSION postgres_fdw CASCADE; CREATE EXTENSION hstore; DROP EXTENSION hstore",
    );
}

#[test]
fn tables_from_queries() {
    works(
        "queries",
        "CREATE TABLE a AS SELECT * FROM users; SELECT * INTO b FROM users; CREATE TABLE c AS TABLE users WITH NO DATA;
         CREATE UNLOGGED TABLE d AS SELECT 1 AS i; CREATE MATERIALIZED VIEW m AS SELECT * FROM users; REFRESH MATERIALIZED VIEW m;
         CREATE TABLE e (LIKE users INCLUDING ALL); EXPLAIN ANALYZE CREATE TABLE f AS SELECT 1; PREPARE p AS SELECT 1; CREATE TABLE g AS EXECUTE p",
    );
}

#[test]
fn owned_objects() {
    for initialised in [false, true] {
        let Some(mut repository) = TestRepository::of("owned", USERS) else { return };
        let (ada, bob) = (repository.role("ada"), repository.role("bob"));
        if initialised {
            repository.run("SELECT pggit.init()");
        }
        repository.run(&format!(
            "CREATE TABLE t (i int); INSERT INTO t VALUES (1); ALTER TABLE t OWNER TO {ada}; CREATE SCHEMA s AUTHORIZATION {ada}; GRANT SELECT ON users TO {ada}"
        ));
        repository.run("SELECT pggit.commit('t')");
        repository.run(&format!("REASSIGN OWNED BY {ada} TO {bob}"));
        repository.run(&format!("DROP OWNED BY {ada}, {bob} CASCADE"));
        assert_eq!(repository.rows("SELECT to_regclass('t'), to_regnamespace('s')"), "|");
    }
}

#[test]
fn statements_that_cannot_run_in_a_transaction() {
    for initialised in [false, true] {
        let Some(mut repository) = TestRepository::installed("no_transaction") else { return };
        repository.run(USERS);
        if initialised {
            repository.run("SELECT pggit.init()");
        }
        repository.run("CREATE TABLE p (i int) PARTITION BY RANGE (i); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (2)");
        for statement in [
            "CREATE INDEX CONCURRENTLY i ON users (email)",
            "CREATE UNIQUE INDEX CONCURRENTLY ON users (email)",
            "REINDEX INDEX CONCURRENTLY i",
            "REINDEX TABLE CONCURRENTLY users",
            "DROP INDEX CONCURRENTLY i",
            "VACUUM FULL users",
            "CLUSTER users USING users_pkey",
            "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
            "REINDEX SCHEMA public",
            "ALTER SYSTEM RESET work_mem",
        ] {
            run(repository.session(), statement);
        }
        let name = format!("{}_other", repository.database().name());
        run(repository.session(), &format!("CREATE DATABASE {name}"));
        run(repository.session(), &format!("ALTER DATABASE {name} SET work_mem = '8MB'"));
        run(repository.session(), &format!("DROP DATABASE {name}"));
    }
}

#[test]
fn ddl_in_functions_procedures_and_blocks() {
    works(
        "functions",
        "CREATE FUNCTION make(n text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
             EXECUTE format('CREATE TABLE %I (i int)', n); EXECUTE format('ALTER TABLE %I ADD COLUMN j int', n); EXECUTE format('DROP TABLE %I', n);
             CREATE TEMP TABLE tmp AS SELECT 1; DROP TABLE tmp; END $$;
         SELECT make('a'), make('b');
         CREATE PROCEDURE steps() LANGUAGE plpgsql AS $$ BEGIN
             FOR n IN 1..5 LOOP EXECUTE format('CREATE TABLE step_%s (i int)', n); COMMIT; EXECUTE format('DROP TABLE step_%s', n); ROLLBACK; END LOOP; END $$;
         CALL steps();
         DO $$ BEGIN FOR n IN 1..100 LOOP EXECUTE format('CREATE TABLE l_%s (i int)', n); END LOOP; END $$;
         CREATE FUNCTION in_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE TABLE IF NOT EXISTS by_trigger (i int)'; RETURN NEW; END $$;
         CREATE TRIGGER t BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION in_trigger(); INSERT INTO users VALUES (2)",
    );
}

#[test]
fn ddl_in_blocks_that_are_rolled_back() {
    let Some(mut repository) = TestRepository::of("rolled_back", USERS) else { return };
    repository.run(
        "DO $$ BEGIN
             CREATE TABLE kept (i int);
             FOR n IN 1..10 LOOP
                 BEGIN
                     CREATE TABLE lost (i int); ALTER TABLE users DROP COLUMN email; DROP TABLE users; RAISE division_by_zero;
                 EXCEPTION WHEN division_by_zero THEN NULL; END;
             END LOOP;
             BEGIN CREATE TABLE kept (i int); EXCEPTION WHEN duplicate_table THEN NULL; END;
             BEGIN DROP TABLE nothing; EXCEPTION WHEN undefined_table THEN NULL; END;
             BEGIN DROP TABLE users, nothing; EXCEPTION WHEN undefined_table THEN NULL; END;
         END $$",
    );
    assert_eq!(repository.rows("SELECT change_type, object_name FROM pggit.status()"), "CREATE|public.kept");
    assert_eq!(
        repository.rows("SELECT count(*) FROM pggit.audit_log WHERE object_identity LIKE '%lost%'"),
        "0"
    );
    assert_eq!(repository.rows("SELECT * FROM users"), "1|a");
}

#[test]
fn drops_of_everything_that_can_be_dropped() {
    works(
        "drops",
        "CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int); CREATE CAST (bool AS name) WITH INOUT; CREATE COLLATION c FROM \"C\";
         CREATE OPERATOR ### (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl); CREATE STATISTICS st ON id, email FROM users;
         CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple); CREATE RULE r AS ON INSERT TO users DO ALSO NOTHING; CREATE POLICY p ON users;
         CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE INSERT ON users EXECUTE FUNCTION g();
         CREATE PUBLICATION pub FOR TABLE users; CREATE DOMAIN dom AS int; CREATE TABLE uses (d dom, id int); CREATE VIEW v AS SELECT id FROM users;
         CREATE TYPE comp AS (i int); CREATE TABLE of_type OF comp; CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         CREATE FOREIGN TABLE ft (i int) SERVER s; ALTER FOREIGN TABLE ft ADD COLUMN j int; ALTER FOREIGN TABLE ft DROP COLUMN j;
         CREATE FUNCTION et() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER theirs ON ddl_command_end EXECUTE FUNCTION et();
         DROP EVENT TRIGGER theirs; DROP FOREIGN TABLE ft; DROP SERVER s; DROP FOREIGN DATA WRAPPER w; ALTER TYPE comp ADD ATTRIBUTE j int CASCADE;
         ALTER TYPE comp DROP ATTRIBUTE i CASCADE; DROP TYPE comp CASCADE; ALTER VIEW v RENAME TO vv; DROP VIEW vv; DROP DOMAIN dom CASCADE; DROP PUBLICATION pub;
         DROP TRIGGER tr ON users; DROP FUNCTION g; DROP POLICY p ON users; DROP RULE r ON users; DROP TEXT SEARCH DICTIONARY d; DROP STATISTICS st;
         DROP OPERATOR ### (int, int); DROP COLLATION c; DROP CAST (bool AS name); DROP AGGREGATE total (int);
         ALTER TABLE IF EXISTS nothing DROP COLUMN x; DROP TABLE IF EXISTS nothing; DROP TABLE IF EXISTS nowhere.nothing; DROP SEQUENCE IF EXISTS nothing;
         DROP TYPE IF EXISTS nothing; DROP DOMAIN IF EXISTS nothing; DROP SCHEMA IF EXISTS nothing; DROP EXTENSION IF EXISTS nothing; DROP TABLE users CASCADE",
    );
}

#[test]
fn errors_of_users_ddl_are_what_they_were() {
    let Some(mut repository) = TestRepository::of("errors", USERS) else { return };
    repository.run("CREATE VIEW v AS SELECT email FROM users");
    for (statement, sqlstate) in [
        ("DROP TABLE nothing", "42P01"),
        ("DROP TABLE nowhere.nothing", "3F000"),
        ("ALTER TABLE users DROP COLUMN nothing", "42703"),
        ("ALTER TABLE nothing DROP COLUMN x", "42P01"),
        ("DROP TABLE v", "42809"),
        ("DROP TABLE users", "2BP01"),
        ("ALTER TABLE users DROP COLUMN email", "2BP01"),
        ("DROP SCHEMA nothing", "3F000"),
        ("DROP TYPE nothing", "42704"),
        ("DROP EXTENSION nothing", "42704"),
        ("DROP OWNED BY nobody_at_all", "42704"),
        ("DROP TABLE pg_class", "42501"),
        ("ALTER TABLE pg_class DROP COLUMN relname", "42501"),
        ("DROP SCHEMA pg_catalog", "2BP01"),
        ("DROP SEQUENCE users", "42809"),
        ("DROP TABLE pggit.object", "2BP01"),
        ("DROP TABLE a.b.c.d", "42601"),
    ] {
        let error = repository.error(statement);
        assert_eq!(error.sqlstate, sqlstate, "{statement}: {error:?}");
    }
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.aside"), "0");
}

#[test]
fn ddl_under_replica_role_and_odd_search_paths() {
    works(
        "settings",
        "SET session_replication_role = replica; CREATE TABLE a (i int); DROP TABLE a; RESET session_replication_role;
         SET search_path = ''; CREATE TABLE public.b (i int); DROP TABLE public.b; SET search_path = pg_temp; CREATE TABLE public.c (i int); CREATE TABLE d (i int);
         SET search_path = pggit, public; CREATE TABLE public.e (i int); DROP TABLE public.e; RESET search_path;
         SET standard_conforming_strings = off; SET quote_all_identifiers = on; SET check_function_bodies = off; SET jit = on; SET jit_above_cost = 0;
         CREATE TABLE g (i int); INSERT INTO g VALUES (1); ALTER TABLE g DROP COLUMN i; DROP TABLE g; SET client_min_messages = debug1; CREATE TABLE h (i int)",
    );
}

#[test]
fn a_dump_is_restored_into_a_database_with_the_extension() {
    let Some(mut repository) = TestRepository::of("restored", USERS) else { return };
    let plain = TestServer::shared().database("plain");
    psql(
        plain.settings(),
        "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE a (id serial PRIMARY KEY, m mood); CREATE TABLE b (a_id int REFERENCES a); CREATE VIEW v AS SELECT * FROM a;
         CREATE MATERIALIZED VIEW mv AS SELECT count(*) FROM a; INSERT INTO a (m) VALUES ('ok'); INSERT INTO b VALUES (1); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    );
    let dump = pg_dump(plain.settings(), &["--format=custom"]);
    pg_restore(repository.database().settings(), &["--single-transaction", "--exit-on-error"], &dump);
    assert_eq!(repository.rows("SELECT count(*) FROM a JOIN b ON a_id = id"), "1");
    repository.run("SELECT pggit.commit('restored')");
    // Again, over what is there.
    pg_restore(repository.database().settings(), &["--clean", "--if-exists", "--exit-on-error"], &dump);
    assert_eq!(repository.rows("SELECT count(*) FROM a JOIN b ON a_id = id"), "1");
    assert_eq!(repository.rows("SELECT * FROM pggit.status()"), "");
}

#[test]
fn writing_rows_is_not_touched() {
    works(
        "rows",
        "INSERT INTO users SELECT i, 'x' FROM generate_series(2, 1000) i; UPDATE users SET email = 'y'; DELETE FROM users WHERE id > 500; TRUNCATE users;
         COPY users FROM PROGRAM 'echo 1,a' WITH (FORMAT csv)",
    );
}
