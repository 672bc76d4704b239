//! Privileges on what is no object of its own: statements that are all about grants.

use std::collections::BTreeSet;

use crate::object::{Body, Common, Object, Privileges};
use crate::plan::{ChangeKind, Step};

/// Gives back the privileges that it came with.
pub(crate) fn drop(object: &Object) -> Vec<Step> {
    let none = Object {
        address: object.address.clone(),
        common: Common::default(),
        body: Body::Privileges(Privileges::default()),
    };
    let mut steps = super::grant::changes(object, &none, &BTreeSet::new(), None);
    for step in &mut steps {
        step.change = ChangeKind::Drop;
    }
    steps
}
