//! Base types: types with input and output functions.

use std::collections::BTreeMap;

use crate::address::{ObjectAddress, ObjectKind};
use crate::canonical::record;
use crate::catalog::Catalog;
use crate::object::{Body, Object};

record! {
    /// A base type, or a shell: a type that is only announced, so that functions can name it.
    pub struct BaseType {
        /// The parameters of `CREATE TYPE`, as it calls them, with their values in SQL; none for a shell.
        1 => parameters: BTreeMap<String, String>,
    }
}

impl BaseType {
    /// Whether it is only announced.
    #[must_use]
    pub fn is_shell(&self) -> bool {
        self.parameters.is_empty()
    }
}

/// The functions that a base type is defined by and that name it: they go with it.
pub(crate) fn support_functions(catalog: &Catalog, address: &ObjectAddress) -> Vec<ObjectAddress> {
    let Some(of) = catalog.get(address).filter(|object| matches!(object.body, Body::BaseType(_))) else {
        return Vec::new();
    };
    let names_it =
        |routine: &Object| routine.dependencies().iter().any(|dependency| dependency.on == *address);
    of.dependencies()
        .iter()
        .map(|dependency| &dependency.on)
        .filter(|routine| supports(routine, of) && catalog.get(routine).is_some_and(names_it))
        .cloned()
        .collect()
}

/// Whether `routine` is a function of the base type `of`, which can be made only after it: it needs the shell alone.
pub(crate) fn supports(routine: &ObjectAddress, of: &Object) -> bool {
    routine.kind == ObjectKind::Routine
        && of.dependencies().iter().any(|dependency| dependency.on == *routine)
}
