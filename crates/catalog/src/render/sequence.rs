//! Sequences.

use crate::address::{ObjectAddress, Part};
use crate::ident::{QualifiedName, quote_ident};
use crate::object::{OwnedBy, Sequence, SequenceOptions};
use crate::plan::{Action, ChangeKind, Hazard, LockMode, Step};

/// The numbers that a sequence of this type and increment has when nothing is said.
pub(crate) fn defaults(data_type: &str, increment: i64) -> SequenceOptions {
    let (low, high) = match data_type {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let (min, max) = if increment > 0 { (1, high) } else { (low, -1) };
    SequenceOptions {
        data_type: data_type.to_owned(),
        start: if increment > 0 { min } else { max },
        increment,
        min,
        max,
        cache: 1,
        cycle: false,
    }
}

/// Clauses for the numbers that are not what they are when nothing is said, each with a leading space.
pub(crate) fn option_clauses(options: &SequenceOptions) -> String {
    let usual = defaults(&options.data_type, options.increment);
    let mut clauses = String::new();
    if options.increment != 1 {
        clauses.push_str(&format!(" INCREMENT BY {}", options.increment));
    }
    if options.min != usual.min {
        clauses.push_str(&format!(" MINVALUE {}", options.min));
    }
    if options.max != usual.max {
        clauses.push_str(&format!(" MAXVALUE {}", options.max));
    }
    let first = if options.increment > 0 { options.min } else { options.max };
    if options.start != first {
        clauses.push_str(&format!(" START WITH {}", options.start));
    }
    if options.cache != 1 {
        clauses.push_str(&format!(" CACHE {}", options.cache));
    }
    if options.cycle {
        clauses.push_str(" CYCLE");
    }
    clauses
}

/// Clauses for the numbers that differ, each with a leading space.
pub(crate) fn option_changes(from: &SequenceOptions, to: &SequenceOptions) -> String {
    let mut clauses = String::new();
    if from.data_type != to.data_type {
        clauses.push_str(&format!(" AS {}", to.data_type));
    }
    let mut number = |clause: &str, from: i64, to: i64, always: bool| {
        if from != to || always {
            clauses.push_str(&format!(" {clause} {to}"));
        }
    };
    // With another type or direction the server may choose other bounds than those that were there.
    let again = from.data_type != to.data_type || (from.increment > 0) != (to.increment > 0);
    number("INCREMENT BY", from.increment, to.increment, false);
    number("MINVALUE", from.min, to.min, again);
    number("MAXVALUE", from.max, to.max, again);
    number("START WITH", from.start, to.start, false);
    number("CACHE", from.cache, to.cache, false);
    if from.cycle != to.cycle {
        clauses.push_str(if to.cycle { " CYCLE" } else { " NO CYCLE" });
    }
    clauses
}

pub(crate) fn create(address: &ObjectAddress, sequence: &Sequence) -> Step {
    let unlogged = if sequence.unlogged { "UNLOGGED " } else { "" };
    let mut sql = format!("CREATE {unlogged}SEQUENCE {address}");
    if let Some(options) = &sequence.options {
        if options.data_type != "bigint" {
            sql.push_str(&format!(" AS {}", options.data_type));
        }
        sql.push_str(&option_clauses(options));
    }
    Step::new(ChangeKind::Create, address, Action::CreateSequence, sql)
}

pub(crate) fn drop(address: &ObjectAddress) -> Step {
    Step::new(ChangeKind::Drop, address, Action::DropSequence, format!("DROP SEQUENCE {address}"))
        .hazard(Hazard::DataLoss)
        .hazard(Hazard::BreaksApplications)
}

/// `OWNED BY`.
pub(crate) fn own(address: &ObjectAddress, owner: Option<&OwnedBy>) -> Step {
    let table = owner.map(|owner| owner.table.clone());
    let owner = owner.map_or("NONE".to_owned(), |o| format!("{}.{}", o.table, quote_ident(&o.column)));
    let sql = format!("ALTER SEQUENCE {address} OWNED BY {owner}");
    let step = Step::alter(address, Action::AlterSequence, sql).on(Part::property("owned_by"));
    match table {
        Some(table) => step.lock(LockMode::AccessShare, table),
        None => step,
    }
}

/// What keeps the position of a sequence inside its bounds when they become narrower: the server refuses them otherwise.
pub(crate) struct Narrowing {
    /// Options to have in between, when no position is inside of both.
    pub(crate) between: Option<SequenceOptions>,
    /// Statements that move a position that would be outside.
    pub(crate) moves: Vec<String>,
}

/// How the sequence `name` gets from its old bounds into new ones.
pub(crate) fn narrowing(name: &QualifiedName, from: &SequenceOptions, to: &SequenceOptions) -> Narrowing {
    let width = |name: &str| ["smallint", "integer", "bigint"].iter().position(|known| *known == name);
    let wider = if width(&to.data_type) > width(&from.data_type) { to } else { from };
    let apart = to.min > from.max || to.max < from.min;
    let between = apart.then(|| SequenceOptions {
        data_type: wider.data_type.clone(),
        min: from.min.min(to.min),
        max: from.max.max(to.max),
        ..from.clone()
    });
    let upwards = to.increment > 0;
    let sequence = crate::ident::quote_literal(&name.to_string());
    let set = |position: i64, used: bool, outside: &str| {
        format!(
            "SELECT pg_catalog.setval({sequence}, {position}, {used}) FROM {name} WHERE last_value {outside} {position}"
        )
    };
    // A position that another data type has no room for is for people to decide on: that fails.
    let usual = defaults(&to.data_type, to.increment);
    let mut moves = Vec::new();
    let retyped = from.data_type != to.data_type;
    if to.min > from.min && !(retyped && to.min == usual.min) {
        moves.push(set(to.min, !upwards, "<"));
    }
    if to.max < from.max && !(retyped && to.max == usual.max) {
        moves.push(set(to.max, upwards, ">"));
    }
    Narrowing { between, moves }
}

/// Changes of everything but the owner.
pub(crate) fn alter(address: &ObjectAddress, from: &Sequence, to: &Sequence) -> Vec<Step> {
    let mut steps = Vec::new();
    if let (Some(old), Some(new)) = (&from.options, &to.options) {
        let step =
            |sql: String| Step::alter(address, Action::AlterSequence, sql).on(Part::property("options"));
        let change = |old: &SequenceOptions, new: &SequenceOptions| {
            let clauses = option_changes(old, new);
            let sql = format!("ALTER SEQUENCE {address}{clauses}");
            (!clauses.is_empty()).then(|| step(sql))
        };
        let Narrowing { between, moves } = narrowing(&address.qualified(), old, new);
        steps.extend(between.as_ref().and_then(|between| change(old, between)));
        steps.extend(moves.into_iter().map(step));
        let retyped = old.data_type != new.data_type;
        let may_fail = retyped && (new.min > old.min || new.max < old.max);
        let last = change(between.as_ref().unwrap_or(old), new);
        steps.extend(last.map(|step| step.hazard_if(may_fail, Hazard::MayFailOnRows)));
    }
    if from.unlogged != to.unlogged {
        let word = if to.unlogged { "UNLOGGED" } else { "LOGGED" };
        steps.push(
            Step::alter(address, Action::AlterSequence, format!("ALTER SEQUENCE {address} SET {word}"))
                .on(Part::property("unlogged")),
        );
    }
    steps
}
