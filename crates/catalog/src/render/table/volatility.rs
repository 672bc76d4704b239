//! Whether an expression may give another value for every row.

/// Functions of PostgreSQL that are not volatile and often stand in defaults (`pg_proc.provolatile`).
const STEADY: &[&str] = &[
    "abs",
    "array_fill",
    "btrim",
    "coalesce",
    "concat",
    "current_database",
    "current_setting",
    "date_part",
    "date_trunc",
    "decode",
    "encode",
    "extract",
    "greatest",
    "int4range",
    "int8range",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "least",
    "left",
    "length",
    "lower",
    "ltrim",
    "make_date",
    "make_interval",
    "make_timestamptz",
    "md5",
    "now",
    "nullif",
    "numrange",
    "replace",
    "right",
    "round",
    "rtrim",
    "statement_timestamp",
    "timezone",
    "to_char",
    "to_date",
    "to_timestamp",
    "to_tsvector",
    "transaction_timestamp",
    "tstzrange",
    "upper",
];

/// Names of types that take a modifier in parentheses.
const TYPES: &[&str] =
    &["bit", "character", "char", "numeric", "time", "timestamp", "varbit", "varchar", "varying", "interval"];

/// Whether `expression`, as `pg_get_expr` writes it, may call a volatile function: one that is not known not to be.
pub(super) fn may_be_volatile(expression: &str) -> bool {
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
        let known = word.is_empty() || STEADY.contains(&word) || TYPES.contains(&word);
        if !known {
            return true;
        }
        rest = &after[1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::may_be_volatile;

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
        ] {
            assert_eq!(may_be_volatile(expression), expected, "{expression}");
        }
    }
}
