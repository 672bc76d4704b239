//! Templates in migrations, run on a server.

use std::collections::BTreeMap;

use confiture::migrator::{Migrator, TemplateSettings};
use confiture::{Error, ErrorCode};
use pggit_db::session::Session;
use pggit_migrate::{DownRequest, TemplateUse, UpRequest};
use pggit_testkit::{TestServer, migration_set, text};
use pggit_wire::WireSession;

fn settings(files: TemplateUse, schema: Option<&str>) -> TemplateSettings {
    let variables = BTreeMap::from([("GREETING".to_owned(), "it's".to_owned())]);
    TemplateSettings { files, schema: schema.map(str::to_owned), variables: Some(variables) }
}

fn up(session: &mut WireSession, settings: TemplateSettings, files: &[(&str, &str)]) -> Result<usize, Error> {
    let ran = Migrator::new(session).templates(settings).up(&migration_set(files), &UpRequest::default())?;
    Ok(ran.len())
}

const FILES: [(&str, &str); 2] = [
    (
        "001_a.sql",
        "CREATE TABLE {{tables.documents}} (id int PRIMARY KEY, note text DEFAULT '${GREETING}');\n\
         CREATE TABLE {{tables.chunks}} (id int REFERENCES {{tables.documents}}(id) ON DELETE CASCADE);\n\
         CREATE INDEX ON {{tables.documents}} (note);\n\
         CREATE FUNCTION {{schema}}.documents() RETURNS bigint LANGUAGE plpgsql AS $$\n\
         BEGIN RETURN (SELECT count(*) FROM {{tables.documents}}); END $$;\n\
         INSERT INTO {{tables.documents}} (id) VALUES (1), (2);\n",
    ),
    (
        "002_b.sql",
        "ALTER TABLE {{tables.documents}} ADD COLUMN b text;\n-- Rollback:\n-- ALTER TABLE {{tables.documents}} DROP COLUMN b;\n",
    ),
];

#[test]
fn the_same_files_in_any_schema() {
    let database = TestServer::shared().database("templates");
    let mut session = database.session();
    session.script("CREATE SCHEMA myapp; CREATE SCHEMA \"My \"\"S' $$\"").expect("schemas");
    for (schema, table) in [
        (None, "public.documents"),
        (Some("myapp"), "myapp.documents"),
        (Some("My \"S' x"), "\"My \"\"S' x\".documents"),
    ] {
        if schema == Some("My \"S' x") {
            session.script("ALTER SCHEMA \"My \"\"S' $$\" RENAME TO \"My \"\"S' x\"").expect("another name");
        }
        session.script("DROP TABLE IF EXISTS tb_confiture").expect("no ledger");
        let settings = || settings(TemplateUse::WhereSeen, schema);
        assert_eq!(up(&mut session, settings(), &FILES).expect("up"), 2);
        assert_eq!(up(&mut session, settings(), &FILES).expect("nothing"), 0);
        let down = Migrator::new(&mut session)
            .templates(settings())
            .down(&migration_set(&FILES), &DownRequest::Steps(1));
        assert_eq!(down.expect("down").len(), 1);
        let columns = format!(
            "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped",
            table.replace('\'', "''")
        );
        assert_eq!(text(&mut session, &columns), "id,note");
        let function = table.replace("documents", "documents()");
        assert_eq!(
            text(&mut session, &format!("SELECT {function}::text || note FROM {table} WHERE id = 1")),
            "2it's"
        );
        // The checksum is that of the file, whatever the schema is.
        let checksum = migration_set(&FILES).migrations()[0].checksum.to_string();
        assert_eq!(text(&mut session, "SELECT checksum FROM tb_confiture"), checksum);
    }
}

#[test]
fn nothing_runs_when_a_template_is_wrong() {
    let database = TestServer::shared().database("templates_wrong");
    let mut session = database.session();
    for (wrong, message) in [
        ("SELECT 1;\nSELECT * FROM {{tabels.a}};", "002_b.sql:2:15: unknown template \"{{tabels.a}}\""),
        ("SELECT {{tables.a;\n", "002_b.sql:1:8: template \"{{tables.a;\" is not closed"),
        ("SELECT ${NOT_SET};", "002_b.sql:1:8: environment variable \"NOT_SET\" is not set"),
    ] {
        let files = [("001_a.sql", "CREATE TABLE a (id int);"), ("002_b.sql", wrong)];
        let error = up(&mut session, settings(TemplateUse::WhereSeen, None), &files).expect_err("wrong");
        assert_eq!((error.code, error.message.as_str()), (ErrorCode::Project, message));
        assert!(error.hint.is_some());
        assert_eq!(
            text(&mut session, "SELECT count(*)::text FROM pg_class WHERE relname IN ('a', 'tb_confiture')"),
            "0"
        );
    }
    // What is applied already is not looked at again.
    let first = ("001_a.sql", "CREATE TABLE a_${NOT_SET:-x} (id int);");
    up(&mut session, settings(TemplateUse::WhereSeen, None), &[first]).expect("up");
    let files = [first, ("002_b.sql", "SELECT {{schema}}.nothing")];
    let error = up(&mut session, settings(TemplateUse::Never, None), &files).expect_err("not SQL");
    assert_eq!((error.code, error.sqlstate.as_str()), (ErrorCode::Server, "42601"));
}
