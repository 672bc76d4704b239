//! [`Place`]: a database of a walk.

use pggit_catalog::address::ObjectKind;
use pggit_catalog::diff::diff;
use pggit_catalog::rename::Renames;
use pggit_db::introspect::{Snapshot, read_catalog};
use pggit_db::session::Session;
use pggit_wire::session::WireSession;

use super::proof::{self, Forms};
use crate::{TestDatabase, TestServer};

/// A database, with a session that stays open until the database is copied.
#[derive(Debug)]
pub(super) struct Place<'s> {
    server: &'s TestServer,
    database: TestDatabase,
    session: Option<WireSession>,
}

impl<'s> Place<'s> {
    /// A database that `script` was run in.
    pub fn built(server: &'s TestServer, script: &str, hint: &str) -> Self {
        let mut place = Self { server, database: server.database(hint), session: None };
        place.session().script(script).unwrap_or_else(|error| panic!("{hint}: {error:?}"));
        place
    }

    /// A copy of this database, whose state is `state`.
    ///
    /// `CREATE DATABASE` leaves out settings and subscriptions, which belong to the cluster: a plan brings them.
    pub fn copy(&mut self, state: &Snapshot, hint: &str) -> Self {
        self.session = None;
        let database = self.server.copy_of(self.database.name(), hint);
        let mut copy = Self { server: self.server, database, session: None };
        let now = copy.read();
        let left_out = diff(&now.catalog, &state.catalog, &Renames::default());
        let of_cluster = |kind| matches!(kind, ObjectKind::Setting | ObjectKind::Subscription);
        assert!(
            left_out.iter().all(|change| of_cluster(change.address.kind)),
            "a copy differs: {left_out:?}"
        );
        let plan = proof::planned(&now.catalog, &state.catalog, &Renames::default(), Forms::Plain)
            .expect("settings and subscriptions can be made");
        for step in &plan.steps {
            copy.session().script(&step.sql).unwrap_or_else(|error| panic!("{}: {error:?}", step.sql));
        }
        assert_eq!(copy.read().catalog, state.catalog, "a copy is the same");
        copy
    }

    /// A session in it.
    pub fn session(&mut self) -> &mut WireSession {
        self.session.get_or_insert_with(|| self.database.session())
    }

    /// What it holds.
    pub fn read(&mut self) -> Snapshot {
        read_catalog(self.session()).expect("the catalog can be read")
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.database.name()
    }

    /// What `pg_dump` writes of it.
    pub fn dump(&self) -> String {
        crate::dump(self.database.settings())
    }
}

impl Drop for Place<'_> {
    /// A database that has subscriptions can't be dropped.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let session = self.session();
        // A transaction that a failure has left open.
        session.script("ROLLBACK").expect("it ends");
        let drops = session
            .query(
                "SELECT pg_catalog.format('ALTER SUBSCRIPTION %1$I DISABLE; ALTER SUBSCRIPTION %1$I SET (slot_name = NONE); \
                 DROP SUBSCRIPTION %1$I', subname) FROM pg_catalog.pg_subscription WHERE subdbid OPERATOR(pg_catalog.=) \
                 (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())",
                &[],
            )
            .expect("subscriptions can be read");
        for row in &drops {
            for statement in row.text(0).expect("a statement").split("; ") {
                session.script(statement).expect("a subscription can be dropped");
            }
        }
        self.session = None;
    }
}
