//! What the text of a definition, as the server writes it, says about locks.

use crate::ident::{QualifiedName, quote_ident};
use crate::object::Body;

/// Whether a routine with a parsed body, a view or a policy takes rows from the relation or writes to it: its statements
/// name it otherwise than as the type of a value, or take a field of such a value.
pub(super) fn uses(body: &Body, name: &QualifiedName) -> bool {
    let takes = |text: &str| takes_rows(text, name);
    match body {
        Body::Routine(routine) => {
            let starts = ["\nBEGIN ATOMIC", "\nRETURN "].iter();
            let start = starts.filter_map(|start| routine.definition.find(start)).min();
            let text = &routine.definition[start.unwrap_or_default()..];
            let type_name = name.to_string();
            let takes_field = |argument: &String| {
                let argument = quote_ident(argument);
                let declared = format!("{argument} {type_name}");
                text.contains(&format!("({argument})."))
                    && routine
                        .arguments
                        .match_indices(&declared)
                        .any(|(at, _)| ends_here(&routine.arguments[at + declared.len()..]))
            };
            takes(text) || routine.argument_names.iter().any(takes_field)
        }
        Body::View(view) => takes(&view.definition),
        Body::MaterializedView(view) => takes(&view.definition),
        Body::Policy(policy) => [&policy.using, &policy.check].into_iter().flatten().any(|text| takes(text)),
        _ => true,
    }
}

fn takes_rows(text: &str, name: &QualifiedName) -> bool {
    let name = name.to_string();
    text.match_indices(&name).any(|(at, _)| {
        let rest = &text[at + name.len()..];
        let is_type = text[..at].ends_with("::") && !rest.starts_with(").");
        !is_type && ends_here(rest)
    })
}

/// Whether `CREATE TABLE` makes a child of the parent.
pub(super) fn inherits(sql: &str, parent: &QualifiedName) -> bool {
    let parent = parent.to_string();
    let Some((_, parents)) = sql.rsplit_once("\n) INHERITS (").or_else(|| sql.rsplit_once(" () INHERITS ("))
    else {
        return false;
    };
    parents.match_indices(&parent).any(|(at, _)| {
        let starts = at == 0 || parents[..at].ends_with(", ");
        starts && parents[at + parent.len()..].starts_with([',', ')'])
    })
}

/// Whether a name is over where `rest` begins.
fn ends_here(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_alphanumeric() || "_$\".".contains(c))
}

/// Whether a rule or routine writes to the relation: a statement of it says so.
pub(super) fn writes(body: &Body, name: &QualifiedName) -> bool {
    let text = match body {
        Body::Rule(rule) => &rule.definition,
        Body::Routine(routine) => &routine.definition,
        _ => return false,
    };
    ["INSERT INTO", "UPDATE", "UPDATE ONLY", "DELETE FROM", "DELETE FROM ONLY", "MERGE INTO"].iter().any(
        |verb| {
            let statement = format!("{verb} {name}");
            text.match_indices(&statement).any(|(at, _)| ends_here(&text[at + statement.len()..]))
        },
    )
}

/// Whether an index has columns only: no expression, no condition.
pub(super) fn is_plain_index(definition: &str) -> bool {
    let Some(start) = definition.find(" USING ").and_then(|at| definition[at..].find('(').map(|by| at + by))
    else {
        return false;
    };
    let keys = &definition[start + 1..];
    !keys.contains(" WHERE ") && !keys.split(") ").next().is_some_and(|keys| keys.contains('('))
}

/// Whether an index has all rows in the order of a column.
pub(super) fn is_sorted_by(definition: &str, column: &str) -> bool {
    let first = format!(" USING btree ({}", quote_ident(column));
    let rest = definition.split_once(&first).map(|(_, rest)| rest);
    rest.is_some_and(|rest| rest.starts_with([',', ')', ' '])) && !definition.contains(" WHERE ")
}

/// Whether a key takes an index that is there.
pub(super) fn uses_index(sql: &str) -> bool {
    sql.contains(" USING INDEX ") && !sql.contains(" USING INDEX TABLESPACE ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Routine, Rule};

    #[test]
    fn the_type_of_a_value_is_no_use_of_a_table() {
        let routine = |body: &str| {
            let definition = format!("CREATE FUNCTION public.f(t public.t)\n RETURNS text\n{body}");
            Body::Routine(Routine { definition, parsed_body: true, ..Routine::default() })
        };
        let table = QualifiedName::new("public", "t");
        assert!(!uses(&routine("RETURN (t)::text"), &table));
        assert!(!uses(&routine("RETURN (ROW(1)::public.t)::text"), &table));
        assert!(!uses(&routine("RETURN (SELECT 1 FROM public.t2)"), &table));
        assert!(uses(&routine("RETURN (NULL::public.t).a"), &table));
        assert!(uses(&routine("BEGIN ATOMIC\n SELECT t1.a\n    FROM public.t t1;\nEND"), &table));
    }

    #[test]
    fn plain_indexes_are_told_from_those_with_expressions() {
        assert!(is_plain_index("CREATE INDEX i ON public.t USING btree (a, b DESC)"));
        assert!(is_plain_index("CREATE INDEX i ON public.t USING btree (a) INCLUDE (b)"));
        assert!(!is_plain_index("CREATE INDEX i ON public.t USING btree (lower(a))"));
        assert!(!is_plain_index("CREATE INDEX i ON public.t USING btree (a) WHERE (b > 1)"));
    }

    #[test]
    fn a_rule_writes_to_what_its_statements_name() {
        let definition =
            "CREATE RULE r AS\n    ON DELETE TO public.t DO  INSERT INTO public.log (id) SELECT public.u.id";
        let rule = Body::Rule(Rule { definition: definition.into(), ..Rule::default() });
        assert!(writes(&rule, &QualifiedName::new("public", "log")));
        assert!(!writes(&rule, &QualifiedName::new("public", "lo")));
        assert!(!writes(&rule, &QualifiedName::new("public", "u")));
    }
}
