//! The live schema: read as a whole, or only where it may differ from what is remembered of it.
//!
//! Inside the server, pages of the system catalogs tell which of their rows have changed since the last commit or checkout,
//! however they were changed. Where these rows belong to objects of common kinds, only those objects are read again.
//! Everything else is read as a whole: `docs/decisions/0009-what-may-have-changed.md`.

mod part;
mod scan;
mod state;
mod watched;

use std::collections::BTreeMap;

use pggit_catalog::catalog::Catalog;
use pggit_catalog::identity::Identities;
use pggit_catalog::object::Object;
use pggit_history::id::ObjectId;
use thiserror::Error;

use crate::introspect::{IntrospectError, Snapshot, ignore_patterns, read_all, read_catalog};
use crate::repository::RepositoryError;
use crate::session::{Param, RowError, Session, SessionError};
use crate::settings::with_pinned_settings;
use scan::Scan;
use state::LiveState;
pub use watched::{UNWATCHED, catalogs as watched_catalogs};

/// The setting that turns partial reading off.
const FULL_READ: &str = "SELECT COALESCE(pg_catalog.current_setting('pggit.full_read', true), '')";

/// Says for people how the live schema was read.
const LAST_READ: &str = "SELECT pg_catalog.set_config('pggit.last_read', $1, false)";

/// Why the live schema could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LiveError {
    /// The catalog could not be read.
    #[error(transparent)]
    Introspect(#[from] IntrospectError),
    /// What is remembered could not be read.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<SessionError> for LiveError {
    fn from(error: SessionError) -> Self {
        Self::Introspect(error.into())
    }
}

impl From<RowError> for LiveError {
    fn from(error: RowError) -> Self {
        Self::Introspect(error.into())
    }
}

/// What a reading of the live schema found.
#[derive(Debug)]
pub enum Found {
    /// All objects.
    Whole(Snapshot),
    /// The objects that may have changed.
    Part(Part),
}

/// The objects that may differ from those of a tree.
#[derive(Debug)]
pub struct Part {
    /// The tree of the whole live schema as it was read last.
    pub tree: ObjectId,
    /// What may have changed, as it was.
    pub before: Identities,
    /// The same, as it is.
    pub after: Identities,
    /// The objects of `after`.
    pub catalog: Catalog,
}

/// What has to be remembered of a reading, so that the next one can be of a part.
#[derive(Debug, Default)]
pub struct Observation {
    scan: Option<Scan>,
    /// What was remembered of the pages, where it still held for the others.
    before: Option<BTreeMap<(i64, i64), Vec<u8>>>,
    patterns: Vec<String>,
    soft_references: bool,
}

/// What a reading is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be looked at.
    Look,
    /// To be remembered with [`remember`].
    Remember,
    /// As `Remember`, and all objects are needed.
    RememberWhole,
}

/// Reads the live schema, without what a repository must not hold.
///
/// # Errors
/// [`LiveError`] with the server's error.
pub fn read_live<S: Session>(session: &mut S, purpose: Purpose) -> Result<(Found, Observation), LiveError> {
    if !session.sees_pages() {
        return whole(session);
    }
    let found = session
        .in_one_snapshot(|session| with_pinned_settings(session, |session| read_by_pages(session, purpose)));
    let (found, observation) = match found {
        // Dropped while it was read: again, as a whole.
        Err(LiveError::Introspect(error)) if error.is_of_a_change() => whole(session)?,
        result => result?,
    };
    let read = match &found {
        Found::Whole(_) => "whole",
        Found::Part(_) => "part",
    };
    session.query(LAST_READ, &[Param::Text(read)])?;
    Ok((found, observation))
}

fn whole<S: Session>(session: &mut S) -> Result<(Found, Observation), LiveError> {
    Ok((Found::Whole(read_catalog(session)?.without_secrets()), Observation::default()))
}

fn read_by_pages<S: Session>(session: &mut S, purpose: Purpose) -> Result<(Found, Observation), LiveError> {
    let patterns = patterns(session)?;
    let state = LiveState::load(session)?.filter(|state| state.patterns == patterns);
    let mut observation = Observation { patterns, ..Observation::default() };
    if let Some(state) = &state {
        let mut scan = Scan::since(session, state.position, &state.again)?;
        if state.holds_for(&scan) {
            scan.add_truncated(&state.files);
            let before = state::pages_before(session, &scan)?;
            if purpose != Purpose::RememberWhole
                && !is_turned_off(session)?
                && let Some(part) = part::read(session, state, &scan.differences(&before), scan.database())?
            {
                observation.soft_references =
                    state.soft_references || part.catalog.iter().any(has_soft_references);
                observation.before = Some(before);
                observation.scan = Some(scan);
                return Ok((Found::Part(part), observation));
            }
            observation.before = Some(before);
            observation.scan = Some(scan);
        }
    }
    if observation.scan.is_none() && purpose != Purpose::Look {
        observation.scan = Some(Scan::since(session, -1, &[])?);
    }
    let snapshot = read_all(session)?.without_secrets();
    if purpose != Purpose::Look {
        observation.soft_references = snapshot.catalog.iter().any(has_soft_references);
    }
    Ok((Found::Whole(snapshot), observation))
}

/// Remembers that the live schema is `tree`, as the reading saw it that `observation` is of. From outside the server,
/// where nothing is observed, what is remembered is forgotten.
///
/// # Errors
/// [`RepositoryError`] when the server refuses.
pub fn remember<S: Session>(
    session: &mut S,
    tree: ObjectId,
    observation: &Observation,
) -> Result<(), RepositoryError> {
    match &observation.scan {
        Some(scan) => state::remember(
            session,
            tree,
            scan,
            observation.before.as_ref(),
            &observation.patterns,
            observation.soft_references,
        ),
        None => state::forget(session),
    }
}

fn patterns<S: Session>(session: &mut S) -> Result<Vec<String>, LiveError> {
    let mut patterns: Vec<String> =
        ignore_patterns(session)?.iter().map(|pattern| format!("{pattern:?}")).collect();
    patterns.sort_unstable();
    Ok(patterns)
}

fn is_turned_off<S: Session>(session: &mut S) -> Result<bool, LiveError> {
    let rows = session.query(FULL_READ, &[])?;
    let value = rows.first().map(|row| row.text(0)).transpose()?.unwrap_or_default().to_lowercase();
    Ok(!matches!(value.as_str(), "" | "off" | "false" | "no" | "0"))
}

/// Whether an object may name another one that `pg_depend` does not tell of: by a constant of a type that is shown as a
/// name, such as `regclass`, inside of an array or a row. A constant of such a type itself has its dependency.
fn has_soft_references(object: &Object) -> bool {
    const TYPES: [&[u8]; 5] = [b"class", b"proc", b"oper", b"type", b"namespace"];
    const MORE: [&[u8]; 4] = [b"config", b"dictionary", b"role", b"collation"];
    let blob = object.to_blob();
    let mut start = 0;
    while let Some(at) = blob[start..].windows(3).position(|window| window == b"reg") {
        let at = start + at;
        start = at + 3;
        let rest = &blob[start..];
        if !TYPES.iter().chain(&MORE).any(|name| rest.starts_with(name)) {
            continue;
        }
        let letters = rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        let is_cast = blob[..at].ends_with(b"::");
        if !is_cast || rest.get(letters) == Some(&b'[') {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use pggit_catalog::address::{ObjectAddress, ObjectKind};
    use pggit_catalog::object::{Body, Common, View};

    fn view(definition: &str) -> Object {
        Object {
            address: ObjectAddress::new(ObjectKind::View, "public", "v"),
            common: Common::default(),
            body: Body::View(View { definition: definition.to_owned(), ..View::default() }),
        }
    }

    #[test]
    fn names_inside_of_other_constants_are_seen() {
        assert!(!has_soft_references(&view(
            " SELECT nextval('public.s'::regclass), regular FROM public.registry"
        )));
        assert!(has_soft_references(&view(" SELECT '{public.t}'::regclass[]")));
        assert!(has_soft_references(&view(" SELECT (x.a)::regprocedure[]")));
        assert!(has_soft_references(&view(" SELECT regclass")));
    }
}
