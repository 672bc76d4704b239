//! Tables.

pub(crate) mod column;
pub(crate) mod constraint;
pub(crate) mod conversion;
pub(crate) mod partition;

use std::collections::{BTreeMap, BTreeSet};

use super::option;
use crate::address::{ObjectAddress, Part};
use crate::ident::{QualifiedName, quote_ident};
use crate::object::{Constraint, ConstraintKind, Persistence, ReplicaIdentityKind, Table};
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};

/// The clauses of `CREATE TABLE` after the columns.
fn tail(table: &Table) -> String {
    let mut sql = String::new();
    if !table.inherits.is_empty() {
        let parents = table.inherits.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        sql.push_str(&format!(" INHERITS ({parents})"));
    }
    if let Some(server) = &table.server {
        sql.push_str(&format!(" SERVER {}{}", quote_ident(server), option::foreign(&table.options)));
        return sql;
    }
    if let Some(key) = &table.partition_key {
        sql.push_str(&format!(" PARTITION BY {key}"));
    }
    if let Some(method) = &table.access_method {
        sql.push_str(&format!(" USING {}", quote_ident(method)));
    }
    sql.push_str(&option::with(&table.options));
    if let Some(space) = &table.tablespace {
        sql.push_str(&format!(" TABLESPACE {}", quote_ident(space)));
    }
    sql
}

/// Whether `CREATE TABLE` names the column: not when it comes from a parent by inheritance alone.
///
/// A partition is made as a table of its own and attached afterwards, so all its columns are named.
pub(crate) fn declares(table: &Table, column: &str) -> bool {
    table.partition.is_some() || table.columns.get(column).is_some_and(|column| !column.inherited.0)
}

/// Constraints that `CREATE TABLE` can hold, but for those in `later`.
///
/// Foreign keys come last of all, and `NOT VALID` means something only after rows are there. Of several keys on the
/// same columns `CREATE TABLE` makes one, so the others are made apart: one of those that are `preferred` is first, then
/// the primary key.
pub(crate) fn inline_constraints(
    table: &Table,
    later: &BTreeSet<Part>,
    preferred: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let is_key = |constraint: &Constraint| constraint.kind.has_index();
    // Exclusion constraints are the same only as a whole.
    fn key(constraint: &Constraint) -> (&Vec<String>, &str) {
        let excludes = constraint.kind == ConstraintKind::Exclusion;
        (&constraint.columns, if excludes { &constraint.definition } else { "" })
    }
    let mut first: BTreeMap<(&Vec<String>, &str), &String> = BTreeMap::new();
    let mut keys: Vec<(&String, &Constraint)> = table.constraints.iter().filter(|(_, c)| is_key(c)).collect();
    keys.sort_by_key(|(name, c)| (!preferred(name), c.kind != ConstraintKind::PrimaryKey));
    for (name, constraint) in keys {
        first.entry(key(constraint)).or_insert(name);
    }
    table
        .constraints
        .iter()
        .filter(|(name, constraint)| {
            let again = is_key(constraint) && first.get(&key(constraint)) != Some(name);
            constraint.kind != ConstraintKind::ForeignKey
                && !again
                && constraint.validated
                && (table.partition.is_some() || !constraint.inherited.0)
                && !later.contains(&Part::constraint(*name))
        })
        .map(|(name, _)| name.clone())
        .collect()
}

/// `CREATE TABLE` with the constraints `inline`; defaults and not-null properties of columns in `later` are left out.
pub(crate) fn create(
    address: &ObjectAddress,
    table: &Table,
    inline: &[String],
    later: &BTreeSet<Part>,
) -> Vec<Step> {
    let unlogged = if table.persistence == Persistence::Unlogged { "UNLOGGED " } else { "" };
    let mut lines: Vec<String> = Vec::new();
    for (name, column) in table.columns_in_order() {
        let with_default = !later.contains(&Part::default_of(name));
        if table.of_type.is_some() {
            let clauses = column::clauses(address, name, column, with_default);
            if !clauses.is_empty() {
                lines.push(format!("{} WITH OPTIONS{clauses}", quote_ident(name)));
            }
        } else if declares(table, name) {
            lines.push(column::definition(address, name, column, with_default));
        }
    }
    let mut constraints: Vec<_> =
        inline.iter().filter_map(|name| table.constraints.get_key_value(name)).collect();
    constraints.sort_by_key(|(name, constraint)| (constraint.kind != ConstraintKind::PrimaryKey, *name));
    lines.extend(constraints.into_iter().map(|(name, c)| constraint::definition(name, c)));
    let body = match (&table.of_type, lines.is_empty()) {
        (Some(of), true) => format!(" OF {of}"),
        (Some(of), false) => format!(" OF {of} (\n    {}\n)", lines.join(",\n    ")),
        (None, true) => " ()".to_owned(),
        (None, false) => format!(" (\n    {}\n)", lines.join(",\n    ")),
    };
    let foreign = if table.server.is_some() { "FOREIGN " } else { "" };
    let sql = format!("CREATE {unlogged}{foreign}TABLE {address}{body}{}", tail(table));
    let mut steps = vec![Step::new(ChangeKind::Create, address, Action::CreateTable, sql)];
    for (name, column) in table.columns_in_order() {
        for mut step in column::extras(address, name, column) {
            step.change = ChangeKind::Create;
            steps.push(step);
        }
    }
    steps
}

pub(crate) fn drop(address: &ObjectAddress, table: &Table) -> Step {
    let foreign = if table.server.is_some() { "FOREIGN " } else { "" };
    let sql = format!("DROP {foreign}TABLE {address}");
    Step::new(ChangeKind::Drop, address, Action::DropTable, sql)
        .hazard_if(table.partition_key.is_none(), Hazard::DataLoss)
        .hazard(Hazard::BreaksApplications)
        .lock(LockMode::AccessExclusive, address.qualified())
}

fn alter_step(address: &ObjectAddress, property: &str, clause: &str) -> Step {
    Step::alter(address, Action::AlterTable, format!("ALTER TABLE {address} {clause}"))
        .on(Part::property(property))
        .lock(LockMode::AccessExclusive, address.qualified())
}

/// Changes of properties that neither columns, constraints, indexes nor parents have to do with.
pub(crate) fn alter(address: &ObjectAddress, from: &Table, to: &Table) -> Vec<Step> {
    let mut steps = Vec::new();
    if from.persistence != to.persistence {
        let word = if to.persistence == Persistence::Unlogged { "UNLOGGED" } else { "LOGGED" };
        steps.push(alter_step(address, "persistence", &format!("SET {word}")));
    }
    if from.access_method != to.access_method {
        let method = quote_ident(to.access_method.as_deref().unwrap_or("heap"));
        steps.push(alter_step(address, "access_method", &format!("SET ACCESS METHOD {method}")));
    }
    if from.tablespace != to.tablespace {
        let space = quote_ident(to.tablespace.as_deref().unwrap_or("pg_default"));
        steps.push(alter_step(address, "tablespace", &format!("SET TABLESPACE {space}")));
    }
    if to.server.is_some() {
        let options = option::foreign_changes(&from.options, &to.options);
        if !options.is_empty() {
            let sql = format!("ALTER FOREIGN TABLE {address}{options}");
            let step = Step::alter(address, Action::AlterTable, sql);
            steps.push(step.lock(LockMode::AccessExclusive, address.qualified()));
        }
        return steps;
    }
    for clause in option::changes(&from.options, &to.options) {
        let mut step = alter_step(address, "options", &clause);
        step.part = None;
        step.locks[0].mode = LockMode::ShareUpdateExclusive;
        steps.push(step);
    }
    steps.extend(row_security(address, from, to));
    steps
}

/// Whether the names and types of the columns are the same, which those of a typed table have from its type.
pub(crate) fn same_columns(from: &Table, to: &Table) -> bool {
    from.columns.len() == to.columns.len()
        && from.columns.iter().all(|(name, old)| {
            to.columns
                .get(name)
                .is_some_and(|new| old.type_name == new.type_name && old.collation == new.collation)
        })
}

/// Whether the table can become one of the type that it has in the end, by what its columns are altered to: they have to
/// stand in the order of the type's attributes.
pub(crate) fn can_be_of_type(from: &Table, to: &Table) -> bool {
    if to.of_type.is_none() || (from.of_type == to.of_type && same_columns(from, to)) {
        return true;
    }
    let stays = |name: &String| {
        from.columns.get(name).zip(to.columns.get(name)).is_some_and(|(old, new)| {
            old.is_virtual == new.is_virtual && (old.generated == new.generated || new.generated.is_none())
        })
    };
    let kept = from.columns_in_order().map(|(name, _)| name).filter(|name| stays(name));
    let added = to.columns_in_order().map(|(name, _)| name).filter(|name| !stays(name));
    kept.chain(added).eq(to.columns_in_order().map(|(name, _)| name))
}

/// `OF` or `NOT OF`.
pub(crate) fn of_type(address: &ObjectAddress, of: Option<&QualifiedName>) -> Step {
    let clause = of.map_or("NOT OF".to_owned(), |of| format!("OF {of}"));
    alter_step(address, "of_type", &clause)
}

/// Row-level security.
pub(crate) fn row_security(address: &ObjectAddress, from: &Table, to: &Table) -> Vec<Step> {
    let mut steps = Vec::new();
    if from.row_security != to.row_security {
        let word = if to.row_security { "ENABLE" } else { "DISABLE" };
        let clause = format!("{word} ROW LEVEL SECURITY");
        steps.push(alter_step(address, "row_security", &clause).hazard(Hazard::ChangesPrivileges));
    }
    if from.force_row_security != to.force_row_security {
        let word = if to.force_row_security { "FORCE" } else { "NO FORCE" };
        let clause = format!("{word} ROW LEVEL SECURITY");
        steps.push(alter_step(address, "force_row_security", &clause).hazard(Hazard::ChangesPrivileges));
    }
    steps
}

/// `REPLICA IDENTITY`.
pub(crate) fn replica_identity(address: &ObjectAddress, table: &Table) -> Step {
    let identity = match (table.replica_identity.kind, &table.replica_identity.index) {
        (ReplicaIdentityKind::Nothing, _) => "NOTHING".to_owned(),
        (ReplicaIdentityKind::Full, _) => "FULL".to_owned(),
        (ReplicaIdentityKind::Index, Some(index)) => format!("USING INDEX {}", quote_ident(index)),
        (ReplicaIdentityKind::Default | ReplicaIdentityKind::Index, _) => "DEFAULT".to_owned(),
    };
    alter_step(address, "replica_identity", &format!("REPLICA IDENTITY {identity}"))
}

/// `CLUSTER ON`.
pub(crate) fn cluster_on(address: &ObjectAddress, index: Option<&String>) -> Step {
    let clause =
        index.map_or("SET WITHOUT CLUSTER".to_owned(), |index| format!("CLUSTER ON {}", quote_ident(index)));
    let mut step = alter_step(address, "cluster_on", &clause);
    step.locks[0].mode = LockMode::ShareUpdateExclusive;
    step
}

/// The place where the executor puts rows back.
pub(crate) fn restore_rows(address: &ObjectAddress, column: Option<&str>) -> Step {
    let action = Action::RestoreRows { column: column.map(str::to_owned) };
    let step = Step::new(ChangeKind::Create, address, action, String::new());
    column.map_or_else(|| step.clone(), |column| step.clone().on(Part::column(column)))
}
