//! `COVERAGE.md` says what the code does: kinds and properties that are modelled, kinds that are reported.

#![expect(clippy::disallowed_methods, reason = "the crate is pure, this test is about files")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pggit_catalog::address::ObjectKind;

/// The system catalogs whose rows are objects (`getObjectClass` of PostgreSQL 15 to 18), the parts of objects included.
const OBJECT_CLASSES: [&str; 42] = [
    "pg_am",
    "pg_amop",
    "pg_amproc",
    "pg_attrdef",
    "pg_auth_members",
    "pg_authid",
    "pg_cast",
    "pg_class",
    "pg_collation",
    "pg_constraint",
    "pg_conversion",
    "pg_database",
    "pg_default_acl",
    "pg_event_trigger",
    "pg_extension",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_language",
    "pg_largeobject_metadata",
    "pg_namespace",
    "pg_opclass",
    "pg_operator",
    "pg_opfamily",
    "pg_parameter_acl",
    "pg_policy",
    "pg_proc",
    "pg_publication",
    "pg_publication_namespace",
    "pg_publication_rel",
    "pg_rewrite",
    "pg_sequence",
    "pg_statistic_ext",
    "pg_tablespace",
    "pg_transform",
    "pg_trigger",
    "pg_ts_config",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
    "pg_type",
    "pg_attribute",
    "pg_index",
];

/// The stem of the files about a kind.
const fn stem(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Schema => "schema",
        ObjectKind::Extension => "extension",
        ObjectKind::Enum => "enum_type",
        ObjectKind::Composite => "composite_type",
        ObjectKind::Domain => "domain",
        ObjectKind::Range => "range_type",
        ObjectKind::Sequence => "sequence",
        ObjectKind::Routine => "routine",
        ObjectKind::Table => "table",
        ObjectKind::View => "view",
        ObjectKind::MaterializedView => "materialized_view",
        ObjectKind::Index => "index",
        ObjectKind::Trigger => "trigger",
        ObjectKind::Aggregate => "aggregate",
        ObjectKind::Collation => "collation",
        ObjectKind::TextSearchDictionary => "text_search_dictionary",
        ObjectKind::TextSearchConfiguration => "text_search_configuration",
        ObjectKind::EventTrigger => "event_trigger",
        ObjectKind::Privileges => "privileges",
        ObjectKind::Setting => "setting",
        ObjectKind::TextSearchTemplate => "text_search_template",
        ObjectKind::TextSearchParser => "text_search_parser",
        ObjectKind::Conversion => "conversion",
        ObjectKind::Transform => "transform",
        ObjectKind::OperatorClass => "operator_class",
        ObjectKind::OperatorFamily => "operator_family",
        ObjectKind::BaseType => "base_type",
        ObjectKind::Language => "language",
        ObjectKind::AccessMethod => "access_method",
        ObjectKind::Subscription => "subscription",
        ObjectKind::PublicationSchema => "publication_schema",
        ObjectKind::PublicationTable => "publication_table",
        ObjectKind::Publication => "publication",
        ObjectKind::UserMapping => "user_mapping",
        ObjectKind::Server => "server",
        ObjectKind::ForeignDataWrapper => "foreign_data_wrapper",
        ObjectKind::DefaultPrivileges => "default_privileges",
        ObjectKind::Operator => "operator",
        ObjectKind::Cast => "cast",
        ObjectKind::Policy => "policy",
        ObjectKind::Rule => "rule",
        ObjectKind::Statistics => "statistics",
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text under a heading, up to the next one of the same or a higher level.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let level = heading.bytes().take_while(|&byte| byte == b'#').count();
    let start = page.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no \"{heading}\"")) + 1;
    let mut end = start + heading.len() + 1;
    for line in page[end..].split_inclusive('\n') {
        let depth = line.bytes().take_while(|&byte| byte == b'#').count();
        if (1..=level).contains(&depth) {
            break;
        }
        end += line.len();
    }
    &page[start..end]
}

/// The cells of the tables in a text, without headings.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = text.lines().collect();
    (0..lines.len())
        .filter(|&at| {
            lines[at].starts_with("| ") && !lines.get(at + 1).is_some_and(|next| next.starts_with("|---"))
        })
        .map(|at| lines[at].trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

#[test]
fn every_kind_is_listed_as_modelled() {
    let page = read("COVERAGE.md");
    let listed: BTreeSet<(String, String)> = rows(section(&page, "## Modelled"))
        .into_iter()
        .filter(|row| row.len() == 5 && row[4].starts_with("modelled"))
        .map(|row| (row[1].to_owned(), row[2].trim_matches('`').to_owned()))
        .collect();
    let kinds: BTreeSet<(String, String)> =
        ObjectKind::ALL.into_iter().map(|kind| (kind.name().to_owned(), stem(kind).to_owned())).collect();
    assert_eq!(listed, kinds);
}

#[test]
fn every_kind_has_files_of_its_stem() {
    for kind in ObjectKind::ALL {
        let stem = stem(kind);
        for file in [
            format!("crates/catalog/src/object/{stem}.rs"),
            format!("crates/catalog/src/render/{stem}.rs"),
            format!("crates/db/src/introspect/{stem}.rs"),
            format!("crates/db/src/introspect/{stem}.sql"),
        ] {
            assert!(root().join(&file).is_file(), "{file} is not there");
        }
    }
}

/// The names of the fields of all records in a file: lines like `3 => comment: Option<String>,`.
fn fields(source: &str) -> BTreeSet<&str> {
    source
        .lines()
        .filter_map(|line| {
            let (tag, rest) = line.trim().split_once(" => ")?;
            let (name, _) = rest.split_once(": ")?;
            (!tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
        })
        .collect()
}

#[test]
fn every_property_is_listed_under_its_kind() {
    let page = read("COVERAGE.md");
    let sections = ObjectKind::ALL
        .into_iter()
        .map(stem)
        .map(|stem| (format!("crates/catalog/src/object/{stem}.rs"), format!("### `{stem}`")))
        .chain([("crates/catalog/src/object.rs".to_owned(), "### What every object has".to_owned())]);
    for (file, heading) in sections {
        let text = section(&page, &heading);
        for field in fields(&read(&file)) {
            assert!(text.contains(&format!("`{field}`")), "\"{heading}\" does not name {field} of {file}");
        }
    }
}

/// What the query about unmodelled objects finds: catalogs whose rows it looks at, and names that it gives itself.
fn reported(sql: &str) -> BTreeSet<String> {
    let (objects, others) = sql.split_once("CROSS JOIN LATERAL").expect("the query identifies objects");
    let catalogs = objects.lines().filter_map(|line| {
        let catalog = line.trim().strip_prefix("SELECT 'pg_catalog.")?;
        catalog.split_once('\'').map(|(name, _)| name.to_owned())
    });
    let names = others.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("SELECT '")?;
        let (name, rest) = name.split_once('\'')?;
        (!name.starts_with("pg_catalog.") && rest.starts_with(',')).then(|| name.to_owned())
    });
    catalogs.chain(names).collect()
}

#[test]
fn what_is_not_modelled_is_listed_as_reported() {
    let page = read("COVERAGE.md");
    let listed: BTreeSet<String> = rows(section(&page, "## Reported"))
        .into_iter()
        .map(|row| {
            assert_eq!(row.get(2), Some(&"reported"), "{row:?}");
            row[1].trim_matches('`').to_owned()
        })
        .collect();
    let found = reported(&read("crates/db/src/introspect/unmodelled.sql"));
    assert!(found.len() > 10, "the query is not understood: {found:?}");
    assert_eq!(listed, found);
}

#[test]
fn every_class_of_objects_has_a_state() {
    let page = read("COVERAGE.md");
    for class in OBJECT_CLASSES {
        assert!(page.contains(&format!("`{class}`")), "COVERAGE.md does not name {class}");
    }
}
