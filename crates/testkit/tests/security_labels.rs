//! Security labels, with a provider that is made for the test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use pggit_catalog::rename::Renames;
use pggit_testkit::proof::{prove, read};
use pggit_testkit::{TestDatabase, TestServer, psql, try_psql};

/// A provider that takes every label.
const PROVIDER: &str = r#"
#include "postgres.h"
#include "commands/seclabel.h"
#include "fmgr.h"
PG_MODULE_MAGIC;
void _PG_init(void);
static void take(const ObjectAddress *object, const char *label) { }
void _PG_init(void) { register_label_provider("the \"odd\" one", take); register_label_provider("plain", take); }
"#;

const OBJECTS: &str = r#"
CREATE SCHEMA s;
CREATE TABLE s.t (id int PRIMARY KEY, "Odd ""c" text);
CREATE TABLE s.parts (id int) PARTITION BY LIST (id);
CREATE VIEW s.v AS SELECT id FROM s.t;
CREATE MATERIALIZED VIEW s.m AS SELECT id FROM s.t;
CREATE TYPE s.pair AS (x int, y int);
CREATE TYPE s.mood AS ENUM ('a');
CREATE DOMAIN s.d AS int;
CREATE SEQUENCE s.q;
CREATE FUNCTION s.f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE s.p() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE s.total(int) (SFUNC = int4pl, STYPE = int);
CREATE PUBLICATION pub;
"#;

/// What can be labelled there.
const TARGETS: [&str; 15] = [
    "SCHEMA s",
    "TABLE s.t",
    "COLUMN s.t.\"Odd \"\"c\"",
    "TABLE s.parts",
    "VIEW s.v",
    "COLUMN s.v.id",
    "MATERIALIZED VIEW s.m",
    "COLUMN s.m.id",
    "TYPE s.pair",
    "COLUMN s.pair.x",
    "TYPE s.mood",
    "DOMAIN s.d",
    "SEQUENCE s.q",
    "FUNCTION s.f(int)",
    "AGGREGATE s.total(int)",
];

/// Compiles the provider; nothing where that is not possible.
fn provider(directory: &Path) -> Option<PathBuf> {
    let server = TestServer::shared().settings("postgres");
    let include = psql(&server, "SELECT setting FROM pg_config WHERE name = 'INCLUDEDIR-SERVER'");
    let (source, library) = (directory.join("label.c"), directory.join("label.so"));
    fs::write(&source, PROVIDER).expect("a source");
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("the server may read it");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-I", include.trim()])
        .arg(&source)
        .arg("-o")
        .arg(&library)
        .output();
    match compiled {
        Ok(output) if output.status.success() => Some(library),
        Ok(output) => {
            eprintln!("skipped, no provider: {}", String::from_utf8_lossy(&output.stderr));
            None
        }
        Err(error) => {
            eprintln!("skipped, no compiler: {error}");
            None
        }
    }
}

fn label(target: &str, provider: &str, text: &str) -> String {
    format!("SECURITY LABEL FOR {provider} ON {target} IS {text};\n")
}

#[test]
fn labels_are_part_of_the_schema() {
    let directory = tempfile::tempdir().expect("a directory");
    let Some(library) = provider(directory.path()) else { return };
    let database = |name: &str, sql: &str| -> TestDatabase {
        let database = TestServer::shared().database(name);
        let preload = format!(
            "ALTER DATABASE \"{}\" SET session_preload_libraries = '{}'",
            database.name(),
            library.display()
        );
        psql(database.settings(), &preload);
        try_psql(database.settings(), sql).expect("the state loads");
        database
    };
    let odd = "\"the \"\"odd\"\" one\"";
    let first: String = TARGETS.iter().map(|target| label(target, "plain", "'first'")).collect();
    let second: String = TARGETS
        .iter()
        .enumerate()
        .map(|(n, target)| match n % 3 {
            0 => label(target, "plain", "'it''s \\ second'"),
            1 => label(target, odd, "'other'"),
            _ => String::new(),
        })
        .collect();
    let empty = database("labels_empty", "");
    let a = database("labels_a", &format!("{OBJECTS}{first}"));
    let b = database("labels_b", &format!("{OBJECTS}{second}"));
    assert!(read(a.settings()).unmodelled.is_empty());
    let place = database("labels", "");
    for target in [&a, &b, &a, &empty] {
        prove(place.settings(), target.settings(), &Renames::default())
            .unwrap_or_else(|error| panic!("{error}"));
    }
}
