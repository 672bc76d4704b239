//! Renames that follow from others: of what goes with a table and has its name from it.

use std::collections::{BTreeMap, BTreeSet};

use super::Renames;
use crate::address::{ObjectAddress, Part};
use crate::catalog::Catalog;
use crate::ident::QualifiedName;
use crate::object::{Body, Object, Table};
use crate::plan::text::{Names, becomes};

/// The renames with those of constraints, indexes and sequences of these tables, which are called so afterwards: tools
/// name them after the table or its columns, and to build them anew would take long and change nothing.
pub(super) fn with_following(
    mut renames: Renames,
    from: &Catalog,
    to: &Catalog,
    tables: &BTreeSet<ObjectAddress>,
) -> Renames {
    let back = renames.inverse();
    let qualified: BTreeMap<QualifiedName, QualifiedName> =
        renames.objects().map(|(before, after)| (before.qualified(), after.qualified())).collect();
    for after in tables {
        let before = back.after(after);
        let (Some(old), Some(new)) = (from.get(before), to.get(after)) else { continue };
        if let (Body::Table(old), Body::Table(new)) = (&old.body, &new.body) {
            let columns = old.columns.keys();
            let bare = columns
                .map(|name| (name.clone(), renames.part_after(after, &Part::column(name)).to_owned()))
                .filter(|(old, new)| old != new)
                .collect();
            let names = Names { qualified: qualified.clone(), relations: BTreeMap::new(), bare };
            constraints(&mut renames, after, &names, old, new);
            objects(&mut renames, (before, after), &names, from, to);
        }
    }
    renames
}

fn constraints(renames: &mut Renames, table: &ObjectAddress, names: &Names, before: &Table, after: &Table) {
    let mut new: Vec<_> =
        after.constraints.iter().filter(|(name, _)| !before.constraints.contains_key(*name)).collect();
    for (name, old) in before.constraints.iter().filter(|(name, _)| !after.constraints.contains_key(*name)) {
        let same = new.iter().position(|(_, new)| {
            old.kind == new.kind && becomes(&old.definition, &new.definition, names, false)
        });
        if let Some(same) = same {
            renames.add_part(table.clone(), Part::constraint(name), new.remove(same).0.clone());
        }
    }
}

/// Indexes and sequences of a table, before and after.
fn objects(
    renames: &mut Renames,
    (before, after): (&ObjectAddress, &ObjectAddress),
    names: &Names,
    from: &Catalog,
    to: &Catalog,
) {
    let of_table = |catalog: &Catalog, table: &ObjectAddress| -> Vec<Object> {
        let table = table.qualified();
        catalog.iter().filter(|object| owner(&object.body) == Some(&table)).cloned().collect()
    };
    let (old, mut new) = (of_table(from, before), of_table(to, after));
    // They stand where their table does, there and here.
    let has_name_of = |object: &Object, other: &Object| {
        object.address.kind == other.address.kind && object.address.name == other.address.name
    };
    new.retain(|new| !old.iter().any(|old| has_name_of(old, new)));
    let kept = of_table(to, after);
    for object in old.iter().filter(|old| !kept.iter().any(|kept| has_name_of(old, kept))) {
        if let Some(same) = new.iter().position(|new| is_same(object, new, names)) {
            renames.add_object(object.address.clone(), new.remove(same).address);
        }
    }
}

/// The table that an index or a sequence goes with.
fn owner(body: &Body) -> Option<&QualifiedName> {
    match body {
        Body::Index(index) => Some(&index.table),
        Body::Sequence(sequence) => sequence.owned_by.as_ref().map(|owner| &owner.table),
        _ => None,
    }
}

/// Whether two objects of one table differ in their names alone, as far as that counts.
fn is_same(old: &Object, new: &Object, names: &Names) -> bool {
    match (&old.body, &new.body) {
        (Body::Index(before), Body::Index(after)) => {
            let mut bare = names.bare.clone();
            bare.insert(old.address.name.clone(), new.address.name.clone());
            let names = Names { qualified: names.qualified.clone(), relations: BTreeMap::new(), bare };
            becomes(&before.definition, &after.definition, &names, false)
        }
        (Body::Sequence(before), Body::Sequence(after)) => {
            let column = |owner: &crate::object::OwnedBy| owner.column.clone();
            let renamed = before.owned_by.as_ref().map(column);
            let renamed = renamed.map(|name| names.bare.get(&name).cloned().unwrap_or(name));
            renamed == after.owned_by.as_ref().map(column)
        }
        _ => false,
    }
}
