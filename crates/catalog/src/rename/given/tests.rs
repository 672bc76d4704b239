//! Given renames on small catalogs.

use super::*;
use crate::object::{
    Body, Column, Common, Constraint, ConstraintKind, Index, Object, OwnedBy, Routine, Schema, Sequence,
    Table,
};

fn table(schema: &str, name: &str, columns: &[&str]) -> Object {
    let columns = columns.iter().map(|name| ((*name).to_owned(), Column::default())).collect();
    let body = Body::Table(Table { columns, ..Table::default() });
    object(ObjectAddress::new(ObjectKind::Table, schema, name), body)
}

fn object(address: ObjectAddress, body: Body) -> Object {
    Object { address, common: Common::default(), body }
}

fn routine(name: &str, arguments: &str) -> Object {
    object(ObjectAddress::routine("public", name, arguments), Body::Routine(Routine::default()))
}

fn catalog<const N: usize>(objects: [Object; N]) -> Catalog {
    objects.into_iter().collect()
}

fn follow(given: &[&str], from: &Catalog, to: &Catalog) -> Result<Renames, GivenRenameError> {
    let given: Vec<GivenRename> = given.iter().map(|text| text.parse().expect(text)).collect();
    Renames::default().with_given(&given, from, to)
}

/// The renames as text: `table public.a > public.b, column public.b.x > y`.
fn shown(renames: &Renames) -> String {
    let objects = renames.objects().map(|(before, after)| format!("{} {before} > {after}", before.kind));
    let parts = renames
        .parts()
        .map(|(object, part, name)| format!("{} {} > {name}", part.kind.name(), part_name(object, part)));
    objects.chain(parts).collect::<Vec<_>>().join(", ")
}

#[test]
fn texts_are_taken_apart() {
    let shown = |text: &str| text.parse::<GivenRename>().map(|given| format!("{}={}", given.old, given.new));
    for (text, expected) in [
        ("a=b", "a=b"),
        ("s.a=b", "s.a=b"),
        ("s.Odd name=s.b", "s.\"Odd name\"=s.b"),
        ("\"a=b.c\".\"d\"\"e\"=x", "\"a=b.c\".\"d\"\"e\"=x"),
        ("f(integer, \"T(\"[])=g", "f(integer, \"T(\"[])=g"),
        ("s.f()=g()", "s.f()=g()"),
        ("ñ=🐘", "\"ñ\"=\"🐘\""),
        ("select=from", "\"select\"=\"from\""),
    ] {
        assert_eq!(shown(text).as_deref(), Ok(expected), "{text}");
    }
    for text in
        ["", "a", "a=", "=b", "a==b", "a=b=c", "a.=b", ".a=b", "\"a=b", "\"\"=b", "f(=g", "a=b)", "a\"b=c"]
    {
        assert_eq!(shown(text), Err(GivenRenameError::Form { text: text.to_owned() }), "{text}");
    }
}

#[test]
fn objects_and_parts_are_found() {
    let from = catalog([
        object(ObjectAddress::global(ObjectKind::Schema, "old"), Body::Schema(Schema {})),
        table("old", "moved", &["x"]),
        table("public", "a", &["x", "y"]),
        table("public", "stays", &["x"]),
        routine("f", "integer"),
        routine("f", "text"),
    ]);
    let to = catalog([
        object(ObjectAddress::global(ObjectKind::Schema, "new"), Body::Schema(Schema {})),
        table("new", "moved", &["z"]),
        table("app", "b", &["x", "z"]),
        table("public", "stays", &["z"]),
        routine("g", "integer"),
        routine("g", "text"),
    ]);
    for (given, expected) in [
        (&["a=app.b"][..], "table public.a > app.b"),
        (&["public.a=app.b", "public.a.y=z"], "table public.a > app.b, column app.b.y > z"),
        (&["a.y=app.b.z", "a=app.b"], "table public.a > app.b, column app.b.y > z"),
        (&["public.stays.x=z"], "column public.stays.x > z"),
        (&["stays.x=stays.z"], "column public.stays.x > z"),
        (&["old=new", "old.moved.x=z"], "schema old > new, column new.moved.x > z"),
        (&["public.f(integer)=g"], "function public.f(integer) > public.g(integer)"),
        (&["f(text)=public.g(text)"], "function public.f(text) > public.g(text)"),
    ] {
        assert_eq!(
            follow(given, &from, &to).map(|renames| shown(&renames)).as_deref(),
            Ok(expected),
            "{given:?}"
        );
    }
    for (given, expected) in [
        (
            &["public.nowhere=app.b"][..],
            "public.nowhere, which is said to be renamed, is not there at the start",
        ),
        (&["public.a=b"], "table public.a is said to be b at the end, where there is no such table"),
        (&["public.a=new"], "table public.a is said to be new at the end, where there is no such table"),
        (
            &["public.stays.x=y"],
            "column public.stays.x is said to be y at the end, where there is no such column",
        ),
        (&["public.stays.y=z"], "public.stays.y, which is said to be renamed, is not there at the start"),
        (&["a.y=z"], "column public.a.y is said to be z at the end, where there is no such column"),
        (&["f=g"], "several objects are called f"),
        (&["a=app.b", "a=app.b"], "two renames are given for table public.a"),
        (&["a=app.b", "stays=app.b"], "two renames are given for table app.b"),
        (&["a=app.b", "a.y=z", "a.x=z"], "two renames are given for column app.b.z"),
    ] {
        let error = follow(given, &from, &to).expect_err("an error");
        assert_eq!(error.to_string(), expected, "{given:?}");
    }
}

#[test]
fn what_is_given_comes_before_what_was_known() {
    let address = |name: &str| ObjectAddress::new(ObjectKind::Table, "public", name);
    let from = catalog([table("public", "a", &["x", "y"]), table("public", "b", &["x"])]);
    let to = catalog([table("public", "c", &["p", "q"]), table("public", "d", &["p"])]);
    let mut known = Renames::default();
    known.add_object(address("a"), address("c"));
    known.add_object(address("b"), address("d"));
    known.add_part(address("c"), Part::column("x"), "p".into());
    let given = |texts: &[&str]| {
        let given: Vec<GivenRename> = texts.iter().map(|text| text.parse().expect(text)).collect();
        known.with_given(&given, &from, &to).map(|renames| shown(&renames))
    };
    assert_eq!(given(&["b=c"]).as_deref(), Ok("table public.b > public.c, column public.c.x > p"));
    assert_eq!(
        given(&["a.y=p"]).as_deref(),
        Ok("table public.a > public.c, table public.b > public.d, column public.c.y > p")
    );
}

#[test]
fn names_made_of_the_tables_follow_it() {
    let side = |name: &str| {
        let Object { address, common, body: Body::Table(mut built) } = table("public", name, &["id", "team"])
        else {
            panic!("a table")
        };
        let key = |kind, definition: &str| Constraint {
            kind,
            definition: definition.into(),
            ..Constraint::default()
        };
        built.constraints.insert(format!("{name}_pkey"), key(ConstraintKind::PrimaryKey, "PRIMARY KEY (id)"));
        built.constraints.insert("kept".into(), key(ConstraintKind::Check, "CHECK ((id > 0))"));
        let qualified = address.qualified();
        let definition = format!("CREATE INDEX {name}_team ON {qualified} USING btree (team)");
        let index = Index { table: qualified.clone(), definition, ..Index::default() };
        let owned_by = Some(OwnedBy { table: qualified, column: "id".into() });
        catalog([
            Object { address, common, body: Body::Table(built) },
            object(
                ObjectAddress::new(ObjectKind::Index, "public", format!("{name}_team")),
                Body::Index(index),
            ),
            object(
                ObjectAddress::new(ObjectKind::Sequence, "public", format!("{name}_id_seq")),
                Body::Sequence(Sequence { owned_by, ..Sequence::default() }),
            ),
        ])
    };
    let renames = follow(&["users=members"], &side("users"), &side("members")).expect("renames");
    assert_eq!(
        shown(&renames),
        "sequence public.users_id_seq > public.members_id_seq, table public.users > public.members, \
         index public.users_team > public.members_team, constraint public.members.users_pkey > members_pkey"
    );
}
