//! The library of pgdbm: each operation that its guide documents.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use confiture::pgdbm::{MigrationManager, ModuleMigration};
use confiture::{Error, ErrorCode};
use pggit_db::session::Session;
use pggit_testkit::{TestDatabase, TestServer, text};
use pggit_wire::WireSession;

const INITIAL: &str = "-- Description: Create initial schema and tables\n\
    CREATE TABLE IF NOT EXISTS {{tables.users}} (id serial PRIMARY KEY, email varchar(255) UNIQUE NOT NULL);\n\
    CREATE INDEX idx_users_email ON {{tables.users}}(email);\n";

struct Module {
    directory: tempfile::TempDir,
    database: TestDatabase,
}

impl Module {
    fn new(hint: &str) -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory"),
            database: TestServer::shared().database(hint),
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("migrations")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("made");
        fs::write(path, text).expect("written");
    }

    fn session(&self) -> WireSession {
        self.database.session()
    }
}

fn files(migrations: &[ModuleMigration]) -> Vec<&str> {
    migrations.iter().map(|migration| migration.filename.as_str()).collect()
}

#[test]
fn apply_pending_and_look() {
    let module = Module::new("pgdbm_apply");
    module.write("001_initial_schema.sql", INITIAL);
    module.write("V2__add_name.sql", "ALTER TABLE {{tables.users}} ADD COLUMN name text;");
    module.write("20240126120000_x.sql", "SELECT 1;");
    module.write("README.md", "not a migration");
    let mut session = module.session();
    let mut manager = MigrationManager::new(&mut session, module.path());
    let pending = manager.get_pending_migrations().expect("pending");
    assert_eq!(files(&pending), ["001_initial_schema.sql", "V2__add_name.sql", "20240126120000_x.sql"]);
    let versions: Vec<&str> = pending.iter().map(|migration| migration.version.as_str()).collect();
    assert_eq!(versions, ["001", "2", "20240126120000"]);
    assert_eq!(files(&manager.apply_pending(true).expect("a dry run")), files(&pending));
    assert_eq!(manager.get_migration_history().expect("none"), []);
    assert!(!manager.is_migration_applied("001_initial_schema.sql").expect("an answer"));

    let applied = manager.apply_pending(false).expect("applied");
    assert_eq!(files(&applied), files(&pending));
    assert!(
        applied
            .iter()
            .all(|one| one.execution_time_ms.is_some() && one.applied_at.is_some() && one.id.is_some())
    );
    assert!(manager.apply_pending(false).expect("nothing").is_empty());
    let history = manager.get_migration_history().expect("a history");
    assert_eq!(history, applied);
    assert_eq!(history[history.len() - 1].filename, "20240126120000_x.sql");
    for name in ["001_initial_schema.sql", "V2__add_name.sql", "/elsewhere/20240126120000_x.sql"] {
        assert!(manager.is_migration_applied(name).expect("an answer"), "{name}");
    }
    assert!(!manager.is_migration_applied("003_x.sql").expect("an answer"));
    drop(manager);
    assert_eq!(
        text(
            &mut session,
            "SELECT module_name || ' ' || version || ' ' || filename FROM public.schema_migrations ORDER BY id"
        ),
        "default 001 001_initial_schema.sql|default 2 V2__add_name.sql|default 20240126120000 20240126120000_x.sql"
    );
    assert_eq!(
        text(&mut session, "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'users'"),
        "public"
    );
}

#[test]
fn apply_single() {
    let module = Module::new("pgdbm_single");
    module.write("001_a.sql", INITIAL);
    module.write("002_b.sql", "SELECT broken;");
    module.write("003_c.sql", "CREATE TABLE {{tables.c}} (id int);");
    let mut session = module.session();
    let mut manager = MigrationManager::new(&mut session, module.path());
    let pending = manager.get_pending_migrations().expect("pending");
    let first = manager.apply_single(&pending[0]).expect("applied");
    assert_eq!((first.filename.as_str(), first.version.as_str()), ("001_a.sql", "001"));
    assert!(first.execution_time_ms.is_some());
    // Another runner has applied it meanwhile.
    assert_eq!(manager.apply_single(&pending[0]).expect("skipped"), first);
    manager.apply_single(&pending[2]).expect("applied");
    let error = manager.apply_pending(false).expect_err("broken");
    assert_eq!(
        (error.code, error.message.as_str()),
        (ErrorCode::Server, "002_b.sql:1:8: column \"broken\" does not exist")
    );
    let history = manager.get_migration_history().expect("a history");
    assert_eq!(history.last().map(|last| last.filename.as_str()), Some("003_c.sql"));
    module.write("002_b.sql", "SELECT 1;");
    // The gap is filled.
    assert_eq!(files(&manager.apply_pending(false).expect("applied")), ["002_b.sql"]);
    let gone = ModuleMigration { filename: "004_gone.sql".into(), ..pending[0].clone() };
    let error = manager.apply_single(&gone).expect_err("gone");
    assert!(error.message.starts_with("migration 004_gone.sql is not in "), "{}", error.message);
}

#[test]
fn modules_and_schemas_side_by_side() {
    let module = Module::new("pgdbm_modules");
    module.write("auth/001_initial.sql", INITIAL);
    module.write(
        "billing/001_initial.sql",
        "CREATE TABLE {{tables.invoices}} (id int, day date DEFAULT '2024-01-01');",
    );
    let mut session = module.session();
    session.script("CREATE SCHEMA myapp; CREATE SCHEMA \"My Schema\"").expect("schemas");
    for name in ["auth", "billing"] {
        let applied = MigrationManager::new(&mut session, module.path().join(name))
            .module_name(name)
            .apply_pending(false);
        assert_eq!(files(&applied.expect("applied")), ["001_initial.sql"]);
    }
    assert_eq!(
        text(&mut session, "SELECT module_name || version FROM schema_migrations ORDER BY id"),
        "auth001|billing001"
    );
    for schema in ["myapp", "My Schema"] {
        let mut manager = MigrationManager::new(&mut session, module.path().join("auth")).schema(schema);
        let applied = manager.apply_pending(false).expect("applied");
        assert_eq!(applied[0].module_name, schema);
    }
    let found = "SELECT string_agg(relnamespace::regnamespace::text, ' ' ORDER BY oid) FROM pg_class WHERE relname = ";
    assert_eq!(text(&mut session, &format!("{found}'users'")), "public myapp \"My Schema\"");
    assert_eq!(text(&mut session, &format!("{found}'schema_migrations'")), "public myapp \"My Schema\"");
    assert_eq!(text(&mut session, &format!("{found}'idx_users_email'")), "public myapp \"My Schema\"");
    session
        .script("DELETE FROM schema_migrations WHERE module_name = 'auth' AND version = '001'")
        .expect("as documented");
    let mut manager = MigrationManager::new(&mut session, module.path().join("auth")).module_name("auth");
    assert_eq!(files(&manager.get_pending_migrations().expect("pending")), ["001_initial.sql"]);
}

#[test]
fn new_migrations() {
    let module = Module::new("pgdbm_create");
    let mut session = module.session();
    let mut manager = MigrationManager::new(&mut session, module.path());
    let content = "\nCREATE TABLE IF NOT EXISTS products (\n    id SERIAL PRIMARY KEY\n);\n";
    let first = manager.create_migration("add_products_table", content).expect("created");
    let second = manager.create_migration("another", "SELECT 1;").expect("created");
    assert_eq!(fs::read_to_string(&first).expect("a file"), content);
    let name = |path: &str| Path::new(path).file_name().expect("a name").to_string_lossy().into_owned();
    assert!(name(&first).ends_with("_add_products_table.sql") && name(&first).len() == 14 + 23, "{first}");
    assert_eq!(files(&manager.apply_pending(false).expect("applied")), [name(&first), name(&second)]);
    assert!(manager.is_migration_applied(&first).expect("an answer"));
}

#[test]
fn rollback_records() {
    let module = Module::new("pgdbm_rollback");
    module.write("001_products.sql", "CREATE TABLE products (id int);");
    let mut session = module.session();
    let mut manager = MigrationManager::new(&mut session, module.path());
    let error = manager.rollback_migration_record(1, "x").expect_err("nothing yet");
    assert_eq!(error.message, "there is no migration 1");
    let migration = manager.apply_pending(false).expect("applied").remove(0);
    let id = migration.id.expect("a number");
    manager.rollback_migration_record(id, "DROP TABLE products;").expect("recorded");
    assert_eq!(manager.get_rollback_sql(id).expect("an answer").as_deref(), Some("DROP TABLE products;"));
    assert_eq!(manager.get_rollback_sql(99).expect("an answer"), None);
    let error = manager.rollback_migration_record(99, "x").expect_err("no such");
    assert_eq!(
        (error.code, error.message.as_str()),
        (ErrorCode::InvalidArgument, "there is no migration 99 in public.schema_migrations")
    );
    drop(manager);
    let sql = format!("SELECT rollback_sql FROM migration_history WHERE id = {id}");
    assert_eq!(text(&mut session, &sql), "DROP TABLE products;");
    // It is a way down for the runner.
    let set = pggit_migrate::MigrationSet::from_files(vec![pggit_migrate::migration::SourceFile {
        name: "001_products.sql".into(),
        bytes: b"CREATE TABLE products (id int);".to_vec(),
    }])
    .expect("a set");
    let kind = pggit_db::ledger::LedgerKind::Pgdbm { module: "default".into() };
    let ran = confiture::Migrator::new(&mut session)
        .ledger(pggit_db::ledger::LedgerName::new(kind))
        .down(&set, &pggit_migrate::DownRequest::Steps(1))
        .expect("down");
    assert_eq!(ran[0].file, "rollback SQL of 001_products.sql");
    assert_eq!(text(&mut session, "SELECT count(*)::text FROM migration_history"), "0");
}

#[test]
fn two_instances_at_once() {
    let module = Module::new("pgdbm_at_once");
    for number in 1..=5 {
        module.write(
            &format!("{number:03}_t.sql"),
            &format!("CREATE TABLE {{{{tables.t{number}}}}} (id int);"),
        );
    }
    let total: usize = std::thread::scope(|scope| {
        let runners: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut session = module.session();
                    MigrationManager::new(&mut session, module.path())
                        .apply_pending(false)
                        .expect("no runner fails")
                        .len()
                })
            })
            .collect();
        runners.into_iter().map(|runner| runner.join().expect("a runner")).sum()
    });
    assert_eq!(total, 5);
}

#[test]
fn bad_input() {
    let module = Module::new("pgdbm_bad");
    let mut session = module.session();
    let apply = |session: &mut WireSession| -> Result<usize, Error> {
        Ok(MigrationManager::new(session, module.path()).apply_pending(false)?.len())
    };
    let error = apply(&mut session).expect_err("no directory");
    assert!(
        error.message.starts_with("could not read directory ") && error.hint.is_some(),
        "{}",
        error.message
    );
    fs::create_dir(module.path()).expect("an empty directory");
    assert_eq!(apply(&mut session), Ok(0));
    module.write("001_initial.sql", INITIAL);
    module.write("002_b.sql", "SELECT 1;");
    let error = MigrationManager::new(&mut session, module.path())
        .schema("myapp")
        .apply_pending(false)
        .expect_err("no schema");
    assert_eq!(
        (error.sqlstate.as_str(), error.message.as_str()),
        ("3F000", "schema \"myapp\" does not exist")
    );
    for (wrong, message) in [
        ("SELECT * FROM {{tables.users WHERE x", "003_c.sql:1:15: template \"{{tables.users\" is not closed"),
        ("SELECT 1;\nSELECT * FROM {{table.users}}", "003_c.sql:2:15: unknown template \"{{table.users}}\""),
    ] {
        module.write("003_c.sql", wrong);
        assert_eq!(apply(&mut session).expect_err("wrong").message, message);
    }
    for (bytes, detail) in [
        (&b"SELECT 1;\n\xff"[..], "003_c.sql:2: the file is not UTF-8"),
        (b"SELECT 'x", "003_c.sql:1:8: unterminated string constant"),
    ] {
        fs::write(module.path().join("003_c.sql"), bytes).expect("written");
        assert_eq!(apply(&mut session).expect_err("wrong").detail.as_deref(), Some(detail));
    }
    fs::rename(module.path().join("003_c.sql"), module.path().join("002_c.sql")).expect("renamed");
    let error = apply(&mut session).expect_err("two of a version");
    assert!(error.detail.expect("a detail").contains("002_c.sql has the same version, \"002\""));
    fs::remove_file(module.path().join("002_c.sql")).expect("removed");
    assert_eq!(
        text(
            &mut session,
            "SELECT count(*)::text FROM pg_class WHERE relname IN ('schema_migrations', 'users')"
        ),
        "0"
    );

    assert_eq!(apply(&mut session), Ok(2));
    module.write("001_initial.sql", &format!("\n{}\n\n", INITIAL.replace('\n', "\r\n")));
    assert_eq!(apply(&mut session), Ok(0), "line ends and space around are no change");
    module.write("001_initial.sql", "SELECT 1;");
    module.write("004_d.sql", "CREATE TABLE d (id int);");
    for dry_run in [true, false] {
        let error =
            MigrationManager::new(&mut session, module.path()).apply_pending(dry_run).expect_err("modified");
        assert_eq!(error.message, "Migration 001_initial.sql has been modified after being applied");
    }
    fs::remove_file(module.path().join("001_initial.sql")).expect("removed");
    let error = apply(&mut session).expect_err("vanished");
    assert_eq!(error.message, "applied, but without a file: 001");
    assert_eq!(text(&mut session, "SELECT count(*)::text FROM pg_class WHERE relname = 'd'"), "0");
    let mut manager = MigrationManager::new(&mut session, module.path()).allow_missing(true);
    assert_eq!(files(&manager.apply_pending(false).expect("applied")), ["004_d.sql"]);
}

#[test]
fn missing_rights_on_the_schema_of_the_ledger() {
    let module = Module::new("pgdbm_rights");
    module.write("001_a.sql", INITIAL);
    let mut session = module.session();
    session.script("CREATE SCHEMA theirs; CREATE ROLE pgdbm_nobody; SET ROLE pgdbm_nobody").expect("a role");
    let result = MigrationManager::new(&mut session, module.path()).schema("theirs").apply_pending(false);
    session.script("RESET ROLE; DROP ROLE pgdbm_nobody").expect("no role");
    let error = result.expect_err("no rights");
    assert_eq!(
        (error.sqlstate.as_str(), error.message.as_str()),
        ("42501", "permission denied for schema theirs")
    );
}

#[test]
fn variables_are_given_by_the_caller() {
    let module = Module::new("pgdbm_variables");
    module.write("001_a.sql", "CREATE TABLE {{tables.a}} (x text DEFAULT '${NAME}');");
    let mut session = module.session();
    let variables = BTreeMap::from([("NAME".to_owned(), "it's".to_owned())]);
    MigrationManager::new(&mut session, module.path())
        .variables(variables)
        .apply_pending(false)
        .expect("applied");
    module.write("002_b.sql", "CREATE TABLE b (x text DEFAULT '${NAME}');");
    MigrationManager::new(&mut session, module.path()).apply_pending(false).expect("applied");
    session.script("INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES").expect("rows");
    assert_eq!(text(&mut session, "SELECT x FROM a UNION ALL SELECT x FROM b"), "it's|${NAME}");
}
