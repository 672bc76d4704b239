//! Privileges on objects of all kinds and on columns.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{ObjectKind, Part, PartKind};
use crate::ident::quote_ident;
use crate::object::{Body, Grant, Object, SystemColumn};
use crate::plan::{Action, Hazard, Step};

/// Privileges of an object or, with a name, of one of its columns.
type Holders<'a> = BTreeMap<Option<&'a str>, &'a BTreeMap<String, Grant>>;

fn holders(object: &Object) -> Holders<'_> {
    let mut all: Holders<'_> = BTreeMap::from([(None, &object.common.grants)]);
    match &object.body {
        Body::Table(table) => {
            all.extend(table.columns.iter().map(|(n, c)| (Some(n.as_str()), &c.grants)));
            all.extend(table.system_columns.iter().map(|c| (Some(c.name.as_str()), &c.grants)));
        }
        Body::Privileges(on) => all.extend(on.columns.iter().map(|(n, c)| (Some(n.as_str()), &c.grants))),
        Body::View(view) => all.extend(view.columns.iter().map(|(n, c)| (Some(n.as_str()), &c.grants))),
        Body::MaterializedView(view) => {
            all.extend(view.columns.iter().map(|(n, c)| (Some(n.as_str()), &c.grants)));
        }
        _ => {}
    }
    all.retain(|column, grants| column.is_none() || !grants.is_empty());
    all
}

/// What `GRANT … ON` calls the object.
fn target(object: &Object) -> String {
    if let Body::DefaultPrivileges(defaults) = &object.body {
        return defaults.objects.keyword().to_owned();
    }
    if let Body::Privileges(_) = &object.body {
        return object.address.name.clone();
    }
    let keyword = match object.address.kind {
        ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView => "TABLE",
        ObjectKind::Server => "FOREIGN SERVER",
        ObjectKind::Aggregate => "FUNCTION",
        _ => super::keyword(object),
    };
    format!("{keyword} {}", object.address)
}

/// What one statement does: revoke (before grants), only the grant option, who grants, the grantee, the column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Statement {
    grants: bool,
    /// Who has a privilege from another than the owner gets it after and loses it before that one.
    later: bool,
    grantor: Option<String>,
    option: bool,
    column: Option<String>,
    grantee: Option<String>,
    /// Who loses it may have granted it to one that has it from others too: the catalog knows one of them.
    cascade: bool,
}

/// All privileges that differ from those that an object has after `role` made it: from the defaults of its kind by
/// `initial`.
pub(crate) fn after_create(
    object: &Object,
    role: Option<&str>,
    initial: &BTreeMap<String, Grant>,
) -> Vec<Step> {
    let none = BTreeMap::new();
    let mut statements = BTreeMap::new();
    let initial = with_owner(initial, role.unwrap_or_default(), &object.common.owner);
    for (column, grants) in holders(object) {
        let before = if column.is_none() { &initial } else { &none };
        collect(&mut statements, object, column, before, grants);
    }
    steps(object, &statements, role, crate::plan::ChangeKind::Create)
}

/// Privileges of one column, after the column was made.
pub(crate) fn of_column(object: &Object, column: &str, role: Option<&str>) -> Vec<Step> {
    let none = BTreeMap::new();
    let mut statements = BTreeMap::new();
    if let Some(grants) = holders(object).get(&Some(column)) {
        collect(&mut statements, object, Some(column), &none, grants);
    }
    steps(object, &statements, role, crate::plan::ChangeKind::Alter)
}

/// Privileges that differ, but for columns in `made`, whose privileges come with them.
pub(crate) fn changes(from: &Object, to: &Object, made: &BTreeSet<Part>, role: Option<&str>) -> Vec<Step> {
    let none = BTreeMap::new();
    let mut statements = BTreeMap::new();
    let before = holders(from);
    let after = holders(to);
    let lost = lost(&with_owner(&from.common.grants, &from.common.owner, &to.common.owner), to);
    let columns: BTreeSet<Option<&str>> = before.keys().chain(after.keys()).copied().collect();
    for column in columns {
        if let Some(name) = column {
            let there = match &to.body {
                Body::Table(table) => table.columns.contains_key(name) || SystemColumn::NAMES.contains(&name),
                _ => true,
            };
            if made.contains(&Part::column(name)) || !there {
                continue;
            }
        }
        // The server gives what the old owner had to the new one.
        let old = before.get(&column).copied().unwrap_or(&none);
        let mut old = with_owner(old, &from.common.owner, &to.common.owner);
        if column.is_some() {
            lose_with_table(&mut old, &lost);
        }
        collect(&mut statements, to, column, &old, after.get(&column).copied().unwrap_or(&none));
    }
    steps(to, &statements, role, crate::plan::ChangeKind::Alter)
}

/// Privileges on a table that it is to lose, with whether only the option to grant them goes.
fn lost(before: &BTreeMap<String, Grant>, to: &Object) -> Vec<(Grant, bool)> {
    let is_lost = |(key, grant): (&String, &Grant)| match to.common.grants.get(key) {
        _ if grant.revoked => None,
        Some(after) if after.revoked || after.grantable || !grant.grantable => None,
        Some(_) => Some((grant.clone(), true)),
        None => Some((grant.clone(), grant.grantee.as_ref() == Some(&to.common.owner))),
    };
    before.iter().filter_map(is_lost).collect()
}

/// Who loses a privilege on a table loses it on all its columns.
fn lose_with_table(of_column: &mut BTreeMap<String, Grant>, lost: &[(Grant, bool)]) {
    for (gone, only_option) in lost {
        of_column.retain(|_, grant| {
            let same = grant.privilege == gone.privilege
                && grant.grantee == gone.grantee
                && grant.grantor == gone.grantor;
            grant.grantable &= !same;
            !same || *only_option
        });
    }
}

fn with_owner(grants: &BTreeMap<String, Grant>, old: &str, new: &str) -> BTreeMap<String, Grant> {
    if old == new {
        return grants.clone();
    }
    grants
        .values()
        .map(|grant| {
            let mut grant = grant.clone();
            if grant.grantee.as_deref() == Some(old) {
                grant.grantee = Some(new.to_owned());
            }
            (grant.key(), grant)
        })
        .collect()
}

fn collect(
    statements: &mut BTreeMap<Statement, Vec<String>>,
    object: &Object,
    column: Option<&str>,
    before: &BTreeMap<String, Grant>,
    after: &BTreeMap<String, Grant>,
) {
    let mut add = |grant: &Grant, grants: bool, option: bool, cascade: bool| {
        let statement = Statement {
            grants,
            later: grants == grant.grantor.is_some(),
            grantor: grant.grantor.clone(),
            option,
            column: column.map(str::to_owned),
            grantee: grant.grantee.clone(),
            cascade,
        };
        statements.entry(statement).or_default().push(grant.privilege.clone());
    };
    for (key, grant) in before {
        if after.contains_key(key) {
            continue;
        }
        // What the owner was granted before it was the owner is its own now, but for the option to grant it.
        let own = column.is_none() && !grant.revoked && grant.grantee.as_ref() == Some(&object.common.owner);
        if !own {
            add(grant, grant.revoked, false, !grant.revoked && grant.grantable);
        } else if grant.grantable {
            add(grant, false, true, false);
        }
    }
    for (key, grant) in after {
        match before.get(key) {
            Some(old) if old == grant => {}
            Some(old) if old.revoked == grant.revoked && old.grantable && !grant.grantable => {
                add(grant, false, true, true);
            }
            _ => add(grant, !grant.revoked, grant.grantable && !grant.revoked, false),
        }
    }
}

fn steps(
    object: &Object,
    statements: &BTreeMap<Statement, Vec<String>>,
    role: Option<&str>,
    change: crate::plan::ChangeKind,
) -> Vec<Step> {
    let target = target(object);
    let prefix = match &object.body {
        Body::DefaultPrivileges(defaults) => super::default_privileges::prefix(&object.address, defaults),
        _ => String::new(),
    };
    let mut steps = Vec::new();
    for (statement, privileges) in statements {
        let column =
            statement.column.as_deref().map(|c| format!(" ({})", quote_ident(c))).unwrap_or_default();
        let list = privileges.iter().map(|p| format!("{p}{column}")).collect::<Vec<_>>().join(", ");
        let grantee = statement.grantee.as_deref().map_or("PUBLIC".to_owned(), quote_ident);
        let cascade = if statement.cascade { " CASCADE" } else { "" };
        let (action, sql) = match (statement.grants, statement.option) {
            (true, option) => {
                let option = if option { " WITH GRANT OPTION" } else { "" };
                (Action::Grant, format!("{prefix}GRANT {list} ON {target} TO {grantee}{option}"))
            }
            (false, true) => (
                Action::Revoke,
                format!("{prefix}REVOKE GRANT OPTION FOR {list} ON {target} FROM {grantee}{cascade}"),
            ),
            (false, false) => {
                (Action::Revoke, format!("{prefix}REVOKE {list} ON {target} FROM {grantee}{cascade}"))
            }
        };
        let name = format!("{} TO {grantee}", privileges.join(", "));
        let part = statement.column.as_deref().map_or_else(|| Part::new(PartKind::Grant, name), Part::column);
        let step = |action: Action, sql: String| {
            let mut step = Step::alter(&object.address, action, sql).on(part.clone());
            step.change = change;
            step
        };
        if let Some(grantor) = &statement.grantor {
            steps.push(step(Action::SetRole, format!("SET ROLE {}", quote_ident(grantor))));
        }
        steps.push(
            step(action, sql).hazard_if(change == crate::plan::ChangeKind::Alter, Hazard::ChangesPrivileges),
        );
        if statement.grantor.is_some() {
            let back = role.map_or("RESET ROLE".to_owned(), |role| format!("SET ROLE {}", quote_ident(role)));
            steps.push(step(Action::SetRole, back));
        }
    }
    steps
}
