//! Reads the live catalog of a database into the typed model.
//!
//! A few queries, one for each kind of object or fewer; `pg_depend` is read once and resolved here. Each `.sql` file
//! stands beside the code that reads its rows. A line that ends in `-- since N` or `-- before N` is for servers of
//! those major versions only.

mod access_method;
mod address_book;
mod aggregate;
mod base_type;
mod cast;
mod collation;
mod column;
mod composite_type;
mod constraint;
mod conversion;
mod default_privileges;
mod dependency;
mod domain;
mod draft;
mod empty_database;
mod enum_type;
mod event_trigger;
mod extension;
mod extension_dependency;
mod foreign_data_wrapper;
mod grant;
mod ignore;
mod index;
mod language;
mod ledger;
mod materialized_view;
mod names;
mod operator;
mod operator_class;
mod operator_family;
mod policy;
mod privileges;
mod publication;
mod publication_schema;
mod publication_table;
mod range_type;
mod reading;
mod relation;
mod routine;
mod rule;
mod schema;
mod security_label;
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
mod unmodelled;
mod user_mapping;
mod vanished;
mod view;

use pggit_catalog::address::ObjectAddress;
use pggit_catalog::catalog::{Catalog, Unmodelled};
use pggit_catalog::ident::QualifiedName;
use pggit_catalog::identity::{CatalogRow, Identities};
use pggit_catalog::object::{Body, Object};
use rustc_hash::FxHashMap;
use thiserror::Error;

use crate::session::{RowError, Session, SessionError};
use crate::settings::with_pinned_settings;
use draft::Draft;
pub use empty_database::empty_database;
pub use ignore::ignore_patterns;
use names::Names;
use reading::Reading;
pub(crate) use reading::Selection;

/// What a database holds at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The modelled objects.
    pub catalog: Catalog,
    /// What stays when their names change.
    pub identities: Identities,
    /// The rest, sorted.
    pub unmodelled: Vec<Unmodelled>,
}

impl Snapshot {
    /// The same for a repository, whose commits everybody can read: what holds passwords is reported and not modelled.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        let is_secret = |object: &&Object| match &object.body {
            Body::UserMapping(mapping) => !mapping.options.is_empty(),
            body => matches!(body, Body::Subscription(_)),
        };
        let secrets: Vec<(ObjectAddress, Unmodelled)> = self
            .catalog
            .iter()
            .filter(is_secret)
            .map(|object| (object.address.clone(), Unmodelled::of(object)))
            .collect();
        for (address, unmodelled) in secrets {
            self.catalog.remove(&address);
            self.identities.0.remove(&address);
            self.unmodelled.push(unmodelled);
        }
        self.unmodelled.sort_unstable();
        self
    }
}

/// Why a catalog could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IntrospectError {
    /// The server reported an error.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A result does not fit the query.
    #[error("could not read a setting")]
    Setting(#[from] RowError),
    /// A result does not fit the query.
    #[error("could not read the result of query \"{query}\"")]
    Row {
        /// Name of the query.
        query: &'static str,
        /// What does not fit.
        source: RowError,
    },
    /// The catalog holds a code that this version does not know: the server is newer.
    #[error("unknown {what} \"{code}\" in the system catalogs")]
    UnknownCode {
        /// What the code stands for.
        what: &'static str,
        /// The code.
        code: String,
    },
    /// An object was dropped while the catalog was read, by another transaction.
    #[error("{kind} \"{name}\" was dropped while the catalog was read")]
    Vanished {
        /// Kind of the object.
        kind: String,
        /// Its name.
        name: String,
    },
    /// The server stumbled over something that was dropped while the catalog was read, by another transaction.
    #[error("the schema changed while the catalog was read: {source}")]
    Changed {
        /// What the server said.
        source: SessionError,
    },
    /// A server of this major version is not read.
    #[error("the server is PostgreSQL {major}, and the oldest that can be read is {OLDEST_MAJOR}")]
    ServerTooOld {
        /// Its major version.
        major: u32,
    },
}

impl IntrospectError {
    /// Whether it may come of a change by another transaction, so that the next reading can succeed.
    pub(crate) fn is_of_a_change(&self) -> bool {
        match self {
            Self::Vanished { .. } => true,
            Self::Session(error) => is_of_missing(error),
            _ => false,
        }
    }
}

/// The oldest major version of a server that is read.
pub const OLDEST_MAJOR: u32 = 13;

/// How often a catalog that changes while it is read is read again.
const ATTEMPTS: u32 = 5;

/// Whether the server missed an object: functions that look one up by its number report an internal error, or an
/// undefined table, column, function or other object.
fn is_of_missing(error: &SessionError) -> bool {
    ["XX000", "42P01", "42703", "42883", "42704"].contains(&error.sqlstate.as_str())
}

/// The statement was ignored since an earlier one of the transaction has failed.
const IN_FAILED_TRANSACTION: &str = "25P02";

/// Reads all objects of the connected database but those of extensions, of pgGit and of known migration tools, and
/// those that a pattern in `pggit.ignore` takes out.
///
/// Needs no rights but those that everybody has. What only some may see, options of user mappings and connections of
/// subscriptions, is read where the role may see it, and reported where it may not.
///
/// All queries see one snapshot; functions that write definitions see the catalog as it is at that moment. What others
/// drop in between is noticed, and everything is read again.
///
/// # Errors
/// [`IntrospectError::Session`] with the server's error; [`IntrospectError::Vanished`] and
/// [`IntrospectError::Changed`] when other transactions keep dropping what is being read;
/// [`IntrospectError::ServerTooOld`]; the others are defects or a server that is too new.
pub fn read_catalog<S: Session>(session: &mut S) -> Result<Snapshot, IntrospectError> {
    let mut result = read_once(session);
    for _ in 1..ATTEMPTS {
        if !result.as_ref().is_err_and(IntrospectError::is_of_a_change) {
            return result;
        }
        match read_once(session) {
            // Inside a transaction of the caller's there is no second try.
            Err(IntrospectError::Session(error)) if error.sqlstate == IN_FAILED_TRANSACTION => break,
            again => result = again,
        }
    }
    result.map_err(|error| match error {
        IntrospectError::Session(source) if is_of_missing(&source) => IntrospectError::Changed { source },
        other => other,
    })
}

/// Major version of the server.
///
/// # Errors
/// [`IntrospectError::Session`] with the server's error; [`IntrospectError::ServerTooOld`].
pub fn server_major<S: Session>(session: &mut S) -> Result<u32, IntrospectError> {
    Reading::start(session).map(|reading| reading.major())
}

fn read_once<S: Session>(session: &mut S) -> Result<Snapshot, IntrospectError> {
    session.in_one_snapshot(|session| with_pinned_settings(session, read_all))
}

/// Reads everything, for who has pinned settings and snapshot.
pub(crate) fn read_all<S: Session>(session: &mut S) -> Result<Snapshot, IntrospectError> {
    let mut reading = Reading::start(session)?;
    let names = Names::read(&mut reading)?;
    let mut draft = Draft::new(names);
    relation::read(&mut reading, &mut draft)?;
    schema::build(&mut draft);
    extension::read(&mut reading, &mut draft)?;
    enum_type::read(&mut reading, &mut draft)?;
    composite_type::read(&mut reading, &mut draft)?;
    domain::read(&mut reading, &mut draft)?;
    range_type::read(&mut reading, &mut draft)?;
    sequence::read(&mut reading, &mut draft)?;
    routine::read(&mut reading, &mut draft)?;
    aggregate::read(&mut reading, &mut draft)?;
    operator::read(&mut reading, &mut draft)?;
    cast::read(&mut reading, &mut draft)?;
    collation::read(&mut reading, &mut draft)?;
    text_search_dictionary::read(&mut reading, &mut draft)?;
    text_search_configuration::read(&mut reading, &mut draft)?;
    event_trigger::read(&mut reading, &mut draft)?;
    foreign_data_wrapper::read(&mut reading, &mut draft)?;
    server::read(&mut reading, &mut draft)?;
    user_mapping::read(&mut reading, &mut draft)?;
    publication::read(&mut reading, &mut draft)?;
    publication_table::read(&mut reading, &mut draft)?;
    publication_schema::read(&mut reading, &mut draft)?;
    subscription::read(&mut reading, &mut draft)?;
    access_method::read(&mut reading, &mut draft)?;
    language::read(&mut reading, &mut draft)?;
    base_type::read(&mut reading, &mut draft)?;
    operator_family::read(&mut reading, &mut draft)?;
    operator_class::read(&mut reading, &mut draft)?;
    transform::read(&mut reading, &mut draft)?;
    conversion::read(&mut reading, &mut draft)?;
    text_search_parser::read(&mut reading, &mut draft)?;
    text_search_template::read(&mut reading, &mut draft)?;
    setting::read(&mut reading, &mut draft)?;
    read_relations(&mut reading, &mut draft)?;
    default_privileges::read(&mut reading, &mut draft)?;
    grant::read(&mut reading, &mut draft)?;
    dependency::read(&mut reading, &mut draft)?;
    privileges::read(&mut reading, &mut draft)?;
    extension_dependency::read(&mut reading, &mut draft)?;
    security_label::read(&mut reading, &mut draft)?;
    let unmodelled = unmodelled::read(&mut reading)?;
    vanished::check(&mut reading, &draft.names)?;
    let (catalog, identities) = draft.finish();
    Ok(Snapshot { catalog, identities, unmodelled })
}

/// Reads what relations are and have; their names and columns have been read.
fn read_relations<S: Session>(
    reading: &mut Reading<'_, S>,
    draft: &mut Draft,
) -> Result<(), IntrospectError> {
    let indexes = index::read(reading, draft)?;
    let constraints = constraint::read(reading, draft, &indexes)?;
    table::read(reading, draft, &indexes, constraints)?;
    view::read(reading, draft)?;
    materialized_view::read(reading, draft, &indexes)?;
    trigger::read(reading, draft)?;
    policy::read(reading, draft)?;
    rule::read(reading, draft)?;
    statistics::read(reading, draft)
}

/// A part of a database, read with what its objects need; of the latter, not all is read.
pub(crate) struct PartRead {
    pub catalog: Catalog,
    pub identities: Identities,
    /// Names of the relations among them by OID, and for composite types the row that is the object.
    pub relations: FxHashMap<u32, (QualifiedName, CatalogRow)>,
    /// Extensions by their members.
    pub members: FxHashMap<CatalogRow, String>,
    /// Whether there is a schema that a migration tool makes for its own tables: whether it is one depends on all tables.
    pub has_tool_schemas: bool,
}

/// Reads some objects of those kinds that most changes are of, for who has pinned settings and snapshot. `known` are
/// objects that they may need, and that are not read.
pub(crate) fn read_part<S: Session>(
    session: &mut S,
    selection: Selection,
    known: Vec<(CatalogRow, ObjectAddress)>,
) -> Result<PartRead, IntrospectError> {
    let mut reading = Reading::start(session)?;
    let names = Names::read(&mut reading)?;
    let mut draft = Draft::new(names);
    reading.restrict(selection);
    relation::read(&mut reading, &mut draft)?;
    schema::build(&mut draft);
    extension::read(&mut reading, &mut draft)?;
    enum_type::read(&mut reading, &mut draft)?;
    composite_type::read(&mut reading, &mut draft)?;
    domain::read(&mut reading, &mut draft)?;
    sequence::read(&mut reading, &mut draft)?;
    routine::read(&mut reading, &mut draft)?;
    read_relations(&mut reading, &mut draft)?;
    grant::read(&mut reading, &mut draft)?;
    for (row, address) in known {
        draft.add_known(row, address);
    }
    dependency::read(&mut reading, &mut draft)?;
    extension_dependency::read(&mut reading, &mut draft)?;
    security_label::read(&mut reading, &mut draft)?;
    vanished::check(&mut reading, &draft.names)?;
    let relations =
        draft.relations.values().map(|found| (found.oid, (found.qualified(), found.owned_row()))).collect();
    let members = draft.names.members.clone();
    let has_tool_schemas = draft.names.schemas.values().any(|schema| ledger::is_tool_schema(&schema.name));
    let (catalog, identities) = draft.finish();
    Ok(PartRead { catalog, identities, relations, members, has_tool_schemas })
}
