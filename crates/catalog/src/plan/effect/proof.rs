//! What validated checks and not-null columns let the server conclude without looking at rows.
//!
//! It proves more than this does; where this proves nothing, the step says that rows are read.

use crate::ident::quote_ident;
use crate::object::{ConstraintKind, Table};

/// The conditions that a definition `CHECK ((a AND b))` consists of.
fn conditions(definition: &str) -> Vec<String> {
    let Some(text) = definition.strip_prefix("CHECK ") else { return Vec::new() };
    let text = text.strip_suffix(" NO INHERIT").unwrap_or(text);
    let mut found = Vec::new();
    split(text, &mut found);
    found
}

/// The text without the parentheses around the whole of it.
fn bare(mut text: &str) -> &str {
    loop {
        text = text.trim();
        let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else { return text };
        let mut depth = 0_i32;
        for c in inner.chars() {
            depth += i32::from(c == '(') - i32::from(c == ')');
            if depth < 0 {
                return text;
            }
        }
        text = inner;
    }
}

fn split(text: &str, found: &mut Vec<String>) {
    let text = bare(text);
    let mut depth = 0_i32;
    let mut quote = None;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ' ') if depth == 0 && text[at..].starts_with(" AND ") => {
                parts.push(&text[start..at]);
                start = at + " AND ".len();
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        found.push(text.to_owned());
        return;
    }
    parts.push(&text[start..]);
    for part in parts {
        split(part, found);
    }
}

/// All that is known of the rows of the table.
fn known(table: &Table) -> Vec<String> {
    let checks = table.constraints.values();
    checks
        .filter(|check| check.kind == ConstraintKind::Check && check.validated)
        .flat_map(|check| conditions(&check.definition))
        .collect()
}

/// Whether no row can have a null in the column.
pub(in crate::plan) fn never_null(table: &Table, column: &str) -> bool {
    let condition = format!("{} IS NOT NULL", quote_ident(column));
    table.columns.get(column).is_some_and(|column| column.not_null && !column.not_null_not_valid)
        || known(table).contains(&condition)
}

/// Whether all rows of `table` lie inside of `bound`, `FOR VALUES FROM (…) TO (…)` or `FOR VALUES IN (…)`, of a table
/// that is partitioned by `key`: `RANGE (k)`, `LIST (k)`.
pub(in crate::plan) fn lies_within(table: &Table, key: &str, bound: &str) -> bool {
    let Some((method, column)) = key.split_once(" (") else { return false };
    let Some(column) = column.strip_suffix(')').filter(|c| !c.contains([',', '(', ' '])) else {
        return false;
    };
    let name = column.strip_prefix('"').and_then(|c| c.strip_suffix('"')).map_or(column, |c| c);
    if !never_null(table, &name.replace("\"\"", "\"")) {
        return false;
    }
    let known = known(table);
    let says = |operator: &str, value: &str| {
        known.iter().any(|condition| {
            condition
                .strip_prefix(&format!("{column} {operator} "))
                .is_some_and(|rest| same_value(rest, value))
        })
    };
    match method {
        "RANGE" => {
            let Some(limits) = bound.strip_prefix("FOR VALUES FROM (").and_then(|b| b.strip_suffix(')'))
            else {
                return false;
            };
            let Some((from, to)) = limits.split_once(") TO (") else { return false };
            (from == "MINVALUE" || says(">=", from)) && (to == "MAXVALUE" || says("<", to))
        }
        "LIST" => {
            let values = bound.strip_prefix("FOR VALUES IN (").and_then(|b| b.strip_suffix(')'));
            values.is_some_and(|value| !value.contains(',') && says("=", value))
        }
        _ => false,
    }
}

/// `'2025-01-01'::date` is the `'2025-01-01'` of a bound; `'-1'::integer` is `-1`.
fn same_value(condition: &str, value: &str) -> bool {
    let text = bare(condition);
    let text = text.split_once("::").map_or(text, |(value, _)| value);
    let unquoted = |text: &str| text.trim_matches('\'').to_owned();
    text == value || unquoted(text) == unquoted(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Column, Constraint};

    fn table(definitions: &[&str]) -> Table {
        let mut table = Table::default();
        table.columns.insert("k".into(), Column::default());
        for (number, definition) in definitions.iter().enumerate() {
            let check =
                Constraint { definition: (*definition).into(), validated: true, ..Constraint::default() };
            table.constraints.insert(format!("c{number}"), check);
        }
        table
    }

    #[test]
    fn checks_prove_that_there_are_no_nulls() {
        assert!(never_null(&table(&["CHECK ((k IS NOT NULL))"]), "k"));
        assert!(never_null(&table(&["CHECK (((k > 0) AND (k IS NOT NULL)))"]), "k"));
        assert!(!never_null(&table(&["CHECK (((k > 0) OR (k IS NOT NULL)))"]), "k"));
        assert!(!never_null(&table(&["CHECK ((k > 0))"]), "k"));
        let mut open = table(&["CHECK ((k IS NOT NULL)) NOT VALID"]);
        open.constraints.values_mut().for_each(|check| check.validated = false);
        assert!(!never_null(&open, "k"));
    }

    #[test]
    fn checks_prove_that_rows_lie_within_a_bound() {
        let check = "CHECK (((k IS NOT NULL) AND (k >= 10) AND (k < 20)))";
        assert!(lies_within(&table(&[check]), "RANGE (k)", "FOR VALUES FROM (10) TO (20)"));
        assert!(!lies_within(&table(&[check]), "RANGE (k)", "FOR VALUES FROM (11) TO (20)"));
        let dates = "CHECK (((k >= '2025-01-01'::date) AND (k < '2026-01-01'::date)))";
        let bound = "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')";
        assert!(!lies_within(&table(&[dates]), "RANGE (k)", bound), "k may be null");
        assert!(lies_within(&table(&[dates, "CHECK ((k IS NOT NULL))"]), "RANGE (k)", bound));
        let one = "CHECK (((k = 'x'::text) AND (k IS NOT NULL)))";
        assert!(lies_within(&table(&[one]), "LIST (k)", "FOR VALUES IN ('x')"));
        assert!(!lies_within(&table(&[one]), "LIST (k)", "FOR VALUES IN ('x', 'y')"));
    }
}
