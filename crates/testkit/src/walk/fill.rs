//! [`Filler`]: fills in what stands in braces in the statements of walks.
//!
//! - `{a|b}` is one of them, each may have braces itself; `{}` stays as it is.
//! - `{new}` is a name that nothing has yet, `{name}` the same in some schema; `{1}` the first of these once more.
//! - A kind, `{Enum}`, is the name of an object of that kind; `{relation of Index}` the relation that one is on, and
//!   `{leaf}` its own name there.
//! - `{table}` and the like pick a relation; `{column}` is one of its columns.
//! - What a database in this state doesn't have, makes the whole statement fall out.

use pggit_catalog::address::{ObjectAddress, ObjectKind, Scope};
use pggit_catalog::catalog::Catalog;
use pggit_catalog::ident::quote_ident;
use pggit_catalog::object::{Body, Object, RoutineKind, Table};

use super::column;
use super::random::Random;

/// Roles of the server and of the walks.
const ROLES: &[&str] = &["postgres", "pg_monitor", "walker", "\"Odd \"\" role\""];

/// Names of operators.
const SIGNS: &[&str] = &["###", "@@@", "&&&~", "<=>", "~~~#", "#>#"];

/// What a statement is filled in with.
#[derive(Debug)]
pub(super) struct Filler<'w> {
    pub random: &'w mut Random,
    /// For names that are not there yet.
    pub number: &'w mut usize,
    pub catalog: &'w Catalog,
    /// The database's own name.
    pub database: &'w str,
    picked: Picked<'w>,
}

/// What a statement has spoken of before.
#[derive(Debug, Default)]
struct Picked<'w> {
    names: Vec<String>,
    object: Option<&'w Object>,
    relation: Option<&'w Object>,
    other: Option<&'w Object>,
    constraint: Option<&'w str>,
    column: String,
    role: &'static str,
    type_name: String,
}

impl<'w> Filler<'w> {
    pub fn new(
        random: &'w mut Random,
        number: &'w mut usize,
        catalog: &'w Catalog,
        database: &'w str,
    ) -> Self {
        Self { random, number, catalog, database, picked: Picked::default() }
    }

    /// The statement; `None` when there is nothing to fill in.
    pub fn fill(&mut self, template: &str) -> Option<String> {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let end = closing(after);
            let inner = &after[..end];
            text.push_str(before);
            let choices = choices(inner);
            if inner.is_empty() {
                text.push_str("{}");
            } else if choices.len() > 1 {
                let choice = self.random.pick(&choices).copied()?;
                text.push_str(&self.fill(choice)?);
            } else {
                text.push_str(&self.value(inner)?);
            }
            rest = &after[end + 1..];
        }
        text.push_str(rest);
        Some(text)
    }

    fn value(&mut self, name: &str) -> Option<String> {
        if let Some(kind) = name.strip_prefix("relation of ").and_then(kind) {
            self.some(kind, |_| true)?;
            return self.picked.relation.map(text);
        }
        if let Some(kind) = kind(name) {
            return self.some(kind, |_| true).map(called);
        }
        if let Ok(number) = name.parse::<usize>() {
            return self.picked.names.get(number - 1).cloned();
        }
        Some(match name {
            "new" => self.new_name(),
            "name" => {
                let schema = self.schema()?;
                let name = format!("{schema}.{}", self.new_name());
                self.picked.names.pop();
                self.picked.names.push(name.clone());
                name
            }
            "sign" => self.random.word(SIGNS).to_owned(),
            "role" => {
                self.picked.role = self.random.word(ROLES);
                self.picked.role.to_owned()
            }
            "same role" => self.picked.role.to_owned(),
            "grantee" => {
                if self.random.chance(30) {
                    "PUBLIC".into()
                } else {
                    self.random.word(ROLES).to_owned()
                }
            }
            "database" => quote_ident(self.database),
            "type" => {
                self.picked.type_name = column::type_name(self);
                self.picked.type_name.clone()
            }
            "type again" => self.picked.type_name.clone(),
            "default" => column::value(self.random, self.catalog, &self.picked.type_name)?,
            "definition" => column::definition(self),
            "columns" => {
                let count = 1 + self.random.below(4);
                (0..count).map(|_| column::definition(self)).collect::<Vec<_>>().join(", ")
            }
            "object" => self.any(|_| true)?,
            "movable" => self.any(|object| !object.address.schema.is_empty())?,
            "owned" => self.any(|object| !object.common.owner.is_empty())?,
            "same" => self.picked.object.map(called)?,
            "leaf" => quote_ident(&self.picked.object?.address.name),
            "relation" => self.picked.relation.map(text)?,
            "column" => {
                let names = column_names(self.picked.relation?);
                self.picked.column = quote_ident(self.random.pick(&names)?);
                self.picked.column.clone()
            }
            "same column" => self.picked.column.clone(),
            "constraint" => quote_ident(self.picked.constraint?),
            "constraint of table" => {
                self.constrained(ObjectKind::Table)?;
                quote_ident(self.picked.constraint?)
            }
            "relation of constraint" => self.constrained(ObjectKind::Table)?,
            "constraint of domain" => {
                self.constrained(ObjectKind::Domain)?;
                quote_ident(self.picked.constraint?)
            }
            "domain of constraint" => self.constrained(ObjectKind::Domain)?,
            "label" => match &self.picked.object?.body {
                Body::Enum(found) => self.random.pick(&found.labels)?.replace('\'', "''"),
                _ => return None,
            },
            "new label" => {
                *self.number += 1;
                format!("label {}", self.number)
            }
            "number" => {
                *self.number += 1;
                self.number.to_string()
            }
            "query" => match &self.picked.object?.body {
                Body::View(view) => view.definition.trim_end_matches(';').to_owned(),
                _ => return None,
            },
            "trigger function" => self.function_of("trigger")?,
            "event trigger function" => self.function_of("event_trigger")?,
            "UserMapping.target" => {
                format!("USER MAPPING {}", self.some(ObjectKind::UserMapping, |_| true)?.address)
            }
            "OperatorFamily.name" => {
                self.some(ObjectKind::OperatorFamily, |_| true)?.address.qualified().to_string()
            }
            "OperatorClass.name" => {
                self.some(ObjectKind::OperatorClass, |_| true)?.address.qualified().to_string()
            }
            "publication of PublicationTable" => {
                quote_ident(&self.some(ObjectKind::PublicationTable, |_| true)?.address.name)
            }
            "publication of PublicationSchema" => {
                quote_ident(&self.some(ObjectKind::PublicationSchema, |_| true)?.address.name)
            }
            "schema of publication" => quote_ident(&self.picked.object?.address.schema),
            "partitioned index" => {
                let only = |object: &Object| matches!(&object.body, Body::Index(index) if index.definition.contains(" ON ONLY "));
                text(self.some(ObjectKind::Index, only)?)
            }
            "bound" => self.bound()?,
            _ => return self.relation(name),
        })
    }

    /// A relation of some sort, which `{column}` is about from here on.
    fn relation(&mut self, sort: &str) -> Option<String> {
        let table = |test: fn(&Table) -> bool| move |object: &Object| matches!(&object.body, Body::Table(table) if test(table));
        Some(match sort {
            "table" => text(self.some(ObjectKind::Table, table(|t| t.server.is_none()))?),
            "plain" => text(
                self.some(ObjectKind::Table, table(|t| t.server.is_none() && t.partition_key.is_none()))?,
            ),
            "partitioned" => text(self.some(ObjectKind::Table, table(|t| t.partition_key.is_some()))?),
            "referenced" => text(self.some(ObjectKind::Table, table(|t| t.primary_key().is_some()))?),
            "typed" => text(self.some(ObjectKind::Table, table(|t| t.of_type.is_some()))?),
            "foreign" => text(self.some(ObjectKind::Table, table(|t| t.server.is_some()))?),
            "child" => text(self.some(ObjectKind::Table, table(|t| !t.inherits.is_empty()))?),
            "parent" => match &self.picked.relation?.body {
                Body::Table(table) => table.inherits.first()?.to_string(),
                _ => return None,
            },
            "parent of partition" => {
                match &self.some(ObjectKind::Table, table(|t| t.partition.is_some()))?.body {
                    Body::Table(table) => table.partition.as_ref()?.parent.to_string(),
                    _ => return None,
                }
            }
            "partition" => self.picked.relation.map(text)?,
            "any" => {
                let kinds =
                    [ObjectKind::Table, ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView];
                let kind = self.random.pick(&kinds).copied()?;
                text(self.some(kind, |_| true)?)
            }
            "other table" => {
                let relation = self.picked.relation;
                let found = self.some(ObjectKind::Table, |_| true)?;
                (self.picked.relation, self.picked.other) = (relation, Some(found));
                text(found)
            }
            "other column" => quote_ident(self.random.pick(&column_names(self.picked.other?))?),
            other => unreachable!("nothing is called {{{other}}} in the statements of walks"),
        })
    }

    /// One object of a kind.
    fn some(&mut self, kind: ObjectKind, test: impl Fn(&Object) -> bool) -> Option<&'w Object> {
        let all: Vec<&Object> =
            self.catalog.iter().filter(|object| object.address.kind == kind && test(object)).collect();
        let found = *self.random.pick(&all)?;
        self.remember(found);
        Some(found)
    }

    /// One object that `ALTER` and `DROP` name, of each kind as often; with the keyword.
    fn any(&mut self, test: impl Fn(&Object) -> bool) -> Option<String> {
        let named =
            |object: &&Object| object.address.name != "public" && keyword(object).is_some() && test(object);
        let all: Vec<&Object> = self.catalog.iter().filter(named).collect();
        let mut kinds: Vec<ObjectKind> = all.iter().map(|object| object.address.kind).collect();
        kinds.dedup();
        let kind = *self.random.pick(&kinds)?;
        let of_kind: Vec<&Object> = all.into_iter().filter(|object| object.address.kind == kind).collect();
        let found = *self.random.pick(&of_kind)?;
        self.remember(found);
        Some(format!("{} {}", keyword(found)?, called(found)))
    }

    fn remember(&mut self, found: &'w Object) {
        self.picked.object = Some(found);
        let on = found.body.relation().and_then(|name| {
            let of_kind = |kind| self.catalog.get(&ObjectAddress::new(kind, &name.schema, &name.name));
            [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView].into_iter().find_map(of_kind)
        });
        self.picked.relation = on.or(Some(found));
    }

    /// A table or domain that has constraints; picks one of them.
    fn constrained(&mut self, kind: ObjectKind) -> Option<String> {
        let found = self.some(kind, |object| !constraints(object).is_empty())?;
        self.picked.constraint = self.random.pick(&constraints(found)).copied();
        Some(text(found))
    }

    fn function_of(&mut self, result: &str) -> Option<String> {
        let relation = self.picked.relation;
        let fits = |object: &Object| match &object.body {
            Body::Routine(routine) => {
                routine.result.as_deref() == Some(result)
                    && object.address.scope == Scope::Arguments(String::new())
            }
            _ => false,
        };
        let found = self.some(ObjectKind::Routine, fits)?;
        self.picked.relation = relation;
        Some(found.address.qualified().to_string())
    }

    /// A bound for a partition of the partitioned table that was picked.
    fn bound(&mut self) -> Option<String> {
        let Body::Table(Table { partition_key: Some(key), .. }) = &self.picked.relation?.body else {
            return None;
        };
        let number = self.random.below(40);
        let dates = key.contains("(at)");
        Some(match key.split(' ').next() {
            Some("LIST") if number > 0 => format!("FOR VALUES IN ({number})"),
            Some("HASH") => format!("FOR VALUES WITH (MODULUS 4, REMAINDER {})", number % 4),
            Some("RANGE") if number > 0 && dates => {
                format!("FOR VALUES FROM ('{}-01-01') TO ('{}-01-01')", 2030 + number, 2031 + number)
            }
            Some("RANGE") if number > 0 => format!("FOR VALUES FROM ({number}) TO ({})", number + 1),
            _ => "DEFAULT".to_owned(),
        })
    }

    fn schema(&mut self) -> Option<String> {
        let all: Vec<&Object> =
            self.catalog.iter().filter(|object| object.address.kind == ObjectKind::Schema).collect();
        self.random.pick(&all).map(|object| text(object))
    }

    /// A name that nothing has yet, odd now and then.
    pub fn new_name(&mut self) -> String {
        *self.number += 1;
        let number = *self.number;
        let name = quote_ident(&match self.random.below(12) {
            0 => format!("Mixed Case {number}"),
            1 => format!("it's \"{number}\""),
            2 => format!("ünï_{number}"),
            3 => format!("{}{number:03}", "long_".repeat(12)),
            4 => format!("a.b\\{number}"),
            _ => format!("n{number}"),
        });
        self.picked.names.push(name.clone());
        name
    }
}

fn text(object: &Object) -> String {
    object.address.to_string()
}

fn kind(name: &str) -> Option<ObjectKind> {
    ObjectKind::ALL.into_iter().find(|kind| format!("{kind:?}") == name)
}

/// Where the brace is that closes one that was opened before `text`.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    unreachable!("braces are closed in the statements of walks: {text}")
}

/// The parts between bars that are not inside braces.
fn choices(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut all) = (0, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            '|' if depth == 0 => {
                all.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(&text[start..]);
    all
}

/// The word for an object in `ALTER`, `DROP` and `COMMENT ON`, where there is one.
fn keyword(object: &Object) -> Option<&'static str> {
    use ObjectKind as Kind;
    Some(match object.address.kind {
        Kind::Schema => "SCHEMA",
        Kind::Extension => "EXTENSION",
        Kind::AccessMethod => "ACCESS METHOD",
        Kind::Language => "LANGUAGE",
        Kind::Collation => "COLLATION",
        Kind::Enum | Kind::Composite | Kind::Range | Kind::BaseType => "TYPE",
        Kind::Domain => "DOMAIN",
        Kind::Sequence => "SEQUENCE",
        Kind::Routine => match &object.body {
            Body::Routine(routine) if routine.kind == RoutineKind::Procedure => "PROCEDURE",
            _ => "FUNCTION",
        },
        Kind::Aggregate => "AGGREGATE",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        Kind::Server => "SERVER",
        Kind::UserMapping => "USER MAPPING",
        Kind::Operator => "OPERATOR",
        Kind::OperatorFamily => "OPERATOR FAMILY",
        Kind::OperatorClass => "OPERATOR CLASS",
        Kind::Cast => "CAST",
        Kind::Transform => "TRANSFORM",
        Kind::Conversion => "CONVERSION",
        Kind::TextSearchParser => "TEXT SEARCH PARSER",
        Kind::TextSearchTemplate => "TEXT SEARCH TEMPLATE",
        Kind::TextSearchDictionary => "TEXT SEARCH DICTIONARY",
        Kind::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
        Kind::Table => match &object.body {
            Body::Table(table) if table.server.is_some() => "FOREIGN TABLE",
            _ => "TABLE",
        },
        Kind::View => "VIEW",
        Kind::MaterializedView => "MATERIALIZED VIEW",
        Kind::Index => "INDEX",
        Kind::Trigger => "TRIGGER",
        Kind::Policy => "POLICY",
        Kind::Rule => "RULE",
        Kind::Statistics => "STATISTICS",
        Kind::Publication => "PUBLICATION",
        Kind::Subscription => "SUBSCRIPTION",
        Kind::EventTrigger => "EVENT TRIGGER",
        Kind::PublicationTable
        | Kind::PublicationSchema
        | Kind::Setting
        | Kind::DefaultPrivileges
        | Kind::Privileges => return None,
    })
}

/// The name of an object behind its keyword.
fn called(object: &Object) -> String {
    match object.address.relation() {
        Some(relation) => format!("{} ON {relation}", quote_ident(&object.address.name)),
        None => object.address.to_string(),
    }
}

/// Columns of a relation, attributes of a type.
fn column_names(object: &Object) -> Vec<&str> {
    match &object.body {
        Body::Table(table) => table.columns.keys().map(String::as_str).collect(),
        Body::View(view) => view.output.iter().map(|column| column.name.as_str()).collect(),
        Body::MaterializedView(view) => view.output.iter().map(|column| column.name.as_str()).collect(),
        Body::Composite(composite) => composite.attributes.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

fn constraints(object: &Object) -> Vec<&str> {
    match &object.body {
        Body::Table(table) => table.constraints.keys().map(String::as_str).collect(),
        Body::Domain(domain) => domain.constraints.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
