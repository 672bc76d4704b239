//! A schema as a server of another major version writes it.
//!
//! Servers write some definitions otherwise from one major version to the next: views since 16 without needless names of
//! tables, for one. Compared as they are they would all differ.

use std::collections::BTreeSet;

use confiture::catalog::address::ObjectKind;
use confiture::catalog::catalog::Catalog;
use confiture::catalog::object::{Body, Grant, Object};
use confiture::catalog::plan::{PlanOptions, plan};
use confiture::catalog::rename::Renames;
use confiture::db::introspect::read_catalog;
use confiture::db::session::{Param, Session};
use pggit_wire::{ConnectionSettings, ScratchDatabase};

use super::Side;
use crate::connection;
use crate::exit::Failure;

/// Privileges with the first major version that has them: `GRANT ALL` gives them there, and not on older servers.
const NEWER_PRIVILEGES: [(&str, u32); 1] = [("MAINTAIN", 17)];

/// Takes privileges that only one of the servers has to be in `to` as they are in `from`; says which those are.
pub(super) fn level_privileges(from: &Side, to: &mut Side) -> Vec<&'static str> {
    let (older, newer) = (from.major.min(to.major), from.major.max(to.major));
    let one_sided = NEWER_PRIVILEGES.into_iter().filter(|(_, since)| (older + 1..=newer).contains(since));
    let one_sided: Vec<&str> = one_sided.map(|(name, _)| name).collect();
    let is_one_sided = |grant: &Grant| one_sided.contains(&grant.privilege.as_str());
    let mut found = BTreeSet::new();
    let mut note = |grant: &Grant| found.extend(one_sided.iter().find(|name| **name == grant.privilege));
    let mut leveled = Catalog::default();
    for object in to.catalog.shared() {
        let own = from.catalog.get(&object.address).map(|own| &own.common.grants);
        let own = own.into_iter().flatten().filter(|(_, grant)| is_one_sided(grant));
        let own: Vec<(&String, &Grant)> = own.collect();
        if own.is_empty() && !object.common.grants.values().any(is_one_sided) {
            leveled.insert(object.clone());
            continue;
        }
        let mut object = Object::clone(object);
        object.common.grants.values().filter(|grant| is_one_sided(grant)).for_each(&mut note);
        object.common.grants.retain(|_, grant| !is_one_sided(grant));
        for (key, grant) in own {
            note(grant);
            object.common.grants.insert(key.clone(), grant.clone());
        }
        // There is nothing to these but privileges.
        let is_left = !matches!(object.address.kind, ObjectKind::DefaultPrivileges | ObjectKind::Privileges)
            || !object.common.grants.is_empty();
        if is_left {
            leveled.insert(object);
        }
    }
    to.catalog = leveled;
    found.into_iter().collect()
}

/// Takes extensions to be in `to` as they are in `from` where no update script of the server of the start leads to their
/// version; says which those are.
pub(super) fn level_extensions(from: &Side, to: &mut Side) -> Result<Vec<String>, Failure> {
    let mut leveled = Vec::new();
    let mut session = None;
    for own in from.catalog.shared().filter(|object| object.address.kind == ObjectKind::Extension) {
        let (Body::Extension(before), Some(Body::Extension(after))) =
            (&own.body, to.catalog.get(&own.address).map(|other| &other.body))
        else {
            continue;
        };
        if before.version == after.version {
            continue;
        }
        let session = match &mut session {
            Some(session) => session,
            none => none.insert(connection::connect(&from.settings)?),
        };
        let paths = session.query(
            "SELECT 1 FROM pg_catalog.pg_extension_update_paths($1::pg_catalog.text::pg_catalog.name) p \
             WHERE p.source = $2::pg_catalog.text AND p.target = $3::pg_catalog.text AND p.path IS NOT NULL",
            &[Param::Text(&own.address.name), Param::Text(&before.version), Param::Text(&after.version)],
        )?;
        if paths.is_empty() {
            leveled.push(format!("{} {}", own.address, after.version));
            to.catalog.insert(own.clone());
        }
    }
    Ok(leveled)
}

/// The target as the server of the start writes it: built there in a scratch database and read again. Where nothing
/// differs as it is, nothing is built.
pub(super) fn target(from: &Side, to: &Side, wanted: Catalog) -> Result<Catalog, Failure> {
    let options = PlanOptions { role: Some(from.role.clone()), ..PlanOptions::default() };
    let none = Renames::default();
    if plan(&from.catalog, &wanted, &none, &options).map_err(confiture::Error::from)?.is_empty() {
        return Ok(wanted);
    }
    let what = format!(
        "the schema of TO (PostgreSQL {}) on the server of FROM (PostgreSQL {})",
        to.major, from.major
    );
    let failed = |error: Failure| {
        let detail = match error.detail {
            Some(detail) => format!("{} {detail}", sentence(&error.message)),
            None => sentence(&error.message),
        };
        Failure::new(format!("could not build {what}")).sqlstate(&error.sqlstate).detail(detail).hint(
            "Servers of different major versions are compared as the one of FROM writes both schemas, in a scratch \
             database that is made there.",
        )
    };
    build(&from.settings, &wanted, &options).map_err(failed)
}

fn build(server: &ConnectionSettings, wanted: &Catalog, options: &PlanOptions) -> Result<Catalog, Failure> {
    let scratch = ScratchDatabase::create(server)?;
    let mut session = connection::connect(scratch.settings())?;
    let empty = read_catalog(&mut session).map_err(confiture::Error::from)?.catalog;
    let plan = plan(&empty, wanted, &Renames::default(), options).map_err(confiture::Error::from)?;
    session.script("SET synchronous_commit = off; SET check_function_bodies = off")?;
    session.script(&plan.to_sql())?;
    let built = read_catalog(&mut session).map_err(confiture::Error::from)?.catalog;
    drop(session);
    scratch.remove()?;
    Ok(built)
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
