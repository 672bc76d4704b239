//! Parents of tables: partitions and inheritance.

use crate::address::{ObjectAddress, Part};
use crate::ident::QualifiedName;
use crate::object::Partition;
use crate::plan::{Action, Hazard, LockMode, Step};

pub(crate) fn attach(address: &ObjectAddress, partition: &Partition) -> Step {
    let parent = &partition.parent;
    let sql = format!("ALTER TABLE {parent} ATTACH PARTITION {address} {}", partition.bound);
    Step::alter(address, Action::AttachPartition, sql)
        .on(Part::property("partition"))
        .lock(LockMode::ShareUpdateExclusive, parent.clone())
        .lock(LockMode::AccessExclusive, address.qualified())
}

pub(crate) fn detach(address: &ObjectAddress, partition: &Partition) -> Step {
    let parent = &partition.parent;
    let sql = format!("ALTER TABLE {parent} DETACH PARTITION {address}");
    Step::alter(address, Action::DetachPartition, sql)
        .on(Part::property("partition"))
        .hazard(Hazard::BreaksApplications)
        .lock(LockMode::AccessExclusive, parent.clone())
        .lock(LockMode::AccessExclusive, address.qualified())
}

/// `INHERIT` or `NO INHERIT`.
pub(crate) fn inherit(address: &ObjectAddress, parent: &QualifiedName, inherit: bool) -> Step {
    let (word, mode) = if inherit {
        ("INHERIT", LockMode::ShareUpdateExclusive)
    } else {
        ("NO INHERIT", LockMode::AccessShare)
    };
    let sql = format!("ALTER TABLE {address} {word} {parent}");
    Step::alter(address, Action::AlterTable, sql)
        .on(Part::property("inherits"))
        .lock(LockMode::AccessExclusive, address.qualified())
        .lock(mode, parent.clone())
}
