//! Enum types.

use crate::address::ObjectAddress;
use crate::ident::quote_literal;
use crate::object::EnumType;
use crate::plan::{Action, ChangeKind, Hazard, Step};

pub(crate) fn create(address: &ObjectAddress, body: &EnumType) -> Step {
    let labels = body.labels.iter().map(|label| quote_literal(label)).collect::<Vec<_>>().join(", ");
    let sql = format!("CREATE TYPE {address} AS ENUM ({labels})");
    Step::new(ChangeKind::Create, address, Action::CreateType, sql)
}

/// The labels that are new, if the others are the same in the same order.
pub(crate) fn inserted<'a>(from: &EnumType, to: &'a EnumType) -> Option<Vec<&'a String>> {
    let kept: Vec<&String> = to.labels.iter().filter(|label| from.labels.contains(label)).collect();
    (kept.len() == from.labels.len() && kept.iter().zip(&from.labels).all(|(a, b)| *a == b))
        .then(|| to.labels.iter().filter(|label| !from.labels.contains(label)).collect())
}

/// The one label that has another name, if all others are the same.
fn renamed<'a>(from: &'a EnumType, to: &'a EnumType) -> Option<(&'a String, &'a String)> {
    if from.labels.len() != to.labels.len() {
        return None;
    }
    let mut different = from.labels.iter().zip(&to.labels).filter(|(a, b)| a != b);
    let (old, new) = different.next()?;
    (different.next().is_none() && !to.labels.contains(old) && !from.labels.contains(new))
        .then_some((old, new))
}

/// Statements that change the type in place; `None` when it has to be rebuilt.
pub(crate) fn alter(address: &ObjectAddress, from: &EnumType, to: &EnumType) -> Option<Vec<Step>> {
    if let Some((old, new)) = renamed(from, to) {
        let sql =
            format!("ALTER TYPE {address} RENAME VALUE {} TO {}", quote_literal(old), quote_literal(new));
        let action = Action::RenameEnumValue { from: old.clone(), to: new.clone() };
        return Some(vec![Step::alter(address, action, sql).hazard(Hazard::BreaksApplications)]);
    }
    inserted(from, to)?;
    let mut steps = Vec::new();
    let mut previous: Option<&String> = None;
    for (index, label) in to.labels.iter().enumerate() {
        if !from.labels.contains(label) {
            let at_end = to.labels[index..].iter().all(|later| !from.labels.contains(later));
            let place = match (previous, at_end) {
                (_, true) => String::new(),
                (Some(previous), false) => format!(" AFTER {}", quote_literal(previous)),
                (None, false) => from
                    .labels
                    .first()
                    .map_or_else(String::new, |first| format!(" BEFORE {}", quote_literal(first))),
            };
            let sql = format!("ALTER TYPE {address} ADD VALUE {}{place}", quote_literal(label));
            steps.push(Step::alter(address, Action::AddEnumValue { label: label.clone() }, sql));
        }
        previous = Some(label);
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::ObjectKind;

    fn check(from: &[&str], to: &[&str], expected: Option<&[&str]>) {
        let labels = |labels: &[&str]| EnumType { labels: labels.iter().map(|l| (*l).to_owned()).collect() };
        let address = ObjectAddress::new(ObjectKind::Enum, "public", "mood");
        let steps = alter(&address, &labels(from), &labels(to));
        let sql = steps.map(|steps| steps.into_iter().map(|step| step.sql).collect::<Vec<_>>());
        assert_eq!(sql, expected.map(|lines| lines.iter().map(|l| (*l).to_owned()).collect()));
    }

    #[test]
    fn labels_are_added_in_their_place() {
        check(&["a", "b"], &["a", "b", "c"], Some(&["ALTER TYPE public.mood ADD VALUE 'c'"]));
        check(
            &["b", "d"],
            &["a", "b", "c", "d", "e"],
            Some(&[
                "ALTER TYPE public.mood ADD VALUE 'a' BEFORE 'b'",
                "ALTER TYPE public.mood ADD VALUE 'c' AFTER 'b'",
                "ALTER TYPE public.mood ADD VALUE 'e'",
            ]),
        );
    }

    #[test]
    fn one_label_is_renamed() {
        check(&["a", "b"], &["a", "it's"], Some(&["ALTER TYPE public.mood RENAME VALUE 'b' TO 'it''s'"]));
    }

    #[test]
    fn other_changes_rebuild() {
        check(&["a", "b"], &["a"], None);
        check(&["a", "b"], &["b", "a"], None);
    }
}
