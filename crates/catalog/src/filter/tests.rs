//! Filters on small catalogs.

use super::*;
use crate::address::Part;
use crate::diff::diff;
use crate::ident::QualifiedName;
use crate::object::{Column, Index, OwnedBy, Schema, Sequence, Table};

fn address(kind: ObjectKind, name: &str) -> ObjectAddress {
    match name.split_once('.') {
        Some((schema, name)) => ObjectAddress::new(kind, schema, name),
        None => ObjectAddress::global(kind, name),
    }
}

fn object(address: ObjectAddress, body: Body) -> Object {
    Object { address, common: Common { owner: "ada".into(), ..Common::default() }, body }
}

fn table(name: &str, columns: &[&str]) -> Object {
    let columns = columns.iter().map(|name| ((*name).to_owned(), Column::default())).collect();
    object(address(ObjectKind::Table, name), Body::Table(Table { columns, ..Table::default() }))
}

fn schema(name: &str) -> Object {
    object(address(ObjectKind::Schema, name), Body::Schema(Schema {}))
}

fn qualified(name: &str) -> QualifiedName {
    let (schema, name) = name.split_once('.').expect("a qualified name");
    QualifiedName::new(schema, name)
}

fn index(name: &str, table: &str) -> Object {
    let body = Body::Index(Index { table: qualified(table), ..Index::default() });
    object(address(ObjectKind::Index, name), body)
}

fn sequence(name: &str, table: &str) -> Object {
    let owned_by = Some(OwnedBy { table: qualified(table), column: "id".into() });
    object(address(ObjectKind::Sequence, name), Body::Sequence(Sequence { owned_by, ..Sequence::default() }))
}

fn with_grants(mut object: Object, owner: &str, grants: &[(&str, bool)]) -> Object {
    object.common.owner = owner.to_owned();
    for (grantee, revoked) in grants {
        let grant = Grant {
            privilege: "SELECT".into(),
            grantee: Some((*grantee).to_owned()),
            revoked: *revoked,
            ..Grant::default()
        };
        object.common.grants.insert(grant.key(), grant);
    }
    object
}

fn catalog<const N: usize>(objects: [Object; N]) -> Catalog {
    objects.into_iter().collect()
}

fn filter(schemas: &[&str], exclude: &[&str]) -> Filter {
    let patterns = |texts: &[&str]| texts.iter().map(|text| NamePattern::glob(text)).collect();
    Filter { schemas: patterns(schemas), exclude: patterns(exclude), ..Filter::default() }
}

/// The names that still differ, sorted.
fn left(filter: &Filter, from: &Catalog, to: &Catalog) -> Vec<String> {
    let (to, renames) = filter.target(from, to, &Renames::default(), "runner");
    let mut left: Vec<String> =
        diff(from, &to, &renames).iter().map(|change| change.address.to_string()).collect();
    left.sort();
    left
}

#[test]
fn names_choose_objects_with_what_belongs_to_them() {
    let from = catalog([schema("public"), table("public.a", &["x"]), schema("app"), table("app.b", &["x"])]);
    let to = catalog([
        schema("public"),
        table("public.a", &["y"]),
        index("public.a_y", "public.a"),
        sequence("public.a_seq", "public.a"),
        schema("audit"),
        table("audit.a", &[]),
        table("audit.log", &[]),
    ]);
    let all = ["app", "app.b", "audit", "audit.a", "audit.log", "public.a", "public.a_seq", "public.a_y"];
    for (schemas, exclude, expected) in [
        (&[][..], &[][..], &all[..]),
        (&["public"], &[], &["public.a", "public.a_seq", "public.a_y"]),
        (&["a*"], &[], &["app", "app.b", "audit", "audit.a", "audit.log"]),
        (&["a*"], &["audit"], &["app", "app.b"]),
        (&[], &["a"], &["app", "app.b", "audit", "audit.log"]),
        (&[], &["public.*", "audit.l?g"], &["app", "app.b", "audit", "audit.a"]),
        (&["PUBLIC"], &[], &[]),
    ] {
        assert_eq!(left(&filter(schemas, exclude), &from, &to), expected, "{schemas:?} without {exclude:?}");
    }
    let public = filter(&["public"], &[]);
    assert!(public.finds_schema(&NamePattern::glob("aud*"), [&from, &to]));
    assert!(!public.finds_schema(&NamePattern::glob("PUBLIC"), [&from, &to]));
}

#[test]
fn what_is_not_wanted_keeps_its_name() {
    let from = catalog([table("public.a", &["x"]), table("public.kept", &["x"])]);
    let to = catalog([table("public.b", &["y"]), table("public.other", &["y"])]);
    let mut renames = Renames::default();
    renames.add_object(
        from.iter().next().expect("a table").address.clone(),
        address(ObjectKind::Table, "public.b"),
    );
    renames.add_part(address(ObjectKind::Table, "public.b"), Part::column("x"), "y".into());
    renames.add_object(address(ObjectKind::Table, "public.kept"), address(ObjectKind::Table, "public.other"));
    renames.add_part(address(ObjectKind::Table, "public.other"), Part::column("x"), "y".into());
    for pattern in ["kept", "other"] {
        let (target, left) = filter(&[], &[pattern]).target(&from, &to, &renames, "runner");
        let names: Vec<String> = target.iter().map(|object| object.address.to_string()).collect();
        assert_eq!(names, ["public.b", "public.kept"], "{pattern}");
        assert_eq!((left.objects().count(), left.parts().count()), (1, 1), "{pattern}");
        assert_eq!(diff(&from, &target, &left).len(), 1, "{pattern}");
    }
}

#[test]
fn owners_stay_and_new_objects_belong_to_who_makes_them() {
    let from = catalog([with_grants(table("public.a", &[]), "bob", &[("eve", false)])]);
    let to = catalog([
        with_grants(table("public.a", &[]), "ada", &[("eve", false), ("bob", false), ("ada", true)]),
        table("public.b", &[]),
    ]);
    let filter = Filter { ignore_owner: true, ..Filter::default() };
    let (target, _) = filter.target(&from, &to, &Renames::default(), "runner");
    let owner =
        |name: &str| target.get(&address(ObjectKind::Table, name)).map(|object| object.common.clone());
    let a = owner("public.a").expect("it is there");
    assert_eq!(a.owner, "bob");
    // What was taken from the owner is taken from the owner; what was granted to who is the owner now is his anyway.
    assert_eq!(a.grants.keys().collect::<Vec<_>>(), ["SELECT TO bob", "SELECT TO eve"]);
    assert!(a.grants["SELECT TO bob"].revoked);
    assert_eq!(owner("public.b").expect("it is there").owner, "runner");
}

#[test]
fn privileges_stay_on_columns_too() {
    let grants = |object: &mut Object, column: &str, grantee: &str| {
        let grant = Grant { privilege: "SELECT".into(), grantee: Some(grantee.into()), ..Grant::default() };
        if let Body::Table(table) = &mut object.body
            && let Some(column) = table.columns.get_mut(column)
        {
            column.grants.insert(grant.key(), grant);
        }
    };
    let mut before = with_grants(table("public.a", &["x"]), "ada", &[("eve", false)]);
    grants(&mut before, "x", "eve");
    let mut after = with_grants(table("public.a", &["y", "z"]), "ada", &[("bob", false)]);
    grants(&mut after, "z", "bob");
    let mut renames = Renames::default();
    renames.add_part(before.address.clone(), Part::column("x"), "y".into());
    let (from, to) =
        (catalog([before]), catalog([after, with_grants(table("public.b", &[]), "ada", &[("bob", false)])]));
    let filter = Filter { ignore_privileges: true, ..Filter::default() };
    let (target, _) = filter.target(&from, &to, &renames, "runner");
    let keys = |object: &Object| {
        let mut keys: Vec<String> = object.common.grants.keys().cloned().collect();
        for (column, grants) in column_grants(object) {
            keys.extend(grants.keys().map(|key| format!("{column}: {key}")));
        }
        keys
    };
    let found: Vec<Vec<String>> = target.iter().map(keys).collect();
    assert_eq!(found, [vec!["SELECT TO eve".to_owned(), "y: SELECT TO eve".to_owned()], vec![]]);
}

#[test]
fn ignored_is_what_belongs_to_ignored_tables_too() {
    let patterns = [NamePattern::like("public.scratch%"), NamePattern::like("staging")];
    for (object, expected) in [
        (table("public.scratch_1", &[]), true),
        (index("public.i", "public.scratch_1"), true),
        (sequence("public.s", "public.scratch_1"), true),
        (index("public.i", "public.t"), false),
        (schema("staging"), true),
        (table("staging.t", &[]), false),
    ] {
        assert_eq!(is_ignored(&patterns, &object), expected, "{}", object.address);
    }
}
