//! Objects: what the catalog of a database consists of. One file for each kind.

mod access_method;
mod aggregate;
mod base_type;
mod cast;
mod collation;
mod composite_type;
mod conversion;
mod default_privileges;
mod dependency;
mod domain;
mod enum_type;
mod event_trigger;
mod extension;
mod foreign_data_wrapper;
mod grant;
mod index;
mod language;
mod materialized_view;
mod operator;
mod operator_class;
mod operator_family;
mod policy;
mod privileges;
mod publication;
mod publication_schema;
mod publication_table;
mod range_type;
mod routine;
mod rule;
mod schema;
mod sequence;
mod server;
mod setting;
mod statistics;
mod subscription;
mod table;
mod text_search_configuration;
mod text_search_dictionary;
mod text_search_parser;
mod text_search_template;
mod transform;
mod trigger;
mod user_mapping;
mod view;

use std::collections::BTreeMap;

pub use access_method::{AccessMethod, AccessMethodKind};
pub use aggregate::Aggregate;
pub use base_type::BaseType;
pub(crate) use base_type::{support_functions, supports};
pub use cast::{Cast, CastContext, CastMethod};
pub use collation::{Collation, CollationProvider};
pub use composite_type::{Attribute, CompositeType};
pub use conversion::Conversion;
pub use default_privileges::{DefaultObjects, DefaultPrivileges};
pub use dependency::Dependency;
pub use domain::{Domain, DomainConstraint};
pub use enum_type::EnumType;
pub use event_trigger::EventTrigger;
pub use extension::Extension;
pub use foreign_data_wrapper::ForeignDataWrapper;
pub use grant::Grant;
pub use index::Index;
pub use language::Language;
pub use materialized_view::MaterializedView;
pub use operator::Operator;
pub use operator_class::OperatorClass;
pub use operator_family::OperatorFamily;
pub use policy::{Policy, PolicyCommand};
pub use privileges::Privileges;
pub use publication::Publication;
pub use publication_schema::PublicationSchema;
pub use publication_table::PublicationTable;
pub use range_type::RangeType;
pub use routine::{Routine, RoutineKind};
pub use rule::Rule;
pub use schema::Schema;
pub use sequence::{OwnedBy, Sequence, SequenceOptions};
pub use server::Server;
pub use setting::Settings;
pub use statistics::{Statistics, with_sorted_columns};
pub use subscription::Subscription;
pub use table::{
    Column, Constraint, ConstraintKind, Identity, Partition, Persistence, ReplicaIdentity,
    ReplicaIdentityKind, SystemColumn, Table,
};
pub use text_search_configuration::TextSearchConfiguration;
pub use text_search_dictionary::TextSearchDictionary;
pub use text_search_parser::TextSearchParser;
pub use text_search_template::TextSearchTemplate;
pub use transform::Transform;
pub use trigger::{Trigger, TriggerState};
pub use user_mapping::UserMapping;
pub use view::{OutputColumn, View, ViewColumn};

use crate::address::{ObjectAddress, ObjectKind, Part, Scope};
use crate::canonical::{Bytes, Canonical, DecodeError, Reader, Remembered, put_item, put_unsigned, record};
use crate::ident::QualifiedName;
use crate::parts::Parted;

/// Security labels by their providers.
pub type SecurityLabels = BTreeMap<String, String>;

/// The version of the encoding of objects; the first number of every blob.
pub const FORMAT_VERSION: u64 = 1;

record! {
    /// What objects of every kind have.
    pub struct Common {
        /// Owner; empty for kinds that have none of their own (index, trigger, policy, rule, cast, default
        /// privileges, extension).
        1 => owner: String,
        /// The comment.
        2 => comment: Option<String>,
        /// Privileges that differ from what the kind grants by default, by `PRIVILEGE TO grantee`.
        3 => grants: BTreeMap<String, Grant>,
        /// What this object needs, read from `pg_depend`.
        4 => dependencies: Remembered<Vec<Dependency>>,
        /// Extensions with which the object goes (`DEPENDS ON EXTENSION`), sorted.
        5 => extensions: Vec<String>,
        /// Security labels, by their providers.
        6 => security_labels: SecurityLabels,
    }
}

/// One object of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name.
    pub address: ObjectAddress,
    /// What objects of every kind have.
    pub common: Common,
    /// What objects of its kind have.
    pub body: Body,
}

macro_rules! bodies {
    ($( $(#[$meta:meta])* $kind:ident($type:ty), )*) => {
        /// What objects of one kind have.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(clippy::large_enum_variant, reason = "most objects are tables or parts of them, and all are behind `Arc`")]
        pub enum Body {
            $( $(#[$meta])* $kind($type), )*
        }

        impl Body {
            /// The kind of the object that has this body.
            #[must_use]
            pub const fn kind(&self) -> ObjectKind {
                match self { $( Self::$kind(_) => ObjectKind::$kind, )* }
            }

            fn encode(&self, out: &mut Vec<u8>) {
                match self { $( Self::$kind(body) => body.encode(out), )* }
            }

            fn decode(kind: ObjectKind, input: &[u8]) -> Result<Self, DecodeError> {
                match kind { $( ObjectKind::$kind => <$type>::decode(input).map(Self::$kind), )* }
            }
        }

        impl Parted for Body {
            fn each_part(&self, visit: &mut dyn FnMut(Part, Bytes)) {
                match self { $( Self::$kind(body) => body.each_part(visit), )* }
            }

            fn set_part(&mut self, part: &Part, value: Option<&[u8]>) -> Result<bool, DecodeError> {
                match self { $( Self::$kind(body) => body.set_part(part, value), )* }
            }
        }
    };
}

bodies! {
    /// A schema.
    Schema(Schema),
    /// An extension.
    Extension(Extension),
    /// An enum type.
    Enum(EnumType),
    /// A composite type.
    Composite(CompositeType),
    /// A domain.
    Domain(Domain),
    /// A range type.
    Range(RangeType),
    /// A sequence.
    Sequence(Sequence),
    /// A function or procedure.
    Routine(Routine),
    /// An aggregate.
    Aggregate(Aggregate),
    /// An operator.
    Operator(Operator),
    /// A cast.
    Cast(Cast),
    /// A table.
    Table(Table),
    /// A view.
    View(View),
    /// A materialized view.
    MaterializedView(MaterializedView),
    /// An index.
    Index(Index),
    /// A trigger.
    Trigger(Trigger),
    /// A policy.
    Policy(Policy),
    /// A rule.
    Rule(Rule),
    /// A statistics object.
    Statistics(Statistics),
    /// Default privileges.
    DefaultPrivileges(DefaultPrivileges),
    /// A collation.
    Collation(Collation),
    /// A text search dictionary.
    TextSearchDictionary(TextSearchDictionary),
    /// A text search configuration.
    TextSearchConfiguration(TextSearchConfiguration),
    /// A foreign-data wrapper.
    ForeignDataWrapper(ForeignDataWrapper),
    /// A server.
    Server(Server),
    /// A user mapping.
    UserMapping(UserMapping),
    /// A publication.
    Publication(Publication),
    /// A table of a publication.
    PublicationTable(PublicationTable),
    /// A schema of a publication.
    PublicationSchema(PublicationSchema),
    /// A subscription.
    Subscription(Subscription),
    /// An access method.
    AccessMethod(AccessMethod),
    /// A procedural language.
    Language(Language),
    /// A base type or a shell.
    BaseType(BaseType),
    /// An operator family.
    OperatorFamily(OperatorFamily),
    /// An operator class.
    OperatorClass(OperatorClass),
    /// A transform.
    Transform(Transform),
    /// A conversion between encodings.
    Conversion(Conversion),
    /// A text search parser.
    TextSearchParser(TextSearchParser),
    /// A text search template.
    TextSearchTemplate(TextSearchTemplate),
    /// Settings of the database.
    Setting(Settings),
    /// Privileges on what is no object of its own.
    Privileges(Privileges),
    /// An event trigger.
    EventTrigger(EventTrigger),
}

impl Body {
    /// The relation that an object of this kind is on, and goes with.
    #[must_use]
    pub const fn relation(&self) -> Option<&QualifiedName> {
        match self {
            Self::Index(index) => Some(&index.table),
            Self::Trigger(trigger) => Some(&trigger.table),
            Self::Policy(policy) => Some(&policy.table),
            Self::Rule(rule) => Some(&rule.table),
            Self::Statistics(statistics) => Some(&statistics.table),
            Self::PublicationTable(table) => Some(&table.table),
            _ => None,
        }
    }
}

impl Object {
    /// The content of a blob: format version, address, common, body.
    #[must_use]
    pub fn to_blob(&self) -> Bytes {
        let mut out = Vec::with_capacity(256);
        put_unsigned(&mut out, FORMAT_VERSION);
        put_item(&mut out, |out| self.address.encode(out));
        put_item(&mut out, |out| self.common.encode(out));
        self.body.encode(&mut out);
        out
    }

    /// Reads the content of a blob.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not a blob, or one of a later format.
    pub fn from_blob(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let version = reader.unsigned()?;
        if version != FORMAT_VERSION {
            return Err(DecodeError::UnknownCode { what: "format version", code: version });
        }
        let address = ObjectAddress::decode(reader.item()?)?;
        let common = Common::decode(reader.item()?)?;
        let body = Body::decode(address.kind, reader.take_rest())?;
        Ok(Self { address, common, body })
    }

    /// What this object needs.
    #[must_use]
    pub fn dependencies(&self) -> &[Dependency] {
        &self.common.dependencies.0
    }
}

impl Parted for Object {
    fn each_part(&self, visit: &mut dyn FnMut(Part, Bytes)) {
        self.common.each_part(visit);
        self.body.each_part(visit);
    }

    fn set_part(&mut self, part: &Part, value: Option<&[u8]>) -> Result<bool, DecodeError> {
        Ok(self.common.set_part(part, value)? || self.body.set_part(part, value)?)
    }
}

impl Canonical for ObjectAddress {
    fn encode(&self, out: &mut Vec<u8>) {
        put_unsigned(out, self.kind.code());
        put_item(out, |out| self.schema.encode(out));
        put_item(out, |out| self.name.encode(out));
        match &self.scope {
            Scope::Plain => put_unsigned(out, 0),
            Scope::Relation(relation) => {
                put_unsigned(out, 1);
                put_item(out, |out| relation.encode(out));
            }
            Scope::Arguments(arguments) => {
                put_unsigned(out, 2);
                put_item(out, |out| arguments.encode(out));
            }
        }
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(input);
        let code = reader.unsigned()?;
        let kind =
            ObjectKind::from_code(code).ok_or(DecodeError::UnknownCode { what: "object kind", code })?;
        let schema = String::decode(reader.item()?)?;
        let name = String::decode(reader.item()?)?;
        let scope = match reader.unsigned()? {
            0 => Scope::Plain,
            1 => Scope::Relation(String::decode(reader.item()?)?),
            2 => Scope::Arguments(String::decode(reader.item()?)?),
            code => return Err(DecodeError::UnknownCode { what: "scope", code }),
        };
        reader.end()?;
        Ok(Self { kind, schema, name, scope })
    }

    fn is_default(&self) -> bool {
        false
    }
}

impl Canonical for Part {
    fn encode(&self, out: &mut Vec<u8>) {
        put_unsigned(out, self.kind.code());
        self.name.encode(out);
    }

    fn decode(input: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(input);
        let code = reader.unsigned()?;
        let kind = crate::address::PartKind::ALL
            .into_iter()
            .find(|kind| kind.code() == code)
            .ok_or(DecodeError::UnknownCode { what: "part kind", code })?;
        Ok(Self { kind, name: String::decode(reader.take_rest())? })
    }

    fn is_default(&self) -> bool {
        false
    }
}
