//! Statements as changes.

use std::collections::BTreeSet;

use squawk_syntax::ast::{self, AlterColumnOption, AlterTableAction, AstNode, Constraint, Stmt};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::change::Change;

/// Functions of PostgreSQL that are not volatile and often stand in defaults. Of others the text does not tell.
const STEADY: &[&str] = &[
    "coalesce",
    "concat",
    "current_setting",
    "date_part",
    "date_trunc",
    "decode",
    "encode",
    "extract",
    "greatest",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "least",
    "left",
    "length",
    "lower",
    "make_date",
    "make_interval",
    "md5",
    "now",
    "nullif",
    "replace",
    "right",
    "round",
    "statement_timestamp",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_timestamp",
    "to_tsvector",
    "transaction_timestamp",
    "trim",
    "upper",
];

/// Words before a parenthesis that are no functions.
const NO_CALLS: &[&str] = &[
    "default",
    "in",
    "any",
    "array",
    "as",
    "and",
    "or",
    "not",
    "varchar",
    "char",
    "character",
    "varying",
    "numeric",
    "decimal",
    "timestamp",
    "timestamptz",
    "time",
    "interval",
    "bit",
    "values",
];

/// The words of a piece of SQL: identifiers and keywords in lower case, everything else as it is; no comments.
fn words(node: &SyntaxNode) -> Vec<String> {
    node.descendants_with_tokens()
        .filter_map(squawk_syntax::SyntaxElement::into_token)
        .filter(|token| !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT))
        .map(|token| {
            let text = token.text();
            if text.starts_with(['\'', '"', '$']) { text.to_owned() } else { text.to_lowercase() }
        })
        .collect()
}

fn has(words: &[String], sought: &[&str]) -> bool {
    words.windows(sought.len()).any(|window| window.iter().zip(sought).all(|(word, other)| word == other))
}

/// Where a statement begins and ends, without the comments around it.
pub(crate) fn extent(node: &SyntaxNode) -> Option<(usize, usize)> {
    let mut tokens = node
        .descendants_with_tokens()
        .filter_map(squawk_syntax::SyntaxElement::into_token)
        .filter(|token| !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT));
    let first = tokens.next()?;
    let last = tokens.last().unwrap_or_else(|| first.clone());
    Some((usize::from(first.text_range().start()), usize::from(last.text_range().end())))
}

/// A name without its schema, folded as the server folds it.
fn bare(name: &str) -> String {
    let mut quoted = false;
    let mut start = 0;
    for (at, c) in name.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => start = at + 1,
            _ => {}
        }
    }
    let last = name[start..].trim();
    match last.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => last.to_lowercase(),
    }
}

fn name_of(node: Option<&SyntaxNode>) -> String {
    node.map(|node| bare(&node.text().to_string())).unwrap_or_default()
}

/// What the statement does to what was there before; tables that it makes go into `new`.
pub(crate) fn changes(statement: &Stmt, new: &mut BTreeSet<String>) -> Vec<Change> {
    let words = words(statement.syntax());
    let is_new = |name: &str, new: &BTreeSet<String>| new.contains(name);
    let concurrently = has(&words, &["concurrently"]);
    let drops_more = has(&words, &["cascade"]).then_some(Change::DropDependents);
    let one = |change: Change| vec![change];
    match statement {
        Stmt::CreateTable(create) => create_table(create, new),
        Stmt::CreateTableAs(_) | Stmt::CreateMaterializedView(_) | Stmt::SelectInto(_) => {
            let node = match statement {
                Stmt::CreateTableAs(create) => {
                    create.syntax().children().find(|n| n.kind() == SyntaxKind::TABLE_NAME)
                }
                Stmt::CreateMaterializedView(create) => create.view().map(|view| view.syntax().clone()),
                _ => None,
            };
            new.extend(node.map(|node| name_of(Some(&node))));
            Vec::new()
        }
        Stmt::AlterTable(alter) => {
            let name = alter.table_relation_name().and_then(|relation| relation.table_name_ref());
            let name = name_of(name.as_ref().map(AstNode::syntax));
            if is_new(&name, new) {
                return alter.actions().filter_map(|action| refers(&action, new)).collect();
            }
            alter.actions().flat_map(|action| action_changes(&action, new)).collect()
        }
        Stmt::CreateIndex(create) => {
            let name = create.table_relation_name().and_then(|relation| relation.table_name_ref());
            if is_new(&name_of(name.as_ref().map(AstNode::syntax)), new) && !concurrently {
                return Vec::new();
            }
            let unique = has(&words, &["create", "unique"]);
            one(Change::CreateIndex { concurrently, unique })
        }
        Stmt::DropIndex(_) => one(Change::DropIndex { concurrently }),
        Stmt::Reindex(_) => one(Change::Reindex { concurrently }),
        Stmt::DropTable(drop) => {
            let all_new = drop.table_name_refs().all(|name| is_new(&name_of(Some(name.syntax())), new));
            if all_new { Vec::new() } else { one(Change::DropTable) }
        }
        Stmt::Truncate(_) => one(Change::Truncate),
        Stmt::DropSchema(_) | Stmt::DropDatabase(_) | Stmt::DropOwned(_) => one(Change::DropSchema),
        Stmt::DropSequence(_) => [Change::DropSequence].into_iter().chain(drops_more).collect(),
        Stmt::DropView(_) | Stmt::DropMaterializedView(_) => one(Change::DropView),
        Stmt::CreateView(_) if has(&words, &["or", "replace"]) => one(Change::ReplaceView),
        Stmt::DropFunction(_)
        | Stmt::DropProcedure(_)
        | Stmt::DropRoutine(_)
        | Stmt::DropAggregate(_)
        | Stmt::DropOperator(_)
        | Stmt::DropCast(_)
        | Stmt::DropForeignTable(_) => [Change::DropOther].into_iter().chain(drops_more).collect(),
        Stmt::DropType(_) | Stmt::DropDomain(_) | Stmt::DropExtension(_) => {
            let columns = drops_more.map(|_| Change::DropColumn);
            [Change::DropOther].into_iter().chain(columns).collect()
        }
        Stmt::CreateTrigger(create) => {
            let name = create.on_relation().and_then(|on| on.relation_name_ref());
            let on_new = is_new(&name_of(name.as_ref().map(AstNode::syntax)), new);
            if on_new { Vec::new() } else { one(Change::CreateTrigger) }
        }
        Stmt::DropTrigger(_) => one(Change::DropTrigger),
        Stmt::CreatePolicy(create) => {
            let name = create.on_table().and_then(|on| on.table_name_ref());
            let on_new = is_new(&name_of(name.as_ref().map(AstNode::syntax)), new);
            if on_new { Vec::new() } else { one(Change::Policy) }
        }
        Stmt::AlterPolicy(_) | Stmt::DropPolicy(_) => one(Change::Policy),
        Stmt::CreateRule(_) | Stmt::DropRule(_) => one(Change::Rule),
        Stmt::Grant(_) | Stmt::Revoke(_) | Stmt::AlterDefaultPrivileges(_) => one(Change::Grant),
        Stmt::Refresh(_) => one(Change::Refresh { concurrently }),
        Stmt::Cluster(_) => one(Change::RewriteTable),
        Stmt::Vacuum(_) if has(&words, &["full"]) => one(Change::VacuumFull),
        Stmt::Vacuum(_)
        | Stmt::CreateDatabase(_)
        | Stmt::CreateTablespace(_)
        | Stmt::DropTablespace(_)
        | Stmt::AlterSystem(_) => one(Change::Outside),
        Stmt::AlterDomain(_) => alter_domain(&words),
        Stmt::AlterExtension(_) if has(&words, &["update"]) => one(Change::UpdateExtension),
        Stmt::AlterView(_) | Stmt::AlterMaterializedView(_) if !has(&words, &["rename"]) => {
            one(Change::AlterTable)
        }
        Stmt::AlterIndex(_) | Stmt::AlterSequence(_) | Stmt::AlterStatistics(_) => Vec::new(),
        _ if words.first().is_some_and(|word| word == "alter") => {
            if has(&words, &["rename"]) || has(&words, &["set", "schema"]) {
                one(Change::RenameOther)
            } else if has(&words, &["owner", "to"]) {
                one(Change::Grant)
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    }
}

fn create_table(create: &ast::CreateTable, new: &mut BTreeSet<String>) -> Vec<Change> {
    let name = create.table_name();
    new.insert(name_of(name.as_ref().map(AstNode::syntax)));
    let mut changes = Vec::new();
    for node in create.syntax().descendants() {
        if let Some(constraint) = Constraint::cast(node)
            && refers_to_old(&constraint, new)
            && !changes.contains(&Change::ReferTo)
        {
            changes.push(Change::ReferTo);
        }
    }
    if let Some(of) = create.partition_of() {
        let parent = of.syntax().descendants().find(|node| node.kind() == SyntaxKind::TABLE_NAME_REF);
        if !new.contains(&name_of(parent.as_ref())) {
            changes.push(Change::CreatePartition);
        }
    }
    changes
}

/// Whether it is a foreign key to a table that was there before.
fn refers_to_old(constraint: &Constraint, new: &BTreeSet<String>) -> bool {
    if !matches!(constraint, Constraint::ReferencesConstraint(_) | Constraint::ForeignKeyConstraint(_)) {
        return false;
    }
    let words = words(constraint.syntax());
    let Some(at) = words.iter().position(|word| word == "references") else { return false };
    let name: Vec<&str> = words[at + 1..]
        .iter()
        .map(String::as_str)
        .enumerate()
        .take_while(|(number, word)| if number % 2 == 1 { *word == "." } else { *word != "(" })
        .map(|(_, word)| word)
        .collect();
    name.last().is_some_and(|name| !new.contains(&bare(name)))
}

/// What an action on a new table does to others.
fn refers(action: &AlterTableAction, new: &BTreeSet<String>) -> Option<Change> {
    let constraints = action.syntax().descendants().filter_map(Constraint::cast);
    let refers = constraints.into_iter().any(|constraint| refers_to_old(&constraint, new));
    refers.then_some(Change::ReferTo)
}

fn constraint_change(constraint: &Constraint) -> Option<Change> {
    let words = words(constraint.syntax());
    let valid = !has(&words, &["not", "valid"]);
    Some(match constraint {
        Constraint::CheckConstraint(_) => Change::AddCheck { valid },
        Constraint::ForeignKeyConstraint(_) => Change::AddForeignKey { valid },
        Constraint::UniqueConstraint(_) | Constraint::PrimaryKeyConstraint(_) => {
            let using_index =
                has(&words, &["using", "index"]) && !has(&words, &["using", "index", "tablespace"]);
            Change::AddKey { using_index }
        }
        Constraint::ExcludeConstraint(_) => Change::AddExclusion,
        _ => return None,
    })
}

fn action_changes(action: &AlterTableAction, new: &BTreeSet<String>) -> Vec<Change> {
    let words = words(action.syntax());
    match action {
        AlterTableAction::AddColumn(add) => add_column(add, new),
        AlterTableAction::AddConstraint(add) => match add.constraint() {
            // `NOT VALID` may stand behind the constraint.
            Some(Constraint::CheckConstraint(_)) => {
                vec![Change::AddCheck { valid: !has(&words, &["not", "valid"]) }]
            }
            Some(Constraint::ForeignKeyConstraint(_)) => {
                vec![Change::AddForeignKey { valid: !has(&words, &["not", "valid"]) }]
            }
            constraint => constraint.as_ref().and_then(constraint_change).into_iter().collect(),
        },
        AlterTableAction::AlterColumn(alter) => match alter.option() {
            Some(AlterColumnOption::SetType(_)) => vec![Change::AlterColumnType],
            Some(AlterColumnOption::SetNotNull(_)) => vec![Change::SetNotNull],
            Some(
                AlterColumnOption::SetStatistics(_)
                | AlterColumnOption::SetOptions(_)
                | AlterColumnOption::SetOptionsList(_)
                | AlterColumnOption::ResetOptions(_),
            ) => vec![Change::AlterTableLightly],
            _ => vec![Change::AlterTable],
        },
        AlterTableAction::DropColumn(_) => vec![Change::DropColumn],
        AlterTableAction::DropConstraint(_) => vec![Change::DropConstraint],
        AlterTableAction::ValidateConstraint(_) => vec![Change::ValidateConstraint],
        AlterTableAction::AttachPartition(_) => vec![Change::AttachPartition],
        AlterTableAction::DetachPartition(_) => {
            vec![Change::DetachPartition { concurrently: has(&words, &["concurrently"]) }]
        }
        AlterTableAction::RenameColumn(_)
        | AlterTableAction::TableRenameTo(_)
        | AlterTableAction::SetSchema(_) => vec![Change::Rename],
        AlterTableAction::SetLogged(_)
        | AlterTableAction::SetUnlogged(_)
        | AlterTableAction::SetAccessMethod(_)
        | AlterTableAction::SetTablespace(_) => vec![Change::RewriteTable],
        AlterTableAction::EnableTrigger(_)
        | AlterTableAction::DisableTrigger(_)
        | AlterTableAction::EnableAlwaysTrigger(_)
        | AlterTableAction::EnableReplicaTrigger(_) => vec![Change::CreateTrigger],
        AlterTableAction::EnableRls(_)
        | AlterTableAction::DisableRls(_)
        | AlterTableAction::ForceRls(_)
        | AlterTableAction::NoForceRls(_) => vec![Change::Policy],
        AlterTableAction::OwnerTo(_) => vec![Change::Owner],
        AlterTableAction::SetOptions(_)
        | AlterTableAction::ResetOptions(_)
        | AlterTableAction::ClusterOn(_)
        | AlterTableAction::SetWithoutCluster(_) => vec![Change::AlterTableLightly],
        _ => vec![Change::AlterTable],
    }
}

fn add_column(add: &ast::AddColumn, new: &BTreeSet<String>) -> Vec<Change> {
    let type_name = add.ty().map(|ty| words(ty.syntax()).join("")).unwrap_or_default();
    let mut computed = matches!(
        type_name.as_str(),
        "serial" | "bigserial" | "smallserial" | "serial2" | "serial4" | "serial8"
    );
    let (mut not_null, mut held) = (false, computed);
    let mut others = Vec::new();
    for constraint in add.constraints() {
        match &constraint {
            Constraint::DefaultConstraint(_) => {
                held = true;
                computed |= calls_unknown(&words(constraint.syntax()));
            }
            Constraint::GeneratedConstraint(_) => {
                held = true;
                computed = true;
            }
            Constraint::NotNullConstraint(_) => not_null = true,
            Constraint::ReferencesConstraint(_) if refers_to_old(&constraint, new) => {
                others.push(Change::AddForeignKey { valid: false });
            }
            other => others.extend(constraint_change(other)),
        }
    }
    let mut changes = vec![Change::AddColumn { computed, required: not_null && !held }];
    changes.extend(others);
    changes
}

/// Whether an expression calls a function that is not known not to be volatile.
fn calls_unknown(words: &[String]) -> bool {
    words.windows(2).any(|pair| {
        pair[1] == "("
            && pair[0].starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"')
            && !STEADY.contains(&pair[0].as_str())
            && !NO_CALLS.contains(&pair[0].as_str())
    })
}

fn alter_domain(words: &[String]) -> Vec<Change> {
    let checks = (has(words, &["add"]) && !has(words, &["not", "valid"]))
        || has(words, &["validate", "constraint"])
        || has(words, &["set", "not", "null"]);
    if checks { vec![Change::CheckDomain] } else { Vec::new() }
}
