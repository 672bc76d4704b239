//! Likeness on small catalogs.

use super::*;
use crate::object::{Common, EnumType};

fn object(kind: ObjectKind, name: &str, body: Body) -> Object {
    Object { address: ObjectAddress::new(kind, "public", name), common: Common::default(), body }
}

fn table(name: &str, columns: &[(&str, &str)]) -> Object {
    let column = |type_name: &str| Column { type_name: type_name.to_owned(), ..Column::default() };
    let columns = columns.iter().map(|(name, type_name)| ((*name).to_owned(), column(type_name))).collect();
    object(ObjectKind::Table, name, Body::Table(Table { columns, ..Table::default() }))
}

fn mood(name: &str, labels: &[&str]) -> Object {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    object(ObjectKind::Enum, name, Body::Enum(EnumType { labels }))
}

fn found<const N: usize, const M: usize>(from: [Object; N], to: [Object; M]) -> Vec<String> {
    let (from, to) = (from.into_iter().collect(), to.into_iter().collect());
    let likely = likely(&from, &to, &Renames::default());
    likely.iter().map(|rename| format!("{} {}={}", rename.kind, rename.old, rename.new)).collect()
}

const USERS: &[(&str, &str)] = &[("id", "integer"), ("name", "text"), ("old", "date")];

#[test]
fn tables_with_most_columns_in_common() {
    let nearly = &[("id", "integer"), ("name", "text"), ("new", "date")];
    assert_eq!(found([table("a", USERS)], [table("B", nearly)]), ["table public.a=public.\"B\""]);
    let other = &[("id", "integer"), ("name", "integer"), ("new", "date")];
    assert!(found([table("a", USERS)], [table("b", other)]).is_empty());
    assert!(found([table("a", USERS)], [table("b", USERS), table("c", USERS)]).is_empty(), "which one?");
    assert!(found([table("a", USERS), table("b", USERS)], [table("b", USERS)]).is_empty(), "nothing is made");
    assert!(found([table("a", &[])], [table("b", &[])]).is_empty());
}

#[test]
fn columns_of_one_type() {
    let before = &[("id", "integer"), ("name", "text"), ("on", "date")];
    let after = &[("id", "integer"), ("full name", "text"), ("at", "timestamp with time zone")];
    assert_eq!(found([table("a", before)], [table("a", after)]), ["column public.a.name=\"full name\""]);
    let two = &[("id", "integer"), ("first", "text"), ("last", "text"), ("on", "date")];
    assert!(found([table("a", before)], [table("a", two)]).is_empty(), "which one?");
}

#[test]
fn others_that_are_the_same_but_for_the_name() {
    let same = found([mood("mood", &["sad", "ok"])], [mood("feeling", &["sad", "ok"])]);
    assert_eq!(same, ["type public.mood=public.feeling"]);
    assert!(found([mood("mood", &["sad", "ok"])], [mood("feeling", &["ok", "sad"])]).is_empty());
}
