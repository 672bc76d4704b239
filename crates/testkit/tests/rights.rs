//! Nobody gains rights through the extension.

use pggit_db::session::Session;
use pggit_testkit::TestRepository;
use pggit_testkit::extension::{error, run};
use pggit_wire::WireSession;

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a')";

/// A repository and a role that may create in schema `public`, nothing else.
fn with_eve(hint: &str) -> Option<(TestRepository, String)> {
    let mut repository = TestRepository::of(hint, USERS)?;
    let eve = repository.role("eve");
    repository.run(&format!("GRANT CREATE ON SCHEMA public TO {eve}"));
    Some((repository, eve))
}

/// What makes code of Eve's tell whose rights it has. `own(int)` is what her objects are made of; it says so when it
/// runs with the rights of anybody else.
fn trap(eve: &str) -> String {
    format!(
        "CREATE TABLE public.caught (role_name text, place text); GRANT ALL ON public.caught TO PUBLIC;
         CREATE FUNCTION public.tell(place text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.caught VALUES (current_user, place); END $$;
         CREATE FUNCTION public.own(place text, i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
             IF current_user <> '{eve}' THEN PERFORM public.tell(place); END IF;
             RETURN i; END $$"
    )
}

#[test]
fn the_tables_are_written_by_the_extension_alone() {
    let Some((mut repository, eve)) = with_eve("tables") else { return };
    let (reader, writer) = (repository.role("reader"), repository.role("writer"));
    repository.run(&format!("GRANT pggit_reader TO {reader}; GRANT pggit_writer TO {writer}"));
    let tables = repository.rows("SELECT relname FROM pg_class WHERE relnamespace = 'pggit'::regnamespace AND relkind IN ('r', 'v', 'p')");
    assert!(tables.lines().count() > 8, "{tables}");
    for role in [&eve, &reader, &writer] {
        let mut session = repository.session_of(role);
        for table in tables.lines() {
            for statement in [
                format!("INSERT INTO pggit.{table} DEFAULT VALUES"),
                format!("DELETE FROM pggit.{table}"),
                format!("TRUNCATE pggit.{table}"),
                format!("CREATE RULE r AS ON INSERT TO pggit.{table} DO NOTHING"),
                format!("ALTER TABLE pggit.{table} OWNER TO {role}"),
                format!(
                    "CREATE TRIGGER t BEFORE INSERT ON pggit.{table} EXECUTE FUNCTION suppress_redundant_updates_trigger()"
                ),
                format!("DO $$ BEGIN LOCK TABLE pggit.{table} IN ACCESS EXCLUSIVE MODE; END $$"),
                format!("COPY pggit.{table} FROM PROGRAM 'true'"),
            ] {
                let error = error(&mut session, &statement);
                assert!(
                    ["42501", "42809", "55000"].contains(&error.sqlstate.as_str()),
                    "{role}: {statement}: {error:?}"
                );
            }
        }
        let column = "SELECT count(*) FROM information_schema.column_privileges WHERE table_schema = 'pggit' AND grantee = 'PUBLIC'
            AND privilege_type IN ('INSERT', 'UPDATE', 'REFERENCES')";
        assert_eq!(repository.rows(column), "0");
        for statement in [
            "UPDATE pggit.ref SET commit_id = commit_id",
            "UPDATE pggit.repository SET head_branch = 'x'",
            "UPDATE pggit.object SET data = ''",
            "UPDATE pggit.reflog SET message = ''",
            "UPDATE pggit.audit_entry SET statement = ''",
            "SELECT * FROM pggit.aside_row",
            "SELECT * FROM pggit.aside",
            "ALTER EVENT TRIGGER pggit_sql_drop DISABLE",
            "ALTER EVENT TRIGGER pggit_keep_rows OWNER TO CURRENT_USER",
            "DROP EVENT TRIGGER pggit_ddl_command_end",
            "SET session_replication_role = replica",
            "DROP EXTENSION pggit",
            "ALTER EXTENSION pggit UPDATE",
            "CREATE TABLE pggit.t (i int)",
            "CREATE FUNCTION pggit.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "DROP FUNCTION pggit.init(text)",
            "ALTER FUNCTION pggit.status() OWNER TO CURRENT_USER",
            "CREATE OR REPLACE FUNCTION pggit.version() RETURNS text LANGUAGE sql AS 'SELECT 1'",
            "SELECT pggit.keep_rows()",
            "SELECT pggit.audit_sql_drop()",
            "CREATE EVENT TRIGGER theirs ON ddl_command_end EXECUTE FUNCTION pggit.keep_rows()",
            "SELECT setval('pggit.reflog_id_seq', 1)",
            "ALTER SCHEMA pggit RENAME TO x",
            "SELECT pggit.init()",
        ] {
            let error = error(&mut session, statement);
            assert!(
                ["42501", "0A000", "55P02", "39P03"].contains(&error.sqlstate.as_str()),
                "{role}: {statement}: {error:?}"
            );
        }
    }
    assert_eq!(repository.rows("SELECT count(*) FROM pggit.log() WHERE commit_id IS NOT NULL"), "1");
}

#[test]
fn roles_can_do_what_they_are_for() {
    let Some((mut repository, nobody)) = with_eve("roles") else { return };
    let (reader, writer, admin) =
        (repository.role("reader"), repository.role("writer"), repository.role("admin"));
    repository.run(&format!(
        "GRANT pggit_reader TO {reader}; GRANT pggit_writer TO {writer}; GRANT pggit_admin TO {admin}"
    ));
    let reading = [
        "status()",
        "log()",
        "diff()",
        "list_branches()",
        "list_tags()",
        "reflog()",
        "current_branch()",
        "version()",
        "help()",
        "show()",
        "blame('users')",
        "get_history('users')",
        "export_schema()",
    ];
    let writing = [
        "create_branch('b')",
        "checkout('b')",
        "tag('v')",
        "checkout('main')",
        "merge('b')",
        "rename_branch('b', 'c')",
        "delete_branch('c')",
        "delete_tag('v')",
    ];
    for role in [&nobody, &reader, &writer, &admin] {
        let mut session = repository.session_of(role);
        for call in reading {
            run(&mut session, &format!("SELECT pggit.{call}"));
        }
        for call in writing {
            let statement = format!("SELECT pggit.{call}");
            if role == &writer || role == &admin {
                run(&mut session, &statement);
            } else {
                assert_eq!(error(&mut session, &statement).sqlstate, "42501", "{role}: {call}");
            }
        }
        assert_eq!(
            error(&mut session, "SELECT pggit.commit('x')").sqlstate,
            if role == &writer || role == &admin { "55000" } else { "42501" }
        );
    }
    run(
        &mut repository.session_of(&admin),
        "INSERT INTO pggit.ignore VALUES ('public.scratch'); DELETE FROM pggit.ignore",
    );
    run(&mut repository.session_of(&reader), "SELECT * FROM pggit.audit_log");
}

#[test]
fn a_writer_has_its_own_rights_on_objects_of_others() {
    let Some(mut repository) = TestRepository::of("own_rights", USERS) else { return };
    let writer = repository.role("writer");
    repository.run(&format!("GRANT pggit_writer TO {writer}; GRANT CREATE ON SCHEMA public TO {writer}"));
    repository.start_branch("b");
    repository.run("ALTER TABLE users ADD COLUMN name text; DROP TABLE IF EXISTS nothing");
    repository.checkout("main");
    let before = repository.state();
    let mut session = repository.session_of(&writer);
    let refused = error(&mut session, "SELECT pggit.checkout('b')");
    assert_eq!(refused.sqlstate, "42501", "{refused:?}");
    assert!(refused.message.contains("users"), "{refused:?}");
    repository.assert_state(&before, "nothing is half-done");
    // Neither can it drop what is not its own, nor read rows that it may not.
    repository.start_branch("without");
    repository.run("DROP TABLE users");
    repository.checkout("main");
    assert_eq!(error(&mut session, "SELECT pggit.checkout('without')").sqlstate, "42501");
    repository.assert_state(&before, "nothing is half-done");
    // Its own objects it may move.
    run(
        &mut session,
        "SELECT pggit.create_branch('own'); SELECT pggit.checkout('own'); CREATE TABLE own (id int PRIMARY KEY, v text); INSERT INTO own VALUES (1, 'x')",
    );
    run(&mut session, "SELECT pggit.checkout('main'); SELECT pggit.checkout('own')");
    assert_eq!(repository.rows("SELECT * FROM own"), "1|x");
}

#[test]
fn overloads_and_operators_do_not_run_while_others_work() {
    let Some((mut repository, eve)) = with_eve("overloads") else { return };
    let mut session = repository.session_of(&eve);
    run(&mut session, &trap(&eve));
    run(
        &mut session,
        "CREATE FUNCTION public.jsonb_build_object(text, jsonb, text, oid) RETURNS jsonb LANGUAGE sql AS $$ SELECT to_jsonb(public.own('jsonb_build_object', 1)) $$;
         CREATE FUNCTION public.format(text, text) RETURNS text LANGUAGE sql AS $$ SELECT public.own('format', 1)::text $$;
         CREATE FUNCTION public.format(text, int) RETURNS text LANGUAGE sql AS $$ SELECT public.own('format', 1)::text $$;
         CREATE FUNCTION public.unnest(text[]) RETURNS SETOF text LANGUAGE sql AS $$ SELECT public.own('unnest', 1)::text $$;
         CREATE FUNCTION public.num_nulls(text) RETURNS int LANGUAGE sql AS $$ SELECT public.own('num_nulls', 1) $$;
         CREATE FUNCTION public.num_nulls(int) RETURNS int LANGUAGE sql AS $$ SELECT public.own('num_nulls', 1) $$;
         CREATE FUNCTION public.equal(text, text) RETURNS bool LANGUAGE sql AS $$ SELECT public.own('=', 1) = 1 $$;
         CREATE FUNCTION public.name_equal(name, text) RETURNS bool LANGUAGE sql AS $$ SELECT public.own('=', 1) = 1 $$;
         CREATE FUNCTION public.concat(text, text) RETURNS text LANGUAGE sql AS $$ SELECT public.own('||', 1)::text $$;
         CREATE FUNCTION public.int8_equal(bigint, int) RETURNS bool LANGUAGE sql AS $$ SELECT public.own('int8 =', 1) = 1 $$;
         CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.equal);
         CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = text, FUNCTION = public.name_equal);
         CREATE OPERATOR public.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = public.equal);
         CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = public.concat);
         CREATE OPERATOR public.= (LEFTARG = bigint, RIGHTARG = int, FUNCTION = public.int8_equal);
         CREATE TYPE public.word AS ENUM ('a'); CREATE FUNCTION public.to_word(text) RETURNS public.word LANGUAGE sql AS $$ SELECT CASE public.own('cast', 1) WHEN 1 THEN 'a'::public.word END $$;
         CREATE CAST (text AS public.word) WITH FUNCTION public.to_word(text) AS IMPLICIT;
         CREATE FUNCTION public.from_word(public.word) RETURNS text LANGUAGE sql AS $$ SELECT public.own('cast', 1)::text $$;
         CREATE CAST (public.word AS text) WITH FUNCTION public.from_word(public.word) AS IMPLICIT;
         CREATE VIEW public.pg_class AS SELECT public.own('pg_class', 1) AS oid; CREATE VIEW public.pg_namespace AS SELECT public.own('pg_namespace', 1) AS oid;
         CREATE TABLE public.words (id int PRIMARY KEY, w public.word, t text); INSERT INTO public.words VALUES (1, 'a', 'x')",
    );
    // The superuser has Eve's schema in front, her tables have the names of the catalogs, and she has committed them.
    repository.run("SET search_path = public, pg_catalog");
    repository
        .run("CREATE TEMPORARY TABLE pg_class (oid oid); CREATE TEMPORARY TABLE pg_attribute (attrelid oid)");
    exercise(
        &mut repository,
        &mut session,
        "public.words",
        "ALTER TABLE public.words DROP COLUMN w, DROP COLUMN t",
    );
    assert_eq!(repository.rows("SELECT * FROM public.caught"), "");
}

/// What a superuser does while a table of `owner`'s is there: DDL, commits, checkouts, merges. The owner makes `change`.
fn exercise(repository: &mut TestRepository, owner: &mut WireSession, table: &str, change: &str) {
    let count = format!("SELECT count(*)::text FROM {table}");
    let before = owner.query(&count, &[]).expect("the owner reads it");
    repository.run("CREATE TABLE public.theirs (id int PRIMARY KEY, v text); ALTER TABLE public.theirs ADD COLUMN w text; INSERT INTO public.theirs VALUES (1)");
    repository.run("SELECT count(*) FROM pggit.status(); SELECT pggit.commit('all')");
    repository.run("SELECT pggit.create_branch('without'); SELECT pggit.create_branch('changed')");
    repository.run("SELECT pggit.checkout('changed')");
    run(owner, change);
    repository.run("SELECT pggit.checkout('main'); SELECT pggit.checkout('without')");
    run(owner, &format!("DROP TABLE {table} CASCADE"));
    repository.run("DROP TABLE public.theirs");
    for branch in ["main", "without", "changed", "main"] {
        repository.run(&format!("SELECT pggit.checkout('{branch}')"));
    }
    assert_eq!(owner.query(&count, &[]).expect("the owner reads it"), before, "the rows are back");
    repository.run("SELECT count(*) FROM pggit.diff('main', 'changed'); SELECT pggit.export_schema('without'); SELECT count(*) FROM pggit.blame('users')");
    repository.run(
        "SELECT pggit.merge('changed'); SELECT count(*) FROM pggit.log(); SELECT pggit.get_history('users')",
    );
}

/// One way to have code run: a table `trapped` with rows and a change of it on a branch.
#[track_caller]
fn nothing_is_caught(hint: &str, objects: &str, change: &str) {
    let Some((mut repository, eve)) = with_eve(hint) else { return };
    let mut session = repository.session_of(&eve);
    run(&mut session, &trap(&eve));
    run(&mut session, objects);
    exercise(&mut repository, &mut session, "public.trapped", change);
    assert_eq!(repository.rows("SELECT role_name, place FROM public.caught"), "", "{hint}");
    // A role that drops what is Eve's has no more of it than she.
    repository.run("DROP TABLE IF EXISTS public.trapped CASCADE");
    assert_eq!(repository.rows("SELECT role_name, place FROM public.caught"), "", "{hint}");
}

#[test]
fn checks_run_with_the_rights_of_the_tables_owner() {
    nothing_is_caught(
        "checks",
        "CREATE TABLE public.trapped (id int PRIMARY KEY, v int CHECK (public.own('check', v) > 0), CHECK (public.own('table check', id) > 0)); INSERT INTO public.trapped VALUES (1, 1)",
        "ALTER TABLE public.trapped DROP COLUMN v",
    );
}

#[test]
fn added_checks_run_with_the_rights_of_the_tables_owner() {
    nothing_is_caught(
        "added_checks",
        "CREATE TABLE public.trapped (id int PRIMARY KEY, v int, CONSTRAINT c CHECK (public.own('check', v) > 0)); INSERT INTO public.trapped VALUES (1, 1)",
        "ALTER TABLE public.trapped DROP CONSTRAINT c",
    );
}

#[test]
fn generated_columns_and_defaults_run_with_the_rights_of_the_tables_owner() {
    nothing_is_caught(
        "generated",
        "CREATE TABLE public.trapped (id int PRIMARY KEY, v int DEFAULT public.own('default', 5), g int GENERATED ALWAYS AS (public.own('generated', id)) STORED);
         INSERT INTO public.trapped VALUES (1), (2)",
        "ALTER TABLE public.trapped DROP COLUMN v, DROP COLUMN g",
    );
}

#[test]
fn domains_run_with_the_rights_of_the_tables_owner() {
    nothing_is_caught(
        "domains",
        "CREATE DOMAIN public.trapping AS int CHECK (public.own('domain', VALUE) > 0); CREATE TYPE public.pair AS (a public.trapping, b int);
         CREATE TABLE public.trapped (id public.trapping PRIMARY KEY, v public.trapping, p public.pair, l public.trapping[]);
         INSERT INTO public.trapped VALUES (1, 1, ROW(1, 2), '{1,2}')",
        "ALTER TABLE public.trapped DROP COLUMN v, DROP COLUMN p, DROP COLUMN l",
    );
}

#[test]
fn changed_domains_run_with_the_rights_of_their_owner() {
    nothing_is_caught(
        "changed_domains",
        "CREATE DOMAIN public.trapping AS int CONSTRAINT c CHECK (public.own('domain', VALUE) > 0); CREATE TABLE public.trapped (id int PRIMARY KEY, v public.trapping);
         INSERT INTO public.trapped VALUES (1, 1)",
        "ALTER DOMAIN public.trapping DROP CONSTRAINT c",
    );
}

#[test]
fn indexes_and_statistics_run_with_the_rights_of_the_tables_owner() {
    nothing_is_caught(
        "indexes",
        "CREATE TABLE public.trapped (id int PRIMARY KEY, v int);
         CREATE INDEX ON public.trapped (public.own('index', v)); CREATE INDEX ON public.trapped ((v + public.own('constant', 1)));
         CREATE INDEX ON public.trapped (v) WHERE v > public.own('predicate', 0); CREATE UNIQUE INDEX ON public.trapped (public.own('unique', id));
         CREATE INDEX ON public.trapped (id) WHERE public.own('both', 1) = 1;
         INSERT INTO public.trapped VALUES (1, 1), (2, 2)",
        "ALTER TABLE public.trapped DROP COLUMN v",
    );
}

#[test]
fn a_changed_type_is_computed_with_the_rights_of_the_tables_owner() {
    nothing_is_caught(
        "types",
        "CREATE TABLE public.trapped (id int PRIMARY KEY, v int, g int GENERATED ALWAYS AS (public.own('generated', id)) STORED, CHECK (public.own('check', v) > 0));
         CREATE INDEX ON public.trapped (public.own('index', v)); INSERT INTO public.trapped VALUES (1, 1)",
        "ALTER TABLE public.trapped ADD COLUMN w int DEFAULT public.own('new default', 3)",
    );
}

#[test]
fn materialized_views_run_with_the_rights_of_their_owner() {
    nothing_is_caught(
        "matviews",
        "CREATE TABLE public.trapped (id int PRIMARY KEY, v int); INSERT INTO public.trapped VALUES (1, 1);
         CREATE MATERIALIZED VIEW public.m AS SELECT public.own('matview', v) AS v FROM public.trapped; CREATE INDEX ON public.m (public.own('matview index', v));
         CREATE VIEW public.v AS SELECT public.own('view', v) AS v FROM public.trapped",
        "DROP MATERIALIZED VIEW public.m",
    );
}

#[test]
fn triggers_rules_and_policies_do_not_run() {
    nothing_is_caught(
        "triggers",
        "CREATE FUNCTION public.fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.own(TG_NAME, 1); RETURN COALESCE(NEW, OLD); END $$;
         CREATE TABLE public.trapped (id int PRIMARY KEY, v int); INSERT INTO public.trapped VALUES (1, 1);
         CREATE TRIGGER a BEFORE INSERT OR UPDATE OR DELETE ON public.trapped FOR EACH ROW EXECUTE FUNCTION public.fire();
         CREATE TRIGGER b AFTER INSERT OR UPDATE OR DELETE ON public.trapped EXECUTE FUNCTION public.fire();
         CREATE CONSTRAINT TRIGGER c AFTER INSERT OR UPDATE OR DELETE ON public.trapped DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.fire();
         CREATE TRIGGER d BEFORE TRUNCATE ON public.trapped EXECUTE FUNCTION public.fire(); ALTER TABLE public.trapped ENABLE ALWAYS TRIGGER a",
        "ALTER TABLE public.trapped DROP COLUMN v",
    );
}

#[test]
fn partitions_and_ranges_run_with_the_rights_of_the_tables_owner() {
    nothing_is_caught(
        "partitions",
        "CREATE FUNCTION public.apart(float8, float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT public.own('range', 1)::float8 $$;
         CREATE TYPE public.span AS RANGE (subtype = float8, subtype_diff = public.apart);
         CREATE TABLE public.trapped (id int, v int, s public.span) PARTITION BY RANGE (public.own('partition', id));
         CREATE TABLE public.trapped_1 PARTITION OF public.trapped FOR VALUES FROM (0) TO (10); CREATE TABLE public.trapped_rest PARTITION OF public.trapped DEFAULT;
         CREATE INDEX ON public.trapped USING gist (s); INSERT INTO public.trapped SELECT i, i, public.span(i, i + 1) FROM generate_series(1, 20) i",
        "ALTER TABLE public.trapped ADD COLUMN w int; ALTER TABLE public.trapped DROP COLUMN v",
    );
}

#[test]
fn code_that_runs_for_its_owner_cannot_get_out() {
    let Some((mut repository, eve)) = with_eve("out") else { return };
    let mut session = repository.session_of(&eve);
    run(
        &mut session,
        "CREATE TABLE public.caught (what text); GRANT ALL ON public.caught TO PUBLIC;
         CREATE FUNCTION public.later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF session_user = current_user AND current_user LIKE 'postgres' THEN INSERT INTO public.caught VALUES ('deferred trigger'); END IF; RETURN NULL; END $$;
         CREATE TABLE public.queue (i int); CREATE CONSTRAINT TRIGGER later AFTER INSERT ON public.queue DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.later();
         CREATE FUNCTION public.get_out(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
             IF session_user <> current_user THEN
                 BEGIN EXECUTE 'RESET ROLE'; EXECUTE 'INSERT INTO public.caught VALUES (''reset role ' || current_user || ''')'; EXCEPTION WHEN OTHERS THEN NULL; END;
                 BEGIN EXECUTE 'SET ROLE postgres'; EXECUTE 'INSERT INTO public.caught VALUES (''set role'')'; EXCEPTION WHEN OTHERS THEN NULL; END;
                 BEGIN EXECUTE 'SET SESSION AUTHORIZATION DEFAULT'; EXECUTE 'INSERT INTO public.caught VALUES (''authorization'')'; EXCEPTION WHEN OTHERS THEN NULL; END;
                 BEGIN EXECUTE 'INSERT INTO public.queue VALUES (1)'; EXCEPTION WHEN OTHERS THEN NULL; END;
                 PERFORM set_config('search_path', 'public, pg_catalog', false);
             END IF;
             RETURN i; END $$;
         CREATE TABLE public.trapped (id int PRIMARY KEY, v int CHECK (public.get_out(v) > 0)); INSERT INTO public.trapped VALUES (1, 1)",
    );
    exercise(&mut repository, &mut session, "public.trapped", "ALTER TABLE public.trapped DROP COLUMN v");
    assert_eq!(repository.rows("SELECT * FROM public.caught"), "");
    assert_eq!(repository.rows("SELECT rolsuper FROM pg_roles WHERE rolname LIKE 'eve%' AND rolsuper"), "");
}

#[test]
fn a_drop_by_its_owner_gives_nobody_the_extensions_rights() {
    // Rows are kept before the drop, by the extension: nothing of the owner's may run with its rights.
    let Some((mut repository, eve)) = with_eve("owner_drop") else { return };
    let mut session = repository.session_of(&eve);
    run(&mut session, &trap(&eve));
    run(
        &mut session,
        "CREATE TABLE public.trapped (id int PRIMARY KEY, v int, w int, CHECK (v > public.own('check', 0))); INSERT INTO public.trapped VALUES (1, 1, 1);
         CREATE INDEX ON public.trapped ((v + public.own('constant', 1))); CREATE INDEX ON public.trapped (w) WHERE w > public.own('predicate', 0);
         CREATE STATISTICS public.st ON (v + public.own('statistics', 1)), w FROM public.trapped;
         CREATE TABLE public.no_key (v int CHECK (v > public.own('check', 0)), w int); INSERT INTO public.no_key VALUES (1, 1);
         CREATE INDEX ON public.no_key ((w + public.own('constant', 1)))",
    );
    repository.run("SELECT pggit.commit('trapped')");
    run(
        &mut session,
        "SET constraint_exclusion = on; SET jit_above_cost = 0; SET plan_cache_mode = force_custom_plan",
    );
    run(&mut session, "ALTER TABLE public.no_key DROP COLUMN v");
    run(&mut session, "ALTER TABLE public.trapped DROP COLUMN v");
    run(&mut session, "DROP TABLE public.trapped; DROP TABLE public.no_key");
    assert_eq!(repository.rows("SELECT role_name, place FROM public.caught"), "");
    repository.run("SELECT pggit.checkout('main', discard => true)");
    assert_eq!(repository.rows("SELECT role_name, place FROM public.caught"), "");
    assert_eq!(repository.rows("SELECT id, v, w FROM public.trapped"), "1|1|1");
}

#[test]
fn rows_put_aside_are_hidden_from_those_who_could_not_read_them() {
    let Some((mut repository, eve)) = with_eve("hidden") else { return };
    let writer = repository.role("writer");
    repository.run(&format!("GRANT pggit_writer TO {writer}"));
    repository.start_branch("b");
    repository
        .run("CREATE TABLE secrets (id int PRIMARY KEY, v text); INSERT INTO secrets VALUES (1, 'secret')");
    repository.checkout("main");
    for role in [&eve, &writer] {
        let mut session = repository.session_of(role);
        for statement in [
            "SELECT * FROM pggit.aside_row",
            "SELECT * FROM pggit.aside",
            "TABLE pggit.aside_row",
            "COPY pggit.aside_row TO STDOUT",
        ] {
            assert_eq!(error(&mut session, statement).sqlstate, "42501", "{role}: {statement}");
        }
    }
    // Neither does a table of the same name that somebody else makes get them.
    let mut session = repository.session_of(&eve);
    run(&mut session, "CREATE TABLE public.secrets (id int PRIMARY KEY, v text)");
    assert_eq!(repository.rows("SELECT count(*) FROM secrets"), "0");
    // Not even when a writer makes it on the branch that has them: it would be that writer's table.
    repository.run(&format!("DROP TABLE secrets; GRANT CREATE ON SCHEMA public TO {writer}"));
    let mut session = repository.session_of(&writer);
    let error = error(&mut session, "SELECT pggit.checkout('b')");
    assert_eq!(error.sqlstate, "42501", "the table belongs to somebody else: {error:?}");
}
