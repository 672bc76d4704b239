//! Statements: one file for each kind of object, and one for owners, privileges and annotations of all.

pub(crate) mod access_method;
pub(crate) mod aggregate;
pub(crate) mod annotation;
pub(crate) mod base_type;
pub(crate) mod cast;
pub(crate) mod collation;
pub(crate) mod composite_type;
pub(crate) mod conversion;
pub(crate) mod default_privileges;
pub(crate) mod domain;
pub(crate) mod enum_type;
pub(crate) mod event_trigger;
pub(crate) mod extension;
pub(crate) mod extension_dependency;
pub(crate) mod foreign_data_wrapper;
pub(crate) mod grant;
pub(crate) mod index;
pub(crate) mod language;
pub(crate) mod materialized_view;
pub(crate) mod operator;
pub(crate) mod operator_class;
pub(crate) mod operator_family;
pub(crate) mod option;
pub(crate) mod owner;
pub(crate) mod policy;
pub(crate) mod privileges;
pub(crate) mod publication;
pub(crate) mod publication_schema;
pub(crate) mod publication_table;
pub(crate) mod range_type;
pub(crate) mod routine;
pub(crate) mod rule;
pub(crate) mod schema;
pub(crate) mod sequence;
pub(crate) mod server;
pub(crate) mod setting;
pub(crate) mod statistics;
pub(crate) mod subscription;
pub(crate) mod table;
pub(crate) mod text_search_configuration;
pub(crate) mod text_search_dictionary;
pub(crate) mod text_search_parser;
pub(crate) mod text_search_template;
pub(crate) mod transform;
pub(crate) mod trigger;
pub(crate) mod user_mapping;
pub(crate) mod view;

use crate::address::{ObjectAddress, ObjectKind};
use crate::object::{Body, Object};

/// The word for a kind in `ALTER`, `DROP` and `COMMENT ON`.
pub(crate) fn keyword(object: &Object) -> &'static str {
    match &object.body {
        Body::Routine(routine) => routine.kind.keyword(),
        Body::Table(table) if table.server.is_some() => "FOREIGN TABLE",
        body => kind_keyword(body.kind()),
    }
}

/// As [`keyword`], where the kind says enough; a routine is a `ROUTINE`.
pub(crate) const fn kind_keyword(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Schema => "SCHEMA",
        ObjectKind::Extension => "EXTENSION",
        ObjectKind::Enum | ObjectKind::Composite | ObjectKind::Range => "TYPE",
        ObjectKind::Domain => "DOMAIN",
        ObjectKind::Sequence => "SEQUENCE",
        ObjectKind::Routine => "ROUTINE",
        ObjectKind::Aggregate => "AGGREGATE",
        ObjectKind::Operator => "OPERATOR",
        ObjectKind::Cast => "CAST",
        ObjectKind::Table => "TABLE",
        ObjectKind::View => "VIEW",
        ObjectKind::MaterializedView => "MATERIALIZED VIEW",
        ObjectKind::Index => "INDEX",
        ObjectKind::Trigger => "TRIGGER",
        ObjectKind::Policy => "POLICY",
        ObjectKind::Rule => "RULE",
        ObjectKind::Statistics => "STATISTICS",
        ObjectKind::DefaultPrivileges => "DEFAULT PRIVILEGES",
        ObjectKind::Collation => "COLLATION",
        ObjectKind::TextSearchDictionary => "TEXT SEARCH DICTIONARY",
        ObjectKind::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
        ObjectKind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        ObjectKind::Server => "SERVER",
        ObjectKind::UserMapping => "USER MAPPING",
        ObjectKind::Publication => "PUBLICATION",
        ObjectKind::PublicationTable => "PUBLICATION TABLE",
        ObjectKind::PublicationSchema => "PUBLICATION SCHEMA",
        ObjectKind::Subscription => "SUBSCRIPTION",
        ObjectKind::AccessMethod => "ACCESS METHOD",
        ObjectKind::Language => "LANGUAGE",
        ObjectKind::BaseType => "TYPE",
        ObjectKind::OperatorFamily => "OPERATOR FAMILY",
        ObjectKind::OperatorClass => "OPERATOR CLASS",
        ObjectKind::Transform => "TRANSFORM",
        ObjectKind::Conversion => "CONVERSION",
        ObjectKind::TextSearchParser => "TEXT SEARCH PARSER",
        ObjectKind::TextSearchTemplate => "TEXT SEARCH TEMPLATE",
        ObjectKind::Setting => "SETTING",
        ObjectKind::Privileges => "PRIVILEGES",
        ObjectKind::EventTrigger => "EVENT TRIGGER",
    }
}

/// Keyword and name: `TABLE public.t`, `TRIGGER t ON public.t`.
pub(crate) fn target(object: &Object) -> String {
    target_of(keyword(object), &object.address)
}

/// As [`target`], with the keyword given.
pub(crate) fn target_of(keyword: &str, address: &ObjectAddress) -> String {
    match address.relation() {
        Some(relation) => format!("{keyword} {} ON {relation}", crate::ident::quote_ident(&address.name)),
        None if address.kind == ObjectKind::Aggregate => format!("{keyword} {}", aggregate::name(address)),
        None => format!("{keyword} {address}"),
    }
}
