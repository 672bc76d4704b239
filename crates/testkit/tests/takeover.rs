//! Databases that the original tools have migrated: their ledgers as they made them, read and continued.

use confiture::migrator::{Migrator, StatusState, TemplateSettings};
use confiture::pgdbm::MigrationManager;
use pggit_db::ledger::LedgerName;
use pggit_db::session::Session;
use pggit_migrate::migration::SourceFile;
use pggit_migrate::{DownRequest, MigrationSet, UpRequest};
use pggit_testkit::{TestServer, text};
use pggit_wire::WireSession;

/// As pgdbm 0.5.0 made it for two files, the second with `\r\n`.
const PGDBM: &str = "
CREATE TABLE public.schema_migrations (
    id serial PRIMARY KEY,
    filename character varying(255) NOT NULL,
    checksum character varying(64) NOT NULL,
    module_name character varying(100),
    applied_at timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    applied_by character varying(100) DEFAULT CURRENT_USER,
    execution_time_ms integer,
    UNIQUE (filename, module_name)
);
CREATE INDEX idx_schema_migrations_module ON public.schema_migrations USING btree (module_name, filename);
INSERT INTO public.schema_migrations (filename, checksum, module_name, applied_at, applied_by, execution_time_ms) VALUES
    ('001_initial.sql', '9ffdb069126f9fb211d271eb47130825e51e739023417f2478d08bd240b80d18', 'public', '2026-11-21 00:37:53.990865', 'postgres', 1),
    ('20240126_120000_index.sql', 'ebdee79e58bbf810a36ee127786c7047c2043f22d448836312741aad15c6d1ae', 'public', '2026-11-21 00:37:54.001085', 'postgres', 8);
CREATE TABLE users (id serial PRIMARY KEY, email text);
CREATE INDEX i ON users (email);
";

/// As Confiture 1.29.0 made it for a pair of files and a class.
const CONFITURE: &str = "
CREATE TABLE public.tb_confiture (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    pk_confiture bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    slug text NOT NULL UNIQUE,
    version character varying(255) NOT NULL UNIQUE,
    name character varying(255) NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    execution_time_ms integer,
    checksum character varying(64),
    applied_by text,
    archived_into character varying(255)
);
INSERT INTO public.tb_confiture (slug, version, name, applied_at, execution_time_ms, checksum, applied_by) VALUES
    ('002_tags_20260101000000_20261121_004154', '20260101000000', '002_tags', '2026-11-21 00:41:54.301341+00', 2, 'fa2be6f7946ee4a0a0763b269b4563f5faa2244c3a1e68e3d6453213211c5ec7', 'postgres'),
    ('add_users_20261121003828_20261121_004154', '20261121003828', 'add_users', '2026-11-21 00:41:54.780938+00', 12, NULL, 'postgres');
CREATE TABLE tags (id int PRIMARY KEY);
CREATE TABLE users (id serial PRIMARY KEY, note text);
";

const CLASS: &str = "\"\"\"Migration: add_users\"\"\"\n\nfrom confiture.models.migration import Migration\n\n\n\
    class AddUsers(Migration):\n    version = \"20261121003828\"\n    name = \"add_users\"\n\n    \
    def up(self) -> None:\n        self.execute(\"CREATE TABLE users (id serial PRIMARY KEY, note text)\")\n\n    \
    def down(self) -> None:\n        self.execute(\"DROP TABLE users\")\n";

#[test]
fn a_ledger_of_pgdbm() {
    let database = TestServer::shared().database("takeover_pgdbm");
    let mut session = database.session();
    session.script(PGDBM).expect("what pgdbm made");
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).expect("written");
    write(
        "001_initial.sql",
        "-- first\nCREATE TABLE {{tables.users}} (id serial PRIMARY KEY, email text);\n\n",
    );
    write(
        "20240126_120000_index.sql",
        "-- pgdbm:no-transaction\r\nCREATE INDEX CONCURRENTLY i ON {{tables.users}} (email);\r\n",
    );
    write("20240126_130000_more.sql", "CREATE TABLE {{tables.more}} (id int);\n");
    let mut manager = MigrationManager::new(&mut session, directory.path()).schema("public");
    let applied = manager.apply_pending(false).expect("applied");
    assert_eq!(applied.len(), 1);
    assert_eq!(applied[0].filename, "20240126_130000_more.sql");
    assert_eq!(manager.get_migration_history().expect("a history").len(), 3);
    drop(manager);
    // What pgdbm's own status asks for.
    let rows = "SELECT filename || ' ' || checksum FROM schema_migrations WHERE module_name = 'public' OR module_name IS NULL ORDER BY filename OFFSET 2";
    assert_eq!(
        text(&mut session, rows),
        format!(
            "20240126_130000_more.sql {}",
            pggit_migrate::checksum::trimmed("CREATE TABLE {{tables.more}} (id int);")
        )
    );
    let by = "SELECT (applied_by = current_user)::text FROM schema_migrations WHERE id = 3";
    assert_eq!(text(&mut session, by), "true");
    write("001_initial.sql", "SELECT 1;");
    let error =
        MigrationManager::new(&mut session, directory.path()).schema("public").get_pending_migrations();
    assert_eq!(
        error.expect_err("modified").message,
        "Migration 001_initial.sql has been modified after being applied"
    );
}

#[test]
fn rows_without_a_module_are_of_those_that_have_the_file() {
    let database = TestServer::shared().database("takeover_null");
    let mut session = database.session();
    session.script(PGDBM).expect("what pgdbm made");
    session.script("UPDATE schema_migrations SET module_name = NULL").expect("as earlier versions made it");
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("001_other.sql"), "CREATE TABLE other (id int);").expect("written");
    let mut manager = MigrationManager::new(&mut session, directory.path()).module_name("billing");
    assert_eq!(manager.apply_pending(false).expect("applied").len(), 1);
    drop(manager);
    std::fs::remove_file(directory.path().join("001_other.sql")).expect("removed");
    let first = "-- first\nCREATE TABLE {{tables.users}} (id serial PRIMARY KEY, email text);";
    std::fs::write(directory.path().join("001_initial.sql"), first).expect("written");
    let mut manager = MigrationManager::new(&mut session, directory.path()).module_name("auth");
    assert!(manager.get_pending_migrations().expect("nothing").is_empty());
}

#[test]
fn the_module_of_a_ledger_is_told_by_its_rows() {
    let database = TestServer::shared().database("takeover_module");
    let mut session = database.session();
    session.script(PGDBM).expect("what pgdbm made");
    let first = "-- first\nCREATE TABLE {{tables.users}} (id serial PRIMARY KEY, email text);";
    let files =
        [("001_initial.sql", first), ("20240127_120000_more.sql", "CREATE TABLE {{tables.more}} (id int);")]
            .map(|(name, text)| SourceFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() });
    let set = MigrationSet::from_files(files.to_vec()).expect("a set");
    let name = LedgerName::of_table(None, "schema_migrations");
    let request = UpRequest { allow_missing: true, allow_out_of_order: true, ..UpRequest::default() };
    let run = |session: &mut WireSession, name: &LedgerName| {
        let templates = TemplateSettings::default();
        let ran = Migrator::new(session).ledger(name.clone()).templates(templates).up(&set, &request);
        ran.map(|ran| ran.into_iter().map(|ran| ran.version).collect::<Vec<_>>())
    };
    assert_eq!(run(&mut session, &name).expect("up"), ["20240127_120000"]);
    let modules = "SELECT DISTINCT module_name FROM schema_migrations";
    assert_eq!(text(&mut session, modules), "public");
    session.script("UPDATE schema_migrations SET module_name = 'a\"b' WHERE id = 1").expect("another");
    let error = run(&mut session, &name).expect_err("several");
    assert_eq!(
        error.message,
        "table public.schema_migrations has migrations of several modules: \"a\"b\", \"public\""
    );
    let named = name.clone().of_module("public").expect("it has modules");
    assert_eq!(run(&mut session, &named).expect_err("not of this module").sqlstate, "42P07");
    assert_eq!(LedgerName::of_table(None, "tb_confiture").of_module("public"), None);
    // With rows of its own the usual one is meant.
    session
        .script("UPDATE schema_migrations SET module_name = 'default' WHERE module_name = 'public'")
        .expect("usual");
    assert_eq!(run(&mut session, &name).expect_err("not of this module").sqlstate, "42P07");
}

#[test]
fn a_ledger_of_confiture() {
    let database = TestServer::shared().database("takeover_confiture");
    let mut session = database.session();
    session.script(CONFITURE).expect("what Confiture made");
    let files = [
        ("20260101000000_002_tags.up.sql", "CREATE TABLE tags (id int PRIMARY KEY);\n"),
        ("20260101000000_002_tags.down.sql", "DROP TABLE tags;\n"),
        ("20261121003828_add_users.py", CLASS),
        ("20261121003828_add_users.verify.sql", "SELECT true"),
        ("20261121003829_more.up.sql", "CREATE TABLE more (id int);\n"),
        ("20261121003829_more.down.sql", "DROP TABLE more;\n"),
    ]
    .map(|(name, text)| SourceFile { name: name.to_owned(), bytes: text.as_bytes().to_vec() });
    let set = MigrationSet::from_files(files.to_vec()).expect("a set");
    let states = |session: &mut WireSession| -> Vec<StatusState> {
        Migrator::new(session).status(&set).expect("a status").into_iter().map(|entry| entry.state).collect()
    };
    assert_eq!(states(&mut session), [StatusState::Applied, StatusState::Applied, StatusState::Pending]);
    assert_eq!(Migrator::new(&mut session).up(&set, &UpRequest::default()).expect("up").len(), 1);
    assert_eq!(Migrator::new(&mut session).down(&set, &DownRequest::Steps(3)).expect("down").len(), 3);
    assert_eq!(
        text(&mut session, "SELECT count(*)::text FROM pg_class WHERE relname IN ('tags', 'users', 'more')"),
        "0"
    );
    assert_eq!(Migrator::new(&mut session).up(&set, &UpRequest::default()).expect("up").len(), 3);
    assert_eq!(
        text(&mut session, "SELECT version || ' ' || name FROM tb_confiture ORDER BY pk_confiture"),
        "20260101000000 002_tags|20261121003828 add_users|20261121003829 more"
    );
}
