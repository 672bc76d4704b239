//! Databases with the extension, for tests of the whole.

use std::sync::atomic::{AtomicU32, Ordering};

use pggit_db::session::{Session, SessionError};
use pggit_wire::WireSession;
use pggit_wire::server::ExtensionFiles;

use crate::client::psql;
use crate::{DatabaseState, TestDatabase, TestServer};

/// The variable with the directory of the built extension: library, control file and SQL script.
pub const EXTENSION_VARIABLE: &str = "PGGIT_EXTENSION_DIR";

/// The files that [`EXTENSION_VARIABLE`] names, if it is set.
pub(crate) fn built() -> Option<ExtensionFiles> {
    let directory = std::env::var_os(EXTENSION_VARIABLE).filter(|value| !value.is_empty())?;
    Some(
        ExtensionFiles::in_directory(directory.as_ref())
            .unwrap_or_else(|error| panic!("{EXTENSION_VARIABLE} is not usable: {error}")),
    )
}

/// A database with the extension, not initialised; `None`, with a message, where the server does not have it.
#[must_use]
pub fn database_with_pggit(hint: &str) -> Option<TestDatabase> {
    let database = TestServer::shared().database(hint);
    let available = "SELECT count(*) FROM pg_catalog.pg_available_extensions WHERE name = 'pggit'";
    if psql(database.settings(), available).trim() == "0" {
        eprintln!(
            "skipped: this server does not have the extension; \"cargo xtask test\" builds and installs it"
        );
        return None;
    }
    psql(database.settings(), "CREATE EXTENSION pggit CASCADE");
    Some(database)
}

/// A database with the extension, a session of its superuser, and roles of its own.
#[derive(Debug)]
pub struct TestRepository {
    session: WireSession,
    // The roles go after the database, with whatever they own in it.
    database: TestDatabase,
    roles: Vec<TestRole>,
}

impl TestRepository {
    /// A database with the extension, not initialised; `None` as [`database_with_pggit`].
    #[must_use]
    pub fn installed(hint: &str) -> Option<Self> {
        Some(Self::existing(database_with_pggit(hint)?))
    }

    /// A database that has the extension already.
    #[must_use]
    pub fn existing(database: TestDatabase) -> Self {
        Self { session: database.session(), database, roles: Vec::new() }
    }

    /// A database with `schema` as the first commit; `None` as [`database_with_pggit`].
    #[must_use]
    pub fn of(hint: &str, schema: &str) -> Option<Self> {
        let mut repository = Self::installed(hint)?;
        repository.run(schema);
        repository.run("SELECT pggit.init()");
        Some(repository)
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// The session of the superuser.
    pub fn session(&mut self) -> &mut WireSession {
        &mut self.session
    }

    /// A further session of the superuser.
    #[must_use]
    pub fn another_session(&self) -> WireSession {
        self.database.session()
    }

    /// Runs a script.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    pub fn run(&mut self, sql: &str) {
        run(&mut self.session, sql);
    }

    /// The error that a script ends with.
    ///
    /// # Panics
    /// When it does not fail.
    #[track_caller]
    pub fn error(&mut self, sql: &str) -> SessionError {
        error(&mut self.session, sql)
    }

    /// What a query returns in a session of its own: a line a row, columns separated by `|`.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    #[must_use]
    pub fn rows(&self, sql: &str) -> String {
        psql(self.database.settings(), sql).trim_end_matches('\n').to_owned()
    }

    /// Makes a branch at `HEAD` and checks it out.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    pub fn start_branch(&mut self, name: &str) {
        self.run(&format!("SELECT pggit.create_branch('{name}')"));
        self.checkout(name);
    }

    /// Checks out a branch.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    pub fn checkout(&mut self, branch: &str) {
        self.run(&format!("SELECT pggit.checkout('{branch}')"));
    }

    /// Schema and rows, without what is pggit's.
    #[track_caller]
    #[must_use]
    pub fn state(&self) -> DatabaseState {
        DatabaseState::of(self.database.settings())
    }

    /// Compares schema and rows with those of before.
    ///
    /// # Panics
    /// When they differ, with the difference.
    #[track_caller]
    pub fn assert_state(&self, expected: &DatabaseState, when: &str) {
        if let Some(difference) = self.state().difference(expected) {
            panic!("{when}: is (<) and should be (>) differ:\n{difference}");
        }
    }

    /// Makes `change` on a branch, goes to `main`, to the branch and to `main` again: schema and rows are each time
    /// those that were left. Returns the state of the branch, which is called `change`.
    ///
    /// # Panics
    /// When they are not.
    #[track_caller]
    pub fn there_and_back(&mut self, change: &str) -> DatabaseState {
        let main = self.state();
        self.start_branch("change");
        self.run(change);
        let branch = self.state();
        assert_ne!(branch.difference(&main), None, "the change changes nothing");
        for round in ["first", "second"] {
            self.checkout("main");
            self.assert_state(&main, &format!("main, the {round} time"));
            self.checkout("change");
            self.assert_state(&branch, &format!("the branch, the {round} time"));
        }
        self.checkout("main");
        assert_eq!(self.rows("SELECT * FROM pggit.status()"), "", "main is clean");
        branch
    }

    /// A role that can log in, gone with the database; returns its name, which needs no quotes.
    #[must_use]
    pub fn role(&mut self, hint: &str) -> String {
        let role = TestRole::new(hint);
        let name = role.name.clone();
        self.roles.push(role);
        name
    }

    /// A session of that role.
    #[must_use]
    pub fn session_of(&self, role: &str) -> WireSession {
        WireSession::connect(&self.database.settings().with_user(role))
            .unwrap_or_else(|error| panic!("{role} is not connected: {error:?}"))
    }
}

/// Runs a script in a session.
///
/// # Panics
/// When it fails.
#[track_caller]
pub fn run(session: &mut WireSession, sql: &str) {
    if let Err(error) = session.script(sql) {
        panic!("{}: {error:#?}", sql.trim());
    }
}

/// The error that a script ends with.
///
/// # Panics
/// When it does not fail.
#[track_caller]
pub fn error(session: &mut WireSession, sql: &str) -> SessionError {
    match session.script(sql) {
        Err(error) => error,
        Ok(()) => panic!("no error: {}", sql.trim()),
    }
}

/// A role of the cluster, dropped with the value.
#[derive(Debug)]
struct TestRole {
    name: String,
}

impl TestRole {
    fn new(hint: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{hint}_{}_{number}", std::process::id());
        psql(&TestServer::shared().settings("postgres"), &format!("CREATE ROLE {name} LOGIN"));
        Self { name }
    }
}

impl Drop for TestRole {
    fn drop(&mut self) {
        let drop = format!("DROP ROLE {}", self.name);
        if let Err(error) = crate::try_psql(&TestServer::shared().settings("postgres"), &drop) {
            eprintln!("role {} stays: {error}", self.name);
        }
    }
}
