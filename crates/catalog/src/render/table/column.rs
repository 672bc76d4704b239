//! Columns of tables.

use crate::address::{ObjectAddress, Part};
use crate::ident::{QualifiedName, quote_ident, quote_literal};
use crate::object::{Column, Identity, SequenceOptions};
use crate::plan::{Action, Hazard, LockMode, Step};
use crate::render::{option, sequence};

/// The name that the server gives the sequence of an identity column when nothing is said.
fn usual_sequence(address: &ObjectAddress, column: &str) -> QualifiedName {
    QualifiedName::new(address.schema.clone(), format!("{}_{column}_seq", address.name))
}

fn identity(address: &ObjectAddress, name: &str, type_name: &str, identity: &Identity) -> String {
    let when = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let mut options = String::new();
    let usual = usual_sequence(address, name);
    if identity.sequence != usual || usual.name.len() > crate::ident::MAX_IDENT_BYTES {
        options.push_str(&format!(" SEQUENCE NAME {}", identity.sequence));
    }
    options.push_str(&sequence::option_clauses(&first_options(type_name, identity)));
    let options = options.trim_start();
    if options.is_empty() {
        format!("GENERATED {when} AS IDENTITY")
    } else {
        format!("GENERATED {when} AS IDENTITY ({options})")
    }
}

/// The numbers that the sequence of a column of this type can be made with: it is of the same type.
fn first_options(type_name: &str, identity: &Identity) -> SequenceOptions {
    let options = &identity.options;
    if options.data_type == type_name || options.data_type.is_empty() {
        return options.clone();
    }
    let usual = sequence::defaults(type_name, options.increment);
    let start = options.start.clamp(usual.min, usual.max);
    SequenceOptions {
        increment: options.increment,
        cache: options.cache,
        cycle: options.cycle,
        start,
        ..usual
    }
}

/// The sequence is of another type than its column: `LIKE … INCLUDING IDENTITY` makes such ones.
fn other_type(address: &ObjectAddress, name: &str, type_name: &str, identity: &Identity) -> Option<Step> {
    let first = first_options(type_name, identity);
    (first.data_type != identity.options.data_type).then(|| {
        let clauses = sequence::option_changes(&first, &identity.options);
        let sql = format!("ALTER SEQUENCE {}{clauses}", identity.sequence);
        let action = Action::AlterColumn { column: name.to_owned() };
        Step::alter(address, action, sql).on(Part::column(name))
    })
}

/// What follows the type: generation, default, identity, not null; each with a leading space.
pub(crate) fn clauses(address: &ObjectAddress, name: &str, column: &Column, with_default: bool) -> String {
    let mut sql = String::new();
    if let Some(expression) = &column.generated {
        let how = if column.is_virtual { "VIRTUAL" } else { "STORED" };
        sql.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {how}"));
    } else if let Some(it) = &column.identity {
        sql.push_str(&format!(" {}", identity(address, name, &column.type_name, it)));
    } else if let (Some(default), true) = (&column.default, with_default) {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    // `NOT VALID` means something only after rows are there.
    if column.not_null && !column.not_null_not_valid {
        sql.push_str(&constraint_name(column));
        sql.push_str(" NOT NULL");
        sql.push_str(if column.not_null_no_inherit { " NO INHERIT" } else { "" });
    }
    sql
}

/// ` CONSTRAINT name`, where a not-null constraint does not have its usual one.
fn constraint_name(column: &Column) -> String {
    let name = column.not_null_name.0.as_ref();
    name.map(|name| format!(" CONSTRAINT {}", quote_ident(name))).unwrap_or_default()
}

/// A column as `CREATE TABLE` and `ADD COLUMN` want it.
pub(crate) fn definition(address: &ObjectAddress, name: &str, column: &Column, with_default: bool) -> String {
    let mut sql = format!("{} {}", quote_ident(name), column.type_name);
    if let Some(compression) = &column.compression {
        sql.push_str(&format!(" COMPRESSION {compression}"));
    }
    sql.push_str(&option::foreign(&column.foreign_options));
    if let Some(collation) = &column.collation {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    sql + &clauses(address, name, column, with_default)
}

/// `ALTER TABLE ONLY t ALTER COLUMN c …`.
pub(crate) fn step(address: &ObjectAddress, name: &str, clause: &str) -> Step {
    let sql = format!("ALTER TABLE ONLY {address} ALTER COLUMN {} {clause}", quote_ident(name));
    Step::alter(address, Action::AlterColumn { column: name.to_owned() }, sql)
        .on(Part::column(name))
        .lock(LockMode::AccessExclusive, address.qualified())
}

/// As [`step`], for the table and its children.
pub(crate) fn step_with_children(address: &ObjectAddress, name: &str, clause: &str) -> Step {
    let mut step = step(address, name, clause);
    step.sql = format!("ALTER TABLE {address} ALTER COLUMN {} {clause}", quote_ident(name));
    step
}

/// What `CREATE TABLE` and `ADD COLUMN` can't say.
pub(crate) fn extras(address: &ObjectAddress, name: &str, column: &Column) -> Vec<Step> {
    let bare = Column {
        compression: column.compression.clone(),
        foreign_options: column.foreign_options.clone(),
        ..Column::default()
    };
    let mut steps = storage(address, name, &bare, column);
    steps.extend(column.identity.iter().filter_map(|it| other_type(address, name, &column.type_name, it)));
    if column.identity.as_ref().is_some_and(|identity| identity.unlogged) {
        steps.extend(unlogged(address, name, column));
    }
    steps
}

fn unlogged(address: &ObjectAddress, name: &str, column: &Column) -> Option<Step> {
    let identity = column.identity.as_ref()?;
    let word = if identity.unlogged { "UNLOGGED" } else { "LOGGED" };
    let sql = format!("ALTER SEQUENCE {} SET {word}", identity.sequence);
    let action = Action::AlterColumn { column: name.to_owned() };
    Some(Step::alter(address, action, sql).on(Part::column(name)))
}

/// How a type that can choose is stored when nothing is said. The word `DEFAULT` is known since PostgreSQL 16 only.
pub(crate) fn own_storage(type_name: &str) -> &'static str {
    let is = |name: &str| type_name == name || type_name.starts_with(&format!("{name}("));
    // The others of the server with a length that varies have EXTENDED (`typstorage`).
    let main = ["numeric", "inet", "cidr"].into_iter().any(is);
    if main { "MAIN" } else { "EXTENDED" }
}

/// Changes of storage, compression, statistics and options.
pub(crate) fn storage(address: &ObjectAddress, name: &str, from: &Column, to: &Column) -> Vec<Step> {
    let mut steps = Vec::new();
    if from.storage != to.storage {
        let storage = to.storage.as_deref().unwrap_or(own_storage(&to.type_name));
        steps.push(step(address, name, &format!("SET STORAGE {storage}")));
    }
    if from.compression != to.compression {
        let compression = to.compression.as_deref().unwrap_or("default");
        steps.push(step(address, name, &format!("SET COMPRESSION {compression}")));
    }
    let options = option::foreign_changes(&from.foreign_options, &to.foreign_options);
    if !options.is_empty() {
        let mut step = step(address, name, options.trim_start());
        step.sql = format!("ALTER FOREIGN TABLE {address} ALTER COLUMN {}{options}", quote_ident(name));
        steps.push(step);
    }
    let mut light = |clause: String| {
        let mut step = step(address, name, &clause);
        step.locks[0].mode = LockMode::ShareUpdateExclusive;
        steps.push(step);
    };
    if from.statistics != to.statistics {
        light(format!("SET STATISTICS {}", to.statistics.unwrap_or(-1)));
    }
    for clause in option::changes(&from.options, &to.options) {
        light(clause);
    }
    steps
}

/// `ADD COLUMN`; without `not_null` the column takes nulls until it is told otherwise.
pub(crate) fn add(address: &ObjectAddress, name: &str, column: &Column, with_default: bool) -> Vec<Step> {
    let sql = format!("ALTER TABLE {address} ADD COLUMN {}", definition(address, name, column, with_default));
    let mut steps = vec![
        Step::alter(address, Action::AddColumn { column: name.to_owned() }, sql)
            .on(Part::column(name))
            .lock(LockMode::AccessExclusive, address.qualified()),
    ];
    steps.extend(extras(address, name, column));
    steps
}

/// `DROP COLUMN`; with `only`, children keep theirs.
pub(crate) fn drop(address: &ObjectAddress, name: &str, column: &Column, only: bool) -> Step {
    let only = if only { "ONLY " } else { "" };
    let sql = format!("ALTER TABLE {only}{address} DROP COLUMN {}", quote_ident(name));
    Step::alter(address, Action::DropColumn { column: name.to_owned() }, sql)
        .on(Part::column(name))
        .hazard_if(column.generated.is_none(), Hazard::DataLoss)
        .hazard(Hazard::BreaksApplications)
        .lock(LockMode::AccessExclusive, address.qualified())
}

pub(crate) fn set_default(address: &ObjectAddress, name: &str, default: Option<&String>) -> Step {
    step(
        address,
        name,
        &default.map_or("DROP DEFAULT".to_owned(), |default| format!("SET DEFAULT {default}")),
    )
}

pub(crate) fn set_not_null(address: &ObjectAddress, name: &str, not_null: bool, partitioned: bool) -> Step {
    let word = if not_null { "SET NOT NULL" } else { "DROP NOT NULL" };
    let mut step =
        if partitioned { step_with_children(address, name, word) } else { step(address, name, word) };
    let column = name.to_owned();
    step.action = if not_null { Action::SetNotNull { column } } else { Action::DropNotNull { column } };
    step
}

/// `ADD CONSTRAINT … NOT NULL`, which since PostgreSQL 18 can say more than `SET NOT NULL`; with `only`, children don't get it.
pub(crate) fn add_not_null(address: &ObjectAddress, name: &str, column: &Column, only: bool) -> Step {
    let only = if only { "ONLY " } else { "" };
    let constraint = quote_ident(&column.not_null_constraint(&address.name, name));
    let inherit = if column.not_null_no_inherit { " NO INHERIT" } else { "" };
    let valid = if column.not_null_not_valid { " NOT VALID" } else { "" };
    let quoted = quote_ident(name);
    let sql =
        format!("ALTER TABLE {only}{address} ADD CONSTRAINT {constraint} NOT NULL {quoted}{inherit}{valid}");
    Step::alter(address, Action::SetNotNull { column: name.to_owned() }, sql)
        .on(Part::column(name))
        .lock(LockMode::AccessExclusive, address.qualified())
}

/// `ALTER CONSTRAINT … INHERIT` or `NO INHERIT` of a not-null constraint.
pub(crate) fn inherit_not_null(address: &ObjectAddress, name: &str, constraint: &str, inherit: bool) -> Step {
    let word = if inherit { "INHERIT" } else { "NO INHERIT" };
    let sql = format!("ALTER TABLE {address} ALTER CONSTRAINT {} {word}", quote_ident(constraint));
    Step::alter(address, Action::AlterColumn { column: name.to_owned() }, sql)
        .on(Part::column(name))
        .lock(LockMode::AccessExclusive, address.qualified())
}

/// `VALIDATE CONSTRAINT` of a not-null constraint.
pub(crate) fn validate_not_null(address: &ObjectAddress, name: &str, constraint: &str) -> Step {
    let sql = format!("ALTER TABLE {address} VALIDATE CONSTRAINT {}", quote_ident(constraint));
    Step::alter(address, Action::ValidateConstraint { constraint: constraint.to_owned() }, sql)
        .on(Part::column(name))
        .lock(LockMode::ShareUpdateExclusive, address.qualified())
        .hazard(Hazard::MayFailOnRows)
}

/// `COMMENT ON CONSTRAINT` of a not-null constraint.
pub(crate) fn comment_not_null(
    address: &ObjectAddress,
    name: &str,
    constraint: &str,
    comment: Option<&String>,
) -> Step {
    let text = comment.map_or("NULL".to_owned(), |comment| quote_literal(comment));
    let sql = format!("COMMENT ON CONSTRAINT {} ON {address} IS {text}", quote_ident(constraint));
    Step::alter(address, Action::Comment, sql)
        .on(Part::column(name))
        .lock(LockMode::AccessShare, address.qualified())
}

/// `ALTER COLUMN … TYPE`; `using` is what the values are made of where the server does not cast by itself. A foreign
/// table has no rows of its own to change.
pub(crate) fn set_type(
    address: &ObjectAddress,
    name: &str,
    to: &Column,
    using: Option<String>,
    foreign: bool,
) -> Step {
    let collation = to.collation.as_ref().map(|c| format!(" COLLATE {c}")).unwrap_or_default();
    let rebuilt = !foreign && using.is_some();
    let using = using.map(|using| format!(" USING {using}")).unwrap_or_default();
    let clause = format!("TYPE {}{collation}{using}", to.type_name);
    let mut step = step_with_children(address, name, &clause)
        .hazard_if(rebuilt, Hazard::TableRewrite)
        .hazard(Hazard::BreaksApplications);
    step.action = Action::AlterColumnType { column: name.to_owned() };
    step
}

/// Changes from one identity to another, or to and from none.
pub(crate) fn set_identity(
    address: &ObjectAddress,
    name: &str,
    type_name: &str,
    from: Option<&Identity>,
    to: Option<&Identity>,
) -> Vec<Step> {
    // Partitions have their parent's identity since PostgreSQL 17, which refuses to change that of the parent alone.
    let step = |clause: &str| step_with_children(address, name, clause);
    let part = |step: Step| {
        let action = Action::AlterIdentity { column: name.to_owned() };
        Step { action, ..step }.on(Part::column(name))
    };
    match (from, to) {
        (None, None) => Vec::new(),
        (Some(_), None) => vec![part(step("DROP IDENTITY")).hazard(Hazard::DataLoss)],
        (None, Some(new)) => {
            let clause = format!("ADD {}", identity(address, name, type_name, new));
            let mut steps = vec![part(step(&clause))];
            steps.extend(other_type(address, name, type_name, new));
            let bare = Column { identity: Some(new.clone()), ..Column::default() };
            if new.unlogged {
                steps.extend(unlogged(address, name, &bare));
            }
            steps
        }
        (Some(old), Some(new)) => {
            let mut steps = Vec::new();
            let action = || Action::AlterIdentity { column: name.to_owned() };
            if old.sequence.schema == new.sequence.schema && old.sequence.name != new.sequence.name {
                let to = quote_ident(&new.sequence.name);
                let sql = format!("ALTER SEQUENCE {} RENAME TO {to}", old.sequence);
                steps.push(part(Step::alter(address, action(), sql)));
            }
            let mut clauses = Vec::new();
            if old.always != new.always {
                clauses.push(format!("SET GENERATED {}", if new.always { "ALWAYS" } else { "BY DEFAULT" }));
            }
            let narrowing = sequence::narrowing(&new.sequence, &old.options, &new.options);
            let between = narrowing.between.map(|options| Identity { options, ..old.clone() });
            if let Some(between) = &between {
                let clauses = identity_changes(old, between);
                steps.push(part(step(&clauses.join(" "))));
            }
            for sql in narrowing.moves {
                steps.push(part(Step::alter(address, action(), sql)));
            }
            clauses.extend(identity_changes(between.as_ref().unwrap_or(old), new));
            if !clauses.is_empty() {
                steps.push(part(step(&clauses.join(" "))));
            }
            if old.unlogged != new.unlogged {
                let bare = Column { identity: Some(new.clone()), ..Column::default() };
                steps.extend(unlogged(address, name, &bare));
            }
            steps
        }
    }
}

/// `SET …` clauses for the numbers of an identity's sequence that differ.
///
/// `ALTER COLUMN … TYPE` changes the type of the sequence by itself.
fn identity_changes(old: &Identity, new: &Identity) -> Vec<String> {
    let (a, b) = (&old.options, &new.options);
    let mut clauses = Vec::new();
    let retyped = a.data_type != b.data_type;
    let mut number = |clause: &str, a: i64, b: i64, always: bool| {
        if a != b || always {
            clauses.push(format!("SET {clause} {b}"));
        }
    };
    number("INCREMENT BY", a.increment, b.increment, false);
    number("MINVALUE", a.min, b.min, retyped);
    number("MAXVALUE", a.max, b.max, retyped);
    number("START WITH", a.start, b.start, false);
    number("CACHE", a.cache, b.cache, false);
    if a.cycle != b.cycle {
        clauses.push(if b.cycle { "SET CYCLE".to_owned() } else { "SET NO CYCLE".to_owned() });
    }
    clauses
}
