//! [`RecordedNames`]: what a ledger calls migrations.

use std::collections::{BTreeMap, BTreeSet};

use pggit_migrate::{Identity, Migration};

use super::{Ledger, LedgerKind, LedgerRow, NewRow, confiture, fraiseql, pgdbm};

/// Versions and names under which migrations are recorded in one ledger.
#[derive(Debug, Clone)]
pub struct RecordedNames<'a> {
    ledger: &'a Ledger,
    known: BTreeMap<Identity, (String, String)>,
    versions: BTreeSet<String>,
}

impl<'a> RecordedNames<'a> {
    /// Those of a ledger with these rows.
    #[must_use]
    pub fn new(ledger: &'a Ledger, rows: &[LedgerRow]) -> Self {
        let mut names = Self { ledger, known: BTreeMap::new(), versions: BTreeSet::new() };
        // A row of no module may be of another one's migration with the same version.
        for row in rows.iter().filter(|row| !row.is_shared) {
            names.add(row.identity.clone(), row.version.clone(), row.name.clone());
        }
        names
    }

    /// What to record of a migration: under the names that it has in the ledger already, or else under new ones.
    pub fn row<'m>(&mut self, migration: &'m Migration) -> NewRow<'m> {
        let (version, name) = match self.known.get(&migration.identity) {
            Some(known) => known.clone(),
            None => {
                let new = self.names(migration);
                self.add(migration.identity.clone(), new.0.clone(), new.1.clone());
                new
            }
        };
        let checksum = self.ledger.checksum_of(migration);
        let role = migration.directives.role.as_deref();
        NewRow { version, name, checksum, role, execution_time_ms: None }
    }

    fn names(&self, migration: &Migration) -> (String, String) {
        match self.ledger.kind() {
            LedgerKind::Confiture => confiture::names(migration, &self.versions),
            LedgerKind::Fraiseql => fraiseql::names(migration),
            LedgerKind::Pgdbm { .. } => pgdbm::names(migration),
        }
    }

    fn add(&mut self, identity: Identity, version: String, name: String) {
        self.versions.insert(version.clone());
        self.known.insert(identity, (version, name));
    }
}

#[cfg(test)]
mod tests {
    use pggit_catalog::ident::QualifiedName;
    use pggit_migrate::MigrationSet;
    use pggit_migrate::migration::SourceFile;

    use super::*;

    const NAMES: [&str; 10] = [
        "001_a.sql",
        "20240126_120000_day.sql",
        "20260122143022_001_b.sql",
        "20260122143022_002_c.sql",
        "20260122143023_001.sql",
        "V1.2__x.sql",
        "V1_3__x.sql",
        "002_d.up.sql",
        "R__views.sql",
        "seed.sql",
    ];

    /// `version | name` as recorded, in order; each is read back as the migration that it is.
    fn recorded(kind: &LedgerKind) -> Vec<String> {
        let files = NAMES.map(|name| SourceFile { name: name.into(), bytes: b"SELECT 1;".to_vec() });
        let set = MigrationSet::from_files(files.to_vec()).expect("a set");
        let ledger =
            Ledger { name: QualifiedName::new("s", "t"), kind: kind.clone(), columns: BTreeSet::new() };
        let mut names = RecordedNames::new(&ledger, &[]);
        let mut versions = BTreeSet::new();
        set.migrations()
            .iter()
            .map(|migration| {
                let row = names.row(migration);
                assert_eq!(kind.identity(&row.version, &row.name), migration.identity, "{row:?}");
                assert_eq!(names.row(migration), row);
                assert!(versions.insert(row.version.clone()), "{row:?} is there twice");
                format!("{} | {}", row.version, row.name)
            })
            .collect()
    }

    #[test]
    fn what_is_recorded_reads_back() {
        let found = recorded(&LedgerKind::Confiture);
        for expected in ["20260122143022 | 001_b", "20260122143022_002 | c", "1.2 | x", "R__views | views"] {
            assert!(found.contains(&expected.to_owned()), "{found:?}");
        }
        let found = recorded(&LedgerKind::Fraiseql);
        for expected in ["001_a | a", "V1.2__x | x", "002_d | d", "R__views | views", "seed | seed"] {
            assert!(found.contains(&expected.to_owned()), "{found:?}");
        }
        let found = recorded(&LedgerKind::Pgdbm { module: "m".into() });
        for expected in [
            "001 | 001_a.sql",
            "1.2 | V1.2__x.sql",
            "20240126_120000 | 20240126_120000_day.sql",
            "seed | seed.sql",
        ] {
            assert!(found.contains(&expected.to_owned()), "{found:?}");
        }
    }
}
