//! Default privileges: statements that are all about grants.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{ObjectAddress, ObjectKind};
use crate::catalog::Catalog;
use crate::ident::quote_ident;
use crate::object::{Body, Common, DefaultObjects, DefaultPrivileges, Grant, Object};
use crate::plan::{ChangeKind, Step};

/// What stands before `GRANT` and `REVOKE`.
pub(crate) fn prefix(address: &ObjectAddress, defaults: &DefaultPrivileges) -> String {
    let role = quote_ident(&defaults.role);
    if address.schema.is_empty() {
        return format!("ALTER DEFAULT PRIVILEGES FOR ROLE {role} ");
    }
    format!("ALTER DEFAULT PRIVILEGES FOR ROLE {role} IN SCHEMA {} ", quote_ident(&address.schema))
}

/// Takes everything back.
pub(crate) fn drop(object: &Object) -> Vec<Step> {
    let none = Object { common: Common::default(), ..object.clone() };
    let mut steps = super::grant::changes(object, &none, &BTreeSet::new(), None);
    for step in &mut steps {
        step.change = ChangeKind::Drop;
    }
    steps
}

/// Takes back those that `role` makes objects of `schema` with, and gives them again after `steps`: what is made in
/// between, such as the members of an extension, has the privileges that it comes with.
pub(crate) fn without(steps: Vec<Step>, role: Option<&str>, schema: &str, catalog: &Catalog) -> Vec<Step> {
    let in_force = |object: &&Object| match &object.body {
        Body::DefaultPrivileges(defaults) => {
            Some(defaults.role.as_str()) == role && ["", schema].contains(&object.address.schema.as_str())
        }
        _ => false,
    };
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for object in catalog.iter().filter(in_force) {
        let none = Object { common: Common::default(), ..object.clone() };
        before.extend(super::grant::changes(object, &none, &BTreeSet::new(), None));
        after.extend(super::grant::changes(&none, object, &BTreeSet::new(), None));
    }
    before.into_iter().chain(steps).chain(after).collect()
}

/// The privileges that an object has which `role` makes while the default privileges of `catalog` are in force, as
/// differences from what its kind grants by default.
pub(crate) fn of_new(object: &Object, role: Option<&str>, catalog: &Catalog) -> BTreeMap<String, Grant> {
    let (Some(role), Some(objects)) = (role, objects_of(object.address.kind)) else { return BTreeMap::new() };
    // A shell has none until it is defined.
    if matches!(&object.body, Body::BaseType(base) if base.is_shell()) {
        return BTreeMap::new();
    }
    let of_schema = |schema: &str| {
        let address = ObjectAddress::new(ObjectKind::DefaultPrivileges, schema, objects.name(role));
        catalog.get(&address).map(|defaults| defaults.common.grants.clone()).unwrap_or_default()
    };
    let mut grants = of_schema("");
    if object.address.schema.is_empty() {
        return grants;
    }
    for (key, grant) in of_schema(&object.address.schema) {
        let usual = match (objects, grant.privilege.as_str()) {
            (DefaultObjects::Functions, "EXECUTE") | (DefaultObjects::Types, "USAGE") => {
                grant.grantee.is_none() || grant.grantee.as_deref() == Some(role)
            }
            _ => grant.grantee.as_deref() == Some(role),
        };
        match grants.get_mut(&key) {
            Some(there) if there.revoked => {
                grants.remove(&key);
            }
            Some(there) => there.grantable |= grant.grantable,
            None if usual && !grant.grantable => {}
            None => {
                grants.insert(key, grant);
            }
        }
    }
    grants
}

const fn objects_of(kind: ObjectKind) -> Option<DefaultObjects> {
    match kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => Some(DefaultObjects::Tables),
        ObjectKind::Sequence => Some(DefaultObjects::Sequences),
        ObjectKind::Routine | ObjectKind::Aggregate => Some(DefaultObjects::Functions),
        ObjectKind::Enum
        | ObjectKind::Composite
        | ObjectKind::Domain
        | ObjectKind::Range
        | ObjectKind::BaseType => Some(DefaultObjects::Types),
        ObjectKind::Schema => Some(DefaultObjects::Schemas),
        _ => None,
    }
}

/// Whether an object is about default privileges.
pub(crate) const fn is_one(object: &Object) -> bool {
    matches!(object.body, Body::DefaultPrivileges(_))
}
