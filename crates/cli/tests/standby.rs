//! A server that takes no writes because it is a hot standby: one clear error for each verb, and reading works.

mod console;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use confiture::pgdbm::MigrationManager;
use console::Console;
use pggit_testkit::psql;
use pggit_wire::WireSession;
use pggit_wire::server::{PrivateServer, ServerOptions};

/// A server, stopped and removed with the value.
struct Standby {
    server: Option<PrivateServer>,
    _directory: tempfile::TempDir,
}

impl Standby {
    /// A primary so far.
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        // The server's own user has to get through.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o711)).expect("permissions");
        let server = PrivateServer::at(&directory.path().join("server"), ServerOptions::default());
        let server = server.expect("a server");
        server.start().expect("started");
        Self { server: Some(server), _directory: directory }
    }

    fn server(&self) -> &PrivateServer {
        self.server.as_ref().expect("removed with the value alone")
    }

    /// Makes it a standby of a primary that is gone.
    fn demote(&self) {
        self.server().stop().expect("stopped");
        let data = self.server().directory().join("data");
        let owner = fs::metadata(&data).expect("a data directory");
        let signal = data.join("standby.signal");
        fs::write(&signal, "").expect("written");
        chown(&signal, Some(owner.uid()), Some(owner.gid())).expect("an owner");
        self.server().start().expect("started again");
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            // Its directory goes too; there is nobody to tell.
            let _ = server.remove();
        }
    }
}

/// Fails unless it is one error, about writing where that is not possible.
#[track_caller]
fn refused(shown: &str, word: &str) {
    let (head, stderr) = shown.split_once("----- stderr\n").expect("both streams");
    assert!(head.starts_with("exit status 1\n"), "{shown}");
    assert_eq!(stderr.lines().filter(|line| line.starts_with(word)).count(), 1, "{shown}");
    assert!(stderr.contains("in a read-only transaction"), "{shown}");
    assert!(stderr.contains("HINT:  The server is a standby, or"), "{shown}");
}

#[test]
fn all_doors() {
    let standby = Standby::new();
    let settings = standby.server().settings("postgres");
    let mut console = Console::new();
    console.variable("DATABASE_URL", &settings.to_url());
    console.run(&["init"]);
    console.fraiseql(&["migrate", "init"], "");
    let first = "CREATE TABLE IF NOT EXISTS a (id int);\n-- Rollback:\n-- DROP TABLE IF EXISTS a;\n";
    for directory in ["db/migrations", "migrations", "module"] {
        console.write(&format!("{directory}/001_a.sql"), first);
    }
    assert!(console.run(&["migrate", "up"]).starts_with("exit status 0\n"));
    assert!(console.fraiseql(&["migrate", "up"], "").starts_with("exit status 0\n"));
    let mut session = WireSession::connect(&settings).expect("a session");
    let module = console.path().join("module");
    assert_eq!(MigrationManager::new(&mut session, &module).apply_pending(false).expect("applied").len(), 1);
    drop(session);
    standby.demote();

    // What reads works, and there is nothing to do.
    for verb in ["up", "status", "validate", "repair", "baseline"] {
        let shown = console.run(&["migrate", verb]);
        assert!(shown.starts_with("exit status 0\n"), "{verb}: {shown}");
    }
    assert!(console.fraiseql(&["migrate", "up"], "").contains("No pending migrations"));
    refused(&console.run(&["migrate", "down"]), "error: ");
    refused(&console.fraiseql(&["migrate", "down", "--force"], ""), "Error: ");

    for directory in ["db/migrations", "migrations", "module"] {
        console.write(&format!("{directory}/002_b.sql"), "CREATE TABLE b (id int);\n");
        console.write(&format!("{directory}/003_c.sql"), "CREATE INDEX CONCURRENTLY i ON a (id);\n");
    }
    for arguments in [
        &["migrate", "up"][..],
        &["migrate", "up", "--single-transaction", "--steps", "1"],
        &["migrate", "up", "--dry-run"],
        &["migrate", "baseline"],
        &["migrate", "up", "--target", "3", "--allow-out-of-order"],
    ] {
        refused(&console.run(arguments), "error: ");
    }
    refused(&console.fraiseql(&["migrate", "up"], ""), "Error: ");
    assert!(console.run(&["migrate", "status"]).contains("1 applied, 2 to run"));
    assert!(console.fraiseql(&["migrate", "status"], "").contains("○ 002_b.sql (pending)"));
    let mut session = WireSession::connect(&settings).expect("a session");
    let mut manager = MigrationManager::new(&mut session, &module);
    let error = manager.apply_pending(false).expect_err("no writes");
    assert_eq!(error.sqlstate, "25006", "{error:?}");
    assert!(error.hint.is_some_and(|hint| hint.starts_with("The server is a standby")));
    assert_eq!(manager.get_migration_history().expect("a history").len(), 1);
    drop(manager);
    let ledgers = "SELECT (SELECT count(*) FROM tb_confiture), (SELECT count(*) FROM fraiseql_migrations)";
    assert_eq!(psql(&settings, ledgers).trim(), "1|1");
}
