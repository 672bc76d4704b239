//! Who holds values of the type of a table's rows in a stored expression. The server refuses to put values into all rows of
//! a table, or to give an attribute of a type another type, while somebody does.

use super::id::{Id, unit};
use crate::address::{ObjectAddress, ObjectKind, Part, PartKind};
use crate::catalog::Catalog;
use crate::object::{Body, Object, Table};

/// Whether an expression in an object, or in one part of it, names a type: that of the rows of a table, or a composite one.
pub(super) fn is_used(object: &Object, part: Option<&Part>, of: &ObjectAddress) -> bool {
    let name = of.to_string();
    let as_value = format!("::{name}");
    match &object.body {
        // What takes such a value as an argument computes with it.
        Body::Routine(routine) if routine.parsed_body => {
            mentions(&routine.arguments, &name) || mentions(&routine.definition, &as_value)
        }
        Body::Routine(routine) => mentions(&routine.arguments, &as_value),
        Body::Table(table) => {
            part.and_then(|part| expression(table, part)).is_some_and(|text| mentions(text, &as_value))
        }
        _ => {
            let is_holder = matches!(
                object.address.kind,
                ObjectKind::View
                    | ObjectKind::MaterializedView
                    | ObjectKind::Domain
                    | ObjectKind::Index
                    | ObjectKind::Trigger
                    | ObjectKind::Policy
                    | ObjectKind::Rule
                    | ObjectKind::Statistics
                    | ObjectKind::PublicationTable
            );
            is_holder && mentions(&String::from_utf8_lossy(&object.to_blob()), &as_value)
        }
    }
}

fn expression<'t>(table: &'t Table, part: &Part) -> Option<&'t String> {
    match part.kind {
        PartKind::Default => {
            let column = table.columns.get(&part.name)?;
            column.default.as_ref().or(column.generated.as_ref())
        }
        PartKind::Constraint => table.constraints.get(&part.name).map(|constraint| &constraint.definition),
        _ => None,
    }
}

/// Whether a name stands in a text and is over there.
fn mentions(text: &str, name: &str) -> bool {
    let is_over = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || "_$\".".contains(c));
    text.match_indices(name).any(|(at, _)| is_over(&text[at + name.len()..]))
}

/// What an object, or each part of it, needs of the tables whose rows it holds in an expression: each of their columns.
pub(super) fn each_need(object: &Object, catalog: &Catalog, add: &mut impl FnMut(Id, Id)) {
    let address = &object.address;
    let whole_table = |on: &&crate::object::Dependency| {
        on.on_part.is_none() && on.on.kind == ObjectKind::Table && on.on != *address
    };
    for on in object.dependencies().iter().filter(whole_table) {
        if address.kind == ObjectKind::Table && on.part.is_none() {
            continue;
        }
        let Some(Body::Table(table)) = catalog.get(&on.on).map(|object| &object.body) else { continue };
        if is_used(object, on.part.as_ref(), &on.on) {
            for column in table.columns.keys() {
                add(unit(address, on.part.as_ref()), (on.on.clone(), Some(Part::column(column))));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Routine, View};

    fn uses(body: Body) -> bool {
        let address = ObjectAddress::new(ObjectKind::View, "public", "other");
        let object = Object { address, common: Default::default(), body };
        is_used(&object, None, &ObjectAddress::new(ObjectKind::Table, "public", "t"))
    }

    #[test]
    fn values_of_rows_are_told_from_rows_that_are_read() {
        let routine = |arguments: &str, body: &str| {
            let definition = format!("CREATE FUNCTION public.f({arguments})\n RETURNS text\n{body}");
            let parsed_body = !body.starts_with("AS");
            Body::Routine(Routine {
                definition,
                arguments: arguments.into(),
                parsed_body,
                ..Routine::default()
            })
        };
        assert!(uses(routine("t public.t", "RETURN (t)::text")));
        assert!(uses(routine("", "RETURN (NULL::public.t)::text")));
        assert!(uses(routine("a public.t DEFAULT NULL::public.t", "AS 'SELECT 1'")));
        assert!(!uses(routine("a public.t", "AS 'SELECT NULL::public.t'")));
        assert!(!uses(routine("a public.t2", "RETURN 'x'")));
        assert!(!uses(routine("", "BEGIN ATOMIC\n SELECT t.* FROM public.t;\nEND")));
        let view = |definition: &str| Body::View(View { definition: definition.into(), ..View::default() });
        assert!(uses(view("SELECT ROW(1)::public.t AS whole")));
        assert!(!uses(view("SELECT t.*::text AS whole FROM public.t")));
    }
}
