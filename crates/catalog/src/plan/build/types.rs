//! Types that columns use and that have to be made anew: the old one stays under another name until its last column
//! has become one of the new type.

use std::collections::BTreeSet;

use super::Build;
use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::catalog::Catalog;
use crate::ident::{QualifiedName, quote_ident, quote_literal};
use crate::object::{Body, Column, Object, support_functions};
use crate::plan::id::{self, aside};
use crate::plan::op::Op;
use crate::plan::{Action, Step};
use crate::render::table::conversion::{self, Origin};
use crate::render::{base_type, collation, domain, kind_keyword};

impl Build<'_> {
    /// A type name that is free at start and end.
    fn free_type_name(&self, schema: &str, name: &str) -> String {
        let taken: BTreeSet<&str> = self
            .from
            .iter()
            .chain(self.to.iter())
            .filter(|object| object.address.schema == schema)
            .map(|object| object.address.name.as_str())
            .collect();
        crate::plan::rename::free_name(name, &|candidate| taken.contains(candidate))
    }

    /// Puts the old type aside and drops it at the end.
    pub(super) fn rebuild_type(&mut self, object: &Object) {
        let address = &object.address;
        let keyword = kind_keyword(address.kind);
        let name = self.free_type_name(&address.schema, &address.name);
        let rename = |keyword: &str, old: &QualifiedName, new: &str| {
            let sql = format!("ALTER {keyword} {old} RENAME TO {}", quote_ident(new));
            let action = Action::Rename { from: old.name.clone(), to: new.to_owned() };
            Step::alter(address, action, sql)
        };
        // The functions of a base type go with it; those of the new one may have their names.
        let mut steps: Vec<Step> = support_functions(self.from, address)
            .iter()
            .map(|function| {
                let free = self.free_type_name(&function.schema, &function.name);
                let sql = format!("ALTER FUNCTION {function} RENAME TO {}", quote_ident(&free));
                Step::alter(address, Action::Rename { from: function.name.clone(), to: free }, sql)
            })
            .collect();
        steps.push(rename(keyword, &address.qualified(), &name));
        if let Body::Range(range) = &object.body {
            steps.push(rename_constructors(address, &QualifiedName::new(&address.schema, &name)));
            if let Some(multirange) = &range.multirange {
                let free = self.free_type_name(&multirange.schema, &multirange.name);
                steps.push(rename("TYPE", multirange, &free));
                steps.push(rename_constructors(address, &QualifiedName::new(&multirange.schema, free)));
            }
        }
        self.push(Op::new(steps).makes(aside(address)));
        let old = ObjectAddress::new(address.kind, &address.schema, name);
        let step = match &object.body {
            Body::Domain(_) => domain::drop(&old),
            Body::Collation(_) => collation::drop(&old),
            Body::BaseType(body) => base_type::drop(&old, body),
            _ => super::tear_down::drop_type(&old),
        };
        let mut op = Op::new(vec![step]);
        op.steps[0].hazards.clear();
        op.keeps_names = true;
        for id in id::units(object) {
            op = op.destroys(id);
        }
        op.needs.push(aside(address));
        let op = self.with_children_of(object, op);
        self.push(op);
    }

    /// The values of a column in another type; `None` where the server casts by itself.
    pub(super) fn converted(&self, name: &str, from: &Column, to: &Column) -> Option<String> {
        let cast = |catalog: &Catalog, from: &str, to: &str| {
            catalog.contains(&ObjectAddress::global(ObjectKind::Cast, format!("({from} AS {to})")))
        };
        let own_cast = |catalog| cast(catalog, &from.type_name, &to.type_name);
        if own_cast(self.from) && own_cast(self.to) {
            return Some(format!("{}::{}", quote_ident(name), to.type_name));
        }
        let origin = |name: &str| {
            name.contains('.').then(|| {
                let is_it = |object: &&Object| {
                    let is_type =
                        object.address.kind.is_type() || object.address.kind == ObjectKind::BaseType;
                    is_type && object.address.qualified().to_string() == name
                };
                match self.from.iter().find(is_it).or_else(|| self.to.iter().find(is_it)).map(|o| &o.body) {
                    Some(Body::Domain(domain)) => Origin::Domain(domain.base_type.clone()),
                    Some(_) => Origin::Own,
                    None => Origin::Extension,
                }
            })
        };
        conversion::using(name, &from.type_name, &to.type_name, &origin)
    }

    /// The values of a column whose type is rebuilt, in the new type; `None` when a plain cast will do.
    pub(super) fn rebuilt_values(&self, table: &Object, name: &str, to: &Column) -> Option<String> {
        let rebuilt: Vec<&ObjectAddress> = table
            .dependencies()
            .iter()
            .filter(|dependency| {
                dependency.part.as_ref() == Some(&Part::column(name))
                    && (dependency.on.kind.is_type() || dependency.on.kind == ObjectKind::BaseType)
                    && self.fates.rebuilt.contains(&dependency.on)
            })
            .map(|dependency| &dependency.on)
            .collect();
        let of = rebuilt.first()?;
        let column = quote_ident(name);
        let array = to.type_name.ends_with("[]");
        if let (Some(Body::Composite(old)), Some(Body::Composite(new)), false) =
            (self.from.get(of).map(|object| &object.body), self.to.get(of).map(|object| &object.body), array)
        {
            let values: Vec<String> = new
                .order
                .iter()
                .map(|attribute| {
                    let type_name = &new.attributes[attribute].type_name;
                    if old.attributes.contains_key(attribute) {
                        let brackets = if type_name.ends_with("[]") { "[]" } else { "" };
                        let value = format!("({column}).{}", quote_ident(attribute));
                        if old.attributes[attribute].type_name == *type_name {
                            format!("{value}::text{brackets}::{type_name}")
                        } else {
                            format!("{value}::{type_name}")
                        }
                    } else {
                        "NULL".to_owned()
                    }
                })
                .collect();
            return Some(format!(
                "CASE WHEN NOT {column} IS DISTINCT FROM NULL THEN NULL ELSE ROW({})::{} END",
                values.join(", "),
                to.type_name
            ));
        }
        let brackets = if array { "[]" } else { "" };
        Some(format!("{column}::text{brackets}::{}", to.type_name))
    }
}

/// Gives the functions that make values of a type the name that it has got. Until then they have those of its first days,
/// in the schema that it was in then, which no dump tells: the server has to look for them.
fn rename_constructors(address: &ObjectAddress, now: &QualifiedName) -> Step {
    let of_type = quote_literal(&now.to_string());
    let body = format!(
        "DECLARE f pg_catalog.regprocedure; BEGIN FOR f IN SELECT d.objid FROM pg_catalog.pg_depend d \
         WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass \
         AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass \
         AND d.refobjid OPERATOR(pg_catalog.=) {of_type}::pg_catalog.regtype AND d.deptype OPERATOR(pg_catalog.=) 'i' \
         LOOP EXECUTE pg_catalog.format('ALTER FUNCTION %s RENAME TO %I', f, {}); END LOOP; END",
        quote_literal(&now.name)
    );
    Step::alter(address, Action::AlterType, format!("DO {}", quote_literal(&body)))
}
