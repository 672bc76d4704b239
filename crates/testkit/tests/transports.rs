//! The same catalog read inside the server and over the wire gives the same bytes.

use std::fs;
use std::path::Path;

use pggit_db::introspect::read_catalog;
use pggit_db::repository::{self, PgStore};
use pggit_history::snapshot::catalog_id;
use pggit_history::store::StoreExt;
use pggit_testkit::TestRepository;

#[test]
fn both_transports_give_the_same_tree() {
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let schema: String = ["roles.sql", "schema.sql"]
        .iter()
        .map(|file| fs::read_to_string(shop.join(file)).expect("the example is there"))
        .collect();
    let Some(mut test) = TestRepository::of("transports", &schema) else { return };
    let session = test.session();
    let over_the_wire = read_catalog(session).expect("the catalog can be read").catalog;
    let main = repository::branch(session, "main").expect("the tables can be read").expect("main is there");
    let commit = PgStore::new(session).get_commit(main.head).expect("the commit is there");
    assert!(over_the_wire.len() > 150, "the example has many objects");
    assert_eq!(catalog_id(&over_the_wire), commit.tree);
}
