//! [`PlanCase`]: a case of the corpus of plans.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::rename::Renames;

use crate::{TestDatabase, TestServer, try_psql};

/// A case of the corpus: a directory `corpus/plan/<kind>--<case>/`.
///
/// It has `a.sql` and `b.sql`, the two states, and, optionally:
///
/// * `seed.sql`: rows of the first state, which survive;
/// * `use.sql`: what applications do, and can do with the rows in each state that a plan has led to;
/// * `renames.txt`: lines `kind old new`;
/// * `since.txt`, `until.txt`: the first and the last major version that have what the case is about;
/// * `plan.sql`: the plan, word for word;
/// * `back.txt`: why the way back is known to fail;
/// * `locks.txt`, `online.txt`: where plans, and those in forms that do not block, are known to say something else of
///   locks than the server does: the differences as the test says them, and lines with `#` that say why.
#[derive(Debug, Clone)]
pub struct PlanCase {
    directory: PathBuf,
}

/// The states of a case on a server.
#[derive(Debug)]
pub struct PlanStates {
    /// The first state.
    pub a: TestDatabase,
    /// The second.
    pub b: TestDatabase,
    /// The first with its rows.
    pub with_rows: TestDatabase,
}

impl PlanCase {
    /// All cases, in the order of their names; where `PGGIT_PLAN_ONLY` is set, those whose names have one of its parts,
    /// which commas set apart.
    ///
    /// # Panics
    /// When there are none.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/plan");
        let entries = fs::read_dir(&directory).expect("the corpus is there");
        let paths = entries.map(|entry| entry.expect("its entries can be read").path());
        let mut cases: Vec<Self> =
            paths.filter(|path| path.is_dir()).map(|directory| Self { directory }).collect();
        cases.retain(|case| wanted(&case.name()));
        cases.sort_by_key(Self::name);
        assert!(!cases.is_empty(), "there are no cases in {}", directory.display());
        cases
    }

    /// Checks all cases, as many at a time as there are processors.
    ///
    /// # Panics
    /// With what is wrong.
    pub fn check_all(check: impl Fn(&Self) -> Result<(), String> + Sync) {
        let cases = Mutex::new(Self::all().into_iter());
        let failures = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, Into::into) {
                scope.spawn(|| {
                    loop {
                        let next = cases.lock().expect("nothing panics with it").next();
                        let Some(case) = next else { break };
                        if let Err(error) = check(&case) {
                            failures.lock().expect("nothing panics with it").push(error);
                        }
                    }
                });
            }
        });
        let failures = failures.into_inner().expect("nothing panics with it");
        assert!(failures.is_empty(), "{} failed:\n\n{}", failures.len(), failures.join("\n\n=====\n"));
    }

    /// Its name, `kind--case`.
    #[must_use]
    pub fn name(&self) -> String {
        self.directory.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// One of its files, if it has that.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.directory.join(name)).ok()
    }

    /// Its renames.
    ///
    /// # Panics
    /// When a line of `renames.txt` is no rename.
    #[must_use]
    pub fn renames(&self) -> Renames {
        let mut renames = Renames::default();
        let text = self.file("renames.txt").unwrap_or_default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            add_rename(&mut renames, line);
        }
        renames
    }

    /// Whether the shared server is of a major version that has what the case is about.
    ///
    /// # Panics
    /// When a version is no number.
    #[must_use]
    pub fn is_for_server(&self) -> bool {
        let version = |text: &str| text.trim().parse::<u32>().expect("a version");
        let first = self.file("since.txt").map_or(0, |text| version(&text));
        let last = self.file("until.txt").map_or(u32::MAX, |text| version(&text));
        (first..=last).contains(&TestServer::shared().major())
    }

    /// Its states on the shared server; nothing where that is of another major version.
    ///
    /// # Errors
    /// What does not load, and why.
    pub fn load(&self) -> Result<Option<PlanStates>, String> {
        let (name, server) = (self.name(), TestServer::shared());
        if !self.is_for_server() {
            return Ok(None);
        }
        let load = |database: &TestDatabase, file: &str| {
            let sql = self.file(file).unwrap_or_default();
            try_psql(database.settings(), &sql)
                .map_err(|error| format!("{name}: {file} does not load: {error}"))
        };
        let (a, b) = (server.database(&name), server.database(&name));
        load(&a, "a.sql")?;
        load(&b, "b.sql")?;
        let with_rows = server.copy_of(a.name(), &name);
        load(&with_rows, "seed.sql")?;
        Ok(Some(PlanStates { a, b, with_rows }))
    }
}

/// Whether `PGGIT_PLAN_ONLY` is not set, or names a part of `name`; commas set parts apart.
#[must_use]
pub fn wanted(name: &str) -> bool {
    std::env::var("PGGIT_PLAN_ONLY").map_or(true, |parts| parts.split(',').any(|part| name.contains(part)))
}

/// Adds what a line says: `table public.a public.b`, `column public.b.x y`, `attribute public.t.x y`.
fn add_rename(renames: &mut Renames, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [kind, old, new] = words[..] else { panic!("\"{line}\" is no rename") };
    let address = |kind: ObjectKind, name: &str| match name.split_once('.') {
        Some((schema, name)) => ObjectAddress::new(kind, schema, name),
        None => ObjectAddress::global(kind, name),
    };
    if let "column" | "constraint" | "attribute" = kind {
        let (whole, part) = old.rsplit_once('.').expect("a part is in an object");
        let part = if kind == "constraint" { Part::constraint(part) } else { Part::column(part) };
        let whole_kind = if kind == "attribute" { ObjectKind::Composite } else { ObjectKind::Table };
        renames.add_part(address(whole_kind, whole), part, new.into());
        return;
    }
    let object = ObjectKind::ALL
        .into_iter()
        .find(|known| format!("{known:?}").eq_ignore_ascii_case(kind))
        .unwrap_or_else(|| panic!("\"{kind}\" is no kind"));
    renames.add_object(address(object, old), address(object, new));
}
