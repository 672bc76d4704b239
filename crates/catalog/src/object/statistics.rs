//! Extended statistics.

use crate::canonical::record;
use crate::ident::QualifiedName;

record! {
    /// A statistics object.
    pub struct Statistics {
        /// Table or materialized view.
        1 => table: QualifiedName,
        /// `pg_get_statisticsobjdef`, with the columns by name.
        2 => definition: String,
        /// The statistics target; `None` for that of the columns.
        3 => target: Option<i64>,
    }
}

/// A definition with the columns in the order of what `key` makes of their names, before the expressions as the server
/// writes them. Its own order is that of the table's columns, and says nothing.
#[must_use]
pub fn with_sorted_columns(definition: &str, key: &dyn Fn(&str) -> String) -> String {
    let mut in_quotes = false;
    let on = definition.char_indices().find(|&(at, letter)| {
        in_quotes ^= letter == '"';
        !in_quotes && definition[at..].starts_with(" ON ")
    });
    let Some((on, _)) = on else { return definition.to_owned() };
    let start = on + " ON ".len();
    let mut columns: Vec<(String, &str)> = Vec::new();
    let mut end = start;
    let mut rest = &definition[start..];
    while let Some((name, text)) = leading_ident(rest) {
        let after = &rest[text.len()..];
        if !after.starts_with(", ") && !after.starts_with(" FROM ") {
            break;
        }
        columns.push((key(&name), text));
        end = definition.len() - after.len();
        let Some(next) = after.strip_prefix(", ") else { break };
        rest = next;
    }
    columns.sort();
    let sorted: Vec<&str> = columns.iter().map(|(_, text)| *text).collect();
    format!("{}{}{}", &definition[..start], sorted.join(", "), &definition[end.max(start)..])
}

/// The identifier that a text begins with: its name, and as it is written.
fn leading_ident(text: &str) -> Option<(String, &str)> {
    if !text.starts_with('"') {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[..end]));
    }
    let mut end = 1;
    loop {
        end += text[end..].find('"')? + 1;
        if !text[end..].starts_with('"') {
            return Some((text[1..end - 1].replace("\"\"", "\""), &text[..end]));
        }
        end += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_sorted_and_the_rest_stays() {
        let sorted = |text: &str| with_sorted_columns(text, &str::to_owned);
        assert_eq!(
            sorted("CREATE STATISTICS s.n ON b, a FROM s.t"),
            "CREATE STATISTICS s.n ON a, b FROM s.t"
        );
        assert_eq!(
            sorted(r#"CREATE STATISTICS s." ON z, y " (mcv) ON "c ""d", "B", a, lower(a), (b + c) FROM s.t"#),
            r#"CREATE STATISTICS s." ON z, y " (mcv) ON "B", a, "c ""d", lower(a), (b + c) FROM s.t"#
        );
        for same in
            ["CREATE STATISTICS s.n ON (a || b), b FROM s.t", "CREATE STATISTICS s.n ON lower(b), a FROM s.t"]
        {
            assert_eq!(sorted(same), same);
        }
        let renamed = |name: &str| if name == "a" { "z".to_owned() } else { name.to_owned() };
        assert_eq!(
            with_sorted_columns("CREATE STATISTICS s.n ON a, b FROM s.t", &renamed),
            "CREATE STATISTICS s.n ON b, a FROM s.t"
        );
    }
}
