//! Names of objects ([`ObjectAddress`]) and of what is inside them ([`Part`]).

use std::fmt;

use crate::ident::{QualifiedName, quote_ident};

/// The kinds of objects that a catalog holds.
///
/// The order is the order in which independent objects are created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// `CREATE SCHEMA`.
    Schema,
    /// `CREATE EXTENSION`.
    Extension,
    /// `CREATE ACCESS METHOD`.
    AccessMethod,
    /// `CREATE LANGUAGE`.
    Language,
    /// `CREATE COLLATION`.
    Collation,
    /// `CREATE TYPE … AS ENUM`.
    Enum,
    /// `CREATE TYPE … AS (…)`.
    Composite,
    /// `CREATE DOMAIN`.
    Domain,
    /// `CREATE TYPE … AS RANGE`.
    Range,
    /// `CREATE TYPE` with input and output functions, or without anything: a shell.
    BaseType,
    /// `CREATE SEQUENCE`; sequences of identity columns belong to their column.
    Sequence,
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`.
    Routine,
    /// `CREATE AGGREGATE`.
    Aggregate,
    /// `CREATE FOREIGN DATA WRAPPER`.
    ForeignDataWrapper,
    /// `CREATE SERVER`.
    Server,
    /// `CREATE USER MAPPING`.
    UserMapping,
    /// `CREATE OPERATOR`.
    Operator,
    /// `CREATE OPERATOR FAMILY`.
    OperatorFamily,
    /// `CREATE OPERATOR CLASS`.
    OperatorClass,
    /// `CREATE CAST`.
    Cast,
    /// `CREATE TRANSFORM`.
    Transform,
    /// `CREATE CONVERSION`.
    Conversion,
    /// `CREATE TEXT SEARCH PARSER`.
    TextSearchParser,
    /// `CREATE TEXT SEARCH TEMPLATE`.
    TextSearchTemplate,
    /// `CREATE TEXT SEARCH DICTIONARY`.
    TextSearchDictionary,
    /// `CREATE TEXT SEARCH CONFIGURATION`.
    TextSearchConfiguration,
    /// `CREATE TABLE`, partitioned and partitions included.
    Table,
    /// `CREATE VIEW`.
    View,
    /// `CREATE MATERIALIZED VIEW`.
    MaterializedView,
    /// `CREATE INDEX`; the index of a constraint belongs to the constraint.
    Index,
    /// `CREATE TRIGGER`.
    Trigger,
    /// `CREATE POLICY`.
    Policy,
    /// `CREATE RULE`, other than the one that makes a view.
    Rule,
    /// `CREATE STATISTICS`.
    Statistics,
    /// `CREATE PUBLICATION`.
    Publication,
    /// A table of a publication.
    PublicationTable,
    /// A schema of a publication.
    PublicationSchema,
    /// `CREATE SUBSCRIPTION`; its slot is no object of the database.
    Subscription,
    /// `ALTER DATABASE … SET`, `ALTER ROLE … IN DATABASE … SET`.
    Setting,
    /// `ALTER DEFAULT PRIVILEGES`.
    DefaultPrivileges,
    /// Privileges on what is no object of its own here: members of extensions, objects of the system.
    Privileges,
    /// `CREATE EVENT TRIGGER`.
    EventTrigger,
}

impl ObjectKind {
    /// Every kind, in order.
    pub const ALL: [Self; 42] = [
        Self::Schema,
        Self::Extension,
        Self::AccessMethod,
        Self::Language,
        Self::Collation,
        Self::Enum,
        Self::Composite,
        Self::Domain,
        Self::Range,
        Self::BaseType,
        Self::Sequence,
        Self::Routine,
        Self::Aggregate,
        Self::ForeignDataWrapper,
        Self::Server,
        Self::UserMapping,
        Self::Operator,
        Self::OperatorFamily,
        Self::OperatorClass,
        Self::Cast,
        Self::Transform,
        Self::Conversion,
        Self::TextSearchParser,
        Self::TextSearchTemplate,
        Self::TextSearchDictionary,
        Self::TextSearchConfiguration,
        Self::Table,
        Self::View,
        Self::MaterializedView,
        Self::Index,
        Self::Trigger,
        Self::Policy,
        Self::Rule,
        Self::Statistics,
        Self::Publication,
        Self::PublicationTable,
        Self::PublicationSchema,
        Self::Subscription,
        Self::Setting,
        Self::DefaultPrivileges,
        Self::Privileges,
        Self::EventTrigger,
    ];

    /// The code of this kind in the canonical encoding. Never changes its meaning.
    #[must_use]
    pub const fn code(self) -> u64 {
        match self {
            Self::Schema => 1,
            Self::Extension => 2,
            Self::Enum => 3,
            Self::Composite => 4,
            Self::Domain => 5,
            Self::Range => 6,
            Self::Sequence => 7,
            Self::Table => 8,
            Self::View => 9,
            Self::MaterializedView => 10,
            Self::Index => 11,
            Self::Routine => 12,
            Self::Trigger => 13,
            Self::Policy => 14,
            Self::Rule => 15,
            Self::Statistics => 16,
            Self::Aggregate => 17,
            Self::Operator => 18,
            Self::Cast => 19,
            Self::DefaultPrivileges => 20,
            Self::Collation => 21,
            Self::TextSearchDictionary => 22,
            Self::TextSearchConfiguration => 23,
            Self::EventTrigger => 24,
            Self::ForeignDataWrapper => 25,
            Self::Server => 26,
            Self::UserMapping => 27,
            Self::Publication => 28,
            Self::PublicationTable => 29,
            Self::PublicationSchema => 30,
            Self::Subscription => 31,
            Self::AccessMethod => 38,
            Self::Language => 35,
            Self::BaseType => 34,
            Self::OperatorFamily => 32,
            Self::OperatorClass => 33,
            Self::Transform => 36,
            Self::Conversion => 37,
            Self::TextSearchParser => 39,
            Self::TextSearchTemplate => 40,
            Self::Setting => 41,
            Self::Privileges => 42,
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The name users see, in the words of `pg_identify_object`: `table`, `materialized view`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Enum | Self::Composite | Self::Range => "type",
            Self::Domain => "domain",
            Self::Sequence => "sequence",
            Self::Routine => "function",
            Self::Aggregate => "aggregate",
            Self::Operator => "operator",
            Self::Cast => "cast",
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Index => "index",
            Self::Trigger => "trigger",
            Self::Policy => "policy",
            Self::Rule => "rule",
            Self::Statistics => "statistics object",
            Self::DefaultPrivileges => "default acl",
            Self::Collation => "collation",
            Self::TextSearchDictionary => "text search dictionary",
            Self::TextSearchConfiguration => "text search configuration",
            Self::EventTrigger => "event trigger",
            Self::ForeignDataWrapper => "foreign-data wrapper",
            Self::Server => "server",
            Self::UserMapping => "user mapping",
            Self::Publication => "publication",
            Self::PublicationTable => "publication relation",
            Self::PublicationSchema => "publication namespace",
            Self::Subscription => "subscription",
            Self::AccessMethod => "access method",
            Self::Language => "language",
            Self::BaseType => "type",
            Self::OperatorFamily => "operator family",
            Self::OperatorClass => "operator class",
            Self::Transform => "transform",
            Self::Conversion => "conversion",
            Self::TextSearchParser => "text search parser",
            Self::TextSearchTemplate => "text search template",
            Self::Setting => "setting",
            Self::Privileges => "privileges",
        }
    }

    /// Whether objects of this kind share the name space of relations (`pg_class`) of their schema.
    #[must_use]
    pub const fn is_relation(self) -> bool {
        matches!(
            self,
            Self::Table
                | Self::View
                | Self::MaterializedView
                | Self::Index
                | Self::Sequence
                | Self::Composite
        )
    }

    /// Whether objects of this kind are types of their own; tables, views and the like have a row type besides.
    #[must_use]
    pub const fn is_type(self) -> bool {
        matches!(self, Self::Enum | Self::Composite | Self::Domain | Self::Range)
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a name has to be completed with to name one object.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Nothing: kind, schema and name are enough.
    #[default]
    Plain,
    /// The relation that the object belongs to: triggers, policies, rules, tables of publications.
    Relation(String),
    /// The argument types, as `pg_get_function_identity_arguments` gives their types: routines, aggregates; the types of
    /// both sides, `NONE` where there is none: operators. The access method: operator families and classes.
    Arguments(String),
}

/// The name of one object in one database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectAddress {
    /// Kind of the object.
    pub kind: ObjectKind,
    /// Schema it is in; empty for what is in none, as schemas, extensions, casts and servers, and for default privileges in
    /// all schemas.
    pub schema: String,
    /// Name, unquoted; of a cast its types: `(integer AS public.mood)`; of default privileges whose
    /// and on what: `for role app on tables`; of a user mapping whose and where: `for app server far`; of a transform `for hstore language plperl`; of
    /// settings whose: `for role app`; of privileges on what: `FUNCTION public.hstore(text, text)`; of what a
    /// publication publishes the publication.
    pub name: String,
    /// Relation or argument types.
    pub scope: Scope,
}

impl ObjectAddress {
    /// An object that is in no schema.
    pub fn global(kind: ObjectKind, name: impl Into<String>) -> Self {
        Self { kind, schema: String::new(), name: name.into(), scope: Scope::Plain }
    }

    /// An object that its kind, schema and name tell apart.
    pub fn new(kind: ObjectKind, schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { kind, schema: schema.into(), name: name.into(), scope: Scope::Plain }
    }

    /// An object named inside a relation.
    pub fn on(kind: ObjectKind, relation: &QualifiedName, name: impl Into<String>) -> Self {
        Self {
            kind,
            schema: relation.schema.clone(),
            name: name.into(),
            scope: Scope::Relation(relation.name.clone()),
        }
    }

    /// A routine with the types of its input arguments.
    pub fn routine(schema: impl Into<String>, name: impl Into<String>, arguments: impl Into<String>) -> Self {
        Self {
            kind: ObjectKind::Routine,
            schema: schema.into(),
            name: name.into(),
            scope: Scope::Arguments(arguments.into()),
        }
    }

    /// An object with the types of its arguments.
    pub fn with_arguments(
        kind: ObjectKind,
        schema: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        Self { kind, scope: Scope::Arguments(arguments.into()), ..Self::new(kind, schema, name) }
    }

    /// Schema and name, for objects inside a schema.
    #[must_use]
    pub fn qualified(&self) -> QualifiedName {
        QualifiedName::new(self.schema.clone(), self.name.clone())
    }

    /// Whether this is the operator that `regoperator` calls `signature`: `public.=(integer,integer)`.
    pub(crate) fn is_operator(&self, signature: &str) -> bool {
        let own = format!("{}.{}", quote_ident(&self.schema), self.name);
        let arguments = signature.strip_prefix(&own).and_then(|rest| rest.strip_prefix('('));
        match (&self.scope, arguments.and_then(|rest| rest.strip_suffix(')'))) {
            (Scope::Arguments(types), Some(arguments)) => {
                self.kind == ObjectKind::Operator && types.replace(", ", ",") == arguments.replace(", ", ",")
            }
            _ => false,
        }
    }

    /// The relation that a trigger, policy or rule is on.
    #[must_use]
    pub fn relation(&self) -> Option<QualifiedName> {
        match &self.scope {
            Scope::Relation(relation) => Some(QualifiedName::new(self.schema.clone(), relation.clone())),
            Scope::Plain | Scope::Arguments(_) => None,
        }
    }
}

/// The identity in SQL, quoted: `public.users`, `public.f(integer)`, `audit on public.users`.
impl fmt::Display for ObjectAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            // What they are called is no identifier.
            Scope::Plain
                if matches!(
                    self.kind,
                    ObjectKind::Cast
                        | ObjectKind::UserMapping
                        | ObjectKind::Transform
                        | ObjectKind::Setting
                        | ObjectKind::Privileges
                ) =>
            {
                f.write_str(&self.name)
            }
            Scope::Plain if self.kind == ObjectKind::PublicationSchema => {
                write!(f, "{} in publication {}", quote_ident(&self.schema), quote_ident(&self.name))
            }
            Scope::Relation(relation) if self.kind == ObjectKind::PublicationTable => {
                let table = QualifiedName::new(self.schema.clone(), relation.clone());
                write!(f, "{table} in publication {}", quote_ident(&self.name))
            }
            Scope::Plain if self.kind == ObjectKind::DefaultPrivileges => match self.name.rsplit_once(" on ")
            {
                Some((role, objects)) if !self.schema.is_empty() => {
                    write!(f, "{role} in schema {} on {objects}", quote_ident(&self.schema))
                }
                _ => f.write_str(&self.name),
            },
            Scope::Arguments(types) if self.kind == ObjectKind::Operator => {
                write!(f, "{}.{} ({types})", quote_ident(&self.schema), self.name)
            }
            Scope::Arguments(method)
                if matches!(self.kind, ObjectKind::OperatorFamily | ObjectKind::OperatorClass) =>
            {
                write!(f, "{} USING {}", self.qualified(), quote_ident(method))
            }
            Scope::Plain if self.schema.is_empty() => f.write_str(&quote_ident(&self.name)),
            Scope::Plain => write!(f, "{}", self.qualified()),
            Scope::Arguments(arguments) => write!(f, "{}({arguments})", self.qualified()),
            Scope::Relation(relation) => {
                write!(
                    f,
                    "{} on {}.{}",
                    quote_ident(&self.name),
                    quote_ident(&self.schema),
                    quote_ident(relation)
                )
            }
        }
    }
}

/// What a part of an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// A property of the whole object, named by its field: `owner`, `comment`, `definition`.
    Property,
    /// A column of a table, view or materialized view, or an attribute of a composite type.
    Column,
    /// The default or generation expression of a column; only dependencies name it.
    Default,
    /// A constraint of a table or domain.
    Constraint,
    /// A privilege of one grantee.
    Grant,
    /// A storage parameter.
    Option,
}

impl PartKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Property, Self::Column, Self::Default, Self::Constraint, Self::Grant, Self::Option];

    /// The code of this kind in the canonical encoding. Never changes its meaning.
    #[must_use]
    pub const fn code(self) -> u64 {
        match self {
            Self::Property => 1,
            Self::Column => 2,
            Self::Default => 3,
            Self::Constraint => 4,
            Self::Grant => 5,
            Self::Option => 6,
        }
    }

    /// The name users see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Column => "column",
            Self::Default => "default",
            Self::Constraint => "constraint",
            Self::Grant => "grant",
            Self::Option => "option",
        }
    }
}

/// Something inside an object that can change by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its name inside the object.
    pub name: String,
}

impl Part {
    /// The part `name` of this kind.
    pub fn new(kind: PartKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    /// A column.
    pub fn column(name: impl Into<String>) -> Self {
        Self::new(PartKind::Column, name)
    }

    /// The default of a column.
    pub fn default_of(column: impl Into<String>) -> Self {
        Self::new(PartKind::Default, column)
    }

    /// A constraint.
    pub fn constraint(name: impl Into<String>) -> Self {
        Self::new(PartKind::Constraint, name)
    }

    /// A property.
    pub fn property(name: impl Into<String>) -> Self {
        Self::new(PartKind::Property, name)
    }
}

/// `column email`, `constraint users_pkey`; a property is just its name.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            PartKind::Property => f.write_str(&self.name),
            PartKind::Grant => write!(f, "grant {}", self.name),
            kind => write!(f, "{} {}", kind.name(), quote_ident(&self.name)),
        }
    }
}
