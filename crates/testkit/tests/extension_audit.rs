//! The extension as it is installed, and the audit log of its event triggers.

use pggit_testkit::{TestDatabase, database_with_pggit, psql, try_psql};

/// Tag, identity and whether it was dropped, in the order of recording.
fn recorded(database: &TestDatabase) -> String {
    psql(database.settings(), "SELECT command_tag, object_identity, dropped FROM pggit.audit_log ORDER BY id")
}

#[test]
fn every_function_has_a_usage_comment() {
    let Some(database) = database_with_pggit("help") else { return };
    assert_eq!(
        psql(database.settings(), "SELECT pggit.version()"),
        format!("{}\n", env!("CARGO_PKG_VERSION"))
    );
    let names = psql(database.settings(), "SELECT function_name FROM pggit.help()");
    assert!(
        names.lines().any(|name| name == "help") && names.lines().any(|name| name == "version"),
        "{names}"
    );
    let silent = "SELECT function_name FROM pggit.help() WHERE usage IS NULL";
    assert_eq!(psql(database.settings(), silent), "");
}

#[test]
fn dropping_leaves_nothing_but_the_roles() {
    let Some(database) = database_with_pggit("drop") else { return };
    psql(database.settings(), "CREATE TABLE t (i int); DROP EXTENSION pggit CASCADE");
    let left = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pggit%'
        UNION ALL SELECT evtname FROM pg_event_trigger";
    assert_eq!(psql(database.settings(), left), "");
    let roles =
        "SELECT count(*) FROM pg_roles WHERE rolname IN ('pggit_admin', 'pggit_reader', 'pggit_writer')";
    assert_eq!(psql(database.settings(), roles), "3\n");
    // Again, with a backend whose plans were made for the tables of before.
    psql(
        database.settings(),
        "CREATE EXTENSION pggit; CREATE TABLE u (i int); DROP EXTENSION pggit; CREATE TABLE v (i int);
         CREATE EXTENSION pggit; CREATE TABLE w (i int)",
    );
    assert_eq!(recorded(&database), "CREATE TABLE|public.w|f\n");
}

#[test]
fn commands_are_recorded_with_odd_names() {
    let Some(database) = database_with_pggit("commands") else { return };
    psql(
        database.settings(),
        r#"CREATE TABLE "Odd ""na;me" (i int);
           ALTER TABLE "Odd ""na;me" ADD COLUMN j int;
           ALTER TABLE "Odd ""na;me" DROP COLUMN j;
           CREATE VIEW v AS SELECT * FROM "Odd ""na;me";
           DROP TABLE "Odd ""na;me" CASCADE;"#,
    );
    let expected = r#"CREATE TABLE|public."Odd ""na;me"|f
ALTER TABLE|public."Odd ""na;me"|f
ALTER TABLE|public."Odd ""na;me".j|t
ALTER TABLE|public."Odd ""na;me"|f
CREATE VIEW|public.v|f
DROP TABLE|public."Odd ""na;me"|t
DROP TABLE|public.v|t
"#;
    assert_eq!(recorded(&database), expected);
}

#[test]
fn temporary_objects_are_not_recorded() {
    let Some(database) = database_with_pggit("temporary") else { return };
    psql(
        database.settings(),
        r#"CREATE TEMP TABLE t (i int PRIMARY KEY);
           CREATE TRIGGER r BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
           ALTER TABLE t ADD COLUMN j int;
           DROP TABLE t;
           CREATE TABLE u (i int);
           CREATE TRIGGER "r on pg_temp.t" BEFORE UPDATE ON u
               FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();"#,
    );
    assert_eq!(
        recorded(&database),
        "CREATE TABLE|public.u|f\nCREATE TRIGGER|\"r on pg_temp.t\" on public.u|f\n"
    );
}

#[test]
fn what_is_rolled_back_is_not_recorded() {
    let Some(database) = database_with_pggit("rollback") else { return };
    psql(
        database.settings(),
        "DO $$ BEGIN
             CREATE TABLE kept (i int);
             BEGIN CREATE TABLE lost (i int); RAISE 'no'; EXCEPTION WHEN raise_exception THEN NULL; END;
         END $$",
    );
    assert_eq!(recorded(&database), "CREATE TABLE|public.kept|f\n");
}

#[test]
fn the_log_is_append_only_for_everyone() {
    let Some(database) = database_with_pggit("append_only") else { return };
    psql(database.settings(), "CREATE TABLE t (i int)");
    for statement in [
        "DELETE FROM pggit.audit_entry",
        "UPDATE pggit.audit_entry SET dropped = true",
        "TRUNCATE pggit.audit_entry",
        "SET session_replication_role = replica; DELETE FROM pggit.audit_entry",
    ] {
        let error = try_psql(database.settings(), statement).expect_err(statement);
        assert!(error.contains("the audit log cannot be changed"), "{error}");
    }
    assert_eq!(recorded(&database), "CREATE TABLE|public.t|f\n");
}

#[test]
fn roles_without_rights_run_ddl_and_gain_none() {
    let Some(database) = database_with_pggit("rights") else { return };
    let role = format!("{}_eve", database.name());
    psql(
        database.settings(),
        &format!("CREATE ROLE \"{role}\"; GRANT CREATE ON SCHEMA public TO \"{role}\""),
    );
    let as_role = |sql: &str| try_psql(database.settings(), &format!("SET ROLE \"{role}\"; {sql}"));
    as_role(
        "CREATE FUNCTION public.inet_client_addr() RETURNS inet LANGUAGE plpgsql
             AS $$ BEGIN RAISE 'ran as %', current_user; END $$;
         CREATE FUNCTION public.differs(text, text) RETURNS bool LANGUAGE plpgsql
             AS $$ BEGIN RAISE 'ran as %', current_user; END $$;
         CREATE OPERATOR public.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = public.differs);
         SET search_path = public, pg_catalog;
         CREATE TABLE public.mine (i int); DROP TABLE public.mine",
    )
    .expect("DDL goes on");
    psql(database.settings(), "SET search_path = public, pg_catalog; CREATE TABLE public.theirs (i int)");
    for statement in [
        "SELECT * FROM pggit.audit_log",
        "INSERT INTO pggit.audit_entry (command_tag, dropped) VALUES ('x', false)",
        "DELETE FROM pggit.audit_entry",
        "ALTER TABLE pggit.audit_entry DISABLE TRIGGER ALL",
        "SELECT pggit.audit_sql_drop()",
    ] {
        let error = as_role(statement).expect_err(statement);
        assert!(error.contains("permission denied") || error.contains("must be owner"), "{error}");
    }
    let by_role = format!("SELECT count(*) FROM pggit.audit_log WHERE role_name = '{role}'");
    assert_eq!(psql(database.settings(), &by_role), "5\n");
    psql(database.settings(), &format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\""));
}

#[test]
fn an_extension_is_one_entry_and_a_password_is_none() {
    let Some(database) = database_with_pggit("extension") else { return };
    psql(
        database.settings(),
        "CREATE EXTENSION citext; DROP EXTENSION citext; CREATE EXTENSION postgres_fdw;
         CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;
         CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password 'secret')",
    );
    let expected = "CREATE EXTENSION|citext|f\nDROP EXTENSION|citext|t\nCREATE EXTENSION|postgres_fdw|f\n\
        CREATE SERVER|s|f\nCREATE USER MAPPING|public on server s|f\n";
    assert_eq!(recorded(&database), expected);
    let secrets = "SELECT count(*) FROM pggit.audit_log WHERE statement LIKE '%secret%'";
    assert_eq!(psql(database.settings(), secrets), "0\n");
}
