//! What the values of a column are made of when its type changes.

use crate::ident::quote_ident;

/// Where a type comes from that is not PostgreSQL's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A domain over this type.
    Domain(String),
    /// An enum, composite or range type of the database.
    Own,
    /// An extension: what casts it brings is not known.
    Extension,
}

const NUMBERS: [&str; 6] = ["smallint", "integer", "bigint", "real", "double precision", "numeric"];
const TEXTS: [&str; 3] = ["text", "character varying", "character"];

/// Casts of PostgreSQL between types of which neither is text, other than those among numbers (`pg_cast`).
const CASTS: &[(&str, &[&str])] = &[
    ("\"char\"", &["integer"]),
    ("bigint", &["bit", "money", "oid", "regclass", "regproc", "regprocedure", "regrole", "regtype"]),
    ("bit", &["bigint", "bit varying", "integer"]),
    ("bit varying", &["bit"]),
    ("boolean", &["integer"]),
    ("box", &["circle", "lseg", "point", "polygon"]),
    ("cidr", &["inet"]),
    ("circle", &["box", "point", "polygon"]),
    ("date", &["timestamp with time zone", "timestamp without time zone"]),
    ("daterange", &["datemultirange"]),
    ("inet", &["cidr"]),
    ("int4range", &["int4multirange"]),
    ("int8range", &["int8multirange"]),
    (
        "integer",
        &[
            "\"char\"",
            "bit",
            "boolean",
            "money",
            "oid",
            "regclass",
            "regproc",
            "regprocedure",
            "regrole",
            "regtype",
        ],
    ),
    ("interval", &["time without time zone"]),
    ("json", &["jsonb"]),
    ("jsonb", &["bigint", "boolean", "double precision", "integer", "json", "numeric", "real", "smallint"]),
    ("lseg", &["point"]),
    ("macaddr", &["macaddr8"]),
    ("macaddr8", &["macaddr"]),
    ("money", &["numeric"]),
    ("numeric", &["money"]),
    ("numrange", &["nummultirange"]),
    ("oid", &["bigint", "integer", "regclass", "regproc", "regprocedure", "regrole", "regtype"]),
    ("path", &["polygon"]),
    ("point", &["box"]),
    ("polygon", &["box", "circle", "path", "point"]),
    ("regclass", &["bigint", "integer", "oid"]),
    ("regtype", &["bigint", "integer", "oid"]),
    ("smallint", &["oid"]),
    ("time with time zone", &["time without time zone"]),
    ("time without time zone", &["interval", "time with time zone"]),
    (
        "timestamp with time zone",
        &["date", "time with time zone", "time without time zone", "timestamp without time zone"],
    ),
    ("timestamp without time zone", &["date", "time without time zone", "timestamp with time zone"]),
    ("tsrange", &["tsmultirange"]),
    ("tstzrange", &["tstzmultirange"]),
];

/// A type without its modifier and array bounds: `character varying(10)[]` is `character varying`.
pub(super) fn base(type_name: &str) -> String {
    let mut text = type_name.replace("[]", "");
    while let (Some(start), Some(end)) = (text.find('('), text.find(')')) {
        if start > end || type_name.contains('"') {
            break;
        }
        text.replace_range(start..=end, "");
    }
    text
}

/// Whether the server casts by itself in an assignment: then `USING` says nothing.
pub(super) fn is_by_itself(from: &str, to: &str) -> bool {
    let (old, new) = (base(from), base(to));
    let both = |set: &[&str]| set.contains(&old.as_str()) && set.contains(&new.as_str());
    from.contains("[]") == to.contains("[]")
        && (old == new
            || both(&NUMBERS)
            || both(&TEXTS)
            || (TEXTS.contains(&new.as_str()) && !to.contains("[]")))
}

/// Whether `::` leads from one type to the other, neither of them an array.
fn is_castable(from: &str, to: &str, origin: &dyn Fn(&str) -> Option<Origin>) -> bool {
    let (old, new) = (base(from), base(to));
    match (origin(&old), origin(&new)) {
        // Text is cast by the input and output functions of the other type.
        _ if old == new || is_text(&old) || is_text(&new) => true,
        (Some(Origin::Domain(of)), _) => is_castable(&of, to, origin),
        (_, Some(Origin::Domain(of))) => is_castable(from, &of, origin),
        (Some(Origin::Extension), _) | (_, Some(Origin::Extension)) => true,
        (Some(Origin::Own), _) | (_, Some(Origin::Own)) => false,
        (None, None) => {
            let both_numbers = NUMBERS.contains(&old.as_str()) && NUMBERS.contains(&new.as_str());
            both_numbers || CASTS.iter().any(|(of, to)| *of == old && to.contains(&new.as_str()))
        }
    }
}

fn is_text(name: &str) -> bool {
    TEXTS.contains(&name) || name == "name"
}

/// The expression for `USING`; `None` where the server casts by itself.
///
/// Types that no cast leads between go through their text, and so do arrays of them. A value becomes an array of one.
pub(crate) fn using(
    column: &str,
    from: &str,
    to: &str,
    origin: &dyn Fn(&str) -> Option<Origin>,
) -> Option<String> {
    if is_by_itself(from, to) {
        return None;
    }
    let column = quote_ident(column);
    let (old, new) = (base(from), base(to));
    let element = to.strip_suffix("[]");
    Some(match (from.ends_with("[]"), element) {
        (false, Some(element)) if TEXTS.contains(&old.as_str()) => format!(
            "CASE WHEN {column} LIKE '{{%}}' THEN {column}::{to} ELSE ARRAY[{column}]::{element}[] END"
        ),
        (false, Some(element)) => {
            let value = scalar(&column, from, element, origin);
            format!("CASE WHEN {column} IS NOT NULL THEN ARRAY[{value}] END")
        }
        (true, Some(_)) if !is_castable(&old, &new, origin) => format!("{column}::text[]::{to}"),
        (true, None) if !is_text(&new) => format!("{column}::text::{to}"),
        (true, _) => format!("{column}::{to}"),
        (false, None) => scalar(&column, from, to, origin),
    })
}

fn scalar(column: &str, from: &str, to: &str, origin: &dyn Fn(&str) -> Option<Origin>) -> String {
    let (old, new) = (base(from), base(to));
    if is_castable(from, to, origin) {
        return format!("{column}::{to}");
    }
    match (old.as_str(), new.as_str()) {
        ("boolean", number) if NUMBERS.contains(&number) => format!("{column}::integer::{to}"),
        (number, "boolean") if NUMBERS.contains(&number) => format!("{column} <> 0"),
        _ => format!("{column}::text::{to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, expected: Option<&str>) {
        let origin = |name: &str| match name {
            "public.mood" | "public.state" => Some(Origin::Own),
            "public.id" => Some(Origin::Domain("integer".to_owned())),
            name if name.contains('.') => Some(Origin::Extension),
            _ => None,
        };
        assert_eq!(using("c", from, to, &origin).as_deref(), expected, "{from} to {to}");
    }

    #[test]
    fn values_go_the_shortest_way_that_is_there() {
        check("integer", "bigint", None);
        check("uuid", "text", None);
        check("text", "integer", Some("c::integer"));
        check("text", "public.mood", Some("c::public.mood"));
        check("public.mood", "public.state", Some("c::text::public.state"));
        check("public.mood[]", "public.state[]", Some("c::text[]::public.state[]"));
        check("public.geometry", "public.geography", Some("c::public.geography"));
        check("public.id", "bigint", Some("c::bigint"));
        check("public.id", "uuid", Some("c::text::uuid"));
        check("timestamp(3) without time zone", "date", Some("c::date"));
        check("bigint", "timestamp without time zone", Some("c::text::timestamp without time zone"));
        check("boolean", "integer", Some("c::integer"));
        check("boolean", "bigint", Some("c::integer::bigint"));
        check("bigint", "boolean", Some("c <> 0"));
    }

    #[test]
    fn a_value_becomes_an_array_of_one() {
        check("integer", "integer[]", Some("CASE WHEN c IS NOT NULL THEN ARRAY[c::integer] END"));
        check(
            "text",
            "character varying(9)[]",
            Some(
                "CASE WHEN c LIKE '{%}' THEN c::character varying(9)[] ELSE ARRAY[c]::character varying(9)[] END",
            ),
        );
        check("integer[]", "text[]", Some("c::text[]"));
        check("integer[]", "text", Some("c::text"));
        check("integer[]", "integer", Some("c::text::integer"));
    }
}
