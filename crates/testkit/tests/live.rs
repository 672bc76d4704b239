//! What changed is found by looking only where something may have changed, and it is what reading everything finds.

use pggit_catalog::rename::Renames;
use pggit_db::session::Session;
use pggit_testkit::live::LiveReader;
use pggit_testkit::plan_case::PlanCase;
use pggit_testkit::proof::{planned, read};
use pggit_testkit::{TestRepository, TestServer, psql, try_psql};

/// The cases that `PGGIT_PLAN_ONLY` chooses; without it the first case of each kind.
fn cases() -> Vec<PlanCase> {
    let mut cases = PlanCase::all();
    if std::env::var_os("PGGIT_PLAN_ONLY").is_none() {
        cases.dedup_by_key(|case| case.name().split("--").next().map(str::to_owned));
    }
    cases
}

/// Goes through a plan of the corpus there and back, looking after each step, and committing what there is.
fn walk(case: &PlanCase) -> Result<Option<(usize, usize)>, String> {
    let name = case.name();
    if !case.is_for_server() {
        return Ok(None);
    }
    let Some(repository) = TestRepository::installed(&name) else { return Ok(None) };
    let b = TestServer::shared().database(&name);
    for (database, sql) in [(repository.database(), "a.sql"), (&b, "b.sql")] {
        try_psql(database.settings(), &case.file(sql).expect("a case has both sides"))
            .map_err(|error| format!("{name}: {sql} does not load: {error}"))?;
    }
    let database = repository.database().settings().clone();
    psql(&database, "SELECT pggit.init()");
    let mut reader = LiveReader::new(repository.another_session());
    let sides = [read(&database), read(b.settings())];
    for (from, to) in [(&sides[0], &sides[1]), (&sides[1], &sides[0])] {
        // A case that is about renames need not have a plan without them.
        let Ok(plan) = planned(from, to, &Renames::default()) else { continue };
        reader.run("SET check_function_bodies = off");
        for step in &plan.steps {
            // Another step of the plan may be needed first where the case has renames.
            if reader.session().script(&step.sql).is_err() {
                continue;
            }
            reader.try_status(&step.sql).map_err(|error| format!("{name}: {error}"))?;
        }
        reader.try_check("the plan").map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(Some((reader.parts, reader.wholes)))
}

#[test]
fn after_each_step_of_each_plan_the_same_is_found() {
    let (mut parts, mut wholes, mut walked) = (0, 0, 0);
    let mut failures = Vec::new();
    for case in &cases() {
        match walk(case) {
            Ok(Some(counts)) => {
                walked += 1;
                parts += counts.0;
                wholes += counts.1;
            }
            Ok(None) => {}
            Err(error) => {
                eprintln!("{error}\n");
                failures.push(error);
            }
        }
    }
    eprintln!("{walked} cases; a part was read {parts} times, all {wholes} times");
    assert!(failures.is_empty(), "{} failed:\n\n{}", failures.len(), failures.join("\n\n"));
    assert!(walked == 0 || parts > 0, "a part was never read");
}

/// Objects that need each other in the usual ways.
const SCHEMA: &str = r#"
    CREATE SCHEMA app;
    CREATE TYPE app.mood AS ENUM ('sad', 'glad');
    CREATE DOMAIN app.positive AS integer CHECK (VALUE > 0);
    CREATE TABLE app.parent (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, mood app.mood);
    CREATE TABLE app.child (id serial PRIMARY KEY, parent_id bigint REFERENCES app.parent, amount app.positive,
        other jsonb);
    CREATE INDEX ON app.child (amount);
    CREATE VIEW app.both AS SELECT p.id, p.name, c.amount FROM app.parent p JOIN app.child c ON c.parent_id = p.id;
    CREATE VIEW app.above AS SELECT * FROM app.both WHERE amount > 1;
    CREATE FUNCTION app.count_them(p app.parent) RETURNS bigint LANGUAGE sql STABLE
        RETURN (SELECT count(*) FROM app.child WHERE parent_id = p.id);
    CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER touch BEFORE UPDATE ON app.child FOR EACH ROW EXECUTE FUNCTION app.touch();
    CREATE TABLE app.parts (at date, what text) PARTITION BY RANGE (at);
    CREATE TABLE app.parts_one PARTITION OF app.parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TRIGGER touch BEFORE UPDATE ON app.parts FOR EACH ROW EXECUTE FUNCTION app.touch();
    CREATE TABLE app."Odd ""na;me" (i int, "Odd.col" int DEFAULT 1);
    COMMENT ON COLUMN app.parent.name IS 'what it is called';
    CREATE POLICY mine ON app.child USING (parent_id IN (SELECT id FROM app.parent));
"#;

fn repository(hint: &str) -> Option<(TestRepository, LiveReader)> {
    let repository = TestRepository::of(hint, SCHEMA)?;
    let reader = LiveReader::new(repository.another_session());
    Some((repository, reader))
}

#[test]
fn usual_changes_are_read_as_a_part() {
    let Some((_repository, mut reader)) = repository("live_part") else { return };
    assert_eq!(reader.status("nothing"), [""; 0]);
    assert_eq!(reader.parts, 1);
    for sql in [
        "ALTER TABLE app.child ADD COLUMN extra integer DEFAULT 7 NOT NULL",
        "ALTER TABLE app.parent ALTER COLUMN name SET DEFAULT 'none'",
        "ALTER TABLE app.parent ALTER COLUMN name DROP NOT NULL",
        "ALTER TABLE app.child ALTER COLUMN other TYPE text",
        "ALTER TABLE app.child DROP COLUMN other",
        "ALTER TABLE app.child ADD CONSTRAINT big CHECK (id > 0) NOT VALID",
        "ALTER TABLE app.child VALIDATE CONSTRAINT big",
        "ALTER TABLE app.child DROP CONSTRAINT big",
        "ALTER TABLE app.child DROP CONSTRAINT child_parent_id_fkey",
        "ALTER TABLE app.child ADD FOREIGN KEY (parent_id) REFERENCES app.parent ON DELETE CASCADE",
        "CREATE UNIQUE INDEX app_name ON app.parent (lower(name)) WHERE id > 5",
        "COMMENT ON INDEX app.app_name IS 'x'",
        "DROP INDEX app.app_name",
        "COMMENT ON COLUMN app.parent.name IS NULL",
        "COMMENT ON TABLE app.parent IS 'x'",
        "COMMENT ON CONSTRAINT child_pkey ON app.child IS 'x'",
        "COMMENT ON SCHEMA app IS 'x'",
        "GRANT SELECT ON app.parent TO PUBLIC",
        "GRANT UPDATE (name) ON app.parent TO PUBLIC",
        "REVOKE SELECT ON app.parent FROM PUBLIC",
        "GRANT USAGE ON SCHEMA app TO PUBLIC",
        "GRANT EXECUTE ON FUNCTION app.touch() TO PUBLIC; REVOKE EXECUTE ON FUNCTION app.touch() FROM PUBLIC",
        "CREATE OR REPLACE VIEW app.above AS SELECT * FROM app.both WHERE amount > 2",
        "ALTER VIEW app.above SET (security_barrier)",
        "ALTER DOMAIN app.positive ADD CHECK (VALUE < 100)",
        "CREATE TABLE app.fresh (id serial PRIMARY KEY, c app.child, m app.mood[] DEFAULT '{sad}')",
        "ALTER TABLE app.fresh ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY all_of_them ON app.fresh USING (true)",
        "ALTER POLICY all_of_them ON app.fresh USING (id > 0)",
        "CREATE RULE quiet AS ON DELETE TO app.fresh DO INSTEAD NOTHING",
        "CREATE STATISTICS app.both_of_them ON id, m FROM app.fresh",
        "ALTER SEQUENCE app.fresh_id_seq INCREMENT 5",
        "ALTER SEQUENCE app.child_id_seq OWNED BY NONE",
        "ALTER TABLE app.parent ALTER COLUMN id SET INCREMENT 3",
        "ALTER TABLE app.parent ALTER COLUMN id DROP IDENTITY",
        "CREATE TABLE app.parts_two PARTITION OF app.parts FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
        "ALTER TABLE app.parts ADD COLUMN new text; CREATE INDEX ON app.parts (at)",
        "ALTER TABLE app.parts DETACH PARTITION app.parts_two",
        "CREATE OR REPLACE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "CREATE PROCEDURE app.work(a integer DEFAULT 1) LANGUAGE sql AS 'SELECT 1'",
        "DROP PROCEDURE app.work",
        "ALTER TYPE app.mood ADD VALUE 'bored'",
        "CREATE MATERIALIZED VIEW app.kept AS SELECT * FROM app.both",
        "CREATE INDEX ON app.kept (id)",
        "CREATE TYPE app.pair AS (a integer, b app.mood)",
        "ALTER TYPE app.pair ADD ATTRIBUTE c text",
        "CREATE SCHEMA other; CREATE TABLE other.t (i int)",
        "DROP TABLE app.fresh",
        "DROP TRIGGER touch ON app.child",
        "DROP VIEW app.above",
        "DROP TABLE other.t; CREATE TABLE other.t (i int, j text)",
        "DROP SCHEMA other CASCADE",
        r#"ALTER TABLE app."Odd ""na;me" ADD COLUMN "Ünïcode; col" int; COMMENT ON TABLE app."Odd ""na;me" IS 'x'"#,
    ] {
        reader.change(sql, true);
    }
}

#[test]
fn what_is_seen_elsewhere_is_read_everywhere() {
    let Some((repository, mut reader)) = repository("live_whole") else { return };
    for sql in [
        "ALTER TABLE app.parent RENAME TO parents".to_owned(),
        "ALTER TABLE app.parents RENAME COLUMN name TO title".to_owned(),
        "ALTER TABLE app.child RENAME CONSTRAINT child_pkey TO child_key".to_owned(),
        "ALTER FUNCTION app.touch() RENAME TO touched".to_owned(),
        "ALTER TYPE app.mood RENAME VALUE 'sad' TO 'blue'".to_owned(),
        "ALTER TYPE app.mood RENAME TO moods".to_owned(),
        "ALTER TABLE app.child SET SCHEMA public".to_owned(),
        "ALTER SCHEMA app RENAME TO apps".to_owned(),
        "CREATE AGGREGATE apps.total (integer) (SFUNC = int4pl, STYPE = integer)".to_owned(),
        "CREATE TYPE apps.span AS RANGE (subtype = integer)".to_owned(),
        "CREATE CAST (apps.moods AS integer) WITH INOUT".to_owned(),
        format!("ALTER DATABASE {} SET work_mem = '8MB'", repository.database().name()),
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC".to_owned(),
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_waldir() TO PUBLIC".to_owned(),
        "CREATE PUBLICATION p FOR TABLE public.child".to_owned(),
        "ALTER TABLE ONLY apps.parts DISABLE TRIGGER touch".to_owned(),
    ] {
        reader.change(&sql, false);
    }
}

#[test]
fn names_of_roles_are_read_everywhere() {
    // Roles are of the whole server.
    let server = TestServer::start();
    if server.private().is_none() || std::env::var_os("PGGIT_EXTENSION_DIR").is_none() {
        return;
    }
    let database = server.database("live_roles");
    psql(database.settings(), &format!("CREATE EXTENSION pggit; {SCHEMA} SELECT pggit.init()"));
    let mut reader = LiveReader::new(database.session());
    reader.change("CREATE ROLE one; CREATE ROLE two; GRANT SELECT ON app.parent TO one", true);
    reader.change("ALTER ROLE one RENAME TO other", false);
    reader.run("ALTER ROLE two PASSWORD 'x'");
    reader.change("ALTER TABLE app.parent OWNER TO other", true);
    reader.run("DROP ROLE two");
    reader.change("ALTER TABLE app.child ADD COLUMN more int", true);
    // A role that is gone although something belongs to it is shown by its number.
    reader.change("DELETE FROM pg_authid WHERE rolname = 'other'", false);
}
