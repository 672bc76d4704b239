//! The repository's tables on a real server: store, refs, reflog, identities, lock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pggit_catalog::address::{ObjectAddress, ObjectKind, Part};
use pggit_catalog::identity::{CatalogRow, Identities, Identity};
use pggit_catalog::rename::Renames;
use pggit_db::repository::{self, NewBranch, PgStore, RepositoryError};
use pggit_db::session::{Param, Session};
use pggit_history::branch::BranchStatus;
use pggit_history::commit::Commit;
use pggit_history::graph::Graph;
use pggit_history::id::{IdPrefix, ObjectId, StoredKind};
use pggit_history::name::RefName;
use pggit_history::store::{Store, StoreExt};
use pggit_history::tree;
use pggit_wire::WireSession;
use pggit_wire::server::{PrivateServer, ServerOptions};

/// One server for all tests here; it ends with the process.
static SERVER: LazyLock<PrivateServer> =
    LazyLock::new(|| PrivateServer::throw_away(ServerOptions::default()).expect("a private server starts"));

static DATABASES: AtomicU32 = AtomicU32::new(0);

fn connect(database: &str) -> WireSession {
    WireSession::connect(&SERVER.settings(database)).expect("the server takes connections")
}

/// The name of a new, empty database.
fn database() -> String {
    let name = format!("repository_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    connect("postgres").script(&format!("CREATE DATABASE {name}")).expect("it is made");
    name
}

/// A session on a new database with the repository's tables.
fn with_tables() -> WireSession {
    let mut session = connect(&database());
    repository::create_tables(&mut session).expect("the tables are made");
    session.script("SET search_path = pg_catalog, pg_temp").expect("it is set");
    session
}

fn commit(number: i64, parents: &[ObjectId]) -> Commit {
    Commit {
        tree: ObjectId::new([0; 32]),
        parents: parents.to_vec(),
        author: "ada".into(),
        committed_at: number,
        message: format!("commit {number}"),
        branch: "main".into(),
        source: "ddl".into(),
        automatic: false,
        changes: 0,
        renames: Renames::default(),
    }
}

/// A line of `count` commits, the first one first.
fn line(session: &mut WireSession, count: i64) -> Vec<ObjectId> {
    let mut ids: Vec<ObjectId> = Vec::new();
    let mut objects = Vec::new();
    for number in 0..count {
        let commit = commit(number, ids.last().map_or(&[], std::slice::from_ref));
        objects.push((commit.id(), StoredKind::Commit, commit.to_bytes()));
        ids.push(commit.id());
    }
    PgStore::new(session).put_many(objects).expect("they are stored");
    ids
}

fn name(text: &str) -> RefName {
    text.parse().expect("a possible name")
}

/// A session on an initialised repository, and its first commit.
fn initialised() -> (WireSession, ObjectId) {
    let mut session = with_tables();
    let first = line(&mut session, 1)[0];
    repository::initialise(&mut session, &RefName::main(), first).expect("it is the first time");
    (session, first)
}

fn sqlstate<T>(result: Result<T, RepositoryError>) -> String {
    match result {
        Err(RepositoryError::Session(error)) => error.sqlstate,
        Err(other) => other.to_string(),
        Ok(_) => "no error".to_owned(),
    }
}

#[test]
fn there_is_no_state_before_tables_and_before_init() {
    let mut session = connect(&database());
    assert_eq!(repository::tables_exist(&mut session), Ok(false));
    assert_eq!(repository::state(&mut session), Ok(None));
    repository::create_tables(&mut session).expect("the tables are made");
    assert_eq!(repository::tables_exist(&mut session), Ok(true));
    assert_eq!(repository::state(&mut session), Ok(None));
    assert_eq!(repository::head_branch(&mut session), Err(RepositoryError::NotInitialised));
}

#[test]
fn init_happens_once_and_other_formats_are_refused() {
    let (mut session, first) = initialised();
    let state = repository::state(&mut session).expect("readable").expect("initialised");
    assert_eq!((state.head_branch, state.first_commit), (RefName::main(), first));
    assert!(state.initialised_at > 1_700_000_000_000_000);
    assert_eq!(sqlstate(repository::initialise(&mut session, &name("other"), first)), "23505");
    session.script("UPDATE pggit.repository SET format_version = 7").expect("a superuser may");
    assert_eq!(repository::state(&mut session), Err(RepositoryError::FormatVersion { found: 7 }));
}

#[test]
fn objects_are_stored_once_and_read_back() {
    let mut session = with_tables();
    let mut store = PgStore::new(&mut session);
    let entries: BTreeMap<ObjectAddress, ObjectId> = (0..500)
        .map(|number| {
            let address = ObjectAddress::new(ObjectKind::Table, "S \"x\"\n", format!("table_{number}"));
            (address, ObjectId::of(StoredKind::Blob, format!("{number}").as_bytes()))
        })
        .collect();
    let id = tree::write_tree(&mut store, &entries).expect("it is stored");
    assert_eq!(tree::write_tree(&mut store, &entries), Ok(id));
    assert_eq!(tree::read_tree(&mut store, id), Ok(entries));

    let content = [0_u8, 255, 92, 39].repeat(10_000);
    let blob = ObjectId::of(StoredKind::Blob, &content);
    let objects = vec![(blob, StoredKind::Blob, content.clone())];
    store.put_many(objects.clone()).expect("it is stored");
    store.put_many(objects).expect("it is there already");
    assert_eq!(store.contents(StoredKind::Blob, &[blob]), Ok(BTreeMap::from([(blob, content)])));
    let gone = ObjectId::new([4; 32]);
    assert_eq!(store.missing(&[blob, gone, gone]), Ok(BTreeSet::from([gone])));
    assert_eq!(store.get_many(&[gone]), Ok(BTreeMap::new()));
    assert_eq!(store.get_many(&[]), Ok(BTreeMap::new()));
    store.put_many(Vec::new()).expect("nothing to do");
}

#[test]
fn history_is_walked_in_few_round_trips() {
    let mut session = with_tables();
    let ids = line(&mut session, 300);
    let (first, last) = (ids[0], ids[299]);
    let mut store = PgStore::new(&mut session);
    let left = store.put_commit(&commit(1_000, &[last])).expect("it is stored");
    let right = store.put_commit(&commit(1_001, &[last])).expect("it is stored");
    let merge = store.put_commit(&commit(1_002, &[left, right])).expect("it is stored");

    let nearest = store.get_history(&[merge], 4).expect("readable");
    assert_eq!(nearest.into_keys().collect::<BTreeSet<_>>(), BTreeSet::from([merge, left, right, last]));
    assert_eq!(store.get_history(&[merge], 10_000).expect("readable").len(), 303);
    let mut graph = Graph::new(&mut store);
    assert_eq!(graph.merge_base(left, right), Ok(Some(last)));
    assert_eq!(graph.is_ancestor(first, merge), Ok(true));
    assert_eq!(graph.log(merge, usize::MAX).map(|log| log.len()), Ok(303));
}

#[test]
fn prefixes_find_commits_alone() {
    let mut session = with_tables();
    let ids = line(&mut session, 50);
    let mut store = PgStore::new(&mut session);
    let blob = ObjectId::of(StoredKind::Blob, b"x");
    store.put_many(vec![(blob, StoredKind::Blob, b"x".to_vec())]).expect("it is stored");
    let prefix = |id: ObjectId| id.to_string()[..12].parse::<IdPrefix>().expect("twelve digits");
    for id in ids {
        assert_eq!(store.resolve_prefix(&prefix(id)), Ok(vec![id]));
    }
    assert_eq!(store.resolve_prefix(&prefix(blob)), Ok(Vec::new()));
}

#[test]
fn branches_and_tags_are_made_moved_renamed_and_deleted() {
    let (mut session, first) = initialised();
    let session = &mut session;
    let second = PgStore::new(session).put_commit(&commit(9, &[first])).expect("it is stored");
    let odd = name("feature/\"it's\";--ä");
    let new = NewBranch { name: &odd, commit: first, from_branch: "main" };
    repository::create_branch(session, &new).expect("the name is free");
    assert_eq!(sqlstate(repository::create_branch(session, &new)), "23505");
    assert_eq!(sqlstate(repository::create_tag(session, &odd, first)), "23505");
    repository::create_tag(session, &name("v1"), second).expect("the name is free");

    repository::set_branch_status(session, odd.as_str(), BranchStatus::Merged).expect("it exists");
    repository::set_branch_head(session, odd.as_str(), second).expect("it exists");
    let branch = repository::branch(session, odd.as_str()).expect("readable").expect("it exists");
    assert_eq!((branch.head, branch.base, branch.status), (second, Some(first), BranchStatus::Active));
    assert_eq!(branch.from_branch.as_deref(), Some("main"));
    assert!(!branch.created_by.is_empty() && branch.created_at > 1_700_000_000_000_000);
    assert_eq!(repository::branch(session, "v1"), Ok(None));
    assert_eq!(repository::tag(session, "v1").expect("readable").expect("it exists").commit, second);

    repository::set_head_branch(session, odd.as_str()).expect("it exists");
    let none = |name: &str| Err(RepositoryError::NoRef { name: name.to_owned() });
    assert_eq!(repository::set_head_branch(session, "v1"), none("v1"));
    assert_eq!(repository::set_branch_head(session, "v1", first), none("v1"));
    assert_eq!(sqlstate(repository::rename_branch(session, odd.as_str(), &name("v1"))), "23505");
    repository::rename_branch(session, odd.as_str(), &name("b")).expect("it exists");
    assert_eq!(repository::head_branch(session), Ok("b".to_owned()));
    repository::rename_branch(session, "main", &name("trunk")).expect("it exists");
    let branches = repository::branches(session).expect("readable");
    let names: Vec<_> =
        branches.iter().map(|branch| (branch.name.as_str(), branch.from_branch.as_deref())).collect();
    assert_eq!(names, [("b", Some("trunk")), ("trunk", None)]);

    repository::delete_ref(session, "v1").expect("it exists");
    assert_eq!(repository::delete_ref(session, "v1"), none("v1"));
    assert_eq!(repository::tags(session), Ok(Vec::new()));
    let unknown = ObjectId::new([8; 32]);
    assert_eq!(sqlstate(repository::set_branch_head(session, "b", unknown)), "23503");
}

#[test]
fn the_reflog_has_the_newest_first() {
    let (mut session, first) = initialised();
    let session = &mut session;
    repository::append_reflog(session, "main", None, Some(first), "init", "Initial\nschema")
        .expect("it is written");
    repository::append_reflog(session, "HEAD", Some(first), None, "checkout", "").expect("it is written");
    let log = repository::reflog(session, 10).expect("readable");
    let seen: Vec<_> = log
        .iter()
        .map(|entry| (entry.ref_name.as_str(), entry.before, entry.after, entry.message.as_str()))
        .collect();
    assert_eq!(seen, [("HEAD", Some(first), None, ""), ("main", None, Some(first), "Initial\nschema")]);
    assert_eq!(repository::reflog(session, 1).expect("readable").len(), 1);
    assert_eq!(sqlstate(repository::reflog(session, -1)), "2201W");
}

#[test]
fn identities_are_kept_and_only_differences_written() {
    let mut session = with_tables();
    let table = |name: &str| ObjectAddress::new(ObjectKind::Table, "public", name);
    let identity = |oid: u32, parts: &[(u32, Part)]| Identity {
        row: CatalogRow { class: 1259, oid },
        parts: parts.iter().cloned().collect(),
    };
    let columns =
        [(1, Part::column("a\"'\\,{}")), (2, Part::column("NULL")), (4_000_000_000, Part::constraint("c"))];
    let first = Identities(BTreeMap::from([
        (table("a"), identity(4_294_967_295, &columns)),
        (table("b"), identity(2, &[])),
        (table("c"), identity(3, &columns[..1])),
    ]));
    let empty = Identities::default();
    assert_eq!(repository::load_identities(&mut session), Ok(empty.clone()));
    repository::save_identities(&mut session, &empty, &first).expect("it is stored");
    assert_eq!(repository::load_identities(&mut session), Ok(first.clone()));

    // Names that two objects swap, a drop, a new object.
    let second = Identities(BTreeMap::from([
        (table("b"), identity(4_294_967_295, &columns[1..])),
        (table("a"), identity(2, &[])),
        (table("d"), identity(4, &columns)),
    ]));
    let versions = "SELECT i.oid, i.xmin::pg_catalog.text FROM pggit.identity AS i ORDER BY i.oid";
    repository::save_identities(&mut session, &first, &second).expect("it is stored");
    assert_eq!(repository::load_identities(&mut session), Ok(second.clone()));
    let before = session.query(versions, &[]).expect("readable");
    let mut third = second.clone();
    third.0.insert(table("e"), identity(5, &[]));
    repository::save_identities(&mut session, &second, &third).expect("it is stored");
    let after = session.query(versions, &[]).expect("readable");
    assert_eq!(after[..2], before[..2]);
    assert_eq!(after.len(), before.len() + 1);

    // After an upgrade of the server nothing is known, and what is saved replaces what is not.
    session.script("UPDATE pggit.identity SET server_major = 9").expect("a superuser may");
    assert_eq!(repository::load_identities(&mut session), Ok(empty.clone()));
    repository::save_identities(&mut session, &empty, &first).expect("it is stored");
    assert_eq!(repository::load_identities(&mut session), Ok(first));
    let rows = session.query("SELECT pg_catalog.count(*) FROM pggit.identity", &[]).expect("readable");
    assert_eq!(rows[0].int(0), Ok(3));
}

#[test]
fn the_lock_makes_writers_wait_and_readers_not() {
    let database = database();
    let mut one = connect(&database);
    repository::create_tables(&mut one).expect("the tables are made");
    let mut two = connect(&database);
    two.script("SET lock_timeout = '200ms'").expect("it is set");
    one.script("BEGIN").expect("a transaction");
    repository::lock(&mut one).expect("nobody else holds it");
    two.script("BEGIN").expect("a transaction");
    assert_eq!(sqlstate(repository::lock(&mut two)), "55P03");
    two.script("ROLLBACK").expect("a transaction was open");
    assert_eq!(repository::state(&mut two), Ok(None));

    two.script("SET lock_timeout = 0").expect("it is set");
    let waiter = std::thread::spawn(move || {
        two.script("BEGIN").expect("a transaction");
        repository::lock(&mut two)
    });
    let waits = "SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks WHERE NOT granted AND relation = $1::pg_catalog.regclass";
    for _ in 0..200 {
        let rows = one.query(waits, &[Param::Text("pggit.repository")]).expect("readable");
        if rows[0].int(0) == Ok(1) {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    one.script("COMMIT").expect("a transaction was open");
    assert_eq!(waiter.join().expect("no panic"), Ok(()));
}
