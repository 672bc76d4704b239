//! Migrations generated from branches, proven on a server and run by the migration runner.

use confiture::error::Result;
use confiture::generator::{Comparison, Format, GenerateOptions, from_branch, from_diff};
use confiture::{ErrorCode, Migrator, Repository};
use pggit_catalog::catalog::Catalog;
use pggit_catalog::rename::Renames;
use pggit_db::introspect::read_catalog;
use pggit_db::repository::create_tables;
use pggit_db::scratch::Scratch;
use pggit_db::session::{Session, SessionError};
use pggit_migrate::{DownRequest, MigrationSet, OutputFile, UpRequest};
use pggit_testkit::{TestDatabase, TestServer, assert_same_dump, dump, migration_set, psql};
use pggit_wire::{ScratchDatabase, WireSession};

const USERS: &str = "CREATE TABLE users (id int PRIMARY KEY, email text, old text); \
                     INSERT INTO users VALUES (1, 'a', 'x'), (2, NULL, NULL)";

/// Scratch databases of the shared server.
#[derive(Default)]
struct Scratches(Vec<ScratchDatabase>);

impl Scratch for Scratches {
    type Session = WireSession;

    fn database(&mut self) -> std::result::Result<WireSession, SessionError> {
        let database = ScratchDatabase::create(&TestServer::shared().settings("postgres"))?;
        let session = WireSession::connect(database.settings())?;
        self.0.push(database);
        Ok(session)
    }
}

/// A development database with a repository whose first commit has what `sql` makes.
struct Development {
    database: TestDatabase,
    session: WireSession,
}

impl Development {
    fn new(hint: &str, sql: &str) -> Self {
        let database = TestServer::shared().database(hint);
        let mut session = database.session();
        session.script(sql).expect("the first schema");
        session
            .transaction(|session| create_tables(session).map_err(confiture::Error::from))
            .expect("tables");
        let mut development = Self { database, session };
        development.with(|repository| repository.init("first").map(|_| ()));
        development
    }

    fn with<T>(&mut self, work: impl FnOnce(&mut Repository<'_, WireSession>) -> Result<T>) -> T {
        self.session.transaction(|session| work(&mut Repository::new(session))).expect("done")
    }

    fn branch(&mut self, name: &str, sql: &str) {
        self.with(|repository| {
            repository.create_branch(name, "HEAD")?;
            repository.checkout(name, false).map(|_| ())
        });
        self.session.script(sql).expect("the changes");
    }
}

fn set(files: &[OutputFile]) -> MigrationSet {
    migration_set(&files.iter().map(|file| (&file.name, &file.text)).collect::<Vec<_>>())
}

fn sql_of(files: &[OutputFile]) -> String {
    files.iter().map(|file| file.text.clone()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_branch_goes_to_production_and_back() {
    let mut development = Development::new("generate", USERS);
    development.branch(
        "feature/user-profiles",
        "ALTER TABLE users ADD COLUMN avatar_url text; ALTER TABLE users RENAME COLUMN email TO mail; \
         ALTER TABLE users DROP COLUMN old; \
         CREATE INDEX idx_users_avatar ON users (avatar_url) WHERE avatar_url IS NOT NULL; \
         CREATE VIEW mails AS SELECT mail FROM users; \
         CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT x + 1'",
    );
    let options = GenerateOptions::default();
    let generated =
        from_branch(&mut development.session, "feature/user-profiles", &mut Scratches::default(), &options)
            .expect("generated");
    assert_eq!(generated.files.len(), 1);
    let file = &generated.files[0];
    assert!(file.name.ends_with("_001_add_user_profiles.py"), "{}", file.name);
    for line in [
        "Generated from pgGit branch: feature/user-profiles\n",
        "Base: main (",
        "Proven: up gives the schema of the branch",
        "Note: up loses data: table public.users, column old\n",
        "Note: down loses data: table public.users, column avatar_url\n",
        "Note: contains changes of \"feature/user-profiles\" that are not committed\n",
    ] {
        assert!(file.text.contains(line), "no {line} in {}", file.text);
    }
    assert!(file.text.contains("RENAME COLUMN email TO mail"), "{}", file.text);

    let production = TestServer::shared().database("production");
    let before = TestServer::shared().database("before");
    for database in [&production, &before] {
        psql(database.settings(), USERS);
    }
    let set = set(&generated.files);
    let mut session = production.session();
    let rows = "SELECT id, mail FROM users ORDER BY id";
    for _ in 0..2 {
        Migrator::new(&mut session).up(&set, &UpRequest::default()).expect("up");
        assert_eq!(psql(production.settings(), rows).trim_end(), "1|a\n2|");
        assert_eq!(
            read_catalog(&mut session).expect("a catalog").catalog,
            read_catalog(&mut development.session).expect("a catalog").catalog
        );
        Migrator::new(&mut session).down(&set, &DownRequest::Steps(1)).expect("down");
        session.script("DROP TABLE tb_confiture").expect("without ledger");
        assert_same_dump(&dump(before.settings()), &dump(production.settings()));
    }
    drop(session);
    drop(development.database);
}

#[test]
fn a_merged_branch_is_compared_with_where_it_began() {
    let mut development = Development::new("merged", USERS);
    development.branch("fix/email", "ALTER TABLE users ALTER COLUMN email SET DEFAULT 'none'");
    development.with(|repository| {
        repository.checkout("main", false)?;
        repository.merge("fix/email", None, "auto").map(|_| ())
    });
    let options = GenerateOptions { format: Format::Sql, ..GenerateOptions::default() };
    let generated = from_branch(&mut development.session, "fix/email", &mut Scratches::default(), &options)
        .expect("generated");
    let names: Vec<&str> = generated.files.iter().map(|file| file.name.as_str()).collect();
    assert!(
        names[0].ends_with("_001_fix_email.up.sql") && names[1].ends_with("_001_fix_email.down.sql"),
        "{names:?}"
    );
    assert_eq!(generated.migration.commits.len(), 1);
    assert!(sql_of(&generated.files).contains("SET DEFAULT 'none'"));

    let error = from_branch(&mut development.session, "main", &mut Scratches::default(), &options)
        .expect_err("main has no base");
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    let error = from_branch(&mut development.session, "fix/emial", &mut Scratches::default(), &options)
        .expect_err("no such branch");
    assert_eq!(error.code, ErrorCode::UndefinedRef);
    development.with(|repository| repository.create_branch("feature/none", "HEAD"));
    let error = from_branch(&mut development.session, "feature/none", &mut Scratches::default(), &options)
        .expect_err("no changes");
    assert_eq!(error.code, ErrorCode::NothingToCommit);
}

/// The catalog of a database that `sql` makes.
fn catalog(sql: &str) -> (Catalog, Vec<pggit_catalog::catalog::Unmodelled>) {
    let database = TestServer::shared().database("catalog");
    let mut session = database.session();
    session.script(sql).expect(sql);
    let snapshot = read_catalog(&mut session).expect("a catalog");
    (snapshot.catalog, snapshot.unmodelled)
}

#[test]
fn two_catalogs_that_are_the_same_need_no_migration() {
    let (same, _) = catalog(USERS);
    let comparison = Comparison::of_catalogs((same.clone(), "a"), (same, "b"), Renames::default());
    let error =
        from_diff(&comparison, &mut Scratches::default(), &GenerateOptions::default()).expect_err("none");
    assert_eq!(
        (error.code, error.message.as_str()),
        (ErrorCode::NothingToCommit, "\"b\" has no changes against a")
    );
}

#[test]
fn what_cannot_be_proven_is_not_written() {
    // The target's view needs the ledger of a migration tool, which is kept out: the scratch database lacks it.
    let ledger = "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); SELECT lo_create(4711)";
    let (from, unmodelled) = catalog(&format!("{USERS}; {ledger}"));
    let (to, _) =
        catalog(&format!("{USERS}; {ledger}; CREATE VIEW v AS SELECT version_num FROM alembic_version"));
    let mut comparison = Comparison::of_catalogs((from, "a"), (to, "b"), Renames::default());
    comparison.unmodelled = unmodelled;
    let error =
        from_diff(&comparison, &mut Scratches::default(), &GenerateOptions::default()).expect_err("no proof");
    assert_eq!(error.code, ErrorCode::NotProven);
    assert!(error.message.contains("the way up fails"), "{error:?}");
    assert!(error.hint.expect("a hint").contains("large objects 1"));
}

#[test]
fn unmodelled_objects_do_not_go_silently() {
    let bound =
        "CREATE TABLE users (id int PRIMARY KEY); ALTER INDEX users_pkey DEPENDS ON EXTENSION plpgsql";
    let (from, unmodelled) = catalog(&format!("{bound}; CREATE TABLE t (i int)"));
    let (without_t, _) = catalog(bound);
    let (without_users, _) = catalog("CREATE TABLE t (i int)");
    let options = GenerateOptions::default();
    let mut comparison = Comparison::of_catalogs((from.clone(), "a"), (without_t, "b"), Renames::default());
    comparison.unmodelled.clone_from(&unmodelled);
    let generated = from_diff(&comparison, &mut Scratches::default(), &options).expect("it is another table");
    assert!(sql_of(&generated.files).contains(
        "does not carry, and was proven without: extension dependency index public.users_pkey of public.users"
    ));

    let mut comparison = Comparison::of_catalogs((from, "a"), (without_users, "b"), Renames::default());
    comparison.unmodelled = unmodelled;
    let error = from_diff(&comparison, &mut Scratches::default(), &options)
        .expect_err("the dependency would be lost");
    assert_eq!(error.code, ErrorCode::NotSupported);
    assert!(error.detail.expect("a detail").contains("index public.users_pkey of public.users"));
    let options = GenerateOptions { allow_unmodelled: true, ..options };
    from_diff(&comparison, &mut Scratches::default(), &options).expect("allowed");
}
