//! [`Filter`]: which differences between two catalogs are wanted.
//!
//! What is not wanted is put into the target as the start has it. So a plan has nothing to do there, and still knows of
//! it: what a change of a wanted object touches elsewhere is taken down and built again with its owner and privileges.

use std::collections::BTreeMap;

use crate::address::{ObjectAddress, ObjectKind, Part};
use crate::catalog::Catalog;
use crate::object::{
    Body, Common, Grant, MaterializedView, Object, OutputColumn, SystemColumn, View, ViewColumn,
};
use crate::pattern::NamePattern;
use crate::rename::Renames;

/// Which differences between two catalogs are wanted; by default all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only schemas that one of these patterns covers, and what is in them; all when there are none.
    pub schemas: Vec<NamePattern>,
    /// Not these. A pattern with a dot is for the schema and name of an object, one without for a name in any schema,
    /// and for a schema with all that is in it.
    pub exclude: Vec<NamePattern>,
    /// Owners stay as they are; what is new belongs to the role that makes it.
    pub ignore_owner: bool,
    /// Privileges stay as they are; what is new has those that its kind and the default privileges give.
    pub ignore_privileges: bool,
}

impl Filter {
    /// Whether all differences are wanted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether changes of this object are wanted.
    #[must_use]
    pub fn covers(&self, object: &Object) -> bool {
        if self.ignore_privileges && object.address.kind == ObjectKind::DefaultPrivileges {
            return false;
        }
        names(object).iter().all(|(schema, name)| self.covers_name(schema, name))
    }

    /// Whether one of the catalogs has a schema, or something in a schema, that `pattern` covers.
    #[must_use]
    pub fn finds_schema(&self, pattern: &NamePattern, catalogs: [&Catalog; 2]) -> bool {
        let mut objects = catalogs.into_iter().flat_map(Catalog::iter);
        objects.any(|object| names(object).first().is_some_and(|(schema, _)| pattern.matches(schema)))
    }

    fn covers_name(&self, schema: &str, name: &str) -> bool {
        let wanted = self.schemas.is_empty() || self.schemas.iter().any(|pattern| pattern.matches(schema));
        wanted
            && !self.exclude.iter().any(|pattern| match pattern.is_qualified() {
                true => pattern.matches(&format!("{schema}.{name}")),
                false => pattern.matches(name) || pattern.matches(schema),
            })
    }

    /// The target with what is not wanted as it is in `from`, and the renames that are left. `role` makes what is new.
    #[must_use]
    pub fn target(&self, from: &Catalog, to: &Catalog, renames: &Renames, role: &str) -> (Catalog, Renames) {
        if self.is_empty() {
            return (to.clone(), renames.clone());
        }
        let back = renames.inverse();
        let mut target = Catalog::default();
        for object in to.shared().filter(|object| self.covers(object)) {
            let before = back.after(&object.address);
            let is_same = renames.after(before) == &object.address
                && !renames.replaced().any(|replaced| *replaced == object.address);
            let before = from.get(before).filter(|_| is_same);
            if before.is_none_or(|before| self.covers(before)) {
                target.insert(self.adjusted(object, before, renames, role));
            }
        }
        let mut left = renames.clone();
        let mut views = Vec::new();
        for object in from.shared() {
            let after = to.get(renames.after(&object.address));
            if self.covers(object) && after.is_none_or(|after| self.covers(after)) {
                continue;
            }
            left = left.without(&object.address);
            target.insert(object.clone());
            views.extend(after.and_then(|after| returning_other(object, after)));
        }
        follow(from, &mut target, &left, views);
        (target, left)
    }

    /// The object with owner and privileges as they are to be.
    fn adjusted(&self, object: &Object, before: Option<&Object>, renames: &Renames, role: &str) -> Object {
        let mut object = object.clone();
        if self.ignore_owner && !object.common.owner.is_empty() {
            let owner = before.map_or(role, |before| &before.common.owner).to_owned();
            change_owner(&mut object.common, &owner);
        }
        if self.ignore_privileges {
            object.common.grants = before.map(|before| before.common.grants.clone()).unwrap_or_default();
            let renamed = |name: String| renames.part_after(&object.address, &Part::column(name)).to_owned();
            let columns = before.map(column_grants).unwrap_or_default();
            let columns = columns.into_iter().map(|(name, grants)| (renamed(name), grants)).collect();
            set_column_grants(&mut object, columns);
        }
        object
    }
}

/// Whether patterns of `pggit.ignore` keep this object out of commits: its own name, or that of what it goes with.
#[must_use]
pub fn is_ignored(patterns: &[NamePattern], object: &Object) -> bool {
    names(object).iter().any(|(schema, name)| match object.address.schema.is_empty() {
        true => patterns.iter().any(|pattern| pattern.matches(name)),
        false => patterns.iter().any(|pattern| pattern.matches(&format!("{schema}.{name}"))),
    })
}

/// Schema and name of an object, and of the relation that it goes with. Of a schema both are its name; outside of
/// schemas there is none.
fn names(object: &Object) -> Vec<(&str, &str)> {
    let ObjectAddress { kind, schema, name, .. } = &object.address;
    let schema = if *kind == ObjectKind::Schema { name } else { schema };
    let mut names = vec![(schema.as_str(), name.as_str())];
    let owner = match &object.body {
        Body::Sequence(sequence) => sequence.owned_by.as_ref().map(|owner| &owner.table),
        body => body.relation(),
    };
    names.extend(owner.map(|owner| (owner.schema.as_str(), owner.name.as_str())));
    names
}

/// A view of the start that returns what it returns in the target, where that is all that differs in its definition.
fn returning_other(before: &Object, after: &Object) -> Option<Object> {
    let body = match (&before.body, &after.body) {
        (Body::View(view), Body::View(after)) if view.definition == after.definition => {
            Body::View(View { output: after.output.clone(), ..view.clone() })
        }
        (Body::MaterializedView(view), Body::MaterializedView(after))
            if view.definition == after.definition =>
        {
            Body::MaterializedView(MaterializedView { output: after.output.clone(), ..view.clone() })
        }
        _ => return None,
    };
    (body != before.body).then(|| Object { body, ..before.clone() })
}

/// Views that stay return what follows from what they read: where that is changed, what they return in the target.
fn follow(from: &Catalog, target: &mut Catalog, renames: &Renames, mut views: Vec<Object>) {
    loop {
        let changed = |view: &Object| {
            let mut needs = view.dependencies().iter().map(|dependency| &dependency.on);
            needs.any(|need| from.get(need) != target.get(renames.after(need)))
        };
        let (following, others): (Vec<Object>, Vec<Object>) = views.into_iter().partition(changed);
        if following.is_empty() {
            return;
        }
        for view in following {
            target.insert(view);
        }
        views = others;
    }
}

/// Gives an object another owner, as `OWNER TO` does: privileges of the owner are those of the new one.
fn change_owner(common: &mut Common, owner: &str) {
    let before = std::mem::replace(&mut common.owner, owner.to_owned());
    if before == owner {
        return;
    }
    let grants = std::mem::take(&mut common.grants);
    for mut grant in grants.into_values() {
        let of_owner = grant.grantee.as_deref() == Some(before.as_str());
        // The new owner has by default what was granted to him.
        if grant.grantee.as_deref() == Some(owner) && !grant.revoked {
            continue;
        }
        if of_owner {
            grant.grantee = Some(owner.to_owned());
        }
        common.grants.insert(grant.key(), grant);
    }
}

/// Privileges on columns, by column.
fn column_grants(object: &Object) -> BTreeMap<String, BTreeMap<String, Grant>> {
    let mut grants = BTreeMap::new();
    match &object.body {
        Body::Table(table) => {
            for (name, column) in &table.columns {
                grants.insert(name.clone(), column.grants.clone());
            }
            for column in &table.system_columns {
                grants.insert(column.name.clone(), column.grants.clone());
            }
        }
        Body::View(view) => {
            for (name, column) in &view.columns {
                grants.insert(name.clone(), column.grants.clone());
            }
        }
        Body::MaterializedView(view) => {
            for (name, column) in &view.columns {
                grants.insert(name.clone(), column.grants.clone());
            }
        }
        _ => {}
    }
    grants.retain(|_, grants: &mut BTreeMap<String, Grant>| !grants.is_empty());
    grants
}

/// Replaces the privileges on all columns; columns that are not there any more take theirs along.
fn set_column_grants(object: &mut Object, mut grants: BTreeMap<String, BTreeMap<String, Grant>>) {
    match &mut object.body {
        Body::Table(table) => {
            for (name, column) in &mut table.columns {
                column.grants = grants.remove(name).unwrap_or_default();
            }
            let of_system = |name: &str| {
                let grants = grants.remove(name)?;
                Some(SystemColumn { name: name.to_owned(), grants })
            };
            table.system_columns = SystemColumn::NAMES.into_iter().filter_map(of_system).collect();
        }
        Body::View(view) => set_view_grants(&view.output, &mut view.columns, grants),
        Body::MaterializedView(view) => set_view_grants(&view.output, &mut view.columns, grants),
        _ => {}
    }
}

fn set_view_grants(
    output: &[OutputColumn],
    columns: &mut BTreeMap<String, ViewColumn>,
    mut grants: BTreeMap<String, BTreeMap<String, Grant>>,
) {
    for name in output.iter().map(|column| column.name.as_str()).chain(SystemColumn::NAMES) {
        let grants = grants.remove(name).unwrap_or_default();
        if !grants.is_empty() || columns.contains_key(name) {
            columns.entry(name.to_owned()).or_default().grants = grants;
        }
    }
    // Columns with nothing are left out.
    columns.retain(|_, column| *column != ViewColumn::default());
}

#[cfg(test)]
mod tests;
