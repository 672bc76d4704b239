//! Storage parameters and options: `WITH (…)`, `SET (…)`, `RESET (…)`.

use std::collections::BTreeMap;

use crate::ident::{quote_ident, quote_literal};

/// The name of a parameter; those of the TOAST table carry a prefix that is not quoted.
fn name(option: &str) -> String {
    option.split('.').map(quote_ident).collect::<Vec<_>>().join(".")
}

fn entry(option: &str, value: &str) -> String {
    let plain = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    // Words that are keywords are no valid values unquoted; numbers and booleans always are.
    let bare = plain && (matches!(value, "true" | "false" | "on" | "off") || value.parse::<f64>().is_ok());
    let value = if bare { value.to_owned() } else { quote_literal(value) };
    format!("{}={value}", name(option))
}

/// ` WITH (a=1)`, or nothing.
pub(crate) fn with(options: &BTreeMap<String, String>) -> String {
    if options.is_empty() { String::new() } else { format!(" WITH ({})", list(options)) }
}

/// `a=1, b='x'`.
pub(crate) fn list(options: &BTreeMap<String, String>) -> String {
    options.iter().map(|(option, value)| entry(option, value)).collect::<Vec<_>>().join(", ")
}

/// What wrappers of foreign data are told: ` OPTIONS (a 'x')`, or nothing.
pub(crate) fn foreign(options: &BTreeMap<String, String>) -> String {
    if options.is_empty() {
        return String::new();
    }
    let list: Vec<String> = options.iter().map(|(option, value)| foreign_entry(option, value)).collect();
    format!(" OPTIONS ({})", list.join(", "))
}

fn foreign_entry(option: &str, value: &str) -> String {
    format!("{} {}", quote_ident(option), quote_literal(value))
}

/// ` OPTIONS (…)` that turns `from` into `to`, or nothing.
pub(crate) fn foreign_changes(from: &BTreeMap<String, String>, to: &BTreeMap<String, String>) -> String {
    let gone = from.keys().filter(|option| !to.contains_key(*option));
    let mut list: Vec<String> = gone.map(|option| format!("DROP {}", quote_ident(option))).collect();
    for (option, value) in to {
        match from.get(option) {
            Some(before) if before == value => {}
            Some(_) => list.push(format!("SET {}", foreign_entry(option, value))),
            None => list.push(format!("ADD {}", foreign_entry(option, value))),
        }
    }
    if list.is_empty() { String::new() } else { format!(" OPTIONS ({})", list.join(", ")) }
}

/// `RESET (…)` and `SET (…)` clauses that turn `from` into `to`.
pub(crate) fn changes(from: &BTreeMap<String, String>, to: &BTreeMap<String, String>) -> Vec<String> {
    let gone: Vec<String> = from.keys().filter(|option| !to.contains_key(*option)).map(|o| name(o)).collect();
    let set: BTreeMap<String, String> = to
        .iter()
        .filter(|(option, value)| from.get(*option) != Some(*value))
        .map(|(option, value)| (option.clone(), value.clone()))
        .collect();
    let mut clauses = Vec::new();
    if !gone.is_empty() {
        clauses.push(format!("RESET ({})", gone.join(", ")));
    }
    if !set.is_empty() {
        clauses.push(format!("SET ({})", list(&set)));
    }
    clauses
}
