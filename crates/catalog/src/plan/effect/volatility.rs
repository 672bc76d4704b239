//! Whether an expression may give another value for every row.

use crate::address::ObjectKind;
use crate::catalog::Catalog;
use crate::object::Body;

/// Functions of PostgreSQL that are volatile (`pg_proc.provolatile`); those whose names begin with `pg_` and `lo_` are
/// taken for it but for those of [`STEADY`].
const VOLATILE: &[&str] = &[
    "clock_timestamp",
    "currtid2",
    "currval",
    "current_query",
    "cursor_to_xml",
    "cursor_to_xmlschema",
    "gen_random_uuid",
    "gin_clean_pending_list",
    "lastval",
    "loread",
    "lowrite",
    "nextval",
    "query_to_xml",
    "query_to_xml_and_xmlschema",
    "query_to_xmlschema",
    "random",
    "random_normal",
    "set_config",
    "setval",
    "timeofday",
    "ts_rewrite",
    "txid_status",
    "uuidv4",
    "uuidv7",
];

/// Functions with such names that are not.
const STEADY: &[&str] = &[
    "pg_backend_pid",
    "pg_char_to_encoding",
    "pg_client_encoding",
    "pg_column_size",
    "pg_conf_load_time",
    "pg_current_snapshot",
    "pg_current_xact_id",
    "pg_encoding_to_char",
    "pg_my_temp_schema",
    "pg_postmaster_start_time",
    "pg_size_bytes",
    "pg_size_pretty",
    "pg_typeof",
];

/// Whether `expression`, as `pg_get_expr` writes it under an empty search path, may call a volatile function. Functions of
/// PostgreSQL stand there without a schema; of others the catalog knows, and one that it does not know, of an
/// extension, is taken for volatile. So is an SQL function that is not marked otherwise, although the server may look
/// into its body.
pub(super) fn may_be_volatile(expression: &str, catalog: &Catalog) -> bool {
    let mut rest = expression;
    while let Some(at) = rest.find(['(', '\'']) {
        let (before, after) = rest.split_at(at);
        if let Some(text) = after.strip_prefix('\'') {
            // Text in quotes; a doubled quote begins the next text.
            let Some((_, behind)) = text.split_once('\'') else { return true };
            rest = behind;
            continue;
        }
        let word =
            before.rsplit(|c: char| !(c.is_alphanumeric() || "_.$\"".contains(c))).next().unwrap_or_default();
        if is_volatile(word, before, catalog) {
            return true;
        }
        rest = &after[1..];
    }
    false
}

/// `before` ends with `word`, which stands before a parenthesis.
fn is_volatile(word: &str, before: &str, catalog: &Catalog) -> bool {
    if word.contains(['.', '"']) {
        // The modifier of a type: `'x'::public.geometry(Point)`.
        return !before.ends_with(&format!("::{word}")) && !is_steady_routine(word, catalog);
    }
    VOLATILE.contains(&word)
        || ((word.starts_with("pg_") || word.starts_with("lo_")) && !STEADY.contains(&word))
}

/// Whether the routines of that name are all marked `IMMUTABLE` or `STABLE`.
fn is_steady_routine(name: &str, catalog: &Catalog) -> bool {
    let mut routines = catalog
        .iter()
        .filter(|object| object.address.kind == ObjectKind::Routine)
        .filter(|object| object.address.qualified().to_string() == name)
        .peekable();
    routines.peek().is_some()
        && routines.all(|object| match &object.body {
            Body::Routine(routine) => {
                let head = routine.definition.split("\nAS ").next().unwrap_or_default();
                let line = |word: &str| head.lines().skip(1).any(|line| line.split(' ').any(|w| w == word));
                line("IMMUTABLE") || line("STABLE")
            }
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ObjectAddress;
    use crate::object::{Common, Object, Routine};

    #[test]
    fn volatile_calls_are_told_from_steady_ones() {
        for (expression, expected) in [
            ("now()", false),
            ("CURRENT_TIMESTAMP", false),
            ("timezone('utc'::text, now())", false),
            ("'a(b'::text", false),
            ("('x'::text)::character varying(20)", false),
            ("(1 + 2)", false),
            ("gen_random_uuid()", true),
            ("nextval('s'::regclass)", true),
            ("public.now()", true),
            ("clock_timestamp()", true),
            ("lower((random())::text)", true),
            ("'it''s now('::text", false),
            ("substr(pg_backend_pid()::text, 1)", false),
            ("pg_read_file('x'::text)", true),
        ] {
            assert_eq!(may_be_volatile(expression, &Catalog::default()), expected, "{expression}");
        }
    }

    #[test]
    fn routines_are_what_they_are_marked_as() {
        let routine = |name: &str, mark: &str| Object {
            address: ObjectAddress::new(ObjectKind::Routine, "public", name),
            common: Common::default(),
            body: Body::Routine(Routine {
                definition: format!(
                    "CREATE OR REPLACE FUNCTION public.{name}()\n RETURNS integer\n LANGUAGE sql\n{mark}AS $function$STABLE$function$\n"
                ),
                ..Routine::default()
            }),
        };
        let catalog: Catalog =
            [routine("steady", " STABLE STRICT\n"), routine("wild", "")].into_iter().collect();
        assert!(!may_be_volatile("public.steady()", &catalog));
        assert!(may_be_volatile("public.wild()", &catalog));
    }
}
